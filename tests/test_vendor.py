"""What we took from others stands unchanged beside its licence."""

import hashlib
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
MANIFEST = VENDOR / "MANIFEST.sha256"


def listed() -> dict[str, str]:
    lines = MANIFEST.read_text(encoding="ascii").splitlines()
    return {path: digest for digest, path in (line.split(maxsplit=1) for line in lines)}


@pytest.mark.parametrize("path", sorted(listed()))
def test_a_vendored_file_is_the_one_we_took(path: str) -> None:
    assert hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() == listed()[path]


def test_every_vendored_file_is_listed() -> None:
    present = {str(file.relative_to(VENDOR)) for file in VENDOR.glob("*/**/*") if file.is_file()}
    assert present == set(listed())


def test_every_library_brings_its_licence() -> None:
    for folder in (path for path in VENDOR.iterdir() if path.is_dir()):
        assert (folder / "LICENSE").is_file(), folder.name


def test_nothing_vendored_calls_another_host_by_itself() -> None:
    for sheet in VENDOR.glob("**/*.css"):
        assert "url(http" not in sheet.read_text(encoding="utf-8"), sheet.name
