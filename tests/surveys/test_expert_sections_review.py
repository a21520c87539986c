"""The review of a section: own weights first, then how well the answers fit, then at most three hints."""

import html
import re
import uuid
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

import ahp
from surveys import plan
from surveys.models import Expert, ExpertSession, Indicator, Judgment, JudgmentEvent, KeptJudgment, Section, Survey
from surveys.selectors.hints import Advice, hints_for
from surveys.selectors.keeping import kept_now
from surveys.selectors.meaning import hints_taken, meaning_of
from surveys.selectors.questionnaire import said_by
from surveys.selectors.structure import structure_of
from surveys.services.keeping import judgment_keep
from surveys.services.sections import section_decline, sections_ensure
from surveys.services.submissions import submission_create
from surveys.services.surveys import survey_move
from surveys.services.systems import edition_freeze, edition_import
from tests.surveys import factories as make
from tests.surveys.test_expert_answering import device

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]

LETTERS = "abcdefghijk"
CIRCLE = {("a", "b"): ("a", 3), ("b", "c"): ("a", 3), ("a", "c"): ("b", 5)}


def survey(items: int = 3, **settings: Any) -> Survey:
    return make.survey(of=make.edition({"r": list(LETTERS[:items]), "a": ["a1", "a2"]}), **settings)


def expert_of(items: int = 3, **settings: Any) -> Expert:
    return make.expert(survey(items, **settings), name="Prof. Chen", language="en")


def root(expert: Expert) -> Indicator:
    return Indicator.objects.get(edition=expert.survey.edition, code="r")


def say(expert: Expert, answers: dict[tuple[str, str], tuple[str, int]]) -> None:
    for (a, b), (more, strength) in answers.items():
        make.say(expert, a, b, more, strength)


def noisy(expert: Expert, items: int, seed: int) -> None:
    """Answers that do not fit together, on purpose."""
    draw = np.random.default_rng(seed)
    weights = np.exp(draw.normal(0, 0.7, items))
    for i in range(items):
        for j in range(i + 1, items):
            ratio = weights[i] / weights[j] * np.exp(draw.normal(0, 1.1))
            strength = min(9, max(1, round(max(ratio, 1 / ratio))))
            make.say(expert, LETTERS[i], LETTERS[j], "equal" if strength == 1 else "a" if ratio > 1 else "b", strength)


def address(expert: Expert) -> str:
    return reverse("surveys:section_review", args=[expert.survey_id, root(expert).pk])


def text_of(client: Client, expert: Expert) -> str:
    return html.unescape(client.get(address(expert)).content.decode())


def hints(expert: Expert) -> list[Advice]:
    found = meaning_of(expert, root(expert).pk)
    assert found
    return found.hints


def ratio(expert: Expert) -> float:
    """Straight from the method."""
    items = sorted({judgment.comparison.item_a.code for judgment in root_judgments(expert)} | {LETTERS[1]})
    codes = sorted({*items, *(judgment.comparison.item_b.code for judgment in root_judgments(expert))})
    pairs = {}
    for judgment in root_judgments(expert):
        strength = float(judgment.strength or 1)
        value = 1 / strength if judgment.more_important == "b" else strength
        pairs[judgment.comparison.item_a.code, judgment.comparison.item_b.code] = value
    found = ahp.consistency(ahp.matrix_from_pairs(codes, pairs), random_index=expert.survey.random_index).ratio
    assert found is not None
    return found


def root_judgments(expert: Expert) -> list[Judgment]:
    rows = Judgment.objects.filter(expert=expert, comparison__node=root(expert))
    return list(rows.select_related("comparison__item_a", "comparison__item_b"))


def take(advice: Advice, **changes: Any) -> dict[str, Any]:
    return {
        "act": "take",
        "comparison": advice.comparison.pk,
        "client_key": uuid.uuid4(),
        "base_revision": advice.revision,
        "more_important": advice.suggested.more_important,
        "strength": advice.suggested.strength,
    } | changes


def keep(advice: Advice, reason: str = "It is so.", **changes: Any) -> dict[str, Any]:
    kept = {"act": "keep", "comparison": advice.comparison.pk, "revision": advice.revision, "reason": reason}
    return kept | changes


# --- weights and consistency ---


def test_weights_come_first_and_are_those_of_the_method() -> None:
    expert = expert_of()
    say(expert, {("a", "b"): ("a", 2), ("a", "c"): ("a", 4), ("b", "c"): ("a", 2)})
    text = text_of(device(expert), expert)
    for share in ("57.14 %", "28.57 %", "14.29 %"):
        assert share in text
    assert text.index("Do these weights fit your view?") < text.index("Do your answers fit together?")
    assert "q-cr-pass" in text
    assert "CR 0.000" in text
    assert "random index: Simulated" in text
    assert "Take it" not in text
    assert "wrong" not in text.lower()


def test_of_many_weights_the_first_seven_are_shown_and_the_rest_is_at_hand() -> None:
    expert = expert_of(9)
    make.answer_all(expert)
    text = text_of(device(expert), expert)
    shown, rest = text.split("The other 2 of 9")
    assert (shown.count("q-bars-name"), rest.count("q-bars-name")) == (7, 2)


def test_two_items_need_no_check() -> None:
    expert = expert_of()
    make.say(expert, "a1", "a2", "b", 3)
    node = Indicator.objects.get(edition=expert.survey.edition, code="a")
    text = device(expert).get(reverse("surveys:section_review", args=[expert.survey_id, node.pk])).content.decode()
    assert "One comparison only: no check needed" in text
    assert "75.00 %" in text


def test_an_open_section_shows_no_weights_and_leads_to_what_is_open() -> None:
    expert = expert_of()
    make.say(expert, "a", "b")
    text = text_of(device(expert), expert)
    assert "Your weights appear here once the section is answered" in text
    assert "1 of 3 answered" in text
    assert "q-bars" not in text
    assert f'href="{reverse("surveys:pair", args=[expert.survey_id, 2])}#question"' in text


def test_not_ones_field_is_said_calmly() -> None:
    expert = expert_of(missing_allowed=True)
    section = next(one for one in sections_ensure(expert) if one.node_id == root(expert).pk)
    section_decline(section, declined=True)
    text = text_of(device(expert), expert)
    assert "You said that this section is not your field" in text
    assert "q-bars" not in text


def test_what_nothing_connects_and_what_cannot_be_tested_have_their_sentences() -> None:
    expert = expert_of(missing_allowed=True)
    for a, b in (("a", "c"), ("b", "c")):
        make.say(expert, a, b, "cannot_judge", None)
    make.say(expert, "a", "b")
    client = device(expert)
    assert "your answers do not connect all items" in text_of(client, expert)
    make.say(expert, "b", "c", "a", 3)
    text = text_of(client, expert)
    assert "too few answers to contradict each other" in text
    assert "1 pair left open" in text


def test_the_way_leads_to_the_next_open_section_and_then_to_the_check() -> None:
    expert = expert_of()
    client = device(expert)
    say(expert, CIRCLE)
    assert 'Next: <span lang="en">Indicator a</span>' in text_of(client, expert)
    make.say(expert, "a1", "a2")
    assert "To the final check" in text_of(client, expert)


def test_every_answer_can_be_opened() -> None:
    expert = expert_of()
    say(expert, CIRCLE)
    text = text_of(device(expert), expert)
    assert "All 3 answers" in text
    for position in (1, 2, 3):
        assert f'{reverse("surveys:pair", args=[expert.survey_id, position])}#question">Indicator' in text


def test_after_a_reduced_plan_more_answers_are_offered_with_what_they_would_bring() -> None:
    expert = expert_of(6, question_plan="reduced")
    sections_ensure(expert)
    section = Section.objects.get(expert=expert, node=root(expert))
    structure = structure_of(expert.survey.edition)
    for pair, _swapped in section.pairs[: section.planned]:
        make.say(expert, structure.pairs[pair].item_a.code, structure.pairs[pair].item_b.code)
    gain = plan.precision_after(6, section.planned)
    assert gain > 1.05
    text = text_of(device(expert), expert)
    assert f"You may answer up to 6 more pairs; your weights would then be about {gain:.1f} times as precise" in text


# --- hints ---


@pytest.mark.parametrize(("items", "seed"), [(4, 1), (5, 2), (7, 3), (9, 4), (11, 5)])
def test_a_hint_that_is_taken_gives_the_cr_that_was_announced(items: int, seed: int) -> None:
    expert = expert_of(items)
    noisy(expert, items, seed)
    client = device(expert)
    assert ratio(expert) >= 0.1
    first = hints(expert)[0]
    assert first.ratio_before == pytest.approx(ratio(expert), abs=1e-9)
    assert f"{first.ratio_after:.3f}" in text_of(client, expert)
    assert client.post(address(expert), take(first))["Location"] == address(expert)
    assert ratio(expert) == pytest.approx(first.ratio_after, abs=1e-9)
    assert f"CR {first.ratio_after:.3f}" in text_of(client, expert)
    event = JudgmentEvent.objects.order_by("revision").last()
    assert event
    assert (event.cause, event.view, event.conflict) == ("hint", "card", False)


@pytest.mark.parametrize("seed", range(6))
def test_a_hint_keeps_the_direction_unless_it_shows_the_circle(seed: int) -> None:
    expert = expert_of(6)
    noisy(expert, 6, seed)
    said = {(row.comparison.item_a.code, row.comparison.item_b.code): row for row in root_judgments(expert)}

    def over(a: Indicator, b: Indicator) -> bool:
        row = said.get((a.code, b.code))
        return row.more_important == "a" if row else said[b.code, a.code].more_important == "b"

    found = hints(expert)
    assert len(found) <= 3
    for hint in found:
        assert hint.suggested != hint.current
        assert hint.ratio_after < hint.ratio_before
        if hint.circle is None and hint.current.more_important != "equal":
            assert hint.suggested.more_important in (hint.current.more_important, "equal")
        if hint.circle:
            a, b, c = hint.circle
            assert over(a, b)
            assert over(b, c)
            assert over(c, a)


def test_a_circle_is_told_as_a_sentence() -> None:
    expert = expert_of()
    say(expert, CIRCLE)
    text = text_of(device(expert), expert)
    assert re.search(r"You said: Indicator (\w) over Indicator (\w), Indicator \2 over Indicator (\w), and", text)
    assert text.count("Take it") <= 3
    assert "q-cr-poor" in text
    assert "This says nothing about your view" in text
    assert "wrong" not in text.lower()
    assert "?because=hint#question" in text


def test_nobody_is_hinted_below_the_limit_and_bots_see_what_people_see() -> None:
    expert = expert_of()
    say(expert, {("a", "b"): ("a", 2), ("a", "c"): ("a", 4), ("b", "c"): ("a", 2)})
    pairs = structure_of(expert.survey.edition).by_node[root(expert).pk]
    assert hints_for(pairs, said_by(expert), random_index="simulated") == []
    make.say(expert, "a", "c", "b", 5)
    assert hints_for(pairs, said_by(expert), random_index="simulated") == hints(expert) != []
    drafts = {pair: Judgment(more_important=it.more_important, strength=it.strength, revision=it.revision)
              for pair, it in said_by(expert).items()}  # fmt: skip
    assert hints_for(pairs, drafts, random_index="simulated") == hints(expert)


def test_a_hint_on_a_changed_answer_conflicts_and_says_so() -> None:
    expert = expert_of()
    say(expert, CIRCLE)
    stale = hints(expert)[0]
    pair = stale.comparison
    make.say(expert, pair.item_a.code, pair.item_b.code, "a", 9)
    client = device(expert)
    response = client.post(address(expert), take(stale), follow=True)
    text = html.unescape(response.content.decode())
    assert "Not taken: this answer was changed meanwhile" in text
    assert "Answered differently on two devices" in text
    judgment = Judgment.objects.get(expert=expert, comparison=pair)
    assert (judgment.more_important, judgment.strength) == ("a", 9)


def test_a_hint_taken_twice_is_one_answer() -> None:
    expert = expert_of()
    say(expert, CIRCLE)
    client, sent = device(expert), take(hints(expert)[0])
    for _ in range(2):
        assert client.post(address(expert), sent).status_code == 302
    assert JudgmentEvent.objects.filter(cause="hint").count() == 1


@pytest.mark.parametrize(
    "changes", [{"strength": 12}, {"more_important": "x"}, {"comparison": 10**6}, {"client_key": ""}]
)
def test_what_the_page_did_not_send_is_not_stored(changes: dict[str, Any]) -> None:
    expert = expert_of()
    say(expert, CIRCLE)
    response = device(expert).post(address(expert), take(hints(expert)[0], **changes))
    assert response.status_code == 422
    assert not JudgmentEvent.objects.filter(cause="hint").exists()


def test_a_pair_of_another_section_is_not_taken_here() -> None:
    expert = expert_of()
    say(expert, CIRCLE)
    make.say(expert, "a1", "a2")
    other = make.pair(expert.survey, "a1", "a2").pk
    client = device(expert)
    assert client.post(address(expert), take(hints(expert)[0], comparison=other)).status_code == 422
    assert client.post(address(expert), keep(hints(expert)[0], comparison=other, revision=4)).status_code == 422
    assert not KeptJudgment.objects.exists()


def test_after_three_hints_the_rest_is_only_kept_at_hand_until_the_next_submission() -> None:
    expert = expert_of(9)
    noisy(expert, 9, 2)
    client = device(expert)
    for _ in range(3):
        client.post(address(expert), take(hints(expert)[0]))
    assert hints_taken(expert, root(expert).pk) == 3
    make.say(expert, "a", "b", "a", 9)
    make.say(expert, "b", "c", "a", 9)
    make.say(expert, "a", "c", "b", 9)
    assert hints(expert)
    assert "You have looked at several suggestions here" in text_of(client, expert)
    make.say(expert, "a1", "a2")
    expert.refresh_from_db()
    submission_create(expert)
    assert hints_taken(expert, root(expert).pk) == 0
    assert "You have looked at several suggestions here" not in text_of(client, expert)


def test_who_turns_three_hints_down_is_left_in_peace() -> None:
    expert = expert_of(9)
    noisy(expert, 9, 2)
    client = device(expert)
    for _ in range(3):
        assert "You have looked at several" not in text_of(client, expert)
        client.post(address(expert), keep(hints(expert)[0]))
    assert len(hints(expert)) <= 3
    assert "You have looked at several suggestions here" in text_of(client, expert)


# --- keeping ---


def test_a_kept_answer_is_not_hinted_again_while_it_is_unchanged() -> None:
    expert = expert_of(5)
    noisy(expert, 5, 2)
    client = device(expert)
    first = hints(expert)[0]
    client.post(address(expert), keep(first, " The   field is like that. "))
    assert KeptJudgment.objects.get().reason == "The field is like that."
    assert first.comparison.pk not in [hint.comparison.pk for hint in hints(expert)]
    text = text_of(client, expert)
    assert "kept: The field is like that." in re.sub(r"\s+", " ", text)
    pair = first.comparison
    make.say(expert, pair.item_a.code, pair.item_b.code, first.current.more_important, first.current.strength)
    assert pair.pk in kept_now(expert)  # the same said again
    make.say(expert, pair.item_a.code, pair.item_b.code, "b" if first.current.more_important == "a" else "a", 9)
    assert pair.pk not in kept_now(expert)
    assert pair.pk in [hint.comparison.pk for hint in hints(expert)]


@pytest.mark.parametrize(("reason", "words"), [("  ", "Say in a few words"), ("x" * 401, "at most 400 characters")])
def test_keeping_wants_a_reason_of_one_line(reason: str, words: str) -> None:
    expert = expert_of()
    say(expert, CIRCLE)
    response = device(expert).post(address(expert), keep(hints(expert)[0], reason))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not KeptJudgment.objects.exists()


def test_a_reason_for_a_changed_answer_stays_in_its_field() -> None:
    expert = expert_of()
    say(expert, CIRCLE)
    stale = hints(expert)[0]
    make.say(expert, stale.comparison.item_a.code, stale.comparison.item_b.code, "a", 9)
    response = device(expert).post(address(expert), keep(stale, "Because."))
    assert response.status_code == 409
    assert "changed meanwhile" in response.content.decode()
    assert 'value="Because."' in response.content.decode()
    assert not KeptJudgment.objects.exists()


def test_a_reason_is_text_and_nothing_else() -> None:
    expert = expert_of()
    say(expert, CIRCLE)
    client = device(expert)
    client.post(address(expert), keep(hints(expert)[0], "<script>alert(1)</script>"))
    text = client.get(address(expert)).content.decode()
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text


# --- who and when ---


def test_another_experts_device_sees_its_own_answers_only() -> None:
    expert = expert_of()
    say(expert, CIRCLE)
    other = make.expert(expert.survey, "E2", name="Prof. Li", language="en")
    hint = hints(expert)[0]
    client = device(other)
    assert "Your weights appear here" in text_of(client, other)
    client.post(address(other), keep(hint))
    client.post(address(other), take(hint))
    assert not KeptJudgment.objects.exists()
    assert Judgment.objects.get(expert=expert, comparison=hint.comparison).revision == hint.revision


def test_a_section_of_another_survey_or_not_asked_of_this_expert_is_not_there() -> None:
    expert, stranger = expert_of(), expert_of(4)
    client = device(expert)
    strange = reverse("surveys:section_review", args=[expert.survey_id, root(stranger).pk])
    assert client.get(strange).status_code == 404
    sections_ensure(expert)
    Section.objects.filter(node=root(expert)).update(assigned=False)
    assert client.get(address(expert)).status_code == 404


def test_an_assistant_decides_nothing() -> None:
    expert = expert_of()
    say(expert, CIRCLE)
    client, hint = device(expert), hints(expert)[0]
    ExpertSession.objects.update(assistant=True)
    for sent in (take(hint), keep(hint)):
        assert client.post(address(expert), sent).status_code == 403
    assert not KeptJudgment.objects.exists()
    assert not JudgmentEvent.objects.filter(cause="hint").exists()


def test_a_closed_survey_is_only_read() -> None:
    expert = expert_of()
    say(expert, CIRCLE)
    client, hint = device(expert), hints(expert)[0]
    survey_move(expert.survey, "closed", user=None)
    text = text_of(client, expert)
    assert "Do these weights fit your view?" in text
    assert "Take it" not in text
    for sent in (take(hint), keep(hint)):
        assert client.post(address(expert), sent).status_code == 409
    assert not KeptJudgment.objects.exists()


def test_names_of_sixty_characters_and_markup_stand_as_they_are() -> None:
    long = "<i>" + "长" * 57
    names = make.rows({"r": ["a", "b", "c"]})
    rows = [type(row)(row.row, row.code, row.parent, {"zh-hans": long}) for row in names]
    edition = edition_freeze(edition_import(name={}, label="1", rows=rows, user=make.user()), user=make.user())
    expert = make.expert(make.survey(of=edition), name="Prof. Li", language="en")
    say(expert, CIRCLE)
    text = device(expert).get(address(expert)).content.decode()
    assert "&lt;i&gt;" + "长" * 57 in text
    assert "<i>长" not in text
    assert text.count('lang="zh-hans"') >= 3


def test_the_queries_do_not_grow_with_the_section(django_assert_max_num_queries: Any) -> None:
    expert = expert_of(11)
    noisy(expert, 11, 1)
    judgment_keep(expert, (hint := hints(expert)[0]).comparison.pk, revision=hint.revision, reason="So.")
    client = device(expert)
    client.get(address(expert))
    with django_assert_max_num_queries(11):
        client.get(address(expert))
