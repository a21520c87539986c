"""How much an expert counts: in the whole tree and by branch, with reasons, in results and in documents."""

import json
from decimal import Decimal

import pytest

import ahp
from surveys.errors import Refused
from surveys.models import AuditEvent, BranchWeight, Expert, Indicator, PanelResult, Survey
from surveys.selectors.panel_answers import weights_of
from surveys.selectors.trees import tree_of
from surveys.selectors.verification import stored_problems
from surveys.selectors.weights import panel_state
from surveys.services.expert_weights import expert_weight_set
from surveys.services.panels import panel_result_request
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

TREE = {"r": ["a", "b", "c"], "a": ["a1", "a2"], "a1": ["x", "y"]}


def weigh(expert: Expert, weight: str | None, code: str = "", reason: str = "knows the field") -> None:
    node = Indicator.objects.get(edition=expert.survey.edition, code=code) if code else None
    expert_weight_set(expert, Decimal(weight) if weight else None, node, reason=reason, user=make.user())


def panel(survey: Survey) -> PanelResult:
    result = panel_result_request(survey, user=make.user())[0]
    make.work_off()
    return PanelResult.objects.select_related("survey__edition").get(pk=result.pk)


def cell(result: PanelResult, code: str) -> float:
    """The first judgment of the group at a node."""
    return float(result.nodes.get(node__code=code).matrix[0][1])


@pytest.fixture
def survey() -> Survey:
    """Two experts who say 2 and 8 of everything."""
    made = make.survey(of=make.edition(TREE))
    for code, strength in (("E1", 2), ("E2", 8)):
        make.submitted(make.expert(made, code), strength=strength)
    return made


def test_a_weight_is_kept_with_its_reason_and_in_the_log(survey: Survey) -> None:
    expert = survey.experts.get(code="E1")
    weigh(expert, "2.5")
    weigh(expert, "0", "a")
    weigh(expert, "0.5", "a")
    expert.refresh_from_db()
    assert (expert.weight, expert.weight_reason) == (Decimal("2.5"), "knows the field")
    assert [(own.node.code, own.weight) for own in expert.branch_weights.all()] == [("a", Decimal("0.5"))]
    newest = AuditEvent.objects.filter(action="expert.weighted")[0]
    assert (newest.old, newest.new) == ({"weight": "0"}, {"weight": "0.5", "node": "a"})


def test_a_branch_may_lose_its_own_weight(survey: Survey) -> None:
    expert = survey.experts.get(code="E1")
    weigh(expert, "0", "a")
    weigh(expert, None, "a", "as everywhere")
    assert not BranchWeight.objects.exists()


def test_a_nodes_weight_holds_below_it_down_to_a_deeper_one() -> None:
    tree = tree_of(make.edition(TREE))
    assert weights_of(tree, Decimal(1), {}) == [1, 1, 1]
    assert weights_of(tree, Decimal(1), {"a": "3"}) == [1, 3, 3]
    assert weights_of(tree, Decimal(0), {"a": "3", "a1": "0.5"}) == [0, 3, 0.5]
    assert weights_of(tree, Decimal(1), {"r": "2"}) == [2, 2, 2]


def test_branch_weights_count_in_their_branch(survey: Survey) -> None:
    weigh(survey.experts.get(code="E2"), "0", "a")
    result = panel(survey)
    assert cell(result, "r") == pytest.approx(4, rel=1e-12)
    assert (cell(result, "a"), cell(result, "a1")) == pytest.approx((2, 2), rel=1e-12)
    counted = dict(result.nodes.values_list("node__code", "experts"))
    assert counted == {"r": 2, "a": 1, "a1": 1}


def test_whoever_counts_in_one_branch_alone_counts_there(survey: Survey) -> None:
    expert = survey.experts.get(code="E2")
    weigh(expert, "0")
    weigh(expert, "1", "a1")
    result = panel(survey)
    assert (cell(result, "r"), cell(result, "a"), cell(result, "a1")) == pytest.approx((2, 2, 4), rel=1e-12)
    assert panel_state(survey, result).counted == 2


def test_weights_of_averaged_weights(survey: Survey) -> None:
    averaging = make.survey(of=survey.edition, aggregation="aip")
    for code, strength in (("E1", 2), ("E2", 8)):
        make.submitted(make.expert(averaging, code), strength=strength)
    weigh(averaging.experts.get(code="E2"), "3", "a")
    result = panel(averaging)
    each = [ahp.priorities([[1, strength], [1 / strength, 1]]).weights for strength in (2, 8)]
    mean = ahp.aggregate_priorities(each, expert_weights=[1, 3])
    assert [float(weight) for weight in result.nodes.get(node__code="a").weights] == pytest.approx(mean, rel=1e-12)


def test_other_branch_weights_are_another_result_and_the_page_says_so(survey: Survey) -> None:
    first = panel(survey)
    assert panel_state(survey).current
    weigh(survey.experts.get(code="E1"), "2", "a")
    assert panel_state(survey).since == 1
    assert panel(survey).number == first.number + 1
    assert panel_state(survey).current


def test_they_stand_in_the_weight_document(survey: Survey) -> None:
    weigh(survey.experts.get(code="E1"), "2", "a")
    weight_set = make.weight_set("locked", of=panel(survey))
    members = json.loads(weight_set.document)["panel"]["experts"]
    assert [member["branch_weights"] for member in members] == [{"a": "2.0000"}, {}]
    assert stored_problems(weight_set) == []


@pytest.mark.parametrize(
    ("weight", "code", "reason", "sentence"),
    [
        ("-1", "", "why", "from 0 to 1000"),
        ("1001", "a", "why", "from 0 to 1000"),
        (None, "", "why", "has a weight in the whole tree"),
        ("1", "", "  ", "Say in a sentence why"),
        ("1", "b", "why", "Choose a branch"),
    ],
)
def test_what_cannot_be(survey: Survey, weight: str | None, code: str, reason: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        weigh(survey.experts.get(code="E1"), weight, code, reason)


def test_another_systems_branch_is_refused(survey: Survey) -> None:
    stranger = Indicator.objects.get(edition=make.edition(), code="a")
    with pytest.raises(Refused, match="Choose a branch"):
        expert_weight_set(survey.experts.get(code="E1"), Decimal(1), stranger, reason="why", user=None)


def test_once_the_survey_is_decided_weights_stay(survey: Survey) -> None:
    for state in ("closed", "decided"):
        weigh(survey.experts.get(code="E1"), "2")
        survey_move(survey, state, user=make.user())
    with pytest.raises(Refused, match="is decided"):
        weigh(survey.experts.get(code="E1"), "3")
