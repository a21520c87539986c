"""A sheet that figures are drawn on: text, lines, rectangles and dots, as SVG. No Django.

What a thing is (`ink`, `bar`, `grid`, …) decides its looks: on a page by a class, which the style sheet colours for
light and dark; on paper by attributes, so that a file needs no style sheet. Lengths are pixels of the drawing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor
from xml.sax.saxutils import escape, quoteattr

FONT = "'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans', Arial, sans-serif"
# Okabe and Ito (2008), Color universal design: told apart by everybody; pale yellow is left out, it vanishes on white.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#6A6A6A", "#8C6BB1", "#A6761D")
PAPER: dict[str, str] = {
    "ink": 'fill="#1b1f24"',
    "soft": 'fill="#57606a"',
    "pale": 'fill="#ffffff"',
    "grid": 'stroke="#d8dee4" stroke-width="1"',
    "axis": 'stroke="#57606a" stroke-width="1"',
    "bar": 'fill="#2f6f9f"',
    "weak": 'fill="#c9d5df"',
    "strong": 'fill="#c2410c"',
    "range": 'stroke="#b4c2cd" stroke-width="6" stroke-linecap="round"',
    "whisker": 'stroke="#1b1f24" stroke-width="1.5"',
    "halo": 'stroke="#ffffff" stroke-width="4"',
    "thread": 'stroke="#8c99a5" stroke-width="1.5" fill="none"',
    "thick": 'stroke="#c2410c" stroke-width="2.5" fill="none"',
    "mark": 'stroke="#c2410c" stroke-width="2"',
    "dot": 'fill="#2f6f9f"',
    "frame": 'fill="none" stroke="#d8dee4" stroke-width="1"',
    "shade": 'fill="#2f6f9f"',
    "minus": 'fill="#a8480f"',
    "stamp": 'fill="none" stroke="#c2410c" stroke-width="1.5"',
    "stamp-ink": 'fill="#c2410c"',
    **{f"part{place}": f'fill="{colour}"' for place, colour in enumerate(PALETTE)},
}
ELLIPSIS = "…"


@dataclass
class Canvas:
    """Collects what is drawn. `theme` is page or paper."""

    width: float
    theme: str = "page"
    parts: list[str] = field(default_factory=list)

    @property
    def narrow(self) -> bool:
        return self.width < 480

    @property
    def size(self) -> float:
        """Of ordinary text."""
        return 13 if self.narrow else 14

    def text(
        self, x: float, y: float, words: str, role: str = "ink", *, size: float = 0, anchor: str = "start",
        bold: bool = False, full: str = "",
    ) -> None:  # fmt: skip
        """`y` is the base line; `full` is the whole of a text that was cut."""
        size = size or self.size
        title = f"<title>{escape(full)}</title>" if full and full != words else ""
        weight = ' font-weight="700"' if bold else ""
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        place = f'x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"'
        self.parts.append(f"<text {place}{at}{weight}{self._as(role)}>{escape(words)}{title}</text>")

    def rect(
        self, x: float, y: float, width: float, height: float, role: str, *, round_by: float = 0, opacity: float = 1,
        title: str = "",
    ) -> None:  # fmt: skip
        more = f' rx="{_n(round_by)}"' if round_by else ""
        more += f' fill-opacity="{_n(opacity)}"' if opacity < 1 else ""
        shape = f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}" height="{_n(height)}"{more}{self._as(role)}'
        self.parts.append(f"{shape}>{_title(title)}</rect>" if title else f"{shape}/>")

    def line(self, x1: float, y1: float, x2: float, y2: float, role: str) -> None:
        self.parts.append(f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"{self._as(role)}/>')

    def dot(self, x: float, y: float, radius: float, role: str, *, title: str = "", opacity: float = 1) -> None:
        more = f' fill-opacity="{_n(opacity)}"' if opacity < 1 else ""
        shape = f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"{more}{self._as(role)}'
        self.parts.append(f"{shape}>{_title(title)}</circle>" if title else f"{shape}/>")

    def svg(self, height: float, title: str, description: str) -> str:
        """The whole drawing, with what it says for readers who do not see it."""
        size = f'width="{_n(self.width)}" height="{_n(height)}" ' if self.theme == "paper" else ""
        letters = f"font-family={quoteattr(FONT)} " if self.theme == "paper" else ""
        ground = f'<rect width="100%" height="100%" {PAPER["pale"]}/>' if self.theme == "paper" else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(self.width)} {_n(height)}" {size}'
            f'{letters}role="img" aria-label={quoteattr(title)}>'
            f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{ground}{''.join(self.parts)}</svg>"
        )

    def _as(self, role: str) -> str:
        return f' class="f-{role}"' if self.theme == "page" else f" {PAPER[role]}"


def measured(words: str, size: float) -> float:
    """The width of a text, near enough to lay it out: Chinese letters are square, others about half as wide."""
    return sum(_breadth(letter) for letter in words) * size


def fitted(words: str, size: float, most: float) -> str:
    """The text, cut with an ellipsis where it is wider than `most`."""
    if measured(words, size) <= most:
        return words
    kept, used = "", measured(ELLIPSIS, size)
    for letter in words:
        used += _breadth(letter) * size
        if used > most:
            break
        kept += letter
    return kept.rstrip() + ELLIPSIS


def wrapped(words: str, size: float, most: float, lines: int = 2) -> list[str]:
    """At most so many lines; the last is cut. Latin words stay whole where they can."""
    found: list[str] = []
    rest = words
    while rest and len(found) < lines - 1 and measured(rest, size) > most:
        taken = _taken(rest, size, most)
        found.append(rest[:taken].rstrip())
        rest = rest[taken:].lstrip()
    return [*found, fitted(rest, size, most)] if rest else found


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers from at most `low` to at least `high`.

    >>> ticks(0, 100), ticks(0, 3.7, 4)
    ([0.0, 20.0, 40.0, 60.0, 80.0, 100.0], [0.0, 1.0, 2.0, 3.0, 4.0])
    """
    if not high > low:
        high = low + 1
    rough = (high - low) / count
    power = 10.0 ** _floor_log10(rough)
    step = next(nice * power for nice in (1, 2, 2.5, 5, 10) if nice * power >= rough * 0.999999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]


def number_text(value: float) -> str:
    """A tick's number: no more decimals than it has."""
    return f"{value:,.10f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"


def linear(low: float, high: float, left: float, right: float) -> Scale:
    return Scale(low, high, left, right)


@dataclass(frozen=True)
class Scale:
    """From values to places on the sheet."""

    low: float
    high: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)


def lines_of(canvas: Canvas, x: float, y: float, words: Sequence[str], role: str, size: float, anchor: str) -> None:
    """A few lines, their middle at `y`."""
    height = size * 1.2
    for place, line in enumerate(words):
        canvas.text(x, y + (place - (len(words) - 1) / 2) * height + size * 0.36, line, role, size=size, anchor=anchor)


def _taken(words: str, size: float, most: float) -> int:
    used, last_space = 0.0, 0
    for place, letter in enumerate(words):
        used += _breadth(letter) * size
        if letter == " ":
            last_space = place
        if used > most:
            wide = unicodedata.east_asian_width(letter) in "WF"
            return max(place if wide or not last_space else last_space, 1)
        if letter == "-":
            last_space = place + 1
    return len(words)


def _breadth(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in "ijl.,:;|'! ()[]":
        return 0.32
    return 0.86 if letter in "MWmw%@" else 0.58


def _floor_log10(value: float) -> int:
    power = 0
    while value >= 10:
        value, power = value / 10, power + 1
    while value < 1:
        value, power = value * 10, power - 1
    return power


def _title(words: str) -> str:
    return f"<title>{escape(words)}</title>"


def _n(value: float) -> str:
    """At most two decimals: a hundredth of a pixel is enough, and files stay small."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"
