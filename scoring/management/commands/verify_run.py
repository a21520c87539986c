"""`manage.py verify_run ID …`: are stored runs and their studies whole, and does what they say come back?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scoring.models import ScoringRun, Study
from scoring.services.studies import study_problems
from scoring.services.verification import run_problems


class Command(BaseCommand):
    help = "Checks the hashes of scoring runs and their studies exactly and computes both again, scores to 1e-9."

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
        studies = list(Study.objects.filter(run__in=chosen).exclude(computed_at=None).select_related("run__data_set"))
        problems += [f"{study.run_id} {study}: {problem}" for study in studies for problem in study_problems(study.pk)]
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise SystemExit(1)
        self.stdout.write(f"{len(chosen)} runs and {len(studies)} studies are whole.")
