"""`manage.py answers`: answers that are collected on one site and computed on another, carried in sealed files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone, translation

from surveys.errors import Refused
from surveys.models import Survey
from surveys.packages.archive import ANSWERS, FRAME, package_opened, package_write
from surveys.packages.seal import key_make, key_read
from surveys.selectors.packing import answer_parts, frame_document, survey_identity
from surveys.services.chain import utc_text
from surveys.services.frames import frame_take
from surveys.services.packages import package_number_take, package_take
from surveys.tasks import enqueue
from surveys.version import VERSION


class Command(BaseCommand):
    help = (
        "Carries answers from a site that collects them to one that computes: by code, hashed, and sealed with a key."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="key|export|import|check")
        key = acts.add_parser("key", help="make the key that both sites hold")
        key.add_argument("file", metavar="FILE", type=Path)
        export = acts.add_parser("export", help="write the answers of a survey into a new package")
        export.add_argument("survey", metavar="SURVEY", type=int, help="its number, as in the address of its pages")
        export.add_argument("file", metavar="FILE", type=Path)
        export.add_argument("--frame", action="store_true", help="no answers: what the other site needs to take them")
        export.add_argument("--after", metavar="PACKAGE", type=Path, help="only what came after this earlier package")
        take = acts.add_parser("import", help="take in a frame or a package of answers")
        take.add_argument("file", metavar="FILE", type=Path)
        take.add_argument("--account", required=True, metavar="NAME", help="the account that does it, for the log")
        check = acts.add_parser("check", help="look whether a package is whole; takes nothing in")
        check.add_argument("file", metavar="FILE", type=Path)
        for act in (export, take, check):
            act.add_argument("--key", required=True, metavar="FILE", type=Path, help="what `answers key` wrote")

    def handle(self, *, act: str, **options: Any) -> None:
        acts = {"key": self._key, "export": self._export, "import": self._import, "check": self._check}
        with translation.override("en"):
            try:
                acts[act](options)
            except Refused as error:
                raise CommandError(str(error)) from error

    def _key(self, options: dict[str, Any]) -> None:
        key_make(options["file"])
        self.stdout.write(f"{options['file']} is the key. Carry it to the other site by a way of its own, and keep it.")
        self.stdout.write("It proves where a package comes from. It does not hide what is in it.")

    def _export(self, options: dict[str, Any]) -> None:
        survey = Survey.objects.select_related("edition__system").filter(pk=options["survey"]).first()
        if survey is None:
            raise CommandError(f"There is no survey {options['survey']}.")
        if options["frame"] and options["after"]:
            raise CommandError("A frame holds no answers: leave out --after.")
        key = key_read(options["key"])
        heads, after = self._heads(options["after"], key, survey)
        number = package_number_take(survey, user=None, after=after, frame=options["frame"])
        manifest = {
            **survey_identity(survey),
            "kind": FRAME if options["frame"] else ANSWERS,
            "sequence": number,
            "made_at": utc_text(timezone.now()),
            "collector": settings.SITE_URL,
            "version": VERSION,
        }
        parts = {"frame": iter([frame_document(survey)])} if options["frame"] else answer_parts(survey, heads)
        digest = package_write(options["file"], manifest, parts, key)
        self.stdout.write(f"{options['file']} is written: {self._described(manifest)}.")
        self.stdout.write(f"SHA-256 of the file: {digest}")

    def _heads(self, file: Path | None, key: bytes, survey: Survey) -> tuple[dict[str, int], int]:
        """How far each expert was in an earlier package, and the number of that package."""
        if file is None:
            return {}, 0
        with package_opened(file, key) as package, package.reading():
            if package.kind != ANSWERS or package.manifest["survey"] != str(survey.key):
                raise Refused(f"{file} holds no answers of this survey.")
            return {line["expert"]: line["revision"] for line in package.lines("experts")}, package.sequence

    def _import(self, options: dict[str, Any]) -> None:
        account = User.objects.filter(username=options["account"], is_active=True).first()
        if account is None:
            raise CommandError(f"There is no active account {options['account']}.")
        with package_opened(options["file"], key_read(options["key"])) as package:
            if package.kind == FRAME:
                survey, made = frame_take(package, user=account)
                what = "was made as a draft. Open it, and it takes the answers" if made else "is here already"
                self.stdout.write(f"Survey {survey.pk} {what}.")
                return
            with transaction.atomic():
                taken = package_take(package, user=account)
                for job in taken.jobs:
                    enqueue(job)
        if taken.again:
            self.stdout.write("This very package was taken in before: nothing changed.")
            return
        new = f"{taken.events} events and {taken.submissions} submissions were new"
        self.stdout.write(f"Package {package.sequence} is taken into survey {taken.survey.pk}: {new}.")

    def _check(self, options: dict[str, Any]) -> None:
        with package_opened(options["file"], key_read(options["key"])) as package:
            self.stdout.write(f"{options['file']} is whole: {self._described(package.manifest)}.")
            for name, told in package.manifest["parts"].items():
                self.stdout.write(f"  {name}: {told['lines']} lines")
            self.stdout.write(f"SHA-256 of the file: {package.sha256}")

    def _described(self, manifest: dict[str, Any] | Any) -> str:
        what = "the frame" if manifest["kind"] == FRAME else f"package {manifest['sequence']}"
        return f"{what} of survey {manifest['survey']}, made {manifest['made_at']} at {manifest['collector']}"
