"""Results by region, and what an indicator's values amount to, held against sums by hand."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from scoring.files import read_data
from scoring.models import ScoringRun, UnitList
from scoring.selectors.board import RunBoard, board_of
from scoring.selectors.context import context_of
from scoring.selectors.regions import PROVINCE, REGION, TYPE, Regions
from scoring.selectors.scoring_rules import survey_tree
from scoring.services.data_sets import About, Provenance, data_set_import
from scoring.services.unit_lists import Said, unit_change
from surveys.files.tables import read_table
from surveys.models import Survey
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LANDS = b"code,name,region\nA,Alpha,Up\nB,Beta,Down\n"
UNITS = b"code,name,region,type,parent\nN,North,,big,A\nS,South,,small,A\nE,East,,big,B\nW,West,Own,small,B\n"
DATA = (
    b"unit,region,a1,a2,b,c\nNorth,File,1,10,3,5\nSouth,File,2,30,1,5.5\nEast,File,3,20,2,9\nWest,File,3,20,2,9\n"
    b"Nobody,,2,15,1,7\n"
)


def run_of(listed: UnitList | None, survey: Survey, weight_set: object, content: bytes = DATA) -> ScoringRun:
    """The data know the codes of the list, as the gate would have written them."""
    table = read_data(read_table(content, "data.csv"), survey_tree(survey))
    codes = tuple({"Nobody": ""}.get(name, name[0]) for name in table.units)
    object.__setattr__(table, "codes", codes)
    about = About({"en": "Data"}, "2023", "Yearbook")
    sources = {"a1": {"source": "Census", "year": "2022", "method": "Counted in May."}}
    data = data_set_import(
        survey, table, content=content, about=about, user=make.user(), provenance=Provenance(listed, sources)
    )
    return score.run(weight_set, data)  # type: ignore[arg-type]


@pytest.fixture
def board() -> RunBoard:
    weight_set = score.locked()
    survey = score.survey_of(weight_set)
    score.unit_list(survey, LANDS, "Lands")
    return board_of(run_of(score.unit_list(survey, UNITS, "Units"), survey, weight_set))


def groups(board: RunBoard, way: str) -> dict[str, list[str]]:
    return {group.name: [board.names[at] for at in group.units] for group in Regions(board).ways[way]}


class TestGroups:
    def test_a_unit_has_the_region_of_the_list_else_of_what_it_lies_in_else_of_the_file(self, board: RunBoard) -> None:
        assert groups(board, REGION) == {"Up": ["North", "South"], "Down": ["East"], "Own": ["West"]}
        assert groups(board, TYPE) == {"big": ["North", "East"], "small": ["South", "West"]}
        assert groups(board, PROVINCE) == {"Alpha": ["North", "South"], "Beta": ["East", "West"]}
        assert Regions(board).ungrouped(REGION) == 1

    def test_without_a_list_the_file_speaks_and_one_group_is_none(self) -> None:
        weight_set = score.locked()
        survey = score.survey_of(weight_set)
        content = DATA.replace(b"South,File", b"South,Other").replace(b"Nobody,", b"Nobody,Other")
        assert list(Regions(board_of(run_of(None, survey, weight_set, content))).ways) == [REGION]
        assert Regions(board_of(run_of(None, survey, weight_set, DATA))).ways == {}

    def test_a_change_of_the_list_is_seen_and_leaves_the_run_as_it_is(self, board: RunBoard) -> None:
        before = board.run.content_hash
        unit = board.run.data_set.unit_list.units.get(code="W")  # type: ignore[union-attr]
        language = unit.unit_list.system.language
        unit_change(unit, board.run.survey, Said({language: "West"}, regions={language: "Up"}), user=make.user())
        assert groups(board, REGION) == {"Up": ["North", "South", "West"], "Down": ["East"]}
        board.run.refresh_from_db()
        assert board.run.content_hash == before


def test_means_ranks_and_the_best_are_those_of_the_units(board: RunBoard) -> None:
    scores = dict(zip(board.names, board.score_of("r").tolist(), strict=True))
    ranks = dict(zip(board.names, board.ranks_of("r").tolist(), strict=True))
    found = {each.group.name: each for each in Regions(board).standings(REGION, "r", first=2)}
    means = {"Up": (scores["North"] + scores["South"]) / 2, "Down": scores["East"], "Own": scores["West"]}
    for name, each in found.items():
        assert each.mean == pytest.approx(means[name], abs=1e-12)
        assert each.rank == 1 + sum(mean > means[name] + 1e-9 for mean in means.values())
    best = found["Up"].best
    assert best is not None
    assert ranks[board.names[best]] == found["Up"].best_rank == min(ranks["North"], ranks["South"])
    assert sum(each.first for each in found.values()) == sum(
        rank <= 2 for name, rank in ranks.items() if name != "Nobody"
    )


def test_a_total_is_given_only_of_what_adds_up(board: RunBoard) -> None:
    node = board.tree.nodes["a1"]
    node.unit = "万个"
    told = context_of(board, "a1")
    assert told is not None
    assert (told.source, told.year, told.method) == ("Census", "2022", "Counted in May.")
    assert (told.total, told.mean, told.median) == (11.0, 2.2, 2.0)
    assert (told.first, told.share) == (5, 1.0)
    node.unit = "%"
    told = context_of(board, "a1")
    assert told is not None
    assert (told.total, told.share, told.mean) == (None, None, 2.2)
    other = context_of(board, "a2")
    assert other is not None
    assert (other.source, other.year) == ("Yearbook", "2023")


class TestPages:
    pytestmark = pytest.mark.one_database

    def test_the_page_and_its_files_say_the_same(self, board: RunBoard, client: Client) -> None:
        client.force_login(make.user())
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        place = [board.run.survey_id, board.run.number]
        page = client.get(reverse("scoring:regions", args=place), {"by": "region", "first": "2"}).content.decode()
        assert "One unit is in no group." in page
        content = client.get(
            reverse("scoring:regions_export", args=[*place, "csv"]), {"by": "region", "first": "2"}
        ).content
        heading, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
        found = Regions(board).standings(REGION, "r", first=2)
        assert [row[0] for row in rows] == [each.group.name for each in found]
        assert [float(row[2]) for row in rows] == [each.mean for each in found]
        assert heading[0] == "Region"
        assert all(f'<th scope="row">{row[0]}</th>' in page for row in rows)
        node = client.get(reverse("scoring:node", args=[*place, "a1"])).content.decode()
        assert "Counted in May." in node
        assert "By region" in node

    def test_where_nobody_says_anything_the_page_says_what_to_do(self, client: Client) -> None:
        run = score.run()
        client.force_login(make.user())
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
        page = client.get(reverse("scoring:regions", args=[run.survey_id, run.number]))
        assert (page.status_code, "尚无评价对象的归属信息" in page.content.decode()) == (200, True)
        export = reverse("scoring:regions_export", args=[run.survey_id, run.number, "csv"])
        assert client.get(export).status_code == 404
