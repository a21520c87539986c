"""Studies as pages, figures and files show them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from scoring.figures.builders import caption_of
from scoring.figures.specification import Bar, Bars, Cell, Figure, Grid, Table
from scoring.figures.words import listed
from scoring.models import ScoringRun, Study
from scoring.selectors.board import RunBoard
from scoring.selectors.weighing import Weighing
from scoring.services.studies import JOB
from scoring.studying import NAMES
from scoring.uncertainty import Flip, flips
from surveys.models import Job
from surveys.selectors.jobs import finds_survey

Intervals = dict[int, tuple[int, int]]
Document = dict[str, Any]


@dataclass(frozen=True)
class Card:
    """One kind of study of a run: the newest that was asked for, and its job."""

    kind: str
    label: str
    why: str
    study: Study | None
    job: Job | None


def cards_of(run: ScoringRun) -> list[Card]:
    why = {
        Study.Kind.PANEL: _("Had other experts of the same kind been asked: rank intervals, and who beats whom."),
        Study.Kind.EXPERTS: _("What changes without any one of the experts, by each alone, and by each known group."),
        Study.Kind.METHODS: _("Equal weights, the other ways of drawing weights, other scales, geometric means."),
        Study.Kind.INDICATORS: _("What changes where an indicator, or a whole group, is left out."),
    }  # fmt: skip
    studies = Study.objects.filter(run=run, cancelled_at=None).defer("document").order_by("pk")
    newest = {study.kind: study for study in studies}
    jobs = {job.subject: job for job in Job.objects.filter(kind=JOB, subject__in=[s.pk for s in newest.values()])}
    return [
        Card(
            kind,
            str(label),
            why[Study.Kind(kind)],
            newest.get(kind),
            jobs.get(newest[kind].pk) if kind in newest else None,
        )
        for kind, label in Study.Kind.choices
    ]


def newest_document(run: ScoringRun, kind: str) -> Document | None:
    found = Study.objects.filter(run=run, kind=kind, computed_at__isnull=False).order_by("-pk").first()
    return json.loads(found.document) if found else None


def rank_intervals_of(run: ScoringRun, code: str) -> Intervals:
    """Position of a unit → the ends of its rank interval on a node; nothing where no study of other panels is there."""
    document = newest_document(run, Study.Kind.PANEL)
    return intervals_in(document, code) if document else {}


def intervals_in(document: Document, code: str) -> Intervals:
    node = document["nodes"].get(code)
    if node is None:
        return {}
    return {unit: (low, high) for unit, (low, high) in enumerate(zip(node["low"], node["high"], strict=True)) if low}


# --- figures ---


def interval_figure(board: RunBoard, document: Document, code: str) -> Figure:
    """Rank intervals of all units, in the order of their ranks: a bar ends at the rank, the line is its interval."""
    intervals, ranks, names = intervals_in(document, code), board.ranks_of(code), board.names
    node = document["nodes"][code]
    ranked = board.ranked(code)
    bars = [
        Bar(
            label=names[unit], value=float(ranks[unit]), low=float(intervals[unit][0]), high=float(intervals[unit][1]),
            text=f"{ranks[unit]} ({intervals[unit][0]}–{intervals[unit][1]})", rank=int(ranks[unit]),
        )
        for unit in ranked
    ]  # fmt: skip
    unsure = [names[unit] for unit in ranked if intervals[unit][1] - intervals[unit][0] >= 3]
    sentence = _("%(sure)d of %(count)d units keep their rank within one place.") % {
        "sure": sum(high - low <= 1 for low, high in intervals.values()), "count": len(ranked),
    }  # fmt: skip
    if unsure:
        sentence += " " + _("Least sure are the ranks of %(names)s.") % {"names": listed(unsure[:8])}
    rows: list[list[Cell]] = [
        [
            int(ranks[unit]), names[unit], *intervals[unit], node["middle"][unit], float(node["among_first"][unit]),
        ]
        for unit in ranked
    ]  # fmt: skip
    heading = [
        _("Rank"),
        _("Unit"),
        _("Rank interval, from"),
        _("to"),
        _("Middle rank"),
        _("Share among the first ten"),
    ]
    return Figure(
        f"intervals-{code}",
        caption_of(
            board, _("How sure the ranks are: %(node)s") % {"node": board.tree.nodes[code]}, _("rank"), sentence,
            count=len(ranked), note=_interval_note(document),
        ),
        Bars(bars, highest=float(len(ranked)), whiskers=_("90 of 100 panels")),
        Table(heading, rows),
        [names[unit] for unit in ranked],
    )  # fmt: skip


def _interval_note(document: Document) -> str:
    return _(
        "Line: where the rank lies in %(share)s of 100 panels that were drawn from the same %(experts)d experts "
        "(%(draws)s draws of whole experts, widened for their small number)."
    ) % {
        "share": round(100 * float(document["options"]["confidence"])),
        "experts": document["experts"],
        "draws": document["options"]["draws"],
    }


def beats_figure(board: RunBoard, document: Document) -> Figure:
    """How often the row's unit stands before the column's, for the first units."""
    names = [board.names[unit] for unit in document["first"]]
    values = [
        [None if a == b else float(document["beats"][a][b]) for b in range(len(names))] for a in range(len(names))
    ]
    close = [
        f"{names[place]} / {names[place + 1]} ({float(document['beats'][place][place + 1]):.0%})"
        for place in range(len(names) - 1)
        if float(document["beats"][place][place + 1]) < 0.9
    ]
    sentence = (
        _("Neighbours whose order may be the other way round in more than one panel of ten: %(pairs)s.")
        % {"pairs": listed(close)}
        if close
        else _("Every unit stands before the next one in nine panels of ten.")
    )
    return Figure(
        "beats",
        caption_of(board, _("Who stands before whom, and how often"), _("of 100 panels"), sentence, count=len(names)),
        Grid(names, names, values),
        Table([_("Unit"), *names], [[name, *row] for name, row in zip(names, values, strict=True)]),
        names,
    )


# --- tables ---


@dataclass(frozen=True)
class VariantRow:
    """What another weighing does to the ranks on the root."""

    label: str
    told: Document
    movers: str
    group: str = ""

    @property
    def refused(self) -> str:
        return str(self.told.get("refused", ""))


def variant_rows(board: RunBoard, document: Document) -> list[tuple[str, list[VariantRow]]]:
    """Headed groups of variants, for the studies that compare."""
    kind = document["kind"]
    if kind == Study.Kind.METHODS:
        rows = [VariantRow(_(NAMES[each["name"]]), each, movers(board, each)) for each in document["variants"]]
        return [(_("Other methods"), rows)]
    if kind == Study.Kind.INDICATORS:
        nodes = board.tree.nodes
        rows = [
            VariantRow(f"{each['code']} {nodes[each['code']]}", each, movers(board, each))
            for each in document["left_out"]
        ]
        return [(_("Without"), sorted(rows, key=lambda row: -float(row.told["mean_shift"])))]
    groups = [VariantRow(each["group"], each["alone"], movers(board, each["alone"])) for each in document["groups"]]
    found = [
        (title, [VariantRow(each["expert"], each[name], movers(board, each[name])) for each in document["experts"]])
        for title, name in ((_("Without one expert"), "left_out"), (_("One expert alone"), "alone"))
    ]
    return [*found, *([(_("One group alone"), groups)] if groups else [])]


def movers(board: RunBoard, told: Document, count: int = 3) -> str:
    """Who moves most, in words."""
    if "ranks" not in told:
        return ""
    official = board.ranks_of(board.root)
    moved = [
        (abs(rank - int(official[unit])), board.names[unit], int(official[unit]), rank)
        for unit, rank in enumerate(told["ranks"])
        if rank and official[unit] and rank != official[unit]
    ]
    moved.sort(key=lambda each: (-each[0], each[2]))
    return listed(f"{name} {before}→{after}" for _size, name, before, after in moved[:count])


def variant_table(board: RunBoard, document: Document) -> tuple[list[str], list[list[Cell]]]:
    """For files: the ranks of every unit under every variant."""
    groups = variant_rows(board, document)
    heading = [_("Unit"), _("Rank"), *(f"{title}: {row.label}" for title, rows in groups for row in rows)]
    body: list[list[Cell]] = [
        [
            name, int(board.ranks_of(board.root)[unit]) or None,
            *((row.told.get("ranks") or [None] * len(board.names))[unit] for _title, rows in groups for row in rows),
        ]
        for unit, name in enumerate(board.names)
    ]  # fmt: skip
    return heading, body


# --- what would make two level ---


@dataclass(frozen=True)
class FlipRow:
    node: str
    child: str
    weight: float
    needed: float

    @property
    def points(self) -> float:
        return 100 * (self.needed - self.weight)


def flip_rows(weighing: Weighing, board: RunBoard, code: str, a: int, b: int) -> list[FlipRow]:
    """The smallest change first."""
    scores = {each: weighing.scores.scores[place] for place, each in enumerate(weighing.scores.codes)}
    found: Sequence[Flip] = list(flips(weighing.children, weighing.local, code, scores, a, b))
    nodes = board.tree.nodes
    rows = [FlipRow(str(nodes[f.node]), str(nodes[f.child]), f.weight, f.needed) for f in found]
    return sorted(rows, key=lambda row: abs(row.points))


@finds_survey(JOB)
def _survey_of_study(subject: int) -> int | None:
    return Study.objects.filter(pk=subject).values_list("run__survey_id", flat=True).first()
