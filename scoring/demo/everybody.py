"""Synthetic people who answer by the open link: each leans away from one calm expert, and wavers."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from django.contrib.auth.models import User

from scoring.demo.panels import computed
from surveys.files.judgments import JudgmentRow
from surveys.models import Job, OpenDraft, OpenLink, Survey
from surveys.selectors.open_form import form_for, open_notice_of, pairs_of
from surveys.selectors.panel_answers import kept_questions
from surveys.selectors.structure import structure_of
from surveys.services.open_links import draft_begin, draft_hand_in, draft_save, minute_now
from surveys.services.open_results import JOB, open_result_request
from surveys.tokens import token_hash

PEOPLE, UNFINISHED, SEED = 48, 5, 7
FAR = 8  # steps from equal to nine


def answered_by_link(survey: Survey, calm: Sequence[JudgmentRow], user: User) -> None:
    """Some hand in, a few stop on the way, and the weights are computed."""
    link = OpenLink.objects.select_related("survey__edition").get(survey=survey)
    chance = random.Random(SEED)  # noqa: S311  the same people each time
    steps = _steps(survey, calm)
    for number in range(PEOPLE + UNFINISHED):
        draft = _begun(link, chance.randint(15, 45))
        said = {place: _code(chance, step, waver=0.4 + number % 3 * 0.5) for place, step in steps.items()}
        if number < PEOPLE:
            draft_hand_in(draft_save(draft, said, seen=0), form_for(draft), insisted=True)
        else:
            draft_save(draft, dict(list(said.items())[: 20 * (number - PEOPLE + 1)]), seen=0)
    result, jobs = open_result_request(link, user=user)
    for job in (*jobs, Job.objects.get(kind=JOB, subject=result.pk)):
        computed(job)


def _begun(link: OpenLink, minutes: int) -> OpenDraft:
    """Somebody who has begun so many minutes ago."""
    token = draft_begin(link, open_notice_of(link.survey), pairs=pairs_of(link.survey))
    OpenDraft.objects.filter(token_hash=token_hash(token)).update(started=minute_now() - minutes)
    return OpenDraft.objects.select_related("link__survey__edition").get(token_hash=token_hash(token))


def _steps(survey: Survey, calm: Sequence[JudgmentRow]) -> dict[int, int]:
    """Place in a row of answers → how many steps the calm expert stands from equal, towards the first item."""
    said: dict[tuple[str, str], int] = defaultdict(int)
    for row in calm:
        far = (row.strength or 1) - 1
        said[row.item_a, row.item_b] = far if row.more_important == "a" else -far
        said[row.item_b, row.item_a] = -said[row.item_a, row.item_b]
    columns = kept_questions(survey.edition).columns
    return {
        columns[pk]: said[pair.item_a.code, pair.item_b.code] for pk, pair in structure_of(survey.edition).pairs.items()
    }


def _code(chance: random.Random, step: int, waver: float) -> int:
    step = max(-FAR, min(FAR, round(0.8 * step + chance.gauss(0, waver))))
    return step + 1 if step >= 0 else step - 1
