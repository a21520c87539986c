"""Late answers: kept apart, never twice, counted only when somebody takes them while the survey is open again."""

import uuid

import pytest

from surveys.errors import Refused
from surveys.models import AuditEvent, Expert, Judgment, JudgmentEvent, LateAnswer
from surveys.selectors.late import late_of, late_waiting
from surveys.selectors.questionnaire import disputed_pairs
from surveys.services.chain import chain_verify
from surveys.services.judgments import Answer, ClosedSurvey, judgment_record
from surveys.services.late import TAKEN, late_keep, late_take
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

STRONG = Answer("b", 9)


def number(expert: Expert, a: str = "a", b: str = "b") -> int:
    return make.pair(expert.survey, a, b).pk


def closed() -> Expert:
    expert = make.expert()
    return moved(expert, "closed")


def moved(expert: Expert, to: str) -> Expert:
    survey_move(expert.survey, to, user=make.user())
    return Expert.objects.select_related("survey__edition").get(pk=expert.pk)


def test_the_same_key_is_the_same_late_answer() -> None:
    expert, key = closed(), uuid.uuid4()
    first = late_keep(expert, number(expert), STRONG, key)
    assert late_keep(expert, number(expert), STRONG, key) == first
    assert (LateAnswer.objects.count(), JudgmentEvent.objects.count()) == (1, 0)
    for pair, answer in ((number(expert), Answer("a", 2)), (number(expert, "a", "c"), STRONG)):
        with pytest.raises(Refused, match="key of another"):
            late_keep(expert, pair, answer, key)
    with pytest.raises(Refused, match="key of another"):
        late_keep(make.expert(expert.survey, "E2"), number(expert), STRONG, key)


@pytest.mark.parametrize("answer", [Answer("a", 1), Answer("nonsense", 3), Answer("cannot_judge", None)])
def test_what_cannot_be_an_answer_is_not_kept(answer: Answer) -> None:
    expert = closed()
    with pytest.raises(Refused):
        late_keep(expert, number(expert), answer, uuid.uuid4())
    other = make.survey(of=make.edition(label="2.0"))
    with pytest.raises(Refused, match="not part of the survey"):
        late_keep(expert, make.pair(other).pk, STRONG, uuid.uuid4())
    assert not LateAnswer.objects.exists()


def test_a_late_answer_waits_until_it_is_taken() -> None:
    expert, key = closed(), uuid.uuid4()
    late_keep(expert, number(expert), STRONG, key)
    with pytest.raises(ClosedSurvey):
        late_take(expert, user=make.user())
    assert (late_waiting(expert.survey), JudgmentEvent.objects.count()) == (1, 0)
    expert = moved(expert, "open")
    taken = late_take(expert, user=make.user(), reason="On the phone.")
    event = JudgmentEvent.objects.get()
    assert (taken.events, taken.conflicts) == (1, 0)
    assert (event.client_key, event.source, event.entered_by, event.note) == (key, "form", make.user(), TAKEN)
    assert Judgment.objects.get().strength == 9
    assert [told.taken for told in late_of(expert).answers] == [True]
    assert late_waiting(expert.survey) == 0
    audited = AuditEvent.objects.get(action="late.taken")
    assert (audited.new, audited.reason) == ({"events": 1}, "On the phone.")
    assert chain_verify(expert) == []
    with pytest.raises(Refused, match="No late answer"):
        late_take(expert, user=make.user())


def test_a_device_that_sends_it_again_finds_it() -> None:
    expert, key = closed(), uuid.uuid4()
    late_keep(expert, number(expert), STRONG, key)
    expert = moved(expert, "open")
    late_take(expert, user=make.user())
    recorded = judgment_record(expert, number(expert), STRONG, client_key=key, base_revision=0)
    assert (recorded.conflict, JudgmentEvent.objects.count()) == (False, 1)


def test_a_device_that_sends_it_first_needs_nobody_to_take_it() -> None:
    expert, key = closed(), uuid.uuid4()
    late_keep(expert, number(expert), STRONG, key)
    expert = moved(expert, "open")
    judgment_record(expert, number(expert), STRONG, client_key=key)
    assert late_of(expert).waiting == 0


def test_an_earlier_answer_is_replaced_and_of_two_late_ones_the_newer_counts() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "a", 3)
    expert = moved(expert, "closed")
    for strength in (7, 8):
        late_keep(expert, number(expert), Answer("b", strength), uuid.uuid4())
    expert = moved(expert, "open")
    assert late_take(expert, user=make.user()).conflicts == 0
    assert Judgment.objects.get().strength == 8


def test_an_answer_given_since_is_not_spoken_over() -> None:
    expert = closed()
    late_keep(expert, number(expert), STRONG, uuid.uuid4())
    expert = moved(expert, "open")
    make.say(expert, "a", "b", "a", 5)
    assert late_take(expert, user=make.user()).conflicts == 1
    assert Judgment.objects.get().strength == 5
    assert [pair.pk for pair in disputed_pairs(expert)] == [number(expert)]
