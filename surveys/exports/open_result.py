"""Weights of an open link as CSV: a file that `weights/import` reads, with what it is beside it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from surveys.files.writing import csv_bytes
from surveys.models import OpenResult, PanelResult
from surveys.selectors.open_results import nodes_of, weight_lines
from surveys.selectors.trees import Tree
from surveys.stamps import stamps

COLUMNS = (
    "code", "parent", "level", "name", "name_en", "local_weight", "global_weight", "strict_global_weight",
    "panel_global_weight", "respondents", "note",
)  # fmt: skip


def open_result_csv(result: OpenResult, tree: Tree, panel: PanelResult | None) -> bytes:
    """One row for each node below the root."""
    codes = {node.pk: node.code for node in tree.nodes}
    parts = nodes_of(result)
    speaking = {part.node_id: part.respondents for part in parts}
    note = " / ".join([open_note(result), *stamps(synthetic=result.link.survey.synthetic, sealed=False)])
    language = result.link.survey.edition.system.language
    rows = [
        [
            line.node.code,
            codes[line.node.parent_id] if line.node.parent_id else "",
            line.node.depth,
            line.node.name.get(language, "") or str(line.node),
            line.node.name.get("en", ""),
            line.local,
            line.overall,
            line.strict,
            line.panel,
            speaking[line.node.parent_id] if line.node.parent_id else None,
            note,
        ]
        for line in weight_lines(tree, parts, panel)
    ]
    return csv_bytes(COLUMNS, rows)


def open_result_name(result: OpenResult) -> str:
    synthetic = "-synthetic" if result.link.survey.synthetic else ""
    return f"open-link-{result.link.slug}-{result.number}{synthetic}.csv"


def open_note(result: OpenResult) -> str:
    """What the numbers are, in a sentence that may stand as the source of a weight set."""
    return _(
        "Result %(number)d of the open link /o/%(slug)s/: %(respondents)d respondents who were not chosen and cannot "
        "be proved; fingerprint %(head)s"
    ) % {
        "number": result.number,
        "slug": result.link.slug,
        "respondents": result.respondents,
        "head": result.head[:12],
    }
