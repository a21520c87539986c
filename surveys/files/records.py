"""What both readers of bytes obey and hand over: limits, and rows of raw text with their numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from surveys.files.problems import Problem


@dataclass(frozen=True)
class Limits:
    """How large a file may be. What strangers upload is held tighter than what a user gives to a command.

    `tags` bounds the memory that a workbook takes: about 350 bytes each while its rows are read.
    """

    content: int = 5 * 1024 * 1024
    inflated: int = 20 * 1024 * 1024
    tags: int = 2_000_000
    rows: int = 5_000
    columns: int = 200
    cells: int = 6_000_000
    """Blank ones too: a format that was drawn far beyond the table makes very many, and each is looked at."""


UPLOAD = Limits()
UPLOADED_JUDGMENTS = Limits(rows=200_000)
LOCAL = Limits(
    content=500 * 1024 * 1024,
    inflated=1024 * 1024 * 1024,
    tags=400_000_000,
    rows=2_000_000,
    columns=16_384,
    cells=20_000_000,
)


@dataclass(frozen=True)
class Records:
    """Rows as (number in the file, cells), and faults that do not stop the reading."""

    rows: Sequence[tuple[int, Sequence[str]]]
    separator: str = ""
    shown: Mapping[tuple[int, int], str] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
