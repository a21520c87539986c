"""What the pages are measured against: a bare page of 21 rows, and the 357 radio buttons that nobody should draw so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from surveys.models import Expert, Judgment
from surveys.rows import ROW, scale_row, value_of
from surveys.scale import sentence
from surveys.views.expert.session import live_session

ROWS = 21  # the pairs of seven items
_LITE = """{% extends "base_expert.html" %}{% block content %}<table>{% for row in rows %}
<tr><td>{{ row.comparison_id }}</td><td>{{ row.comparison.item_a.code }}</td><td>{{ row.comparison.item_b.code }}</td>
<td>{{ row.more_important }}</td><td>{{ row.strength }}</td></tr>{% endfor %}</table>{% endblock content %}"""
# What `surveys.rows` draws for each cell, drawn by the template engine: name and words for a screen reader too.
_SCALES = """{% for row, cells in rows %}
<fieldset><legend>{{ row.comparison.item_a }} – {{ row.comparison.item_b }}</legend>
{% for cell in cells %}<label title="{{ cell.spoken }}"><input type="radio" name="pair-{{ row.comparison_id }}"
aria-label="{{ cell.spoken }}" value="{{ cell.value }}"{% if cell.chosen %} checked{% endif %}>
<span>{{ cell.strength }}</span></label>{% endfor %}</fieldset>{% endfor %}"""
_RADIOS = (
    '{% extends "base_expert.html" %}{% block content %}<form method="post">{% csrf_token %}'
    + _SCALES
    + "</form>{% endblock content %}"
)


@dataclass(frozen=True)
class Cell:
    """One radio button."""

    value: str
    strength: int
    spoken: str
    chosen: bool


@cache
def _template(source: str) -> Any:
    return engines["django"].from_string(source)


def _said(request: HttpRequest, survey_id: int) -> list[Judgment]:
    """Two queries: whose device this is, and the rows."""
    session = live_session(request, survey_id)
    if session is None:
        raise PermissionError("The benchmark's expert has no session.")
    return rows_of(session.expert)


def rows_of(expert: Expert) -> list[Judgment]:
    """So many of an expert's answers, with their pairs."""
    said = Judgment.objects.filter(expert=expert).select_related("comparison__item_a", "comparison__item_b")
    return list(said[:ROWS])


def _cells(said: Judgment) -> list[Cell]:
    chosen, pair = value_of(said.more_important, said.strength), said.comparison
    split = [(value, *(("equal", 1) if value == "equal" else (value[0], int(value[1:])))) for value in ROW]
    return [
        Cell(value, strength, sentence(more, strength, pair.item_a, pair.item_b), value == chosen)
        for value, more, strength in split
    ]


def lite(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The bare page."""
    return HttpResponse(_template(_LITE).render({"rows": _said(request, survey_id)}, request))


def radios(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Seventeen radio buttons for each row."""
    rows = [(said, _cells(said)) for said in _said(request, survey_id)]
    return HttpResponse(_template(_RADIOS).render({"rows": rows}, request))


def drawn_by_template(said: list[Judgment]) -> str:
    """The rows without a page around them."""
    return str(_template(_SCALES).render({"rows": [(it, _cells(it)) for it in said]}))


def drawn_by_us(said: list[Judgment]) -> str:
    """The same rows as the pages draw them."""
    drawn = []
    for it in said:
        pair, chosen = it.comparison, value_of(it.more_important, it.strength)
        drawn.append(scale_row(f"pair-{pair.pk}", pair.item_a.name, pair.item_b.name, chosen=chosen))
    return "".join(drawn)


LITE, RADIOS = "bench/{}/lite/", "bench/{}/radios/"
urlpatterns = [
    path(LITE.format("<int:survey_id>"), lite),
    path(RADIOS.format("<int:survey_id>"), radios),
    path("", include("config.urls")),
]
