"""Bounds of a base year: taken as numbers from a data set, so that scores of several years can be compared."""

from __future__ import annotations

from collections.abc import Iterable

from scoring.computing import edition_tree, stored_table
from scoring.models import DataSet
from scoring.rules import Changes, ruled
from surveys.files.tree import Tree

ENDS = ("low", "high")


def bounds_from(data_set: DataSet, codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """The least and the greatest value of each column in a base year, as given bounds; of columns that tell apart."""
    units = list(data_set.units.order_by("position"))
    table = stored_table(data_set, units, edition_tree(data_set.edition))
    found = {}
    for code in codes:
        if code in table.columns:
            texts = [row[table.columns.index(code)] for row in table.texts]
            given = sorted((float(text), text) for text in texts if text)
            if given and given[0][0] < given[-1][0]:
                found[code] = {"low": given[0][1], "high": given[-1][1]}
    return found


def base_ends(changes: Changes, base: DataSet) -> dict[str, list[str]]:
    """Code → the ends that are those of the base year."""
    found = {
        code: [end for end in ENDS if changes[code].get(end) == bounds[end]]
        for code, bounds in bounds_from(base, changes).items()
    }
    return {code: ends for code, ends in found.items() if ends}


def with_base(changes: Changes, tree: Tree, data: DataSet, before: DataSet | None) -> dict[str, dict[str, str]]:
    """The changes with the bounds of a base year in every place of those of `before`, and wherever the data that are
    scored would give the bound. A target keeps its own.
    """
    held = base_ends(changes, before) if before else {}
    freed = {
        code: {name: text for name, text in change.items() if name not in held.get(code, ())}
        for code, change in changes.items()
    }
    wanted = open_ends(freed, tree)
    return freed | {
        code: {**freed.get(code, {}), **{end: bounds[end] for end in wanted[code]}}
        for code, bounds in bounds_from(data, wanted).items()
    }


def open_ends(changes: Changes, tree: Tree) -> dict[str, list[str]]:
    """Leaf → the ends that the data give which are scored; of those without a target."""
    rows = ruled(tree, changes).rows
    found = {
        code: [end for end in ENDS if end not in rows[code].scoring]
        for code in tree.leaves
        if rows[code].direction != "target"
    }
    return {code: ends for code, ends in found.items() if ends}
