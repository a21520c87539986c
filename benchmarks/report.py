"""A page of measurements: lines of Markdown, and goals that are met or missed."""

import datetime
import platform
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import Timing

Goal = tuple[str, float, str, float]
"""What, the measured number, "at least" or "at most", the bound."""


class Report:
    """Lines of the page, and the goals met or missed. The ratio of a timing is that to `ours`."""

    def __init__(self, ours: str) -> None:
        self.ours = ours
        self.lines: list[str] = []
        self.goals: list[Goal] = []

    def section(self, title: str, note: str) -> None:
        """Begin a section."""
        self.lines += ["", f"## {title}", "", note, ""]

    def table(self, head: str, rows: list[str]) -> None:
        """Rows of cells divided by bars."""
        self.lines += [f"| {head} |", "|" + "---|" * (head.count("|") + 1), *(f"| {row} |" for row in rows)]

    def timings(self, found: Mapping[str, Timing], ours: str = "") -> None:
        """A table of contenders, the ratio being theirs to ours."""
        mine = found[ours or self.ours].median
        rows = [f"{name} | {timing} | {timing.median / mine:.3g}" for name, timing in found.items()]
        self.table("who | CPU, median (quartiles) | times ours", rows)

    def goal(self, what: str, measured: float, kind: str, bound: float) -> None:
        """Hold a number against its goal."""
        self.goals.append((what, measured, kind, bound))

    @property
    def missed(self) -> list[str]:
        """The goals that are not met."""
        return [what for what, measured, kind, bound in self.goals if not _met(measured, kind, bound)]

    def page(self, title: str, introduction: str) -> str:
        """The whole page."""
        rows = [
            f"| {what} | {measured:.3g} | {kind} {bound:g} | {'met' if _met(measured, kind, bound) else '**missed**'} |"
            for what, measured, kind, bound in self.goals
        ]
        head = [f"# {title}", "", introduction, "", "| goal | measured | bound | |", "|---|---|---|---|", *rows]
        return "\n".join([*head, *self.lines, ""])


def _met(measured: float, kind: str, bound: float) -> bool:
    return measured >= bound if kind == "at least" else measured <= bound


def written_by(command: str, versions: str) -> str:
    """When, where and with what a page was written."""
    model = next((line.split(":")[1].strip() for line in _cpu_lines() if "model name" in line), platform.machine())
    today = datetime.date.today()
    return f"Written by `{command}` on {today}: {model}, Python {platform.python_version()}, {versions}."


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8").splitlines() if path.exists() else []
