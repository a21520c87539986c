"""Parts of addresses: codes, whatever a file calls an expert or an indicator, and numbers."""

from __future__ import annotations

import re

from django.urls import register_converter
from django.urls.converters import IntConverter

# A slash would end the part, dots alone are taken away by browsers, and "add" is a page of its own.
_PLAIN = re.compile(r"[^/~?#%\\\x00-\x1f]+")
_TAKEN = {".", "..", "add"}
_HIDDEN = re.compile(r"~([0-9a-f]{2})")


class CodeConverter:
    """A code as one part of an address; what an address cannot hold is written as ~ and two hexadecimal digits."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        if "~00" in value:
            raise ValueError(value)  # no code holds NUL, and not every database may be asked for it
        return _HIDDEN.sub(lambda found: chr(int(found[1], 16)), value)

    def to_url(self, value: str) -> str:
        if value in _TAKEN:
            return _hidden(value[0]) + value[1:]
        return "".join(char if _PLAIN.fullmatch(char) else _hidden(char) for char in value)


class NumberConverter(IntConverter):
    """A number that a database can be asked for: SQLite fails at greater ones, and no row has them."""

    regex = "[0-9]{1,18}"


def _hidden(char: str) -> str:
    return f"~{ord(char):02x}"


register_converter(CodeConverter, "code")
register_converter(NumberConverter, "number")
