"""Weight files: the local weights of every parent, or percentages of the whole, matched with the tree by code."""

import math
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from surveys.files.columns import Columns, column_sign, columns_of
from surveys.files.numbers import DecimalSign, NumberError, number_text
from surveys.files.problems import Findings
from surveys.files.tables import Row, Table, code_problems
from surveys.files.tree import Tree

SUM_TOLERANCE = 1e-9


def read_weights(table: Table, tree: Tree) -> dict[str, list[float]]:
    """Return the local weights below each node, in tree order, or raise `FileErrors` with everything wrong.

    The root may be left out. The local weights of one parent sum to 1 within 1e-9: nothing is scaled.
    """
    findings = Findings(table.file)
    columns = columns_of(table, findings, required=("code", "local_weight"), others=True)
    findings.problems += code_problems(table, [columns.places["code"]])
    weights = _weights(table, tree, columns, findings, "local_weight")
    _note_missing(tree.codes[1:], weights, findings)
    if not findings.problems:
        _check_sums(weights, tree, findings)
    findings.refuse_any()
    return {code: [weights[child] for child in tree.children[code]] for code in tree.parents()}


def read_percentages(table: Table, tree: Tree) -> dict[str, list[float]]:
    """The same from percentages of the whole (`code,percent`): the leaves add up to 100. A row for a parent is not
    needed; where there is one, it is the sum of its children.
    """
    findings = Findings(table.file)
    columns = columns_of(table, findings, required=("code", "percent"), others=True)
    findings.problems += code_problems(table, [columns.places["code"]])
    stated = _weights(table, tree, columns, findings, "percent", whole=100.0)
    _note_missing(tree.leaves, stated, findings)
    sums = {code: math.fsum(stated.get(leaf, 0.0) for leaf in tree.leaves_below(code)) for code in tree.codes}
    if not findings.problems:
        _check_percentages(stated, sums, tree, findings)
    findings.refuse_any()
    return {code: [sums[child] / sums[code] for child in tree.children[code]] for code in tree.parents()}


def read_weights_or_percentages(table: Table, tree: Tree) -> dict[str, list[float]]:
    """Either kind of file, told by its heading: local weights where it has a column for them."""
    headings = {heading.casefold() for heading in table.header}
    return (read_percentages if "percent" in headings and "local_weight" not in headings else read_weights)(table, tree)


def _note_missing(codes: Iterable[str], weights: Mapping[str, float], findings: Findings) -> None:
    for code in codes:
        if code not in weights:
            what = _("the weight of %(code)s is missing") % {"code": code}
            findings.add(what, _("add a row for it"))


def _weights(
    table: Table, tree: Tree, columns: Columns, findings: Findings, column: str, *, whole: float = 1.0
) -> dict[str, float]:
    sign = column_sign(table, [columns.places[column]])
    weights: dict[str, float] = {}
    for row in table.rows:
        code = columns.text(row, "code")
        if code not in tree.rows:
            what = (
                _("the code %(code)s is not in the indicator file") % {"code": code} if code else _("the code is blank")
            )
            mend, label = _("write a code of the indicator file"), columns.label("code", row)
            findings.add(what, mend, row=row.number, column=label)
        elif code in weights:
            what = _("the code %(code)s comes twice") % {"code": code}
            findings.add(what, _("keep one of the rows"), row=row.number, column=columns.label("code", row))
        elif columns.text(row, column) or not _may_be_blank(code, tree, whole):
            weights[code] = _weight(row, code == tree.root, columns, sign, findings, column, whole)
    return weights


def _may_be_blank(code: str, tree: Tree, whole: float) -> bool:
    """The root always; among percentages every parent."""
    return code == tree.root or (whole != 1 and bool(tree.children[code]))


def _weight(
    row: Row, is_root: bool, columns: Columns, sign: DecimalSign, findings: Findings, column: str, whole: float
) -> float:
    text, label = columns.text(row, column), columns.label(column, row)
    example = "0.25" if whole == 1 else "25"
    try:
        weight = float(number_text(text, sign))
    except NumberError as error:
        mend = _("write the weight, as %(example)s") % {"example": example} if not text else error.mend
        findings.add(error.what, mend, row=row.number, column=label)
        return 0.0
    if not 0 <= weight <= whole * (1 + SUM_TOLERANCE):
        what = _("the weight %(text)s is not between 0 and %(whole)g") % {"text": text, "whole": whole}
        mend = _("write it as a share of its parent, as 0.25") if whole == 1 else _("write it as percent of the whole")
        findings.add(what, mend, row=row.number, column=label)
    elif is_root and abs(weight - whole) > whole * SUM_TOLERANCE:
        what = _("the weight of the topmost node is %(text)s, not %(whole)g") % {"text": text, "whole": whole}
        findings.add(what, _("write %(whole)g or leave the row out") % {"whole": whole}, row=row.number, column=label)
    return weight


def _check_sums(weights: Mapping[str, float], tree: Tree, findings: Findings) -> None:
    for code in tree.parents():
        total = math.fsum(weights[child] for child in tree.children[code])
        if abs(total - 1) > SUM_TOLERANCE:
            what = _("the local weights below %(code)s sum to %(sum)s, not 1") % {"code": code, "sum": repr(total)}
            findings.add(what, _("correct them: they are not scaled, so that nothing changes unseen"))


def _check_percentages(stated: Mapping[str, float], sums: Mapping[str, float], tree: Tree, findings: Findings) -> None:
    mend = _("correct them: they are not scaled, so that nothing changes unseen")
    if abs(sums[tree.root] - 100) > 100 * SUM_TOLERANCE:
        findings.add(_("the leaves add up to %(sum)s %%, not 100 %%") % {"sum": f"{sums[tree.root]:.10g}"}, mend)
    for code in tree.parents():
        named = {"code": code, "sum": f"{sums[code]:.10g}", "stated": f"{stated.get(code, 0.0):.10g}"}
        if code in stated and abs(stated[code] - sums[code]) > 100 * SUM_TOLERANCE:
            what = _("the leaves below %(code)s add up to %(sum)s %%, its own row says %(stated)s %%") % named
            findings.add(what, mend)
        if not sums[code]:
            findings.add(_("everything below %(code)s is 0") % named, _("give it weights, or leave the node out"))
