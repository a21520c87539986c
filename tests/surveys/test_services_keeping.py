"""Keeping an answer: a reason, the answer that is meant, and nothing twice."""

import pytest

from surveys.errors import Refused, Stale
from surveys.models import Expert, Judgment, KeptJudgment
from surveys.selectors.keeping import kept_now
from surveys.services.judgments import ClosedSurvey
from surveys.services.keeping import judgment_keep
from surveys.services.revisions import revision_request, revision_withdraw
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def expert() -> Expert:
    expert = make.expert()
    make.submitted(expert)
    return expert


def answer(expert: Expert) -> Judgment:
    return Judgment.objects.get(expert=expert, comparison=make.pair(expert.survey))


def test_it_is_kept_with_the_revision_it_is_about(expert: Expert) -> None:
    said = answer(expert)
    kept = judgment_keep(expert, said.comparison_id, revision=said.revision, reason=" It\n is so. ")
    assert (kept.reason, kept.revision, kept.request) == ("It is so.", said.revision, None)
    assert kept_now(expert) == {said.comparison_id: kept}


def test_the_same_said_twice_is_kept_once_and_another_reason_counts_instead(expert: Expert) -> None:
    said = answer(expert)
    for reason in ("So.", "So.", "Thus."):
        judgment_keep(expert, said.comparison_id, revision=said.revision, reason=reason)
    assert KeptJudgment.objects.count() == 2
    assert kept_now(expert)[said.comparison_id].reason == "Thus."


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 401])
def test_a_reason_is_one_line(expert: Expert, reason: str) -> None:
    with pytest.raises(Refused):
        judgment_keep(expert, answer(expert).comparison_id, revision=answer(expert).revision, reason=reason)
    assert not KeptJudgment.objects.exists()


def test_an_answer_that_was_changed_meanwhile_is_not_kept(expert: Expert) -> None:
    said = answer(expert)
    make.say(expert, "a", "b", "b", 9)
    with pytest.raises(Stale):
        judgment_keep(expert, said.comparison_id, revision=said.revision, reason="So.")


def test_nothing_is_kept_where_nothing_was_said() -> None:
    expert = make.expert()
    with pytest.raises(Refused, match="no answer to keep"):
        judgment_keep(expert, make.pair(expert.survey).pk, revision=0, reason="So.")


def test_a_closed_survey_takes_no_reason(expert: Expert) -> None:
    survey_move(expert.survey, "closed", user=None)
    with pytest.raises(ClosedSurvey):
        judgment_keep(expert, answer(expert).comparison_id, revision=answer(expert).revision, reason="So.")


def test_a_request_keeps_only_what_it_asks_about_and_only_for_its_expert(expert: Expert) -> None:
    said, other = answer(expert), make.expert(expert.survey, "E2")
    make.submitted(other)
    request = revision_request(expert, said.comparison.node, [said.comparison_id], note="Look.", user=None)
    beside = Judgment.objects.get(expert=expert, comparison=make.pair(expert.survey, "a", "c"))
    theirs = answer(other)
    for whose, it in ((expert, beside), (other, theirs)):
        with pytest.raises(Refused, match="not asked about"):
            judgment_keep(whose, it.comparison_id, revision=it.revision, reason="So.", request=request)
    assert judgment_keep(expert, said.comparison_id, revision=said.revision, reason="So.", request=request).request
    revision_withdraw(request, user=make.user())
    request.refresh_from_db()
    with pytest.raises(Refused, match="not asked about"):
        judgment_keep(expert, said.comparison_id, revision=said.revision, reason="Again.", request=request)
