"""Submissions: an expert says "these are my answers", and a job computes what they mean."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import ahp
from surveys.errors import Refused
from surveys.models import Expert, Job, JudgmentEvent, NodeResult, Submission, Survey
from surveys.selectors.answers import progress_of, submitted_ratios
from surveys.selectors.reviewing import review_of
from surveys.selectors.trees import tree_of
from surveys.services.audit import audit
from surveys.services.jobs import job_ensure
from surveys.services.judgments import ClosedSurvey
from surveys.services.results import Method, expert_numbers

JOB = "submission"


@transaction.atomic
def submission_hand_in(expert: Expert, *, reason: str = "", remark: str = "") -> tuple[Submission, Job]:
    """What the expert does on the form: the survey's gate is asked first.

    Files and entries on behalf only record what was said elsewhere: no gate stops them. Raises what
    `submission_create` raises, and Refused at the gate.
    """
    ready = _ready(expert)
    _pass_gate(ready, reason)
    return _submission(ready, reason, submitted_by=None, remark=remark)


@transaction.atomic
def submission_create(expert: Expert, *, reason: str = "", submitted_by: User | None = None) -> tuple[Submission, Job]:
    """Hand in the answers as they stand. The same answers handed in twice are one submission.

    Raises Refused while pairs are unanswered, ClosedSurvey when the survey takes no answers.
    """
    return _submission(_ready(expert), reason, submitted_by)


def _ready(expert: Expert) -> Expert:
    """The expert, locked, with every answer that is asked for in a survey that takes answers."""
    expert = Expert.objects.select_for_update().select_related("survey__edition").get(pk=expert.pk)
    if not expert.survey.takes_answers:
        raise ClosedSurvey(_("This survey takes no answers now. What you answered before is safe."))
    missing = progress_of(expert)
    if not missing.complete:
        open_pairs = missing.total - missing.answered
        raise Refused(_("%(count)d comparisons are not answered yet.") % {"count": open_pairs})
    return expert


def _submission(expert: Expert, reason: str, submitted_by: User | None, remark: str = "") -> tuple[Submission, Job]:
    newest = expert.submissions.order_by("-number").first()
    if newest and newest.revision == expert.revision:
        return newest, job_ensure(JOB, newest.pk)
    return _submit(expert, newest, reason, submitted_by, remark)


def _pass_gate(expert: Expert, reason: str) -> None:
    """Soft asks for a reason where a consistency ratio is at its limit or above; hard asks for other answers."""
    gate = expert.survey.gate
    if gate == Survey.Gate.NONE or (gate == Survey.Gate.SOFT and reason.strip()):
        return
    nodes = ", ".join(str(review.node) for review in review_of(expert) if not review.consistent)
    if nodes and gate == Survey.Gate.HARD:
        raise Refused(
            _(
                "Some comparisons under %(nodes)s do not fit together yet: their CR is 0.10 or above. This survey "
                "takes answers with a CR below 0.10 only; please look at these comparisons once more."
            )
            % {"nodes": nodes}
        )
    if nodes:
        raise Refused(
            _(
                "Some comparisons under %(nodes)s do not quite fit together: their CR is 0.10 or above. Look at them "
                "once more, or say in a sentence why you keep them."
            )
            % {"nodes": nodes}
        )


def _submit(
    expert: Expert, newest: Submission | None, reason: str, submitted_by: User | None, remark: str
) -> tuple[Submission, Job]:
    head = JudgmentEvent.objects.filter(expert=expert).order_by("-revision").first()
    submission = Submission.objects.create(
        expert=expert,
        number=newest.number + 1 if newest else 1,
        revision=expert.revision,
        head_hash=head.hash if head else "",
        reason=reason.strip(),
        remark=remark.strip(),
        submitted_by=submitted_by,
    )
    Expert.objects.filter(pk=expert.pk).update(submitted_at=timezone.now())
    audit(
        "answers.submitted", expert.code, user=submitted_by, survey=expert.survey, new={"receipt": submission.receipt}
    )
    return submission, job_ensure(JOB, submission.pk)


def submission_compute(submission_id: int) -> Callable[[], None]:
    """Compute every node of a submission; the returned function stores the results once."""
    submission = Submission.objects.select_related("expert__survey__edition").get(pk=submission_id)
    survey: Survey = submission.expert.survey
    tree = tree_of(survey.edition)
    try:
        numbers = expert_numbers(tree, submitted_ratios(submission), Method.of(survey))
    except ahp.AHPError as error:
        raise Refused(str(error)) from error
    nodes = tree.by_code()
    rows = [
        NodeResult(
            submission=submission,
            node=nodes[node.node],
            items=node.matrix.n,
            missing=node.matrix.missing,
            **node.stored(),
        )
        for node in numbers
    ]

    def store() -> None:
        if not submission.results.exists():
            NodeResult.objects.bulk_create(rows)

    return store
