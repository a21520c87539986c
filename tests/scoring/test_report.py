"""The report's figures: the plan, the team's template, the document, and what has changed since."""

import io
import json
import re
import zipfile
from dataclasses import replace
from typing import Any

import pytest
import resvg_py
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn

from scoring.figures.builders import source_line
from scoring.figures.files import paper_svg, png_bytes
from scoring.figures.svg import MARGIN, said_outside
from scoring.files_docx import places_in
from scoring.models import DataSet, FigureSet, ScoringRun
from scoring.report.changes import changes, said_by
from scoring.report.checking import faults_of
from scoring.report.document import document_bytes, example_template
from scoring.report.making import figures_of
from scoring.report.plan import Item
from scoring.selectors.board import board_of
from scoring.selectors.report import comparable_sets, facts_of, plan_of, set_page
from scoring.services.figure_sets import figure_set_compute, figure_set_request, plan_write, template_add
from surveys.errors import Refused
from surveys.models import Job
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.usefixtures("english")]
PICTURE = bytes(resvg_py.svg_to_bytes('<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>'))


@pytest.fixture
def run() -> ScoringRun:
    return score.run()


def document(run: ScoringRun, template: bytes | None) -> Any:
    figures = [each.figure for each in figures_of(plan_of(run), board_of(run), None) if each.figure]
    pictures = {figure.key: PICTURE for figure in figures}
    content = document_bytes(figures, facts_of(run), template=template, title="Report", pictures=pictures)
    return Document(io.BytesIO(content))


def torn(*parts: str) -> bytes:
    """A template whose one line consists of these runs, the second in bold."""
    made = Document()
    line = made.add_paragraph()
    for place, part in enumerate(parts):
        line.add_run(part).bold = place == 1
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def test_the_root_of_a_board_is_the_node_of_its_data_whatever_its_code(run: ScoringRun) -> None:
    assert board_of(run).root == "r", "though a comes first among letters"


# --- the document ---


def test_without_a_template_every_figure_follows_with_sentence_caption_and_alternative_text(run: ScoringRun) -> None:
    found = document(run, None)
    texts = [line.text for line in found.paragraphs]
    assert any(text.startswith("Indicator r, first 4: from first to last East, West, South, North") for text in texts)
    fields = [field.get(qn("w:instr")) for field in found.element.iter(qn("w:fldSimple"))]
    assert fields[:3] == [" SEQ Figure \\* ARABIC "] * 3
    assert " SEQ Table \\* ARABIC " in fields
    said = [picture._inline.docPr.get("descr") for picture in found.inline_shapes]
    assert all(said)
    assert any("from first to last East" in text for text in said)
    assert len(found.tables) == 2
    captions = [line for line in found.paragraphs if line.style.name == "Caption"]
    assert len(captions) == len(fields)


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (("Run {{ru", "n", "}} of {{year}}."), "Run R1 of 2023."),
        (("{{sentence:", "figure 2", "}}"), "Indicator r, first 4: from first to last East, West, South, North."),
        (("{{句子：图2}}",), "Indicator r, first 4: from first to last East, West, South, North."),
        (("See {{figure 2}}, {{table 1}}.",), "See Figure 2, Table 1."),
        (("{{nobody knows}} {{hash}}",), "{{nobody knows}} "),
    ],
)
def test_a_place_that_word_tore_apart_is_filled(run: ScoringRun, parts: tuple[str, ...], shown: str) -> None:
    line = document(run, torn(*parts)).paragraphs[0]
    assert line.text == (shown + run.content_hash if shown.endswith(" ") else shown)


def test_a_place_alone_on_its_line_becomes_the_figure_and_everything_else_stays(run: ScoringRun) -> None:
    made = Document()
    made.add_heading("Ours", level=2)
    made.add_paragraph("{{figure 2}}")
    made.add_table(1, 1).rows[0].cells[0].paragraphs[0].add_run("{{table 1}}")
    stream = io.BytesIO()
    made.save(stream)
    found = document(run, stream.getvalue())
    assert found.paragraphs[0].text == "Ours"
    assert len(found.inline_shapes) == 1
    fields = [field.get(qn("w:instr")) for field in found.element.iter(qn("w:fldSimple"))]
    assert " SEQ Figure \\* ARABIC \\r 2 " in fields, "the number of the plan, though it stands first"


def test_word_finds_nothing_to_repair(run: ScoringRun) -> None:
    """A cell ends in a paragraph; no two bookmarks are called or numbered alike, those of a template included."""
    made = Document()
    made.add_table(1, 1).rows[0].cells[0].paragraphs[0].add_run("{{table 1}}")
    for place in ("{{figure 3}}", "{{figure 2}}", "{{figure 2}}", "{{figure 1}}"):
        made.add_paragraph(place)
    theirs = made.element.body.makeelement(qn("w:bookmarkStart"), {qn("w:id"): "40", qn("w:name"): "_Ref_bars_r"})
    made.paragraphs[0]._p.append(theirs)
    stream = io.BytesIO()
    made.save(stream)
    found = document(run, stream.getvalue())
    assert all(cell[-1].tag == qn("w:p") for cell in found.element.iter(qn("w:tc")))
    marks = list(found.element.iter(qn("w:bookmarkStart")))
    for name in ("w:id", "w:name"):
        assert len({mark.get(qn(name)) for mark in marks}) == len(marks) == 6


def test_a_picture_fits_its_page_and_leaves_title_and_source_to_the_document(run: ScoringRun) -> None:
    figure = next(each.figure for each in figures_of([Item(kind="bars", node="r")], board_of(run), None))
    assert figure
    drawing = paper_svg(figure)
    texts = [(float(y), text) for y, text in re.findall(r'<text [^>]*?y="([\d.]+)"[^>]*>([^<]+)', drawing)]
    top, bottom = (round(each, 1) for each in said_outside(figure, source_line(figure.caption)))
    high = float(re.findall(r'height="([\d.]+)"', drawing)[0])
    kept = [text for y, text in texts if top < y + MARGIN < high - bottom]
    assert [text for _y, text in texts if text not in kept] == [figure.caption.title, source_line(figure.caption)]
    long = replace(figure, body=replace(figure.body, bars=[figure.body.bars[0]] * 150))  # type: ignore[union-attr, arg-type]
    content = document_bytes([long], {}, template=None, title="", pictures={long.key: png_bytes(long, dpi=40)})
    shape = Document(io.BytesIO(content)).inline_shapes[0]
    assert shape.height.cm == pytest.approx(17.5)
    assert shape._inline.graphic.graphicData.pic.blipFill.find(qn("a:srcRect")) is not None


def test_a_table_leaves_to_its_source_line_what_every_row_says(run: ScoringRun) -> None:
    found = document(run, None)
    heading = [cell.text for cell in found.tables[0].rows[0].cells]
    assert heading == ["Code", "Indicator", "Definition", "Unit of measure", "Direction"]
    after = found.tables[0]._tbl.getnext()
    assert "2023 · Source: Yearbook" in "".join(text.text for text in after.iter(qn("w:t")))


def test_the_example_names_every_place_and_nothing_in_it_is_unknown(run: ScoringRun) -> None:
    numbers = [("table" if item.table else "figure", item.number) for item in plan_of(run)]
    template = example_template(numbers)
    assert len(places_in(template, "t.docx")) == 8 + 2 * len(numbers)
    assert not any("{{" in line.text for line in document(run, template).paragraphs)


# --- the plan and the sets ---


def test_a_plan_is_suggested_kept_and_checked(run: ScoringRun) -> None:
    items = plan_of(run)
    assert [(item.kind, item.node, item.number) for item in items] == [
        ("outline", "", "1"), ("bars", "r", "2"), ("bars", "a", "3"), ("definitions", "", "1"), ("weights", "", "2"),
    ]  # fmt: skip
    plan_write(run.survey, [replace(items[1], title={"en": "Ours"}, top=2)], user=make.user())
    assert plan_of(run) == [replace(items[1], title={"en": "Ours"}, top=2)]
    with pytest.raises(Refused, match="given twice"):
        plan_write(run.survey, [items[1], replace(items[2], number="2")], user=make.user())
    with pytest.raises(Refused, match="Two figures of the list are the same"):
        plan_write(run.survey, [items[1], replace(items[1], number="9", top=3)], user=make.user())
    with pytest.raises(Refused, match="one figure at least"):
        plan_write(run.survey, [replace(items[1], shown=False)], user=make.user())


def test_the_form_puts_figures_where_their_places_say_and_a_new_one_last(run: ScoringRun) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    where = reverse("scoring:report_plan", args=[run.survey_id, run.number])
    shown = client.get(where).context["form"]
    said = {name: shown[name].initial or "" for name in shown.fields}
    said |= {f"place-{at}": str(place) for at, place in enumerate((1, 3, 2, 5, 4))}
    client.post(where, {**said, "add-kind": "makeup", "add-node": "r"})
    assert [item.key for item in plan_of(run)] == [
        "outline", "bars-a", "bars-r", "weights", "definitions", "makeup-r",
    ]  # fmt: skip


def test_what_lacks_data_is_named_and_never_drawn_empty(run: ScoringRun) -> None:
    wanted = [
        Item(kind="bars", node="zz"), Item(kind="values", node="a"), Item(kind="scatter", node="a1"),
        Item(kind="tiles", node="r"), Item(kind="bars", node="r", branch=True), Item(kind="makeup", node="a1"),
        Item(kind="scatter", node="a1", other="a2"),
    ]  # fmt: skip
    found = figures_of(wanted, board_of(run), None)
    assert [bool(each.figure) for each in found] == [False] * 6 + [True]
    for each, word in zip(
        found,
        ("no data on zz", "no values", "second indicator", "tile grid", "other units", "nothing else"),
        strict=False,
    ):
        assert word in each.lacking


BODIES = {
    "bars": "bars", "values": "bars", "makeup": "stacks", "twins": "twins", "scatter": "points", "outline": "branches",
}  # fmt: skip
WRONG = {
    "bars": ({"value": 9.5}, {"rank": 2}, {"label": "Nobody"}), "values": ({"value": 9.5}, {"rank": 2}),
    "makeup": ({"parts": [1.0, 2.0]}, {"rank": 2}), "twins": ({"values": (9.5, 9.5)}, {"label": "Nobody"}),
    "scatter": ({"x": 9.5}, {"y": 9.5}), "outline": ({"weight": 0.5},),
}  # fmt: skip


@pytest.mark.parametrize("kind", BODIES)
def test_a_figure_that_says_another_number_is_found(run: ScoringRun, kind: str) -> None:
    """In the drawing, in the table, or in both alike: then it is not what the run has stored."""
    board = board_of(run)
    item = Item(
        kind=kind, node={"values": "a1", "twins": "a1", "scatter": "a1", "outline": ""}.get(kind, "a"), other="a2"
    )
    figure = figures_of([item], board, None)[0].figure
    assert figure
    assert not faults_of(figure, board, item)
    parts = list(getattr(figure.body, BODIES[kind]))
    for wrong in WRONG[kind]:
        body = replace(figure.body, **{BODIES[kind]: [*parts[:-1], replace(parts[-1], **wrong)]})  # type: ignore[arg-type]
        assert faults_of(replace(figure, body=body), board, item)
    last = [0.123 if isinstance(cell, float) else cell for cell in figure.table.rows[-1]]
    rows = [*figure.table.rows[:-1], last]
    changed = replace(figure, table=replace(figure.table, rows=rows))
    assert faults_of(changed, board, item)
    other = board_of(score.run(run.weight_set, score.data_set(run.survey, score.DATA.replace(b"h,1,10", b"h,9,99"))))
    if kind != "outline":
        assert any("the run has another number" in fault for fault in faults_of(figure, other, item))


def test_a_set_is_made_once_and_names_what_changed_since_the_one_before(run: ScoringRun) -> None:
    def made(of: ScoringRun) -> FigureSet:
        found, job = figure_set_request(of, plan_of(of), language="en", other=None, template=None, user=make.user())
        make.work_off()
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE
        found.refresh_from_db()
        return found

    first = made(run)
    assert first.content_hash == made(run).content_hash, "the same figures give the same bytes"
    later = score.data_set(run.survey, score.DATA.replace(b"North,1,10", b"North,9,10"), replaces=run.data_set)
    second = made(score.run(run.weight_set, later))
    names = zipfile.ZipFile(io.BytesIO(bytes(second.content or b""))).namelist()
    assert "changes.xlsx" in names
    told = changes(json.loads(first.document)["said"], json.loads(second.document)["said"])
    assert [(each.label, each.what) for each in told] == [
        ("Figure 2", "another order, other numbers"), ("Figure 3", "another order, other numbers"),
    ]  # fmt: skip
    assert "North" in told[0].now
    third = made(run)
    assert [each.pk for each in comparable_sets(third)] == [second.pk, first.pk + 1, first.pk]
    assert len(set_page(third).changes) == 2, "with the set before, which is of other data"
    assert not set_page(third, str(first.pk)).changes, "with the one that is asked for"


def test_changes_name_what_is_new_and_what_is_gone(run: ScoringRun) -> None:
    board = board_of(run)
    one, two = (
        said_by([e.figure for e in figures_of([Item(kind="bars", node=n)], board, None) if e.figure]) for n in "ra"
    )
    assert [each.what for each in changes(one, two)] == ["no longer there", "was not there before"]
    assert changes(one, one) == []


def test_the_pages_lead_from_the_gallery_to_the_archive(run: ScoringRun) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    where = [run.survey_id, run.number]
    page = client.get(reverse("scoring:gallery", args=where)).content.decode()
    assert "All agree." in page
    template = io.BytesIO(torn("{{figure 2}} and {{who}}"))
    template.name = "ours.docx"
    answer = client.post(reverse("scoring:report_template", args=where), {"file": template}, follow=True)
    assert "{{who}}" in answer.content.decode()
    form = {"language": "en", "template": run.survey.report_templates.get().pk}
    answer = client.post(reverse("scoring:gallery", args=where), form)
    make.work_off()
    assert "Download the archive" in client.get(answer["Location"]).content.decode()
    made = FigureSet.objects.get()
    name = client.get(reverse("scoring:figure_set_file", args=[*where, made.pk]))["Content-Disposition"]
    assert name == 'attachment; filename="figures-R1-en.zip"'
    bad = io.BytesIO(b"nothing")
    bad.name = "x.docx"
    assert (
        "damaged"
        in client.post(reverse("scoring:report_template", args=where), {"file": bad}, follow=True).content.decode()
    )


def test_a_template_is_kept_once(run: ScoringRun) -> None:
    content = torn("x")
    one, two = (template_add(run.survey, name=name, content=content, user=None) for name in "ab")
    assert one == two


def test_a_preview_carries_its_stamp_into_every_file() -> None:
    run = score.run(make.weight_set("draft"), preview=True)
    made, _job = figure_set_request(run, plan_of(run), language="zh-hans", other=None, template=None, user=None)
    figure_set_compute(made.pk)()
    made.refresh_from_db()
    files = zipfile.ZipFile(io.BytesIO(bytes(made.content or b"")))
    for name in files.namelist():
        content = files.read(name)
        if name.endswith((".svg", ".csv", "manifest.json")):
            assert "未锁定的草案" in content.decode("utf-8-sig"), name
    assert any("未锁定的草案" in line.text for line in Document(io.BytesIO(files.read("report.docx"))).paragraphs)
    assert DataSet.objects.count() == 1
