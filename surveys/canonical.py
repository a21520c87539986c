"""One way to write a document, so that its hash means something.

Canonical JSON: UTF-8, keys sorted, no blanks, texts in Unicode NFC, no floating-point numbers. Numbers that were
measured or computed are decimal strings, written once by `decimal_text`; whoever verifies reads the strings and never
prints them anew.
"""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from typing import Any


def decimal_text(number: float) -> str:
    """The shortest decimal string that reads back as exactly this double.

    >>> decimal_text(1 / 3)
    '0.3333333333333333'
    """
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number that can be written down.")
    return repr(value)


def canonical_json(document: Any) -> str:
    """`document` as canonical JSON.

    >>> canonical_json({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'
    True
    """
    return json.dumps(_normal(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def content_hash(text: str) -> str:
    """SHA-256 of a canonical text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        raise TypeError("A canonical document holds no floats: write numbers with decimal_text().")
    if isinstance(value, dict):
        return {_normal(str(key)): _normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    return value
