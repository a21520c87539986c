"""Lists of units: their file, their pages, and what data matched with them know."""

import csv
import io

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from scoring.forms.data import Brought
from scoring.models import Unit, UnitList
from scoring.selectors.board import board_of
from scoring.selectors.pictures import kinds_of, tile_places
from scoring.selectors.unit_lists import called, list_header, list_rows, units_of_system
from scoring.services.data_sets import About, data_set_import
from scoring.services.unit_lists import Said, unit_change, unit_list_delete, unit_list_renew
from scoring.unit_files import read_units
from surveys.errors import Refused
from surveys.files.problems import FileErrors
from surveys.files.tables import read_table
from surveys.files.writing import csv_bytes
from surveys.models import AuditEvent, Survey
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

TOWNS = "code,name,parent\nT1,Town,1\nT2,Village,North\n"


def rows_of(text: str, survey: Survey) -> list[tuple[str, str]]:
    system = survey.edition.system
    table = read_table(text.encode(), "units.csv")
    return [(row.code, row.parent) for row in read_units(table, system.language, called(units_of_system(system)))]


def places(text: str, survey: Survey) -> list[str]:
    with pytest.raises(FileErrors) as told:
        rows_of(text, survey)
    return [f"{problem.place}: {problem.what}" for problem in told.value.problems]


def test_everything_wrong_is_told_at_once_and_by_its_cell() -> None:
    survey = make.survey()
    score.unit_list(survey)
    told = places(
        "code,name,aliases,parent,tile_row,tile_column,colour\n"
        "1,North,,,0,0,red\n1,,,Nowhere,0,0,\n3,West,,3,1,,\n4,A,,5,,,\n5,B,,4,,,\n", survey,
    )  # fmt: skip
    for place, what in [
        ("row 1, column colour", "not known here"), ("row 3, column name", "the name is blank"),
        ("row 3, column code", "stands in row 2 already"), ("row 3, column parent", "no unit “Nowhere”"),
        ("row 3, column tile_row", "taken by row 2"), ("row 4, column tile_row", "a row and a column"),
        ("row 4, column parent", "3 would lie in itself"), ("row 5, column parent", "4 would lie in itself"),
        ("row 6, column parent", "5 would lie in itself"),
    ]:  # fmt: skip
        assert [each for each in told if each.startswith(place) and what in each], (place, what, told)
    assert UnitList.objects.count() == 1


def test_a_larger_unit_is_found_by_code_name_or_other_name_here_or_in_another_list() -> None:
    survey = make.survey()
    score.unit_list(survey)
    text = "code,name,parent\nT1,Town,N\nT2,Village,South\nT3,Farm,T2\n"
    assert rows_of(text, survey) == [("T1", "1"), ("T2", "2"), ("T3", "T2")]


def test_a_list_comes_back_as_the_file_that_makes_it() -> None:
    survey = make.survey()
    score.unit_list(survey)
    towns = score.unit_list(survey, TOWNS.encode(), "Towns")
    for made in UnitList.objects.all():
        content = csv_bytes(list_header(made.system.language), list_rows(made))
        before = list(made.units.values_list("code", "name", "aliases", "region", "kind", "parent", "tile"))
        unit_list_renew(made, survey, read_again(content, survey, made), user=make.user())
        assert list(made.units.values_list("code", "name", "aliases", "region", "kind", "parent", "tile")) == before
    assert [str(unit.parent) for unit in towns.units.all()] == ["North", "North"]


def read_again(content: bytes, survey: Survey, made: UnitList) -> list:  # type: ignore[type-arg]
    system = survey.edition.system
    others = called(units_of_system(system).exclude(unit_list=made))
    return read_units(read_table(content, "units.csv"), system.language, others)


class TestChanges:
    def test_a_newer_file_keeps_adds_and_takes_off_by_code(self) -> None:
        survey = make.survey()
        made = score.unit_list(survey)
        kept = made.units.get(code="1")
        content = b"code,name,region\n9,East,Up\n1,The North,Down\n"
        unit_list_renew(made, survey, read_again(content, survey, made), user=make.user())
        assert [(unit.code, str(unit)) for unit in made.units.order_by("position")] == [
            ("9", "East"),
            ("1", "The North"),
        ]
        assert made.units.get(code="1").pk == kept.pk
        event = AuditEvent.objects.filter(action="units.imported").latest("pk")
        assert event.new["removed"] == ["2"]

    def test_what_holds_others_is_not_taken_off_nor_deleted(self) -> None:
        survey = make.survey()
        made = score.unit_list(survey)
        score.unit_list(survey, TOWNS.encode(), "Towns")
        content = b"code,name\n2,South\n"
        with pytest.raises(Refused, match="North is not in the file, but Town"):
            unit_list_renew(made, survey, read_again(content, survey, made), user=make.user())
        with pytest.raises(Refused, match="lies in a unit of this one"):
            unit_list_delete(made, survey, user=make.user())
        assert made.units.count() == 2

    def test_one_unit_is_changed_with_old_and_new_in_the_log(self) -> None:
        survey = make.survey()
        unit = score.unit_list(survey).units.get(code="1")
        language = unit.unit_list.system.language
        unit_change(unit, survey, Said({language: "North"}, ["N"], {"en": "Elsewhere"}), user=make.user())
        event = AuditEvent.objects.get(action="units.changed")
        assert (event.old["region"], event.new["region"]) == ({language: "Up"}, {"en": "Elsewhere"})
        assert set(event.new) == {"aliases", "region", "type", "tile"}
        with pytest.raises(Refused, match="would lie in itself"):
            unit_change(unit, survey, Said({language: "North"}, parent=unit), user=make.user())
        with pytest.raises(Refused, match="language of the indicator system"):
            unit_change(unit, survey, Said({"fr": "Nord"}), user=make.user())

    def test_a_list_of_another_system_is_not_touched(self) -> None:
        unit = score.unit_list(make.survey()).units.get(code="1")
        other = make.survey()
        with pytest.raises(Refused, match="another indicator system"):
            unit_change(unit, other, Said({"en": "North"}), user=make.user())


def test_data_are_matched_and_their_tiles_are_drawn() -> None:
    weight_set = score.locked()
    survey = score.survey_of(weight_set)
    content = b"code,name,aliases,tile_row,tile_column\nN,North,Nord,0,1\nS,South,,1,1\nE,East,,1,2\nW,West,,,\n"
    made = score.unit_list(survey, content)
    table = read_table(score.DATA.replace(b"North", b"Nord"), "data.csv")
    brought = Brought(survey, table, None, "0" * 64, About({"en": "Data"}), made, None, "")
    passed = brought.passed()
    data = data_set_import(
        survey, passed.data, content=brought.sha256, about=brought.about, user=make.user(),
        provenance=brought.provenance(passed, ""),
    )  # fmt: skip
    assert [(unit.name, unit.code) for unit in data.units.all()][:2] == [("North", "N"), ("South", "S")]
    board = board_of(score.run(weight_set, data))
    places, short = tile_places(board)
    assert places == {0: (0, 1), 1: (1, 1), 2: (1, 2)}
    assert short[0] == "Nord"
    assert "tiles" in dict(kinds_of(board, "r"))
    with pytest.raises(Refused, match="were matched with this list"):
        unit_list_delete(made, survey, user=make.user())


class TestPages:
    pytestmark = pytest.mark.one_database

    def test_a_file_is_brought_seen_changed_and_taken_out(self, client: Client) -> None:
        survey = make.survey()
        client.force_login(make.user())
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        file = io.BytesIO(score.LIST)
        file.name = "units.csv"
        page = client.post(
            reverse("scoring:unit_list_new", args=[survey.pk]), {"file": file, "name_en": "Lands"}, follow=True
        )
        assert "2 units are in the list." in page.content.decode()
        made = UnitList.objects.get()
        unit = made.units.get(code="1")
        edit = reverse("scoring:unit_edit", args=[survey.pk, made.pk, unit.pk])
        said = {"name_zh_hans": "North", "region_en": "Top", "parent": "South", "tile_row": "3"}
        refused = client.post(edit, said)
        assert (refused.status_code, "Fill in both" in refused.content.decode()) == (422, True)
        assert client.post(edit, {**said, "tile_column": "4"}).status_code == 302
        unit = Unit.objects.get(pk=unit.pk)
        assert (unit.region, str(unit.parent), unit.tile) == ({"en": "Top"}, "South", [3, 4])
        for kind in ("csv", "xlsx"):
            content = client.get(reverse("scoring:unit_list_export", args=[survey.pk, made.pk, kind])).content
            found = list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) if kind == "csv" else sheet(content)
            assert found[1][:2] == ["1", "North"]

    def test_a_bad_file_stores_nothing_and_says_where(self, client: Client) -> None:
        survey = make.survey()
        client.force_login(make.user())
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
        file = io.BytesIO("code,name\n1,甲\n1,乙\n".encode())
        file.name = "units.csv"
        page = client.post(reverse("scoring:unit_list_new", args=[survey.pk]), {"file": file, "name_zh_hans": "名录"})
        assert (page.status_code, UnitList.objects.count()) == (422, 0)
        assert "第 2 行" in page.content.decode()


def sheet(content: bytes) -> list[list[str]]:
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]
