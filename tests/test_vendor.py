"""What we took from others stands unchanged beside its licence."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [ROOT / "static" / "vendor", ROOT / "tests" / "vendor"]


def listed(vendor: Path) -> dict[str, str]:
    lines = (vendor / "MANIFEST.sha256").read_text(encoding="ascii").splitlines()
    return {path: digest for digest, path in (line.split(maxsplit=1) for line in lines)}


FILES = [(vendor, path, digest) for vendor in FOLDERS for path, digest in sorted(listed(vendor).items())]


@pytest.mark.parametrize(("vendor", "path", "digest"), FILES, ids=[path for _vendor, path, _digest in FILES])
def test_a_vendored_file_is_the_one_we_took(vendor: Path, path: str, digest: str) -> None:
    assert hashlib.sha256((vendor / path).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("vendor", FOLDERS, ids=["served", "tests"])
def test_every_vendored_file_is_listed(vendor: Path) -> None:
    present = {str(file.relative_to(vendor)) for file in vendor.glob("*/**/*") if file.is_file()}
    assert present == set(listed(vendor))


@pytest.mark.parametrize("vendor", FOLDERS, ids=["served", "tests"])
def test_every_library_brings_its_licence(vendor: Path) -> None:
    for folder in (path for path in vendor.iterdir() if path.is_dir()):
        assert (folder / "LICENSE").is_file(), folder.name


def test_nothing_vendored_calls_another_host_by_itself() -> None:
    for sheet in FOLDERS[0].glob("**/*.css"):
        assert "url(http" not in sheet.read_text(encoding="utf-8"), sheet.name
