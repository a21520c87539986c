"""Files of matrices and of AHP-OS on the pages: what was found, whose it is, what would change, what is stored."""

import io
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from surveys.models import AuditEvent, Edition, Expert, Judgment, JudgmentEvent, Person, Survey
from tests.support.files import saved, workbook
from tests.surveys import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]

TOP = [["", "a", "b", "c"], ["a", 1, 3, 0.2], ["b", "1/3", 1, None], ["c", 5, None, 1]]
PROJECT = {
    "pj": [{"project_hText": "Indicator r: Indicator a, Indicator b, Indicator c; Indicator a: a1, a2;"}],
    "pwc": [
        {"pwc_part": "E1", "pwc_node": "Indicator r", "pwc_ab": "001", "pwc_intense": "357"},
        {"pwc_part": "Bob Miller", "pwc_node": "Indicator a", "pwc_ab": "1", "pwc_intense": "4"},
    ],
}


@pytest.fixture
def survey() -> Survey:
    made = factories.survey()
    factories.expert(made, "E1", name="张三")
    return made


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.user())
    return client


def address(survey: Survey) -> str:
    return reverse("surveys:judgments_import", args=[survey.pk])


def upload(client: Client, survey: Survey, content: bytes, name: str = "f.xlsx", **more: str) -> str:
    file = SimpleUploadedFile(name, content)
    return client.post(address(survey), {"file": file, **more}).content.decode()


def carried(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page
    return found[1]


def choose(client: Client, survey: Survey, page: str, **choices: str) -> str:
    data = {"found": carried(page, "found"), **choices}
    return client.post(address(survey), data).content.decode()


def store(client: Client, survey: Survey, page: str) -> str:
    answer = client.post(address(survey), {"rows": carried(page, "rows")}, follow=True)
    return answer.content.decode()


def said(expert: str) -> dict[tuple[str, str], tuple[str, int | None]]:
    found = Judgment.objects.filter(expert__code=expert)
    rows = found.values_list("comparison__item_a__code", "comparison__item_b__code", "more_important", "strength")
    return {(a, b): (more, strength) for a, b, more, strength in rows}


def test_a_workbook_of_matrices_is_recognised_named_previewed_and_stored(client: Client, survey: Survey) -> None:
    page = upload(client, survey, workbook(TOP, title="张三"))
    assert "One matrix was found in f.xlsx" in page
    assert 'value="E1"' in page
    preview = choose(client, survey, page, **{"expert-0": "E1"})
    assert "The file holds 2 answers" in preview
    assert not JudgmentEvent.objects.exists()
    assert "2 answers were stored" in store(client, survey, preview)
    assert said("E1") == {("a", "b"): ("a", 3), ("a", "c"): ("b", 5)}
    assert set(JudgmentEvent.objects.values_list("source", flat=True)) == {"import"}
    assert AuditEvent.objects.filter(action="judgments.imported").exists()


def test_the_empty_matrices_come_back_filled_in(client: Client, survey: Survey) -> None:
    answer = client.get(reverse("surveys:matrices_template", args=[survey.pk]))
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[2]] == [None, "Indicator a", "Indicator b", "Indicator c"]
    assert sheet["B4"].value == '=IF(ISNUMBER(C3),1/C3,"")'
    sheet.title, sheet["C3"], sheet["D3"], sheet["C9"] = "E1", 5, "1/3", 2
    store(client, survey, choose(client, survey, upload(client, survey, saved(book)), **{"expert-0": "E1"}))
    assert said("E1") == {("a", "b"): ("a", 5), ("a", "c"): ("b", 3), ("a1", "a2"): ("a", 2)}


def test_cells_taken_for_a_step_are_listed_before_anything_is_stored(client: Client, survey: Survey) -> None:
    page = upload(client, survey, workbook([["", "a", "b"], ["a", 1, 0.33], ["b", None, 1]], title="E1"))
    assert "One cell was taken for the nearest step of the scale" in page
    assert "<td>0.33</td><td><strong>1/3</strong></td>" in page


def test_dates_must_be_decided_and_count_as_decided(client: Client, survey: Survey) -> None:
    page = upload(client, survey, workbook([["", "a", "b", "c"], ["a", 1, 43103, 2], ["b"], ["c"]], title="E1"))
    assert "C2: 43103 → 1/3" in page
    assert "This field is required" in choose(client, survey, page, **{"expert-0": "E1"})
    blank = choose(client, survey, page, **{"expert-0": "E1", "dates": "blank"})
    assert "The file holds 1 answer." in blank
    store(client, survey, choose(client, survey, page, **{"expert-0": "E1", "dates": "fractions"}))
    assert said("E1") == {("a", "b"): ("b", 3), ("a", "c"): ("a", 2)}


def test_people_who_are_not_on_the_panel_join_with_one_tick(client: Client, survey: Survey) -> None:
    page = upload(client, survey, workbook(TOP, title="王五"))
    refused = choose(client, survey, page, **{"expert-0": ""})
    assert "Nobody is chosen" in refused
    preview = choose(client, survey, refused, **{"expert-0": "", "add_all": "on"})
    assert "joins it now" in preview
    assert "王五" in preview
    assert Expert.objects.count() == 1
    store(client, survey, preview)
    joined = Expert.objects.get(code="E01")
    assert joined.person
    assert joined.person.name == "王五"


def test_a_code_of_their_own_is_kept_and_gets_no_name(client: Client, survey: Survey) -> None:
    page = upload(client, survey, workbook(TOP, title="X7"))
    store(client, survey, choose(client, survey, page, **{"expert-0": "", "add_all": "on"}))
    assert Expert.objects.get(code="X7").person is None
    assert Person.objects.count() == 1


def test_a_made_up_code_never_takes_one_that_the_file_uses(client: Client, survey: Survey) -> None:
    rows = [["王五"], *TOP, [], ["E01"], *TOP]
    page = upload(client, survey, workbook(rows, title="Indicator r"))
    store(client, survey, choose(client, survey, page, add_all="on"))
    joined = {expert.code: expert.person.name if expert.person else "" for expert in Expert.objects.exclude(code="E1")}
    assert joined == {"E02": "王五", "E01": ""}


def test_a_file_with_a_wrong_matrix_goes_on_only_where_that_is_said(client: Client, survey: Survey) -> None:
    rows = [*TOP, [], ["", "a1", "a2"], ["a1", 1, 77], ["a2", None, 1]]
    page = upload(client, survey, workbook(rows, title="E1"))
    assert "“77” is not near any step of the scale" in page
    assert "This field is required" in choose(client, survey, page, **{"expert-0": "E1"})
    preview = choose(client, survey, page, **{"expert-0": "E1", "without_faulty": "on"})
    assert "The file holds 2 answers" in preview


def test_what_is_stored_is_shown_beside_what_comes_once_they_have_submitted(client: Client, survey: Survey) -> None:
    expert = survey.experts.get()
    factories.say(expert, "a", "b", "b", 9)
    content = workbook([["", "a", "b"], ["a", 1, 3], ["b", None, 1]], title="E1")
    hidden = choose(client, survey, upload(client, survey, content), **{"expert-0": "E1"})
    assert "not shown before they submit" in hidden
    assert "<del>" not in hidden
    factories.submitted(expert, "b", 9)
    shown = choose(client, survey, upload(client, survey, content), **{"expert-0": "E1"})
    assert "<del>Indicator b is extremely more important than Indicator a (9)</del>" in shown
    assert "<ins>Indicator a is slightly more important than Indicator b (3)</ins>" in shown


def test_two_matrices_for_one_expert_are_refused_with_both_places(client: Client, survey: Survey) -> None:
    two = [*TOP, [], ["Somebody"], *TOP]
    page = upload(client, survey, workbook(two, title="Indicator r"))
    again = choose(client, survey, page, **{"expert-0": "E1", "expert-1": "E1"})
    assert "expert E1 answers a – b twice: at sheet “Indicator r”, C2 and at sheet “Indicator r”, C8" in again


def test_a_project_of_ahp_os_is_recognised_and_stored(client: Client, survey: Survey) -> None:
    page = upload(client, survey, json.dumps(PROJECT).encode(), "project.json")
    assert "2 matrices were found in project.json" in page
    preview = choose(client, survey, page, **{"expert-0": "E1", "expert-1": "", "add_all": "on"})
    store(client, survey, preview)
    assert said("E1") == {("a", "b"): ("a", 3), ("a", "c"): ("a", 5), ("b", "c"): ("b", 7)}
    assert said("E01") == {("a1", "a2"): ("b", 4)}
    assert Expert.objects.get(code="E01").person.name == "Bob Miller"  # type: ignore[union-attr]


def test_the_kind_of_a_file_may_be_said(client: Client, survey: Survey) -> None:
    assert "no square matrix was found" in upload(client, survey, b"a,b\n1,2\n", "f.csv", kind="matrices")
    assert "the file is not whole JSON" in upload(client, survey, b"a,b\n1,2\n", "f.csv", kind="ahp_os")
    assert "the column “expert” is missing" in upload(client, survey, b"a,b\n1,2\n", "f.csv", kind="table")


def test_a_forged_or_strange_choice_stores_nothing(client: Client, survey: Survey) -> None:
    page = upload(client, survey, workbook(TOP, title="E1"))
    forged = client.post(address(survey), {"found": carried(page, "found")[:-3] + "xyz"}, follow=True)
    assert "The preview has expired" in forged.content.decode()
    assert "means the whole panel" in choose(client, survey, page, **{"expert-0": "panel"})
    assert not JudgmentEvent.objects.exists()


def test_the_page_speaks_chinese(client: Client, survey: Survey) -> None:
    client.get(address(survey))
    page = client.post(
        address(survey),
        {"file": SimpleUploadedFile("f.xlsx", workbook(TOP, title="王五"))},
        headers={"accept-language": "zh-hans"},
    ).content.decode()
    assert "这些判断矩阵是谁的" in page
    assert "工作表“王五”" in page


# --- AHP-OS hierarchies ---


def bring(client: Client, **changes: Any) -> str:
    data = {"pasted": "Index: use=0.5, price=0.5;", "name_en": "New", "label": "1", "language": "en", **changes}
    return client.post(reverse("surveys:ahp_os_import"), data).content.decode()


def test_a_pasted_hierarchy_becomes_a_draft(client: Client) -> None:
    page = bring(client)
    assert "not stored" in page
    assert not Edition.objects.exists()
    data = {"edition": carried(page, "edition")}
    assert "Stored as a draft" in client.post(reverse("surveys:ahp_os_import"), data, follow=True).content.decode()
    rows = Edition.objects.get().indicators.order_by("position").values_list("code", "name__en", "direction")
    assert list(rows) == [("G", "Index", ""), ("C1", "use", "benefit"), ("C2", "price", "benefit")]


def test_a_hierarchy_may_come_as_a_file_in_either_encoding(client: Client) -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        file = io.BytesIO("指数: 算力, 成本;".encode(encoding))
        file.name = "h.txt"
        assert "算力" in bring(client, pasted="", file=file)


def test_its_faults_are_told_with_line_and_column(client: Client) -> None:
    assert "<strong>row 1, column 7</strong>: the name “A” stands in line 1 already" in bring(client, pasted="G: A, A;")
    assert "Choose a file, or paste the table below" in bring(client, pasted=" ")


def test_an_edition_leaves_as_hierarchy_text(client: Client) -> None:
    edition = factories.edition()
    answer = client.get(reverse("surveys:ahp_os_export", args=[edition.pk]))
    expected = "Indicator r: Indicator a, Indicator b, Indicator c;\nIndicator a: Indicator a1, Indicator a2;\n"
    assert answer.content.decode() == expected
    assert "attachment" in answer["Content-Disposition"]
    single = factories.edition({"r": ["a"]}, label="2.0")
    page = client.get(reverse("surveys:ahp_os_export", args=[single.pk]), follow=True)
    assert "AHP-OS cannot take this edition: r has a single child." in page.content.decode()
