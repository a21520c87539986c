"""Which data and which node the ranks of a preview are shown for, and whether with the units' names."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from scoring.models import DataSet
from scoring.selectors.effects import Board, boards_of
from surveys.access import RUNS
from surveys.models import Indicator, Survey
from surveys.selectors.trees import Tree


@dataclass(frozen=True)
class Chosen:
    """`nodes` are those asked for beside the highest of the data; `names`: they are asked for and may be seen."""

    data_sets: list[DataSet]
    board: Board | None
    nodes: list[Indicator]
    names: bool
    may_unmask: bool

    @property
    def data_set(self) -> DataSet | None:
        return self.board.data_set if self.board else None


def chosen_ranks(request: HttpRequest, survey: Survey, tree: Tree, node: Indicator | None = None) -> Chosen:
    """From the address: `data` and `node`; otherwise the largest data set and the node that the page is about."""
    data_sets = boards_of(survey)
    wanted = request.GET.get("data", "")
    data_set = next((found for found in data_sets if str(found.pk) == wanted), next(iter(data_sets), None))
    asked = tree.by_code().get(request.GET.get("node", ""), node)
    names = survey.unmasked_at is not None and request.GET.get("names") == "1"
    may_unmask = bool(survey.held_roles.intersection(RUNS))  # type: ignore[attr-defined]
    board = Board(data_set, tree) if data_set else None
    return Chosen(data_sets, board, [asked] if asked else [], names and may_unmask, may_unmask)
