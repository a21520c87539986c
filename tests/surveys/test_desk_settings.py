"""What may be changed when: texts and promises, the deadline, languages, and what the pilot's answers are."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surveys.errors import Refused
from surveys.models import InvitationLink, Survey
from surveys.selectors.coverage import coverage_of
from surveys.selectors.readiness import moves_of
from surveys.services.panel import link_mint
from surveys.services.surveys import MOVES, survey_move
from surveys.services.terms import deadline_set, terms_change
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
RULES = {"en": "A CR above 0.2 after one request."}


@pytest.fixture
def coordinator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


def change(survey: Survey, **terms: Any) -> Survey:
    return terms_change(survey, user=make.user(), **terms)


@pytest.mark.parametrize("state", ["draft", "pilot"])
def test_before_opening_everything_may_be_said(state: str) -> None:
    survey = change(make.survey(state), title={"en": "New"}, exclusion_rules=RULES, anonymity="pseudonyms")
    survey = change(survey, anonymity="named", languages=["en"], reminder_days=[2, 4])
    assert (survey.title, survey.exclusion_rules, survey.languages) == ({"en": "New"}, RULES, ["en"])
    assert survey.audit_events.filter(action="survey.terms").count() == 2


@pytest.mark.parametrize("fixed", [{"title": {"en": "New"}}, {"exclusion_rules": RULES}])
def test_what_readers_rely_on_is_fixed_when_it_opens(fixed: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="Fixed by now"):
        change(make.survey(), **fixed)


def test_an_open_survey_may_become_stricter_and_never_looser() -> None:
    survey = change(make.survey(), anonymity="pseudonyms", purpose={"en": "Why"}, reminders=True)
    with pytest.raises(Refused, match="cannot be taken back"):
        change(survey, anonymity="named")
    with pytest.raises(Refused, match="Fixed by now"):
        change(make.survey("closed"), purpose={"en": "Why"})


@pytest.mark.parametrize("days", [[1, 2, 3, 4], [7, 3], [3, 3], [0]])
def test_reminders_are_three_at_most_and_in_order(days: list[int]) -> None:
    with pytest.raises(Refused, match="At most three reminders"):
        change(make.survey(), reminder_days=days)


def test_the_same_again_writes_nothing() -> None:
    survey = make.survey()
    change(survey, purpose=survey.purpose)
    assert not survey.audit_events.filter(action="survey.terms").exists()


def test_a_deadline_is_extended_with_a_reason_and_not_brought_forward() -> None:
    soon, later = timezone.now() + timedelta(days=5), timezone.now() + timedelta(days=9)
    survey = make.survey(closes_at=soon)
    for moment, reason, sentence in (
        (later, " ", "Say in a sentence"),
        (soon - timedelta(days=1), "hurry", "not brought forward"),
        (timezone.now() - timedelta(days=1), "hurry", "lies in the past"),
    ):
        with pytest.raises(Refused, match=sentence):
            deadline_set(survey, moment, user=None, reason=reason)
    deadline_set(survey, later, user=make.user(), reason="Three are on leave.")
    survey.refresh_from_db()
    assert survey.closes_at == later
    event = survey.audit_events.get(action="survey.deadline")
    assert (event.reason, event.old["closes_at"] < event.new["closes_at"]) == ("Three are on leave.", True)
    with pytest.raises(Refused, match="takes no answers any more"):
        deadline_set(make.survey("closed"), later, user=None, reason="x")
    assert deadline_set(make.survey("draft", closes_at=later), soon, user=None).closes_at == soon


def test_the_page_keeps_terms_and_says_what_is_wrong(coordinator: Client) -> None:
    survey = make.survey("draft")
    at = reverse("surveys:survey_terms", args=[survey.pk])
    given = {"title_en": "T", "exclusion_rules_en": RULES["en"], "anonymity": "named", "languages": "en"}
    given["smallest_group"] = "4"
    wrong = coordinator.post(at, {**given, "reminder_days": "soon"})
    assert wrong.status_code == 422
    assert "Write whole numbers of days" in wrong.content.decode()
    coordinator.post(at, {**given, "reminder_days": "2、5"})
    survey.refresh_from_db()
    assert (survey.exclusion_rules, survey.reminder_days, survey.languages) == (RULES, [2, 5], ["en"])
    assert (survey.smallest_group, survey.names_kept) == (4, None)


def test_an_open_page_shows_the_rules_and_does_not_ask_for_them(coordinator: Client) -> None:
    survey = make.survey("draft")
    change(survey, exclusion_rules=RULES)
    survey.refresh_from_db()
    survey_move(survey, "open", user=None)
    page = coordinator.get(reverse("surveys:survey_settings", args=[survey.pk])).content.decode()
    assert RULES["en"] in page
    assert "exclusion_rules_en" not in page


def test_the_form_speaks_only_the_languages_that_are_offered() -> None:
    survey = make.survey(languages=["en"])
    expert = make.expert(survey, "E1", name="陈明", language="zh-hans")
    token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)
    reader = Client(headers={"accept-language": "zh-hans"})
    page = reader.get(reverse("surveys:start", args=[token])).content.decode()
    assert '<html lang="en"' in page
    assert 'class="q-language"' not in page
    reader.cookies["quanheng_language"] = "zh-hans"
    assert '<html lang="en"' in reader.get(reverse("surveys:start", args=[token])).content.decode()
    both = make.expert(make.survey(), "E1", name="陈明", language="zh-hans")
    token = link_mint(both, channel=InvitationLink.Channel.SHOWN, user=None)
    page = Client(headers={"accept-language": "en"}).get(reverse("surveys:start", args=[token])).content.decode()
    assert '<html lang="zh-hans"' in page
    assert 'class="q-language"' in page


# --- the pilot ---


def piloted() -> Survey:
    survey = make.survey("pilot")
    make.submitted(make.expert(survey, "E1"))
    make.expert(survey, "E2")
    return survey


def test_a_pilot_with_answers_does_not_open_unawares() -> None:
    survey = piloted()
    with pytest.raises(Refused, match="by E1: say whether they count"):
        survey_move(survey, "open", user=None)
    survey = survey_move(survey, "draft", user=None)
    with pytest.raises(Refused, match="by E1"):
        survey_move(survey, "open", user=None, pilot="perhaps")
    survey.refresh_from_db()
    assert survey.state == "draft"


@pytest.mark.parametrize(("said", "weight"), [("leave_out", 0), ("count", 1)])
def test_it_opens_once_it_is_said_what_the_answers_are(said: str, weight: int) -> None:
    survey = survey_move(piloted(), "open", user=make.user(), pilot=said)
    first, second = survey.experts.order_by("pk")
    assert (first.pilot, int(first.weight), second.pilot, int(second.weight)) == (True, weight, False, 1)
    assert first.judgments.count() == 4
    assert survey.audit_events.get(action="survey.moved", new__state="open").new["pilot"] == said


def test_a_pilot_without_answers_opens_as_ever() -> None:
    survey = make.survey("pilot")
    make.expert(survey)
    assert survey_move(survey, "open", user=None).state == "open"


def test_the_page_asks_about_the_pilot_and_lists_what_is_not_met(coordinator: Client) -> None:
    survey = piloted()
    page = coordinator.get(reverse("surveys:survey", args=[survey.pk])).content.decode()
    assert "1 expert answered in the pilot" in page
    assert "No rule for leaving answers out is declared" in page
    coordinator.post(reverse("surveys:survey_move", args=[survey.pk]), {"to": "open", "pilot": "leave_out"})
    survey.refresh_from_db()
    assert survey.state == "open"


def test_each_move_says_what_is_not_met_yet() -> None:
    draft = make.survey("draft", of=make.edition(frozen=False))
    moves = {move.to: move for move in moves_of(draft, MOVES["draft"], coverage_of(draft), 0)}
    assert not moves["open"].possible
    assert any(lack.hard and "freeze it" in lack.sentence for lack in moves["pilot"].lacks)
    open_one = make.survey()
    closing = moves_of(open_one, MOVES["open"], coverage_of(open_one), 2)[0]
    assert [lack.sentence for lack in closing.lacks] == ["2 experts have not handed in."]
    closed = make.survey("closed")
    again, decided = moves_of(closed, MOVES["closed"], coverage_of(closed), 0)
    assert again.lacks == []
    assert "No weight set is locked" in decided.lacks[0].sentence
