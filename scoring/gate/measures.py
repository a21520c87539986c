"""What a file says of its columns: its measure, source, year and method; under the heading, or on a sheet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from scoring.gate.findings import Finding
from scoring.matching import heading_parts, leaf_of, measure_of
from surveys.files.problems import Findings, Problem
from surveys.files.tables import Row, Table
from surveys.files.tree import Tree

ABOUT = {
    "unit": {"unit of measure", "measured in", "计量单位", "单位"},
    "source": {"source", "data source", "来源", "数据来源"},
    "year": {"year", "year of the data", "年份", "数据年份", "年度"},
    "method": {"method", "how it is measured", "口径", "计算口径", "统计口径", "计算方法"},
}
CODE = {"code", "编码", "代码", "指标编码", "指标代码"}
SHEETS = ("来源与口径", "Sources")
"""What the template calls its second sheet, in either language."""
LONGEST = {"unit": 60, "source": 400, "year": 40, "method": 4000}
SCALES = ("千", "万", "十万", "百万", "千万", "亿", "万亿", "thousand ", "million ", "billion ")

Sources = dict[str, dict[str, str]]
Place = tuple[int, str, str]
"""The row, what people call the column, and the sheet where it is not the first."""


@dataclass
class Said:
    """By code, what a file says of its columns, and every place where it says the unit of measure."""

    sources: Sources = field(default_factory=dict)
    measures: list[tuple[str, str, Place]] = field(default_factory=list)

    def add(self, code: str, kind: str, text: str, place: Place) -> None:
        """The first statement holds; units of measure are all held against the indicator's."""
        if text:
            self.sources.setdefault(code, {}).setdefault(kind, text)
            if kind == "unit":
                self.measures.append((code, text, place))


def kind_of(text: str) -> str:
    """Which thing a heading, or the first cell of a row, is about; blank: none of them."""
    return next((kind for kind, words in ABOUT.items() if text.strip().casefold() in words), "")


def without_rows_about(table: Table) -> tuple[Table, list[tuple[str, Row]]]:
    """The rows right under the heading that say something of the columns, and the table without them."""
    about: list[tuple[str, Row]] = []
    for row in table.rows:
        kind = kind_of(row.cells[0])
        if not kind:
            break
        about.append((kind, row))
    return replace(table, rows=table.rows[len(about) :]), about


def said_of_columns(table: Table, tree: Tree, about: Iterable[tuple[str, Row]], findings: Findings) -> Said:
    """From the headings and the rows under them."""
    said = Said()
    columns = {place: code for place, heading in enumerate(table.header) if place and (code := _code(heading, tree))}
    for place, code in columns.items():
        said.add(code, "unit", measure_of(table.header[place], tree), (table.heading, table.column(place), ""))
    for kind, row in about:
        for place, code in columns.items():
            at = (row.number, table.column(place, row.number), "")
            said.add(code, kind, _fitting(row.cells[place], kind, at, findings), at)
    return said


def said_on_sheet(table: Table, tree: Tree, said: Said, findings: Findings) -> None:
    """From the sheet about the columns: a row for each indicator; headings that are not ours are for people."""
    places = {kind: place for place, heading in enumerate(table.header) if (kind := kind_of(heading))}
    codes = next((place for place, heading in enumerate(table.header) if heading.casefold() in CODE), None)
    if codes is None:
        mend = _("take the sheet from the template, or remove it")
        findings.add(_("the sheet about the columns has no column of codes"), mend, row=table.heading)
        return
    for row in table.rows:
        code = leaf_of(row.cells[codes], tree)
        if not code:
            what = _("the code %(code)s is not in the indicator file") % {"code": row.cells[codes]}
            findings.add(
                what, _("correct it, or remove the row"), row=row.number, column=table.column(codes, row.number)
            )
            continue
        for kind, place in places.items():
            at = (row.number, table.column(place, row.number), table.file)
            said.add(code, kind, _fitting(row.cells[place], kind, at, findings), at)


def _code(heading: str, tree: Tree) -> str:
    return leaf_of(heading, tree) or leaf_of(heading_parts(heading)[0], tree)


def _fitting(text: str, kind: str, at: Place, findings: Findings) -> str:
    if len(text) > LONGEST[kind]:
        named = {"length": len(text), "most": LONGEST[kind]}
        what = _("the text has %(length)d characters, at most %(most)d fit") % named
        findings.add(what, _("shorten it"), row=at[0], column=at[1])
    return text


def check_measures(said: Said, tree: Tree, columns: Iterable[str], findings: Findings) -> Iterator[Finding]:
    """A unit of measure that is the indicator's times 万 or 亿 refuses; any other that differs is asked about."""
    inside, asked = set(columns), set()
    for code, stated, (row, column, sheet) in said.measures:
        own = tree.rows[code].unit
        if code not in inside or not own or _plain(stated) == _plain(own) or (code, stated) in asked:
            continue
        asked.add((code, stated))
        if _scaled(stated, own):
            named = {"stated": stated, "own": own, "code": code}
            what = (
                _("the column is in %(stated)s, the indicator %(code)s in %(own)s: nothing is converted unseen") % named
            )
            mend = _("write the numbers in %(own)s, and so the unit") % named
            findings.problems.append(Problem(findings.file, what, mend, row, column, sheet))
        else:
            yield Finding("measure", code, place=column, value=stated, detail={"own": own})


def _plain(measure: str) -> str:
    """Without what only looks different.

    >>> _plain("ＥFLOPS（FP32） ") == _plain("eflops(fp32)"), _plain("km²") == _plain("km2")
    (True, True)
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", measure)).casefold()


def _scaled(one: str, other: str) -> bool:
    """Say whether one is a multiple of the other by a word, or both are of one thing by different words.

    >>> _scaled("万户", "户"), _scaled("亿元", "万元"), _scaled("TB", "EB")
    (True, True, False)
    """
    bare = [_without_scale(text) for text in (one, other)]
    return bare[0][1] == bare[1][1] and bare[0][0] != bare[1][0]


def _without_scale(measure: str) -> tuple[str, str]:
    plain = unicodedata.normalize("NFKC", measure).casefold().strip()
    scale = next((word for word in sorted(SCALES, key=len, reverse=True) if plain.startswith(word)), "")
    return scale, plain[len(scale) :].strip()


def filled(sources: Mapping[str, Mapping[str, str]], columns: Iterable[str]) -> Sources:
    """What is kept with the data: the columns that they have, in tree order."""
    return {code: dict(sources[code]) for code in columns if sources.get(code)}
