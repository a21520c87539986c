"""Files that nobody means well with, by name; and mutants of good ones."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator

from openpyxl import Workbook
from openpyxl.styles import Font

from tests.support.files import saved, workbook

FAR = "XFD1048576"
XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = b'<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "' + b"&a;" * 10 + b'"><!ENTITY c "' + b"&b;" * 10 + b'">]>'
GOOD = [["code", "parent", "name"], ["0", None, "指数"], ["1", "0", "算力"], ["2", "0", "能耗"]]


def repacked(content: bytes, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> bytes:
    """The archive with its parts changed, and further ones."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, change(entry, old.read(entry)))
        for name, part in (extra or {}).items():
            new.writestr(name, part)
    return stream.getvalue()


def in_part(part: str, old: bytes, new: bytes) -> bytes:
    """A good workbook with one place of one part replaced."""
    return repacked(workbook(GOOD), lambda name, held: held.replace(old, new, 1) if name == part else held)


def encoded(codec: str) -> bytes:
    """A part that hides a definition by its encoding."""
    text = f'<?xml version="1.0" encoding="{codec}"?>' + ENTITY.decode() + "<workbook>&e;</workbook>"
    hidden = text.encode(codec)
    if codec == "utf-7":  # whose plain letters may be hidden as well
        hidden = text.replace("<!", "+ADwAIQ-").replace("ENTITY", "+AEUATgBUAEkAVABZ-").encode("ascii")
    return repacked(workbook(GOOD), lambda name, held: hidden if name == "xl/workbook.xml" else held)


def far_cell() -> bytes:
    book = Workbook()
    book.active.append(["code", "parent", "name"])
    book.active[FAR] = "far"
    return saved(book)


def far_formats() -> bytes:
    """Blank cells with a format, at the far end of very many rows."""
    row = b'<row><c r="XFD%d" s="1"/></row>'
    rows = b"".join(row.replace(b"<row>", b'<row r="%d">' % number) % number for number in range(10, 4_000))
    return in_part("xl/worksheets/sheet1.xml", b"</sheetData>", rows + b"</sheetData>")


def one_text_everywhere() -> bytes:
    """Twenty kilobytes: a text of five megabytes that stands there once, in every one of 180,000 cells."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    text = f'<sst xmlns="{main}"><si><t xml:space="preserve">{"x" * 5_000_000} </t></si></sst>'.encode()
    named = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    rows = (b"<row>" + b'<c t="s"><v>0</v></c>' * 180 + b"</row>") * 1_000

    def change(name: str, held: bytes) -> bytes:
        return held.replace(b"</Types>", named).replace(b"</sheetData>", rows + b"</sheetData>")

    return repacked(workbook(GOOD), change, {"xl/sharedStrings.xml": XML + text})


def locked() -> bytes:
    """An archive whose entries say that they are encrypted."""
    content = bytearray(workbook(GOOD))
    for sign, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.find(sign)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(sign, at + 4)
    return bytes(content)


def wrong_sizes() -> bytes:
    """The directory says that every part is a gigabyte."""
    content = bytearray(workbook(GOOD))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 24 : at + 28] = (1 << 30).to_bytes(4, "little")
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


def cells(*values: object) -> bytes:
    book = Workbook()
    for value in values:
        book.active.append([value])
    book.active["A1"].font = Font(bold=True)
    return saved(book)


def hostile() -> Iterator[tuple[str, str, bytes]]:
    """(what it is, file name, bytes). None of them may be taken by any upload of the site."""
    sheet = "xl/worksheets/sheet1.xml"
    yield "bomb", "f.xlsx", repacked(workbook(GOOD), lambda _n, held: held, {"xl/media/a.bin": bytes(30 << 20)})
    yield "bomb of cells", "f.xlsx", in_part(sheet, b"</row>", b"<c/>" * 2_100_000 + b"</row>")
    yield "bomb of formats", "f.xlsx", in_part("xl/styles.xml", b"</cellXfs>", b"<xf/>" * 150_000 + b"</cellXfs>")
    yield (
        "bomb of parts",
        "f.xlsx",
        repacked(workbook(GOOD), lambda _n, held: held, {f"x/{number}": b"" for number in range(2_500)}),
    )
    yield "far cell", "f.xlsx", far_cell()
    yield "far formats", "f.xlsx", far_formats()
    yield "one text everywhere", "f.xlsx", one_text_everywhere()
    yield "external entity", "f.xlsx", in_part(sheet, b"<worksheet", ENTITY + b"<worksheet")
    yield "laughs", "f.xlsx", in_part("xl/workbook.xml", b"<workbook", LAUGHS + b"<workbook")
    yield "definition in another part", "f.xlsx", in_part("docProps/core.xml", b"<cp:", ENTITY + b"<cp:")
    for codec in ("utf-16", "utf-7", "cp037", "utf-32"):
        yield f"definition in {codec}", "f.xlsx", encoded(codec)
    yield "locked entries", "f.xlsx", locked()
    yield "locked workbook", "f.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    yield "wrong sizes", "f.xlsx", wrong_sizes()
    yield "archive without a book", "f.xlsx", workbook(GOOD).replace(b"xl/workbook.xml", b"xl/workbOok.xml")
    yield "no XML", "f.xlsx", in_part(sheet, b"<sheetData>", b"<sheetData")
    yield "deep XML", "f.xlsx", in_part(sheet, b"<sheetData>", b"<a>" * 50_000 + b"<sheetData>")
    yield "formulas and errors", "f.xlsx", cells("=1+1", "#N/A", True, "=WEBSERVICE(1)")
    yield "one long line", "f.csv", b"a," * (5 << 18)
    yield "five megabytes and one byte", "f.csv", b"x" * ((5 << 20) + 1)
    yield "a long cell", "f.csv", b"code,parent,name\n0,," + b"y" * 200_000
    yield "NUL", "f.csv", b"code,parent,name\n0,,a\x00b\n"
    yield "many NULs", "f.csv", b"code,parent,name\n" + bytes(5_000)
    yield "surrogates", "f.csv", b"code,parent,name\n0,,\xed\xa0\x80\xed\xb0\x80\n"
    yield "control characters", "f.csv", "code,parent,name\n0,,a\x1b[31m\u202eb\n".encode()
    yield "noncharacters", "f.csv", "code,parent,name\n0,,\ufffe\uffff\n".encode()
    yield "an open quotation mark", "f.csv", b'code,parent,name\n0,,"' + b"x\n" * 60_000
    for sign in (b"<", b"[", b"(", b'"', b"{", b"=", b"\xff", b";", b"1/", b"-"):
        yield f"100,000 of {sign!r}", "f.csv", sign * (100_000 // len(sign))
    yield (
        "halves of characters",
        "f.json",
        b'{"pj": [{"project_hText": "\\ud800: A\\u0000, \\udfff;"}], "pwc": [{"a": "\\ud800"}]}',
    )
    yield "deep JSON", "f.json", b'{"pj":' * 50_000
    yield "a picture", "f.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
    yield "nothing but a mark", "f.csv", b"\xef\xbb\xbf"
    yield "half of UTF-16", "f.csv", "编号,名称\n".encode("utf-16")[:-1]
    yield "numbers of every kind", "f.csv", "unit,NaN,1e400,１_0\n٣,Infinity,1E+1000000,10**30\n".encode()


# --- mutants ---


def mutant(good: bytes, chance: random.Random) -> bytes:
    """A copy with a few bytes changed: of the file as it lies there, or of one part of its archive."""
    if good.startswith(b"PK") and chance.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(good)) as archive:
            part = chance.choice([name for name in archive.namelist() if name.endswith((".xml", ".rels"))])
        return repacked(good, lambda name, held: _changed(held, chance) if name == part else held)
    return _changed(good, chance)


def _changed(held: bytes, chance: random.Random) -> bytes:
    content = bytearray(held)
    for _time in range(chance.choice([1, 1, 2, 5, 20])):
        at = chance.randrange(len(content) + 1) if content else 0
        length = chance.choice([1, 1, 2, 8, 64])
        match chance.randrange(6):
            case 0:
                content[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del content[at : at + length]
            case 2:
                content[at:at] = content[max(0, at - length) : at]
            case 3:
                content[at:at] = bytes(chance.randrange(256) for _ in range(length))
            case 4:
                content[at:at] = chance.choice(PIECES)
            case _:
                del content[at:]
    return bytes(content)


PIECES = (
    *(
        b"\0",
        b"\xff\xfe",
        b"<",
        b">",
        b"&#0;",
        b"&e;",
        b"<!DOCTYPE x>",
        b'"',
        b",",
        b";",
        b"\n",
        b"\t",
        b"=",
        b":",
        b"~",
    ),
    *(b"1e999", b"NaN", b"-1", b"2026-01-03", "＝".encode(), "\u202e".encode(), b"\xed\xa0\x80", b"9" * 20),
    *(b' r="A0"', b' t="e"', b' t="d"', b' t="b"', b' t="s"', b"</row>", b"<c/>", b"[" * 50, b"{}"),
)
