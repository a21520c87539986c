"""Parsers that do what a hostile file may make a parser do."""

import os
import time
from pathlib import Path

from django.conf import settings

from surveys.files.confined import confined


@confined
def echo(content: bytes, file: str) -> bytes:
    return content


@confined
def memory(content: bytes, file: str) -> int:
    return len([bytes(1 << 20) for _ in range(4_000)])


@confined
def processor(content: bytes, file: str) -> None:
    while True:
        pass


@confined
def clock(content: bytes, file: str) -> None:
    time.sleep(60)


@confined
def crash(content: bytes, file: str) -> None:
    os.abort()


@confined
def depth(content: bytes, file: str) -> int:
    return depth.__wrapped__(content, file)  # type: ignore[attr-defined,no-any-return]


@confined
def flood(content: bytes, file: str) -> bytes:
    return bytes(20 << 20)


@confined
def stranger(content: bytes, file: str) -> object:
    return Path(file)


@confined
def about(content: bytes, file: str) -> dict[str, object]:
    """What a parser could find out, and whether it could write."""
    try:
        Path(file).write_bytes(content)
        wrote = True
    except OSError:
        wrote = False
    held = str(vars(settings._wrapped))  # type: ignore[misc]
    return {"environment": dict(os.environ), "settings": held, "wrote": wrote, "process": os.getpid()}
