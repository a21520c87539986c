"""What the script of an expert's page knows: the questionnaire, what was said, and the words to say things with.

The script draws the next card from it without asking the server, so an expert goes on where there is no network. It
computes nothing: order, sides, texts and addresses all come from here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys.canonical import content_hash
from surveys.models import Edition, Expert, Indicator
from surveys.scale import CANNOT_JUDGE, EQUAL, LEVELS, MORE
from surveys.selectors.questionnaire import Said, Way
from surveys.selectors.structure import KEPT_EDITIONS, structure_of
from surveys.texts import language_of, text_in

from .reading import Reading

ANY = 0
HARMLESS = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def script_data(
    expert: Expert, way: Way, said: Said, reading: Reading, *, seconds: float, carried: Mapping[int, int]
) -> SafeString:
    """Two pieces of JSON in the page: the edition's, which is the same for everybody, and the expert's own."""
    survey = expert.survey
    own = {
        "queue": queue_name(expert),
        "urls": _urls(survey.pk),
        "missing": survey.missing_allowed,
        "advance": reading.advance == "on",
        "keys": reading.keys == "on",
        "seconds": seconds,
        "sections": [
            {"id": stage.node_id, "planned": stage.total, "pairs": stage.section.pairs} for stage in way.stages
        ],
        "revision": expert.revision,
        "said": {pair: [it.more_important, it.strength, it.revision] for pair, it in said.items()},
    }
    if carried:
        own["carried"] = dict(carried)
    return edition_data(survey.edition) + _block(own, "questionnaire")


def queue_data(expert: Expert) -> SafeString:
    """The little that a page without a card needs, so that answers still waiting on the device are sent from it too."""
    return _block({"queue": queue_name(expert), "urls": _urls(expert.survey_id), "words": _words()}, "questionnaire")


def queue_name(expert: Expert) -> str:
    """Names the expert's queue on a device, and tells nothing: the answers of two experts never meet there."""
    return content_hash(f"queue:{expert.survey.key}:{expert.code}")[:16]


def edition_data(edition: Edition) -> SafeString:
    moment = edition.frozen_at.isoformat() if edition.frozen_at else ""
    return _edition_data(edition.pk, moment, get_language() or "")


@lru_cache(maxsize=2 * KEPT_EDITIONS)
def _edition_data(edition_id: int, moment: str, _language: str) -> SafeString:
    structure = structure_of(Edition(pk=edition_id, frozen_at=parse_datetime(moment) if moment else None))
    items: dict[int, Indicator] = {}
    for pair in structure.pairs.values():
        items |= {item.pk: item for item in (pair.node, pair.item_a, pair.item_b)}
    data = {
        "items": {pk: _item(item) for pk, item in items.items()},
        "pairs": {pk: [pair.item_a_id, pair.item_b_id, pair.position] for pk, pair in structure.pairs.items()},
        "words": _words(),
    }
    return _block(data, "edition")


def _block(data: dict[str, Any], name: str) -> SafeString:
    """Like Django's json_script, but Chinese stays three bytes a character."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(HARMLESS)
    return mark_safe(f'<script id="{name}" type="application/json">{text}</script>')  # noqa: S308  escaped above


def _item(item: Indicator) -> list[str]:
    name, definition = item.name, item.definition
    texts = [text_in(name), _lang(name), item.unit]
    return [*texts, text_in(definition), _lang(definition)] if text_in(definition) else texts


def _lang(texts: dict[str, str]) -> str:
    language = language_of(texts)
    return "" if language == get_language() else language


def _urls(survey_id: int) -> dict[str, str]:
    """Addresses; in those of a pair and of a section a 0 stands for the number."""
    own = {name: reverse(f"surveys:{name}", args=[survey_id]) for name in ("save", "review", "contents")}
    placed = {"pair": "pair", "section": "section_review", "rows": "rows"}
    return own | {name: reverse(f"surveys:{view}", args=[survey_id, ANY]) for name, view in placed.items()}


def _words() -> dict[str, Any]:
    """Sentences with their places still open, {} where a script fills in."""
    return {
        "levels": {str(level): str(words) for level, words in LEVELS.items()},
        "more": str(MORE),
        "equal": str(EQUAL),
        "cannot": str(CANNOT_JUDGE),
        "question": _("For “%(name)s”, which is more important?"),
        "definition": _("Definition of %(name)s"),
        "saved": _("Saved %(time)s"),
        "sending": _("Saving …"),
        "waiting": _("No connection. Answers that wait on this device and are sent by themselves later: %(count)s"),
        "signed_out": _("This device was signed out. Answers that wait here until you are back: %(count)s"),
        "back_in": _("Sign in again"),
        "refused": _("Not saved:"),
        "choose": _("Choose"),
        "done": _("“%(section)s” is done."),
        "left": _("%(done)s/%(total)s in all, about %(minutes)s min left"),
        "memory": _("This browser cannot keep answers: please stay on the page until all are saved."),
    }
