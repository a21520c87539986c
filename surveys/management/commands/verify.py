"""`manage.py verify`: is a weight set still what two people signed, and does it follow from its judgments?"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import translation

from surveys.bundle.verify import BROKEN, SHORTEST_HASH, read_bundle
from surveys.exports.bundle import bundle_checks
from surveys.models import WeightSet
from surveys.selectors.verification import file_hashes, file_problems, stored_problems

NAMED = re.compile(r"(?P<edition>.+)/W?(?P<number>[0-9]+)", re.ASCII)


class Command(BaseCommand):
    help = "Checks the hashes of a weight set and computes its numbers again, from an exported file or the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "weight_set",
            metavar="FILE|ID",
            help="a bundle (zip, folder) or JSON file; or a stored set: its id, or edition and number (2.0/W1)",
        )
        parser.add_argument("--hash", default="", help="the hash as it was published: of the content or of the seal")

    def handle(self, *, weight_set: str, **options: Any) -> None:
        place = Path(weight_set)
        with translation.override("en"):
            if place.is_dir() or zipfile.is_zipfile(place):
                problems = self._bundle(place, options["hash"])
            else:
                problems = self._single(weight_set, place, options["hash"])
        if problems:
            raise CommandError("\n".join([f"{weight_set} does not hold:", *problems]))
        self.stdout.write(f"{weight_set}: hashes, signatures and numbers hold.")

    def _bundle(self, place: Path, published: str) -> list[str]:
        """Every check is printed, whether or not it holds."""
        try:
            checks = list(bundle_checks(read_bundle(place), published))
        except OSError as error:
            raise CommandError(f"{place} cannot be read: {error.strerror}.") from error
        except BROKEN as error:
            return [f"This is no whole bundle ({error})."]
        self.stdout.write("\n".join(line for check in checks for line in check.lines()))
        return [problem.en for check in checks for problem in check.problems]

    def _single(self, named: str, file: Path, published: str) -> list[str]:
        stored = None if file.exists() else _stored(named)
        if stored:
            self.stdout.write("Checked: hashes, signatures, rows, the experts' logs, and every number from them.")
            return [*stored_problems(stored), *_unpublished([stored.content_hash, stored.seal_hash], published)]
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{named} cannot be read: {error.strerror}.") from error
        self.stdout.write("Checked: hashes, signatures, and every number from the group's matrices on.")
        return [*file_problems(content), *_unpublished(file_hashes(content), published)]


def _unpublished(known: list[str], published: str) -> Iterator[str]:
    wanted = published.strip().lower()
    if wanted and len(wanted) < SHORTEST_HASH:
        yield f"Give at least {SHORTEST_HASH} digits of the hash."
    elif wanted and not any(each.startswith(wanted) for each in known):
        yield "The weight set is not the one whose hash was published."


def _stored(named: str) -> WeightSet | None:
    """The set that is meant; None: it can only be a file."""
    sets = WeightSet.objects.select_related("edition__system", "panel_result__survey__edition").order_by("pk")
    parts = NAMED.fullmatch(named)
    if named.isdigit():
        found = list(sets.filter(pk=int(named)))
    elif parts:
        found = list(sets.filter(edition__label=parts["edition"], number=int(parts["number"])))
    else:
        return None
    if len(found) > 1:
        ids = ", ".join(str(each.pk) for each in found)
        raise CommandError(f"{named} names several weight sets. Give one of the ids {ids}.")
    if not found and named.isdigit():
        raise CommandError(f"There is no weight set with the id {named}.")
    return found[0] if found else None
