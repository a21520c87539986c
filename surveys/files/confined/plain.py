"""What passes between the site and its reader, and how much the reader may use."""

from __future__ import annotations

import dataclasses
import importlib
import io
import pickle
import socket
import struct
from dataclasses import dataclass
from typing import Any

READ, REFUSED, FAILED = "read", "refused", "failed"
_LENGTH = struct.Struct("!Q")
_PIECE = 1 << 20
_MOMENTS = {"date", "datetime", "time", "timedelta"}


@dataclass(frozen=True)
class Bounds:
    """What one reading may use: the largest honest workbook takes 8 seconds and 300 MB where this was written.

    `memory` is beside what the reader holds before it begins, `answer` what it may say.
    """

    memory: int = 600 << 20
    processor: int = 20  # seconds
    clock: int = 30  # seconds
    answer: int = 256 << 20


BOUNDS = Bounds()


def send(line: socket.socket, message: object) -> None:
    content = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    line.sendall(_LENGTH.pack(len(content)) + content)


def receive(line: socket.socket, most: int) -> bytes:
    """One whole message, or EOFError: the other side is gone, or says more than it may."""
    (length,) = _LENGTH.unpack(_exactly(line, _LENGTH.size))
    if length > most:
        raise EOFError(f"a message of {length} bytes")
    return _exactly(line, length)


def _exactly(line: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        piece = line.recv(min(_PIECE, length - len(content)))
        if not piece:
            raise EOFError
        content += piece
    return bytes(content)


class PlainUnpickler(pickle.Unpickler):
    """Reads what the reader says: texts, numbers, dates and our own records of them, nothing that could act."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in _MOMENTS:
            return super().find_class(module, name)
        if module.startswith("surveys.files."):
            found = getattr(importlib.import_module(module), name, None)
            if isinstance(found, type) and dataclasses.is_dataclass(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no record")


def plain(content: bytes) -> tuple[str, Any]:
    """What the reader says, and of which kind; UnpicklingError for what is neither."""
    try:
        kind, found = PlainUnpickler(io.BytesIO(content)).load()
    except Exception as error:  # bytes that are no such message fail in many ways
        raise pickle.UnpicklingError("The reader said something strange.") from error
    return str(kind), found
