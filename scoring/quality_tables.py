"""The tables of the data quality pages as files: numbers unrounded, the stamps on every sheet and in every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from scoring.models import DataSet
from scoring.selectors.influence import RunQuality
from scoring.selectors.quality import DataQuality, Group
from scoring.stamped import stamped_csv
from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import Cell
from surveys.stamps import stamps

KINDS = ("xlsx", "csv")


@dataclass(frozen=True)
class QualityTable:
    """`name` stands in the address, `title` on the sheet."""

    name: str
    title: str
    heading: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def data_tables(quality: DataQuality) -> list[QualityTable]:
    return [
        QualityTable("indicators", _("Indicators"), _column_heading(), list(_column_rows(quality))),
        QualityTable("units", _("Units"), _unit_heading(quality), list(_unit_rows(quality))),
        *_group_tables(quality.groups),
    ]


def run_tables(quality: RunQuality) -> list[QualityTable]:
    heading = [
        *(_("Node"), _("Code"), _("Indicator"), _("Weight"), _("Correlation with the node"), _("Squared")),
        *(_("Influence"), _("Influence / weight"), _("Effective weight"), _("Correlation with the whole")),
        *(_("Alpha without it"), _("What stands out")),
    ]
    return [
        QualityTable("influence", _("Influence"), heading, list(_influence_rows(quality))),
        *_group_tables(quality.groups),
    ]


def table_file(tables: Sequence[QualityTable], kind: str, name: str, about: Sequence[str]) -> bytes:
    """All tables as a workbook, or the named one (else the first) as CSV. `about` are what it is of, then stamps."""
    if kind == "xlsx":
        head: list[list[Cell]] = [[line] for line in about]
        first = len(head) + 1
        return workbook_bytes(
            [
                Sheet(
                    table.title, [*head, [], list(table.heading), *table.rows], headings=frozenset({0, first}),
                    frozen=first + 1,
                )
                for table in tables
            ]
        )  # fmt: skip
    table = next((each for each in tables if each.name == name), tables[0])
    return stamped_csv(table.heading, table.rows, " / ".join(about))


def about_data(data_set: DataSet) -> list[str]:
    version = _("version %(number)s") % {"number": data_set.version}
    said = [str(data_set), version, data_set.year, data_set.content_hash]
    return [" · ".join(part for part in said if part), *stamps(synthetic=data_set.synthetic, sealed=True)]


def _column_heading() -> list[str]:
    return [
        *(_("Code"), _("Indicator"), _("Unit of measure"), _("Units with a value"), _("Missing"), _("Availability")),
        *(_("Different values"), _("Share of the commonest"), _("Least"), _("Mean"), _("Greatest"), _("Skewness")),
        *(_("Excess kurtosis"), _("What stands out")),
    ]


def _column_rows(quality: DataQuality) -> Iterator[list[Cell]]:
    for row in quality.columns:
        told = row.column
        yield [
            *(row.node.code, str(row.node), row.node.unit, told.present, told.missing, told.share, told.distinct),
            *(told.same, told.low, told.mean, told.high, told.skewness, told.kurtosis, _words(row.flags)),
        ]


def _unit_heading(quality: DataQuality) -> list[str]:
    return [_("Unit"), _("Availability"), *(f"{code} {quality.nodes[code]}" for code in quality.by_parent)]


def _unit_rows(quality: DataQuality) -> Iterator[list[Cell]]:
    lacking = {row.name: row for row in quality.gaps}
    for name in quality.units:
        row = lacking.get(name)
        yield [name, row.share, *row.by_group] if row else [name, 1.0, *(1.0 for _code in quality.by_parent)]


def _group_tables(groups: Sequence[Group]) -> list[QualityTable]:
    pairs = [
        *(_("Node"), _("Code"), _("Indicator"), _("Code"), _("Indicator"), _("Pearson"), _("Spearman")),
        _("What stands out"),
    ]
    alphas = [
        *(_("Node"), _("Name"), _("Parts"), _("Units"), _("Alpha"), _("Alpha, standardised")),
        _("First component"),
    ]
    return [
        QualityTable("pairs", _("Correlations"), pairs, list(_pair_rows(groups))),
        QualityTable("groups", _("Groups"), alphas, list(_alpha_rows(groups))),
    ]


def _pair_rows(groups: Sequence[Group]) -> Iterator[list[Cell]]:
    for group in groups:
        for pair in group.every_pair():
            codes = [pair.a.code, str(pair.a), pair.b.code, str(pair.b)]
            yield [group.node.code, *codes, pair.r, pair.rank, pair.word]


def _alpha_rows(groups: Sequence[Group]) -> Iterator[list[Cell]]:
    for group in groups:
        told = group.told
        numbers = [told.raw, told.standardised, told.first]
        yield [group.node.code, str(group.node), len(group.children), told.units, *numbers]


def _influence_rows(quality: RunQuality) -> Iterator[list[Cell]]:
    for row in quality.rows:
        for child in row.children:
            told = child.told
            yield [
                *(row.node.code, child.node.code, str(child.node), told.weight, told.r, told.squared, told.share),
                *(told.ratio, told.effective, child.with_root, child.alpha_without, child.flag[1]),
            ]


def _words(flags: Sequence[tuple[str, str]]) -> str:
    return "; ".join(word for _tone, word in flags)
