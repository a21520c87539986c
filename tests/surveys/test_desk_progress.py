"""The desk: who is where, the saved filters, order and search, what comes next, and a list to telephone by."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from surveys.models import Expert, JudgmentEvent, Letter, LetterKind, Mailing, Person, Survey
from surveys.selectors.board import board_of, days_left
from surveys.selectors.naming import shown_name
from surveys.selectors.overview import overview
from surveys.selectors.pace import QUICK_MILLISECONDS, paces
from surveys.selectors.progress import panel_progress
from surveys.selectors.revisions import waiting_counts
from surveys.services.judgments import Shown
from surveys.services.keeping import judgment_keep
from surveys.services.panel import expert_decline, invitation_revoke
from surveys.services.revisions import revision_request, revision_withdraw
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def coordinator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


def statuses(survey: Survey) -> dict[str, str]:
    return {row.expert.code: row.status for row in panel_progress(survey).rows()}


def letter(expert: Expert, state: str) -> None:
    mailing = Mailing.objects.create(survey=expert.survey, kind=LetterKind.INVITATION, subject={}, body={})
    sent = timezone.now() if state != Letter.State.WAITING else None
    Letter.objects.create(
        mailing=mailing, expert=expert, address="x@example.org", language="en", state=state, sent_at=sent
    )


def asked_again(expert: Expert) -> Any:
    pair = make.pair(expert.survey, "a", "c")
    return revision_request(expert, pair.node, [pair.pk], note="Please look.", user=make.user())


def test_every_status_has_its_place() -> None:
    survey = make.survey()
    experts = {
        code: make.expert(survey, code) for code in ("new", "sent", "back", "begun", "gone", "no", "done", "again")
    }
    letter(experts["sent"], Letter.State.SENT)
    letter(experts["back"], Letter.State.SENT)
    letter(experts["back"], Letter.State.BOUNCED)
    make.say(experts["begun"], "a", "b")
    invitation_revoke(experts["gone"], user=None)
    expert_decline(experts["no"], user=None, reason="Too busy.")
    make.submitted(experts["done"])
    make.submitted(experts["again"])
    asked_again(experts["again"])
    assert statuses(survey) == {
        "new": "not_sent", "sent": "sent", "back": "returned", "begun": "in_progress", "gone": "revoked",
        "no": "declined", "done": "submitted", "again": "to_revise",
    }  # fmt: skip
    missing = [row.expert.code for row in panel_progress(survey).missing_rows]
    assert missing == ["new", "sent", "back", "begun", "again"]


def test_without_letters_nobody_is_said_to_lack_one() -> None:
    expert = make.expert()
    assert statuses(expert.survey) == {"E1": "not_opened"}


def test_a_request_waits_until_its_pair_is_said_or_kept_again() -> None:
    survey = make.survey()
    first, second, third = (make.expert(survey, code) for code in ("E1", "E2", "E3"))
    for expert in (first, second, third):
        make.submitted(expert)
    requests = [asked_again(expert) for expert in (first, second, third)]
    assert waiting_counts(survey) == {first.pk: 1, second.pk: 1, third.pk: 1}
    make.say(first, "a", "c", "b", 5)
    revision_withdraw(requests[1], user=make.user())
    kept = JudgmentEvent.objects.filter(expert=third, comparison=make.pair(survey, "a", "c")).latest("revision")
    judgment_keep(third, kept.comparison_id, revision=kept.revision, request=requests[2], reason="It is so.")
    assert waiting_counts(survey) == {}


def test_minutes_are_those_on_the_questions_and_haste_is_flagged_once_submitted() -> None:
    survey = make.survey(of=make.edition({"r": [f"c{number}" for number in range(6)]}))
    hasty, calm = make.expert(survey, "hasty"), make.expert(survey, "calm")
    codes = [f"c{number}" for number in range(6)]
    for expert, milliseconds in ((hasty, QUICK_MILLISECONDS - 1), (calm, 30_000)):
        for place, a in enumerate(codes):
            for b in codes[place + 1 :]:
                make.say(expert, a, b, shown=Shown(view="card", place=1, swapped=False, milliseconds=milliseconds))
    found = paces(survey)
    assert (found[hasty.pk].minutes, found[calm.pk].minutes) == (1, 8)
    assert [row.flags for row in panel_progress(survey).rows()] == [(), ()]
    from surveys.services.submissions import submission_create

    for expert in (hasty, calm):
        submission_create(expert)
    assert [row.flags for row in panel_progress(survey).rows()] == [("quick",), ()]


def board(survey: Survey, **asked: str) -> list[str]:
    return [row.expert.code for row in board_of(panel_progress(survey), asked).rows]


def test_filters_order_and_search_are_in_the_address() -> None:
    survey = make.survey()
    old = make.expert(survey, "E1", name="Anna Berg", organisation="Institute", field="power")
    make.say(old, "a", "b")
    make.expert(survey, "E2", name="陈明", field="algae")
    make.submitted(make.expert(survey, "E3"))
    assert board(survey) == ["E1", "E2", "E3"]
    assert board(survey, show="missing") == ["E1", "E2"]
    assert board(survey, show="not_opened") == ["E2"]
    assert board(survey, show="submitted") == ["E3"]
    assert board(survey, q="berg institute") == ["E1"]
    assert board(survey, q="陈") == ["E2"]
    assert board(survey, sort="-code") == ["E3", "E2", "E1"]
    assert board(survey, sort="field") == ["E2", "E1", "E3"]
    assert board(survey, sort="nonsense", show="nonsense") == ["E1", "E2", "E3"]


def test_who_stands_still_for_more_than_three_days_is_found() -> None:
    expert = make.expert()
    make.say(expert, "a", "b")
    assert board(expert.survey, show="stalled") == []
    with pytest.MonkeyPatch.context() as patch:
        later = JudgmentEvent.objects.get().received_at + timedelta(days=3, seconds=1)
        patch.setattr("surveys.selectors.board.timezone.now", lambda: later)
        assert board(expert.survey, show="stalled") == ["E1"]


def test_a_hundred_experts_are_a_page(coordinator: Client) -> None:
    survey = make.survey()
    for number in range(101):
        make.expert(survey, f"E{number}")
    first = coordinator.get(reverse("surveys:survey", args=[survey.pk])).content.decode()
    second = coordinator.get(reverse("surveys:survey", args=[survey.pk]), {"page": 2}).content.decode()
    assert "/experts/E99/" in first
    assert "/experts/E100/" not in first
    assert "/experts/E100/" in second


def test_days_are_left_while_answers_are_taken() -> None:
    survey = make.survey(closes_at=timezone.now() + timedelta(days=5, hours=1))
    assert days_left(survey) == 5
    assert days_left(make.survey("closed", closes_at=timezone.now() + timedelta(days=5))) is None
    assert days_left(make.survey()) is None


def test_the_list_to_telephone_by_has_addresses_and_no_answers(coordinator: Client) -> None:
    survey = make.survey()
    make.expert(survey, "E1", name="=HYPERLINK(1)", email="a@example.org", telephone="+86 10")
    make.answer_all(make.expert(survey, "E2"))
    content = coordinator.get(reverse("surveys:progress_export", args=[survey.pk])).content
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert rows[0][:2] == ("Code", "Name")
    assert rows[1][1] == "=HYPERLINK(1)"
    assert rows[1][-2:] == ("a@example.org", "+86 10")
    assert rows[2][7:9] == (4, 4)
    sheet = load_workbook(io.BytesIO(content)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_names_stand_beside_answers_only_where_that_was_promised_to_nobody(coordinator: Client) -> None:
    survey = make.survey(anonymity="pseudonyms")
    expert = make.expert(survey, "E1", name="Anna Berg")
    make.submitted(expert)
    make.work_off()
    assert shown_name(survey, expert) == ""
    for name, args in (("matrix", ["E1", "r"]), ("consistency", [])):
        assert "Anna Berg" not in coordinator.get(reverse(f"surveys:{name}", args=[survey.pk, *args])).content.decode()
    assert "Anna Berg" in coordinator.get(reverse("surveys:survey", args=[survey.pk])).content.decode()
    survey.anonymity = "named"
    assert shown_name(survey, expert) == "Anna Berg"
    Person.objects.all().delete()
    expert.refresh_from_db()
    assert shown_name(survey, expert) == ""


def test_the_cards_say_what_comes_next() -> None:
    edition = make.edition()

    def said() -> tuple[str, str]:
        card = overview(Survey.objects.filter(pk=survey.pk))[0]
        return card.next, card.page

    survey = make.survey("draft", of=edition)
    assert said() == ("Bring the panel together", "experts_add")
    make.expert(survey)
    assert said()[1] == "survey_settings"
    survey = make.survey(of=edition)
    expert = make.expert(survey)
    assert said() == ("1 expert is missing", "survey")
    make.submitted(expert)
    assert said() == ("Everybody has answered: close it", "survey")
    survey = make.survey("closed", of=edition)
    assert said()[1] == "panel"
    survey = make.weight_set("proposed", of=make.panel_result(make.survey(of=edition))).survey  # type: ignore[assignment]
    assert said() == ("Proposed weights wait for approval", "weight_sets")
