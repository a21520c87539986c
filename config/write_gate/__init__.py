"""SQLite with a queue before each write transaction.

SQLite itself has none: who finds the database locked sleeps and looks again, and under many writers some sleep for
seconds while others pass (docs/reliability.md has the numbers). Here they wait in turn: threads of a process in the
order in which they came, processes by a lock on a file beside the database, which the system frees when its holder
dies. What is read, and what is written by a single statement, goes past the gate and by SQLite's own lock as ever.
"""

import fcntl
import os
import time
from collections import deque
from pathlib import Path
from threading import Lock

LOOK_EVERY = 0.0005  # seconds between two looks whether another process has passed


class Gate:
    """The gate of one database file. Whoever was let in by `enter` must `leave`."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._guard = Lock()
        self._queue: deque[Lock] = deque()
        self._taken = False  # by a thread of this process
        self._file = -1

    def enter(self, patience: float) -> bool:
        """Wait for our turn, at most so many seconds; False where it did not come."""
        until = time.monotonic() + patience
        if not self._before_other_threads(patience):
            return False
        if self._before_other_processes(until):
            return True
        self._next_thread()
        return False

    def leave(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)  # closing alone would not do where a child was forked meanwhile
        os.close(self._file)
        self._next_thread()

    def _before_other_threads(self, patience: float) -> bool:
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            turn = Lock()
            turn.acquire()
            self._queue.append(turn)
        if turn.acquire(timeout=patience):
            return True
        with self._guard:
            if turn in self._queue:
                self._queue.remove(turn)
                return False
        return True  # our turn came while we were giving up

    def _before_other_processes(self, until: float) -> bool:
        file = self._opened()
        while not _locked(file):
            if time.monotonic() > until:
                os.close(file)
                return False
            time.sleep(LOOK_EVERY)
        self._file = file
        return True

    def _opened(self) -> int:
        file = os.open(f"{self._database}-gate", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0 and Path(self._database).exists():
            # As SQLite does with its own files: a command run by root must not shut the service out.
            owner = Path(self._database).stat()
            os.fchown(file, owner.st_uid, owner.st_gid)
        return file

    def _next_thread(self) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._taken = False


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
