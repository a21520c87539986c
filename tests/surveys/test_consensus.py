"""How far a panel agrees: counted answers alone, nothing told of too few, and what each expert moves."""

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

import ahp
from surveys.models import Expert, Survey
from surveys.scale import consensus_word
from surveys.selectors.camps import influence, standings, whole_panel
from surveys.selectors.completeness import completeness_now, completeness_then
from surveys.selectors.consensus import consensus_of, most_disputed, node_consensus
from surveys.selectors.panel_now import panel_now
from surveys.selectors.strips import bars_of, dots_of, place_of, scale_of
from surveys.services.submissions import submission_create
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]

CALM = {("a", "b"): ("a", 2), ("b", "c"): ("a", 2), ("a", "c"): ("a", 4), ("a1", "a2"): ("a", 3)}
OTHERWISE = {("a", "b"): ("b", 2), ("b", "c"): ("b", 2), ("a", "c"): ("b", 4), ("a1", "a2"): ("b", 3)}


def answering(survey: Survey, code: str, answers: dict[tuple[str, str], tuple[str, int]]) -> Expert:
    expert = make.expert(survey, code, name=f"Prof. {code}", language="en")
    for (a, b), (more, strength) in answers.items():
        make.say(expert, a, b, more, strength)
    return expert


def panel_of(*answers: dict[tuple[str, str], tuple[str, int]], **settings: Any) -> Survey:
    survey = make.survey(**settings)
    for number, said in enumerate(answers, start=1):
        submission_create(answering(survey, f"E{number}", said))
    return survey


def page(survey: Survey, name: str = "consensus", *args: str, language: str = "en") -> str:
    client = Client(headers={"accept-language": language})
    client.force_login(make.user())
    return html.unescape(client.get(reverse(f"surveys:{name}", args=[survey.pk, *args])).content.decode())


# --- measures ---


def test_one_voice_is_full_agreement() -> None:
    here = consensus_of(panel_now(panel_of(*[CALM] * 4)))[0]
    assert here.measures
    assert here.measures.kendall_w == pytest.approx(1)
    assert here.measures.goepel.s_star == pytest.approx(1)
    assert here.word == "very high"
    assert here.divided == []
    assert [strip.group for strip in here.strips] == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    assert all(strip.quartiles == pytest.approx([strip.group] * 3) for strip in here.strips)


def test_opposite_camps_hide_behind_a_mean_of_one() -> None:
    survey = panel_of(CALM, CALM, OTHERWISE, OTHERWISE)
    here = consensus_of(panel_now(survey))[0]
    assert here.measures and here.measures.kendall_w == pytest.approx(0)
    pair = here.pairs[1]  # a and c
    assert (pair.for_a, pair.equal, pair.for_b) == (2, 0, 2)
    assert pair.mean == pytest.approx(1)
    assert pair.found.hides_two_camps
    assert most_disputed(consensus_of(panel_now(survey)), 1)[0].item_b.code == "c"
    text = page(survey)
    assert "the mean hides two camps" in text
    assert "2 : 0 : 2" in text


def test_below_three_experts_nothing_is_told() -> None:
    survey = panel_of(CALM, OTHERWISE)
    here = consensus_of(panel_now(survey))[0]
    assert here.measures is None
    assert here.strips == []
    assert most_disputed([here], 9) == []
    text = page(survey, "consensus_node", "r")
    assert "Below 3 experts" in text
    assert 'class="q-strip"' not in text
    assert "2 : 0" not in text and "1 : 0 : 1" not in text


def test_an_empty_panel_says_so_in_both_languages() -> None:
    survey = make.survey()
    assert "Nobody has submitted yet" in page(survey)
    assert "还没有人提交" in page(survey, language="zh-hans")


@pytest.mark.parametrize(
    ("s_star", "word"), [(0.5, "very low"), (0.51, "low"), (0.75, "moderate"), (0.875, "high"), (0.88, "very high")]
)
def test_the_words_of_s_star(s_star: float, word: str) -> None:
    assert consensus_word(s_star) == word


def test_s_star_never_stands_without_what_chance_reaches() -> None:
    text = page(panel_of(CALM, CALM, OTHERWISE), "consensus_node", "r")
    found = consensus_of(panel_now(Survey.objects.get()))[0].measures
    assert found
    assert f"chance {found.goepel_at_random:.0%}".replace("%", " %") in text


def test_who_does_not_count_is_not_in_it() -> None:
    survey = panel_of(CALM, CALM, CALM, OTHERWISE)
    survey.experts.filter(code="E4").update(weight=0)
    here = consensus_of(panel_now(survey))[0]
    assert here.experts == 3
    assert here.pairs[0].answers == 3


# --- strips ---


def test_dots_on_one_place_step_aside_and_bars_count_everybody() -> None:
    weights = np.array([0.2] * 5 + [0.4])
    dots = dots_of(weights, list("abcdef"), scale_of(weights))
    assert len({(dot.left, dot.top) for dot in dots}) == 6
    assert {dot.left for dot in dots[:5]} == {place_of(0.2, 0.4)}
    bars = bars_of(weights, 0.4)
    assert [bar.height for bar in bars] == pytest.approx([92, 92 / 5], abs=0.01)


@pytest.mark.parametrize(("largest", "end"), [(0.04, 0.1), (0.3, 0.3), (0.31, 0.4), (0.97, 1.0)])
def test_the_axis_ends_at_a_full_tenth(largest: float, end: float) -> None:
    assert scale_of(np.array([0.01, largest])) == pytest.approx(end)


# --- the whole questionnaire ---


def test_camps_are_told_from_eight_experts_on() -> None:
    seven = whole_panel(panel_now(panel_of(*[CALM] * 4, *[OTHERWISE] * 3)))
    assert not seven.enough
    assert seven.camps == []


def test_two_camps_are_found_and_said_to_differ() -> None:
    survey = panel_of(*[CALM] * 5, *[OTHERWISE] * 4)
    camps = whole_panel(panel_now(survey)).camps
    assert [len(camp.members) for camp in camps] == [5, 4]
    assert {telling.item.code for telling in camps[0].telling} <= {"a", "b", "c", "a1", "a2"}
    text = page(survey)
    assert "Camp 1: 5 experts" in text


@pytest.mark.parametrize("aggregation", ["aij", "aip"])
@pytest.mark.parametrize("method", ["eigenvector", "log_least_squares"])
def test_influence_is_what_leaving_out_would_change(aggregation: str, method: str) -> None:
    mixed = {**CALM, ("a", "c"): ("a", 9), ("a1", "a2"): ("equal", 1)}
    survey = panel_of(CALM, mixed, OTHERWISE, mixed, aggregation=aggregation, method=method)
    survey.experts.filter(code="E2").update(weight=3)
    panel = panel_now(survey)
    found, leaves = influence(panel), [leaf.code for leaf in panel.questions.tree.leaves]
    for row, expert in enumerate(panel.experts):
        without = panel.leaving_out(expert).group.whole
        changes = {code: abs(without[code] - panel.group.whole[code]) for code in leaves}
        assert found[row][0] == pytest.approx(max(changes.values()), abs=1e-9)
        assert changes[found[row][1]] == pytest.approx(found[row][0], abs=1e-9)


def test_nobody_moves_what_they_are_not_counted_in() -> None:
    survey = panel_of(CALM, CALM, OTHERWISE)
    survey.experts.filter(code="E3").update(weight=0)
    panel = panel_now(survey)
    assert set(influence(panel)) == {0, 1}
    (apart,) = [each for each in standings(survey, whole_panel(panel)) if each.expert.code == "E3"]
    assert not apart.counts
    assert apart.influence is None


def test_names_stand_beside_answers_only_where_the_survey_says_so() -> None:
    survey = panel_of(CALM, CALM, CALM)
    assert "Prof. E1" in page(survey)
    Survey.objects.update(anonymity=Survey.Anonymity.PSEUDONYMS)
    assert "Prof. E1" not in page(survey)


# --- completeness ---


def test_saved_answers_count_nowhere_before_they_are_submitted() -> None:
    survey = panel_of(CALM, CALM, CALM)
    before, numbers = completeness_now(survey, panel_now(survey)), panel_now(survey).group.whole
    answering(survey, "E9", OTHERWISE)
    after = completeness_now(survey, panel_now(survey))
    assert panel_now(survey).group.whole == numbers
    assert (after.submitted, after.counted) == (before.submitted, before.counted) == (3, 3)
    assert (after.invited, after.unfinished) == (4, 1)
    assert [node.counted for node in after.nodes] == [node.counted for node in before.nodes]
    assert "1 is not finished and counts nowhere" in page(survey)


def test_who_changed_after_submitting_counts_as_submitted_and_is_named() -> None:
    survey = panel_of(CALM, CALM, CALM)
    numbers = panel_now(survey).group.whole
    make.say(survey.experts.get(code="E2"), "a", "b", "b", 9)
    told = completeness_now(survey, panel_now(survey))
    assert panel_now(survey).group.whole == numbers
    assert told.changed == ["E2"]
    assert told.counted == 3


def test_pairs_with_few_answers_are_named() -> None:
    survey = make.survey(missing_allowed=True)
    for number in range(1, 7):
        expert = answering(survey, f"E{number}", CALM)
        if number > 4:
            make.say(expert, "b", "c", "cannot_judge", None)
        submission_create(expert)
    part = completeness_now(survey, panel_now(survey)).of("r")
    assert part
    assert [(pair.place_a, pair.place_b, pair.answers) for pair in part.named] == [(2, 3, 4)]
    assert "pair (2, 3): 4 answers" in page(survey, "consensus_node", "r")


def test_a_stored_result_tells_what_it_was_made_of() -> None:
    result = make.panel_result(experts=3)
    make.expert(result.survey, "E9")  # came afterwards
    told = completeness_then(result)
    assert (told.invited, told.submitted, told.counted) == (3, 3, 3)
    assert [node.node.code for node in told.nodes] == ["r", "a"]
    assert all(node.all_few for node in told.nodes)


# --- cost ---


@pytest.mark.parametrize(
    ("name", "args"),
    [("consensus", []), ("consensus_node", ["r"]), ("profile", []), ("branch_weights", []), ("round_new", [])],
)
def test_the_queries_do_not_grow_with_the_panel(
    name: str, args: list[str], client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    survey = panel_of(*[CALM] * 9)
    client.force_login(make.user())
    with django_assert_max_num_queries(20):
        assert client.get(reverse(f"surveys:{name}", args=[survey.pk, *args])).status_code == 200


def test_many_experts_are_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveys.selectors.consensus.MOST_DOTS", 3)
    survey = panel_of(CALM, CALM, CALM, OTHERWISE)
    panel = panel_now(survey)
    here = node_consensus(panel, panel.questions.tree.root)
    assert here.many
    assert all(strip.bars and not strip.dots for strip in here.strips)
    assert "q-strip-bar" in page(survey, "consensus_node", "r")


def weights(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[value / sum(row) for value in row] for row in rows]


def test_distances_over_a_whole_questionnaire_are_those_of_one_node_where_there_is_one() -> None:
    table = weights([[6, 3, 1], [5, 3, 2], [6, 2, 2], [1, 2, 7]])
    one, whole = ahp.expert_distances(table), ahp.expert_distances({"goal": table})
    assert [(each.distance, each.p, each.influence) for each in one] == [
        (each.distance, each.p, each.influence) for each in whole
    ]
    two = ahp.expert_distances({"goal": table, "again": table})
    assert [each.distance for each in two] == pytest.approx([each.distance for each in one])
