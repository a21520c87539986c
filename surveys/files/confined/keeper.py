"""The site's side: starts the reader beside the process that serves pages, and asks it.

`confined` marks a function that turns uploaded bytes into plain records. Where `start` was called (config/wsgi.py) it
runs in the reader; elsewhere (commands, tests of a parser) it is an ordinary function.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import json
import logging
import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys.files.confined.plain import BOUNDS, FAILED, REFUSED, Bounds, plain, receive, send
from surveys.files.problems import FileErrors, Problem

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 2  # files read at the same time for one process of the site; the others wait
START = 60.0  # seconds that the reader may take to be there, on a machine that is just starting everything
ROOT = Path(__file__).resolve().parents[3]
READER = [sys.executable, "-m", "surveys.files.confined.reader"]

_modules: set[str] = set()


def confined(function: Callable[P, T]) -> Callable[P, T]:
    """Let a parser run in the reader. It takes `content` and `file`, and returns records of `surveys.files`."""
    signature = inspect.signature(function)
    if not {"content", "file"} <= signature.parameters.keys():
        raise TypeError(f"{function.__name__} takes no content and file")
    _modules.add(function.__module__)

    @functools.wraps(function)
    def read(*args: P.args, **kwargs: P.kwargs) -> T:
        keeper = _keeper
        if keeper is None:
            return function(*args, **kwargs)
        found: T = keeper.read(function.__module__, function.__name__, signature.bind(*args, **kwargs).arguments)
        return found

    return read


def can_confine() -> bool:
    """Linux and its like can; Windows has neither limits nor copies of a process."""
    return bool(importlib.util.find_spec("resource")) and hasattr(os, "fork") and hasattr(socket, "send_fds")


def start(bounds: Bounds = BOUNDS) -> None:
    """From here on this process reads uploads in a reader beside it."""
    global _keeper
    if not can_confine():
        logger.warning("This system cannot limit a process: uploads are read in the process that serves pages.")
        return
    if _keeper is None:
        _keeper = Keeper(bounds)
    _keeper.start()


def stop() -> None:
    global _keeper
    if _keeper is not None:
        _keeper.stop()
        _keeper = None


class Keeper:
    """One reader, started again when it has ended, and one for each process that this one may have become."""

    def __init__(self, bounds: Bounds = BOUNDS) -> None:
        self._bounds = bounds
        self._guard = threading.Lock()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._owner = 0
        self._control: socket.socket | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._guard:
            self._ready()

    def stop(self) -> None:
        with self._guard:
            self._forget()

    def read(self, module: str, name: str, arguments: dict[str, Any]) -> Any:
        """What the parser returns. Raises `FileErrors`, also for a file that the reader could not stand."""
        if not self._turns.acquire(timeout=self._bounds.clock):
            _refuse(arguments, _("too many files are being read just now"), _("try again in a moment"))
        try:
            kind, found = self._asked((module, name, arguments, get_language()))
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            logger.warning("The reader gave up on an uploaded file in %s: %r", name, error)
            _refuse(
                arguments,
                _("reading the file took more than %(seconds)d seconds or %(size)d MB of memory")
                % {"seconds": self._bounds.processor, "size": self._bounds.memory >> 20},
                _("save only the sheet that is needed, as CSV or as a new workbook"),
            )
        finally:
            self._turns.release()
        if kind == REFUSED:
            raise FileErrors(found)
        if kind == FAILED:
            logger.error("A parser failed on an uploaded file: %s", found)
            _refuse(arguments, _("the file cannot be read"), _("save it again in the program it came from"))
        return found

    def _asked(self, message: object) -> tuple[str, Any]:
        ours, theirs = socket.socketpair()
        with ours:
            ours.settimeout(START + self._bounds.clock)
            with theirs:
                self._hand_over(theirs)
            send(ours, message)
            return plain(receive(ours, self._bounds.answer))

    def _hand_over(self, line: socket.socket) -> None:
        """Give the reader its end of a line; a reader that has gone is replaced once."""
        with self._guard:
            try:
                socket.send_fds(self._ready(), [b"f"], [line.fileno()])
            except OSError:
                self._forget()
                socket.send_fds(self._ready(), [b"f"], [line.fileno()])

    def _ready(self) -> socket.socket:
        if self._control is not None and self._owner == os.getpid() and self._child and self._child.poll() is None:
            return self._control
        self._forget()
        ours, theirs = socket.socketpair()
        told = {"control": theirs.fileno(), "modules": sorted(_modules), "languages": _languages()}
        told["bounds"] = asdict(self._bounds)
        with theirs:
            self._child = subprocess.Popen(
                [*READER, json.dumps(told)],
                cwd=ROOT,  # Python looks for the module there first
                env=_environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in a terminal is for the site
            )
        self._control, self._owner = ours, os.getpid()
        return ours

    def _forget(self) -> None:
        """Close the line, at whose end the reader ends. One that a parent of this process started is left to it."""
        if self._control is not None:
            self._control.close()
        if self._child is not None and self._owner == os.getpid():
            self._child.terminate()
            self._child.wait()
        self._control = self._child = None


_keeper: Keeper | None = None


def _refuse(arguments: dict[str, Any], what: str, mend: str) -> NoReturn:
    raise FileErrors([Problem(str(arguments["file"]), what, mend)])


def _languages() -> dict[str, Any]:
    return {
        "LANGUAGE_CODE": settings.LANGUAGE_CODE,
        "LANGUAGES": [[code, str(name)] for code, name in settings.LANGUAGES],
        "LOCALE_PATHS": [str(path) for path in settings.LOCALE_PATHS],
    }


def _environment() -> dict[str, str]:
    """What Python needs, and none of our secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
