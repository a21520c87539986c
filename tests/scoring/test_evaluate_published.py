"""The demo's files give back every order that the report published."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from surveys.files.indicators import read_indicators
from surveys.files.tables import read_table
from surveys.files.tree import Tree

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "demo" / "computing"
LISTS: list[dict[str, Any]] = json.loads((ROOT / "tests/golden/published_orders.json").read_text("utf-8"))["lists"]
Ranking = dict[tuple[str, str], list[tuple[int, str]]]


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(read_indicators(read_table((DEMO / "indicators.csv").read_bytes(), "indicators.csv")))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    data = [f"--data={DEMO}/{scope}_2023_synthetic.csv" for scope in ("provinces", "cities")]
    files = [f"--indicators={DEMO}/indicators.csv", f"--judgments={DEMO}/judgments.csv", f"--out={out}"]
    call_command("evaluate", *files, *data, stdout=io.StringIO())
    return out


@pytest.fixture(scope="module")
def ranking(results: Path) -> Ranking:
    found: Ranking = {}
    for row in _rows(results / "scores.csv"):
        found.setdefault((row["data"].split("_")[0], row["code"]), []).append((int(row["rank"]), row["unit"]))
    return found


def _rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))


def _code(tree: Tree, path: list[str]) -> str:
    (code,) = (code for code in tree.codes if [tree.rows[step].names["zh-hans"] for step in tree.path(code)] == path)
    return code


def test_all_lists_are_here() -> None:
    ordered = [found["scope"] for found in LISTS if not found["is_set"]]
    assert (ordered.count("provinces"), ordered.count("cities")) == (22, 3)


@pytest.mark.parametrize("published", LISTS, ids=lambda found: f"{found['scope']}-{found['path'][-1]}")
def test_the_published_order_comes_back(published: dict[str, Any], tree: Tree, ranking: Ranking) -> None:
    ranked = ranking[published["scope"], _code(tree, published["path"])][: published["n"]]
    assert [rank for rank, _unit in ranked] == list(range(1, published["n"] + 1))
    units = [unit for _rank, unit in ranked]
    assert (set(units) == set(published["names"])) if published["is_set"] else (units == published["names"])


def test_every_expert_of_the_demo_is_consistent(results: Path) -> None:
    rows = _rows(results / "consistency.csv")
    assert len(rows) == 13 * 14
    assert max(float(row["cr"]) for row in rows if row["cr"]) < 0.1


def test_the_towns_are_consistent_and_all_ranked(tmp_path: Path) -> None:
    files = [f"--{name}={ROOT}/demo/towns/{name}.csv" for name in ("indicators", "judgments", "data")]
    call_command("evaluate", *files, f"--out={tmp_path}", stdout=io.StringIO())
    ratios = [float(row["cr"]) for row in _rows(tmp_path / "consistency.csv") if row["cr"]]
    assert len(ratios) == 6 * 4
    assert max(ratios) < 0.1
    top = [row for row in _rows(tmp_path / "scores.csv") if row["code"] == "L"]
    assert [row["rank"] for row in top] == [str(rank) for rank in range(1, 13)]
