"""Decisions about an expert's answers: to accept a matrix as it is, to leave answers out, to undo one of these."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import Decision, Expert, Indicator, Submission, Survey, WeightSet
from surveys.selectors.decisions import is_declared, standing_decisions
from surveys.services.audit import audit
from surveys.services.expert_weights import SETTLED

Act = Decision.Act
LONGEST_REASON = 1000


@transaction.atomic
def decision_accept(expert: Expert, node: Indicator, *, reason: str, user: User | None) -> Decision:
    """The answers at this node count as they were handed in last, whatever their consistency ratio.

    Refused where something else is decided about them, or the survey is decided.
    """
    survey = _survey_to_decide(expert)
    submission = _handed_in(expert, node, survey)
    standing = _standing(survey, expert)
    _refuse_left_out(standing, node)
    accepted = [one for one in standing if one.act == Act.ACCEPT and one.node_id == node.pk]
    if any(one.decided_at >= submission.submitted_at for one in accepted):
        raise Refused(_("These answers are accepted already."))
    decision = _decide(survey, expert, node, Act.ACCEPT, reason, user)
    new = {"section": node.code}
    audit("decision.accepted", expert.code, user=user, survey=survey, new=new, reason=decision.reason)
    return decision


@transaction.atomic
def decision_exclude(
    expert: Expert, node: Indicator | None, *, reason: str, rule: str = "", user: User | None
) -> Decision:
    """Leave the expert's answers out at this node, or all of them where there is none. Nothing is deleted.

    `rule` is one of those that were declared, or empty where none of them says so. A decision after somebody has seen
    units' names beside an effect carries the mark of it.
    """
    survey = _survey_to_decide(expert)
    _handed_in(expert, node, survey)
    standing = _standing(survey, expert)
    _refuse_left_out(standing, node)
    if node and any(one.act == Act.ACCEPT and one.node_id == node.pk for one in standing):
        raise Refused(_("These answers are accepted. Undo that before leaving them out."))
    if rule and not is_declared(survey, rule):
        raise Refused(_("Choose one of the rules that this survey declared, or none of them."))
    decision = _decide(survey, expert, node, Act.EXCLUDE, reason, user, rule=rule)
    new = {"section": node.code if node else "", "rule": rule, "after_unmasking": decision.after_unmasking}
    new = {key: value for key, value in new.items() if value}
    audit("decision.excluded", expert.code, user=user, survey=survey, new=new, reason=decision.reason)
    return decision


@transaction.atomic
def decision_undo(decision: Decision, *, reason: str, user: User | None) -> Decision:
    """Take a decision back. Both stay in the list, and in every document."""
    expert = decision.expert
    survey = _survey_to_decide(expert)
    if decision.act == Act.UNDO:
        raise Refused(_("An undoing is not undone: decide anew."))
    if Decision.objects.filter(undoes=decision).exists():
        raise Refused(_("This decision is undone already."))
    undoing = _decide(survey, expert, decision.node, Act.UNDO, reason, user, undoes=decision)
    old = {"decision": decision.act, **({"section": decision.node.code} if decision.node else {})}
    audit("decision.undone", expert.code, user=user, survey=survey, old=old, reason=undoing.reason)
    return undoing


@transaction.atomic
def survey_unmask(survey: Survey, *, reason: str, user: User | None) -> None:
    """Units' names may be seen beside the effect of a decision. The survey keeps the first time; the log keeps each."""
    reason = _reason(reason)
    Survey.objects.filter(pk=survey.pk, unmasked_at=None).update(unmasked_at=timezone.now())
    survey.refresh_from_db(fields=["unmasked_at"])
    audit("names.unmasked", survey, user=user, survey=survey, reason=reason)


def _survey_to_decide(expert: Expert) -> Survey:
    """The survey under a lock, so that no two decide at once."""
    survey = Survey.objects.select_for_update(of=("self",)).select_related("edition").get(pk=expert.survey_id)
    locked = survey.weight_sets.filter(state=WeightSet.State.LOCKED).exists()
    if survey.state in SETTLED or locked:
        raise Refused(_("This survey is decided: its weight set is locked, and what it rests on stays as it is."))
    return survey


def _handed_in(expert: Expert, node: Indicator | None, survey: Survey) -> Submission:
    submission = expert.submissions.order_by("-number").first()
    if submission is None:
        raise Refused(_("This expert has not handed in yet: there is nothing to decide about."))
    if node and (node.edition_id != survey.edition_id or node.children.count() < 2):
        raise Refused(_("Choose a matrix of this survey: a node with two items or more below it."))
    return submission


def _standing(survey: Survey, expert: Expert) -> list[Decision]:
    return list(standing_decisions(survey).filter(expert=expert))


def _refuse_left_out(standing: list[Decision], node: Indicator | None) -> None:
    for one in standing:
        if one.act == Act.EXCLUDE and one.node_id is None:
            raise Refused(_("All answers of this expert are left out already. Undo that before deciding otherwise."))
        if one.act == Act.EXCLUDE and node and one.node_id == node.pk:
            raise Refused(_("These answers are left out already. Undo that before deciding otherwise."))


def _decide(
    survey: Survey,
    expert: Expert,
    node: Indicator | None,
    act: str,
    reason: str,
    user: User | None,
    *,
    rule: str = "",
    undoes: Decision | None = None,
) -> Decision:
    return Decision.objects.create(
        expert=expert,
        node=node,
        act=act,
        reason=_reason(reason),
        rule=rule,
        undoes=undoes,
        after_unmasking=survey.unmasked_at is not None,
        decided_by=user,
    )


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Refused(_("Give the reason in a sentence: it is printed with the result."))
    if len(reason.strip()) > LONGEST_REASON:
        raise Refused(_("Please say it in at most %(count)d characters.") % {"count": LONGEST_REASON})
    return reason.strip()
