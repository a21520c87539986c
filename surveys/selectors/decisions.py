"""What stands of the decisions about experts' answers: whatever was not undone."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import QuerySet

from surveys.models import Decision, Survey
from surveys.selectors.trees import Tree, tree_of

Act = Decision.Act


def decisions_of(survey: Survey) -> QuerySet[Decision]:
    """Every decision of a survey, the oldest first."""
    found = Decision.objects.filter(expert__survey=survey)
    return found.select_related("expert__person", "node", "decided_by").order_by("pk")


def standing_decisions(survey: Survey) -> QuerySet[Decision]:
    """Neither undone nor an undoing, the oldest first."""
    return decisions_of(survey).filter(undone_by=None).exclude(act=Act.UNDO)


def excluded_now(survey: Survey, tree: Tree | None = None) -> dict[int, frozenset[str]]:
    """Where answers are left out at present. One query, and one for the tree where it is needed and not given."""
    left_out = standing_decisions(survey).filter(act=Act.EXCLUDE).order_by()
    rows = list(left_out.values_list("expert_id", "node__code"))
    everywhere = _all_codes(tree or tree_of(survey.edition)) if any(code is None for _, code in rows) else frozenset()
    found: dict[int, frozenset[str]] = defaultdict(frozenset)
    for expert, code in rows:
        found[expert] |= everywhere if code is None else {code}
    return dict(found)


def _all_codes(tree: Tree) -> frozenset[str]:
    return frozenset(node.code for node in tree.parents)
