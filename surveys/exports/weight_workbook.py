"""The workbook of a weight set: weights, the usual table of matrices and CR, the panel, method and hashes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from surveys import scale
from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import Cell
from surveys.models import PanelMember, PanelNode, PanelResult, WeightSet
from surveys.selectors.consistency import MatrixPage, method_facts, panel_matrices, table_label
from surveys.selectors.small_groups import breakdown
from surveys.selectors.trees import tree_of
from surveys.selectors.weights import WeightRow, counted_experts, weight_rows

Rows = list[list[Cell]]


def weight_set_xlsx(weight_set: WeightSet, stamps: Sequence[str]) -> bytes:
    """Every sheet begins with what the set is, and with its stamps."""
    head: Rows = [[f"{weight_set.edition} · W{weight_set.number}", weight_set.get_state_display()]]
    head += [[stamp] for stamp in stamps]
    rows = weight_rows(weight_set)
    sheets = [_weights(rows, head, weight_set), _facts(weight_set, head)]
    result = weight_set.panel_result
    if result:
        sheets[1:1] = [_consistency(result, head), _matrices(result, head), _panel(result, head)]
    return workbook_bytes(sheets)


def _weights(rows: Sequence[WeightRow], head: Rows, weight_set: WeightSet) -> Sheet:
    heading: list[Cell] = [
        _("Level"), _("Code"), _("Indicator"), _("Indicator (English)"), _("Local weight"), _("Global weight"),
        _("Adopted weight (%)"), _("Global weight, second method"), _("CR of its children"), _("Origin"), _("Source"),
        _("Document number"), _("Reason"),
    ]  # fmt: skip
    body: Rows = [
        [
            row.node.depth,
            row.node.code,
            row.node.name.get(weight_set.edition.system.language) or str(row.node),
            row.node.name.get("en", ""),
            float(row.entry.local_weight),
            float(row.entry.global_weight),
            float(row.entry.adopted_weight) if row.entry.adopted_weight else None,
            row.second_global,
            float(row.panel_node.ratio) if row.panel_node and row.panel_node.ratio else None,
            str(row.entry.get_origin_display()),
            row.entry.source,
            row.entry.reference,
            row.entry.reason,
        ]
        for row in rows
    ]
    return _sheet(_("Weights"), head, heading, body)


def _consistency(result: PanelResult, head: Rows) -> Sheet:
    """判断矩阵 / λmax / CI / RI / CR, one line for each matrix."""
    heading: list[Cell] = [
        _("Code"), _("Matrix"), _("Items"), _("Experts"), "λmax", "CI", "RI", _("RI table"), "CR", _("Conclusion"),
    ]  # fmt: skip
    body: Rows = [
        [
            part.node.code,
            str(part.node),
            len(part.weights),
            part.experts,
            float(part.lambda_max),
            float(part.index),
            float(part.random_index) if part.random_index else None,
            table_label(part.table),
            float(part.ratio) if part.ratio else None,
            _conclusion(part),
        ]
        for part in result.nodes.select_related("node").order_by("node__position")
    ]
    return _sheet(_("Consistency"), head, heading, body)


def _conclusion(part: PanelNode) -> str:
    level = scale.matrix_level(part.ratio, len(part.weights))
    if level == "untested":
        return _("no check needed")
    if level == "untestable":
        return _("not testable: too few answers")
    return _("CR < 0.1: consistent") if level == "pass" else _("CR ≥ 0.1: look again")


def _matrices(result: PanelResult, head: Rows) -> Sheet:
    """Each judgment matrix of the panel with its weights, one below the other."""
    rows, headings = [*head, []], {0}
    for block in _matrix_blocks(result):
        headings |= {len(rows), len(rows) + 1}
        rows += block
    return Sheet(_("Matrices"), rows, frozenset(headings))


def _matrix_blocks(result: PanelResult) -> Iterator[Rows]:
    tree = tree_of(result.survey.edition)
    parts = {part.node_id: part for part in result.nodes.all()}
    for page in panel_matrices(result, tree):
        part = parts[page.node.pk]
        ratio = f"CR = {float(part.ratio):.4f}" if part.ratio else _conclusion(part)
        title: list[Cell] = [f"{page.node.code} {page.node}", f"λmax = {float(part.lambda_max):.4f}", ratio]
        heading: list[Cell] = ["", *[str(item) for item in page.items], _("Weight"), _("Weight, second method")]
        body: Rows = [
            [str(row.item), *map(_number, values), float(row.weight), float(row.second_weight)]
            for row, values in zip(page.rows, part.matrix, strict=True)
        ]
        few: Rows = [[_few_answers(page)]] if page.few_answers else []
        yield [title, heading, *body, *few, []]


def _number(text: str) -> float | None:
    """A stored number; a pair that nobody answered stays blank."""
    return float(text) if text else None


def _few_answers(page: MatrixPage) -> str:
    pairs = "; ".join(f"{pair.item_a} – {pair.item_b}: {pair.count}" for pair in page.few_answers)
    return _("Answers, where not everybody answered: %(pairs)s") % {"pairs": pairs}


def _panel(result: PanelResult, head: Rows) -> Sheet:
    """Pseudonyms only: names stand apart from judgments, and so does a field that too few share."""
    heading: list[Cell] = [
        _("Expert"), _("Field"), _("Weight"), _("Weights by branch"), _("Submission"), _("Submitted at"), _("Receipt"),
    ]  # fmt: skip
    members = list(result.members.select_related("submission__expert").order_by("submission__expert_id"))
    told = breakdown((member.submission.expert.field for member in members), result.survey.smallest_group)
    fields = {field for field, _count in told.groups}
    return _sheet(_("Panel"), head, heading, [_member(member, fields) for member in members])


def _member(member: PanelMember, fields: Collection[str]) -> list[Cell]:
    submission = member.submission
    return [
        submission.expert.code,
        submission.expert.field if submission.expert.field in fields else "",
        float(member.weight),
        "; ".join(f"{code}: {float(weight):g}" for code, weight in member.branch_weights.items()),
        submission.number,
        timezone.localtime(submission.submitted_at).strftime("%Y-%m-%d %H:%M"),
        submission.receipt,
    ]


def _facts(weight_set: WeightSet, head: Rows) -> Sheet:
    body: Rows = [
        [_("Indicator system"), str(weight_set.edition)],
        [_("Survey"), str(weight_set.survey) if weight_set.survey else ""],
        *_method(weight_set),
        *_signatures(weight_set),
        [_("Content hash (SHA-256)"), weight_set.content_hash],
        [_("Seal hash (SHA-256)"), weight_set.seal_hash],
    ]
    return _sheet(_("Method and signatures"), head, [_("What"), _("Value")], body)


def _method(weight_set: WeightSet) -> Rows:
    result = weight_set.panel_result
    if result is None:
        return []
    counted, invited = counted_experts(weight_set) or (0, 0)
    facts = method_facts(result)
    return [
        [_("Experts who count"), _("%(counted)d of %(invited)d") % {"counted": counted, "invited": invited}],
        [_("Questions"), facts["questions"]],
        [_("Order of the pairs"), facts["question_order"]],
        [_("Weights by"), facts["method"]],
        [_("Second method"), facts["second_method"]],
        [_("Random index"), facts["table"]],
        [_("Aggregation"), facts["aggregation"]],
        [_("Missing answers"), facts["missing"]],
    ]


def _signatures(weight_set: WeightSet) -> Rows:
    signed = (
        (_("Proposed"), weight_set.proposed_by, weight_set.proposed_at, weight_set.proposal),
        (_("Approved"), weight_set.approved_by, weight_set.approved_at, weight_set.approval),
        (_("Locked"), weight_set.locked_by, weight_set.locked_at, ""),
    )
    return [
        [what, f"{user.get_full_name() or user.get_username()}, {timezone.localtime(at):%Y-%m-%d %H:%M}", reason]
        for what, user, at, reason in signed
        if user and at
    ]


def _sheet(title: str, head: Rows, heading: list[Cell], body: Rows) -> Sheet:
    rows = [*head, [], heading, *body]
    first = len(head) + 1
    return Sheet(title, rows, frozenset({0, first}), frozen=first + 1)
