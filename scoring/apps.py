from django.apps import AppConfig

from surveys.guards import Guard, follow_migrations


class ScoringConfig(AppConfig):
    name = "scoring"

    def guards(self) -> list[Guard]:
        from scoring.guard_list import guards

        return guards()

    def ready(self) -> None:
        follow_migrations(self, self.guards())
