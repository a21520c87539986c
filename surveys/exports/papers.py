"""What a printed document is made of: PDF and DOCX are drawn from one description, so that they cannot disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

Row = Sequence[str]

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True)
class Heading:
    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Text:
    """A paragraph. `small` for notes and references, `marked` for what must not be overlooked."""

    text: str
    small: bool = False
    marked: bool = False
    kind: ClassVar[str] = "text"


@dataclass(frozen=True)
class Grid:
    """A table with lines. `widths` are shares of the page; the columns in `numbers` are set to the right."""

    heading: Row
    rows: Sequence[Row]
    widths: Sequence[float]
    numbers: frozenset[int] = frozenset()
    small: bool = False
    kind: ClassVar[str] = "grid"


@dataclass(frozen=True)
class Signatures:
    """Lines to sign on: for each label a name, a signature and a date."""

    labels: Sequence[str]
    signature: str
    date: str
    kind: ClassVar[str] = "signatures"


Block = Heading | Text | Grid | Signatures


@dataclass(frozen=True)
class Paper:
    """A document on A4. `footer` stands on every page; with `one_page` it is set smaller, within reason, to fit one.

    `page_of` is how a page is numbered, as "page %(page)s of %(pages)s"; `lacking` what stands before the list of
    characters that a font lacks.
    """

    title: str
    subtitle: str
    blocks: Sequence[Block]
    language: str
    footer: str
    page_of: str
    lacking: str
    stamps: Sequence[str] = field(default=())
    one_page: bool = False

    @property
    def chinese(self) -> bool:
        return self.language.startswith("zh")
