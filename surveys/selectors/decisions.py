"""What stands of the decisions about experts' answers: whatever was not undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from surveys.models import Decision, Expert, Indicator, Survey
from surveys.selectors.trees import Tree, tree_of
from surveys.texts import text_in

Act = Decision.Act


@dataclass(frozen=True)
class DecisionTold:
    """A decision as a page or a document prints it. `undone` is the decision that took it back, if any."""

    decision: Decision
    undone: Decision | None

    @property
    def code(self) -> str:
        """Of the expert."""
        return self.decision.expert.code

    @property
    def node(self) -> Indicator | None:
        """None for the whole questionnaire."""
        return self.decision.node

    @property
    def standing(self) -> bool:
        return self.undone is None

    @property
    def where(self) -> str:
        return str(self.node) if self.node else _("the whole questionnaire")

    @property
    def what(self) -> str:
        """In the words of the methods text."""
        words = {"code": self.code, "node": self.where}
        if self.decision.act == Act.ACCEPT:
            return _("%(code)s: the answers at “%(node)s” are accepted as they are") % words
        if self.node is None:
            return _("%(code)s: all answers are left out") % words
        return _("%(code)s: the answers at “%(node)s” are left out") % words

    @property
    def rule(self) -> str:
        """The declared rule it rests on; empty for an acceptance, which needs none."""
        if self.decision.act != Act.EXCLUDE:
            return ""
        return self.decision.rule or _("none of the declared rules")

    @property
    def by(self) -> str:
        user = self.decision.decided_by
        return (user.get_full_name() or user.get_username()) if user else ""


@dataclass(frozen=True)
class Open:
    """What may still be decided about an expert's answers: what stands already is not offered again."""

    accept: bool
    here: bool
    wholly: bool


def still_open(told: Sequence[DecisionTold], node: Indicator | None) -> Open:
    """At a node (None: of the whole questionnaire), from the decisions about this expert."""
    standing = [one.decision for one in told if one.standing]
    wholly = any(one.act == Act.EXCLUDE and one.node_id is None for one in standing)
    here = any(node is not None and one.node_id == node.pk for one in standing)
    free = node is not None and not wholly and not here
    return Open(accept=free, here=free, wholly=not wholly)


def decisions_of(survey: Survey) -> QuerySet[Decision]:
    """Every decision of a survey, the oldest first."""
    found = Decision.objects.filter(expert__survey=survey)
    return found.select_related("expert__person", "node", "decided_by").order_by("pk")


def standing_decisions(survey: Survey) -> QuerySet[Decision]:
    """Neither undone nor an undoing, the oldest first."""
    return decisions_of(survey).filter(undone_by=None).exclude(act=Act.UNDO)


def decisions_told(survey: Survey, expert: Expert | None = None) -> list[DecisionTold]:
    """Every decision with what became of it, the oldest first; an undoing stands with what it undid. One query."""
    found = decisions_of(survey) if expert is None else decisions_of(survey).filter(expert=expert)
    decisions = list(found)
    undoings = {decision.undoes_id: decision for decision in decisions if decision.undoes_id}
    return [DecisionTold(decision, undoings.get(decision.pk)) for decision in decisions if decision.act != Act.UNDO]


def excluded_now(survey: Survey, tree: Tree | None = None, *, but: Decision | None = None) -> dict[int, frozenset[str]]:
    """Where answers are left out at present, or would be `but` for one decision. One query, and one for the tree where
    it is needed and not given.
    """
    left_out = standing_decisions(survey).filter(act=Act.EXCLUDE).exclude(pk=but.pk if but else 0).order_by()
    rows = list(left_out.values_list("expert_id", "node__code"))
    everywhere = (
        _all_codes(tree or tree_of(survey.edition)) if any(code is None for _expert, code in rows) else frozenset()
    )
    found: dict[int, frozenset[str]] = defaultdict(frozenset)
    for expert, code in rows:
        found[expert] |= everywhere if code is None else {code}
    return dict(found)


def declared_rules(survey: Survey) -> list[str]:
    """The rules for leaving answers out that were declared, one a line, in the reader's language."""
    return _lines(text_in(survey.exclusion_rules))


def is_declared(survey: Survey, rule: str) -> bool:
    """In whichever language it was declared."""
    return any(rule in _lines(text) for text in survey.exclusion_rules.values())


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _all_codes(tree: Tree) -> frozenset[str]:
    return frozenset(node.code for node in tree.parents)
