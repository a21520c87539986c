"""The pages of data and runs, for those who may and for those who may not."""

import csv
import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from scoring.models import DataSet, ScoringRun
from surveys.models import Job, Survey, WeightSet
from surveys.services.surveys import member_add
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]


def signed_in(name: str = "coordinator") -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user(name))
    return client


def member(survey: Survey, role: str) -> Client:
    member_add(survey, member=make.user(role), role=role, user=None)
    return signed_in(role)


@pytest.fixture
def run() -> ScoringRun:
    return score.run()


def addresses(run: ScoringRun) -> dict[str, str]:
    """Every page of the run's survey."""
    survey, unit = run.survey_id, run.data_set.units.get(name="South").pk
    named: dict[str, list[Any]] = {
        "data_sets": [survey],
        "data_import": [survey],
        "data_set": [survey, run.data_set_id],
        "runs": [survey],
        "run_new": [survey],
        "run": [survey, run.number],
        "node": [survey, run.number, "a1"],
        "unit": [survey, run.number, unit],
        "run_export": [survey, run.number, "csv"],
    }
    return {name: reverse(f"scoring:{name}", args=args) for name, args in named.items()}


def upload(content: bytes = score.DATA, name: str = "data.csv", **fields: str) -> dict[str, object]:
    return {"file": SimpleUploadedFile(name, content), "name_en": "Provinces", "year": "2023", **fields}


# --- who may ---


def test_every_page_opens_for_a_reader_and_only_scorers_change(run: ScoringRun) -> None:
    viewer, analyst = member(run.survey, "viewer"), member(run.survey, "analyst")
    for name, address in addresses(run).items():
        changes = name in ("data_import", "run_new")
        assert viewer.get(address).status_code == (403 if changes else 200), name
        assert analyst.get(address).status_code == 200, name
        if changes:
            assert viewer.post(address, {}).status_code == 403


def test_strangers_see_nothing(run: ScoringRun) -> None:
    stranger = signed_in("stranger")
    for name, address in addresses(run).items():
        assert stranger.get(address).status_code == 404, name
        assert Client().get(address).status_code == 302, name
    assert b"R1" not in stranger.get(reverse("scoring:home")).content
    assert Client().get(reverse("scoring:home")).status_code == 302


def test_data_and_runs_of_another_survey_are_not_found(run: ScoringRun) -> None:
    other = make.survey("draft", of=run.data_set.edition)
    client = signed_in()
    pages = addresses(run)
    for name in ("data_set", "run", "node", "unit", "run_export"):
        foreign = pages[name].replace(f"/surveys/{run.survey_id}/", f"/surveys/{other.pk}/")
        assert client.get(foreign).status_code == 404, name


def test_what_is_not_there_is_not_found(run: ScoringRun) -> None:
    client = signed_in()
    elsewhere = score.data_set(run.survey).units.first()
    assert elsewhere
    missing: dict[str, list[Any]] = {
        "node": [run.survey_id, run.number, "nothing"],
        "unit": [run.survey_id, run.number, elsewhere.pk],
        "run_export": [run.survey_id, run.number, "exe"],
        "run": [run.survey_id, 99],
        "data_set": [run.survey_id, 9999],
    }
    for name, args in missing.items():
        assert client.get(reverse(f"scoring:{name}", args=args)).status_code == 404, name


def test_the_home_page_lists_the_runs_of_my_surveys(run: ScoringRun) -> None:
    page = signed_in().get(reverse("scoring:home")).content.decode()
    assert reverse("scoring:run", args=[run.survey_id, run.number]) in page


# --- import ---


def test_a_good_file_is_imported() -> None:
    survey = make.survey()
    page = signed_in().post(reverse("scoring:data_import", args=[survey.pk]), upload(), follow=True)
    stored = DataSet.objects.get()
    assert page.redirect_chain[-1][0] == reverse("scoring:data_set", args=[survey.pk, stored.pk])
    assert "4 units were imported" in page.content.decode()
    assert (stored.name, stored.year, stored.unit_count) == ({"en": "Provinces"}, "2023", 4)


@pytest.mark.parametrize(
    ("content", "sentences"),
    [
        (b"unit,a1,a2,b,c\nN,1,10%,3,5\nN,2,x,1,inf\n", ["stands in row 2 already", "percent", "column a2", "row 3"]),
        (b"unit,a1,a2,b,c,d\nN,1,2,3,4,5\nS,2,3,4,5,6\n", ["is no indicator of this system"]),
        (b"unit,a1,a2,b\nN,1,2,3\nS,2,3,4\n", ["is missing"]),
        (b"unit,a1,a2,b,c\nN,1,2,3,4\nS,1,3,4,5\n", ["tells none apart"]),
        (b"unit,a1,a2,b,c\nN,,2,3,4\nS,1,3,4,5\n", ["row 2", "column a1"]),
        (b"\x00\x01\x02", []),
        (b"", []),
    ],
)
def test_a_bad_file_is_refused_with_every_fault_and_nothing_stored(content: bytes, sentences: list[str]) -> None:
    survey = make.survey()
    answer = signed_in().post(reverse("scoring:data_import", args=[survey.pk]), upload(content))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "q-errors" in page
    for sentence in sentences:
        assert sentence in page
    assert not DataSet.objects.exists()


def test_data_without_a_name_are_not_imported() -> None:
    survey = make.survey()
    answer = signed_in().post(reverse("scoring:data_import", args=[survey.pk]), upload(name_en=""))
    assert "Name the data" in answer.content.decode()
    assert not DataSet.objects.exists()


def test_data_before_the_edition_is_frozen_are_refused_with_a_sentence() -> None:
    survey = make.survey("draft", of=make.edition(frozen=False))
    answer = signed_in().post(reverse("scoring:data_import", args=[survey.pk]), upload())
    assert (answer.status_code, "Freeze the edition" in answer.content.decode()) == (422, True)


def test_the_data_page_names_who_holds_the_extremes(run: ScoringRun) -> None:
    page = signed_in().get(addresses(run)["data_set"]).content.decode()
    assert "East, West" in page
    assert "5.5" in page


# --- runs ---


def ask(weight_set: WeightSet, **fields: str) -> tuple[Client, object]:
    survey = score.survey_of(weight_set)
    data = score.data_set(survey)
    client = member(survey, "analyst")
    asked = {"data_set": str(data.pk), "weight_set": str(weight_set.pk), "weights_used": "exact", **fields}
    return client, client.post(reverse("scoring:run_new", args=[survey.pk]), asked, follow=True)


def test_an_analyst_asks_waits_and_reads() -> None:
    client, answer = ask(score.locked())
    made = ScoringRun.objects.get()
    address = reverse("scoring:run", args=[made.survey_id, made.number])
    assert "data-poll" in answer.content.decode()  # type: ignore[attr-defined]
    job = Job.objects.get(kind="scoring_run")
    assert client.get(reverse("surveys:job_status", args=[job.pk])).status_code == 200
    make.work_off()
    page = client.get(address).content.decode()
    made.refresh_from_db()
    assert made.content_hash in page
    assert "data-poll" not in page


def test_pages_of_nodes_wait_for_the_result() -> None:
    client, _answer = ask(score.locked())
    made = ScoringRun.objects.get()
    assert client.get(reverse("scoring:node", args=[made.survey_id, made.number, "r"])).status_code == 404
    assert client.get(reverse("scoring:run_export", args=[made.survey_id, made.number, "csv"])).status_code == 404


def test_weights_that_are_not_locked_give_a_sentence_and_no_run() -> None:
    _client, answer = ask(make.weight_set("approved"))
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "not locked" in answer.content.decode()  # type: ignore[attr-defined]
    assert not ScoringRun.objects.exists()


def test_adopted_weights_that_are_not_there_give_a_sentence() -> None:
    _client, answer = ask(score.locked(), weights_used="adopted")
    assert "no adopted weights" in answer.content.decode()  # type: ignore[attr-defined]


def test_a_failed_run_says_why_and_can_be_started_again() -> None:
    client, _answer = ask(score.locked())
    made = ScoringRun.objects.get()
    job = Job.objects.filter(kind="scoring_run")
    job.update(state=Job.State.FAILED, error="It broke.")
    address = reverse("scoring:run", args=[made.survey_id, made.number])
    assert "It broke." in client.get(address).content.decode()
    assert "Failed" in client.get(reverse("scoring:runs", args=[made.survey_id])).content.decode()
    client.post(reverse("surveys:job_retry", args=[job.get().pk]), {"next": address})
    assert job.get().state == Job.State.WAITING


def test_a_node_page_shows_chart_table_and_sentence(run: ScoringRun) -> None:
    page = signed_in().get(addresses(run)["node"]).content.decode()
    assert "Rank 1 is shared by East, West." in page
    assert "Of 4 units, the first are East (100.00), West (100.00), South (50.00)." in page
    assert page.count('role="img"') == 2, "one drawing for wide windows, one for narrow ones"
    assert "n = 4" in page
    assert f"2023 · Source: Yearbook · {run} {run.content_hash[:12]}" in page


def test_a_unit_page_shows_every_node(run: ScoringRun) -> None:
    page = signed_in().get(addresses(run)["unit"]).content.decode()
    for code in ("r", "a", "a1", "a2", "b", "c"):
        assert f"<code>{code}</code>" in page
    assert "5.5" in page


def test_pages_ask_a_bounded_number_of_questions(run: ScoringRun, django_assert_max_num_queries: object) -> None:
    client = signed_in()
    for address in addresses(run).values():
        with django_assert_max_num_queries(16):  # type: ignore[operator]
            client.get(address)


# --- stamps and exports ---


def test_a_preview_is_stamped_on_every_page_and_in_every_export() -> None:
    run = score.run(make.weight_set("draft"), preview=True)
    client = signed_in()
    for name in ("run", "node", "unit", "runs"):
        assert "Draft: not locked" in client.get(addresses(run)[name]).content.decode(), name
    for kind in ("csv", "json", "csv?shape=wide"):
        address = reverse("scoring:run_export", args=[run.survey_id, run.number, "csv"])[:-3] + kind
        answer = client.get(address)
        assert "未锁定的草案" in answer.content.decode(), kind
        assert "-draft" in answer["Content-Disposition"]
    assert "未锁定的草案" in workbook_texts(client, run)


def test_synthetic_data_are_stamped_on_every_page_and_in_every_export() -> None:
    weight_set = score.locked()
    run = score.run(weight_set, score.data_set(score.survey_of(weight_set), synthetic=True))
    client = signed_in()
    for name in ("run", "node", "unit", "data_set"):
        assert "q-synthetic" in client.get(addresses(run)[name]).content.decode(), name
    for kind in ("csv", "json"):
        address = reverse("scoring:run_export", args=[run.survey_id, run.number, kind])
        assert "演示数据（合成）" in client.get(address).content.decode()
    assert "Synthetic demo data" in workbook_texts(client, run)


def workbook_texts(client: Client, run: ScoringRun) -> set[object]:
    address = reverse("scoring:run_export", args=[run.survey_id, run.number, "xlsx"])
    book = load_workbook(io.BytesIO(client.get(address).content))
    return {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}


def test_the_list_holds_every_unit_on_every_node(run: ScoringRun) -> None:
    content = signed_in().get(addresses(run)["run_export"]).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    south = next(row for row in rows if (row["unit"], row["code"]) == ("South", "c"))
    assert (len(rows), south["value"], south["rank"], south["note"]) == (24, "5.5", "3", "")


def test_the_json_holds_what_is_needed_to_compute_it_again(run: ScoringRun) -> None:
    export = json.loads(signed_in().get(addresses(run)["run_export"].replace("csv", "json")).content)
    assert export["content_hash"] == run.content_hash
    assert export["data"]["units"][1]["values"] == ["2", "30", "1", "5.5"]
    assert export["weights"]["weights"][0]["code"] == "r"
