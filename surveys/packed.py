"""The answers of one respondent as a row of signed bytes, and the record in which they are handed in.

There is one byte for each pair, in the order of the tree: 0 is not answered, 1 equal, k that the first item is k times
as important and -k that the second one is, for k from 2 to 9; CANNOT_JUDGE is its own answer. A row of 176 pairs takes
176 bytes, and many rows are read as one array.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surveys.counting import ratio_of
from surveys.models import MoreImportant
from surveys.rows import ROW, value_of, value_says

UNANSWERED = 0
EQUAL = 1
CANNOT_JUDGE = 127
SAID = (EQUAL, *range(2, 10), *range(-9, -1))

FIXED = struct.Struct(">IIHH32s")
"""The part of a record before the answers."""

Codes = npt.NDArray[np.int8]
Ratios = npt.NDArray[np.float64]


def code_of(value: str) -> int:
    """The code of a choice on the row of seventeen.

    >>> code_of("a3"), code_of("b9"), code_of("equal"), code_of("cannot_judge"), code_of("")
    (3, -9, 1, 127, 0)
    """
    if value == MoreImportant.CANNOT_JUDGE:
        return CANNOT_JUDGE
    if value not in ROW:
        return UNANSWERED
    more, strength = value_says(value)
    return -int(strength or 1) if more == MoreImportant.B else int(strength or 1)


def value_of_code(code: int) -> str:
    """The other way round; empty where nothing is said.

    >>> [value_of_code(code) for code in (3, -9, 1, 127, 0)]
    ['a3', 'b9', 'equal', 'cannot_judge', '']
    """
    if code == CANNOT_JUDGE:
        return str(MoreImportant.CANNOT_JUDGE.value)
    if code == UNANSWERED:
        return ""
    return "equal" if code == EQUAL else value_of("a" if code > 0 else "b", abs(code))


def signed(byte: int) -> int:
    """The code in a byte of a row.

    >>> signed(253), signed(3)
    (-3, 3)
    """
    return byte - 256 if byte > 127 else byte


def no_answers(pairs: int) -> bytes:
    return bytes(pairs)


def codes_in(packed: bytes | memoryview) -> Codes:
    """One row."""
    return np.frombuffer(packed, dtype=np.int8)


@dataclass(frozen=True)
class Record:
    """What a respondent hands in: the answers, the minute (since 1970, UTC), how many minutes they took, at how many
    nodes they kept answers that do not fit together, and the SHA-256 of the privacy notice they agreed to.
    """

    number: int
    answers: bytes
    minute: int
    took: int
    insisted: int
    notice_hash: str

    def packed(self) -> bytes:
        agreed = bytes.fromhex(self.notice_hash)
        return FIXED.pack(self.number, self.minute, self.took, self.insisted, agreed) + self.answers


def records_in(packed: Sequence[bytes], pairs: int) -> npt.NDArray[np.void]:
    """Many records as one array with the fields of `Record`; `answers` is respondents x pairs."""
    fields = [("number", ">u4"), ("minute", ">u4"), ("took", ">u2"), ("insisted", ">u2"), ("notice", "V32")]
    return np.frombuffer(b"".join(packed), dtype=np.dtype([*fields, ("answers", "i1", (pairs,))]))


def ratios_of(codes: Codes) -> Ratios:
    """What the codes say as ratios, nan where there is none."""
    found: Ratios = _RATIOS.take(codes.view(np.uint8))
    return found


def answered_in(codes: Codes) -> int:
    return int(np.count_nonzero(codes))


def _table() -> Ratios:
    """For each of the 256 bytes what it says."""
    table = np.full(256, np.nan)
    for code in SAID:
        table[code % 256] = ratio_of("b" if code < 0 else "a", abs(code))
    return table


_RATIOS = _table()
