"""The thread that leads through the logs: one id for a request and for the jobs it set going."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_current: ContextVar[str] = ContextVar("request_id", default="")


def current_id() -> str:
    """The id of what is being worked on here; "" outside of any."""
    return _current.get()


def id_for(given: str) -> str:
    """The id that a proxy gave, where it looks like one; else a new one of 64 random bits."""
    return given if _GIVEN.fullmatch(given) else secrets.token_hex(8)


@contextmanager
def traced(request_id: str) -> Iterator[None]:
    """Every line logged inside the block carries this id."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)
