"""Publications, and everything that a public page is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from scoring.figures.builders import caption_of
from scoring.figures.published import Place, public_figures, tiles_figure
from scoring.figures.specification import Caption, Figure
from scoring.figures.words import listed
from scoring.models import Publication, ScoringRun, Study
from scoring.publishing import Ends, Profile, ShownNode, reweighted, shown, shown_units
from scoring.ranking import competition_ranks
from scoring.selectors.board import RunBoard, board_of
from scoring.selectors.hidden import hidden_names, slips_in
from scoring.selectors.pictures import tile_places
from scoring.selectors.published_method import Method, rule_of
from scoring.selectors.runs import NodeRow
from scoring.selectors.studies import intervals_in, newest_document
from surveys.canonical import canonical_json
from surveys.texts import text_in

TAG_DIGITS = 32
MENDED = ("filled", "reweighted")


@dataclass(frozen=True)
class OwnRow:
    """A unit by a reader's weights, beside its place by the published ones; both among the units shown."""

    name: str
    rank: int
    official: int
    score: float | None

    @property
    def moved(self) -> int:
        """Places won; lost ones count below zero."""
        return self.official - self.rank

    @property
    def lost(self) -> int:
        return -self.moved


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

    @property
    def families(self) -> list[list[NodeRow]]:
        """The chosen nodes in lines: one of the two upper levels, and what lies below it."""
        lines: list[list[NodeRow]] = []
        for row in self.nodes:
            if row.level <= 1 or not lines:
                lines.append([])
            lines[-1].append(row)
        return lines

    def node(self, code: str) -> NodeRow | None:
        return next((row for row in self.nodes if row.node.code == code), None)

    def shown(self, code: str) -> ShownNode:
        return shown(self._board, self.profile, code, intervals=self._intervals(code), mended=self._mended(code))

    def figures(self, code: str) -> dict[str, Figure]:
        """By their names in addresses."""
        name, seen = self._titles[code], self.shown(code)
        found = public_figures(name, seen, self._titles, self._caption, top=self.profile.top)
        places = self._places(code)
        return {**found, "tiles": tiles_figure(name, seen, places, self._caption)} if any(places) else found

    @property
    def all_figures(self) -> list[Figure]:
        return [figure for row in self.nodes for figure in self.figures(row.node.code).values()]

    @cached_property
    def method(self) -> Method:
        return Method(self._board, self.profile)

    @property
    def stamps(self) -> list[str]:
        return self._board.stamps

    @property
    def hash(self) -> str:
        """As it stands under figures."""
        return self._board.hash

    @property
    def tag(self) -> str:
        """Changes whenever what is seen does. Keyed: a plain hash would let anybody try which units are hidden."""
        publication = self.publication
        seen = {
            "run": self.run.content_hash, "profile": publication.profile, "state": publication.state,
            "title": publication.title, "words": publication.words, "study": self._study_key,
        }  # fmt: skip
        return salted_hmac("scoring.publication", canonical_json(seen), algorithm="sha256").hexdigest()[:TAG_DIGITS]

    def _caption(self, title: str, unit: str, sentence: str, *, count: int, note: str = "") -> Caption:
        return caption_of(self._board, title, unit, sentence, count=count, note=note)

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {code: str(node) for code, node in self._board.tree.nodes.items()}

    def _places(self, code: str) -> list[Place | None]:
        """In the tile grid, of the units in the order in which they are shown; a grid of ten tiles is none."""
        if self.profile.top or not (self.profile.names and self.profile.shows_scores):
            return []
        places, short = tile_places(self._board)
        units = shown_units(self._board, self.profile, code)
        return [Place(*places[unit], short[unit]) if unit in places else None for unit in units]

    def _mended(self, code: str) -> set[int]:
        """Units whose score there rests on a value that was missing: filled in, or left to its siblings."""
        board = self._board
        below = {row.node.code for row in board.tree.rows if board.tree.nodes[code] in board.tree.path(row.node)}
        told = [notice for notice in board.notices if notice["kind"] in MENDED and notice["code"] in below]
        names = {name for notice in told for name in notice["units"]}
        return {place for place, name in enumerate(board.names) if name in names}

    # --- how sure ---

    @cached_property
    def _study_key(self) -> int:
        studies = Study.objects.filter(run=self.run, kind=Study.Kind.PANEL, computed_at__isnull=False)
        return studies.order_by("-pk").values_list("pk", flat=True).first() or 0

    @cached_property
    def _study(self) -> Mapping[str, object]:
        return newest_document(self.run, Study.Kind.PANEL) or {}

    def _intervals(self, code: str) -> Mapping[int, Ends]:
        return intervals_in(dict(self._study), code) if self.profile.intervals and self._study else {}

    @property
    def sure(self) -> bool:
        """Rank intervals stand beside the ranks."""
        return any(row.interval for node in self.nodes[:1] for row in self.shown(node.node.code).rows)

    # --- weights of the reader's own ---

    @cached_property
    def weighable(self) -> list[NodeRow]:
        """What a reader may weigh: the children of the first chosen node."""
        if not self.profile.weighs or not self.nodes:
            return []
        return self._board.tree.children_of(self.nodes[0].node)

    def by_own_weights(self, weights: Sequence[float]) -> list[OwnRow]:
        """The units that are shown on the first chosen node, ranked among each other by other weights."""
        node = self.nodes[0].node
        children = [row.node.code for row in self.weighable]
        means = rule_of(self.run, node).get("aggregation", "arithmetic")
        _units, scores, ranks = reweighted(self._board, self.profile, node.code, children, weights, aggregation=means)
        seen = self.shown(node.code).rows
        official = competition_ranks([-float(row.rank or 0) for row in seen])
        rows = [
            OwnRow(row.name, int(rank), int(before), float(score) if self.profile.shows_scores else None)
            for row, rank, before, score in zip(seen, ranks, official, scores, strict=True)
        ]
        return sorted(rows, key=lambda row: (row.rank, row.official))

    # --- for members, before it is published ---

    @property
    def told(self) -> list[str]:
        """What will be seen, in words."""
        return profile_words(self.profile, [str(row.node) for row in self.nodes], self._board.names)

    @property
    def slips(self) -> list[str]:
        """Where a text that people typed names a hidden unit: "title: Tibet"."""
        return slips_in(self._typed(), hidden_names(self.run, self.profile))

    def _typed(self) -> Iterable[tuple[str, str]]:
        publication, data = self.publication, self.run.data_set
        yield _("Web address"), publication.slug
        for label, texts in ((_("Title"), publication.title), (_("Introduction"), publication.words)):
            yield from ((label, text) for text in texts.values())
        yield _("Licence"), self.profile.licence
        yield _("Source of the data"), data.source
        yield _("Year of the data"), data.year
        yield from ((_("Name of the data"), text) for text in data.name.values())


def profile_words(profile: Profile, nodes: Sequence[str], names: Sequence[str]) -> list[str]:
    """A profile in sentences. `names` of all units, by position."""
    shows = [
        (profile.names, _("names")), (profile.ranks, _("ranks")), (not profile.ranks, _("bands of ranks")),
        (profile.shows_scores, _("scores")), (profile.shows_scores and profile.parts, _("what scores are made of")),
        (profile.ranks and profile.intervals, _("rank intervals")),
        (profile.weighs, _("weights of the reader's own")), (profile.downloads, _("files")),
    ]  # fmt: skip
    hidden = [names[unit] for unit in sorted(profile.hidden)]
    return [
        _("Nodes: %(nodes)s") % {"nodes": listed(nodes)},
        _("Down to rank %(top)d") % {"top": profile.top} if profile.top else _("All units"),
        _("Shown: %(parts)s") % {"parts": listed(word for seen, word in shows if seen)},
        *([_("Hidden: %(names)s") % {"names": listed(hidden)}] if hidden else []),
    ]


def publications_of(run: ScoringRun) -> QuerySet[Publication]:
    return Publication.objects.filter(run=run).select_related("run", "published_by")


def publication_at(slug: str) -> Publication | None:
    """What was ever public at this address; drafts are nobody's business."""
    found = Publication.objects.filter(slug=slug).exclude(state=Publication.State.DRAFT)
    related = ("run__survey", "run__data_set__edition__system", "run__weight_set__edition__system")
    return found.select_related(*related).defer("run__weight_set__document").first()


def demo_publication() -> Publication | None:
    """The public page that the demo's front page leads to."""
    found = Publication.objects.filter(state=Publication.State.PUBLIC, run__synthetic=True)
    return found.order_by("pk").first()


def title_of(publication: Publication) -> str:
    return text_in(publication.title)
