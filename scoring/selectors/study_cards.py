"""Studies of a run as cards and tables."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.utils.translation import gettext as _

from scoring.figures.specification import Cell
from scoring.figures.words import listed
from scoring.models import ScoringRun, Study
from scoring.selectors.board import RunBoard
from scoring.selectors.studies import Document, stability
from scoring.services.studies import JOB
from scoring.studying import NAMES
from surveys.models import Job
from surveys.selectors.jobs import job_beside
from surveys.selectors.small_groups import shown_groups
from surveys.texts import text_in


@dataclass(frozen=True)
class Card:
    """One kind of study of a run: the newest that was asked for, and its job."""

    kind: str
    label: str
    why: str
    study: Study | None
    job: Job | None
    told: str = ""
    """What came out, in a sentence."""


def cards_of(run: ScoringRun, board: RunBoard) -> list[Card]:
    why = {
        Study.Kind.PANEL: _("Had other experts of the same kind been asked: rank intervals, and who beats whom."),
        Study.Kind.EXPERTS: _("What changes without any one of the experts, by each alone, and by each known group."),
        Study.Kind.METHODS: _("Equal weights, the other ways of drawing weights, other scales, geometric means."),
        Study.Kind.INDICATORS: _("What changes where an indicator, or a whole group, is left out."),
    }  # fmt: skip
    newest = {study.kind: study for study in Study.objects.filter(run=run, cancelled_at=None).order_by("pk")}
    jobs = {job.subject: job for job in Job.objects.filter(kind=JOB, subject__in=[s.pk for s in newest.values()])}
    cards = []
    for kind, label in Study.Kind.choices:
        study = newest.get(kind)
        told = headline(board, json.loads(study.document)) if study and study.computed_at else ""
        job = job_beside(study, jobs.get(study.pk)) if study else None
        cards.append(Card(kind, str(label), why[Study.Kind(kind)], study, job, told))
    return cards


def headline(board: RunBoard, document: Document) -> str:
    """What a study found, in a sentence."""
    if document["kind"] == Study.Kind.PANEL:
        return stability(board, document, board.root)
    _title, rows = variant_rows(board, document)[0]
    told = [row for row in rows if not row.refused]
    if not told:
        return rows[0].refused_now if rows else ""
    most = max(told, key=lambda row: (float(row.told["mean_shift"]), row.told["largest"]))
    if not most.told["changed"]:
        return _("No rank changes.")
    sentence = (
        _("Most changes with “%(label)s”: %(changed)d of %(count)d ranks, by at most %(largest)d (%(movers)s).")
        if document["kind"] == Study.Kind.METHODS
        else _("Most changes without %(label)s: %(changed)d of %(count)d ranks, by at most %(largest)d (%(movers)s).")
    )
    return sentence % {
        "label": most.label, "changed": most.told["changed"], "count": len(board.ranked(board.root)),
        "largest": most.told["largest"], "movers": most.movers,
    }  # fmt: skip


@dataclass(frozen=True)
class VariantRow:
    """What another weighing does to the ranks on the root."""

    label: str
    told: Document
    movers: str
    group: str = ""

    @property
    def refused(self) -> str:
        """In every language, see `told`."""
        return str(self.told.get("refused", ""))

    @property
    def refused_now(self) -> str:
        """In the reader's language."""
        return text_in(json.loads(self.refused)) if self.refused.startswith("{") else self.refused


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
    told = _groups_told(board, document)
    groups = [VariantRow(each["group"], each["alone"], movers(board, each["alone"])) for each in told]
    found = [
        (title, [VariantRow(each["expert"], each[name], movers(board, each[name])) for each in document["experts"]])
        for title, name in ((_("Without one expert"), "left_out"), (_("One expert alone"), "alone"))
    ]
    return [*found, *([(_("One group alone"), groups)] if groups else [])]


def _groups_told(board: RunBoard, document: Document) -> list[Document]:
    """Without the groups that are smaller than the survey's smallest now: the study may be older than that."""
    sizes = {each["group"]: each["count"] for each in document["groups"]}
    aside = len(document["experts"]) - sum(sizes.values())
    shown = shown_groups(sizes, board.run.survey.smallest_group, aside=aside)
    return [each for each in document["groups"] if each["group"] in shown]


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


def measure_table(board: RunBoard, document: Document) -> tuple[list[str], list[list[Cell]]]:
    """For files: what each variant does to the ranks, in numbers."""
    heading = [
        *(_("Studied"), _("Variant"), _("Ranks that change"), _("Mean shift"), _("Largest")),
        *(_("Spearman"), _("Kendall"), _("Who moves most")),
    ]
    body: list[list[Cell]] = []
    for title, rows in variant_rows(board, document):
        for row in rows:
            numbers = [row.told.get(name) for name in ("changed", "mean_shift", "largest", "spearman", "kendall")]
            cells = [float(cell) if isinstance(cell, str) else cell for cell in numbers]
            body.append([title, row.label, *cells, row.refused_now or row.movers])
    return heading, body
