"""Erase the names that were promised to be gone by now, and what nobody handed in. The worker does it every hour."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from surveys.selectors.retention import names_due, unfinished_due
from surveys.services.retention import retention_run, unfinished_forget


class Command(BaseCommand):
    help = "Erase the names of experts whose survey promised it so many months after it closed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--look", action="store_true", help="only say what is due; erase nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["look"]:
            unfinished = unfinished_due(timezone.now()).count()
            told = [(due.survey, len(due.experts)) for due in names_due(timezone.now())]
        else:
            unfinished = unfinished_forget()
            told = [(kept.survey, kept.erased) for kept in retention_run()]
        for survey, count in told:
            self.stdout.write(f"{survey.pk} {survey}: {count} {'due' if options['look'] else 'erased'}")
        if unfinished:
            done = "due" if options["look"] else "deleted"
            self.stdout.write(f"Begun at an open link and never handed in: {unfinished} {done}")
        if not told and not unfinished:
            self.stdout.write("No promise has come due.")
