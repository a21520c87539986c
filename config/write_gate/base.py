"""The database backend: Django's own for SQLite, and the gate. Django finds it by the name of this module."""

import os

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from config.write_gate import Gate

_gates: dict[str, Gate] = {}
os.register_at_fork(after_in_child=_gates.clear)  # who held the parent's is not in the child


def gate_of(database: str) -> Gate:
    """One for each file in this process."""
    return _gates.setdefault(database, Gate(database))


class DatabaseWrapper(base.DatabaseWrapper):
    """A transaction enters before BEGIN, which takes SQLite's lock, and leaves when it has ended in whatever way.

    What is overridden is known to Django alone, and not to the stubs of its types.
    """

    _inside: Gate | None = None

    def _start_transaction_under_autocommit(self) -> None:
        self._enter()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._leave()  # where the commit failed, Django rolls back

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()

    def _enter(self) -> None:
        if self.is_in_memory_db():
            return
        gate, patience = gate_of(str(self.settings_dict["NAME"])), self.settings_dict["OPTIONS"].get("timeout", 5)
        if not gate.enter(patience):
            raise OperationalError(f"database is locked: others have been writing to it for {patience} seconds")
        self._inside = gate

    def _leave(self) -> None:
        gate, self._inside = self._inside, None
        if gate is not None:
            gate.leave()
