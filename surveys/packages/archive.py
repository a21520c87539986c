"""The file of a package: a zip with a manifest, its seal, and parts of canonical JSON lines.

Written whole or not at all; read with suspicion: nothing of a part is believed before the seal and its hash hold.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from surveys.canonical import canonical_json
from surveys.errors import Refused
from surveys.packages.seal import seal_holds, seal_of

FORMAT = "quanheng-answers/1"
ANSWERS, FRAME = "answers", "frame"
MANIFEST, SEAL = "manifest.json", "seal"
LARGEST_MANIFEST, LARGEST_LINE = 1024 * 1024, 4 * 1024 * 1024
LARGEST = 4 * 1024**3
CHUNK = 1024 * 1024
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the same content is the same file

Line = dict[str, Any]
Parts = Mapping[str, Iterable[Line]]
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, NotImplementedError, RuntimeError)


def package_write(target: Path, manifest: Mapping[str, Any], parts: Parts, key: bytes) -> str:
    """Write the parts, then the manifest over them, then the seal. The file gets its name when all of it is on the
    disk; returns its SHA-256.
    """
    if target.exists():
        raise Refused(_("%(file)s exists already: name a new file.") % {"file": target})
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with draft.open("xb") as file:
            draft.chmod(0o600)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                told = {name: _part(archive, name, lines) for name, lines in parts.items()}
                text = canonical_json({**manifest, "format": FORMAT, "parts": told}).encode()
                archive.writestr(_entry(MANIFEST), text)
                archive.writestr(_entry(SEAL), seal_of(text, key))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
    except OSError as error:
        raise Refused(_("%(file)s cannot be written: %(why)s.") % {"file": target, "why": error.strerror}) from error
    finally:
        draft.unlink(missing_ok=True)
    return file_hash(target)


def _part(archive: zipfile.ZipFile, name: str, lines: Iterable[Line]) -> dict[str, Any]:
    digest, size, count = hashlib.sha256(), 0, 0
    with archive.open(_entry(name), "w", force_zip64=True) as out:
        for line in lines:
            text = (canonical_json(line) + "\n").encode()
            digest.update(text)
            size, count = size + len(text), count + 1
            out.write(text)
    return {"sha256": digest.hexdigest(), "size": size, "lines": count}


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, FIRST_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


@dataclass(frozen=True)
class Package:
    """A package whose seal and hashes hold."""

    file: Path
    sha256: str
    manifest: Mapping[str, Any]
    archive: zipfile.ZipFile

    @property
    def kind(self) -> str:
        return str(self.manifest["kind"])

    @property
    def sequence(self) -> int:
        return int(self.manifest["sequence"])

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A line that is none of ours, inside the block, is a sentence about the file."""
        try:
            yield
        except DAMAGED as error:
            raise _damaged(self.file, error) from error

    def lines(self, part: str) -> Iterator[Line]:
        """The documents of a part, one after another: it is never in memory as a whole."""
        with self.archive.open(part) as stream:
            while text := stream.readline(LARGEST_LINE):
                line = json.loads(text, parse_float=_no_float, parse_constant=_no_float)
                if not isinstance(line, dict):
                    raise ValueError("a line is no document")
                yield line


@contextmanager
def package_opened(file: Path, key: bytes) -> Iterator[Package]:
    """The package in `file`, after the seal and the hash of every part were looked at.

    Raises Refused where it is not what somebody with the key wrote.
    """
    try:
        archive = zipfile.ZipFile(file)
    except OSError as error:
        raise Refused(
            _("%(file)s cannot be read: %(why)s.") % {"file": file, "why": error.strerror or error}
        ) from error
    except DAMAGED as error:
        raise _damaged(file, error) from error
    with archive:
        try:
            manifest = _sealed_manifest(archive, key)
            for name, told in manifest["parts"].items():
                _part_check(archive, name, told)
        except DAMAGED as error:
            raise _damaged(file, error) from error
        yield Package(file, file_hash(file), manifest, archive)


def _damaged(file: Path, error: Exception) -> Refused:
    what = {"file": file, "why": error}
    return Refused(_("%(file)s is no whole package (%(why)s): have it exported again.") % what)


def _sealed_manifest(archive: zipfile.ZipFile, key: bytes) -> dict[str, Any]:
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST or archive.getinfo(SEAL).file_size > 100:
        raise ValueError("the manifest is too long")
    text = archive.read(MANIFEST)
    if not seal_holds(text, key, archive.read(SEAL).decode("ascii")):
        raise Refused(
            _("The seal does not hold: the package was changed, or was sealed with another key than this one.")
        )
    manifest: dict[str, Any] = json.loads(text)
    if manifest["format"] != FORMAT:
        raise ValueError(f"its format is {manifest['format']!r}, not {FORMAT!r}")
    stranger = set(archive.namelist()) ^ {MANIFEST, SEAL, *manifest["parts"]}
    if stranger or len(archive.namelist()) != len(set(archive.namelist())):
        raise ValueError("it holds other parts than its manifest says")
    return manifest


def _part_check(archive: zipfile.ZipFile, name: str, told: Mapping[str, Any]) -> None:
    if told["size"] > LARGEST or archive.getinfo(name).file_size != told["size"]:
        raise ValueError(f"{name} has another size than its manifest says")
    with archive.open(name) as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != told["sha256"]:  # type: ignore[arg-type]
            raise ValueError(f"{name} has another SHA-256 than its manifest says")


def file_hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of a canonical document")
