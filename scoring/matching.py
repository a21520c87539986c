"""Which column of a data file is which leaf, and which node of the tree the file is about."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

from django.utils.translation import gettext as _

from surveys.files.problems import Findings
from surveys.files.tables import Table
from surveys.files.tree import Tree

ATTRIBUTES = ("province", "region", "group", "type")


def match_columns(
    table: Table, tree: Tree, findings: Findings, *, others: Collection[str] = (), measured: bool = False
) -> dict[str, int]:
    """Return the place of every leaf by its code, and of every attribute by its name.

    Columns named in `others` are passed over; with `measured`, a heading may end with a unit of measure in brackets.
    """
    meanings = _meanings(tree)
    places: dict[str, int] = {}
    for place, heading in enumerate(table.header[1:], 1):
        if heading in others:
            continue
        found = _meaning(heading, meanings)
        if not found and measured:
            found = _meaning(heading_parts(heading)[0], meanings)
        if heading.casefold() in ATTRIBUTES:
            found = [heading.casefold(), *found]
        fault = _column_fault(heading, found, places, table, tree)
        if fault:
            findings.add(*fault, row=table.heading, column=table.column(place))
        else:
            places[found[0]] = place
    return places


def heading_parts(heading: str) -> tuple[str, str]:
    """A heading and the unit of measure in brackets at its end.

    >>> heading_parts("时延（省间）（ms）"), heading_parts("在用算力（EFLOPS(FP32)）"), heading_parts("PUE")
    (('时延（省间）', 'ms'), ('在用算力', 'EFLOPS(FP32)'), ('PUE', ''))
    """
    depth = 0
    for place in range(len(heading) - 1, 0, -1):
        depth += (heading[place] in ")）") - (heading[place] in "(（")
        if depth == 0:
            return (heading[:place].strip(), heading[place + 1 : -1].strip()) if heading[-1] in ")）" else (heading, "")
    return heading, ""


def measure_of(heading: str, tree: Tree) -> str:
    """The unit of measure that a heading states; brackets that belong to the indicator's own name are none."""
    return "" if _meaning(heading, _meanings(tree)) else heading_parts(heading)[1]


def leaf_of(text: str, tree: Tree) -> str:
    """The code of the leaf that a code, a name or an alias means; blank where it means none, or several."""
    found = _meaning(text, _meanings(tree))
    return found[0] if len(found) == 1 else ""


def _meaning(text: str, meanings: Sequence[Mapping[str, list[str]]]) -> list[str]:
    return next((level[text] for level in meanings if text in level), [])


def _meanings(tree: Tree) -> tuple[dict[str, list[str]], ...]:
    """Return what a heading may mean: codes come before names, names before aliases."""
    names: dict[str, list[str]] = {}
    aliases: dict[str, list[str]] = {}
    for code in tree.leaves:
        row = tree.rows[code]
        for name in set(row.names.values()):
            names.setdefault(name, []).append(code)
        for alias in row.aliases:
            aliases.setdefault(alias, []).append(code)
    return {code: [code] for code in tree.leaves}, names, aliases


def _column_fault(
    heading: str, found: Sequence[str], places: Mapping[str, int], table: Table, tree: Tree
) -> tuple[str, str] | None:
    if not found:
        return _unknown(heading, tree)
    if len(found) > 1:
        what = _("the heading “%(name)s” may mean %(codes)s") % {"name": heading, "codes": ", ".join(found)}
        return what, _("write the code of the one that is meant")
    if found[0] in places:
        named = {"name": heading, "code": found[0], "other": table.header[places[found[0]]]}
        what = _("the column “%(name)s” is %(code)s, and so is “%(other)s”") % named
        return what, _("keep one of these columns")
    return None


def _unknown(heading: str, tree: Tree) -> tuple[str, str]:
    inner = [code for code in tree.parents() if heading == code or heading in tree.rows[code].names.values()]
    if inner:
        what = _("the column “%(name)s” is a node with children") % {"name": heading}
        return what, _("remove it: data are given for the indicators below it")
    known = [name for level in _meanings(tree) for name in level]
    near = get_close_matches(heading, known, 1)
    what = _("the column “%(name)s” is no indicator of this system") % {"name": heading}
    if near:
        return what, _("did you mean “%(near)s”?") % {"near": near[0]}
    return what, _("remove the column, or add its heading to the aliases of the indicator")


def scope_of(leaves: Mapping[str, int], tree: Tree, table: Table, findings: Findings) -> str:
    """Return the highest node all of whose leaves are present.

    A leaf missing below the lowest node that holds all columns is a fault.
    """
    if not leaves:
        what = _("no column holds an indicator")
        findings.add(what, _("give the columns the codes or names of the indicator file"), row=table.heading)
        return tree.root
    paths = [tree.path(code) for code in leaves]
    common: list[str] = [nodes[0] for nodes in zip(*paths, strict=False) if len(set(nodes)) == 1]
    node = common[-1]
    for code in tree.leaves_below(node):
        if code not in leaves:
            named = {"code": code, "name": next(iter(tree.rows[code].names.values())), "node": node}
            what = _("the column for %(code)s %(name)s is missing, which %(node)s needs") % named
            findings.add(what, _("add the column"), row=table.heading)
    wider = [above for above in common if all(code in leaves for code in tree.leaves_below(above))]
    return next(iter(wider), node)
