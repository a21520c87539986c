"""Drafts never count before the expert confirms them, and nobody confirms what they did not see."""

from collections.abc import Mapping

import pytest
from django.utils import timezone

from surveys.errors import Refused
from surveys.models import AuditEvent, DraftAnswer, Expert, Judgment, JudgmentEvent
from surveys.selectors.answers import progress_of, submitted_ratios
from surveys.selectors.drafts import draft_sections, prepared_values
from surveys.selectors.questionnaire import SECONDS_PER_QUESTION, pace_of
from surveys.selectors.structure import structure_of
from surveys.services.chain import chain_verify
from surveys.services.drafts import PREPARED, draft_record, drafts_confirm, drafts_discard, drafts_keep
from surveys.services.judgments import Answer, ClosedSurvey
from surveys.services.submissions import submission_create
from surveys.services.surveys import survey_move
from surveys.services.transcripts import transcript_create
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

STRONG = Answer("b", 9)


def number(expert: Expert, a: str = "a", b: str = "b") -> int:
    return make.pair(expert.survey, a, b).pk


def base_of(expert: Expert) -> Mapping[int, int]:
    return dict(Judgment.objects.filter(expert=expert).values_list("comparison_id", "revision"))


def test_a_draft_is_no_answer() -> None:
    expert = make.expert()
    draft_record(expert, number(expert), STRONG)
    assert not JudgmentEvent.objects.exists()
    assert progress_of(expert).answered == 0
    assert prepared_values(expert) == {number(expert): "b9"}


def test_drafts_never_reach_a_submission_until_they_are_confirmed() -> None:
    expert = make.expert()
    make.answer_all(expert)
    draft_record(expert, number(expert), STRONG)
    first, _job = submission_create(expert)
    make.work_off()
    assert submitted_ratios(first)["a", "b"] == 3
    before = first.results.get(node__code="r").weights
    drafts_confirm(expert, {number(expert): STRONG}, base=base_of(expert))
    expert.refresh_from_db()
    second, _job = submission_create(expert)
    make.work_off()
    assert submitted_ratios(second)["a", "b"] == pytest.approx(1 / 9)
    assert second.results.get(node__code="r").weights != before
    assert first.results.get(node__code="r").weights == before


def test_what_an_assistant_prepared_is_the_experts_own_answer() -> None:
    expert = make.expert()
    draft_record(expert, number(expert), STRONG)
    confirmed = drafts_confirm(expert, {number(expert): STRONG}, base={})
    event = JudgmentEvent.objects.get()
    assert (len(confirmed.events), confirmed.conflicts, confirmed.changed) == (1, 0, 0)
    assert (event.source, event.entered_by, event.note, event.view) == ("form", None, PREPARED, "row")
    assert not DraftAnswer.objects.exists()
    assert AuditEvent.objects.get(action="drafts.confirmed").new == {"events": 1}
    assert chain_verify(Expert.objects.get(pk=expert.pk)) == []


def test_what_an_account_keyed_in_says_so_and_names_the_paper() -> None:
    expert = make.expert()
    paper = transcript_create(expert, way="paper", received_on=timezone.localdate(), user=make.user())
    draft_record(expert, number(expert), STRONG, user=make.user(), transcript=paper)
    draft_record(expert, number(expert, "a", "c"), STRONG)
    drafts_confirm(expert, dict.fromkeys([number(expert), number(expert, "a", "c")], STRONG), base={})
    keyed, prepared = JudgmentEvent.objects.order_by("comparison__position")
    assert (keyed.source, keyed.entered_by, keyed.transcript, keyed.view) == ("on_behalf", make.user(), paper, "paper")
    assert (prepared.source, prepared.transcript) == ("form", None)


def test_a_newer_answer_of_the_experts_own_makes_a_conflict() -> None:
    expert = make.expert()
    draft_record(expert, number(expert), STRONG)
    base = base_of(expert)
    make.say(expert, "a", "b", "a", 5)
    confirmed = drafts_confirm(expert, {number(expert): STRONG}, base=base)
    assert confirmed.conflicts == 1
    assert Judgment.objects.get(expert=expert).strength == 5


def test_nobody_confirms_what_they_did_not_see() -> None:
    expert = make.expert()
    draft_record(expert, number(expert), STRONG)
    draft_record(expert, number(expert), Answer("a", 2))  # while the expert reads
    confirmed = drafts_confirm(expert, {number(expert): STRONG}, base={})
    assert (confirmed.events, confirmed.changed) == ([], 1)
    assert DraftAnswer.objects.get().more_important == "a"
    assert not AuditEvent.objects.filter(action="drafts.confirmed").exists()


def test_confirming_twice_is_confirming_once() -> None:
    expert = make.expert()
    draft_record(expert, number(expert), STRONG)
    seen = {number(expert): STRONG}
    assert len(drafts_confirm(expert, seen, base={}).events) == 1
    assert drafts_confirm(expert, seen, base={}).events == []
    assert JudgmentEvent.objects.count() == 1


def test_a_draft_is_replaced_forgotten_and_discarded() -> None:
    expert = make.expert()
    draft_record(expert, number(expert), STRONG)
    draft_record(expert, number(expert), Answer("equal", 1))
    assert DraftAnswer.objects.get().strength == 1
    draft_record(expert, number(expert), Answer("", None))
    assert not DraftAnswer.objects.exists()
    draft_record(expert, number(expert), STRONG)
    assert drafts_discard(expert, [number(expert)]) == 1
    assert drafts_discard(expert, [number(expert)]) == 0
    assert not JudgmentEvent.objects.exists()


@pytest.mark.parametrize(
    "answer", [Answer("a", 1), Answer("equal", 2), Answer("x", None), Answer("cannot_judge", None)]
)
def test_what_cannot_be_an_answer_cannot_be_a_draft(answer: Answer) -> None:
    expert = make.expert()
    with pytest.raises(Refused):
        drafts_keep(expert, {number(expert, "b", "c"): STRONG, number(expert): answer})
    assert not DraftAnswer.objects.exists()


def test_a_foreign_pair_and_a_closed_survey_are_refused() -> None:
    expert = make.expert()
    other = make.survey(of=make.edition(label="2.0"))
    with pytest.raises(Refused, match="not part of the survey"):
        draft_record(expert, make.pair(other).pk, STRONG)
    draft_record(expert, number(expert), STRONG)
    survey_move(expert.survey, "closed", user=make.user())
    expert = Expert.objects.get(pk=expert.pk)
    with pytest.raises(ClosedSurvey):
        draft_record(expert, number(expert), STRONG)
    with pytest.raises(ClosedSurvey):
        drafts_confirm(expert, {number(expert): STRONG}, base={})
    assert DraftAnswer.objects.count() == 1


def test_drafts_are_told_beside_the_experts_own() -> None:
    expert = make.expert()
    make.say(expert, "a", "b", "a", 3)
    make.say(expert, "a", "c", "b", 9)
    for b in ("b", "c"):
        draft_record(expert, number(expert, "a", b), STRONG)
    draft_record(expert, number(expert, "a1", "a2"), STRONG)
    root, below = draft_sections(expert)
    assert (root.node.code, [row.changes for row in root.rows], root.changes) == ("r", [True, False], 1)
    assert root.rows[0].own_sentence == "Indicator a is slightly more important than Indicator b (3)"
    assert root.rows[0].sentence == "Indicator b is extremely more important than Indicator a (9)"
    assert (below.node.code, below.rows[0].own) == ("a", None)


def test_answers_confirmed_together_say_nothing_of_the_experts_pace() -> None:
    edition = make.edition({"r": [f"i{item}" for item in range(6)]})
    expert = make.expert(make.survey(of=edition))
    pairs = structure_of(edition).pairs
    drafts_keep(expert, dict.fromkeys(pairs, STRONG))
    drafts_confirm(expert, dict.fromkeys(pairs, STRONG), base={})
    assert JudgmentEvent.objects.filter(source="form").count() == 15
    assert pace_of(expert) == SECONDS_PER_QUESTION
