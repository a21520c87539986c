"""The whole chain on the demo: import, answers, tasks, aggregation, two signatures, runs, export.

It gives back every order that the report published.
"""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Min
from django.test import Client
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook
from pytest_django import DjangoDbBlocker

import ahp
from scoring.demo.build import demo_build
from scoring.models import DataSet, Score, ScoringRun
from scoring.selectors.report import plan_of
from scoring.services.figure_sets import figure_set_compute, figure_set_request
from surveys.models import (
    Expert,
    Indicator,
    IndicatorSystem,
    NodeResult,
    PanelNode,
    Person,
    Submission,
    Survey,
    WeightSet,
)
from surveys.selectors.answers import current_ratios, node_ratios, progress_of
from surveys.selectors.progress import newest_by_expert
from surveys.selectors.trees import tree_of

ORDERS = Path(__file__).parent / "golden" / "published_orders.json"
LISTS: list[dict[str, Any]] = json.loads(ORDERS.read_text("utf-8"))["lists"]
FILES = {"provinces": "provinces_2023_synthetic.csv", "cities": "cities_2023_synthetic.csv"}
Ranked = list[tuple[int, str]]

pytestmark = pytest.mark.django_db
every_list = pytest.mark.parametrize("published", LISTS, ids=lambda found: f"{found['scope']}-{found['path'][-1]}")


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, built once for this module in a transaction that is rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo_build()
        connection.check_constraints()  # once: else every test's end would check all of the demo's keys again
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def survey(demo: None) -> Survey:
    """The survey of the golden panel."""
    return ScoringRun.objects.get(data_set__file_name=FILES["provinces"], rules=None).survey


@pytest.fixture(scope="module")
def nodes(survey: Survey) -> dict[tuple[str, ...], Indicator]:
    """Path of Chinese names → node."""
    paths: dict[int | None, tuple[str, ...]] = {None: ()}
    for node in tree_of(survey.edition).nodes:
        paths[node.pk] = (*paths[node.parent_id], node.name["zh-hans"])
    by_id = Indicator.objects.in_bulk([pk for pk in paths if pk])
    return {path: by_id[pk] for pk, path in paths.items() if pk}


@pytest.fixture(scope="module")
def exported(demo: None) -> Callable[[str], dict[str, Ranked]]:
    """Scope → code → what the analyst's downloaded CSV says, by rank."""
    analyst = Client()
    analyst.force_login(User.objects.get(username="wang"))
    known: dict[str, dict[str, Ranked]] = {}

    def download(scope: str) -> dict[str, Ranked]:
        if scope not in known:
            run = run_of(scope)
            response = analyst.get(reverse("scoring:run_export", args=[run.survey_id, run.number, "csv"]))
            known[scope] = by_code(response.content)
        return known[scope]

    return download


def run_of(scope: str) -> ScoringRun:
    return ScoringRun.objects.get(data_set__file_name=FILES[scope], rules=None)


def by_code(content: bytes) -> dict[str, Ranked]:
    found: dict[str, Ranked] = {}
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))):
        assert "Synthetic demo data" in row["note"]
        found.setdefault(row["code"], []).append((int(row["rank"]), row["unit"]))
    return {code: sorted(ranked, key=itemgetter(0)) for code, ranked in found.items()}


def check(published: dict[str, Any], ranked: Ranked) -> None:
    """The first names stand as printed, one on each rank, and the next unit stands behind them."""
    length = published["n"]
    units = [unit for _rank, unit in ranked[:length]]
    assert (set(units) == set(published["names"])) if published["is_set"] else (units == published["names"])
    assert [rank for rank, _unit in ranked[: length + 1]] == list(range(1, length + 2))


def hard_case(code: str) -> Expert:
    return Expert.objects.get(code=code, survey__state="open")


def ratios_of(expert: Expert) -> list[float]:
    """Every CR that could be tested, from the stored results of the newest submission."""
    rows = NodeResult.objects.filter(submission__expert=expert).exclude(ratio="")
    return [float(row.ratio) for row in rows]


# --- the published orders ---


def test_all_lists_are_here() -> None:
    ordered = [found["scope"] for found in LISTS if not found["is_set"]]
    assert (ordered.count("provinces"), ordered.count("cities")) == (22, 3)
    assert [len(found["names"]) for found in LISTS if found["is_set"]] == [3]
    assert all(found["n"] == len(found["names"]) for found in LISTS)


@every_list
def test_the_stored_scores_give_the_published_order(
    published: dict[str, Any], nodes: dict[tuple[str, ...], Indicator]
) -> None:
    scores = Score.objects.filter(run=run_of(published["scope"]), node=nodes[tuple(published["path"])])
    check(published, [(score.rank or 0, score.unit.name) for score in scores.select_related("unit").order_by("rank")])


@every_list
def test_the_downloaded_csv_gives_it_too(
    published: dict[str, Any],
    nodes: dict[tuple[str, ...], Indicator],
    exported: Callable[[str], dict[str, Ranked]],
) -> None:
    check(published, exported(published["scope"])[nodes[tuple(published["path"])].code])


def test_every_unit_is_ranked_on_every_node_of_its_file() -> None:
    for scope, units, nodes in (("provinces", 31, None), ("cities", 302, "1")):
        run = run_of(scope)
        scored = Score.objects.filter(run=run)
        assert run.data_set.unit_count == units
        assert scored.exclude(rank=None).count() == units * scored.values("node").distinct().count()
        top = scored.order_by("node__position").first()
        assert top is not None
        assert nodes is None or top.node.code == nodes


def test_both_runs_use_one_weight_set() -> None:
    assert run_of("provinces").weight_set == run_of("cities").weight_set


# --- nothing is loaded ready-made, and everything holds ---


def test_every_expert_of_the_panel_was_computed_and_is_consistent(survey: Survey) -> None:
    newest = [submission.pk for submission in newest_by_expert(survey).values()]
    ratios = NodeResult.objects.filter(submission__in=newest)
    assert survey.experts.count() == len(newest) == 12
    assert ratios.count() == 12 * len(tree_of(survey.edition).parents)
    assert all(float(row.ratio) < 0.1 for row in ratios if row.ratio)
    panel = PanelNode.objects.filter(result__survey=survey)
    assert panel.exists()
    assert all(float(node.ratio) < 0.1 for node in panel if node.ratio)


def test_two_people_signed_each_weight_set() -> None:
    sets = list(WeightSet.objects.select_related("proposed_by", "approved_by"))
    assert [found.state for found in sets] == ["locked", "locked"]
    for found in sets:
        assert found.proposed_by and found.approved_by
        assert (found.proposed_by.username, found.approved_by.username) == ("li", "zhang")


def test_the_weight_sets_and_the_runs_verify() -> None:
    said = io.StringIO()
    for found in WeightSet.objects.all():
        call_command("verify", str(found.pk), stdout=said)
    call_command("verify_run", stdout=said)
    assert said.getvalue().count("hold.") == 2
    assert "5 runs and 4 studies are whole" in said.getvalue()


def test_everything_says_that_it_is_synthetic() -> None:
    for kind in (IndicatorSystem, Survey, Person, WeightSet, DataSet, ScoringRun):
        assert kind._default_manager.exists(), kind
        assert not kind._default_manager.filter(synthetic=False).exists(), kind
    assert not Expert.objects.filter(person=None).exists()


# --- the hard cases are what they claim ---


def test_the_hurried_expert_is_inconsistent_in_several_places() -> None:
    assert sum(ratio > 0.1 for ratio in ratios_of(hard_case("H1"))) >= 3


def test_the_circular_expert_runs_in_a_circle() -> None:
    expert = hard_case("H2")
    tree = tree_of(expert.survey.edition)
    items = [child.code for child in tree.children_of(tree.by_code()["1.2"])]
    ratios = node_ratios(tree, current_ratios(expert))["1.2"]
    circles = ahp.circular_triads(ahp.matrix_from_pairs(items, ratios)).circles
    assert tuple(items[:3]) in {circle[turn:] + circle[:turn] for circle in circles for turn in range(3)}


def test_the_unfinished_expert_has_not_submitted() -> None:
    expert = hard_case("H3")
    progress = progress_of(expert)
    assert 0 < progress.answered < progress.total
    assert expert.submitted_at is None
    assert not expert.submissions.exists()


def test_the_straight_lined_expert_says_equal_everywhere() -> None:
    expert = hard_case("H4")
    assert set(expert.judgments.values_list("more_important", flat=True)) == {"equal"}
    assert progress_of(expert).complete
    assert ratios_of(expert)
    assert max(ratios_of(expert)) == pytest.approx(0, abs=1e-12)


def test_the_outlying_expert_is_consistent_and_says_the_opposite(survey: Survey) -> None:
    theirs = current_ratios(hard_case("H5"))
    calm = current_ratios(survey.experts.get(code="E01"))
    apart = {pair for pair, ratio in calm.items() if ratio != 1}
    assert apart
    assert all(theirs[pair] == pytest.approx(1 / calm[pair]) for pair in apart)
    assert max(ratios_of(hard_case("H5"))) < 0.1


def test_somebody_may_play_an_expert_who_has_said_nothing() -> None:
    ready = hard_case("DEMO")
    assert ready.revision == 0
    assert ready.survey.takes_answers


def test_experts_submitted_after_their_last_answer() -> None:
    """The log of each is whole: the revision counts its events."""
    for survey in Survey.objects.all():
        for submission in newest_by_expert(survey).values():
            expert = submission.expert
            assert submission.revision == expert.revision == expert.events.count()
    assert Submission.objects.aggregate(least=Min("revision"))["least"] > 0


# --- the figures of the report ---


@pytest.mark.one_database
def test_every_figure_of_the_report_gives_the_published_order(
    survey: Survey, nodes: dict[tuple[str, ...], Indicator]
) -> None:
    """In the drawing, in the workbook and in the sentence of the document alike, each under its published number."""
    provinces, cities = run_of("provinces"), run_of("cities")
    plan = plan_of(provinces)
    assert [item.number for item in plan if item.number and not item.table] == [str(at) for at in range(1, 24)]
    made, _job = figure_set_request(
        provinces, plan, language="zh-hans", other=cities, template=None, user=User.objects.get(username="wang")
    )
    figure_set_compute(made.pk)()
    made.refresh_from_db()
    archive = zipfile.ZipFile(io.BytesIO(bytes(made.content or b"")))
    manifest = json.loads(archive.read("manifest.json"))
    assert {name: hashlib.sha256(archive.read(name)).hexdigest() for name in manifest["files"]} == manifest["files"]
    lines = [line.text for line in Document(io.BytesIO(archive.read("report.docx"))).paragraphs]
    book = load_workbook(io.BytesIO(archive.read("figures.xlsx")))
    sheets = {str(sheet["A1"].value): sheet for sheet in book.worksheets}
    checked = 0
    for published in LISTS:
        code, branch = nodes[tuple(published["path"])].code, published["scope"] == "cities"
        item = next((i for i in plan if (i.node, i.branch) == (code, branch) and i.kind in ("bars", "values")), None)
        if item is None or published["is_set"]:
            continue  # an order that the report states without a figure
        names, title = published["names"], item.title["zh-hans"]
        sentence = next(line for line in lines if line.startswith(f"{title}依次为"))
        assert sentence.removeprefix(f"{title}依次为").rstrip("。").split("、")[: len(names)] == names
        cells = [row[1].value for row in sheets[f"图{item.number} {title}"].iter_rows(min_row=7)]
        assert cells[: len(names)] == names
        drawing = archive.read(f"svg/图{item.number}-{item.key}.svg").decode()
        places = [drawing.index(f">{name}<") for name in names]
        assert places == sorted(places)
        assert "演示数据（合成）" in drawing
        checked += 1
    assert checked == 21, "all but the tree and the two indicators side by side"
    twins = next(said for said in json.loads(made.document)["said"] if said["number"] == "图12")
    assert "存力规模前 10 名中，单机架存力最低的是河北省" in twins["sentence"], "as the report says"
    assert [float(row[1]) for row in twins["rows"]] == sorted((float(row[1]) for row in twins["rows"]), reverse=True)
    assert len(twins["rows"]) == 31
    assert "算力评价指标体系" in archive.read("svg/图1-outline.svg").decode()
    assert len(archive.read("tables/表1-definitions.csv").decode("utf-8-sig").splitlines()) == 54
    assert not json.loads(made.document)["lacking"]
