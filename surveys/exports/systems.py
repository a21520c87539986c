"""Indicator systems as files: an edition as CSV and XLSX, the empty form of one, the difference of two."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.indicator_cells import indicator_cells
from surveys.files.writing import Cell, csv_bytes
from surveys.models import Edition
from surveys.selectors.differences import KINDS, Difference, NodeChange
from surveys.selectors.trees import Tree, indicator_rows
from surveys.texts import text_in

EXAMPLE = (
    ("0", "", "综合指数", "Composite index", "", "", "", "", ""),
    ("1", "0", "规模", "Scale", "", "", "", "", ""),
    ("1.1", "1", "总量", "Total", "一年内的总量", "Total in one year", "吨", "benefit", "总规模"),
    ("1.2", "1", "占比", "Share", "占全国的比例", "Share of the whole country", "%", "benefit", ""),
    ("2", "0", "能耗", "Energy use", "单位产出的能耗", "Energy per unit of output", "kWh", "cost", ""),
)
HEADER = ("code", "parent", "name", "name_en", "definition", "definition_en", "unit", "direction", "aliases")


def edition_csv(edition: Edition, tree: Tree) -> bytes:
    header, *rows = indicator_cells(indicator_rows(tree), edition.system.language)
    return csv_bytes(header, rows)


def edition_xlsx(edition: Edition, tree: Tree) -> bytes:
    """The sheet that can be read back comes first; what it is stands on the second."""
    cells = indicator_cells(indicator_rows(tree), edition.system.language)
    return workbook_bytes([Sheet(_("Indicators"), cells, frozen=1), Sheet(_("About"), _about(edition))])


def template_xlsx() -> bytes:
    """Headings and a small example to be written over; how the columns are meant stands on the second sheet."""
    return workbook_bytes(
        [
            Sheet(_("Indicators"), [HEADER, *EXAMPLE], frozen=1),
            Sheet(_("The columns"), _columns(), headings=frozenset()),
        ]
    )


def difference_xlsx(difference: Difference) -> bytes:
    return workbook_bytes(
        [
            Sheet(_("Differences"), [_heading(), *(_line(change) for change in difference.changes)], frozen=1),
            Sheet(_("Counts"), _counts(difference)),
            Sheet(_("Comparisons kept"), _kept(difference), frozen=1),
        ]
    )


def _about(edition: Edition) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [
        (_("Indicator system"), text_in(edition.system.name)),
        (_("Edition"), edition.label),
        (_("State"), edition.get_state_display()),
        (_("Content hash"), edition.content_hash or "–"),
    ]
    if edition.system.synthetic:
        rows.append((_("Note"), _("Synthetic demo data")))
    return rows


def _columns() -> list[Sequence[Cell]]:
    return [
        ("code", _("Needed. A text of its own for each indicator; format the column as text.")),
        ("parent", _("The code of the node above; blank for the topmost one only.")),
        ("name", _("Needed. In the main language; name_en and the like in others.")),
        ("definition", _("May be blank; definition_en and the like in other languages.")),
        ("unit", _("Of measured indicators.")),
        ("direction", _("benefit, cost or target; of measured indicators only.")),
        ("aliases", _("Other names, separated by |.")),
        (
            "low, high, target_low, target_high, cap, transform, aggregation, missing",
            _("How it is scored; may be left out."),
        ),
    ]


def _heading() -> list[str]:
    return [
        _("What"), _("Code before"), _("Code"), _("Name before"), _("Name of the indicator"),
        _("Under before"), _("Under"),
        _("Definition before"), _("Definition"), _("Unit before"), _("Unit"), _("Direction before"), _("Direction"),
    ]  # fmt: skip


def _line(change: NodeChange) -> list[Cell]:
    old, new = change.old, change.new
    before, after = change.old_parent, change.new_parent
    pairs = [
        (old.code if old else "", new.code if new else ""),
        (str(old or ""), str(new or "")),
        (f"{before.code} {before}" if before else "", f"{after.code} {after}" if after else ""),
        (text_in(old.definition) if old else "", text_in(new.definition) if new else ""),
        (old.unit if old else "", new.unit if new else ""),
        (old.direction if old else "", new.direction if new else ""),
    ]
    return [", ".join(str(KINDS[kind]) for kind in change.kinds), *(cell for pair in pairs for cell in pair)]


def _counts(difference: Difference) -> list[Sequence[Cell]]:
    pairs = difference.pairs
    rows: list[Sequence[Cell]] = [
        (_("Older edition"), str(difference.older)),
        (_("Newer edition"), str(difference.newer)),
        *((str(KINDS[kind]), count) for kind, count in difference.counts.items()),
        (_("unchanged"), difference.same),
        (_("comparisons that stay valid"), pairs.same),
        (_("comparisons in other words"), pairs.reworded),
        (_("new comparisons"), pairs.new),
        (_("comparisons that are gone"), pairs.gone),
    ]
    if difference.newer.system.synthetic:
        rows.append((_("Note"), _("Synthetic demo data")))
    return rows


def _kept(difference: Difference) -> list[Sequence[Cell]]:
    heading = [_("Node"), _("Item A"), _("Item B"), _("Same words")]
    rows = [
        (f"{pair.node.code} {pair.node}", str(pair.a), str(pair.b), _("yes") if pair.same else _("no"))
        for pair in difference.kept
    ]
    return [heading, *rows]
