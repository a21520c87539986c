"""Templates that are refused: what a document fetches, hides or claims to be."""

import io
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn

from scoring.files_docx import check_template, places_in
from surveys.files.problems import FileErrors
from tests.scoring.test_report import torn

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.usefixtures("english")]


RELATIONS = "word/_rels/settings.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_part(name: str, content: bytes) -> bytes:
    """A good document with this part in place of its own, or beside it."""
    source, stream = zipfile.ZipFile(io.BytesIO(torn("x"))), io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for part in source.namelist():
            if part != name:
                target.writestr(part, source.read(part))
        target.writestr(name, content)
    return stream.getvalue()


def linked(said: str, kind: str = "attachedTemplate") -> bytes:
    frame = "http://schemas.openxmlformats.org/package/2006/relationships"
    one = f'<Relationship Id="h" Type="{OFFICE}/{kind}" {said}/>'
    return f'<Relationships xmlns="{frame}">{one}</Relationships>'.encode()


def field_of(*texts: str) -> bytes:
    words = "".join(f"<w:r><w:instrText>{text}</w:instrText></w:r>" for text in texts)
    began = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    return f'<w:ftr xmlns:w="{qn("w:p")[1:-2]}"><w:p>{began}{words}</w:p></w:ftr>'.encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (RELATIONS, linked("Target='http://e/x' TargetMode='External'")),
        (RELATIONS, linked('Target="http://e/x" TargetMode = "External"')),
        (RELATIONS, linked('Target="http://e/x" TargetMode="Extern&#97;l"')),
        (RELATIONS, linked('Target="http://e/hyperlink" TargetMode="External"')),
        (RELATIONS, linked('Target="http://e/x" TargetMode="External"').decode().encode("utf-16")),
        (RELATIONS.upper(), linked('Target="http://e/x" TargetMode="External"')),
        ("word/footer9.xml", field_of("INCLUDEP", "ICTURE http://e/x.png")),
    ],
)
def test_what_a_document_fetches_is_found_however_it_is_spelt(name: str, content: bytes) -> None:
    with pytest.raises(FileErrors, match="from elsewhere"):
        check_template(with_part(name, content), "t.docx")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (RELATIONS, linked('Target="http://e/x" TargetMode="External"', "hyperlink")),
        ("word/footer9.xml", field_of("HYPERLINK http://e/x")),
    ],
)
def test_links_to_click_on_are_let_in(name: str, content: bytes) -> None:
    check_template(with_part(name, content), "t.docx")


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name, content in parts.items():
            target.writestr(
                name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin").replace("_rels", ".rels"),
                content,
            )
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no archive", "damaged"),
        (archive(xl__workbook_xml=b"<a/>"), "no Word document"),
        (archive(word__document_xml=b"<a/>", word__vbaProject_bin=b"x"), "macros"),
        (archive(word__document_xml=b"<!DOCTYPE a><a/>"), "document type definition"),
        (
            archive(
                word__document_xml=b"<a/>",
                word__settings_rels=b'<Relationship Type="x/attachedTemplate" TargetMode="External"/>',
            ),
            "from elsewhere",
        ),
        (archive(word__document_xml=b"<a/>"), "damaged"),
        (b"x" * (10 * 1024 * 1024 + 1), "more than 10 MB"),
    ],
)
def test_a_document_that_may_do_harm_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(FileErrors, match=sentence):
        check_template(content, "t.docx")


def test_a_cell_said_to_be_millions_of_columns_wide_is_one_cell() -> None:
    """The library would repeat it as often; and blank lines or braces without an end are looked at once."""
    found = Document()
    found.add_paragraph("{{" + " " * 20_000)
    table = found.add_table(rows=1, cols=1)
    table.cell(0, 0).text = "{{ 图9 }}"
    table.cell(0, 0)._tc.get_or_add_tcPr().get_or_add_gridSpan().val = 2_000_000_000
    stream = io.BytesIO()
    found.save(stream)
    assert places_in(stream.getvalue(), "t.docx") == ["图9"]
    footer = f'<w:ftr xmlns:w="{qn("w:p")[1:-2]}">{"<w:fldChar/>" * 50_000}</w:ftr>'
    check_template(with_part("word/footer9.xml", footer.encode()), "t.docx")
