"""The page of one pair: what the card and the lines around it show."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys.models import Comparison, Expert, Indicator, Section
from surveys.scale import LEVELS, sentence
from surveys.selectors.questionnaire import (
    Given,
    Question,
    Stage,
    Trail,
    Way,
    minutes_for,
    question_of,
    said_by,
    trail_of,
    way_of,
)
from surveys.selectors.questionnaire import Step as Event
from surveys.selectors.structure import structure_of
from surveys.services.judgments import Answer

from .because import because_of
from .reading import reading_of
from .script_data import script_data
from .session import page

STEPS = range(2, 10)


@dataclass(frozen=True)
class Side:
    """An item where it stands. `value` is what the pair calls it, whichever side it is shown on."""

    letter: str
    value: str
    item: Indicator
    chosen: bool


@dataclass(frozen=True)
class Step:
    """A strength on the card. Steps between two named ones are drawn smaller."""

    strength: int
    word: str
    between: bool
    chosen: bool


@dataclass(frozen=True)
class Spoken:
    """An answer, and how it reads: a button can send it (again)."""

    more_important: str
    strength: int | None
    sentence: str


def question_page(
    request: HttpRequest,
    expert: Expert,
    position: int,
    *,
    problems: list[str] | None = None,
    unsaved: Answer | None = None,
    status: int = 200,
) -> HttpResponse:
    """One pair. `unsaved` is an answer that came and could not be stored: the page offers to send it again."""
    said, trail = said_by(expert), trail_of(expert)
    way = way_of(expert, said)
    question = question_of(position, way, said, trail)
    if question is None:
        raise Http404("There is no such pair.")
    seconds, carried = trail.pace, trail.carried(said)
    context = {
        "question": question,
        "problems": problems,
        "unsaved": _spoken(question, unsaved),
        "current": _spoken(question, question.current),
        "disputed": _spoken(question, question.disputed),
        "client_key": uuid.uuid4(),
        "because": because_of(request.POST or request.GET, expert, question.comparison),
        "minutes": minutes_for(way.total - way.answered, seconds),
        "data": script_data(expert, way, said, reading_of(request), seconds=seconds, carried=carried),
        "carried": question.comparison.pk in carried,
        "carried_from": trail.carried_from,
        "familiarities": Section.Familiarity.choices,
        **_card(question),
        **_surroundings(question, way, _last(expert, trail)),
    }
    return page(request, expert, "pair.html", status=status, **context)


def _card(question: Question) -> dict[str, Any]:
    said = question.current
    side, strength = (said.more_important, said.strength) if said else ("", None)
    pair = question.comparison
    items = [("a", pair.item_a), ("b", pair.item_b)]
    shown = zip("AB", reversed(items) if question.place.swapped else items, strict=True)
    return {
        "sides": [Side(letter, value, item, side == value) for letter, (value, item) in shown],
        "equal": side == "equal",
        "strengths": strengths(strength if side in ("a", "b") else None),
    }


def strengths(chosen: int | None) -> str:
    """The buttons 2 to 9, the same for every pair: drawn once for each language and chosen strength."""
    return _drawn(get_language() or "", chosen)


@lru_cache(maxsize=64)
def _drawn(_language: str, chosen: int | None) -> str:
    steps = [Step(step, _step_word(step), step % 2 == 0, step == chosen) for step in STEPS]
    return render_to_string("surveys/expert/_strengths.html", {"steps": steps})


def _step_word(step: int) -> str:
    return _("between") if step % 2 == 0 else str(LEVELS[step])


def _spoken(question: Question, said: Answer | Given | Event | None) -> Spoken | None:
    if said is None:
        return None
    pair = question.comparison
    if not said.more_important:
        return Spoken("open", None, _("The answer is taken back"))
    return Spoken(
        said.more_important, said.strength, sentence(said.more_important, said.strength, pair.item_a, pair.item_b)
    )


@dataclass(frozen=True)
class Last:
    """The newest answer that counts: when it was saved, and where it may be changed."""

    revision: int
    received_at: datetime
    comparison: Comparison
    more_important: str
    sentence: str


def _last(expert: Expert, trail: Trail) -> Last | None:
    step = trail.last
    if step is None:
        return None
    pair = structure_of(expert.survey.edition).pairs[step.pair]
    said = sentence(step.more_important, step.strength, pair.item_a, pair.item_b) if step.more_important else ""
    return Last(step.revision, step.received_at, pair, step.more_important, said)


def _surroundings(question: Question, way: Way, last: Last | None) -> dict[str, Any]:
    """`last_said` is the newest answer as a sentence, unless it is the one on this card."""
    pair = question.comparison
    stage = way.stage(pair.node_id)
    return {
        "way": way,
        "stage": stage,
        "next_position": _next_position(question, way, stage),
        "back": way.beside(pair.position, -1),
        "forward": way.beside(pair.position, 1),
        "last": last,
        "last_said": last.sentence if last and last.comparison.pk != pair.pk else "",
    }


def _next_position(question: Question, way: Way, stage: Stage | None) -> int:
    """Within a complete section only what is beyond its plan comes next; behind it, its review (0)."""
    place = question.place
    if stage is None or not stage.complete:
        return way.next_open(place.position) or 0
    extras = [other for other in stage.places if not other.answered and other.number != place.number]
    return extras[0].position if extras and not place.planned and not place.answered else 0
