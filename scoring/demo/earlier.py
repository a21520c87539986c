"""A synthetic edition 2.0 of the computing system, so that editions can be compared and answers carried over.

It is NOT the edition 2.0 that was published: it was made from edition 3.0 by a few changes of each kind, and says so in
its label, in the survey on it, and on every page that shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from django.contrib.auth.models import User

from scoring.demo import panels, texts
from scoring.demo.panels import People
from surveys.files.indicators import IndicatorRow
from surveys.files.judgments import JudgmentRow
from surveys.files.tree import Tree
from surveys.models import Edition, Indicator, Person, Survey
from surveys.services.panel import expert_add
from surveys.services.surveys import survey_move
from surveys.services.systems import edition_freeze, edition_import

LABEL = "2.0（合成演示 synthetic）"
DRAFT = "4.0（演示草案 draft）"  # a copy that anybody may change
ADDED_SINCE = "1.2.7"
RENAMED = {"2.2.2": {"zh-hans": "存储均衡（合成）", "en": "Storage balance (synthetic)"}}
REDEFINED = {"3.2.2": {"zh-hans": "合成的旧定义：省际出口带宽的峰值"}}
MOVED = {"4.2.4": ("4.1", "4.1.5")}  # where it hung, and under which code
REMOVED_SINCE = IndicatorRow(
    row=0, code="4.2.7", parent="4.2", unit="个", direction="benefit",
    names={"zh-hans": "园区数量（合成）", "en": "Business parks (synthetic)"},
    definitions={"zh-hans": "只为演示而设，不是公布的指标"},
)  # fmt: skip
WAS = {ADDED_SINCE: Indicator.NEW, **{code: old for code, (_parent, old) in MOVED.items()}}
"""What the indicators of edition 3.0 were."""
PANEL = ["R1", "R2", "R3", "R4"]
NEWCOMER = "R5"


def edition(rows: Sequence[IndicatorRow], user: User) -> Edition:
    """The earlier edition, made from the rows of the later."""
    draft = edition_import(name=texts.COMPUTING_SYSTEM, label=LABEL, rows=earlier_rows(rows), user=user, synthetic=True)
    return edition_freeze(draft, user=user)


def earlier_rows(rows: Sequence[IndicatorRow]) -> list[IndicatorRow]:
    earlier = [_earlier(row) for row in rows if row.code != ADDED_SINCE]
    return [*earlier, REMOVED_SINCE]


def _earlier(row: IndicatorRow) -> IndicatorRow:
    parent, code = MOVED.get(row.code, (row.parent, row.code))
    return replace(
        row,
        code=code,
        parent=parent,
        names=RENAMED.get(row.code, row.names),
        definitions=REDEFINED.get(row.code, row.definitions),
    )


def surveys(
    earlier: Edition, later: Edition, rows: Sequence[IndicatorRow], judgments: Sequence[JudgmentRow], people: People
) -> None:
    """A small survey on the earlier edition that is over, and one on the later with the same people, not begun."""
    old = _survey(earlier, people, texts.EARLIER_TITLE)
    answers = earlier_judgments(rows, judgments)
    for number, code in enumerate(PANEL, start=1):
        _expert(old, code, number, people["coordinator"])
    panels.answers(old, answers, people["coordinator"])
    for expert in old.experts.all():
        panels.submit(expert)
    survey_move(old, Survey.State.CLOSED, user=people["coordinator"])
    new = _survey(later, people, texts.REUSE_TITLE)
    for number, code in enumerate([*PANEL, NEWCOMER], start=1):
        _expert(new, code, number, people["coordinator"])


def earlier_judgments(rows: Sequence[IndicatorRow], judgments: Sequence[JudgmentRow]) -> list[JudgmentRow]:
    """The first experts' answers where both editions have the pair; “equal” where only the earlier one has it."""
    tree = Tree(earlier_rows(rows))
    voices = list(dict.fromkeys(row.expert for row in judgments))[: len(PANEL)]
    said = {(row.expert, row.item_a, row.item_b): row for row in judgments}
    found = []
    for code, voice in zip(PANEL, voices, strict=True):
        for parent in tree.parents():
            for a, b in combinations(tree.children[parent], 2):
                known = said.get((voice, a, b))
                answer = (known.more_important, known.strength) if known else ("equal", 1)
                found.append(JudgmentRow(0, code, parent, a, b, *answer))
    return found


def _survey(edition: Edition, people: People, title: dict[str, str]) -> Survey:
    return panels.survey(
        edition, people, days_open=60, title=title, purpose=texts.EARLIER_PURPOSE, inviter=texts.COMPUTING_INVITER,
        contact=texts.COMPUTING_CONTACT, privacy=texts.PRIVACY,
    )  # fmt: skip


def _expert(survey: Survey, code: str, number: int, user: User) -> None:
    """In both surveys the same person."""
    name, email = f"{texts.EARLIER_PANEL} {number:02d}", f"synthetic{number:02d}@example.org"
    person = Person.objects.filter(email=email, synthetic=True).first()
    if person:
        expert_add(survey, code=code, person=person, user=user)
    else:
        expert_add(survey, code=code, name=name, email=email, user=user)
