"""The process that reads what is uploaded: `python -m surveys.files.confined.reader`.

It is started once beside each process that serves pages, with no settings but the languages: no key, no database, no
address of either. For every file it makes a copy of itself, which reads that one file within `Bounds` and ends. What a
hostile file does to the copy, by memory, by time or by a fault of a parser, it does to nobody else.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pickle
import resource
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from surveys.files.confined.plain import FAILED, READ, REFUSED, Bounds, receive, send

LONGEST_REQUEST = 64 << 20


def main(told: dict[str, Any]) -> None:
    """Serve until the site is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a copy
    _speak(told["languages"])
    for module in told["modules"]:
        importlib.import_module(module)
    gc.freeze()  # what stands now is shared by all copies
    control = socket.socket(fileno=told["control"])
    while True:
        word, handed, _flags, _address = socket.recv_fds(control, 1, 1)
        if not word:
            return
        for line in handed:
            _copy(control, line, Bounds(**told["bounds"]))


def _speak(languages: dict[str, Any]) -> None:
    import django
    from django.conf import settings

    settings.configure(USE_I18N=True, INSTALLED_APPS=[], **languages)
    django.setup()
    # Imported at the first workbook otherwise, and then by every copy again.
    for module in ("openpyxl", "openpyxl.reader.excel", "openpyxl.worksheet._read_only"):
        importlib.import_module(module)


def _copy(control: socket.socket, line: int, bounds: Bounds) -> None:
    child = -1
    with contextlib.suppress(OSError):  # no room for another: the line is closed, and the site says so
        child = os.fork()
    if child == 0:
        try:
            control.close()
            limit(bounds)
            _answer(socket.socket(fileno=line))
        finally:
            os._exit(0)
    os.close(line)


def limit(bounds: Bounds) -> None:
    """Bound this process for good. What it exceeds in time ends it, without a word of Python in between."""
    memory = _held() + bounds.memory
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.processor, bounds.processor))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, bounds.clock)


def _held() -> int:
    """The address space in use; where the system does not tell, what a reader usually has."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return 300 << 20
    return pages * resource.getpagesize()


def _answer(line: socket.socket) -> None:
    from django.utils import translation

    from surveys.files.problems import FileErrors

    module, name, arguments, language = pickle.loads(receive(line, LONGEST_REQUEST))  # noqa: S301  the site's own words
    try:
        with translation.override(language):
            found = getattr(importlib.import_module(module), name)(**arguments)
        said: tuple[str, object] = READ, found
    except FileErrors as errors:
        said = REFUSED, errors.problems
    except BaseException as error:  # where, and not what it says: that may be a part of somebody's file
        said = FAILED, f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__, limit=-8))}"
    send(line, said)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
