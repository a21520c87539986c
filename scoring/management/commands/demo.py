"""`manage.py demo`: the demo, made anew from its files."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import BaseCommand, CommandError, CommandParser, call_command

from scoring.demo import build, people
from surveys.guards import lifted
from surveys.models import IndicatorSystem, InvitationLink, Survey
from surveys.selectors.demo import ready_expert
from surveys.services.panel import link_mint


class Command(BaseCommand):
    help = "Empties a database that holds nothing but demo data, and loads the demo anew."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keep", action="store_true", help="leave a finished demo, and a database in use, alone")
        parser.add_argument("--site", default=settings.SITE_URL, help="address that the printed link begins with")

    def handle(self, *, keep: bool, site: str, **options: Any) -> None:
        if not (keep and self._is_in_use()):
            self._refuse_real_data()
            self._build()
        if build.is_built():
            self._print_ways_in(site)

    def _is_in_use(self) -> bool:
        """Somebody works here already: the demo is whole, or there are accounts that no demo made."""
        return build.is_built() or (
            User.objects.exists() and not IndicatorSystem.objects.filter(synthetic=True).exists()
        )

    def _refuse_real_data(self) -> None:
        real = [str(found) for kind in (IndicatorSystem, Survey) for found in kind.objects.filter(synthetic=False)]
        if real:
            raise CommandError(
                f"This database holds more than demo data ({', '.join(real[:3])}): the demo would delete it. "
                "Give the demo a database of its own, with DATA_DIR or DATABASE_URL."
            )

    def _build(self) -> None:
        with lifted():
            call_command("flush", interactive=False, verbosity=0)
        build.demo_build()

    def _print_ways_in(self, site: str) -> None:
        for role, (username, password) in people.sign_ins().items():
            self.stdout.write(f"  {role:<12} {username:<6} {password}")
        expert = ready_expert()
        if expert:
            token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)
            self.stdout.write(f"  expert       {site}i/{token}/")
