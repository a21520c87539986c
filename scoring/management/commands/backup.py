"""`manage.py backup FOLDER`: the whole database in one file, while the site goes on."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import translation

from scoring.backups.archive import Manifest, file_hash
from scoring.backups.making import backup_check, backup_make
from surveys.errors import Refused


class Command(BaseCommand):
    help = "Writes the whole database into one new file in FOLDER, while the site goes on; or checks such a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("place", metavar="FOLDER|FILE", type=Path, help="where to put it; with --check, a backup")
        parser.add_argument("--check", action="store_true", help="read a backup through and say whether it is whole")

    def handle(self, *, place: Path, check: bool, **options: Any) -> None:
        with translation.override("en"):
            try:
                file = place if check else backup_make(place.absolute())
                manifest = backup_check(file)  # what was just written is read back too
            except Refused as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"{file} is whole: {_described(manifest)}.")
        self.stdout.write(f"SHA-256 of the file: {file_hash(file)}")


def _described(manifest: Manifest) -> str:
    rows = sum(manifest.snapshot.rows.values())
    return f"{manifest.snapshot.engine}, version {manifest.version}, made {manifest.made_at}, {rows} rows"
