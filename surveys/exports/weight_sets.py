"""A weight set as CSV (weights alone), JSON (everything, verifiable) and XLSX (everything, readable)."""

from __future__ import annotations

import json
from typing import Any

from surveys.bundle.checks import SET_FORMAT
from surveys.canonical import canonical_json
from surveys.exports.bundle import TYPE as ZIP
from surveys.exports.bundle import weight_set_bundle
from surveys.exports.weight_workbook import weight_set_xlsx
from surveys.files.writing import Cell, csv_bytes
from surveys.models import WeightSet
from surveys.selectors.weight_origins import has_outside
from surveys.selectors.weights import WeightRow, weight_rows
from surveys.stamps import stamps

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": ZIP,
}
COLUMNS = (
    "code", "parent", "level", "name", "name_en", "local_weight", "global_weight", "second_global_weight",
    "adopted_percent", "origin", "source", "reference", "reason", "note",
)  # fmt: skip


def export_bytes(weight_set: WeightSet, kind: str) -> bytes:
    writers = {"csv": weight_set_csv, "json": weight_set_json, "xlsx": _xlsx, "zip": _zip}
    return writers[kind](weight_set)


def export_name(weight_set: WeightSet, kind: str, paper: str = "") -> str:
    """weights-3.0-W1.csv, and weights-3.0-W1-sheet-en-draft.pdf for a paper of a set that is not locked."""
    synthetic = "-synthetic" if weight_set.synthetic else ""
    draft = "" if weight_set.seal_hash else "-draft"
    return f"weights-{weight_set.edition.label}-W{weight_set.number}{paper}{draft}{synthetic}.{kind}"


def weight_set_json(weight_set: WeightSet) -> bytes:
    """Document and seal as they were hashed. The file itself is canonical, so that no byte of it can change unseen."""
    return canonical_json(
        {
            "format": SET_FORMAT,
            "stamps": _stamps(weight_set),
            "document": json.loads(weight_set.document),
            "content_hash": weight_set.content_hash,
            "seal": json.loads(weight_set.seal) if weight_set.seal else None,
            "seal_hash": weight_set.seal_hash,
        }
    ).encode()


def weight_set_csv(weight_set: WeightSet) -> bytes:
    """One row for each node in tree order; `evaluate --weights` reads it."""
    note = " / ".join(_stamps(weight_set))
    rows = weight_rows(weight_set)
    codes = {row.node.pk: row.node.code for row in rows}
    language = weight_set.edition.system.language
    return csv_bytes(COLUMNS, [_csv_row(row, codes, language, note) for row in rows])


def _csv_row(row: WeightRow, codes: dict[int, str], language: str, note: str) -> list[Cell]:
    node, entry = row.node, row.entry
    names: dict[str, Any] = node.name
    return [
        node.code,
        codes[node.parent_id] if node.parent_id else "",
        node.depth,
        names.get(language, "") or str(node),
        names.get("en", ""),
        float(entry.local_weight),
        float(entry.global_weight),
        row.second_global,
        entry.adopted_weight,
        str(entry.origin),
        entry.source,
        entry.reference,
        entry.reason,
        note,
    ]


def _xlsx(weight_set: WeightSet) -> bytes:
    return weight_set_xlsx(weight_set, _stamps(weight_set))


def _zip(weight_set: WeightSet) -> bytes:
    return weight_set_bundle(weight_set, weight_set_json(weight_set))


def _stamps(weight_set: WeightSet) -> list[str]:
    outside = has_outside(weight_set)
    return stamps(synthetic=weight_set.synthetic, sealed=bool(weight_set.seal_hash), outside=outside)
