"""Publications, and everything that a public page is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from scoring.models import Publication, ScoringRun
from scoring.publishing import Profile, ShownNode, reweighted, shown
from scoring.selectors.board import RunBoard, board_of
from scoring.selectors.runs import NodeRow
from surveys.canonical import canonical_json, content_hash
from surveys.models import Indicator


@dataclass(frozen=True)
class OwnRow:
    """A unit by a reader's weights, beside the published rank."""

    name: str
    rank: int
    official: int | None
    score: float | None


class PublicRun:
    """A run as the public sees it: whatever a page or a file of it needs is asked from here."""

    def __init__(self, publication: Publication) -> None:
        self.publication, self.run = publication, publication.run
        self.profile = Profile.of(publication.profile)

    @cached_property
    def _board(self) -> RunBoard:
        return board_of(self.run)

    @cached_property
    def nodes(self) -> list[NodeRow]:
        """The chosen nodes, in tree order."""
        return [row for row in self._board.tree.rows if row.node.code in self.profile.nodes]

    def node(self, code: str) -> NodeRow | None:
        return next((row for row in self.nodes if row.node.code == code), None)

    def shown(self, code: str) -> ShownNode:
        return shown(self._board, self.profile, code)

    @property
    def stamps(self) -> list[str]:
        return self._board.stamps

    @property
    def hash(self) -> str:
        """As it stands under figures."""
        return self._board.hash

    @property
    def tag(self) -> str:
        """Changes whenever what is seen does."""
        seen = {"run": self.run.content_hash, "profile": self.publication.profile, "state": self.publication.state,
                "title": self.publication.title, "words": self.publication.words}  # fmt: skip
        return content_hash(canonical_json(seen))[:32]

    # --- weights of the reader's own ---

    @property
    def weighable(self) -> list[NodeRow]:
        """What a reader may weigh: the children of the first chosen node."""
        if not self.profile.own_weights or not self.nodes:
            return []
        return self._board.tree.children_of(self.nodes[0].node)

    def by_own_weights(self, weights: Sequence[float]) -> list[OwnRow]:
        """The units that are shown on the first chosen node, ranked among each other by other weights."""
        code = self.nodes[0].node.code
        children = [row.node.code for row in self.weighable]
        means = self.nodes[0].node.scoring.get("aggregation", "arithmetic")
        units, scores, ranks = reweighted(self._board, self.profile, code, children, weights, aggregation=means)
        official = {row.place: row for row in self.shown(code).rows}
        rows = [
            OwnRow(
                official[place].name,
                int(ranks[place]),
                official[place].rank,
                float(scores[place]) if self.profile.scores else None,
            )
            for place, _unit in enumerate(units)
        ]
        return sorted(rows, key=lambda row: row.rank)

    def directions(self) -> list[Indicator]:
        """The leaves whose scores are in the chosen nodes, for the methods text."""
        return [row.node for row in self._board.tree.rows if row.leaf]

    @cached_property
    def whole(self) -> list[NodeRow]:
        """Every node with its weights: the weights of a stored run are locked, and no secret."""
        return self._board.tree.rows


def publications_of(run: ScoringRun) -> QuerySet[Publication]:
    return Publication.objects.filter(run=run).select_related("run", "published_by")


def publication_at(slug: str) -> Publication | None:
    """What was ever public at this address; drafts are nobody's business."""
    found = Publication.objects.filter(slug=slug).exclude(state=Publication.State.DRAFT)
    related = ("run__survey", "run__data_set__edition__system", "run__weight_set__edition__system")
    return found.select_related(*related).defer("run__weight_set__document").first()
