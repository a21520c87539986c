"""Review, submission, receipt: computed by one formula, handed in once, and never called wrong."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from surveys.errors import Refused
from surveys.files.judgments import JudgmentRow
from surveys.models import Expert, ExpertSession, InvitationLink, Job, Judgment, Submission, Survey
from surveys.selectors.own_weights import own_tree
from surveys.services.judgments_many import judgments_import
from surveys.services.keeping import judgment_keep
from surveys.services.panel import link_mint
from surveys.services.revisions import revision_request
from surveys.services.sections import section_decline, sections_ensure
from surveys.services.submissions import submission_create, submission_hand_in
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.rotates(10)]

CALM = {("a", "b"): ("a", 2), ("a", "c"): ("a", 4), ("b", "c"): ("a", 2), ("a1", "a2"): ("b", 3)}
TENSE = CALM | {("a", "c"): ("b", 5)}


def expert_of(gate: str = "soft") -> Expert:
    return make.expert(make.survey(gate=gate), name="Prof. Chen", language="en")


@pytest.fixture
def expert() -> Expert:
    return expert_of()


def say(expert: Expert, answers: dict[tuple[str, str], tuple[str, int]]) -> None:
    for (a, b), (more, strength) in answers.items():
        make.say(expert, a, b, more, strength)


def device(expert: Expert) -> Client:
    client = Client()
    token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)
    client.post(reverse("surveys:start", args=[token]), {"consent": "on"})
    return client


def url(name: str, expert: Expert) -> str:
    return reverse(f"surveys:{name}", args=[expert.survey_id])


def text_of(client: Client, name: str, expert: Expert) -> str:
    return client.get(url(name, expert)).content.decode()


def test_the_review_names_what_is_missing(expert: Expert) -> None:
    make.say(expert, "a", "b")
    text = text_of(device(expert), "review", expert)
    assert "1 of 4 comparisons are answered" in text
    assert "1/3" in text
    assert f'href="{reverse("surveys:pair", args=[expert.survey_id, 2])}#question"' in text
    assert url("submit", expert) not in text


def test_the_review_shows_consistency_and_leads_to_every_section(expert: Expert) -> None:
    say(expert, CALM)
    text = text_of(device(expert), "review", expert)
    assert "CR 0.000" in text
    assert "no check needed" in text
    for pair in (make.pair(expert.survey), make.pair(expert.survey, "a1", "a2")):
        assert reverse("surveys:section_review", args=[expert.survey_id, pair.node_id]) in text
    assert "wrong" not in text.lower()
    assert "reason" not in text


def test_a_tense_matrix_is_worth_a_second_look(expert: Expert) -> None:
    say(expert, TENSE)
    text = text_of(device(expert), "review", expert)
    assert "q-cr-poor" in text
    assert "Why you keep these answers" in text
    assert "wrong" not in text.lower()


def test_submitting_gives_a_receipt_and_then_the_weights(expert: Expert) -> None:
    say(expert, CALM)
    client = device(expert)
    response = client.post(url("submit", expert))
    assert response["Location"] == url("receipt", expert)
    submission = Submission.objects.get()
    waiting = text_of(client, "receipt", expert)
    assert submission.head_hash in waiting
    assert submission.receipt[:4] + "-" + submission.receipt[4:8] in waiting
    assert 'http-equiv="refresh"' in waiting
    assert f'data-poll="{url("receipt_status", expert)}"' in text_of(client, "receipt_status", expert)
    make.work_off()
    for name in ("receipt", "receipt_status"):
        done = text_of(client, name, expert)
        assert "57.14 %" in done
        assert "data-poll" not in done
        assert 'http-equiv="refresh"' not in done


def test_submitting_wakes_the_worker(
    expert: Expert, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    woken: list[tuple[int, str]] = []
    monkeypatch.setattr("surveys.tasks._messenger.post", lambda *job: woken.append(job))
    say(expert, CALM)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        device(expert).post(url("submit", expert))
    assert woken == [(Job.objects.get().pk, "interactive")]


def test_submitting_twice_is_one_submission(expert: Expert) -> None:
    say(expert, CALM)
    client = device(expert)
    client.post(url("submit", expert))
    client.post(url("submit", expert))
    assert Submission.objects.count() == Job.objects.count() == 1


def test_what_was_submitted_already_is_not_offered_again(expert: Expert) -> None:
    say(expert, CALM)
    client = device(expert)
    client.post(url("submit", expert))
    text = text_of(client, "review", expert)
    assert "You have submitted these answers." in text
    assert f'action="{url("submit", expert)}"' not in text


def test_an_incomplete_survey_is_not_submitted(expert: Expert) -> None:
    make.say(expert, "a", "b")
    response = device(expert).post(url("submit", expert))
    assert response.status_code == 409
    assert "3 comparisons are not answered yet" in response.content.decode()
    assert not Submission.objects.exists()


def test_the_soft_gate_asks_for_a_reason(expert: Expert) -> None:
    say(expert, TENSE)
    client = device(expert)
    refused = client.post(url("submit", expert), {"reason": "  "})
    assert refused.status_code == 409
    assert "say in a sentence why you keep them" in refused.content.decode()
    client.post(url("submit", expert), {"reason": " The field is like that. "})
    assert Submission.objects.get().reason == "The field is like that."


def test_the_hard_gate_asks_for_other_answers() -> None:
    expert = expert_of("hard")
    say(expert, TENSE)
    client = device(expert)
    assert url("submit", expert) not in text_of(client, "review", expert)
    assert client.post(url("submit", expert), {"reason": "no"}).status_code == 409
    assert not Submission.objects.exists()


def test_no_gate_asks_nothing() -> None:
    expert = expert_of("none")
    say(expert, TENSE)
    client = device(expert)
    assert 'name="reason"' not in text_of(client, "review", expert)
    client.post(url("submit", expert))
    assert Submission.objects.exists()


@pytest.mark.parametrize("gate", ["soft", "hard"])
def test_a_calm_matrix_passes_every_gate(gate: str) -> None:
    expert = expert_of(gate)
    say(expert, CALM)
    assert submission_hand_in(expert)[0].number == 1


def test_the_gate_holds_in_the_service_too() -> None:
    expert = expert_of("hard")
    say(expert, TENSE)
    with pytest.raises(Refused, match=r"0\.10"):
        submission_hand_in(expert, reason="no")


def test_a_long_reason_is_kept_on_the_page(expert: Expert) -> None:
    say(expert, TENSE)
    response = device(expert).post(url("submit", expert), {"reason": "x" * 2001})
    assert response.status_code == 422
    assert "x" * 2001 in response.content.decode()


def test_answers_may_change_until_the_close_and_be_submitted_again(expert: Expert) -> None:
    say(expert, CALM)
    client = device(expert)
    client.post(url("submit", expert))
    make.say(expert, "a1", "a2", "a", 2)
    assert "changed answers since" in text_of(client, "receipt", expert)
    assert "changed answers since" in text_of(client, "review", expert)
    assert "Review and submit" in text_of(client, "contents", expert)
    client.post(url("submit", expert))
    assert [it.number for it in Submission.objects.order_by("number")] == [1, 2]


def test_a_closed_survey_takes_no_submission(expert: Expert) -> None:
    say(expert, CALM)
    client = device(expert)
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    response = client.post(url("submit", expert))
    assert response.status_code == 409
    assert "takes no answers now" in response.content.decode()


def test_a_failed_computation_is_told_calmly(expert: Expert) -> None:
    say(expert, CALM)
    client = device(expert)
    client.post(url("submit", expert))
    Job.objects.update(state=Job.State.FAILED, error="boom")
    text = text_of(client, "receipt", expert)
    assert "Your answers are safe" in text
    assert "boom" not in text
    assert "data-poll" not in text


def test_no_receipt_without_a_submission(expert: Expert) -> None:
    client = device(expert)
    assert client.get(url("receipt", expert))["Location"] == url("review", expert)
    assert client.get(url("submit", expert))["Location"] == url("review", expert)


def test_pairs_an_expert_could_not_judge_are_shown_as_incomplete(expert: Expert) -> None:
    say(expert, CALM)
    row = JudgmentRow(2, expert.code, "a", "a1", "a2", "cannot_judge", None)
    judgments_import(expert.survey, [row], user=make.user())
    assert "q-cr-incomplete" in text_of(device(expert), "review", expert)


def test_demo_data_say_what_they_are() -> None:
    expert = make.expert(make.survey(synthetic=True), name="合成专家 01")
    say(expert, CALM)
    client = device(expert)
    client.post(url("submit", expert))
    for name in ("contents", "review", "receipt"):
        assert "q-synthetic" in text_of(client, name, expert)


# --- the final check ---


def keep(expert: Expert, a: str, b: str, reason: str) -> None:
    said = Judgment.objects.get(expert=expert, comparison=make.pair(expert.survey, a, b))
    judgment_keep(expert, said.comparison_id, revision=said.revision, reason=reason)


def test_missing_pairs_are_named_and_linked_ten_of_a_section_at_most() -> None:
    expert = make.expert(
        make.survey(of=make.edition({"r": list("abcdef"), "a": ["a1", "a2"]})), name="Prof. Li", language="en"
    )
    make.say(expert, "a", "b")
    text = text_of(device(expert), "review", expert)
    for position in (2, 11, 16):
        assert f'{reverse("surveys:pair", args=[expert.survey_id, position])}#question">Indicator' in text
    assert reverse("surveys:pair", args=[expert.survey_id, 12]) not in text
    assert "and 4 more" in text


def test_reasons_given_for_kept_answers_stand_in_the_reason_already(expert: Expert) -> None:
    say(expert, TENSE)
    keep(expert, "a", "c", "</textarea><b>It is so.")
    text = text_of(device(expert), "review", expert)
    field = text.split('name="reason"')[1].split("</textarea>")[0]
    assert "Indicator a – Indicator c: &lt;/textarea&gt;&lt;b&gt;It is so." in field


def test_a_kept_answer_of_a_calm_section_asks_for_nothing(expert: Expert) -> None:
    say(expert, CALM)
    keep(expert, "a", "c", "It is so.")
    text = text_of(device(expert), "review", expert)
    assert "It is so." in text
    assert 'name="reason"' not in text


def test_a_remark_is_kept_with_the_submission(expert: Expert) -> None:
    say(expert, CALM)
    client = device(expert)
    client.post(url("submit", expert), {"remark": " <i>The definition of c</i> is unclear. "})
    assert Submission.objects.get().remark == "<i>The definition of c</i> is unclear."
    assert "&lt;i&gt;The definition of c" in text_of(client, "receipt", expert)


def test_a_section_that_is_not_ones_field_is_listed() -> None:
    expert = make.expert(make.survey(missing_allowed=True), name="Prof. Li", language="en")
    section = next(one for one in sections_ensure(expert) if one.node.code == "a")
    section_decline(section, declined=True)
    assert "Not my field" in text_of(device(expert), "review", expert)


def test_what_was_asked_again_and_what_two_devices_say_stands_above_the_sections(expert: Expert) -> None:
    say(expert, CALM)
    submission_create(expert)
    pair = make.pair(expert.survey)
    request = revision_request(expert, pair.node, [pair.pk], note="Look.", user=None)
    make.say(expert, "a", "c", "b", 9, base_revision=0)
    text = text_of(device(expert), "review", expert)
    assert reverse("surveys:revision", args=[expert.survey_id, request.pk]) in text
    assert "Answered differently on two devices" in text


def test_an_assistant_does_not_hand_in(expert: Expert) -> None:
    say(expert, CALM)
    client = device(expert)
    ExpertSession.objects.update(assistant=True)
    assert client.post(url("submit", expert)).status_code == 403
    assert not Submission.objects.exists()


def test_the_check_of_many_sections_is_light(django_assert_max_num_queries: Any) -> None:
    tree = {"r": [f"n{i}" for i in range(8)]} | {f"n{i}": [f"n{i}{j}" for j in range(4)] for i in range(8)}
    expert = make.expert(make.survey(of=make.edition(tree)), name="Prof. Li", language="en")
    make.answer_all(expert)
    client = device(expert)
    client.get(url("review", expert))
    with django_assert_max_num_queries(16):
        page = client.get(url("review", expert))
    assert len(page.content) < 40_000


# --- the receipt ---


def test_the_receipt_has_the_whole_tree_with_local_and_global_weights(expert: Expert) -> None:
    say(expert, CALM)
    client = device(expert)
    client.post(url("submit", expert))
    make.work_off()
    branches = {branch.node.code: branch for branch in own_tree(Submission.objects.get())}
    assert branches["a1"].local == pytest.approx(0.25)
    assert branches["a1"].overall == pytest.approx(0.25 * 4 / 7)
    assert branches["r"].overall == 1
    assert sum(branches[code].overall or 0 for code in ("a1", "a2", "b", "c")) == pytest.approx(1)
    text = text_of(client, "receipt", expert)
    for share in ("100.00 %", "57.14 %", "14.29 %", "25.00 %", "42.86 %"):
        assert share in text
    assert "data-print" in text
    assert "withdraw" in text


def test_below_what_was_left_open_there_are_dashes_and_the_reason_why() -> None:
    expert = make.expert(make.survey(missing_allowed=True), name="Prof. Li", language="en")
    for a, b in (("a", "b"), ("a", "c"), ("b", "c")):
        make.say(expert, a, b, "cannot_judge", None)
    make.say(expert, "a1", "a2", "b", 3)
    client = device(expert)
    client.post(url("submit", expert))
    make.work_off()
    branches = {branch.node.code: branch for branch in own_tree(Submission.objects.get())}
    assert (branches["r"].overall, branches["r"].why) == (1, "unsaid")
    assert (branches["a"].local, branches["a"].overall) == (None, None)
    assert branches["a1"].local == pytest.approx(0.25)
    assert branches["a1"].overall is None
    text = text_of(client, "receipt", expert)
    assert "–</td>" in text
    assert "You left this section open" in text
