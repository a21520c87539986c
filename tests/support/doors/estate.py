"""What several addresses are tried with."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.doors.door import Payload
from tests.support.everybody import Estate

NODES, KINDS = ("r", "a", "a1"), ("csv", "xlsx", "json", "zip")


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
