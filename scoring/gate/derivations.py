"""Formulas that an importer declares, as `单机架存力 = 总体存储容量 / 机架规模`: read, and checked cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from scoring.derived import TOLERANCE, last_digit, recompute
from scoring.files import DataTable
from scoring.gate.findings import Finding
from scoring.matching import heading_parts, leaf_of
from scoring.oddities import Array
from surveys.files.columns import column_sign
from surveys.files.numbers import NumberError, number_text
from surveys.files.problems import Findings
from surveys.files.tables import Table
from surveys.files.tree import Tree

SIGNS = re.compile(r"\s*([*×·/÷])\s*")
DIVIDES = "/÷"
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
MOST = 20


class FormulaError(ValueError):
    """A formula cannot be read; the message is for people."""


@dataclass(frozen=True)
class Formula:
    """A column, and the columns it is made of, each with its power (1, or -1 for a divisor), times a number."""

    text: str
    result: str
    factors: tuple[tuple[str, int], ...]
    constant: float

    @property
    def names(self) -> list[str]:
        return [name for name, _power in self.factors]


def formulas_in(text: str) -> list[Formula]:
    """One on each line. Raises FormulaError, which names the line.

    >>> found = formulas_in("每架 = 总量 / 机架 × 100")[0]
    >>> found.result, found.factors, found.constant
    ('每架', (('总量', 1), ('机架', -1)), 100.0)
    """
    lines = [line.strip() for line in text.replace("＝", "=").splitlines() if line.strip()]
    if len(lines) > MOST:
        raise FormulaError(_("There are more than %(most)d formulas.") % {"most": MOST})
    return [_formula(line) for line in lines]


def _formula(line: str) -> Formula:
    result, equals, right = (part.strip() for part in line.partition("="))
    terms = SIGNS.split(right)
    if not (result and equals and all(terms)) or "=" in right:
        raise FormulaError(_("“%(line)s” is no formula: write it as c = a / b, or c = a / b × 100.") % {"line": line})
    factors, constant = [], 1.0
    for place in range(0, len(terms), 2):
        power = -1 if place and terms[place - 1] in DIVIDES else 1
        if NUMBER.fullmatch(terms[place]) and float(terms[place]):
            constant *= float(terms[place]) ** power
        else:
            factors.append((terms[place], power))
    return Formula(line, result, tuple(factors), constant)


def helpers(formulas: Sequence[Formula], table: Table, tree: Tree) -> list[str]:
    """Headings of columns that only the formulas need: they are no indicators, and are not scored."""
    wanted = {name for formula in formulas for name in formula.names if not leaf_of(name, tree)}
    return [heading for heading in table.header[1:] if heading in wanted or heading_parts(heading)[0] in wanted]


@dataclass(frozen=True)
class Check:
    """Checks the formulas of one table."""

    data: DataTable
    table: Table
    tree: Tree
    findings: Findings

    def of(self, formulas: Sequence[Formula]) -> Iterator[Finding]:
        """A note for each formula, and a question for each cell that does not follow from it."""
        for formula in formulas:
            columns = [found for name in formula.names if (found := self._column(name, formula)) is not None]
            code = leaf_of(formula.result, self.tree)
            if code not in self.data.columns:
                self._refuse(formula.result, formula)
            elif len(columns) == len(formula.factors):
                yield from self._checked(formula, code, columns)

    def _checked(self, formula: Formula, code: str, columns: Sequence[Sequence[str]]) -> Iterator[Finding]:
        place = self.data.columns.index(code)
        texts = [row[place] for row in self.data.texts]
        powers = [power for _name, power in formula.factors]
        found = recompute(
            self.data.values[:, place],
            [(_numbers(column), power) for column, power in zip(columns, powers, strict=True)],
            constant=formula.constant,
            last_digit=[last_digit(text) if text else np.nan for text in texts],
        )
        told = ~np.isnan(found.computed) & ~np.isnan(found.stated)
        yield Finding("recomputed", code, detail={
            "formula": formula.text, "tolerance": str(TOLERANCE), "cells": int(told.sum()),
            "differ": int(found.differs.sum()), "computed": [_text(number) for number in found.computed],
            "base": self._kept(formula, columns),
        })  # fmt: skip
        for unit in np.flatnonzero(found.differs):
            row = self.data.rows[unit]
            detail = {"formula": formula.text, "computed": _text(found.computed[unit]), "row": row}
            yield Finding("derived", code, self.data.units[unit], self.data.headings[code], texts[unit], detail)

    def _kept(self, formula: Formula, columns: Sequence[Sequence[str]]) -> Mapping[str, list[str]]:
        """The columns that are not stored with the data, so that the check can be made again."""
        pairs = zip(formula.names, columns, strict=True)
        return {name: list(column) for name, column in pairs if not leaf_of(name, self.tree)}

    def _column(self, name: str, formula: Formula) -> list[str] | None:
        code = leaf_of(name, self.tree)
        if code in self.data.columns:
            place = self.data.columns.index(code)
            return [row[place] for row in self.data.texts]
        heads = list(self.table.header[1:])
        found = [heading for heading in heads if name in (heading, heading_parts(heading)[0])]
        if not found or code:
            self._refuse(name, formula)
            return None
        return self._helper(heads.index(found[0]) + 1)

    def _helper(self, place: int) -> list[str]:
        sign, texts = column_sign(self.table, [place]), []
        for row in self.table.rows:
            try:
                texts.append(number_text(row.cells[place], sign) if row.cells[place] else "")
            except NumberError as error:
                column = self.table.column(place, row.number)
                self.findings.add(error.what, error.mend, row=row.number, column=column)
                texts.append("")
        return texts

    def _refuse(self, name: str, formula: Formula) -> None:
        what = _("the formula “%(formula)s” names “%(name)s”, for which the file has no column") % {
            "formula": formula.text, "name": name,
        }  # fmt: skip
        self.findings.add(
            what, _("add the column, or take the formula out: it cannot be checked"), row=self.table.heading
        )


def _numbers(texts: Sequence[str]) -> Array:
    return np.array([float(text or "nan") for text in texts])


def _text(number: float) -> str:
    """Six digits, never with an exponent."""
    if np.isnan(number):
        return ""
    return np.format_float_positional(number, precision=6, fractional=False, trim="-")
