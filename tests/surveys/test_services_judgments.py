"""Answers: nothing that was acknowledged is lost, doubled, overwritten or changed unseen."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.errors import Refused
from surveys.files.judgments import JudgmentRow
from surveys.guards import lifted
from surveys.models import AuditEvent, Expert, Judgment, JudgmentEvent, Survey
from surveys.selectors.structure import structure_of
from surveys.services.chain import chain_verify
from surveys.services.judgments import Answer, ClosedSurvey, judgment_record
from surveys.services.judgments_many import judgments_import
from surveys.services.submissions import submission_create
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def events(expert: Expert) -> list[JudgmentEvent]:
    return list(JudgmentEvent.objects.filter(expert=expert).order_by("revision"))


def current(expert: Expert) -> dict[str, tuple[str, int | None]]:
    rows = Judgment.objects.filter(expert=expert)
    return {f"{row.comparison.item_a.code} {row.comparison.item_b.code}": _said(row) for row in rows}


def _said(row: Judgment) -> tuple[str, int | None]:
    return row.more_important, row.strength


def test_an_answer_is_an_event_and_the_current_view() -> None:
    expert = make.expert()
    recorded = make.say(expert, "a", "b", "b", 7)
    assert not recorded.conflict
    assert [(e.revision, e.more_important, e.strength, e.previous_hash) for e in events(expert)] == [(1, "b", 7, "")]
    assert current(expert) == {"a b": ("b", 7)}
    assert chain_verify(expert) == []


def test_a_changed_answer_leaves_the_old_one_in_the_log() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "b", 7)
    make.say(expert, "a", "b", "equal", 1)
    first, second = events(expert)
    assert second.previous_hash == first.hash
    assert current(expert) == {"a b": ("equal", 1)}


@pytest.mark.parametrize(
    ("said", "strength"),
    [
        *[("a", 0), ("a", 1), ("b", 10), ("a", -3), ("a", None), ("a", 2.5), ("a", 3.0), ("a", True), ("a", "3")],
        *[("equal", 2), ("equal", None), ("equal", True), ("cannot_judge", 1), ("", 1), ("both", 3), ("A", 3)],
    ],
)
def test_what_is_no_answer_is_refused_and_leaves_nothing(said: str, strength: Any) -> None:
    expert = make.expert()
    with pytest.raises(Refused, match="An answer is one of"):
        make.say(expert, "a", "b", said, strength)
    expert.refresh_from_db()
    assert (events(expert), expert.revision) == ([], 0)


def test_the_same_key_again_is_the_same_answer() -> None:
    expert, key = make.expert(), uuid.uuid4()
    first = make.say(expert, "a", "b", client_key=key, base_revision=0)
    again = make.say(expert, "a", "b", client_key=key, base_revision=0)
    assert (again.event.pk, again.conflict) == (first.event.pk, False)
    expert.refresh_from_db()
    assert (len(events(expert)), expert.revision) == (1, 1)
    make.say(expert, "a", "c")
    assert chain_verify(expert) == []


def test_a_repeated_conflict_is_still_a_conflict() -> None:
    expert, key = make.expert(), uuid.uuid4()
    make.say(expert, "a", "b", "a", 3)
    assert make.say(expert, "a", "b", "b", 5, base_revision=0, client_key=key).conflict
    assert make.say(expert, "a", "b", "b", 5, base_revision=0, client_key=key).conflict


@pytest.mark.parametrize(("items", "strength"), [(("a", "b"), 4), (("a", "c"), 3)])
def test_a_key_with_another_answer_is_refused_and_not_taken_for_stored(items: tuple[str, str], strength: int) -> None:
    expert, key = make.expert(), uuid.uuid4()
    make.say(expert, "a", "b", "a", 3, client_key=key)
    with pytest.raises(Refused, match="the key of another one"):
        make.say(expert, *items, "a", strength, client_key=key)
    assert current(expert) == {"a b": ("a", 3)}
    assert chain_verify(expert) == []


def test_a_key_of_another_expert_is_refused_and_tells_nothing() -> None:
    survey, key = make.survey(), uuid.uuid4()
    one, other = make.expert(survey, "E1"), make.expert(survey, "E2")
    make.say(one, "a", "b", client_key=key)
    with pytest.raises(Refused, match="the key of another one"):
        make.say(other, "a", "b", client_key=key)
    other.refresh_from_db()
    assert (other.revision, events(other)) == (0, [])


def test_a_key_is_found_again_after_the_survey_was_closed() -> None:
    """The first reply was lost on the way; the device asks again, and learns that its answer was in time."""
    expert, key = make.expert(), uuid.uuid4()
    stored = make.say(expert, "a", "b", client_key=key)
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    assert make.say(expert, "a", "b", client_key=key).event.pk == stored.event.pk
    with pytest.raises(ClosedSurvey):
        make.say(expert, "a", "b")


def test_a_stale_answer_is_kept_and_does_not_count() -> None:
    expert = make.expert()
    seen = make.say(expert, "a", "b", "a", 3, base_revision=0).event.revision
    make.say(expert, "a", "b", "a", 5, base_revision=seen)
    stale = make.say(expert, "a", "b", "b", 9, base_revision=seen)
    assert stale.conflict
    assert [event.conflict for event in events(expert)] == [False, False, True]
    assert current(expert) == {"a b": ("a", 5)}
    chosen = make.say(expert, "a", "b", "b", 9, base_revision=2)
    assert not chosen.conflict
    assert current(expert) == {"a b": ("b", 9)}
    assert chain_verify(expert) == []


def test_a_stale_answer_that_says_the_same_is_no_conflict() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "a", 3, base_revision=0)
    assert not make.say(expert, "a", "b", "a", 3, base_revision=0).conflict


def test_answers_to_other_pairs_make_nothing_stale() -> None:
    expert = make.expert()
    seen = make.say(expert, "a", "b", base_revision=0).event.revision
    make.say(expert, "a", "c", base_revision=0)
    assert not make.say(expert, "a", "b", "b", 2, base_revision=seen).conflict


def test_an_answer_can_be_taken_back() -> None:
    expert = make.expert()
    make.say(expert, "a", "b")
    make.say(expert, "a", "b", "", None, base_revision=1)
    assert current(expert) == {}
    assert len(events(expert)) == 2
    assert chain_verify(expert) == []


def test_two_devices_that_take_the_same_answer_back_do_not_contradict_each_other() -> None:
    expert = make.expert()
    make.say(expert, "a", "b")
    make.say(expert, "a", "b", "", None, base_revision=1)
    assert not make.say(expert, "a", "b", "", None, base_revision=1).conflict


def test_an_answer_over_one_that_was_taken_back_meanwhile_is_a_conflict() -> None:
    expert = make.expert()
    make.say(expert, "a", "b")
    make.say(expert, "a", "b", "", None, base_revision=1)
    assert make.say(expert, "a", "b", "b", 4, base_revision=1).conflict
    assert current(expert) == {}


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_a_survey_that_is_not_open_takes_no_answers(state: str) -> None:
    expert = make.expert(make.survey(state))
    with pytest.raises(ClosedSurvey):
        make.say(expert, "a", "b")
    expert.refresh_from_db()
    assert (expert.revision, events(expert)) == (0, [])


def test_a_closed_survey_is_closed_for_those_who_loaded_it_open() -> None:
    expert = make.expert()
    survey_move(Survey.objects.get(pk=expert.survey_id), Survey.State.CLOSED, user=None)
    assert expert.survey.state == Survey.State.OPEN
    with pytest.raises(ClosedSurvey):
        make.say(expert, "a", "b")


def test_nothing_is_taken_after_the_deadline() -> None:
    survey = make.survey(closes_at=timezone.now() + timedelta(hours=1))
    expert = make.expert(survey)
    make.answer_all(expert)
    Survey.objects.filter(pk=survey.pk).update(closes_at=timezone.now())
    survey.refresh_from_db()
    assert not survey.takes_answers
    with pytest.raises(ClosedSurvey):
        make.say(expert, "a", "b")
    with pytest.raises(ClosedSurvey):
        submission_create(expert)


def test_a_pair_of_another_edition_is_refused() -> None:
    expert, stranger = make.expert(), make.survey()
    with pytest.raises(Refused, match="not part of the survey"):
        judgment_record(expert, make.pair(stranger).pk, Answer("a", 3), client_key=uuid.uuid4())
    with pytest.raises(Refused, match="not part of the survey"):
        judgment_record(expert, 10**9, Answer("a", 3), client_key=uuid.uuid4())
    expert.refresh_from_db()
    assert expert.revision == 0


def test_an_answer_keyed_in_names_who_keyed_it_in() -> None:
    expert, keyer = make.expert(), make.user()
    make.say(expert, "a", "b", source="on_behalf", entered_by=keyer, note="by telephone")
    [event] = events(expert)
    assert (event.source, event.entered_by, event.note) == ("on_behalf", keyer, "by telephone")
    with pytest.raises(IntegrityError), transaction.atomic():
        make.say(expert, "a", "c", source="on_behalf")


SAYINGS = st.sampled_from([("a", 3), ("b", 5), ("equal", 1), ("cannot_judge", None), ("", None)])
STEPS = st.lists(st.tuples(st.sampled_from([0, 1]), st.just(None) | SAYINGS), max_size=12)


@given(steps=STEPS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_devices_never_overwrite_each_other_unseen(expert_and_pair: tuple[Expert, int], steps: list[Any]) -> None:
    """A step is a device that looks (None) or answers on top of what it last saw or said."""
    expert, pair = expert_and_pair
    with transaction.atomic():
        now, newest, seen = ("", None), 0, [0, 0]
        for device, said in steps:
            if said:
                kept = judgment_record(expert, pair, Answer(*said), client_key=uuid.uuid4(), base_revision=seen[device])
                assert kept.conflict == (seen[device] != newest and said != now)
                if kept.conflict:
                    continue
                now, newest = said, kept.event.revision if said[0] else 0
            seen[device] = newest
        assert current(expert) == ({"a b": now} if now[0] else {})
        assert chain_verify(expert) == []
        transaction.set_rollback(True)


@pytest.fixture
def expert_and_pair() -> tuple[Expert, int]:
    expert = make.expert(make.survey(missing_allowed=True))
    return expert, make.pair(expert.survey).pk


# --- with real transactions ---


@pytest.mark.django_db(transaction=True)
def test_an_answer_takes_four_statements() -> None:
    expert = make.expert()
    pair = make.pair(expert.survey)
    structure_of(expert.survey.edition)  # which a process reads once
    with CaptureQueriesContext(connection) as captured:
        judgment_record(expert, pair.pk, Answer("a", 3), client_key=uuid.uuid4(), base_revision=0)
    statements = [query["sql"].split()[0] for query in captured if not query["sql"].startswith(("BEGIN", "COMMIT"))]
    assert statements == ["UPDATE", "SELECT", "INSERT", "INSERT"]


@pytest.mark.django_db(transaction=True)
def test_twins_from_many_threads_are_one_event() -> None:
    expert, key = make.expert(), uuid.uuid4()
    pair = make.pair(expert.survey)

    def twin() -> int:
        return judgment_record(
            Expert.objects.select_related("survey").get(pk=expert.pk),
            pair.pk, Answer("a", 3), client_key=key, base_revision=0,
        ).event.pk  # fmt: skip

    stored = make.in_threads(*[twin] * 6)
    assert stored == [events(expert)[0].pk] * 6
    assert len(events(expert)) == 1
    assert chain_verify(expert) == []


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_once_lose_nothing() -> None:
    """Each device answers on top of what it last saw; one wins each time, the other's answer is a conflict."""
    expert = make.expert()
    pair = make.pair(expert.survey)

    def device(more_important: str) -> Any:
        mine = Expert.objects.select_related("survey").get(pk=expert.pk)
        answers = [Answer(more_important, strength) for strength in (2, 3, 4)]
        return [judgment_record(mine, pair.pk, it, client_key=uuid.uuid4(), base_revision=0) for it in answers]

    outcomes = make.in_threads(lambda: device("a"), lambda: device("b"))
    recorded = [one for outcome in outcomes for one in outcome]
    assert sum(not one.conflict for one in recorded) == 1
    assert [event.revision for event in events(expert)] == [1, 2, 3, 4, 5, 6]
    assert chain_verify(expert) == []


@pytest.mark.django_db(transaction=True)
def test_acknowledged_means_committed() -> None:
    expert = make.expert()
    pair = make.pair(expert.survey)
    judgment_record(expert, pair.pk, Answer("a", 3), client_key=uuid.uuid4())
    [seen] = make.in_threads(lambda: JudgmentEvent.objects.filter(expert=expert).count())
    assert seen == 1


# --- the chain, from the log alone ---


def tampered(table: str, change: str, expert: Expert) -> list[str]:
    with lifted(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {change}")  # noqa: S608  both are ours
    return chain_verify(expert)


@pytest.mark.parametrize(
    ("table", "change", "found"),
    [
        ("surveys_judgmentevent", "strength = 4 WHERE revision = 1", ["Event 1 does not say", "current answer"]),
        ("surveys_judgmentevent", "source = 'import' WHERE revision = 2", ["Event 2 does not say"]),
        ("surveys_judgmentevent", "hash = '0' WHERE revision = 1", ["Event 1 does not say", "Event 2 does not"]),
        ("surveys_judgmentevent", "previous_hash = '' WHERE revision = 2", ["Event 2 does not say", "does not follow"]),
        ("surveys_judgmentevent", "revision = 9 WHERE revision = 4", ["does not follow", "ends with event 9"]),
        ("surveys_judgment", "strength = 4 WHERE revision = 3", ["current answer"]),
        ("surveys_expert", "revision = 5", ["5 events were counted"]),
        ("surveys_submission", "head_hash = '0'", ["Submission 1 names a head"]),
    ],
)  # fmt: skip
def test_tampering_is_found(table: str, change: str, found: list[str]) -> None:
    expert = make.expert()
    make.submitted(expert)
    assert chain_verify(expert) == []
    problems = " ".join(tampered(table, change, expert))
    assert all(part in problems for part in found), problems


@pytest.mark.parametrize("revision", [1, 2, 4])
def test_a_missing_event_is_found(revision: int) -> None:
    expert = make.expert()
    make.submitted(expert)
    with lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM surveys_judgmentevent WHERE revision = %s", [revision])
    assert chain_verify(expert) != []


# --- files ---


def row(a: str, b: str, said: str = "a", strength: int | None = 3, *, expert: str = "E1") -> JudgmentRow:
    return JudgmentRow(2, expert, "r", a, b, said, strength)


ROWS = [row(a, b, expert=expert) for expert in ("E1", "E2") for a, b in make.PAIRS]


def test_an_import_is_one_log_with_the_form() -> None:
    survey = make.survey()
    expert = make.expert(survey, "E1")
    make.say(expert, "a", "b", "b", 8)
    counts = judgments_import(survey, [row("a", "b"), row("a", "c", "cannot_judge", None)], user=make.user())
    make.say(expert, "b", "c", "equal", 1)
    assert counts == {"E1": 2}
    assert [event.source for event in events(expert)] == ["form", "import", "import", "form"]
    assert current(expert) == {"a b": ("a", 3), "a c": ("cannot_judge", None), "b c": ("equal", 1)}
    assert chain_verify(expert) == []


def test_an_import_twice_adds_nothing_the_second_time() -> None:
    survey = make.survey()
    assert judgments_import(survey, ROWS, user=make.user()) == {"E1": 4, "E2": 4}
    assert judgments_import(survey, ROWS, user=make.user()) == {"E1": 0, "E2": 0}
    assert JudgmentEvent.objects.count() == 8
    assert [chain_verify(expert) for expert in survey.experts.all()] == [[], []]


def test_an_import_says_in_the_audit_log_what_it_added() -> None:
    survey = make.survey()
    judgments_import(survey, ROWS, user=make.user())
    entry = AuditEvent.objects.get(action="judgments.imported")
    assert (entry.new, entry.user, entry.survey) == ({"events": {"E1": 4, "E2": 4}}, make.user(), survey)


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_a_survey_that_is_not_open_takes_no_file(state: str) -> None:
    survey = make.survey(state)
    with pytest.raises(ClosedSurvey, match="before importing"):
        judgments_import(survey, ROWS, user=make.user())
    assert not survey.experts.exists()


def test_a_file_with_a_strange_pair_is_refused_whole() -> None:
    survey = make.survey()
    with pytest.raises(Refused, match="a – a1"):
        judgments_import(survey, [*ROWS, row("a", "a1")], user=make.user())
    assert not JudgmentEvent.objects.exists()
    assert not survey.experts.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once_adds_its_answers_once() -> None:
    survey = make.survey()
    for code in ("E1", "E2"):
        make.expert(survey, code)
    loads = [lambda: judgments_import(Survey.objects.get(pk=survey.pk), ROWS, user=None)] * 2
    counts = make.in_threads(*loads)
    assert sorted(sum(count.values()) for count in counts) == [0, 8]
    assert [chain_verify(expert) for expert in survey.experts.all()] == [[], []]
