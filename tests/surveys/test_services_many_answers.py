"""Many answers of one expert at once: all or none, nothing overwritten unseen, one log with the form."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from surveys.errors import Refused
from surveys.models import Comparison, Expert, Judgment, JudgmentEvent, Section, Survey, Transcript
from surveys.services.chain import chain_verify
from surveys.services.judgments import Answer, ClosedSurvey, Shown, judgment_record
from surveys.services.judgments_many import judgments_record_many
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

WIDE = {"r": [f"c{number:02}" for number in range(11)]}
"""Fifty-five pairs."""


def ids(expert: Expert) -> dict[str, int]:
    """ "a b" → the comparison."""
    pairs = Comparison.objects.filter(node__edition=expert.survey.edition).select_related("item_a", "item_b")
    return {f"{pair.item_a.code} {pair.item_b.code}": pair.pk for pair in pairs}


def current(expert: Expert) -> dict[str, tuple[str, int | None]]:
    named = {pair: name for name, pair in ids(expert).items()}
    rows = Judgment.objects.filter(expert=expert)
    return {named[row.comparison_id]: (row.more_important, row.strength) for row in rows}


def record(
    expert: Expert, said: dict[str, tuple[str, int | None]], base: dict[str, int] | None = None, **details: Any
) -> list[JudgmentEvent]:
    """The same by the codes of the items."""
    known = ids(expert)
    answers = {known[name]: Answer(*answer) for name, answer in said.items()}
    seen = None if base is None else {known[name]: revision for name, revision in base.items()}
    return judgments_record_many(expert, answers, base=seen, **{"source": "import", **details})


def test_many_answers_are_one_log_with_the_form() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "b", 8)
    events = record(expert, {"a b": ("a", 3), "a c": ("equal", 1)})
    make.say(expert, "b", "c", "a", 2)
    assert [(event.revision, event.source, event.conflict) for event in events] == [
        (2, "import", False),
        (3, "import", False),
    ]
    assert current(expert) == {"a b": ("a", 3), "a c": ("equal", 1), "b c": ("a", 2)}
    assert chain_verify(expert) == []


def test_what_is_said_already_is_left_alone() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "b", 8)
    said: dict[str, tuple[str, int | None]] = {"a b": ("b", 8), "a c": ("a", 5)}
    assert [event.comparison.item_b.code for event in record(expert, said)] == ["c"]
    assert record(expert, said, base={}) == []
    expert.refresh_from_db()
    assert expert.revision == JudgmentEvent.objects.filter(expert=expert).count() == 2


def test_nothing_is_no_event() -> None:
    assert record(make.expert(), {}) == []


def test_an_answer_changed_meanwhile_is_a_conflict_and_not_overwritten() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "a", 3)
    make.say(expert, "a", "c", "a", 3)
    make.say(expert, "a", "b", "a", 5)  # after the preview, which showed revisions 1 and 2
    stale, fresh = record(expert, {"a b": ("b", 9), "a c": ("b", 9)}, base={"a b": 1, "a c": 2})
    assert (stale.conflict, stale.base_revision, fresh.conflict, fresh.base_revision) == (True, 1, False, 2)
    assert current(expert) == {"a b": ("a", 5), "a c": ("b", 9)}
    assert chain_verify(expert) == []


def test_a_first_answer_given_meanwhile_is_a_conflict_too() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "a", 3)
    [event] = record(expert, {"a b": ("b", 2)}, base={})
    assert event.conflict
    assert current(expert) == {"a b": ("a", 3)}


def test_without_a_base_the_newest_word_holds() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "a", 3)
    [event] = record(expert, {"a b": ("b", 2)}, base=None)
    assert not event.conflict
    assert current(expert) == {"a b": ("b", 2)}


def test_an_answer_can_be_taken_back() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "a", 3)
    record(expert, {"a b": ("", None), "a c": ("", None)}, base={"a b": 1})
    assert (current(expert), JudgmentEvent.objects.count()) == ({}, 2)
    assert chain_verify(expert) == []


@pytest.mark.parametrize("answer", [("a", 1), ("a", None), ("equal", 2), ("both", 3), ("cannot_judge", None)])
def test_one_that_cannot_be_refuses_all(answer: tuple[str, int | None]) -> None:
    expert = make.expert()
    with pytest.raises(Refused):
        record(expert, {"a b": ("a", 3), "a c": answer})
    expert.refresh_from_db()
    assert (expert.revision, JudgmentEvent.objects.count(), expert.started_at) == (0, 0, None)


def test_cannot_judge_where_the_survey_allows_it() -> None:
    expert = make.expert(make.survey(missing_allowed=True))
    record(expert, {"a b": ("cannot_judge", None)})
    assert current(expert) == {"a b": ("cannot_judge", None)}


def test_a_pair_of_another_edition_refuses_all() -> None:
    expert, stranger = make.expert(), make.pair(make.survey())
    answers = {ids(expert)["a b"]: Answer("a", 3), stranger.pk: Answer("a", 3)}
    with pytest.raises(Refused, match="not part of the survey"):
        judgments_record_many(expert, answers, base=None, source="import")
    assert not JudgmentEvent.objects.exists()


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_a_survey_that_is_not_open_takes_nothing(state: str) -> None:
    expert = make.expert(make.survey(state))
    with pytest.raises(ClosedSurvey):
        record(expert, {"a b": ("a", 3)})
    assert (JudgmentEvent.objects.count(), Section.objects.count()) == (0, 0)


def test_it_is_closed_also_for_those_who_loaded_it_open() -> None:
    expert = make.expert()
    survey_move(Survey.objects.get(pk=expert.survey_id), Survey.State.CLOSED, user=None)
    with pytest.raises(ClosedSurvey):
        record(expert, {"a b": ("a", 3)})


def test_how_it_was_shown_and_who_entered_it_is_kept() -> None:
    expert, keyer = make.expert(), make.user()
    paper = Transcript.objects.create(expert=expert, way="paper", received_on=timezone.now().date(), entered_by=keyer)
    shown = {ids(expert)["a b"]: Shown(view="paper", place=7, swapped=True)}
    details: dict[str, Any] = {"source": "on_behalf", "entered_by": keyer, "shown": shown, "transcript": paper}
    first, second = record(expert, {"a b": ("a", 3), "a c": ("a", 3)}, **details)
    assert (first.view, first.place, first.swapped, first.entered_by, first.transcript) == (
        "paper",
        7,
        True,
        keyer,
        paper,
    )
    assert (second.view, second.place, second.transcript) == ("", None, paper)
    with pytest.raises(IntegrityError), transaction.atomic():
        record(expert, {"b c": ("a", 3)}, source="on_behalf")


def test_an_expert_who_was_answered_for_has_begun() -> None:
    expert = make.expert()
    record(expert, {"a b": ("a", 3)})
    expert.refresh_from_db()
    assert expert.started_at is not None
    assert Section.objects.filter(expert=expert).count() == 2


def test_many_answers_take_a_fixed_number_of_statements() -> None:
    """As many for fifty-five answers as for two."""
    expert = make.expert(make.survey(of=make.edition(WIDE)))
    pairs = list(ids(expert).values())
    counts = []
    for chosen in (pairs[:2], pairs[2:]):
        with CaptureQueriesContext(connection) as captured:
            judgments_record_many(expert, {pair: Answer("a", 3) for pair in chosen}, base={}, source="import")
        counts.append(sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in captured))
    assert Judgment.objects.filter(expert=expert).count() == 55
    assert counts[1] <= counts[0] <= 14


@pytest.mark.django_db(transaction=True)
def test_a_file_and_a_phone_at_once_lose_nothing() -> None:
    expert = make.expert()
    known = ids(expert)

    def mine() -> Expert:
        return Expert.objects.select_related("survey__edition").get(pk=expert.pk)

    def file() -> int:
        answers = {pair: Answer("b", 9) for pair in known.values()}
        return len(judgments_record_many(mine(), answers, base={}, source="import"))

    def phone() -> int:
        for pair in known.values():
            judgment_record(mine(), pair, Answer("a", 3), client_key=uuid.uuid4(), base_revision=0)
        return len(known)

    assert make.in_threads(file, phone) == [4, 4]
    events = list(JudgmentEvent.objects.filter(expert=expert).order_by("revision"))
    assert [event.revision for event in events] == list(range(1, 9))
    assert sum(event.conflict for event in events) == 4
    assert chain_verify(expert) == []
