"""The panel's result: the group's matrices and weights over a stated set of submissions."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

import ahp
from surveys.canonical import canonical_json, content_hash
from surveys.errors import Refused
from surveys.models import Job, PanelMember, PanelNode, PanelResult, Submission, Survey
from surveys.selectors.answers import submitted_ratios
from surveys.selectors.trees import tree_of
from surveys.services.audit import audit
from surveys.services.jobs import job_ensure
from surveys.services.results import Method, panel_numbers

JOB = "panel"


def newest_submissions(survey: Survey) -> list[Submission]:
    """The last submission of every expert who made one, in the order of the panel."""
    chosen = (
        Submission.objects.filter(expert__survey=survey).values("expert").annotate(newest=Max("id")).values("newest")
    )
    return list(Submission.objects.filter(pk__in=chosen).select_related("expert").order_by("expert_id"))


@transaction.atomic
def panel_result_request(survey: Survey, *, user: User | None) -> tuple[PanelResult, Job]:
    """Ask for the panel's result over all submissions there are now. The same submissions give the same result once."""
    survey = Survey.objects.select_for_update().select_related("edition").get(pk=survey.pk)
    members = newest_submissions(survey)
    if not any(member.expert.weight > 0 for member in members):
        raise Refused(_("Nobody on the panel has submitted yet."))
    method = Method.of(survey)
    inputs = content_hash(canonical_json(_inputs(members, method)))
    result = survey.panel_results.filter(input_hash=inputs).first()
    if result is None:
        result = _new_result(survey, members, method, inputs, user)
        audit(
            "panel.requested", survey, user=user, survey=survey, new={"experts": len(members), "result": result.number}
        )
    return result, job_ensure(JOB, result.pk)


def panel_result_compute(result_id: int) -> Callable[[], None]:
    """Compute the group's numbers at every node; the returned function stores them once."""
    result = PanelResult.objects.select_related("survey__edition").get(pk=result_id)
    tree = tree_of(result.survey.edition)
    counted = list(
        result.members.filter(weight__gt=0).select_related("submission__expert").order_by("submission__expert_id")
    )
    ratios = [submitted_ratios(member.submission) for member in counted]
    weights = [float(member.weight) for member in counted]
    try:
        numbers = panel_numbers(tree, ratios, weights, Method(result.method, result.random_index, result.aggregation))
    except ahp.AHPError as error:
        raise Refused(str(error)) from error
    nodes = tree.by_code()
    rows = [
        PanelNode(
            result=result,
            node=nodes[node.node],
            experts=len(counted),
            matrix=[[repr(float(cell)) for cell in row] for row in node.matrix.values],
            **node.stored(),
        )
        for node in numbers
    ]

    def store() -> None:
        if not result.nodes.exists():
            PanelNode.objects.bulk_create(rows)
            PanelResult.objects.filter(pk=result.pk).update(computed_at=timezone.now())

    return store


def _new_result(
    survey: Survey, members: list[Submission], method: Method, inputs: str, user: User | None
) -> PanelResult:
    result = PanelResult.objects.create(
        survey=survey,
        number=survey.panel_results.count() + 1,
        input_hash=inputs,
        method=method.method,
        random_index=method.random_index,
        aggregation=method.aggregation,
        invited=survey.experts.count(),
        requested_by=user,
    )
    PanelMember.objects.bulk_create(
        PanelMember(result=result, submission=member, weight=member.expert.weight) for member in members
    )
    return result


def _inputs(members: list[Submission], method: Method) -> dict[str, object]:
    return {
        "method": vars(method),
        "members": [
            [member.expert.code, member.head_hash, str(member.expert.weight.normalize())] for member in members
        ],
    }
