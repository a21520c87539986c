"""The gate before SQLite's write transactions: one at a time, in turn, and open again whatever ends a transaction."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest
from django.db import OperationalError, connections

from config.write_gate import Gate
from config.write_gate.base import DatabaseWrapper

pytestmark = pytest.mark.one_database

HOLD = """
import sys, time
from config.write_gate import Gate
Gate(sys.argv[1]).enter(9)
print("in", flush=True)
time.sleep(60)
"""


def test_threads_pass_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    gate, passed = Gate(str(tmp_path / "q")), []
    assert gate.enter(1)

    def pass_through(number: int) -> None:
        assert gate.enter(20)
        passed.append(number)
        gate.leave()

    threads = [Thread(target=pass_through, args=[number]) for number in range(20)]
    for waiting, thread in enumerate(threads, 1):
        thread.start()
        while len(gate._queue) < waiting:
            time.sleep(0.001)
    assert not passed
    gate.leave()
    for thread in threads:
        thread.join()
    assert passed == list(range(20))


def test_whoever_gives_up_keeps_nobody_waiting(tmp_path: Path) -> None:
    gate = Gate(str(tmp_path / "q"))
    assert gate.enter(1)
    assert not gate.enter(0.01)
    gate.leave()
    assert gate.enter(0)
    gate.leave()


def test_another_process_waits_and_its_death_opens_the_gate(tmp_path: Path) -> None:
    gate = Gate(str(tmp_path / "q"))
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "q")], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert not gate.enter(0.01)
        other.send_signal(signal.SIGKILL)
    assert gate.enter(9)
    gate.leave()
    assert (tmp_path / "q-gate").stat().st_mode & 0o077 == 0


def wrapper(file: Path) -> DatabaseWrapper:
    settings = connections["default"].settings_dict | {
        "NAME": str(file),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 0.05},
    }
    return DatabaseWrapper(settings, alias="default")


@pytest.mark.django_db
def test_every_end_of_a_transaction_opens_the_gate(tmp_path: Path) -> None:
    one, other = wrapper(tmp_path / "q"), wrapper(tmp_path / "q")

    def begin(connection: DatabaseWrapper) -> None:
        connection.ensure_connection()
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

    begin(one)
    with pytest.raises(OperationalError, match="database is locked"):
        begin(other)
    for end in (one.commit, one.rollback, one.close):
        end()
        begin(other)
        other.rollback()
        other.set_autocommit(True)
        if one.connection is not None:
            one.set_autocommit(True)
            begin(one)
    other.close()


def test_a_forked_child_begins_with_an_open_gate_of_its_own(tmp_path: Path) -> None:
    """As Celery forks its children: what the parent held at that moment is not held by a child that lives on."""
    gate = Gate(str(tmp_path / "q"))
    assert gate.enter(1)
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.read(reader, 1)
        os._exit(0)
    gate.leave()
    assert Gate(str(tmp_path / "q")).enter(0)
    os.write(writer, b"x")
    os.waitpid(child, 0)
