"""Files of a public page, and a run "as published": made from what its profile shows, and from nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from scoring.figures.files import TYPES as FIGURE_TYPES
from scoring.figures.files import figure_bytes, png_bytes
from scoring.figures.published import band_text
from scoring.figures.specification import Figure, Nothing
from scoring.figures.svg import drawn
from scoring.report.archive import archive_bytes
from scoring.report.document import document_bytes
from scoring.selectors.publications import PublicRun, title_of
from surveys.exports.docx import MADE, always_alike
from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import Cell, csv_bytes

FORMAT = "quanheng-publication/1"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PUBLIC_TYPES = {"csv": FIGURE_TYPES["csv"], "xlsx": FIGURE_TYPES["xlsx"], "json": "application/json"}
FIGURE_FILES = {**FIGURE_TYPES, "docx": DOCX}
PICTURES = ("svg", "png", "docx")
DPI = 200
LONG = ("node", "name", "unit", "rank", "band", "score", "note")


def public_bytes(public: PublicRun, kind: str) -> bytes:
    """Everything that is shown, as one file; `kind` is one of `PUBLIC_TYPES`."""
    if kind == "json":
        return json.dumps(public_document(public), ensure_ascii=False, indent=1).encode()
    if kind == "csv":
        return csv_bytes(LONG, _rows(public))
    return _workbook(public)


def public_document(public: PublicRun) -> dict[str, Any]:
    publication, data = public.publication, public.run.data_set
    return {
        "format": FORMAT,
        "title": publication.title,
        "introduction": publication.words,
        "licence": public.profile.licence,
        "stamps": public.stamps,
        "run": str(public.run),
        "run_hash": public.run.content_hash,
        "year": data.year,
        "source": data.source,
        "nodes": [_node(public, row.node.code, row.node.name) for row in public.nodes],
    }


def public_figure_bytes(public: PublicRun, figure: Figure, kind: str) -> bytes:
    """One figure as a file; `kind` is one of `FIGURE_FILES`."""
    if kind == "docx":
        pictures = {figure.key: png_bytes(figure, dpi=DPI)}
        return document_bytes([figure], _facts(public), template=None, title=title_of(public.publication),
                              pictures=pictures)  # fmt: skip
    return png_bytes(figure, dpi=DPI) if kind == "png" else figure_bytes(figure, kind)


def figure_files(figure: Figure) -> list[str]:
    """A table alone has no picture."""
    return [kind for kind in FIGURE_FILES if drawn(figure) or kind not in PICTURES]


def as_published(public: PublicRun) -> bytes:
    """All figures in every format, as the public may see them: what may be handed on."""
    figures = [figure for figure in public.all_figures if not isinstance(figure.body, Nothing)]
    return archive_bytes(
        figures or public.all_figures, _facts(public), title=title_of(public.publication), template=None, changed=()
    )


def _node(public: PublicRun, code: str, name: object) -> dict[str, Any]:
    seen = public.shown(code)
    rows = [
        {
            "unit": row.name, "rank": row.rank, "band": list(row.band) if row.band else None, "score": row.score,
            "interval": list(row.interval) if row.interval else None,
            "value_missing": True if row.mended else None,
            "points": dict(zip(seen.children, row.parts, strict=True)) if row.parts else None,
        }
        for row in seen.rows
    ]  # fmt: skip
    told = [{key: value for key, value in row.items() if value is not None} for row in rows]
    return {"code": code, "name": name, "count": seen.count, "units": told}


def _rows(public: PublicRun) -> Iterator[list[Cell]]:
    note = " / ".join(public.stamps)
    for node in public.nodes:
        for row in public.shown(node.node.code).rows:
            yield [node.node.code, str(node.node), row.name, row.rank, band_text(row), row.score, note]


def _workbook(public: PublicRun) -> bytes:
    facts: list[list[Cell]] = [[name, text] for name, text in _about(public) if text]
    heading: list[Cell] = [_("Code"), _("Indicator"), _("Unit"), _("Rank"), _("Band"), _("Score"), _("Note")]
    rows: list[list[Cell]] = [heading, *_rows(public)]
    sheets = [
        Sheet(_("Ranks"), rows, headings=frozenset({0}), frozen=1),
        Sheet(_("About"), facts, widths=[24, 80]),
    ]

    def dated(book: Any) -> None:
        book.properties.created = book.properties.modified = MADE

    return always_alike(workbook_bytes(sheets, dated))


def _about(public: PublicRun) -> Iterator[tuple[str, str]]:
    data = public.run.data_set
    yield _("Title"), title_of(public.publication)
    yield _("Stamps"), " / ".join(public.stamps)
    yield _("Year"), data.year
    yield _("Source"), data.source
    yield _("Licence"), public.profile.licence
    yield _("Run"), str(public.run)
    yield _("Hash of the run"), public.run.content_hash


def _facts(public: PublicRun) -> dict[str, str]:
    run, data = public.run, public.run.data_set
    return {
        "run": str(run), "hash": run.content_hash, "year": data.year, "source": data.source, "data": str(data),
        "weights": f"W{run.weight_set.number}", "stamps": " / ".join(public.stamps),
    }  # fmt: skip
