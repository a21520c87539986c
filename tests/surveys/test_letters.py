"""Who gets a letter and who does not, its words, sending once, and the reminders that come by themselves."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from surveys.errors import Refused, Stale
from surveys.letter_words import Words, usual_words, variables_of, words_problems, written
from surveys.models import (
    AuditEvent,
    Expert,
    InvitationLink,
    Job,
    Judgment,
    Letter,
    LetterKind,
    Mailing,
    Person,
    Survey,
)
from surveys.selectors.letter_texts import letter_to, words_of
from surveys.selectors.letters import letter_states, reminders_due
from surveys.selectors.recipients import recipients
from surveys.selectors.revisions import experts_asked_again, waiting_requests
from surveys.services import letters as services
from surveys.services.keeping import judgment_keep
from surveys.services.mailings import Sending, mailing_send, reminders_send
from surveys.services.panel import invitation_revoke, link_mint
from surveys.services.revisions import revision_request
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

State = Letter.State
DAY = timedelta(days=1)


@pytest.fixture
def survey() -> Survey:
    made = make.survey(contact={"en": "Ms Li", "zh-hans": "李老师"}, inviter={"en": "The office"})
    for number in (1, 2, 3):
        add(made, f"E{number}")
    return made


def add(survey: Survey, code: str, **details: Any) -> Expert:
    usual = {"name": f"Name {code}", "email": f"{code.lower()}@example.org", "language": "en"}
    return make.expert(survey, code, **usual | details)


def sent(survey: Survey, kind: str, code: str, *, ago: timedelta = timedelta(0), state: str = State.SENT) -> Letter:
    """A letter that left some time ago."""
    expert = survey.experts.get(code=code)
    mailing = Mailing.objects.create(survey=survey, kind=kind, subject={"en": "x"}, body={"en": "x"})
    at = timezone.now() - ago
    address = expert.person.email if expert.person else ""
    return Letter.objects.create(
        mailing=mailing, expert=expert, address=address, language="en", state=state, sent_at=at
    )


def left_out(survey: Survey, kind: str, *codes: str) -> dict[str, str]:
    with override("en"):
        return {one.expert.code: str(one.why_not) for one in recipients(survey, kind, codes).left_out}


def going(survey: Survey, kind: str, *codes: str) -> list[str]:
    return [one.expert.code for one in recipients(survey, kind, codes).going]


def confirm(survey: Survey, kind: str, key: uuid.UUID | None = None, **changes: Any) -> Sending:
    found = recipients(survey, kind)
    given = {"shown": found.addresses, "words_hash": words_of(survey, kind).hash} | changes
    return mailing_send(survey, kind, key=key or uuid.uuid4(), user=make.user(), **given)


# --- who ---


def test_an_invitation_goes_to_whoever_can_get_one_and_has_none(survey: Survey) -> None:
    add(survey, "N1", email="")
    make.expert(survey, "N2")
    for code, deed in {"R": "revoked", "D": "declined"}.items():
        expert = add(survey, code)
        if deed == "revoked":
            invitation_revoke(expert, user=None)
        else:
            Expert.objects.filter(pk=expert.pk).update(declined_at=timezone.now())
    sent(survey, "invitation", "E1")
    sent(survey, "invitation", "E2", state=State.WAITING)
    assert going(survey, "invitation") == ["E3"]
    assert left_out(survey, "invitation") == {
        "N1": "no e-mail address",
        "N2": "no e-mail address",
        "R": "invitation revoked",
        "D": "does not take part",
        "E1": "invited already",
        "E2": "such a letter is on its way",
    }
    assert going(survey, "invitation", "E1") == ["E1"]  # by hand, once more
    assert going(survey, "invitation", "E2") == []  # but not while one is on its way


def test_a_returned_letter_waits_for_another_address(survey: Survey) -> None:
    sent(survey, "invitation", "E1", state=State.BOUNCED)
    assert left_out(survey, "invitation") == {"E1": "the last letter came back: correct the address"}
    services.address_correct(survey.experts.get(code="E1"), "right@example.org", user=None)
    assert recipients(survey, "invitation").addresses[survey.experts.get(code="E1").pk] == "right@example.org"


def test_a_reminder_goes_to_whoever_is_unfinished_and_was_not_asked_lately(survey: Survey) -> None:
    for code in ("S", "P", "T", "L", "U"):
        add(survey, code)
        sent(survey, "invitation", code, ago=20 * DAY)
        link_mint(survey.experts.get(code=code), channel=InvitationLink.Channel.MAIL, user=None)
    make.submitted(survey.experts.get(code="S"))
    Expert.objects.filter(code="P").update(reminders_paused=True)
    for days in (12, 8, 4):
        sent(survey, "reminder", "T", ago=days * DAY)
    sent(survey, "reminder", "L", ago=2 * DAY)
    sent(survey, "reminder", "U", ago=DAY, state=State.UNKNOWN)
    assert going(survey, "reminder") == []
    assert left_out(survey, "reminder") == {
        **dict.fromkeys(["E1", "E2", "E3"], "not invited yet: send the invitation first"),
        "S": "has submitted",
        "P": "reminders are paused",
        "T": "three reminders already",
        "L": "asked less than three days ago",
        "U": "asked less than three days ago",
    }
    assert going(survey, "reminder", "U", "L") == ["U"]  # what perhaps never left goes again, by hand
    Letter.objects.filter(expert__code="L").update(sent_at=timezone.now() - 3 * DAY)
    assert going(survey, "reminder") == ["L"]


def test_a_request_to_look_again_goes_to_whoever_has_something_to_look_at(survey: Survey) -> None:
    expert = survey.experts.get(code="E2")
    make.submitted(expert)
    pair = make.pair(survey)
    asked = revision_request(expert, pair.node, [pair.pk], note="Please.", user=make.user())
    assert going(survey, "revision") == ["E2"]
    assert left_out(survey, "revision") == dict.fromkeys(["E1", "E3"], "nothing to look at again")
    expert.refresh_from_db()
    text = letter_to(expert, "revision", words_of(survey, "revision"), language="en")
    assert "1 comparisons in “Indicator r”" in text.body
    given = Judgment.objects.get(expert=expert, comparison=pair)
    judgment_keep(expert, pair.pk, revision=given.revision, reason="I mean it.", request=asked)
    assert going(survey, "revision") == []


def test_who_is_asked_again_is_what_the_experts_pages_say(survey: Survey) -> None:
    for number, expert in enumerate(survey.experts.order_by("pk")):
        make.submitted(expert)
        pair = make.pair(survey)
        revision_request(expert, pair.node, [pair.pk], note="Please.", user=make.user())
        if number == 1:
            revision = Judgment.objects.get(expert=expert, comparison=pair).revision
            make.say(expert, "a", "b", "b", 5, base_revision=revision)
    waiting = {expert.pk for expert in survey.experts.all() if waiting_requests(expert)}
    assert experts_asked_again(survey) == waiting
    assert len(waiting) == 2


# --- words ---


@pytest.mark.parametrize("kind", LetterKind.values)
def test_the_usual_words_are_in_both_languages_and_have_nothing_wrong(kind: str) -> None:
    words = usual_words(kind)
    assert set(words.subject) == set(words.body) == {"zh-hans", "en"}
    assert words.subject["en"] != words.subject["zh-hans"]
    for tag in words.body:
        assert list(words_problems(kind, words.subject[tag], words.body[tag])) == []


def test_what_is_wrong_with_words_is_named() -> None:
    with override("en"):
        found = dict(words_problems("reminder", "Hello {nam} {url}", "No link, {count}"))
        assert "{url}" in found["subject"] and "{url}" in found["body"]
        sentences = [sentence for _field, sentence in words_problems("reminder", "{nam}", "{url} {count}")]
    assert "{nam}" in sentences[0] and "{name}" in sentences[0]
    assert "{count}" in sentences[1]
    assert "count" in variables_of("revision") and "count" not in variables_of("reminder")


def test_a_line_whose_variable_has_no_value_is_left_out() -> None:
    words = Words({"en": "About {title}"}, {"en": "Dear {name},\nby {deadline}\n{url}"})
    text = written(words, {"name": "Li {url}", "title": "A\r\nBcc: x", "deadline": "", "url": "/i/x/"}, "en")
    assert text.subject == "About A Bcc: x"
    assert text.body == "Dear Li {url},\n/i/x/\n"  # braces in a name stay what they are


def test_a_letter_is_escaped_in_its_html_twin() -> None:
    words = Words({"en": "x"}, {"en": "Dear {name}\n{url}"})
    text = written(words, {"name": "<script>alert(1)</script>", "url": "https://e.org/i/x/"}, "en")
    assert "<script>" not in text.html
    assert '<a href="https://e.org/i/x/">https://e.org/i/x/</a>' in text.html


def test_letters_come_in_the_experts_language_and_with_honest_numbers(survey: Survey) -> None:
    chinese = add(survey, "Z1", name="陈教授", language="zh-hans")
    text = letter_to(chinese, "invitation", words_of(survey, "invitation"))
    assert text.subject == "邀请函：调查"
    assert "尊敬的陈教授" in text.body and "共 4 题" in text.body and "李老师" in text.body
    assert "截止" not in text.body and "前完成" not in text.body  # no deadline, no line
    make.say(chinese, "a", "b")
    Expert.objects.filter(pk=chinese.pk).update(started_at=timezone.now())
    chinese.refresh_from_db()
    assert "已完成 1/4 题" in letter_to(chinese, "reminder", words_of(survey, "reminder")).body


# --- sending once ---


def test_confirming_twice_sends_once(survey: Survey) -> None:
    key = uuid.uuid4()
    first, second = confirm(survey, "invitation", key), confirm(survey, "invitation", key, shown={})
    assert (second.mailing, second.repeated, second.job) == (first.mailing, True, None)
    assert Mailing.objects.count() == 1
    assert Job.objects.filter(kind="mailing").count() == 1
    assert AuditEvent.objects.filter(action="letters.sent").count() == 1


def test_what_changed_since_the_page_was_shown_is_looked_at_again(survey: Survey) -> None:
    shown = recipients(survey, "invitation").addresses
    one, two, three = survey.experts.order_by("pk")
    make.submitted(one)
    Person.objects.filter(experts=two).update(email="other@example.org")
    sending = confirm(survey, "invitation", shown=shown)
    assert [letter.expert for letter in sending.mailing.letters.all()] == [three]
    assert {left.expert.code for left in sending.left_out} == {"E1", "E2"}
    with pytest.raises(Refused):
        confirm(survey, "invitation", shown=shown)
    services.words_set(survey, "reminder", subject={"en": "Hi"}, body={"en": "{url}"}, user=None)
    with pytest.raises(Stale):
        confirm(survey, "reminder", shown=shown, words_hash=usual_words("reminder").hash)


def test_words_that_were_sent_stay_as_they_were(survey: Survey) -> None:
    services.words_set(survey, "invitation", subject={"en": "Mine"}, body={"en": "{url}"}, user=None)
    mailing = confirm(survey, "invitation").mailing
    services.words_reset(survey, "invitation", user=None)
    mailing.refresh_from_db()
    assert mailing.subject == {"en": "Mine"}
    assert words_of(survey, "invitation") == usual_words("invitation")


@pytest.mark.parametrize("kind", ["invitation", "reminder", "revision"])
def test_nobody_is_asked_for_answers_that_cannot_be_given(kind: str) -> None:
    closed = make.survey("closed")
    add(closed, "E1")
    with pytest.raises(Refused):
        mailing_send(closed, kind, shown={}, words_hash="", key=uuid.uuid4(), user=None)


def test_without_a_mail_server_nothing_is_promised(survey: Survey, settings: Any) -> None:
    settings.MAIL_SERVER = None
    with pytest.raises(Refused):
        confirm(survey, "invitation")
    assert not Mailing.objects.exists()


# --- reminders by themselves ---


@pytest.fixture
def reminding(survey: Survey) -> Iterator[Survey]:
    services.reminders_set(survey, on=True, days=[3, 7, 10], user=make.user())
    survey.refresh_from_db()
    yield survey


def test_reminders_come_on_their_days_and_at_most_three(reminding: Survey) -> None:
    letter = sent(reminding, "invitation", "E1")
    days = []
    for day in range(1, 30):
        Letter.objects.filter(pk=letter.pk).update(sent_at=timezone.now() - day * DAY)
        for older in Letter.objects.filter(mailing__kind="reminder"):
            Letter.objects.filter(pk=older.pk).update(sent_at=(older.sent_at or timezone.now()) - DAY)
        if reminders_send(reminding):
            days.append(day)
            Letter.objects.filter(state=State.WAITING).update(state=State.SENT, sent_at=timezone.now())
    assert days == [3, 7, 10]
    assert Mailing.objects.filter(kind="reminder", sent_by=None).count() == 3
    assert letter_states(reminding)[letter.expert_id].reminders == 3


def test_a_reminder_by_hand_counts_and_moves_the_next_one(reminding: Survey) -> None:
    sent(reminding, "invitation", "E1", ago=6 * DAY)
    by_hand = sent(reminding, "reminder", "E1", ago=DAY)
    state = letter_states(reminding)[by_hand.expert_id]
    assert (state.kind, state.state, state.reminders) == ("reminder", "sent", 1)
    assert by_hand.sent_at and state.next_reminder == by_hand.sent_at + 3 * DAY
    assert reminders_due(reminding) == []


@pytest.mark.parametrize(
    "why", ["submitted", "paused", "off", "closed", "past", "revoked", "bounced", "not invited", "no server"]
)
def test_nobody_is_reminded_who_should_not_be(reminding: Survey, why: str, settings: Any) -> None:
    if why != "not invited":
        sent(reminding, "invitation", "E1", ago=4 * DAY)
        assert [expert.code for expert in reminders_due(reminding)] == ["E1"]
    expert = reminding.experts.get(code="E1")
    match why:
        case "submitted":
            make.submitted(expert)
        case "paused":
            services.reminders_pause(expert, True, user=None)
        case "off":
            services.reminders_set(reminding, on=False, days=[3], user=None)
        case "closed":
            Survey.objects.filter(pk=reminding.pk).update(state="closed")
        case "past":
            Survey.objects.filter(pk=reminding.pk).update(closes_at=timezone.now())
        case "revoked":
            invitation_revoke(expert, user=None)
        case "bounced":
            Letter.objects.update(state=State.BOUNCED)
        case "no server":
            settings.MAIL_SERVER = None
    assert reminders_send(reminding) is None
    assert not Mailing.objects.filter(kind="reminder").exists()


@pytest.mark.parametrize("days", [[], [1], [3, 4], [3, 7, 10, 14], [400]])
def test_days_that_would_pester_are_refused(survey: Survey, days: list[int]) -> None:
    with pytest.raises(Refused):
        services.reminders_set(survey, on=True, days=days, user=None)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_remind_once() -> None:
    made = make.survey()
    add(made, "E1")
    sent(made, "invitation", "E1", ago=4 * DAY)
    services.reminders_set(made, on=True, days=[3], user=None)
    jobs = make.in_threads(*[lambda: reminders_send(made)] * 4)
    assert sum(isinstance(job, Job) for job in jobs) == 1
    assert Letter.objects.filter(mailing__kind="reminder").count() == 1


def test_how_writing_stands_takes_two_queries_for_any_panel(survey: Survey) -> None:
    with CaptureQueriesContext(connection) as few:
        letter_states(survey)
    for number in range(20):
        add(survey, f"X{number}")
        sent(survey, "invitation", f"X{number}")
    with CaptureQueriesContext(connection) as many:
        assert len(letter_states(survey)) == 20  # those to whom anything was written
    assert (len(few), len(many)) == (1, 2)
