"""Every figure of the worked cases, to the tolerance the method promises."""

from typing import Any

import pytest

import ahp
from tests.ahp.cases import cases, close, numbers

RATIOS = {
    "simulated": "CR_this_work",
    "saaty1980": "CR_saaty1980",
    "saaty2005": "CR_saaty2005",
    "alonso_lamata": "CR_alonso_lamata",
}
COMPLETE = [case for case in cases("complete", "triads", "diagnostics") if "em_weights" in case.values[0]["expected"]]
INCOMPLETE = [case for case in cases("incomplete", "triads") if "bozoki_weights" in case.values[0]["expected"]]


@pytest.mark.parametrize("case", COMPLETE)
def test_complete_matrix(case: dict[str, Any]) -> None:
    m, expected = ahp.matrix(numbers(case["matrix_exact"])), case["expected"]
    found = ahp.priorities(m)
    assert close(found.weights, expected["em_weights"])
    assert close(found.lambda_max, expected["lambda_max"])
    inverse_left = 1 / ahp.priorities(m.transposed).weights
    assert close(inverse_left / inverse_left.sum(), expected["left_em_weights"])


@pytest.mark.parametrize("case", COMPLETE)
@pytest.mark.parametrize("table", RATIOS)
def test_consistency_ratio_by_table(case: dict[str, Any], table: str) -> None:
    found, expected = ahp.consistency(numbers(case["matrix_exact"]), random_index=table), case["expected"]
    assert close(found.index, expected["CI"])
    assert found.table == table
    assert close(found.ratio, expected[RATIOS[table]])


@pytest.mark.parametrize("case", cases("complete", "incomplete", "triads", "diagnostics"))
def test_log_least_squares(case: dict[str, Any]) -> None:
    m, expected = ahp.matrix(numbers(case["matrix_exact"])), case["expected"]
    assert close(ahp.priorities(m, method="log_least_squares").weights, expected["llsm_weights"], 1e-13)
    index = ahp.consistency(m).geometric_index
    assert (index is None) == (m.degrees_of_freedom == 0)
    assert index is None or close(index, expected["gci"])


@pytest.mark.parametrize("case", INCOMPLETE)
def test_completion_of_least_eigenvalue(case: dict[str, Any]) -> None:
    m, expected = ahp.matrix(numbers(case["matrix_exact"])), case["expected"]
    found = ahp.priorities(m)
    assert close(found.weights, expected["bozoki_weights"])
    assert close(found.lambda_max, expected["bozoki_lambda"])
    for pair, fill in expected["bozoki_fill"].items():
        i, j = map(int, pair.split(","))
        assert close(found.completed.values[i, j] / fill, 1, 1e-9)
    c = ahp.consistency(m, random_index="alonso_lamata")
    assert close(c.index, expected["bozoki_CI"])
    assert not c.testable or close(c.ratio, expected["CR_df_rule_alonso_lamata"])


@pytest.mark.parametrize("case", INCOMPLETE)
def test_harker(case: dict[str, Any]) -> None:
    found, expected = ahp.priorities(numbers(case["matrix_exact"]), method="harker"), case["expected"]
    assert close(found.weights, expected["harker_weights"])
    assert close(found.lambda_max, expected["harker_lambda"])


@pytest.mark.parametrize("case", cases("group"))
def test_group(case: dict[str, Any]) -> None:
    experts = [ahp.matrix(numbers(rows)) for rows in case["matrices_exact"]]
    shares, expected = case.get("expert_weights"), case["expected"]
    group = ahp.aggregate_judgments(experts, expert_weights=shares)
    assert close(group.values, expected["aij_matrix"])
    assert close(ahp.priorities(group).weights, expected["aij_em_weights"])
    assert close(ahp.priorities(group).lambda_max, expected["aij_lambda_max"])
    assert close(ahp.priorities(group, method="log_least_squares").weights, expected["aij_llsm_weights"])
    c = ahp.consistency(group, random_index="alonso_lamata")
    assert close(c.index, expected["aij_CI"])
    assert c.ratio is None or close(c.ratio, expected["aij_CR_alonso_lamata"])


@pytest.mark.parametrize("case", cases("group"))
def test_group_of_priorities(case: dict[str, Any]) -> None:
    experts, expected = [numbers(rows) for rows in case["matrices_exact"]], case["expected"]
    by_eigenvector = [ahp.priorities(rows) for rows in experts]
    by_mean = [ahp.priorities(rows, method="log_least_squares") for rows in experts]
    for mean, key, weights in (
        ("geometric", "aip_geometric_em", by_eigenvector),
        ("arithmetic", "aip_arithmetic_em", by_eigenvector),
        ("geometric", "aip_geometric_llsm", by_mean),
    ):
        found = ahp.aggregate_priorities(weights, expert_weights=case.get("expert_weights"), mean=mean)
        assert close(found, expected[key])


@pytest.mark.parametrize("case", cases("hierarchy"))
def test_hierarchy(case: dict[str, Any]) -> None:
    alternatives = case.get("alternatives", [])
    nodes = case["nodes"]
    local = {name: ahp.priorities(numbers(node["matrix_exact"])) for name, node in nodes.items()}
    tree = {name: node["children"] for name, node in nodes.items() if node["children"] != alternatives}
    found = ahp.global_weights(tree, {name: local[name] for name in tree})
    for name, weight in case["expected"]["global_weights"].items():
        assert close(found[name], weight)
    for position, name in enumerate(alternatives):
        total = sum(found[node] * local[node].weights[position] for node in nodes if node not in tree)
        assert close(total, case["expected"]["alternatives"][name])


@pytest.mark.parametrize("case", cases("complete", "incomplete", "triads", "diagnostics"))
def test_circles(case: dict[str, Any]) -> None:
    m, expected = ahp.matrix(numbers(case["matrix_exact"])), case["expected"]
    found = ahp.circular_triads(m)
    assert found.count == expected["circular_triads"]
    assert len(found.ties_against_order) == expected["tie_two_strict"]
    assert len(found.order_against_ties) == expected["tie_one_strict"]
    assert (found.zeta is None) == ("zeta" not in expected)
    assert found.zeta is None or close(found.zeta, expected["zeta"])
    worst = ahp.worst_triad(m)
    assert close(worst.index if worst else 0.0, expected["koczkodaj"])


@pytest.mark.parametrize("case", cases("diagnostics"))
def test_diagnostics(case: dict[str, Any]) -> None:
    found, expected = ahp.diagnostics(numbers(case["matrix_exact"])), case["expected"]
    assert close(found.induced_bias, expected["induced_bias"])
    for key, array in (("dlambda_da", found.derivative), ("studentised_residual", found.studentised)):
        for pair, value in expected[key].items():
            i, j = map(int, pair.split(","))
            assert close(array[i, j], value, 1e-11)


@pytest.mark.parametrize("case", cases("consensus"))
def test_consensus(case: dict[str, Any]) -> None:
    weights, expected = numbers(case["weights_exact"]), case["expected"]
    found = ahp.consensus(weights)
    assert found.kendall_w is not None and close(found.kendall_w, expected["kendall_w"])
    check_goepel(found.goepel, expected["consensus"])
    assert close(found.goepel.s_star_2013, expected["consensus_2013"]["S_star"])
    for mean in ("arithmetic", "geometric"):
        assert close(ahp.aggregate_priorities(weights, mean=mean), expected[f"aip_{mean}"])


@pytest.mark.parametrize("case", cases("group"))
def test_consensus_of_a_group(case: dict[str, Any]) -> None:
    found, expected = ahp.consensus(map(ahp.priorities, map(numbers, case["matrices_exact"]))), case["expected"]
    assert found.kendall_w is not None and close(found.kendall_w, expected["kendall_w_em"])
    check_goepel(found.goepel, expected["consensus_em"])


def check_goepel(found: ahp.Goepel, expected: dict[str, float]) -> None:
    assert close(found.s_star, expected["S_star"])
    assert close(found.s, expected["S"])
    assert close(found.h_beta, expected["H_beta"])
    assert close(found.relative_homogeneity, expected["relative_homogeneity"])


@pytest.mark.parametrize("case", cases("complete", "incomplete", "triads", "diagnostics"))
def test_standard_errors(case: dict[str, Any]) -> None:
    m, expected = ahp.matrix(numbers(case["matrix_exact"])), case["expected"]
    found = ahp.weight_intervals(m)
    assert (found is None) == (m.degrees_of_freedom == 0)
    if found and expected.get("se_log_w"):
        assert close(found.log_standard_errors, expected["se_log_w"])
        assert close(found.standard_errors, expected["se_w"])
