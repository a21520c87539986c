"""The comparison with the peers and with the machine; writes RESULTS.md. Runs in the environment of the peers."""

import statistics
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import ahp
from benchmarks import measure, peers, scores, workloads
from benchmarks.measure import Timing, take_turns
from benchmarks.report import Report, written_by

RESULTS = Path(__file__).parent / "RESULTS.md"
PEERS = ("ahpy", "AhpAnpLib", "pyDecision", "pymcdm", "saatypy", "ahp-topsis", "pandas")
OURS, AHPY = "Quanheng", "ahpy (precision=12)"
_AHPY_LARGEST = 8  # items; beyond, it takes many seconds for one matrix


def _introduction() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", *PEERS))
    told = "Contenders take turns in one process and are timed by CPU; only ratios within a table mean anything."
    return f"{written_by('make bench', versions)} {told}"


def fastest_exact(found: dict[str, Timing]) -> float:
    """The median of the fastest peer."""
    return min(timing.median for name, timing in found.items() if name != OURS and "numpy" not in name)


def one_matrix(report: Report) -> None:
    """Weights, lambda_max and consistency ratio of one 9 x 9 matrix, validation included."""
    values = workloads.table(workloads.answers([9], 1)[0], 9)

    def ours() -> Any:
        m = ahp.matrix(values)
        return ahp.priorities(m).weights, ahp.consistency(m).ratio

    contenders: dict[str, Any] = {OURS: ours, "numpy.linalg.eig": lambda: np.linalg.eig(values)}
    contenders |= {name: partial(solve, values) for name, solve in peers.exact_solvers().items()}
    found = take_turns(contenders, rounds=31)
    report.section("One 9 x 9 matrix", "Weights, lambda_max and consistency ratio, ours with validation.")
    report.timings(found)
    mine = found[OURS].median
    report.goal("one 9 x 9 matrix: fastest exact peer", fastest_exact(found) / mine, "at least", 2)
    report.goal("one 9 x 9 matrix: ahpy", found[AHPY].median / mine, "at least", 10)
    report.goal("one 9 x 9 matrix: of one numpy.linalg.eig", mine / found["numpy.linalg.eig"].median, "at most", 0.6)


def all_results(tree: Any, judgments: Any) -> Any:
    """Consistency ratios and global weights of every expert."""
    found = ahp.evaluate_panel(tree, judgments)
    return found.ratios, found.leaf_weights


def looped(solve: peers.Solver, matrices: list[Any]) -> Any:
    """What a peer does for one expert."""
    return [solve(values) for values in matrices]


def one_expert(report: Report, tree: Any, sizes: list[int], rows: Any) -> None:
    """The 14 matrices of the tree for one expert."""
    matrices = workloads.tables(sizes, rows[0])
    contenders: dict[str, Any] = {OURS: partial(all_results, tree, rows[:1])}
    contenders |= {name: partial(looped, solve, matrices) for name, solve in peers.exact_solvers().items()}
    with np.errstate(all="ignore"):  # some peers divide by zero for two items
        found = take_turns(contenders, rounds=31)
    note = "14 matrices, 176 judgments, consistency ratios; ours with validation, group and 53 global weights."
    report.section("One expert", note)
    report.timings(found)
    mine = found[OURS].median
    report.goal("one expert: fastest exact peer", fastest_exact(found) / mine, "at least", 5)
    report.goal("one expert: ahpy", found[AHPY].median / mine, "at least", 15)


def panels(report: Report, tree: Any, sizes: list[int], rows: Any) -> None:
    """10,000 and 100,000 experts, in turns with peers that take one expert after the other."""
    peer, matrices = "pyDecision (max_eigen)", workloads.tables(sizes, rows[0])
    solvers = peers.exact_solvers()
    contenders = {f"{OURS}, {count:,} experts": partial(all_results, tree, rows[:count]) for count in (10_000, 100_000)}
    contenders |= {name: partial(looped, solvers[name], matrices) for name in (peer, AHPY)}
    with np.errstate(all="ignore"):
        found = take_turns(contenders, rounds=11)
    report.section("Panels", "Per expert; the peers, which know no panels, take one expert after the other.")
    report.lines += ["| who | per expert | fastest exact peer | ahpy | memory / input |", "|---|---|---|---|---|"]
    for count in (10_000, 100_000):
        timing = found[f"{OURS}, {count:,} experts"].per(count)
        against = found[peer].median / timing.median, found[AHPY].median / timing.median
        memory = measure.peak_bytes(partial(ahp.evaluate_panel, tree, rows[:count])) / rows[:count].nbytes
        told = f"{against[0]:.3g} x | {against[1]:.3g} x | {memory:.2f}"
        report.lines.append(f"| {OURS}, {count:,} experts | {timing} | {told} |")
        report.goal(f"panel of {count:,}: fastest exact peer", against[0], "at least", 80)
        report.goal(f"panel of {count:,}: ahpy", against[1], "at least", 300)
        report.goal(f"panel of {count:,}: extra memory of the input", memory, "at most", 1.0)
    report.lines += [f"| {name} | {found[name]} | | | |" for name in (peer, AHPY)]
    limit(report, sizes, timing.median)


def geometric_mean(report: Report, rows: Any) -> None:
    """The geometric mean of 176 x 100,000 judgments against reading them once."""
    found = take_turns(
        {
            OURS: lambda: ahp.judgment_sums(rows).ratios,
            "numpy: one read of the input (sum)": rows.sum,
            "numpy: exp(mean(log))": lambda: np.exp(np.log(rows).mean(axis=0)),
        },
        rounds=15,
    )
    report.section("Geometric mean", "Of 176 x 100,000 judgments, checked and counted.")
    report.timings(found)
    ratio = found[OURS].median / found["numpy: one read of the input (sum)"].median
    report.goal("geometric mean: reads of the input", ratio, "at most", 2)


def limit(report: Report, sizes: list[int], per_expert: float) -> None:
    """How far the panel is from what the processor could do."""
    square = np.random.default_rng(1).random((768, 768))
    seconds = take_turns({"product": lambda: square @ square}, rounds=9)["product"].median
    flops = 2 * 768**3 / seconds
    least = sum(2 * n * n * 14 for n in sizes if n > 3) / flops
    report.section("The machine", "The power method needs about 14 steps of 2 n² operations per matrix.")
    report.lines.append(
        f"Matrix product {flops / 1e9:.3g} GFLOP/s; least time per expert {least * 1e6:.2g} µs; "
        f"the panel takes {per_expert / least:.3g} times that."
    )


def incomplete(report: Report) -> None:
    """Trees and half-answered matrices."""
    report.section(
        "Incomplete matrices", "Ours: median and slowest of 100 matrices, validation included. ahpy: median of three."
    )
    report.lines += ["| items | answers | ours, median | ours, slowest | ahpy | ratio |", "|---|---|---|---|---|---|"]
    ratios, slowest, ours_all, theirs_all = [], 0.0, 0.0, 0.0
    for n in (4, 5, 6, 7, 8, 9, 11):
        for answered in sorted({n - 1, max(n - 1, n * (n - 1) // 4)}):
            ours = [_incomplete_seconds(n, answered, seed) for seed in range(100)]
            median, worst = statistics.median(ours), max(ours)
            slowest = max(slowest, worst)
            told = "not waited for | |"
            if n <= _AHPY_LARGEST:
                theirs = _ahpy_seconds(n, answered)
                ratios.append(theirs / median)
                ours_all, theirs_all = ours_all + median, theirs_all + theirs
                told = f"{theirs * 1e3:.3g} ms | {theirs / median:,.0f} |"
            report.lines.append(f"| {n} | {answered} | {median * 1e6:.3g} µs | {worst * 1e6:.3g} µs | {told}")
    report.goal("incomplete matrices: ahpy, all rows together", theirs_all / ours_all, "at least", 1000)
    report.goal("incomplete matrices: ahpy, median of the rows", statistics.median(ratios), "at least", 1000)
    report.goal("incomplete matrices: slowest, in ms", slowest * 1e3, "at most", 5)


def _incomplete_seconds(n: int, answered: int, seed: int) -> float:
    values = workloads.with_gaps(workloads.table(workloads.answers([n], 1, seed)[0], n), answered, seed)

    def ours() -> Any:
        m = ahp.matrix(values)
        return ahp.priorities(m).weights, ahp.consistency(m).ratio

    return take_turns({OURS: ours}, rounds=5, least=0.001)[OURS].median


def _ahpy_seconds(n: int, answered: int) -> float:
    values = workloads.with_gaps(workloads.table(workloads.answers([n], 1)[0], n), answered, 1)
    return take_turns({"ahpy": lambda: peers.ahpy(values)}, rounds=3, least=0)["ahpy"].median


def importing(report: Report) -> None:
    """`import ahp` against `import numpy`."""
    found = measure.import_seconds(["numpy", "ahp"])
    report.section("Import", "CPU time of a fresh interpreter, less that of an empty one.")
    report.timings({"numpy": found["numpy"], OURS: found["ahp"]})
    report.goal("import ahp: of import numpy", found["ahp"].median / found["numpy"].median, "at most", 1.2)


def main() -> None:
    """Measure everything and write the page."""
    report = Report(OURS)
    one_matrix(report)
    tree = workloads.tree()
    sizes = [len(tree[str(node)]) for node in ahp.evaluate_panel(tree, np.ones((1, 176))).nodes]
    rows = workloads.answers(sizes, 100_000)
    one_expert(report, tree, sizes, rows)
    panels(report, tree, sizes, rows)
    geometric_mean(report, rows)
    incomplete(report)
    scores.ranks_under_draws(report)
    scores.levels_of_many_units(report)
    importing(report)
    page = report.page("Measurements", _introduction())
    RESULTS.write_text(page, "utf-8")
    print(page)


if __name__ == "__main__":
    main()
