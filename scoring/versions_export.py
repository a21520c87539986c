"""The differences of two versions as CSV and XLSX."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from scoring.selectors.versions import Difference
from scoring.stamped import stamped_csv
from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import Cell

HEADING = ("unit", "code", "name", "before", "after", "ratio", "jump")


def changes_csv(found: Difference) -> bytes:
    return stamped_csv(HEADING, change_rows(found), " / ".join(found.stamps))


def changes_xlsx(found: Difference) -> bytes:
    """The cells come first; what came and went stands on the second sheet."""
    head: list[list[Cell]] = [[stamp] for stamp in found.stamps]
    first = len(head)
    cells = Sheet(_("Changes"), [*head, HEADING, *change_rows(found)], headings=frozenset({first}), frozen=first + 1)
    return workbook_bytes([cells, Sheet(_("Counts"), list(_counts(found)), headings=frozenset())])


def change_rows(found: Difference) -> Iterator[list[Cell]]:
    for each in found.cells:
        numbers = [float(text) if text else None for text in (each.before, each.after)]
        yield [
            each.unit,
            each.node.code,
            str(each.node),
            *numbers,
            each.ratio,
            f"10^{each.power}" if each.power else "",
        ]


def _counts(found: Difference) -> Iterator[list[Cell]]:
    for label, data_set in ((_("Before"), found.before), (_("After"), found.after)):
        yield [label, str(data_set), _("version %(number)s") % {"number": data_set.version}, data_set.content_hash]
    yield [_("Cells in both"), found.common]
    yield [_("Cells changed"), len(found.cells)]
    yield [_("Jumped by a power of ten"), found.jumped]
    yield [_("Units added"), *found.units_added]
    yield [_("Units gone"), *found.units_gone]
    yield [_("Indicators added"), *(node.code for node in found.columns_added)]
    yield [_("Indicators gone"), *found.columns_gone]
