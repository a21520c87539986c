"""Every kind of figure: what is drawn is what the table says, whoever draws it."""

import io
import zipfile
from collections.abc import Iterator

import pytest
from defusedxml import ElementTree
from openpyxl import load_workbook

from scoring.figures.canvas import fitted, measured, ticks, wrapped
from scoring.figures.files import figure_bytes, png_bytes, table_bytes, workbook_of
from scoring.figures.pixels import png_of, pngs_of
from scoring.figures.specification import (
    Bar,
    Bars,
    Body,
    Branch,
    Caption,
    Dot,
    Dots,
    Figure,
    Grid,
    Line,
    Nothing,
    Outline,
    Point,
    Scatter,
    Slope,
    Stack,
    Stacked,
    Strip,
    Strips,
    Table,
    Tile,
    Tiles,
    Twin,
    Twins,
)
from scoring.figures.svg import NARROW, WIDE, draw

SVG = "{http://www.w3.org/2000/svg}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
EVIL = "=cmd()<script>&\"'省"
LONG = (
    "面向数据密集型业务的省际骨干直联网络出口总带宽与城域互联互通能力综合评价（含国家级互联网骨干直联点及新型交换中心）"
)
NAMES = [EVIL, LONG, "North", "N2"]
VALUES = [80.0, 40.0, 20.0, 0.0]


def bodies() -> Iterator[tuple[str, Body, Table]]:
    plain = Table(
        ["Rank", "Unit", "Score"],
        [[at + 1, name, value] for at, (name, value) in enumerate(zip(NAMES, VALUES, strict=True))],
    )
    yield (
        "bars",
        Bars(
            [
                Bar(label=n, value=v, text=f"{v:.2f}", rank=1, low=v / 2, high=v)
                for n, v in zip(NAMES, VALUES, strict=True)
            ]
        ),
        plain,
    )
    yield (
        "below zero",
        Bars([Bar(label="a", value=-5, text="-5"), Bar(label="b", value=10, text="10")], highest=None),
        Table(["Unit", "Value"], [["a", -5.0], ["b", 10.0]]),
    )
    yield "none", Bars([]), Table(["Unit", "Value"], [])
    yield (
        "stacked",
        Stacked(
            ["one", "two"],
            [Stack(label=n, parts=[v / 2, v / 2], text=f"{v:.2f}") for n, v in zip(NAMES, VALUES, strict=True)],
        ),
        Table(["Unit", "one", "two", "Score"], [[n, v / 2, v / 2, v] for n, v in zip(NAMES, VALUES, strict=True)]),
    )
    yield (
        "dots",
        Dots(
            [
                Dot(label=n, value=v, low=0, middle=30, high=90, text=f"{v:.1f}", level=at)
                for at, (n, v) in enumerate(zip(NAMES, VALUES, strict=True))
            ],
            ("own", "range", "median"),
        ),
        plain,
    )
    yield (
        "slope",
        Slope(
            "2022", "2023", [Line(label=n, before=at + 1, after=4 - at, strong=at == 0) for at, n in enumerate(NAMES)]
        ),
        Table(["Unit", "2022", "2023"], [[n, at + 1, 4 - at] for at, n in enumerate(NAMES)]),
    )
    yield (
        "strips",
        Strips(
            [Strip(label=n, points=VALUES, names=NAMES, line=20.0, band=(10, 30)) for n in NAMES],
            line_name="the group",
            band_name="interval",
            point_name="one",
        ),
        plain,
    )
    yield (
        "own strips",
        Strips([Strip(label=n, points=VALUES, low_text="low", high_text="high") for n in NAMES], shared=False),
        plain,
    )
    yield (
        "scatter",
        Scatter("x", "y", [Point(label=n, x=v, y=100 - v) for n, v in zip(NAMES, VALUES, strict=True)]),
        Table(["Unit", "x", "y"], [[n, v, 100 - v] for n, v in zip(NAMES, VALUES, strict=True)]),
    )
    yield (
        "twins",
        Twins(
            ("Capacity (EB)", "Per rack (TB)"),
            [
                Twin(label=n, values=(v, 10 - v / 10), texts=(f"{v:.1f}", f"{10 - v / 10:.1f}"))
                for n, v in zip(NAMES, VALUES, strict=True)
            ],
        ),
        Table(
            ["Unit", "Capacity (EB)", "Per rack (TB)"],
            [[n, v, 10 - v / 10] for n, v in zip(NAMES, VALUES, strict=True)],
        ),
    )
    yield (
        "tiles",
        Tiles(
            [
                Tile(label=n, row=at, column=at % 2, value=v or None, text=f"{v}")
                for at, (n, v) in enumerate(zip(NAMES, VALUES, strict=True))
            ]
        ),
        plain,
    )
    yield (
        "outline",
        Outline([Branch(code=f"{at}", label=n, level=at, weight=0.5**at) for at, n in enumerate(NAMES)]),
        Table(["Code", "Indicator", "Weight"], [[f"{at}", n, 0.5**at] for at, n in enumerate(NAMES)]),
    )
    yield (
        "grid",
        Grid(NAMES, NAMES, [[None if a == b else 0.25 for a in NAMES] for b in NAMES]),
        Table(["Unit", *NAMES], [[n, *[0.25] * 4] for n in NAMES]),
    )
    yield "table", Nothing(), plain


def figure(body: Body, table: Table) -> Figure:
    caption = Caption(
        title=EVIL,
        unit="score",
        count=4,
        year="2023",
        source="Yearbook",
        run="R1",
        hash="abc123",
        sentence=f"{EVIL} leads.",
        stamps=("演示数据（合成）",),
        number="图 2",
        note="A note.",
    )
    return Figure("key", caption, body, table, NAMES)


every = pytest.mark.parametrize(
    "found", [figure(body, table) for _name, body, table in bodies()], ids=[name for name, *_rest in bodies()]
)


@every
@pytest.mark.parametrize("theme", ["page", "paper"])
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_a_drawing_is_whole_says_what_it_is_and_runs_nothing(found: Figure, theme: str, width: int) -> None:
    text = draw(found, theme=theme, width=width, source="Yearbook · R1 abc123")
    root = ElementTree.fromstring(text)
    assert root.find(f"{SVG}title").text == f"图 2 {EVIL}"
    assert root.find(f"{SVG}desc").text == found.caption.sentence
    assert "<script" not in text
    assert " style=" not in text, "the content policy refuses it"
    assert ("class=" in text) <= (theme == "page")
    assert text == draw(found, theme=theme, width=width, source="Yearbook · R1 abc123")
    if theme == "paper":
        said = "".join(element.text or "" for element in root.iter(f"{SVG}text"))
        for part in ("Yearbook", "abc123", "演示数据（合成）", "n = 4"):
            assert part in said


def test_bars_are_as_long_as_their_values() -> None:
    found = next(figure(body, table) for name, body, table in bodies() if name == "bars")
    drawing = ElementTree.fromstring(draw(found))
    widths = [float(bar.get("width", "0")) for bar in drawing.iter(f"{SVG}rect")]
    assert len(widths) == 4
    assert [width / widths[0] for width in widths] == pytest.approx([value / VALUES[0] for value in VALUES], abs=1e-3)
    said = [element.text for element in drawing.iter(f"{SVG}text")]
    assert [f"{value:.2f}" for value in VALUES] == [text for text in said if text and text.endswith(".00")]


def test_twin_bars_have_an_axis_each_in_the_drawing_and_in_the_workbook() -> None:
    found = next(figure(body, table) for name, body, table in bodies() if name == "twins")
    widths: dict[str, list[float]] = {}
    for bar in ElementTree.fromstring(draw(found)).iter(f"{SVG}rect"):
        widths.setdefault(bar.get("class"), []).append(float(bar.get("width", "0")))
    for role, values in (("f-bar", VALUES), ("f-part2", [10 - value / 10 for value in VALUES])):
        longest = widths[role][values.index(max(values))]
        assert [width / longest for width in widths[role]] == pytest.approx([v / max(values) for v in values], abs=1e-3)
    parts = zipfile.ZipFile(io.BytesIO(workbook_of([found])))
    chart = ElementTree.fromstring(parts.read("xl/charts/chart1.xml"))
    plot = chart.find(f".//{CHART}plotArea")
    axes = {axis.find(f"{CHART}axId").get("val"): axis for axis in plot.findall(f"{CHART}valAx")}
    series = {}
    for bars in plot.findall(f"{CHART}barChart"):
        own = next(each.get("val") for each in bars.findall(f"{CHART}axId") if each.get("val") in axes)
        series[own] = [each.text.split("$")[1] for each in bars.findall(f".//{CHART}val//{CHART}f")]
    assert sorted(series.values()) == [["B", "D"], ["D", "C"]], "each beside an empty column that keeps its place"
    titles = ["".join(each.text for each in axes[key].iter() if each.tag.endswith("}t")) for key in series]
    assert titles == ["Capacity (EB)", "Per rack (TB)"]


def test_a_strip_has_a_dot_for_each_point_and_heights_where_nobody_names_them() -> None:
    few, many = [1.0, 2.0, 2.01, 4.0], [float(value) for value in range(100)]
    dots, heights = (
        ElementTree.fromstring(draw(figure(Strips([Strip(label="a", points=points)]), Table(["a"], []))))
        for points in (few, many)
    )
    places = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in dots.iter(f"{SVG}circle")]
    assert [(x - places[0][0]) / (places[3][0] - places[0][0]) for x, _y in places] == pytest.approx(
        [0, 1 / 3, 1.01 / 3, 1], abs=1e-3
    )
    assert places[0][1] == places[1][1] != places[2][1], "no dot hides another"
    assert not list(heights.iter(f"{SVG}circle"))
    assert len([bar for bar in heights.iter(f"{SVG}rect") if bar.get("class") == "f-dot"]) == 40


def test_bars_below_zero_go_the_other_way() -> None:
    found = next(figure(body, table) for name, body, table in bodies() if name == "below zero")
    low, high = ElementTree.fromstring(draw(found)).iter(f"{SVG}rect")
    assert float(low.get("x", "0")) + float(low.get("width", "0")) == pytest.approx(float(high.get("x", "0")), abs=0.02)


@every
def test_the_workbook_has_the_table_and_a_chart_over_its_cells(found: Figure) -> None:
    content = workbook_of([found, found])
    book = load_workbook(io.BytesIO(content))
    assert len(set(book.sheetnames)) == 2
    rows = list(book.worksheets[0].iter_rows(min_row=6, values_only=True))
    width = len(found.table.heading)
    assert [list(row[:width]) for row in rows[1 : 1 + len(found.table.rows)]] == [list(row) for row in found.table.rows]
    parts = zipfile.ZipFile(io.BytesIO(content))
    charts = [parts.read(name).decode() for name in parts.namelist() if "charts/chart" in name]
    if isinstance(found.body, Bars | Stacked | Dots | Slope | Scatter | Twins) and found.table.rows:
        assert len(charts) == 2
        assert all("<f>" in chart and "$7" in chart for chart in charts), "the series point at the first row of numbers"
    else:
        assert not charts
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells), "no text is computed"


def test_a_picture_has_three_hundred_dots_to_the_inch_and_our_letters() -> None:
    found = next(figure(body, table) for name, body, table in bodies() if name == "bars")
    small, large = png_bytes(found, dpi=96), png_bytes(found)
    width, height = (int.from_bytes(small[at : at + 4], "big") for at in (16, 20))
    assert width == WIDE
    assert (int.from_bytes(large[16:20], "big"), int.from_bytes(large[20:24], "big")) == pytest.approx(
        (width * 3.125, height * 3.125), abs=4
    )
    blank = png_bytes(
        Figure(
            "k",
            Caption(title="", unit="", count=4, year="", source="", run="", hash="", sentence=""),
            found.body,
            found.table,
        ),
        dpi=96,
    )
    assert len(blank) < len(small), "the letters are drawn"


def test_the_table_as_csv_computes_nothing_and_carries_the_stamp() -> None:
    found = next(figure(body, table) for name, body, table in bodies() if name == "bars")
    text = table_bytes(found).decode("utf-8-sig")
    assert "\n1,\"'=cmd()" in text.replace("\r", "")
    assert text.count("演示数据（合成）") == len(found.table.rows)
    assert figure_bytes(found, "csv") == table_bytes(found)


def test_letters_are_measured_well_enough_to_be_laid_out() -> None:
    assert measured("四个汉字", 10) == 40
    assert fitted(LONG, 10, 60).endswith("…")
    assert measured(fitted(LONG, 10, 60), 10) <= 60
    assert wrapped("two words here", 10, 60)[0] == "two words"
    assert wrapped("half-way words", 10, 40)[0] == "half-"
    assert wrapped(LONG, 10, 100, 3)[2].endswith("…")
    assert ticks(-3, 7) == [-4, -2, 0, 2, 4, 6, 8]
    assert ticks(5, 5) == pytest.approx([5, 5.2, 5.4, 5.6, 5.8, 6.0])


def test_pictures_shared_with_another_process_are_those_of_this_one() -> None:
    drawings = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text x="2" y="12">省{place}</text></svg>'
        for place in range(5)
    ]
    steps: list[int] = []
    assert pngs_of(drawings, lambda: steps.append(1)) == [png_of(drawing) for drawing in drawings]
    assert len(steps) == 5
