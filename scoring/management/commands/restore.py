"""`manage.py restore FILE`: a backup back into an empty database, and proof that all of it holds."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.utils import translation

from scoring.backups.examining import Examined, examine, rows_came_back
from scoring.backups.making import backup_put_back
from surveys.errors import Refused
from surveys.models import Letter


class Command(BaseCommand):
    help = "Fills an empty database from a backup, and checks every log, locked weight set and run in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="what `manage.py backup` wrote")

    def handle(self, *, file: Path, **options: Any) -> None:
        with translation.override("en"):
            try:
                manifest = backup_put_back(file)
            except Refused as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"Restored: the state of {manifest.made_at} (version {manifest.version}).")
            problems = self._told(rows_came_back(manifest))
            call_command("migrate", verbosity=0)  # from an older version's tables to ours; puts the guards in force
            for found in examine():
                problems += self._told(found)
        if problems:
            raise CommandError("\n".join(["The database was filled, but does not hold:", *problems]))
        self._tell_letters()

    def _told(self, found: Examined) -> list[str]:
        self.stdout.write(f"{'WRONG, not so' if found.problems else 'Checked'}: {found.what}.")
        return found.problems

    def _tell_letters(self) -> None:
        waiting = Letter.objects.filter(state=Letter.State.WAITING).count()
        if waiting:
            self.stdout.write(
                f"{waiting} letters were waiting. They may have been sent since the backup, and will be sent when a "
                "worker starts: look at them under Letters first."
            )
