"""Tags of the pages of data and runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import template
from django.utils.safestring import SafeString, mark_safe

from scoring.figures.builders import source_line
from scoring.figures.files import kinds_of
from scoring.figures.specification import Figure
from scoring.figures.svg import NARROW, WIDE, draw, drawn
from scoring.figures.words import and_more
from scoring.models import Publication, ScoringRun
from scoring.publishing import Shown
from scoring.selectors.data_sets import Extreme
from scoring.selectors.marks import Mark
from scoring.selectors.publications import demo_publication
from scoring.selectors.studies import interval_text
from surveys.models import Job
from surveys.paths import CodeConverter

register = template.Library()


@register.inclusion_tag("scoring/_run_state.html")
def run_state(run: ScoringRun, jobs: Mapping[int, Job]) -> dict[str, object]:
    """{% run_state run jobs %}: frozen, draft, computing or failed; `jobs` by run."""
    return {"run": run, "job": jobs.get(run.pk)}


@register.inclusion_tag("scoring/_figure.html")
def figure(
    figure: Figure,
    files: str = "",
    level: int = 2,
    bare: bool = False,
    narrow: bool = False,
    kinds: Sequence[str] = (),
    query: str = "",
    languages: Sequence[tuple[str, str, str]] = (),
    status: str = "",
    tone: str = "ok",
) -> dict[str, object]:
    """{% figure f files=address %}: the drawing for wide and for narrow windows, its sentence and its table.

    `files` is the address of its files without the ending, `kinds` the endings (all that it can have, if not said),
    `query` what follows them; `languages` gives a row of files for each (tag, name, query). `bare` leaves the table
    out, where the page has it; `narrow` is for cards beside each other; `status` stands in a tone below the title.
    """
    widths = (NARROW,) if narrow else (WIDE, NARROW)
    drawings = [(width == NARROW, _drawn(figure, width)) for width in widths] if drawn(figure) else []
    return {
        "figure": figure, "drawings": drawings, "source": source_line(figure.caption), "files": files, "level": level,
        "bare": bare, "only_narrow": narrow, "kinds": kinds or kinds_of(figure), "query": query,
        "languages": languages or [("", "", query)], "status": status, "tone": tone,
    }  # fmt: skip


def _drawn(figure: Figure, width: float) -> SafeString:
    return mark_safe(draw(figure, width=width))  # noqa: S308  every text in it was escaped when it was drawn


@register.filter
def printed(cell: object, decimals: int) -> str:
    """{{ cell|printed:2 }}: a cell of a figure's table; whole numbers as they are."""
    if cell is None:
        return "–"
    return f"{cell:,.{decimals}f}" if isinstance(cell, float) else str(cell)


@register.filter
def rounded(text: str | None, decimals: int) -> str:
    """{{ told.spearman|rounded:3 }}: a decimal string, or a dash."""
    return "–" if text is None else f"{float(text):.{decimals}f}"


@register.filter
def coefficient(number: float | None) -> str:
    """{{ told.raw|coefficient }}: two decimals, a real minus, no plus; or a dash."""
    return "–" if number is None else f"{number:.2f}".replace("-", "\N{MINUS SIGN}")


@register.filter
def parted(share: float | None, decimals: int = 1) -> str:
    """{{ told.effective|parted:1 }}: a share that may be negative, in percent; or a dash."""
    return "–" if share is None else f"{100 * share:.{decimals}f} %".replace("-", "\N{MINUS SIGN}")


@register.filter
def short(number: float) -> str:
    """{{ move.before|short }}: a measured value without the digits that are none of it."""
    return f"{number:.10g}"


@register.filter
def item(values: Sequence[object], place: int) -> object:
    """{{ found.totals|item:0 }}"""
    return values[place]


@register.simple_tag
def holders(extreme: Extreme | None) -> str:
    """{% holders column.low %}: who has this value."""
    return and_more(extreme.units, extreme.others) if extreme else ""


@register.simple_tag
def demo_page() -> Publication | None:
    """{% demo_page as public %}: the public page that a reader of the demo may open."""
    return demo_publication()


@register.filter
def interval(row: Shown) -> str:
    """{{ each|interval }}: the rank interval of a published row, empty where it has none."""
    return interval_text(row.interval) if row.interval else ""


@register.filter
def in_address(code: str) -> str:
    """{{ node.code|in_address }}: as a part of an address, where {% url %} does not know the address."""
    return CodeConverter().to_url(code)


@register.inclusion_tag("scoring/_score_mark.html")
def score_mark(marks: Mapping[str, Mark], key: str) -> dict[str, object]:
    """{% score_mark marks unit.name %}: the sign of what was done to a score; nothing where nothing was."""
    return {"mark": marks.get(key)}


@register.filter
def entry(mapping: Mapping[object, object], key: object) -> object:
    """{{ unit.attributes|entry:"region" }}"""
    return mapping.get(key, "")
