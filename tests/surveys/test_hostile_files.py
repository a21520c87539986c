"""Every upload of the site against files that nobody means well with: a sentence, and nothing stored."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from scoring.files import read_data
from scoring.models import DataSet
from surveys.files.ahp_os import decoded, read_hierarchy
from surveys.files.ahp_os_project import read_project
from surveys.files.csv_text import csv_records, loose_records
from surveys.files.indicators import read_indicators
from surveys.files.judgments import read_judgments
from surveys.files.matrices import Asked, read_matrices
from surveys.files.problems import FileErrors
from surveys.files.questionnaire import Asked as AskedOfSheet
from surveys.files.questionnaire import read_answers
from surveys.files.records import UPLOADED_JUDGMENTS
from surveys.files.tables import read_table
from surveys.models import Edition, Expert, InvitationLink, Judgment, JudgmentEvent, Survey, Transcript
from surveys.selectors.links import link_of
from surveys.services.panel import link_mint, session_open
from surveys.views.expert.session import cookie_name
from tests.reliability.rows import SEED, record, size
from tests.support.files import english, tree, workbook  # noqa: F401
from tests.support.hostile import hostile, mutant
from tests.surveys import factories as make

pytestmark = pytest.mark.one_database

HOSTILE = list(hostile())
MAY_TAKE = {"a picture": "scan", "numbers of every kind": "indicators"}
"""A scan is a picture; and of a table with other headings it is asked which column is what."""
ROOT = Path(__file__).resolve().parents[2]


def test_the_guarded_parser_is_the_one_that_reads() -> None:
    """With lxml beside it openpyxl would take another; `surveys` says no before anything imports it."""
    program = "import surveys, openpyxl; print(openpyxl.LXML, openpyxl.DEFUSEDXML)"
    env = {**os.environ, "OPENPYXL_LXML": "True"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]


# --- every upload ---


@pytest.fixture
def survey() -> Survey:
    return make.survey()


@pytest.fixture
def expert(survey: Survey) -> Expert:
    return make.expert(survey)


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


def uploads(survey: Survey, expert: Expert) -> dict[str, tuple[str, str, dict[str, str]]]:
    """What is uploaded → address, name of the field, what else the form asks for."""
    system = {"name_en": "New", "label": "9", "language": "en"}
    page = reverse("surveys:judgments_import", args=[survey.pk])
    return {
        "indicators": (reverse("surveys:system_import"), "file", system),
        "hierarchy": (reverse("surveys:ahp_os_import"), "file", system),
        "judgments": (page, "file", {}),
        "table": (page, "file", {"kind": "table"}),
        "matrices": (page, "file", {"kind": "matrices"}),
        "project": (page, "file", {"kind": "ahp_os"}),
        "questionnaire": (reverse("surveys:expert_sheet", args=[survey.pk, expert.code]), "file", {}),
        "data": (reverse("scoring:data_import", args=[survey.pk]), "file", {"name_en": "New"}),
        "scan": (
            reverse("surveys:enter", args=[survey.pk, expert.code]),
            "file",
            {"way": "paper", "received_on": "2026-01-02"},
        ),
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(("what", "name", "content"), HOSTILE, ids=[what for what, _name, _content in HOSTILE])
def test_no_upload_takes_a_hostile_file(
    client: Client, survey: Survey, expert: Expert, what: str, name: str, content: bytes
) -> None:
    for upload, (address, field, more) in uploads(survey, expert).items():
        if upload == MAY_TAKE.get(what):
            continue
        answer = client.post(address, {field: SimpleUploadedFile(name, content), **more})
        page = answer.content.decode()
        assert answer.status_code in (200, 422), (upload, what)
        assert "q-errors" in page, (upload, what)
        assert 'name="edition"' not in page
        assert 'name="rows"' not in page
    assert not Transcript.objects.exists()
    assert not DataSet.objects.exists()
    assert not JudgmentEvent.objects.exists()
    assert Edition.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
def test_an_experts_own_upload_takes_none_either(client: Client, survey: Survey, expert: Expert) -> None:
    link = link_of(link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None))
    assert link
    visitor = Client(headers={"accept-language": "en"})
    visitor.cookies[cookie_name(survey.pk)] = session_open(link)
    address = reverse("surveys:sheet", args=[survey.pk])
    for what, name, content in HOSTILE:
        answer = visitor.post(address, {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code in (200, 422), what
        assert "q-errors" in answer.content.decode(), what
    assert not Judgment.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
def test_a_page_counts_every_fault_and_lists_a_thousand(client: Client) -> None:
    system = {"name_en": "New", "label": "9", "language": "en"}
    for faults, note in ((1_000, 0), (1_001, 1)):
        text = SimpleUploadedFile("h.txt", b"Goal: A, B;" + b"x;" * faults)
        page = client.post(reverse("surveys:ahp_os_import"), {"file": text, **system}).content.decode()
        listed = page.split('id="file-problems"')[1].split("</section>")[0]
        assert listed.count("<li>") == 1_000
        assert listed.count("The first 1000 are listed") == note


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("reader", [csv_records, loose_records])
def test_no_row_is_wider_than_a_spreadsheet(reader: Callable[..., Any]) -> None:
    more = [None] if reader is csv_records else []
    assert len(reader(b"a," * 16_383, "f", *more, UPLOADED_JUDGMENTS).rows[0][1]) == 16_384
    with pytest.raises(FileErrors, match="row 2: there are more than 16384 columns; remove"):
        reader(b"a,b\n" + b"," * 16_384, "f", *more, UPLOADED_JUDGMENTS)


# --- large but honest ---


def judgments(rows: int) -> bytes:
    lines = [f"E{number},r,a,b,a,{2 + number % 8}" for number in range(rows)]
    return "\n".join(["expert,parent,item_a,item_b,more_important,strength", *lines]).encode()


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
def test_files_of_five_thousand_rows_are_read_and_one_more_is_refused(client: Client, survey: Survey) -> None:
    page = reverse("surveys:judgments_import", args=[survey.pk])
    answer = client.post(page, {"file": SimpleUploadedFile("j.csv", judgments(5_000))})
    assert "The file holds 5000 answers" in answer.content.decode()
    data = [
        "unit,a1,a2,b,c",
        *(f"县{number},{number % 7},{number % 3},{number % 11},{number % 5}" for number in range(5_001)),
    ]
    address = reverse("scoring:data_import", args=[survey.pk])
    for rows, sentence in ((5_001, ""), (5_002, "there are more than 5000 rows")):
        file = SimpleUploadedFile("d.csv", "\n".join(data[:rows]).encode())
        answer = client.post(address, {"file": file, "name_en": "Many"}, follow=True)
        assert sentence in answer.content.decode()
    assert DataSet.objects.get().units.count() == 5_000


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("as_workbook", [False, True])
def test_a_tree_of_five_thousand_indicators_is_read_and_one_more_refused(as_workbook: bool) -> None:
    lines = [["code", "parent", "name"], ["0", "", "指数"], *([f"c{n}", "0", "指标" * 30] for n in range(5_000))]

    def content(rows: int) -> bytes:
        if as_workbook:
            return workbook(lines[:rows])
        return "\n".join(",".join(line) for line in lines[:rows]).encode("gb18030")

    assert len(read_indicators(read_table(content(5_001), "f"))) == 5_000
    with pytest.raises(FileErrors, match="there are more than 5000 rows"):
        read_table(content(5_002), "f")


# --- mutants ---

TREE = "code,parent,name\n0,,指数\nA,0,算力规模\nB,0,成本\nA1,A,机架\nA2,A,PUE\n"
JUDGMENTS = [
    ["expert", "parent", "item_a", "item_b", "more_important", "strength"],
    ["E1", "0", "A", "B", "a", 3],
    ["E1", "A", "A1", "A2", "equal", 1],
    ["E2", "0", "A", "B", "cannot_judge", None],
]
MATRICES = [["指数"], ["", "A", "B"], ["A", 1, 0.33], ["B", 3, 1], [], ["", "机架", "PUE"], ["机架", 1, "1/3"], ["PUE"]]
DATA = [["unit", "机架", "PUE", "成本"], ["北京", 1, 1.25, 3], ["上海", 2.5, 1.3, 4]]
PROJECT = {
    "pj": [{"project_hText": "指数: 算力规模, 成本; 算力规模: 机架, PUE;"}],
    "pwc": [{"pwc_part": "E1", "pwc_node": "指数", "pwc_ab": "0", "pwc_intense": "3"}],
}
MUTANTS = size(1_240, 20_000)


def text_of(rows: Sequence[Any]) -> bytes:
    return "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows).encode()


def targets() -> list[tuple[str, bytes, Callable[[bytes], object]]]:
    """A good file of each kind, and who reads it."""
    ours = tree(TREE)
    asked = AskedOfSheet("0" * 36, "E1", ours, missing_allowed=True)
    indicators = [line.split(",") for line in TREE.splitlines()]

    def table(reader: Callable[..., object], *more: object) -> Callable[[bytes], object]:
        return lambda content: reader(read_table(content, "f", limits=UPLOADED_JUDGMENTS), *more)

    return [
        ("indicators.xlsx", workbook(indicators), table(read_indicators)),
        ("indicators.csv", TREE.encode("gb18030"), table(read_indicators)),
        ("judgments.xlsx", workbook(JUDGMENTS), table(read_judgments, ours)),
        ("judgments.csv", text_of(JUDGMENTS), table(read_judgments, ours)),
        ("matrices.xlsx", workbook(MATRICES, title="E1"), lambda content: read_matrices(content, "f", Asked(ours))),
        ("matrices.csv", text_of(MATRICES), lambda content: read_matrices(content, "f", Asked(ours))),
        ("questionnaire.xlsx", workbook(JUDGMENTS[:3]), lambda content: read_answers(content, "f", asked)),
        ("data.xlsx", workbook(DATA), table(read_data, ours)),
        ("data.csv", text_of(DATA), table(read_data, ours)),
        ("hierarchy.txt", "指数: A=0.5, B=0.5;A: c, d;".encode(), lambda c: read_hierarchy(decoded(c, "f"), "f")),
        ("project.json", json.dumps(PROJECT).encode(), lambda content: read_project(content, "f", Asked(ours))),
    ]


@pytest.mark.usefixtures("english")
def test_mutants_end_in_a_table_or_in_sentences() -> None:
    chance, began = random.Random(SEED), time.monotonic()
    kinds = targets()
    for _name, good, reader in kinds:
        reader(good)
    ends: Counter[tuple[str, str]] = Counter()
    for number in range(MUTANTS):
        name, good, reader = kinds[number % len(kinds)]
        content = mutant(good, chance)
        try:
            reader(content)
            ends[name, "table"] += 1
        except FileErrors as errors:
            assert errors.problems
            assert all(problem.what and problem.mend and "Traceback" not in str(problem) for problem in errors.problems)
            ends[name, "sentences"] += 1
        except Exception as error:
            Path(f"{name}.mutant").write_bytes(content) if os.environ.get("KEEP_MUTANTS") else None
            pytest.fail(f"QUANHENG_SEED={SEED}, mutant {number} of {name}: {error!r}")
    assert sum(ends.values()) == MUTANTS
    record("mutated files at their readers", MUTANTS, 0, time.monotonic() - began, note=f"{len(kinds)} kinds")
    for name, _good, _reader in kinds:
        assert ends[name, "sentences"] > 0, (SEED, name)
    assert sum(count for (_name, end), count in ends.items() if end == "table") > MUTANTS / 15
