"""Filters of our own pages: texts in the reader's language, and numbers as they are printed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django import template
from django.conf import settings
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.translation import get_language, gettext

from surveys import acts, scale
from surveys.models import Expert, Survey
from surveys.moments import moment_text
from surveys.selectors.four_ways import FourWays, Way
from surveys.selectors.naming import shown_name
from surveys.selectors.weight_history import Changes
from surveys.texts import Texts, language_of, text_in

register = template.Library()

Number = float | str | None
HAN = "\u3400-\u9fff\uf900-\ufaff"
CHINESE = re.compile(f"<[^>]*>|[{HAN}][{HAN}\u3000-\u303f\uff00-\uffefA-Za-z0-9]*")
"""A run of Chinese with the letters and digits inside it; or a tag, which is passed over."""


@register.filter
def text(texts: Texts) -> str:
    """{{ indicator.name|text }}: in the reader's language where there is such a text."""
    return text_in(texts)


@register.filter
def lang_of(texts: Texts) -> str:
    """<span lang="{{ indicator.name|lang_of }}">: the language of what `text` shows."""
    return language_of(texts)


@register.filter
def marked(said: object) -> SafeString:
    """{{ answer.sentence|marked }}: Chinese names inside a sentence of another language say that they are Chinese, or
    a screen reader leaves them out. A sentence is put together long before a page knows which of its names are which.
    """
    escaped = conditional_escape(said if isinstance(said, SafeData) else str(said))
    if (get_language() or "").startswith("zh"):
        return escaped
    return mark_safe(CHINESE.sub(_in_chinese, escaped))  # noqa: S308  escaped above


def _in_chinese(run: re.Match[str]) -> str:
    return run[0] if run[0].startswith("<") else f'<span lang="zh-Hans">{run[0]}</span>'


@register.filter
def moment(at: datetime) -> str:
    """{{ survey.closes_at|moment }}: a deadline must name its time zone."""
    return moment_text(at)


@register.filter
def percent(share: Number, decimals: int = 2) -> str:
    """{{ weight|percent:2 }}: 0.184 becomes 18.40 %."""
    return "" if share in (None, "") else f"{float(share) * 100:.{decimals}f} %"


@register.filter
def decimal(number: Number, decimals: int = 3) -> str:
    """{{ ratio|decimal:3 }}: empty where there is no number."""
    return "" if number in (None, "") else f"{float(number):.{decimals}f}"


@register.filter
def signed(number: Number, decimals: int = 2) -> str:
    """{{ change.points|signed:2 }}: +0.24, −0.10 with a real minus, ±0.00 where it rounds to nothing."""
    if number in (None, ""):
        return ""
    text = f"{abs(float(number)):.{decimals}f}"
    if not float(text):
        return f"±{text}"
    return f"+{text}" if float(number) > 0 else f"\N{MINUS SIGN}{text}"


@register.filter
def plain(number: Decimal) -> str:
    """{{ expert.weight|plain }}: 2.5000 becomes 2.5."""
    return f"{number.normalize():f}"


TONES = {
    **dict.fromkeys(["submitted", "done", "approved", "frozen"], "ok"),
    **dict.fromkeys(["open", "pilot", "in_progress", "running", "waiting", "proposed"], "busy"),
    **dict.fromkeys(["changed", "to_revise"], "warn"),
    **dict.fromkeys(["revoked", "failed", "returned", "declined"], "bad"),
    **dict.fromkeys(["submitted", "done", "approved", "frozen", "sent", "public"], "ok"),
    **dict.fromkeys(["open", "pilot", "in_progress", "running", "waiting", "sending", "proposed"], "busy"),
    **dict.fromkeys(["changed", "unknown"], "warn"),
    **dict.fromkeys(["revoked", "failed", "bounced", "withdrawn"], "bad"),
    **dict.fromkeys(["locked", "decided", "archived", "superseded"], "locked"),
}


@register.filter
def tone(state: str) -> str:
    """The tone of a state: <span class="q-status {{ survey.state|tone }}">."""
    return f"q-status-{TONES[state]}" if state in TONES else ""


@register.inclusion_tag("_cr_badge.html")
def cr_badge(ratio: Number, short: bool = False, level: str = "") -> dict[str, object]:
    """{% cr_badge node.ratio %}: sign, number and word; an empty ratio was not tested, None is not there yet.

    The level may be given where more is known: incomplete, or untestable for want of answers.
    """
    level = level or ("incomplete" if ratio is None else scale.consistency_level(ratio))
    return {"level": level, "ratio": decimal(ratio), "short": short}


@register.filter
def told(sentence: str) -> str:
    """{{ job.error|told }}: kept as a msgid, or as a sentence in each language."""
    return text_in(json.loads(sentence)) if sentence.startswith("{") else gettext(sentence)


@register.filter
def item(values: Mapping[str, object], key: str) -> object:
    """{{ board.next_sorts|item:column }}: what a mapping holds under a key that a variable names."""
    return values.get(key, "")


@register.filter
def language_name(tag: str) -> str:
    """{{ person.language|language_name }}: what the language calls itself."""
    return str(dict(settings.LANGUAGES).get(tag, tag))


@register.filter
def act(action: str) -> str:
    """{{ event.action|act }}: an entry of the audit log in words."""
    return acts.act_label(action)


@register.filter
def logged(values: dict[str, object]) -> str:
    """{{ event.new|logged }}: what the audit log keeps of an act, in one line."""
    return acts.told(values)


@register.simple_tag
def name_beside_answers(survey: Survey, expert: Expert) -> str:
    """{% name_beside_answers survey expert %}: empty where answers go by a code alone. Every page that shows answers
    writes names by it.
    """
    return shown_name(survey, expert)


@register.filter
def points(share: Number) -> str:
    """{{ gap|points }}: a difference of shares in percentage points, 0.0123 becomes 1.23."""
    return "" if share in (None, "") else f"{float(share) * 100:.2f}"


@register.filter
def change_of(changes: Changes, code: str) -> str:
    """{{ changes|change_of:row.node.code }}: +1.20, in percentage points; what is new says so."""
    difference = changes.by_code[code].difference
    return gettext("new") if difference is None else f"{difference * 100:+.2f}" if changes.by_code[code].moved else "0"


@register.filter
def interval_of(ways: FourWays, code: str) -> str:
    """{{ ways|interval_of:row.node.code }}: the range of a local weight, empty where none can be stated."""
    found = ways.intervals.get(code)
    return f"{found[0] * 100:.1f}–{found[1] * 100:.1f} %" if found else ""


@register.filter
def ways_of(ways: FourWays, code: str) -> list[tuple[Way, float]]:
    """{% for way, weight in ways|ways_of:row.node.code %}"""
    return ways.of(code)
