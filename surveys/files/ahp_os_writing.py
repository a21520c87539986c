"""The hierarchy text of AHP-OS, written: an indicator tree as `Goal: A, B; A: a1, a2;`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.files.ahp_os import LONGEST_NAME
from surveys.files.indicators import IndicatorRow
from surveys.files.tables import UNSEEN
from surveys.files.tree import Tree
from surveys.texts import text_in

RESERVED = re.compile(r"[:;,=~<>]")
THEIR_LIMITS = {"characters": 6_000, "nodes": 50, "leaves": 100, "levels": 6, "children": 20}


def write_hierarchy(rows: Sequence[IndicatorRow], weights: Mapping[str, str] | None = None) -> str:
    """The tree as hierarchy text, names in the reader's language, with local weights by code where they are given.

    Raises Refused where their syntax cannot say it: names that come twice or hold its signs, and single children.
    """
    tree = Tree(rows)
    names = {code: " ".join(text_in(tree.rows[code].names).split()) or code for code in tree.codes}
    faults = [*_unfit(tree, names)]
    if faults:
        raise Refused(_("AHP-OS cannot take this edition: %(faults)s.") % {"faults": "; ".join(faults)})
    weights = weights or {}

    def child(code: str) -> str:
        return f"{names[code]}={weights[code]}" if code in weights else names[code]

    statements = [
        f"{names[code]}: {', '.join(child(below) for below in tree.children[code])};" for code in tree.parents()
    ]
    return "\n".join(statements) + "\n"


def _unfit(tree: Tree, names: Mapping[str, str]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for code, name in names.items():
        if RESERVED.search(name) or UNSEEN.search(name) or re.fullmatch(r"[\d.,\s]+", name):
            yield _("the name of %(code)s is a number or holds one of : ; , = ~ < >") % {"code": code}
        elif len(name) > LONGEST_NAME:
            yield _("the name of %(code)s has more than %(most)d characters") % {"code": code, "most": LONGEST_NAME}
        other = owners.setdefault(name, code)
        if other != code:
            yield _("%(one)s and %(other)s have one name") % {"one": other, "other": code}
        if len(tree.children[code]) == 1:
            yield _("%(code)s has a single child") % {"code": code}
    if len(tree.codes) < 2:
        yield _("it has no children")


def beyond_limits(rows: Sequence[IndicatorRow], text: str) -> list[str]:
    """What of their published limits the text exceeds: their site would refuse it."""
    tree = Tree(rows)
    sizes = {
        "characters": (len(text), _("characters")),
        "nodes": (len(tree.parents()), _("nodes with children")),
        "leaves": (len(tree.leaves), _("indicators measured")),
        "levels": (max(len(tree.path(code)) for code in tree.codes) - 1, _("levels")),
        "children": (max(len(tree.children[code]) for code in tree.codes), _("children of one node")),
    }
    return [
        _("%(what)s: %(size)d, at most %(most)d") % {"what": what, "size": size, "most": THEIR_LIMITS[name]}
        for name, (size, what) in sizes.items()
        if size > THEIR_LIMITS[name]
    ]
