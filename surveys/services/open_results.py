"""The weights of everybody who answered through the open link: a result over the first so many answers, in parts.

It is never mixed with the invited panel's. Each part is a job of its own, reads its answers some thousands at a time,
holds each against its hash, and stores sums; the last one frees the job that puts them together.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import add

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import ahp
from surveys.canonical import decimal_text
from surveys.errors import Refused
from surveys.models import Job, OpenLink, OpenNode, OpenPart, OpenResult, Survey
from surveys.selectors.panel_answers import Questions, questions_of
from surveys.services.audit import audit
from surveys.services.jobs import job_of_parts, job_step
from surveys.services.open_chain import records_checked
from surveys.services.open_sums import EVERYBODY, SIGNS, STRICT, OpenSums, open_sums
from surveys.services.panel_sums import GroupNode, group_nodes, group_numbers
from surveys.services.results import Method, matrix_texts

PART = 100_000
JOB = "open_result"
PART_JOB = "open_part"


@transaction.atomic
def open_result_request(link: OpenLink, *, user: User | None) -> tuple[OpenResult, list[Job]]:
    """Ask for the weights over all answers there are now; the same answers give the same result once.

    Announce the jobs that are returned; a sweep finds those that nobody announces.
    """
    link = OpenLink.objects.select_for_update(of=("self",)).select_related("survey").get(pk=link.pk)
    if not link.count:
        raise Refused(_("Nobody has submitted through the open link yet."))
    if link.survey.state in (Survey.State.DRAFT, Survey.State.PILOT):
        raise Refused(_("The method can still be changed: open the survey before you compute."))
    result = link.results.filter(respondents=link.count).first() or _new_result(link, user)
    return result, _jobs(result)


def _new_result(link: OpenLink, user: User | None) -> OpenResult:
    result = OpenResult.objects.create(
        link=link,
        number=link.results.count() + 1,
        respondents=link.count,
        head=link.head,
        requested_by=user,
        **vars(Method.of(link.survey)),
    )
    starts = range(0, link.count, PART)
    OpenPart.objects.bulk_create(
        OpenPart(result=result, first=first, count=min(PART, link.count - first)) for first in starts
    )
    new = {"respondents": result.respondents, "result": result.number}
    audit("open_link.computed", link.survey, user=user, survey=link.survey, new=new)
    return result


def _jobs(result: OpenResult) -> list[Job]:
    parts = list(result.parts.values_list("pk", flat=True))
    job_of_parts(JOB, result.pk, PART_JOB, parts)
    return list(Job.objects.filter(kind=PART_JOB, subject__in=parts).order_by("pk"))


def open_part_compute(part_id: int) -> Callable[[], Job | None]:
    """Add up one part; the last one that is stored sets the result's own job free."""
    part = OpenPart.objects.select_related("result__link__survey__edition").get(pk=part_id)
    result = part.result
    link, last = result.link, part.first + part.count == result.respondents
    blocks = records_checked(link, part.first, part.count, result.head if last else "")
    sums = open_sums(blocks, questions_of(link.survey.edition), Method.of(result)).packed()

    def store() -> Job | None:
        stored = OpenPart.objects.filter(pk=part_id, sums="").update(sums=sums)
        return job_step(JOB, part.result_id) if stored else None

    return store


def open_result_compute(result_id: int) -> Callable[[], None]:
    """Put the parts together; the returned function stores the numbers once."""
    result = OpenResult.objects.select_related("link__survey__edition").get(pk=result_id)
    questions, method = questions_of(result.link.survey.edition), Method.of(result)
    stored = list(result.parts.order_by("first").values_list("sums", flat=True))
    if "" in stored:
        raise Refused(_("Some parts are still being computed."))
    sums = reduce(add, map(OpenSums.unpacked, stored))
    try:
        groups = group_numbers(questions, sums.panel_sums(EVERYBODY), method)
        strict = group_nodes(questions, sums.panel_sums(STRICT), method)
    except ahp.AHPError as error:
        raise Refused(str(error)) from error
    rows = [_row(result, questions, place, sums, groups[place], strict[place]) for place in range(len(groups))]
    signs = dict(zip(SIGNS, sums.signs.tolist(), strict=True))

    def store() -> None:
        if not result.nodes.exists():
            OpenNode.objects.bulk_create(rows)
            OpenResult.objects.filter(pk=result.pk).update(computed_at=timezone.now(), signs=signs)

    return store


def _row(
    result: OpenResult, questions: Questions, place: int, sums: OpenSums, group: GroupNode, strict: GroupNode
) -> OpenNode:
    weights = strict.numbers.weights
    return OpenNode(
        result=result,
        node=questions.tree.parents[place],
        respondents=group.experts,
        answers=group.answers,
        matrix=matrix_texts(group.numbers.matrix),
        ratios=sums.ratios[place].tolist(),
        untested=int(sums.untested[place]),
        passing=int(sums.passing[place]),
        strict_respondents=strict.experts,
        strict_weights=[] if weights is None else [decimal_text(weight) for weight in weights],
        **group.numbers.stored(),
    )
