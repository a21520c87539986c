"""What the demo shows of agreement: what experts say of themselves, and a second round that brings some of them closer.

The panel's final answers are those of the demo's file. A few of them were first given the other way round.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice

from django.contrib.auth.models import User

from scoring.demo import panels, texts
from surveys.files.judgments import JudgmentRow
from surveys.models import Comparison, Expert, JudgmentEvent, RevisionPair, Round, Survey
from surveys.services.basis import basis_say
from surveys.services.judgments import Answer, Shown, judgment_record
from surveys.services.keeping import judgment_keep
from surveys.services.rounds import round_start
from surveys.services.sections import section_know, sections_ensure

DISPUTED = (("1", "2"), ("1", "3"), ("2", "4"))
"""Pairs of dimensions on which some experts first thought otherwise."""
OTHERWISE = ("E02", "E05", "E08", "E10", "E12")
FAMILIARITY = ("very", "well", "well", "very", "fair")
BASES = (
    {"practice": "large", "theory": "medium", "literature": "medium", "intuition": "small"},
    {"practice": "medium", "theory": "large", "literature": "large", "intuition": "small"},
    {"practice": "large", "theory": "large", "literature": "medium", "intuition": "medium"},
)


def say_of_themselves(experts: Sequence[Expert]) -> None:
    """How well each knows each section, and what the judgments rest on: in turn, so that they differ."""
    for number, (expert, basis) in enumerate(zip(experts, cycle(BASES))):
        words = islice(cycle(FAMILIARITY), number, None)
        for section, word in zip(sections_ensure(expert), words):  # noqa: B905
            section_know(section, word)
        basis_say(expert, basis)


def first_answers(rows: Sequence[JudgmentRow]) -> list[JudgmentRow]:
    """What the panel said before the second round."""
    return [_turned(row) if _changes(row) else row for row in rows]


def second_round(survey: Survey, rows: Sequence[JudgmentRow], user: User) -> Round:
    """Ask the disputed pairs again; those who thought otherwise come round to the file's answers, the rest stay."""
    pairs = {
        (pair.item_a.code, pair.item_b.code): pair
        for pair in Comparison.objects.filter(node__edition=survey.edition).select_related("item_a", "item_b")
    }
    made = round_start(survey, [pairs[codes].pk for codes in DISPUTED], note=texts.ROUND_NOTE, user=user)
    final = {
        (row.expert, pairs[row.item_a, row.item_b].pk): row for row in rows if (row.item_a, row.item_b) in DISPUTED
    }
    asked = RevisionPair.objects.filter(request__round=made).select_related("request", "request__expert__survey")
    for pair in asked:
        _settled(pair, final[pair.request.expert.code, pair.comparison_id])
    for expert in survey.experts.filter(code__in=OTHERWISE):
        panels.submit(expert)
    return made


def _settled(pair: RevisionPair, row: JudgmentRow) -> None:
    expert, request = pair.request.expert, pair.request
    if not _changes(row):
        judgment_keep(expert, pair.comparison_id, revision=pair.revision, reason="", request=request)
        return
    judgment_record(
        expert,
        pair.comparison_id,
        Answer(row.more_important, row.strength),
        client_key=uuid.uuid4(),
        source=JudgmentEvent.Source.DEMO,
        shown=Shown(cause=JudgmentEvent.Cause.ROUND),
    )


def _changes(row: JudgmentRow) -> bool:
    return row.expert in OTHERWISE and (row.item_a, row.item_b) in DISPUTED


def _turned(row: JudgmentRow) -> JudgmentRow:
    return replace(row, more_important="a" if row.more_important == "b" else "b", strength=5)
