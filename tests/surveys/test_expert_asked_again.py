"""What a coordinator asked an expert to look at again: the page, what is kept or changed, and handing it in again."""

from typing import Any

import pytest
from django.urls import reverse

from surveys.models import Expert, Indicator, Judgment, Submission, Survey
from surveys.services.revisions import revision_request
from surveys.services.submissions import submission_create
from surveys.services.surveys import survey_move
from surveys.views.expert.because import because_of
from tests.surveys import factories as make
from tests.surveys.test_expert_handing_in import TENSE, device, expert_of, say, url

pytestmark = [pytest.mark.django_db, pytest.mark.rotates(10)]


@pytest.fixture
def expert() -> Expert:
    return expert_of()


def asked_again(expert: Expert, note: str = "Please look.") -> str:
    say(expert, TENSE)
    submission_create(expert, reason="So.")
    node = Indicator.objects.get(edition=expert.survey.edition, code="r")
    pairs = [make.pair(expert.survey, "a", "c").pk, make.pair(expert.survey, "b", "c").pk]
    request = revision_request(expert, node, pairs, note=note, user=make.user())
    return reverse("surveys:revision", args=[expert.survey_id, request.pk])


def kept(expert: Expert, a: str, b: str, reason: str = "It is so.") -> dict[str, Any]:
    said = Judgment.objects.get(expert=expert, comparison=make.pair(expert.survey, a, b))
    return {"comparison": said.comparison_id, "revision": said.revision, "reason": reason}


def test_only_the_pairs_in_question_are_shown_with_the_note(expert: Expert) -> None:
    where = asked_again(expert, "Dear Prof. Chen,\n<b>please</b> look.")
    text = device(expert).get(where).content.decode()
    assert "&lt;b&gt;please&lt;/b&gt; look." in text
    assert text.count("because=request&amp;request=") == 2
    assert "Indicator a</span> – <span" in text
    assert "wrong" not in text.lower()


def test_a_changed_and_a_kept_pair_settle_the_request_and_lead_to_the_check(expert: Expert) -> None:
    where = asked_again(expert)
    client = device(expert)
    make.say(expert, "a", "c", "a", 4)
    assert "To look at" in client.get(where).content.decode()
    assert client.post(where, kept(expert, "b", "c")).status_code == 302
    text = client.get(where).content.decode()
    assert "nothing is left to look at" in text
    assert "Hand in again" in text
    assert url("review", expert) in text
    client.post(url("submit", expert), {"reason": "So."})
    assert Submission.objects.count() == 2


def test_when_all_is_kept_nothing_needs_handing_in(expert: Expert) -> None:
    where = asked_again(expert)
    client = device(expert)
    for a, b in (("a", "c"), ("b", "c")):
        client.post(where, kept(expert, a, b))
    text = client.get(where).content.decode()
    assert "You kept your answers" in text
    assert "Hand in again" not in text


def test_keeping_wants_a_reason_and_the_answer_that_was_shown(expert: Expert) -> None:
    where = asked_again(expert)
    client = device(expert)
    assert client.post(where, kept(expert, "a", "c", "  ")).status_code == 422
    stale = kept(expert, "a", "c", "<Because>")
    make.say(expert, "a", "c", "a", 9)
    response = client.post(where, stale)
    assert response.status_code == 409
    assert "To look at" in response.content.decode()
    beside = kept(expert, "a", "b")
    assert client.post(where, beside).status_code == 409


def test_a_request_to_somebody_else_or_withdrawn_is_not_there(expert: Expert) -> None:
    where = asked_again(expert)
    other = make.expert(expert.survey, "E2", name="Prof. Li", language="en")
    client = device(other)
    assert client.get(where).status_code == 404
    assert client.post(where, kept(expert, "a", "c")).status_code == 404
    expert.revision_requests.update(withdrawn_at=expert.created_at)
    assert device(expert).get(where).status_code == 404


def test_a_request_in_a_closed_survey_is_only_read(expert: Expert) -> None:
    where = asked_again(expert)
    client, sent = device(expert), kept(expert, "a", "c")
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    text = client.get(where).content.decode()
    assert "takes no answers now" in text
    assert "because=request" not in text
    assert client.post(where, sent).status_code == 409


def test_the_way_back_and_the_cause_hold_for_ones_own_pairs_only(expert: Expert) -> None:
    where = asked_again(expert)
    request = expert.revision_requests.get()
    asked, beside = make.pair(expert.survey, "a", "c"), make.pair(expert.survey, "a", "b")
    given = {"because": "request", "request": str(request.pk)}
    found = because_of(given, expert, asked)
    assert found
    assert (found.cause, found.back, found.fields) == ("request", f"{where}#pair-{asked.position}", given)
    assert because_of(given, expert, beside) is None
    other = make.expert(expert.survey, "E2")
    assert because_of(given, other, asked) is None
    for nonsense in ({}, {"because": "x"}, {"because": "request", "request": "x"}, {"because": "request"}):
        assert because_of(nonsense, expert, asked) is None
    hint = because_of({"because": "hint"}, expert, beside)
    assert hint
    assert hint.back == reverse("surveys:section_review", args=[expert.survey_id, beside.node_id]) + "#consistency"
