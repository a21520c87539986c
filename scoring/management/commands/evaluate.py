"""`manage.py evaluate`: from files to files, with nothing stored."""

from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from scoring.evaluation import (
    CONSISTENCY,
    SCORES,
    WEIGHTS,
    PanelWeights,
    notice_lines,
    panel_weights,
    score_lines,
    scores_of,
    weight_lines,
)
from scoring.files import DataTable, read_data
from surveys.files.indicators import read_indicators
from surveys.files.judgments import read_judgments
from surveys.files.problems import FileErrors, Problem
from surveys.files.records import LOCAL
from surveys.files.tables import Table, read_table
from surveys.files.tree import Tree
from surveys.files.weights import read_weights
from surveys.files.writing import Cell, csv_bytes

TABLES = ("simulated", "saaty1980", "saaty2005", "alonso_lamata", "common_cn")
METHODS = ("eigenvector", "log_least_squares", "harker")

Result = TypeVar("Result")


class Command(BaseCommand):
    """Reads all files, says every error of every one, and writes only when there is none."""

    help = "Weights, consistency, scores and ranks from files alone; nothing is stored."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--indicators", required=True, metavar="F", help="code, parent, name, …")
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--judgments", metavar="F", help="expert, parent, item_a, item_b, more_important, strength")
        source.add_argument("--weights", metavar="F", help="code, local_weight")
        parser.add_argument(
            "--data", required=True, action="append", metavar="F", help="units x indicators; repeatable"
        )
        parser.add_argument("--out", required=True, metavar="DIR", help="where the results go")
        parser.add_argument("--random-index", default=TABLES[0], choices=TABLES, metavar="NAME", help=", ".join(TABLES))
        parser.add_argument("--method", default=METHODS[0], choices=METHODS, metavar="NAME", help=", ".join(METHODS))

    def handle(self, *args: Any, **options: Any) -> None:
        evaluation, out = Evaluation(settings.LANGUAGE_CODE), Path(options["out"])
        files = evaluation.run(options)
        if not evaluation.problems:
            evaluation.attempt(options["out"], lambda: write_files(out, files))
        if evaluation.problems:
            for problem in evaluation.problems:
                self.stderr.write(str(problem))
            raise SystemExit(2)
        for line in [*evaluation.notices, *(str(out / name) for name in files)]:
            self.stdout.write(line)


@dataclass
class Evaluation:
    """One evaluation: goes on after a fault as far as there is something to check, and keeps all problems."""

    language: str
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def run(self, options: Mapping[str, Any]) -> dict[str, bytes]:
        """Return the result files by name, or none when there are problems."""
        self._check_stems(options["data"])
        tree = self._read(options["indicators"], lambda table: Tree(read_indicators(table, self.language)))
        weights = self._weights(options, tree)
        data = {path: self._read_with(tree, path, read_data) for path in options["data"]}
        if self.problems or tree is None or weights is None:
            return {}
        lines = [line for path, found in data.items() if found for line in self._scores(path, found, tree, weights)]
        return {
            "weights.csv": csv_bytes(WEIGHTS, weight_lines(tree, weights.local, self.language)),
            "consistency.csv": csv_bytes(CONSISTENCY, weights.consistency),
            "scores.csv": csv_bytes(SCORES, lines),
        }

    def attempt(self, file: str, step: Callable[[], Result]) -> Result | None:
        """Return what the step returns, or None when the file is at fault."""
        try:
            return step()
        except FileErrors as errors:
            self.problems += errors.problems
        except OSError as error:
            what = _("the file cannot be used: %(reason)s") % {"reason": error.strerror or error}
            self.problems.append(Problem(file, what, _("check the path and the permissions")))
        return None

    def _read(self, path: str, check: Callable[[Table], Result]) -> Result | None:
        return self.attempt(path, lambda: check(read_table(Path(path).read_bytes(), path, limits=LOCAL)))

    def _read_with(self, tree: Tree | None, path: str, check: Callable[[Table, Tree], Result]) -> Result | None:
        """Read a file that is checked against the tree; without a tree, look at least for faults of the file itself."""
        if tree is None:
            self._read(path, lambda table: table)
            return None
        return self._read(path, lambda table: check(table, tree))

    def _weights(self, options: Mapping[str, Any], tree: Tree | None) -> PanelWeights | None:
        if options["weights"]:
            local = self._read_with(tree, options["weights"], read_weights)
            return None if local is None else PanelWeights(local, [])
        path = options["judgments"]
        rows = self._read_with(tree, path, read_judgments)
        if tree is None or rows is None:
            return None
        method, table = options["method"], options["random_index"]
        return self.attempt(path, lambda: panel_weights(rows, tree, file=path, method=method, random_index=table))

    def _scores(self, path: str, data: DataTable, tree: Tree, weights: PanelWeights) -> list[Sequence[Cell]]:
        scores = self.attempt(path, lambda: scores_of(data, tree, weights.local))
        if scores is None:
            return []
        self.notices += notice_lines(data, scores)
        return list(score_lines(Path(path).stem, data, scores, tree, self.language))

    def _check_stems(self, paths: Sequence[str]) -> None:
        first: dict[str, str] = {}
        for path in paths:
            known = first.setdefault(Path(path).stem, path)
            if known is not path:
                what = _("%(other)s has the same name, by which the scores tell the files apart") % {"other": known}
                self.problems.append(Problem(path, what, _("rename one of the two")))


def write_files(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write all files or none: they are moved into the directory when the last one is whole."""
    directory.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=directory) as temporary:
        for name, content in files.items():
            (Path(temporary) / name).write_bytes(content)
        for name in files:
            (Path(temporary) / name).replace(directory / name)
