"""Weight sets leave the house: readable, exact, stamped, and never computed by a spreadsheet."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from surveys.canonical import canonical_json, content_hash
from surveys.exports.weight_sets import export_bytes, export_name
from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.indicators import IndicatorRow
from surveys.models import WeightSet
from surveys.services.submissions import submission_create
from surveys.services.systems import edition_freeze, edition_import
from tests.surveys import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def csv_rows(weight_set: WeightSet) -> list[dict[str, str]]:
    content = export_bytes(weight_set, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def book(weight_set: WeightSet) -> Any:
    return load_workbook(io.BytesIO(export_bytes(weight_set, "xlsx")))


def test_the_csv_carries_every_digit() -> None:
    made = factories.weight_set("locked", decimals=2)
    rows = {row["code"]: row for row in csv_rows(made)}
    for entry in made.entries.select_related("indicator"):
        row = rows[entry.indicator.code]
        assert (row["local_weight"], row["global_weight"]) == (entry.local_weight, entry.global_weight)
        assert row["adopted_percent"] == entry.adopted_weight
        assert row["note"] == ""
    assert list(rows) == ["r", "a", "a1", "a2", "b", "c"]


def test_the_json_is_document_and_seal_as_they_were_hashed() -> None:
    made = factories.weight_set("locked")
    export = json.loads(export_bytes(made, "json"))
    assert canonical_json(export["document"]) == made.document
    assert content_hash(canonical_json(export["seal"])) == made.seal_hash == export["seal_hash"]
    assert export["content_hash"] == made.content_hash


def test_the_workbook_has_weights_matrices_panel_and_hash() -> None:
    made = factories.weight_set("locked", decimals=1)
    found = book(made)
    assert found.sheetnames == ["Weights", "Consistency", "Matrices", "Panel", "Method and signatures"]
    cells = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in found}
    weights = {row[1]: row for row in cells["Weights"] if len(row) > 5 and isinstance(row[5], float | int)}
    assert weights["b"][5] == float(made.entries.get(indicator__code="b").global_weight)
    facts = {row[0]: row[1] for row in cells["Method and signatures"] if row[0]}
    assert facts["Content hash (SHA-256)"] == made.content_hash
    assert facts["Experts who count"] == "2 of 2"
    assert any(row[0] == "E1" for row in cells["Panel"])
    assert any("λmax" in str(value) for row in cells["Consistency"] for value in row)


def test_drafts_and_synthetic_sets_are_stamped_everywhere() -> None:
    result = factories.panel_result(factories.survey(synthetic=True))
    made = factories.weight_set("draft", of=result)
    for stamp in ("演示数据（合成）", "Synthetic demo data", "Draft: not locked"):
        assert all(stamp in row["note"] for row in csv_rows(made))
        assert stamp in json.loads(export_bytes(made, "json"))["stamps"]
        for sheet in book(made):
            assert stamp in [cell.value for cell in sheet["A"]]
    assert export_name(made, "csv") == "weights-1.0-W1-draft-synthetic.csv"


def test_a_name_that_looks_like_a_formula_stays_a_text() -> None:
    evil = '=HYPERLINK("http://x")'
    rows = [
        IndicatorRow(2, "r", "", {"zh-hans": evil, "en": "+1"}),
        *[IndicatorRow(number, code, "r", {"zh-hans": f"@{code}"}) for number, code in enumerate("ab", 3)],
    ]
    edition = edition_import(name={"en": "-x"}, label="=1", rows=rows, user=factories.user())
    survey = factories.survey(of=edition_freeze(edition, user=factories.user()))
    factories.submitted(factories.expert(survey, "=E1"))
    made = factories.weight_set("draft", of=factories.panel_result(survey, experts=1))
    assert csv_rows(made)[0]["name"] == f"'{evil}"
    cells = [cell for sheet in book(made) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert evil in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(cell.quotePrefix for cell in cells if cell.value == evil)


def test_what_is_missing_stays_blank_and_is_counted() -> None:
    survey = factories.survey(missing_allowed=True)
    expert = factories.expert(survey)
    factories.answer_all(expert)
    factories.say(expert, "b", "c", "cannot_judge", None)
    submission_create(expert)
    made = factories.weight_set("draft", of=factories.panel_result(survey, experts=0))
    sheets = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book(made)}
    cells = [cell for row in sheets["Matrices"] for cell in row]
    assert "Answers, where not everybody answered: Indicator b – Indicator c: 0" in cells
    assert "not testable: too few answers" in cells
    assert "not testable: too few answers" in [row[9] for row in sheets["Consistency"] if len(row) > 9]
    assert ["Missing answers", "completed from the other answers"] in [
        row[:2] for row in sheets["Method and signatures"]
    ]


def test_a_sheet_takes_any_text_and_any_title() -> None:
    sheet = Sheet("a/b:" + "长" * 40, [["\x00text", "中", 1.5, None]])
    page = load_workbook(io.BytesIO(workbook_bytes([sheet]))).worksheets[0]
    assert page.title == "a-b-" + "长" * 27
    assert [cell.value for cell in page[1]][:3] == ["text", "中", 1.5]


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_the_page_hands_them_out(kind: str) -> None:
    made = factories.weight_set()
    client = Client()
    client.force_login(factories.user())
    answer = client.get(reverse("surveys:weight_set_export", args=[made.survey_id, made.number, kind]))
    assert answer.content == export_bytes(made, kind) if kind != "xlsx" else answer.content.startswith(b"PK")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="weights-1.0-W1-draft.{kind}"'


def test_another_kind_is_not_found() -> None:
    made = factories.weight_set()
    client = Client()
    client.force_login(factories.user())
    assert (
        client.get(reverse("surveys:weight_set_export", args=[made.survey_id, made.number, "pdf"])).status_code == 404
    )
