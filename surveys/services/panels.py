"""The panel's result: the group's matrices and weights over a stated set of submissions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import add

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import ahp
from surveys.canonical import canonical_json, content_hash
from surveys.errors import Refused
from surveys.models import Expert, Job, PanelMember, PanelNode, PanelPart, PanelResult, Submission, Survey
from surveys.selectors.decisions import excluded_now
from surveys.selectors.panel_answers import Questions, questions_of
from surveys.services.audit import audit
from surveys.services.jobs import job_ensure, job_of_parts, job_step
from surveys.services.panel_sums import PanelSums, group_numbers, slice_sums, slices
from surveys.services.results import Method, matrix_texts

Excluded = Mapping[int, frozenset[str]]
"""Expert → the codes of the nodes at which a decision leaves the answers out."""

JOB = "panel"
PART_JOB = "panel_part"


def newest_submissions(survey: Survey) -> list[Submission]:
    """The last submission of every expert who made one, in the order of the panel, with the expert's weights."""
    # All are read: a database that has not counted its rows since a large import finds the newest ones very slowly.
    rows = Submission.objects.filter(expert__survey=survey).select_related("expert").order_by("expert_id", "pk")
    newest = {row.expert_id: row for row in rows.prefetch_related("expert__branch_weights__node")}
    return list(newest.values())


@transaction.atomic
def panel_result_request(survey: Survey, *, user: User | None) -> tuple[PanelResult, Job]:
    """Ask for the panel's result over all submissions there are now. The same submissions give the same result once.

    The job of a panel of more than `PART` members waits for those of its parts, which the next sweep announces.
    """
    survey = Survey.objects.select_for_update().select_related("edition").get(pk=survey.pk)
    members = newest_submissions(survey)
    if not any(_counts(member.expert) for member in members):
        raise Refused(_("Nobody on the panel has submitted yet."))
    method, excluded = Method.of(survey), excluded_now(survey)
    inputs = content_hash(canonical_json(_inputs(members, method, excluded)))
    result = survey.panel_results.filter(input_hash=inputs).first()
    if result is None:
        result = _new_result(survey, members, method, excluded, inputs, user)
        audit(
            "panel.requested", survey, user=user, survey=survey, new={"experts": len(members), "result": result.number}
        )
    return result, _jobs(result)


def _jobs(result: PanelResult) -> Job:
    parts = list(result.parts.values_list("pk", flat=True))
    if not parts:
        return job_ensure(JOB, result.pk)
    return job_of_parts(JOB, result.pk, PART_JOB, parts)


def panel_part_compute(part_id: int) -> Callable[[], Job | None]:
    """Add up one part of a large panel; the last part that is stored sets the panel's own job free."""
    part = PanelPart.objects.select_related("result__survey__edition").get(pk=part_id)
    questions = questions_of(part.result.survey.edition)
    sums = slice_sums(part.result, questions, part.first, part.count).packed()

    def store() -> Job | None:
        stored = PanelPart.objects.filter(pk=part_id, sums="").update(sums=sums)
        return job_step(JOB, part.result_id) if stored else None

    return store


def panel_result_compute(result_id: int) -> Callable[[], None]:
    """Compute the group's numbers at every node; the returned function stores them once."""
    result = PanelResult.objects.select_related("survey__edition").get(pk=result_id)
    questions = questions_of(result.survey.edition)
    try:
        numbers = group_numbers(questions, reduce(add, _all_sums(result, questions)), Method.of(result))
    except ahp.AHPError as error:
        raise Refused(str(error)) from error
    nodes = questions.tree.by_code()
    rows = [
        PanelNode(
            result=result,
            node=nodes[group.numbers.node],
            experts=group.experts,
            answers=group.answers,
            matrix=matrix_texts(group.numbers.matrix),
            **group.numbers.stored(),
        )
        for group in numbers
    ]

    def store() -> None:
        if not result.nodes.exists():
            PanelNode.objects.bulk_create(rows)
            PanelResult.objects.filter(pk=result.pk).update(computed_at=timezone.now())

    return store


def _all_sums(result: PanelResult, questions: Questions) -> Iterator[PanelSums]:
    """Of every slice: as the parts' jobs have stored them, or computed here where the panel is small."""
    stored = list(result.parts.order_by("first").values_list("sums", flat=True))
    if "" in stored:
        raise Refused(_("Some parts of the panel are still being computed."))
    if stored:
        return map(PanelSums.unpacked, stored)
    return (slice_sums(result, questions, first, count) for first, count in slices(result.members.count()))


def _new_result(
    survey: Survey, members: list[Submission], method: Method, excluded: Excluded, inputs: str, user: User | None
) -> PanelResult:
    result = PanelResult.objects.create(
        survey=survey,
        number=survey.panel_results.count() + 1,
        input_hash=inputs,
        method=method.method,
        random_index=method.random_index,
        aggregation=method.aggregation,
        missing_allowed=method.missing_allowed,
        invited=survey.experts.count(),
        requested_by=user,
    )
    PanelMember.objects.bulk_create(
        PanelMember(
            result=result,
            submission=member,
            weight=member.expert.weight,
            branch_weights={branch.node.code: str(branch.weight) for branch in member.expert.branch_weights.all()},
            excluded=sorted(excluded.get(member.expert_id, ())),
        )
        for member in members
    )
    parts = list(slices(len(members)))
    if len(parts) > 1:
        PanelPart.objects.bulk_create(PanelPart(result=result, first=first, count=count) for first, count in parts)
    return result


def _counts(expert: Expert) -> bool:
    """Somewhere in the tree at least."""
    return expert.weight > 0 or any(branch.weight > 0 for branch in expert.branch_weights.all())


def _inputs(members: list[Submission], method: Method, excluded: Excluded) -> dict[str, object]:
    """What a result depends on. Where nothing is left out nothing is said of it."""
    left_out = {member.expert.code: sorted(excluded.get(member.expert_id, ())) for member in members}
    left_out = {code: nodes for code, nodes in left_out.items() if nodes}
    return {
        "method": vars(method),
        "members": [
            [member.expert.code, member.head_hash, str(member.expert.weight.normalize()), _branches(member.expert)]
            for member in members
        ],
        **({"excluded": left_out} if left_out else {}),
    }


def _branches(expert: Expert) -> dict[str, str]:
    return {branch.node.code: str(branch.weight.normalize()) for branch in expert.branch_weights.all()}
