"""The power goes: of what SQLite wrote only what it had synchronised is there. Nothing acknowledged is missing.

A process answers under strace, which lists every write and every fsync. The list is played up to a chosen moment: bytes
that were synchronised are on the disk; of the others none, or any part by chance, even half a write. What SQLite then
makes of its files is looked at with the product's own check of the chain.
"""

import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from config.databases import sqlite
from surveys.models import Expert, JudgmentEvent
from surveys.services.chain import chain_verify
from tests.reliability.rows import SEED, record, size
from tests.surveys import factories as make

pytestmark = [pytest.mark.one_database, pytest.mark.django_db(transaction=True)]

POINTS, ANSWERS = size(50, 500), size(250, 1_500)
CALLS = "trace=pwrite64,write,fsync,fdatasync,ftruncate,unlink"
HEX = r"((?:\\x[0-9a-f]{2})*)"
LINE = re.compile(
    rf'\d+ +(\w+)\((?:\d+<{HEX}>|"{HEX}")'  # the call, and its file, open or by name
    rf'(?:, "{HEX}", \d+(?:, (\d+))?|, (\d+))?\) += (-?\d+)'  # bytes and their place, or a new length; the outcome
)


@dataclass(frozen=True)
class Step:
    """One call of the process: what it did to which file."""

    call: str
    file: str
    content: bytes = b""
    place: int = 0


@dataclass
class Disk:
    """Files as a power cut would leave them: what is synchronised, and what is still on its way."""

    synced: dict[str, bytearray]
    waiting: dict[str, list[Step]] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        if step.call in ("fsync", "fdatasync"):
            for earlier in self.waiting.pop(step.file, []):
                _do(self.synced.setdefault(step.file, bytearray()), earlier)
        elif step.call == "unlink":
            self.synced.pop(step.file, None)
            self.waiting.pop(step.file, None)
        else:
            self.waiting.setdefault(step.file, []).append(step)

    def after_the_cut(self, chance: random.Random) -> dict[str, bytes]:
        """Half of the cuts lose all that was on its way; the others keep any part of it."""
        found = {file: bytearray(content) for file, content in self.synced.items()}
        if chance.random() < 0.5:
            for file, steps in self.waiting.items():
                for step in steps:
                    if chance.random() < 0.5:
                        _do(found.setdefault(file, bytearray()), _torn(step, chance))
        return {file: bytes(content) for file, content in found.items()}


def _do(content: bytearray, step: Step) -> None:
    if step.call == "ftruncate":
        del content[step.place :]
        content.extend(bytes(step.place - len(content)))
        return
    content.extend(bytes(max(0, step.place - len(content))))
    content[step.place : step.place + len(step.content)] = step.content


def _torn(step: Step, chance: random.Random) -> Step:
    """Sectors of 512 bytes are written whole or not at all."""
    if chance.random() < 0.7 or len(step.content) <= 512:
        return step
    return Step(
        step.call, step.file, step.content[: 512 * chance.randrange(1, 1 + len(step.content) // 512)], step.place
    )


def steps_of(trace: Path) -> Iterator[Step]:
    with trace.open(encoding="ascii") as lines:
        for line in lines:
            found = LINE.match(line)
            if found and int(found[7]) >= 0:
                name = _bytes(found[2] or found[3]).decode()
                yield Step(found[1], Path(name).name, _bytes(found[4]), int(found[5] or found[6] or 0))


def _bytes(text: str | None) -> bytes:
    return bytes.fromhex((text or "").replace("\\x", ""))


def traced(folder: Path) -> list[Step]:
    """What a process did to the copy of the database in the folder while it answered."""
    program = [
        sys.executable,
        "-m",
        "tests.reliability.answering",
        str(folder / "q.sqlite3"),
        str(folder / "said"),
        str(ANSWERS),
    ]
    command = ["strace", "-f", "-y", "-xx", "-s", "100000", "-e", CALLS, "-P", str(folder / "q.sqlite3")]
    for more in ("q.sqlite3-wal", "said"):
        command += ["-P", str(folder / more)]
    done = subprocess.run(
        [*command, "-o", str(folder / "trace"), *program, str(ANSWERS)],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return list(steps_of(folder / "trace"))


@pytest.fixture
def strace() -> None:
    """Not one of the services that a run may require: on other systems than Linux there is none."""
    if not shutil.which("strace"):
        said = "NOT TRIED: strace is missing (Debian and Ubuntu: apt install strace; openEuler: dnf install strace)"
        record("power cut (SQLite)", 0, 0, 0, SEED, said)
        pytest.skip(said)


@pytest.mark.usefixtures("strace")
def test_nothing_acknowledged_is_lost_when_the_power_goes(tmp_path: Path) -> None:
    make.expert(make.survey(gate="none"))
    began, chance = time.monotonic(), random.Random(SEED)
    with sqlite3.connect(tmp_path / "q.sqlite3") as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
    copy.close()
    disk = Disk({"q.sqlite3": bytearray((tmp_path / "q.sqlite3").read_bytes())})
    steps = traced(tmp_path)
    said = [step for step in steps if step.file == "said"]
    assert len(said) == ANSWERS, "every acknowledgement is in the list"
    assert len([step for step in steps if step.call in ("fsync", "fdatasync")]) >= ANSWERS, (
        "each answer is synchronised"
    )
    bad: list[str] = []
    heard: set[str] = set()
    points = sorted(chance.sample(range(len(steps)), POINTS))
    for place, step in enumerate(steps):
        if step.file == "said":
            heard.add(step.content.decode().strip())
        else:
            disk.take(step)
        if points and place == points[0]:
            points.pop(0)
            bad += [f"after call {place}: {fault}" for fault in faults(tmp_path, disk.after_the_cut(chance), heard)]
    record(
        "power cut (SQLite)", POINTS, len(bad), time.monotonic() - began, SEED, f"{ANSWERS} answers, {len(steps)} calls"
    )
    assert not bad, "\n".join(bad[:20])


def faults(folder: Path, files: dict[str, bytes], heard: set[str]) -> list[str]:
    """What is wrong when the machine is on again."""
    home = folder / "again"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    for name, content in files.items():
        (home / name).write_bytes(content)
    usual = connections["default"]
    entry = {**usual.settings_dict, **sqlite(home / "q.sqlite3")}
    opened = DatabaseWrapper(entry, "default")
    connections["default"] = opened
    try:
        with opened.cursor() as cursor:
            (whole,) = cursor.execute("PRAGMA integrity_check").fetchone()
        kept = {key.hex for key in JudgmentEvent.objects.values_list("client_key", flat=True)}
        problems = chain_verify(Expert.objects.select_related("survey").get())
    finally:
        opened.close()
        connections["default"] = usual
    lost = len(heard - kept)
    return [*([f"{lost} answers lost"] if lost else []), *([whole] if whole != "ok" else []), *problems]


def test_the_replay_finds_what_is_not_synchronised(tmp_path: Path) -> None:
    """Played without the calls that synchronise, everything is gone: so the test above can fail."""
    disk = Disk({"f": bytearray(b"old")})
    disk.take(Step("pwrite64", "f", b"new!"))
    assert disk.after_the_cut(random.Random(0)) in ({"f": b"old"}, {"f": b"new!"})
    assert bytes(disk.synced["f"]) == b"old"
    disk.take(Step("fdatasync", "f"))
    disk.take(Step("ftruncate", "f", place=2))
    assert bytes(disk.synced["f"]) == b"new!"
    disk.take(Step("fsync", "f"))
    assert bytes(disk.synced["f"]) == b"ne"
