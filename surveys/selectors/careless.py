"""Signs that answers were given without reading the questions: for the grid, the matrix page and the expert's page.

They are shown to be looked at. Nothing follows from them by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from django.utils.translation import gettext as _

import ahp
from surveys.models import Edition, JudgmentEvent, Submission
from surveys.selectors.panel_answers import Array, Questions, answers_of, kept_questions

QUICK_BELOW = 2.0
"""Seconds for an answer; half of them in less is too quick to have read both sides."""
FEW = 10
"""Timed answers from which their median says anything."""

SPEED, EQUAL, LINE, RANDOM = "speed", "equal", "line", "random"


@dataclass(frozen=True)
class Sign:
    """One sign: what kind it is, in a word for a grid and in a sentence with its numbers."""

    kind: str
    word: str
    sentence: str


def signs_of(submission: Submission, questions: Questions | None = None) -> list[Sign]:
    """The signs in what one expert handed in. Three queries, one where the questions are given."""
    edition = submission.expert.survey.edition
    return signs_by_expert([submission], edition, questions).get(submission.expert_id, [])


def signs_by_expert(
    submissions: Sequence[Submission], edition: Edition, questions: Questions | None = None
) -> dict[int, list[Sign]]:
    """Expert → the signs in what was handed in; experts without any are not in it. Four queries at most."""
    questions = questions or kept_questions(edition)
    revisions = {submission.expert_id: (row, submission.revision) for row, submission in enumerate(submissions)}
    answers, seconds = answers_of(revisions, questions), _seconds(submissions)
    found = {
        submission.expert_id: [*_speed(seconds.get(submission.expert_id, [])), *_pattern(_matrices(row, questions))]
        for submission, row in zip(submissions, answers, strict=True)
    }
    return {expert: signs for expert, signs in found.items() if signs}


def _seconds(submissions: Sequence[Submission]) -> dict[int, list[float]]:
    """Expert → how long each answer took that the form timed."""
    upto = {submission.expert_id: submission.revision for submission in submissions}
    timed = JudgmentEvent.objects.filter(expert__in=list(upto), milliseconds__isnull=False, conflict=False).order_by()
    found: dict[int, list[float]] = defaultdict(list)
    for expert, revision, milliseconds in timed.values_list("expert_id", "revision", "milliseconds"):
        if milliseconds is not None and revision <= upto[expert]:
            found[expert].append(milliseconds / 1000)
    return found


def _speed(seconds: Sequence[float]) -> list[Sign]:
    if len(seconds) < FEW or median(seconds) >= QUICK_BELOW:
        return []
    words = {"seconds": f"{median(seconds):.1f}", "count": len(seconds)}
    return [Sign(SPEED, _("very quick"), _("Half of %(count)d answers took less than %(seconds)s seconds.") % words)]


def _pattern(matrices: Sequence[Array]) -> list[Sign]:
    found, signs = ahp.careless(matrices), []
    if found.straight_line and found.share_equal > found.longest_run * 0.8:
        said = _("%(share)s of the answers say “equally important”: consistent, and empty.")
        signs.append(Sign(EQUAL, _("nearly all equal"), said % {"share": _share(found.share_equal)}))
    elif found.straight_line:
        said = _("One and the same answer runs through %(share)s of a matrix: consistent, and empty.")
        signs.append(Sign(LINE, _("straight line"), said % {"share": _share(found.longest_run)}))
    if found.random:
        said = _("The answers predict each other no better than chance would (Q² = %(number)s).")
        signs.append(Sign(RANDOM, _("as if at random"), said % {"number": f"{found.predictability:.2f}"}))
    return signs


def _share(share: float) -> str:
    return f"{share * 100:.0f} %"


def _matrices(row: Array, questions: Questions) -> list[Array]:
    """What one expert answered, as matrices of two items or more; nan where nothing was answered."""
    labels: Mapping[str, Sequence[str]] = questions.codes
    return [_matrix(row[questions.pairs[code]], len(items)) for code, items in labels.items() if len(items) > 1]


def _matrix(ratios: Array, items: int) -> Array:
    values = np.ones((items, items))
    upper = np.triu_indices(items, 1)
    values[upper] = ratios
    values.T[upper] = 1 / ratios
    return values
