"""Make a backup, look at one, put one back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from scoring.backups import archive
from scoring.backups.archive import Manifest
from scoring.backups.databases import engine_of
from surveys.errors import Refused


def backup_make(folder: Path) -> Path:
    """The whole database of this moment, as a new file in this folder. The site may go on writing."""
    with _room(folder) as room:
        content = room / "copy"
        snapshot = engine_of(connection.vendor).copy(content)
        if not snapshot.rows:
            raise Refused("This database is empty: there is nothing to back up. Check DATA_DIR and DATABASE_URL.")
        return archive.write(folder, content, snapshot)


def backup_check(file: Path) -> Manifest:
    """The manifest of a backup whose every byte is as it was made."""
    manifest = archive.read(file)
    with TemporaryDirectory(prefix="quanheng-") as room:
        _unpack(file, manifest, Path(room) / "copy")
    return manifest


def backup_put_back(file: Path) -> Manifest:
    """Fill an empty database from a backup. What it was made by must be known to us; what it lacks, `migrate` adds."""
    manifest = archive.read(file)
    _refuse_other_engine(manifest)
    _refuse_newer(manifest)
    _refuse_full()
    with TemporaryDirectory(prefix="quanheng-") as room:
        content = Path(room) / "copy"
        _unpack(file, manifest, content)
        engine_of(connection.vendor).put_back(content)
    return manifest


def _unpack(file: Path, manifest: Manifest, content: Path) -> None:
    archive.unpack(file, manifest, content)
    problems = engine_of(manifest.snapshot.engine).check(content)
    if problems:
        raise Refused(f"{file} is damaged: {problems[0]}. Take another one.")


def _refuse_other_engine(manifest: Manifest) -> None:
    if manifest.snapshot.engine != connection.vendor:
        raise Refused(
            f"The backup is of {manifest.snapshot.engine}, and DATABASE_URL names {connection.vendor}. "
            "Put it back into a database of its own kind."
        )


def _refuse_newer(manifest: Manifest) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or {}}
    unknown = [name for name in manifest.snapshot.migrations if name not in known]
    if unknown:
        raise Refused(
            f"The backup was made by version {manifest.version}, whose {unknown[0]} this version does not know. "
            "Install that version or a newer one first."
        )


def _refuse_full() -> None:
    try:
        tables = connection.introspection.table_names()
    except DatabaseError as error:
        raise Refused(f"The database cannot be used: {' '.join(str(error).split())}. Check DATABASE_URL.") from error
    if tables:
        raise Refused(
            f"The database {connection.settings_dict['NAME']} is not empty (it has {len(tables)} tables): nothing was "
            "touched. Name a new file or a new, empty database in DATABASE_URL."
        )


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """Room for drafts on the disk where the backup will lie, so that it takes its name in one step."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".draft-", dir=folder) as room:
            yield Path(room)
    except OSError as error:
        raise Refused(f"{folder} cannot be written to: {error.strerror or error}. Name another folder.") from error
