"""`manage.py verify`: is a weight set still what two people signed?"""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import translation

from surveys.models import WeightSet
from surveys.selectors.verification import file_problems, stored_problems


class Command(BaseCommand):
    help = "Checks the hashes of a weight set and computes its numbers again, from an exported file or the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("weight_set", metavar="FILE|ID", help="an exported JSON file, or the id of a stored set")

    def handle(self, *, weight_set: str, **options: Any) -> None:
        with translation.override("en"):
            problems = self._problems(weight_set)
        if problems:
            raise CommandError("\n".join([f"{weight_set} does not hold:", *problems]))
        self.stdout.write(f"{weight_set}: hashes, signatures and numbers hold.")

    def _problems(self, named: str) -> list[str]:
        file = Path(named)
        if named.isdigit() and not file.exists():
            found = WeightSet.objects.select_related("edition", "panel_result__survey__edition").filter(pk=int(named))
            stored = found.first()
            if stored is None:
                raise CommandError(f"There is no weight set with the id {named}.")
            return stored_problems(stored)
        try:
            return file_problems(file.read_bytes())
        except OSError as error:
            raise CommandError(f"{named} cannot be read: {error.strerror}.") from error
