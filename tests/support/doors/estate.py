"""What several addresses are tried with."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.doors.door import Payload
from tests.support.everybody import Estate
from tests.surveys import factories as make

NODES, KINDS = ("r", "a", "a1"), ("csv", "xlsx", "json", "zip")
JUDGMENTS = b"expert,parent,item_a,item_b,more_important,strength\nN1,r,a,b,a,3\n"


def decided(at: Estate) -> list[list[Any]]:
    return [[at.decided.pk]]


def asking(at: Estate) -> list[list[Any]]:
    return [[at.asking.pk]]


def expert(at: Estate) -> list[list[Any]]:
    return [[at.asking.pk, at.expert.code]]


def fields(**values: str) -> Payload:
    return lambda _at: dict(values)


def upload(content: bytes, **values: str) -> Payload:
    return lambda _at: {"file": SimpleUploadedFile("f.csv", content), **values}


def keyed_in(at: Estate) -> dict[str, Any]:
    return {f"p{make.pair(at.asking).pk}": "b4", "base": "", "counts": "now"}


def filled_in(at: Estate) -> bytes:
    """A file of the expert's own answers."""
    return JUDGMENTS.replace(b"N1", at.expert.code.encode())
