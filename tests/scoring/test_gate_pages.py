"""The pages of the gate: report, confirm, store; the template and back; what changed between versions."""

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from scoring.documents import data_document
from scoring.models import DataSet, Unit, UnitList
from scoring.selectors.data_sets import derived_of
from scoring.selectors.versions import difference_of
from scoring.services.verification import run_problems
from surveys.canonical import canonical_json, content_hash
from surveys.models import AuditEvent, Survey
from surveys.selectors.trees import tree_of
from surveys.services.surveys import member_add
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

JUMPED = b"unit,a1,a2,b,c\n" + b"".join(b"%d,%d,%d,3,5.%d\n" % (n, n, 10 + n, n) for n in range(1, 8)).replace(
    b"4,4,14,3,", b"4,90000,14,4,"
)


@pytest.fixture
def survey() -> Survey:
    return make.survey()


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


@pytest.fixture
def places(survey: Survey) -> UnitList:
    found = UnitList.objects.create(system=survey.edition.system, name={"en": "Places"})
    for position, (code, name, alias) in enumerate(
        [("N", "North", "Nord"), ("S", "South", "Süd"), ("E", "East", "Ost")]
    ):
        Unit.objects.create(
            unit_list=found, position=position, code=code, name={"en": name}, aliases=[alias], region={"en": "Here"}
        )
    return found


def brought(client: Client, survey: Survey, content: bytes, name: str = "data.csv", **more: Any) -> Any:
    sent = {"file": SimpleUploadedFile(name, content), "name_en": "Data", **more}
    return client.post(reverse("scoring:data_import", args=[survey.pk]), sent, follow=True)


def answered(client: Client, survey: Survey, page: Any, **more: Any) -> Any:
    payload = re.search(r'name="gate" value="([^"]+)"', page.content.decode())
    assert payload
    address = reverse("scoring:data_import", args=[survey.pk])
    return client.post(address, {"gate": payload[1], **more}, follow=True)


# --- what is odd ---


def test_an_odd_value_is_stored_only_when_it_is_confirmed_and_stays_with_the_data(
    client: Client, survey: Survey
) -> None:
    page = brought(client, survey, JUMPED)
    text = page.content.decode()
    assert page.status_code == 200 and "row 5 · 4 · a1" in text and "90000 is about 18,000 times the middle" in text
    assert not DataSet.objects.exists()
    again = answered(client, survey, page)
    assert again.status_code == 422 and "are not confirmed yet" in again.content.decode()
    wordless = answered(client, survey, page, all_right="on")
    assert "Say in a few words why" in wordless.content.decode() and not DataSet.objects.exists()
    done = answered(client, survey, page, all_right="on", reason="A new centre opened.")
    stored = DataSet.objects.get()
    assert "A new centre opened." in done.content.decode()
    (finding,) = stored.findings
    assert (finding["kind"], finding["unit"], finding["confirmed"]) == ("jump", "4", "A new centre opened.")
    assert AuditEvent.objects.filter(action="data.imported", new__confirmed=1).exists()


def test_each_point_may_be_ticked_by_itself(client: Client, survey: Survey) -> None:
    page = brought(client, survey, JUMPED)
    keys = re.findall(r'name="right" value="(\w+)"', page.content.decode())
    answered(client, survey, page, right=keys)
    assert DataSet.objects.get().findings[0]["confirmed"] == "–"


def test_a_payload_of_somebody_else_is_not_taken(client: Client, survey: Survey) -> None:
    page = brought(client, survey, JUMPED)
    other = Client(headers={"accept-language": "en"})
    other.force_login(make.user("somebody"))
    member_add(survey, member=make.user("somebody"), role="analyst", user=None)
    answered(other, survey, page, all_right="on", reason="mine")
    assert not DataSet.objects.exists()


def test_what_was_confirmed_is_under_the_hash_and_old_documents_have_no_new_keys(survey: Survey) -> None:
    plain = score.data_set(survey)
    document = data_document(plain, plain.units.order_by("position"))
    assert not {"sources", "findings"} & set(document) and "code" not in document["units"][0]
    plain.findings = [{"kind": "jump"}]
    changed = data_document(plain, plain.units.order_by("position"))
    assert content_hash(canonical_json(changed)) != plain.content_hash == content_hash(canonical_json(document))


def test_a_run_over_such_data_verifies(client: Client) -> None:
    weight_set = score.locked()
    survey = score.survey_of(weight_set)
    answered(client, survey, brought(client, survey, JUMPED), all_right="on", reason="It is so.")
    assert run_problems(score.run(weight_set, DataSet.objects.get()).pk) == []


# --- template and list of units ---


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_template_filled_in_comes_back_whole(survey: Survey, places: UnitList, language: str) -> None:
    client = Client(headers={"accept-language": language})
    client.force_login(make.user())
    address = reverse("scoring:data_template", args=[survey.pk])
    book = load_workbook(io.BytesIO(client.get(f"{address}?units={places.pk}").content))
    page, about = book.worksheets
    heading = [cell.value for cell in page[1]]
    assert heading[1:3] == ["code", "region"] and [cell.value for cell in page["A"]][2:] == [
        "North",
        "South",
        "East",
    ]
    assert page["D1"].comment and page["D1"].comment.text.startswith("a1 ")
    for row in range(3, 6):
        for column in range(4, 4 + len(heading[3:])):
            page.cell(row, column).value = row * column + column % 2 * row
    for column in (6, 7, 8):
        about.cell(2, column).value = f"said {column}"
    stream = io.BytesIO()
    book.save(stream)
    page_back = brought(client, survey, stream.getvalue(), "filled.xlsx", unit_list=places.pk)
    stored = DataSet.objects.get()
    assert stored.unit_list == places and [unit.code for unit in stored.units.all()] == ["N", "S", "E"]
    said = stored.sources["a1"]
    assert (said["source"], said["year"], said["method"]) == ("said 6", "said 7", "said 8")
    assert "said 6" in page_back.content.decode()


def test_a_list_of_units_finds_who_is_missing_and_takes_other_names(
    client: Client, survey: Survey, places: UnitList
) -> None:
    page = brought(client, survey, b"unit,a1,a2,b,c\nNord,1,10,3,5\nS,2,30,1,5.5\n", unit_list=places.pk)
    assert "1 unit of the list is not in the file: East" in page.content.decode()
    answered(client, survey, page, all_right="on", reason="No data from East.")
    assert [unit.name for unit in DataSet.objects.get().units.all()] == ["North", "South"]


# --- versions ---


def test_versions_differ_by_numbers_and_not_by_how_they_are_written(client: Client, survey: Survey) -> None:
    first = score.data_set(survey)
    later = score.DATA.replace(b"South,2,30,1,5.5", b"South,2.0,3000,1,5.50").replace(b"West", b"Centre")
    second = score.data_set(survey, later, replaces=first)
    found = difference_of(first, second)
    assert [(each.unit, each.node.code, each.before, each.after, each.power) for each in found.cells] == [
        ("South", "a2", "30", "3000", 2)
    ]
    assert (found.units_added, found.units_gone, found.common) == (["Centre"], ["West"], 12)
    address = reverse("scoring:data_changes", args=[survey.pk, second.pk])
    assert "about 10^2" in client.get(address).content.decode()
    file = client.get(reverse("scoring:data_changes_export", args=[survey.pk, second.pk, "csv"]))
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [(row["unit"], row["code"], row["ratio"], row["jump"]) for row in rows] == [("South", "a2", "100.0", "10^2")]


def test_the_next_version_is_held_against_the_last(client: Client, survey: Survey) -> None:
    first = score.data_set(survey)
    page = brought(client, survey, score.DATA.replace(b"East,3,20", b"East,30,20"), replaces=first.pk)
    assert "30 is about 10 times what the last version has (3)" in page.content.decode()
    answered(client, survey, page, all_right="on", reason="Counted anew.")
    assert DataSet.objects.get(version=2).replaces == first


def test_very_many_points_are_for_a_reason_and_not_for_boxes(
    client: Client, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.views.gate.POINTS_SHOWN", 1)
    page = brought(client, survey, JUMPED.replace(b"\n7,7,17,", b"\n7,7,170000,"))
    keys = re.findall(r'name="right" value="(\w+)"', page.content.decode())
    assert len(keys) == 1 and "The first 1 of 2 points are listed" in page.content.decode()
    assert "1 points are not confirmed yet" in answered(client, survey, page, right=keys).content.decode()
    answered(client, survey, page, all_right="on", reason="Both are new.")
    assert len(DataSet.objects.get().findings) == 2


def test_a_formula_is_shown_cell_by_cell_with_what_differs_first(client: Client, survey: Survey) -> None:
    rows = b"".join(b"%d,%d,%d,%d,5.%d\n" % (n, n, n * n, n if n != 6 else 9, n) for n in range(1, 8))
    page = brought(client, survey, b"unit,a1,a2,b,c\n" + rows, formulas="b = a2 / a1")
    assert "the file says 9, “b = a2 / a1” gives 6" in page.content.decode()
    answered(client, survey, page, all_right="on", reason="Recounted.")
    stored = DataSet.objects.get()
    units = list(stored.units.order_by("position"))
    (found,) = derived_of(stored, units, tree_of(stored.edition), shown=3)
    assert (found.cells, found.differ, len(found.rows)) == (7, 1, 3)
    first = found.rows[0]
    assert (first.unit, first.typed, first.computed, first.apart, first.differs) == ("6", "9", "6", 0.5, True)
    assert "50.000 %" in client.get(reverse("scoring:data_set", args=[survey.pk, stored.pk])).content.decode()
