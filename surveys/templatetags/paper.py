"""The boxes of the paper form. One text for a whole row: seventeen small templates a row would be slow to draw."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from surveys.models import MoreImportant
from surveys.rows import ROW
from surveys.sheet import strength_label

register = template.Library()


@register.filter
def boxes(cell: str) -> SafeString:
    """{{ row.cell|boxes }}: the row from 9 over 1 to 9, with the box that is named ticked."""
    return _boxes(cell)


@lru_cache(maxsize=len(ROW) + 2)
def _boxes(ticked: str) -> SafeString:
    return format_html_join("", "<td>{}</td>", ((_box(cell, cell == ticked),) for cell in ROW))


def _box(cell: str, ticked: bool) -> SafeString:
    digit = "1" if cell == "equal" else cell[1:]
    if ticked:
        return format_html('<i class="q-ticked"><span class="visually-hidden">✓ </span>{}</i>', digit)
    return format_html("<i>{}</i>", digit)


@register.filter
def pass_box(cell: str) -> SafeString:
    """{{ row.cell|pass_box }}: the box for “cannot judge”."""
    if cell == MoreImportant.CANNOT_JUDGE:
        return format_html('<td><i class="q-ticked">{}</i></td>', "✓")
    return format_html("<td><i>{}</i></td>", "")


@register.simple_tag
def scale_labels() -> list[str]:
    """{% scale_labels as labels %}: 9 极端重要 … 1 同等重要, and the steps between in one."""
    between = _("2, 4, 6, 8: between the levels beside them")
    return [*(strength_label(level) for level in (9, 7, 5, 3, 1)), between]
