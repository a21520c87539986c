"""Decisions about answers: with reasons, once, undone by another decision, never after the survey is decided."""

from collections.abc import Callable

import pytest

from surveys.errors import Refused
from surveys.models import AuditEvent, Decision, Expert, Indicator, Survey
from surveys.selectors.decisions import decisions_told, declared_rules, excluded_now
from surveys.selectors.panel_now import panel_now
from surveys.services.decisions import decision_accept, decision_exclude, decision_undo, survey_unmask
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

Deed = Callable[[Survey], object]
RULES = {"en": "Every answer is the same.\n\nAnswers at random.", "zh-hans": "全部回答相同"}


@pytest.fixture
def survey() -> Survey:
    """Three experts, who say 3, 4 and 5 of everything."""
    made = make.survey(exclusion_rules=RULES)
    for number in (1, 2, 3):
        make.submitted(make.expert(made, f"E{number}"), strength=2 + number)
    make.work_off()
    return made


def who(survey: Survey, code: str = "E1") -> Expert:
    return survey.experts.get(code=code)


def at(survey: Survey, code: str = "r") -> Indicator:
    return Indicator.objects.get(edition=survey.edition, code=code)


def exclude(survey: Survey, node: str | None = "r", code: str = "E1", **details: str) -> Decision:
    found = at(survey, node) if node else None
    return decision_exclude(who(survey, code), found, user=make.user(), **{"reason": "At random.", **details})


def accept(survey: Survey, reason: str = "It holds.") -> Decision:
    return decision_accept(who(survey), at(survey), reason=reason, user=make.user())


def logged() -> AuditEvent:
    return AuditEvent.objects.order_by("pk").reverse()[0]


def test_leaving_out_says_who_why_and_by_which_rule(survey: Survey) -> None:
    decision = exclude(survey, "a", rule="Answers at random.", reason="  Q2 is below 0. ")
    assert (decision.reason, decision.rule, decision.after_unmasking) == ("Q2 is below 0.", "Answers at random.", False)
    assert excluded_now(survey) == {who(survey).pk: frozenset({"a"})}
    entry = logged()
    assert (entry.action, entry.subject, entry.user, entry.reason) == (
        "decision.excluded", "E1", make.user(), "Q2 is below 0.",
    )  # fmt: skip
    assert entry.new == {"section": "a", "rule": "Answers at random."}


def test_undoing_brings_the_answers_back_and_keeps_both(survey: Survey) -> None:
    before = panel_now(survey).group.local
    decision = exclude(survey, None)
    assert panel_now(survey).counting == [False, True, True]
    decision_undo(decision, reason="They explained it.", user=make.user())
    assert panel_now(survey).group.local == before
    assert [told.standing for told in decisions_told(survey)] == [False]
    assert decisions_told(survey)[0].undone.reason == "They explained it."  # type: ignore[union-attr]
    assert logged().action == "decision.undone"
    exclude(survey, None)  # and it may be decided anew
    assert [told.standing for told in decisions_told(survey)] == [False, True]


def test_a_panel_in_memory_undoes_as_the_stored_decisions_do(survey: Survey) -> None:
    here, everywhere = exclude(survey, "a"), exclude(survey, None)
    panel = panel_now(survey)
    foreseen = panel.excluding(excluded_now(survey, but=everywhere))
    decision_undo(everywhere, reason="No.", user=None)
    assert foreseen.group.local == panel_now(survey).group.local
    assert excluded_now(survey, but=here) == {}


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_without_a_reason_nothing_is_decided(reason: str, survey: Survey) -> None:
    decision = exclude(survey)
    for deed in (
        lambda: accept(survey, reason),
        lambda: exclude(survey, "a", reason=reason),
        lambda: decision_undo(decision, reason=reason, user=None),
        lambda: survey_unmask(survey, reason=reason, user=None),
    ):
        with pytest.raises(Refused):
            deed()
    assert Decision.objects.count() == 1
    survey.refresh_from_db()
    assert survey.unmasked_at is None


@pytest.mark.parametrize(
    ("first", "then", "sentence"),
    [
        (lambda s: exclude(s), lambda s: exclude(s), "left out already"),
        (lambda s: exclude(s, None), lambda s: exclude(s), "All answers of this expert are left out"),
        (lambda s: exclude(s, None), lambda s: exclude(s, None), "All answers of this expert are left out"),
        (lambda s: exclude(s), accept, "left out already"),
        (accept, accept, "accepted already"),
        (accept, lambda s: exclude(s), "Undo that before leaving them out"),
        (accept, lambda s: exclude(s, "a", rule="Because."), "one of the rules"),
        (accept, lambda s: exclude(s, "a1"), "two items or more"),
        (lambda s: make.expert(s, "E4"), lambda s: exclude(s, code="E4"), "not handed in yet"),
    ],
)
def test_what_contradicts_a_standing_decision_is_refused(
    first: Deed, then: Deed, sentence: str, survey: Survey
) -> None:
    first(survey)
    count = Decision.objects.count()
    with pytest.raises(Refused, match=sentence):
        then(survey)
    assert Decision.objects.count() == count


def test_nothing_is_undone_twice_and_no_undoing_at_all(survey: Survey) -> None:
    decision = exclude(survey)
    undoing = decision_undo(decision, reason="No.", user=None)
    with pytest.raises(Refused, match="undone already"):
        decision_undo(decision, reason="No.", user=None)
    with pytest.raises(Refused, match="decide anew"):
        decision_undo(undoing, reason="No.", user=None)


def test_after_another_submission_the_answers_are_accepted_anew(survey: Survey) -> None:
    accept(survey)
    make.submitted(who(survey), "b", 7)
    accept(survey)
    assert [told.standing for told in decisions_told(survey)] == [True, True]


def test_a_decided_survey_takes_no_decision(survey: Survey) -> None:
    decision = exclude(survey)
    for state in ("closed", "decided"):
        survey_move(survey, state, user=None)
    with pytest.raises(Refused, match="decided"):
        exclude(survey, "a")
    with pytest.raises(Refused, match="decided"):
        decision_undo(decision, reason="No.", user=None)


def test_the_first_look_at_names_marks_every_later_decision(survey: Survey) -> None:
    exclude(survey, "a")
    survey_unmask(survey, reason="The director asks.", user=make.user())
    first = survey.unmasked_at
    survey_unmask(survey, reason="Once more.", user=make.user("approver"))
    assert first is not None
    assert survey.unmasked_at == first
    assert exclude(survey).after_unmasking
    assert [told.decision.after_unmasking for told in decisions_told(survey)] == [False, True]
    looks = AuditEvent.objects.filter(action="names.unmasked").order_by("pk")
    assert [look.reason for look in looks] == ["The director asks.", "Once more."]


def test_rules_are_read_in_the_readers_language(survey: Survey) -> None:
    assert declared_rules(survey) == ["Every answer is the same.", "Answers at random."]
    assert exclude(survey, rule="全部回答相同").rule == "全部回答相同"


def test_decisions_are_told_in_words(survey: Survey) -> None:
    accept(survey)
    exclude(survey, None, "E2")
    exclude(survey, "a", "E3", rule="Answers at random.")
    accepted, wholly, here = decisions_told(survey)
    assert accepted.what == "E1: the answers at “Indicator r” are accepted as they are"
    assert wholly.what == "E2: all answers are left out"
    assert here.what == "E3: the answers at “Indicator a” are left out"
    assert [told.rule for told in (accepted, wholly, here)] == ["", "none of the declared rules", "Answers at random."]
    assert here.by == "coordinator"
    assert [told.code for told in decisions_told(survey, who(survey, "E2"))] == ["E2"]
