"""What the gate found: questions to be confirmed, and notes of what it did; as rows of a data set's document."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

QUESTIONS = (
    *("missing_units", "gone_units", "jump", "jump_since", "scale_since", "share", "share_scale", "percent_scale"),
    *("measure", "blank", "constant", "same_columns", "same_units", "derived"),
)
"""The kinds that must be confirmed, in the order in which they are asked."""
NOTES = ("named", "recomputed")
"""The kinds that only say what was done: names taken from the list of units, formulas checked."""


@dataclass(frozen=True)
class Finding:
    """`code` and `unit` say which column and row, `place` the cell as people call it, `value` what it holds."""

    kind: str
    code: str = ""
    unit: str = ""
    place: str = ""
    value: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    confirmed: str = ""
    """Why it is right, in the words of who confirmed it; a dash where each was ticked without a word."""

    @property
    def asks(self) -> bool:
        return self.kind in QUESTIONS

    @property
    def key(self) -> str:
        """The same finding in the same file has the same key: the name of its box in a form."""
        said = "\0".join([self.kind, self.code, self.unit, self.place, self.value, repr(sorted(self.detail.items()))])
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def document(self) -> dict[str, Any]:
        texts = ("code", "unit", "place", "value", "confirmed")
        said = {name: getattr(self, name) for name in texts if getattr(self, name)}
        return {"kind": self.kind, **said, **({"detail": dict(self.detail)} if self.detail else {})}


def findings_of(documents: Iterable[Mapping[str, Any]]) -> list[Finding]:
    return [Finding(**document) for document in documents]


def asked(findings: Iterable[Finding]) -> list[Finding]:
    """Those that must be confirmed, by kind."""
    return sorted((each for each in findings if each.asks), key=lambda each: QUESTIONS.index(each.kind))


def confirmed(findings: Sequence[Finding], reason: str) -> list[dict[str, Any]]:
    """As they are stored: every question with the reason."""
    return [
        Finding(**{**vars(each), "confirmed": reason or "–"} if each.asks else vars(each)).document()
        for each in findings
    ]
