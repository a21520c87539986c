"""What a figure says, before anybody draws it. No Django, no texts of its own: everything is in the reader's language.

A `Figure` is a caption, a body and a table. Pages, SVG, PNG, workbooks and documents draw the body; the table beside it
holds the same numbers for those who read and those who check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Cell = str | int | float | None


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What stands around a figure. `number` is that of the report ("图 2"), blank elsewhere; `sentence` says the figure
    in words; `stamps` (draft, synthetic, ...) stand on its face; `note` is what a reader must know to read it.
    """

    title: str
    unit: str
    count: int
    year: str
    source: str
    run: str
    hash: str
    sentence: str
    stamps: Sequence[str] = ()
    number: str = ""
    note: str = ""


@dataclass(frozen=True)
class Table:
    """The numbers of a figure, unrounded; `decimals` is how a page or a document prints them."""

    heading: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    decimals: int = 2


@dataclass(frozen=True, kw_only=True)
class Bar:
    """`label` names it, `value` is drawn, `text` printed at its end; `low` and `high` are the ends of a whisker."""

    label: str
    value: float
    text: str
    rank: int | None = None
    low: float | None = None
    high: float | None = None
    group: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Bars:
    """Horizontal bars from a zero baseline. `cut`: more units share the last rank shown."""

    bars: Sequence[Bar]
    cut: bool = False
    highest: float | None = 100.0
    whiskers: str = ""
    """What a whisker is, in words."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    label: str
    parts: Sequence[float]
    text: str
    rank: int | None = None


@dataclass(frozen=True)
class Stacked:
    """Bars made of parts that add up: the points that each child gives to its parent."""

    names: Sequence[str]
    stacks: Sequence[Stack]
    highest: float | None = 100.0


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A unit's value on a row between the least and the greatest of all units, and their middle."""

    label: str
    value: float | None
    low: float
    middle: float
    high: float
    text: str = ""
    level: int = 0


@dataclass(frozen=True)
class Dots:
    """Dot-range profile. `names` says what dot, range and middle stand for."""

    dots: Sequence[Dot]
    names: tuple[str, str, str]
    lowest: float = 0.0
    highest: float = 100.0


@dataclass(frozen=True, kw_only=True)
class Line:
    label: str
    before: int | None
    after: int | None
    strong: bool = False


@dataclass(frozen=True)
class Slope:
    """Ranks in two runs, joined by lines; None where the unit has none."""

    before: str
    after: str
    lines: Sequence[Line]


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Points on one line: raw values between bounds, or experts' weights. `line` is a value to mark: the group's;
    `band` are the ends of its interval. Many points without names are drawn as heights, not one by one.
    """

    label: str
    points: Sequence[float]
    names: Sequence[str] = ()
    line: float | None = None
    band: tuple[float, float] | None = None
    low_text: str = ""
    high_text: str = ""


@dataclass(frozen=True)
class Strips:
    """Strips on one scale, or each on its own from its least to its greatest value (`shared` false)."""

    strips: Sequence[Strip]
    shared: bool = True
    line_name: str = ""
    band_name: str = ""
    point_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Point:
    label: str
    x: float
    y: float
    strong: bool = False


@dataclass(frozen=True)
class Scatter:
    """Two measures of each unit. `lines` are values to mark on the axes, the means for one."""

    x_name: str
    y_name: str
    points: Sequence[Point]
    lines: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True, kw_only=True)
class Twin:
    label: str
    values: tuple[float, float]
    texts: tuple[str, str]


@dataclass(frozen=True)
class Twins:
    """Two measures of each unit as bars side by side, each from zero on an axis of its own."""

    names: tuple[str, str]
    twins: Sequence[Twin]


@dataclass(frozen=True, kw_only=True)
class Tile:
    label: str
    row: int
    column: int
    value: float | None
    text: str = ""


@dataclass(frozen=True)
class Tiles:
    """A tile for each unit, roughly where it lies: a sketch, no map. The value is told by shade and by text."""

    tiles: Sequence[Tile]
    lowest: float = 0.0
    highest: float = 100.0


@dataclass(frozen=True, kw_only=True)
class Branch:
    code: str
    label: str
    level: int
    weight: float | None = None


@dataclass(frozen=True)
class Outline:
    """An indicator tree, indented, in tree order."""

    branches: Sequence[Branch]


@dataclass(frozen=True)
class Grid:
    """Rows against columns: the share of draws in which the row's unit stands before the column's, or, `signed`,
    correlations from -1 to 1.
    """

    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[float | None]]
    lowest: float = 0.0
    highest: float = 1.0
    signed: bool = False


@dataclass(frozen=True)
class Nothing:
    """A figure that is a table alone."""


Body = Bars | Stacked | Dots | Slope | Strips | Scatter | Twins | Tiles | Outline | Grid | Nothing


@dataclass(frozen=True)
class Figure:
    """`key` names it in files and addresses: letters, digits and hyphens."""

    key: str
    caption: Caption
    body: Body
    table: Table
    units: Sequence[str] = field(default=())
    """The units that it names, for those who must check that a hidden one is not among them."""
