"""Revision requests: what may be asked, and how each pair is settled by the log and by what was kept."""

import pytest
from django.utils import timezone

from surveys.errors import Refused
from surveys.models import AuditEvent, Comparison, Expert, Judgment, RevisionRequest, Survey
from surveys.selectors.asking import askable_pairs, suggested_note
from surveys.selectors.revisions import AskedPair, request_of, requests_of, second_looks, waiting_requests
from surveys.services.judgments import Shown
from surveys.services.keeping import judgment_keep
from surveys.services.revisions import revision_request, revision_withdraw
from surveys.services.submissions import submission_create
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def expert() -> Expert:
    expert = make.expert()
    make.submitted(expert)
    return expert


def ask(expert: Expert, *pairs: tuple[str, str], note: str = "Please look again.") -> RevisionRequest:
    found = [make.pair(expert.survey, *pair) for pair in pairs or [("a", "b")]]
    return revision_request(expert, found[0].node, [pair.pk for pair in found], note=note, user=make.user())


def states(expert: Expert) -> list[str]:
    return [pair.state for pair in requests_of(expert)[0].pairs]


def only(expert: Expert) -> AskedPair:
    [pair] = requests_of(expert)[0].pairs
    return pair


def test_a_request_names_the_answers_as_they_were_handed_in(expert: Expert) -> None:
    handed_in = Judgment.objects.get(expert=expert, comparison=make.pair(expert.survey))
    make.say(expert, "a", "b", "b", 7)  # not handed in: the coordinator has not seen it
    request = ask(expert, ("a", "b"), ("b", "c"))
    first, second = request.pairs.all()
    assert first.revision == handed_in.revision
    event = AuditEvent.objects.get(action="revision.requested")
    assert (event.subject, event.new, event.user) == ("E1", {"section": "r", "pairs": 2}, make.user())
    assert states(expert) == ["changed", "open"]
    assert second.revision


def test_pairs_are_settled_by_a_newer_answer_or_by_keeping(expert: Expert) -> None:
    request = ask(expert, ("a", "b"), ("a", "c"), ("b", "c"))
    assert states(expert) == ["open"] * 3
    make.say(expert, "a", "b", "b", 2, shown=Shown(cause="request"))
    make.say(expert, "a", "c")  # the same again
    assert states(expert) == ["changed", "kept", "open"]
    pair = make.pair(expert.survey, "b", "c")
    revision = Judgment.objects.get(expert=expert, comparison=pair).revision
    judgment_keep(expert, pair.pk, revision=revision, reason="So.", request=request)
    assert states(expert) == ["changed", "kept", "kept"]
    assert not waiting_requests(expert)


def test_a_conflict_settles_nothing(expert: Expert) -> None:
    ask(expert)
    assert make.say(expert, "a", "b", "b", 9, base_revision=0).conflict
    assert states(expert) == ["open"]


def test_keeping_of_ones_own_accord_does_not_answer_a_request(expert: Expert) -> None:
    ask(expert)
    pair = make.pair(expert.survey)
    said = Judgment.objects.get(expert=expert, comparison=pair)
    judgment_keep(expert, pair.pk, revision=said.revision, reason="So.")
    assert states(expert) == ["open"]


def test_an_answer_that_was_taken_back_is_changed_and_a_pair_without_one_can_be_asked_about() -> None:
    expert = make.expert(make.survey(missing_allowed=True, question_plan="reduced", full_up_to=2,
                                     questions_per_item=1, of=make.edition({"r": ["a", "b", "c", "d"]})))  # fmt: skip
    for a, b in (("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")):
        make.say(expert, a, b)
    submission_create(expert)
    request = ask(expert, ("a", "b"), ("a", "c"))
    first, second = requests_of(expert)[0].pairs
    assert (second.old, second.current_revision, second.old_said) == (None, 0, "")
    make.say(expert, "a", "b", "", None)
    judgment_keep(expert, second.comparison.pk, revision=0, reason="I cannot say.", request=request)
    assert states(expert) == ["changed", "kept"]
    first = requests_of(expert)[0].pairs[0]
    assert (first.new_said, first.current_revision) == ("", 0)


def test_what_the_coordinator_may_see_ends_with_what_was_handed_in(expert: Expert) -> None:
    ask(expert)
    make.say(expert, "a", "b", "b", 7)
    handed_in = expert.submissions.get().revision
    pair = only(expert)
    assert pair.new
    assert pair.new.revision > handed_in
    said = Judgment.objects.get(expert=expert, comparison=make.pair(expert.survey))
    judgment_keep(expert, said.comparison_id, revision=said.revision, reason="So.")
    assert second_looks(expert, handed_in)["kept"] == []
    submission_create(expert)
    assert len(second_looks(expert, expert.submissions.order_by("number").last().revision)["kept"]) == 1  # type: ignore[union-attr]


def test_withdrawing_ends_it_and_another_may_be_made(expert: Expert) -> None:
    request = ask(expert)
    with pytest.raises(Refused, match="already asked"):
        ask(expert, ("b", "c"))
    revision_withdraw(request, user=make.user())
    revision_withdraw(request, user=make.user())
    assert AuditEvent.objects.filter(action="revision.withdrawn").count() == 1
    assert request_of(expert, request.pk) is None
    assert not waiting_requests(expert)
    ask(expert, ("b", "c"))
    assert len(requests_of(expert)) == 2


def test_another_node_may_be_asked_about_at_the_same_time(expert: Expert) -> None:
    ask(expert)
    ask(expert, ("a1", "a2"))
    assert [asked.node.code for asked in waiting_requests(expert)] == ["a", "r"]


def test_a_request_is_the_experts_own(expert: Expert) -> None:
    other = make.expert(expert.survey, "E2")
    assert request_of(other, ask(expert).pk) is None


def test_who_did_not_hand_in_is_not_asked() -> None:
    expert = make.expert()
    make.answer_all(expert)
    with pytest.raises(Refused, match="not handed in"):
        ask(expert)


@pytest.mark.parametrize("note", ["", "  ", "x" * 2001])
def test_a_note_is_needed(expert: Expert, note: str) -> None:
    with pytest.raises(Refused):
        ask(expert, note=note)
    assert not RevisionRequest.objects.exists()


def test_pairs_of_one_node_only(expert: Expert) -> None:
    elsewhere = Comparison.objects.exclude(node__edition=expert.survey.edition).first()
    assert elsewhere is None
    foreign = make.pair(make.survey(of=make.edition(label="2")), "a", "b")
    node = make.pair(expert.survey).node
    for pairs in ([], [make.pair(expert.survey).pk, make.pair(expert.survey, "a1", "a2").pk], [foreign.pk], [10**6]):
        with pytest.raises(Refused, match="all of them from this matrix"):
            revision_request(expert, node, pairs, note="Look.", user=None)
    with pytest.raises(Refused, match="all of them from this matrix"):
        revision_request(expert, foreign.node, [foreign.pk], note="Look.", user=None)


def test_a_survey_that_takes_no_answers_asks_nobody(expert: Expert) -> None:
    Survey.objects.filter(pk=expert.survey_id).update(closes_at=timezone.now())
    with pytest.raises(Refused, match="takes no answers now"):
        ask(expert)


def test_the_queries_do_not_grow_with_the_requests(expert: Expert, django_assert_num_queries: object) -> None:
    requests_of(expert)
    for _ in range(4):
        revision_withdraw(ask(expert), user=None)
    with django_assert_num_queries(4):  # type: ignore[operator]
        assert len(requests_of(expert)) == 4


# --- what the coordinator sees before asking ---


def test_the_pairs_with_a_hint_come_first_and_kept_ones_are_not_among_them() -> None:
    expert = make.expert()
    for (a, b), (more, strength) in {("a", "b"): ("a", 3), ("b", "c"): ("a", 3), ("a", "c"): ("b", 5)}.items():
        make.say(expert, a, b, more, strength)
    make.say(expert, "a1", "a2")
    submission = submission_create(expert)[0]
    node = make.pair(expert.survey).node
    pairs = askable_pairs(submission, node)
    assert [bool(pair.hint) for pair in pairs] == sorted((bool(pair.hint) for pair in pairs), reverse=True)
    hinted = [pair for pair in pairs if pair.hint]
    assert hinted
    said = Judgment.objects.get(expert=expert, comparison=hinted[0].comparison)
    judgment_keep(expert, said.comparison_id, revision=said.revision, reason="So.")
    make.say(expert, "a", "c", "a", 9)  # later: does not show
    after = {pair.comparison.pk: pair for pair in askable_pairs(submission, node)}
    assert after[said.comparison_id].hint is None
    assert after[said.comparison_id].kept is not None
    assert after[make.pair(expert.survey, "a", "c").pk].said == next(
        pair.said for pair in pairs if pair.comparison == make.pair(expert.survey, "a", "c")
    )
    assert [pair.hint for pair in askable_pairs(submission, make.pair(expert.survey, "a1", "a2").node)] == [None]


def test_the_note_names_the_matrix_in_the_experts_language() -> None:
    of = make.survey()
    node = make.pair(of, "a1", "a2").node
    assert "“Indicator a”" in suggested_note(make.expert(of, "E1", name="Chen", language="en"), node)
    assert "指标 a" in suggested_note(make.expert(of, "E2", name="陈", language="zh-hans"), node)
    assert "指标 a" in suggested_note(make.expert(of, "E3"), node)
