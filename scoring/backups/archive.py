"""The file of a backup: a zip with a manifest and the database; written whole or not at all, read with suspicion."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from surveys.errors import Refused
from surveys.version import VERSION

FORMAT = "quanheng-backup/1"
MANIFEST, CONTENT = "manifest.json", "database"
LARGEST_MANIFEST = 1024 * 1024
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Snapshot:
    """What was true of the database at the moment of the copy."""

    engine: str
    server: str
    migrations: list[str]
    rows: dict[str, int]


@dataclass(frozen=True)
class Manifest:
    format: str
    made_at: str
    version: str
    sha256: str
    size: int
    snapshot: Snapshot


def write(folder: Path, content: Path, snapshot: Snapshot) -> Path:
    """Pack a copy of the database. The file gets its name only when every byte of it is on the disk."""
    made = datetime.now(UTC)
    manifest = Manifest(
        FORMAT, made.isoformat(timespec="seconds"), VERSION, file_hash(content), content.stat().st_size, snapshot
    )
    draft = content.with_suffix(".zip")
    # A dump of PostgreSQL is packed already.
    packing = zipfile.ZIP_DEFLATED if snapshot.engine == "sqlite" else zipfile.ZIP_STORED
    with zipfile.ZipFile(draft, "w") as archive:
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True))
        archive.write(content, CONTENT, packing)
    draft.chmod(0o600)
    _to_disk(draft)
    target = folder / f"quanheng-{made:%Y%m%d-%H%M%S-%f}.zip"
    draft.rename(target)
    _to_disk(folder)
    return target


def read(file: Path) -> Manifest:
    """The manifest of a backup."""
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
                raise ValueError("its manifest is too long")
            told = json.loads(archive.read(MANIFEST))
            archive.getinfo(CONTENT)
        if told["format"] != FORMAT:
            raise ValueError(f"its format is {told['format']!r}, not {FORMAT!r}")
        return Manifest(**{**told, "snapshot": Snapshot(**told["snapshot"])})
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror or error}. Name a file that `backup` made.") from error
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise Refused(f"{file} is no whole backup ({error}). Take another one.") from error


def unpack(file: Path, manifest: Manifest, target: Path) -> None:
    """The database out of the backup; refused where it is not, byte for byte, what was packed."""
    try:
        with zipfile.ZipFile(file) as archive, archive.open(CONTENT) as packed, target.open("wb") as out:
            if archive.getinfo(CONTENT).file_size != manifest.size:
                raise zipfile.BadZipFile("the size is another")
            shutil.copyfileobj(packed, out, CHUNK)
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise Refused(f"{file} is damaged ({error}). Take another one.") from error
    if file_hash(target) != manifest.sha256:
        raise Refused(f"{file} does not hold what its manifest says (SHA-256). Take another one.")


def file_hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
