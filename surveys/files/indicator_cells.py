"""An indicator tree as the cells of an indicator file: what is exported, and what an edited tree is checked as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from surveys.files.indicators import SCORING, IndicatorRow, read_indicators
from surveys.files.tables import Row, Table


def indicator_cells(rows: Sequence[IndicatorRow], language: str) -> list[list[str]]:
    """The heading and one row for each indicator. The columns `name` and `definition` are texts in `language`."""
    names, definitions = (
        _tags((row.names for row in rows), language),
        _tags((row.definitions for row in rows), language),
    )
    scoring = [name for name in SCORING if any(name in row.scoring for row in rows)]
    header = ["code", "parent"]
    header += [_column("name", tag, language) for tag in names]
    header += [_column("definition", tag, language) for tag in definitions]
    header += ["unit", "direction", "aliases", *scoring]
    return [header, *([*_texts(row, names, definitions), *_rest(row, scoring)] for row in rows)]


def rows_check(rows: Sequence[IndicatorRow], language: str) -> list[IndicatorRow]:
    """The rows as the reader of files takes them: one rule for trees by hand and by file. Raises FileErrors."""
    header, *cells = indicator_cells(rows, language)
    body = tuple(Row(number, tuple(row)) for number, row in enumerate(cells, start=2))
    return read_indicators(Table("", tuple(header), body, separator="\t"), language)


def _texts(row: IndicatorRow, names: Sequence[str], definitions: Sequence[str]) -> list[str]:
    texts = [row.names.get(tag, "") for tag in names] + [row.definitions.get(tag, "") for tag in definitions]
    return [row.code, row.parent, *texts]


def _rest(row: IndicatorRow, scoring: Sequence[str]) -> list[str]:
    return [row.unit, row.direction, "|".join(row.aliases), *(row.scoring.get(name, "") for name in scoring)]


def _tags(texts: Iterable[Mapping[str, str]], language: str) -> list[str]:
    """Every language that is used, the main one first."""
    return list(dict.fromkeys([language, *(tag for each in texts for tag in each)]))


def _column(stem: str, tag: str, language: str) -> str:
    return stem if tag == language else f"{stem}_{tag.replace('-', '_')}"
