"""Makes a bundle out of a commit. The same commit, packages and Python make the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.bundle.wheels import download, least_glibc

SUMS, RELEASE, APP, STATIC, WHEELS, PYTHON = "SHA256SUMS", "RELEASE", "app", "static", "wheels", "python.tar.gz"
COMPILE = "from config import catalogues; catalogues.compile_stale()"
_VERSION = re.compile(r'^VERSION = "([^"]+)"', re.MULTILINE)


class BuildError(Exception):
    """The bundle cannot be made; the sentence says why."""


@dataclass(frozen=True)
class Bundle:
    file: Path
    sha256: str


@dataclass(frozen=True)
class Commit:
    hash: str
    moment: int


def build(
    root: Path, out: Path, machine: str, name: str = "HEAD", *, python: Path | None = None, wheels: Path | None = None
) -> Bundle:
    """The bundle of a commit of the repository at `root`, as a file in `out`."""
    commit = _commit(root, name)
    with TemporaryDirectory(prefix="quanheng-bundle-") as room:
        folder = Path(room) / "bundle"
        (folder / WHEELS).mkdir(parents=True)
        _source(root, commit, folder / APP)
        _made(folder / APP, folder / STATIC, Path(room) / "data")
        _wheels(folder, machine, wheels)
        if python:
            shutil.copyfile(python, folder / PYTHON)
        version = _version(folder / APP)
        _release(folder, commit, version, machine)
        shutil.copyfile(folder / APP / "deploy" / "bundle" / "install.sh", folder / "install.sh")
        (folder / "install.sh").chmod(0o755)
        _sums(folder)
        out.mkdir(parents=True, exist_ok=True)
        file = out / f"quanheng-{version}-{machine}.tar.gz"
        _pack(folder, file, f"quanheng-{version}-{machine}", commit.moment)
    return Bundle(file, _hash(file))


def _commit(root: Path, name: str) -> Commit:
    found = _git(root, "log", "-1", "--format=%H %ct", name).decode().split()
    return Commit(found[0], int(found[1]))


def _git(root: Path, *words: str) -> bytes:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    if done.returncode:
        raise BuildError(f"git {words[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _source(root: Path, commit: Commit, target: Path) -> None:
    """What is committed, and nothing else that lies about."""
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", commit.hash))) as archive:
        archive.extractall(target, filter="data")


def _made(app: Path, static: Path, data: Path) -> None:
    """What a running site would make at its first start: compiled translations, collected static files."""
    data.mkdir()
    environment = {"PATH": os.environ.get("PATH", ""), "DATA_DIR": str(data), "PYTHONDONTWRITEBYTECODE": "1"}
    collect = ("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    for words in (("-c", COMPILE), collect):
        done = subprocess.run([sys.executable, *words], cwd=app, env=environment, capture_output=True, check=False)
        if done.returncode:
            raise BuildError(f"{' '.join(words)}: {done.stderr.decode(errors='replace').strip()}")
    (data / "static").rename(static)


def _wheels(folder: Path, machine: str, given: Path | None) -> None:
    if given:
        for wheel in sorted(given.glob("*.whl")):
            shutil.copyfile(wheel, folder / WHEELS / wheel.name)
        return
    try:
        download(folder / APP / "requirements.txt", folder / WHEELS, machine, _python())
    except subprocess.CalledProcessError as error:
        raise BuildError(f"The packages for {machine} could not all be had: see what pip says above.") from error


def _version(app: Path) -> str:
    found = _VERSION.search((app / "surveys" / "version.py").read_text(encoding="utf-8"))
    if not found:
        raise BuildError("surveys/version.py names no version.")
    return found[1]


def _python() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def _release(folder: Path, commit: Commit, version: str, machine: str) -> None:
    """What install.sh reads: lines of NAME=value."""
    major, minor = least_glibc(path.name for path in (folder / WHEELS).iterdir())
    told = {
        "VERSION": version,
        "COMMIT": commit.hash,
        "MACHINE": machine,
        "PYTHON_MINOR": _python(),
        "GLIBC": f"{major}.{minor}",
    }
    (folder / RELEASE).write_text("".join(f"{name}={value}\n" for name, value in told.items()), encoding="ascii")


def _sums(folder: Path) -> None:
    lines = [f"{_hash(path)}  {path.relative_to(folder).as_posix()}\n" for path in _files(folder)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _pack(folder: Path, target: Path, top: str, moment: int) -> None:
    """Sorted, without owners, every moment that of the commit: nothing of the machine that packs."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with (
        draft.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=moment) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in _files(folder):
            entry = tarfile.TarInfo(f"{top}/{path.relative_to(folder).as_posix()}")
            entry.size, entry.mtime = path.stat().st_size, moment
            entry.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            with path.open("rb") as content:
                archive.addfile(entry, content)
    draft.rename(target)
