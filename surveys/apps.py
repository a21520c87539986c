from django.apps import AppConfig

from surveys.guards import Guard, follow_migrations


class SurveysConfig(AppConfig):
    name = "surveys"

    def guards(self) -> list[Guard]:
        from surveys.guard_list import guards

        return guards()

    def ready(self) -> None:
        from surveys import checks, signals  # noqa: F401  registers them

        follow_migrations(self, self.guards())
