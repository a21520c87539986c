"""Pairs that an expert cannot judge: allowed or not, completed as the method says, or left without weights."""

import math

import pytest

import ahp
from surveys.errors import Refused
from surveys.files.judgments import JudgmentRow
from surveys.models import Expert, Job, NodeResult, Submission, Survey
from surveys.selectors.answers import progress_of
from surveys.selectors.consistency import expert_matrix, panel_matrix
from surveys.selectors.grid import consistency_grid
from surveys.selectors.own_weights import own_tree
from surveys.selectors.reviewing import NodeReview, review_of
from surveys.selectors.trees import tree_of
from surveys.selectors.verification import stored_problems
from surveys.services.judgments_many import judgments_import
from surveys.services.panels import panel_result_request
from surveys.services.submissions import submission_create
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

TREE = {"r": ["a", "b", "c", "d"]}
SAID = {("a", "b"): 2, ("b", "c"): 4, ("c", "d"): 2, ("a", "d"): 9}


def survey(**settings: str) -> Survey:
    return make.survey(of=make.edition(TREE), missing_allowed=True, **settings)


def say(expert: Expert, said: dict[tuple[str, str], int]) -> None:
    """These answers; the other pairs cannot be judged."""
    make.answer_all(expert, "cannot_judge", None)
    for (a, b), strength in said.items():
        make.say(expert, a, b, "a", strength)


def handed_in(expert: Expert, said: dict[tuple[str, str], int]) -> Submission:
    say(expert, said)
    submission = submission_create(expert)[0]
    make.work_off()
    return submission


def root(submission: Submission) -> NodeResult:
    return submission.results.get(node__code="r")


def numbers(texts: list[str]) -> list[float]:
    return [float(text) for text in texts]


def test_without_the_setting_a_pair_wants_an_answer() -> None:
    expert = make.expert()
    with pytest.raises(Refused, match="asks for an answer to every pair"):
        make.say(expert, "a", "b", "cannot_judge", None)
    row = JudgmentRow(2, "E1", "r", "a", "b", "cannot_judge", None)
    assert judgments_import(expert.survey, [row], user=make.user()) == {"E1": 1}
    assert progress_of(expert).answered == 0


def test_with_it_a_pair_is_settled_and_one_without_any_answer_is_not() -> None:
    expert = make.expert(survey())
    make.say(expert, "a", "b", "cannot_judge", None)
    assert progress_of(expert).answered == 1
    with pytest.raises(Refused, match="5 comparisons are not answered"):
        submission_create(expert)


@pytest.mark.parametrize("method", ["eigenvector", "log_least_squares"])
def test_what_is_missing_is_completed_as_the_method_says(method: str) -> None:
    stored = root(handed_in(make.expert(survey(method=method)), SAID))
    matrix = ahp.matrix_from_pairs("abcd", SAID)
    tested = ahp.consistency(matrix)
    assert numbers(stored.weights) == list(ahp.priorities(matrix, method=method).weights)
    assert (float(stored.ratio), float(stored.random_index)) == (tested.ratio, ahp.random_index(4, missing=2))
    assert (stored.missing, stored.items) == (2, 4)


def test_answers_that_nothing_could_contradict_are_not_tested() -> None:
    submission = handed_in(make.expert(survey()), {("a", "b"): 2, ("a", "c"): 2, ("a", "d"): 2})
    stored = root(submission)
    assert (len(stored.weights), stored.ratio, stored.random_index) == (4, "", "")
    root_of_tree = own_tree(submission)[0]
    assert (root_of_tree.level, root_of_tree.missing, root_of_tree.why) == ("untestable", 3, "")


def groups(node: NodeReview) -> list[list[str]]:
    return [[item.code for item in group] for group in node.groups]


def test_answers_that_link_not_all_items_give_no_weights_and_name_the_groups() -> None:
    expert = make.expert(survey())
    submission = handed_in(expert, {("a", "b"): 2, ("c", "d"): 3})
    stored = root(submission)
    assert (stored.weights, stored.lambda_max, stored.ratio, stored.missing) == ([], "", "", 4)
    [node] = review_of(expert)
    assert (node.level, groups(node), node.skipped) == ("incomplete", [["a", "b"], ["c", "d"]], False)
    assert [(branch.why, branch.local) for branch in own_tree(submission)[:2]] == [("unlinked", None), ("", None)]
    page = expert_matrix(submission, tree_of(expert.survey.edition), stored.node)
    assert [[item.code for item in group] for group in page.groups] == [["a", "b"], ["c", "d"]]
    assert [cell.text for cell in page.rows[0].cells] == ["1", "2", "", ""]


def test_a_whole_node_may_be_skipped() -> None:
    submission = handed_in(make.expert(survey()), {})
    assert (own_tree(submission)[0].why, own_tree(submission)[0].missing) == ("unsaid", 6)
    assert Job.objects.get(kind="submission").state == Job.State.DONE


def test_the_grid_says_what_could_not_be_tested() -> None:
    asked = survey()
    handed_in(make.expert(asked, "E1"), SAID)
    handed_in(make.expert(asked, "E2"), {("a", "b"): 2, ("a", "c"): 2, ("a", "d"): 2})
    handed_in(make.expert(asked, "E3"), {})
    make.expert(asked, "E4")
    grid = consistency_grid(asked, tree_of(asked.edition), None)
    assert [row.cells[0].level for row in grid.rows] == ["pass", "untestable", "incomplete", "incomplete"]


def test_each_pair_is_averaged_over_those_who_answered_it() -> None:
    asked = survey()
    handed_in(make.expert(asked, "E1"), SAID)
    handed_in(make.expert(asked, "E2"), {("a", "b"): 8, ("a", "c"): 3})
    handed_in(make.expert(asked, "E3"), {})
    result = panel_result_request(asked, user=make.user())[0]
    make.work_off()
    stored = result.nodes.get()
    group = ahp.matrix_from_pairs("abcd", {**SAID, ("a", "b"): 4, ("a", "c"): 3})
    assert (stored.experts, stored.answers) == (2, [2, 1, 1, 1, 0, 1])
    assert numbers(stored.weights) == pytest.approx(ahp.priorities(group).weights, rel=1e-12)
    assert float(stored.random_index) == ahp.random_index(4, missing=1)
    page = panel_matrix(result, tree_of(asked.edition), stored.node)
    assert page is not None
    assert [(pair.item_a.code, pair.item_b.code, pair.count) for pair in page.few_answers][-2:] == [
        ("b", "d", 0),
        ("c", "d", 1),
    ]


def test_means_of_weights_are_over_those_whose_answers_link_all_items() -> None:
    asked = survey(aggregation="aip")
    handed_in(make.expert(asked, "E1"), SAID)
    handed_in(make.expert(asked, "E2"), {("a", "b"): 8, ("a", "c"): 3, ("a", "d"): 7})
    handed_in(make.expert(asked, "E3"), {("a", "b"): 8, ("c", "d"): 9})
    result = panel_result_request(asked, user=make.user())[0]
    make.work_off()
    both = [
        ahp.matrix_from_pairs("abcd", SAID),
        ahp.matrix_from_pairs("abcd", {("a", "b"): 8, ("a", "c"): 3, ("a", "d"): 7}),
    ]
    mean = ahp.aggregate_priorities([ahp.priorities(matrix).weights for matrix in both])
    assert numbers(result.nodes.get().weights) == pytest.approx(mean, rel=1e-12)


def test_a_weight_set_over_missing_answers_says_so_and_can_be_computed_again() -> None:
    asked = survey()
    handed_in(make.expert(asked, "E1"), SAID)
    handed_in(make.expert(asked, "E2"), {("a", "b"): 8, ("a", "c"): 3})
    result = panel_result_request(asked, user=make.user())[0]
    make.work_off()
    result.refresh_from_db()
    weight_set = make.weight_set("locked", of=result)
    assert '"missing_allowed":true' in weight_set.document
    assert stored_problems(weight_set) == []


def test_nothing_missing_is_the_geometric_mean_of_everybody() -> None:
    result = make.panel_result(make.survey(missing_allowed=True))
    cell = float(result.nodes.get(node__code="a").matrix[0][1])
    assert math.isclose(cell, math.sqrt(12), rel_tol=1e-12)
