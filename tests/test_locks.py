"""What is installed is what was looked at: a version and hashes for everything, nothing from elsewhere, and nothing
older than the repairs that we know of.

Whether there are faults that we do not know of is asked by `make audit`, which needs the internet.
"""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"requirements.txt": "requirements.in", "requirements-dev.txt": "requirements-dev.in"}
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
# The first version without a fault that was published, and its number. For what strangers' bytes can reach.
REPAIRED = {
    "celery": ("5.2.2", "CVE-2021-23727"),
    "django": ("5.2.8", "CVE-2025-64459"),
    "lxml": ("4.9.1", "CVE-2022-2309"),
    "openpyxl": ("2.4.2", "CVE-2017-5992"),
    "pillow": ("11.3.0", "CVE-2025-48379"),
    "redis": ("4.5.5", "CVE-2023-28859"),
    "reportlab": ("3.6.13", "CVE-2023-33733"),
    "sqlparse": ("0.5.0", "CVE-2024-4340"),
    "waitress": ("3.0.1", "CVE-2024-49768"),
}


def entries(name: str) -> list[str]:
    """One for each package: its line and those that belong to it, without comments."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def locked(name: str) -> dict[str, Version]:
    found = {}
    for entry in entries(name):
        asked = Requirement(entry.partition("--hash")[0])
        [pin] = asked.specifier
        assert pin.operator == "==" and not asked.url, entry
        found[asked.name] = Version(pin.version)
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_everything_has_a_version_and_hashes_and_comes_from_the_registry(name: str) -> None:
    assert len(entries(name)) > 30
    for entry in entries(name):
        assert re.match(r"[a-z0-9][\w.-]*(\[[\w,]+\])?==", entry), entry  # no option, no address, no folder
        assert HASH.search(entry) and not HASH.sub("", entry.partition("--hash")[2].join(["--hash", ""])).strip(), entry
    asked = [line.partition("#")[0].strip() for line in (ROOT / LOCKS[name]).read_text(encoding="utf-8").splitlines()]
    named = {Requirement(line).name.lower().replace("_", "-") for line in asked if line and not line.startswith("-")}
    assert named <= set(locked(name))


def test_tests_run_on_what_is_served() -> None:
    served, tested = (locked(name) for name in LOCKS)
    assert served.items() <= tested.items()


def test_nothing_is_older_than_the_repairs_we_know_of() -> None:
    served = locked("requirements.txt")
    assert not [
        f"{name} {served[name]}: {fault}"
        for name, (repaired, fault) in REPAIRED.items()
        if served[name] < Version(repaired)
    ]


def test_the_makefile_installs_nothing_without_its_hash() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in text.splitlines() if "pip install" in line or "$(PIP) install" in line]
    assert installs and all("--require-hashes" in line or "install uv" in line for line in installs)
