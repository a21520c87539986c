"""`manage.py verify_run ID …`: are stored runs whole, and do their scores come back?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scoring.models import ScoringRun
from scoring.services.verification import run_problems


class Command(BaseCommand):
    help = "Checks the hashes of scoring runs exactly and computes their scores again, to 1e-9."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "runs", nargs="*", type=int, metavar="ID", help="which runs; without one, all computed ones"
        )

    def handle(self, *, runs: list[int], **options: Any) -> None:
        chosen = list(ScoringRun.objects.filter(pk__in=runs) if runs else ScoringRun.objects.exclude(computed_at=None))
        unknown = sorted(set(runs) - {run.pk for run in chosen})
        if unknown:
            raise CommandError(f"No such run: {', '.join(map(str, unknown))}")
        problems = [f"{run.pk} {run}: {problem}" for run in chosen for problem in run_problems(run.pk)]
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise SystemExit(1)
        self.stdout.write(f"{len(chosen)} runs are whole.")
