"""One specification of a figure: what a page draws and what a file will draw, so that they cannot disagree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from scoring.models import ScoringRun
from scoring.selectors.runs import NodeRow, RankRow, run_stamps

TOP = 10
HASH_DIGITS = 12


@dataclass(frozen=True)
class Bar:
    """One bar: `label` names it, `value` is drawn, `text` is printed at its end."""

    label: str
    value: float
    text: str
    rank: int


@dataclass(frozen=True)
class Figure:
    """A horizontal bar chart from a zero baseline, with everything that must be said under it."""

    title: str
    unit: str
    bars: Sequence[Bar]
    count: int
    year: str
    source: str
    run: str
    hash: str
    stamps: Sequence[str]
    sentence: str
    cut: bool

    def specification(self) -> dict[str, Any]:
        """For the page's script."""
        return asdict(self)


def node_figure(run: ScoringRun, row: NodeRow, ranked: Sequence[RankRow], *, top: int = TOP) -> Figure:
    """The first units on one node. Equal scores are never torn apart silently: `cut` says that more share the last."""
    scored = [each for each in ranked if each.rank is not None]
    shown = scored[:top]
    return Figure(
        title=_("Top %(top)d: %(node)s") % {"top": len(shown), "node": row.node},
        unit=_("score, 0 to 100"),
        bars=[Bar(each.unit.name, each.score or 0.0, f"{each.score or 0.0:.2f}", each.rank or 0) for each in shown],
        count=len(scored),
        year=run.data_set.year,
        source=run.data_set.source,
        run=str(run),
        hash=run.content_hash[:HASH_DIGITS],
        stamps=run_stamps(run),
        sentence=ranking_sentence(scored),
        cut=len(scored) > len(shown) > 0 and scored[len(shown)].rank == shown[-1].rank,
    )


def ranking_sentence(scored: Sequence[RankRow]) -> str:
    """The first three and the ties among the first ten, in words."""
    if not scored:
        return _("No unit has a score here.")
    parts = [_("Of %(count)d units, the first are %(names)s.") % {"count": len(scored), "names": _names(scored[:3])}]
    for rank in sorted({row.rank for row in scored[:TOP] if row.rank}):
        sharing = [row for row in scored if row.rank == rank]
        if len(sharing) > 1:
            parts.append(_tie(rank, sharing))
    return " ".join(parts)


def _tie(rank: int, sharing: Sequence[RankRow]) -> str:
    if len(sharing) > TOP:
        return _("Rank %(rank)d is shared by %(count)d units.") % {"rank": rank, "count": len(sharing)}
    return _("Rank %(rank)d is shared by %(names)s.") % {
        "rank": rank,
        "names": listed(row.unit.name for row in sharing),
    }


def _names(rows: Sequence[RankRow]) -> str:
    return listed(_("%(name)s (%(score)s)") % {"name": row.unit.name, "score": f"{row.score:.2f}"} for row in rows)


def listed(names: Iterable[str]) -> str:
    """Names one after the other, as the reader's language separates them."""
    return pgettext("between names", ", ").join(names)
