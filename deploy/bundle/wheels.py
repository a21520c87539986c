"""The packages of a bundle: those of requirements.txt, each held against its hash, and what they ask of a machine."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

MACHINES = ("x86_64", "aarch64")
NEWEST_GLIBC, OLDEST_GLIBC = 28, 17
_NAMED = {"manylinux1": 5, "manylinux2010": 12, "manylinux2014": 17}
_TAG = re.compile(r"manylinux_2_(\d+)_")


def download(requirements: Path, folder: Path, machine: str, python: str) -> None:
    """Every wheel for this machine and no source: nothing is compiled, there or here. Raises CalledProcessError."""
    tags = [f"manylinux_2_{minor}_{machine}" for minor in range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1)]
    platforms = [word for tag in [*tags, f"manylinux2014_{machine}"] for word in ("--platform", tag)]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "--only-binary=:all:", "--implementation", "cp", "--python-version", python),
            *platforms,
            *("--requirement", str(requirements), "--dest", str(folder)),
        ],
        check=True,
    )


def least_glibc(names: Iterable[str]) -> tuple[int, int]:
    """The oldest glibc on which all of these wheels run; a wheel with several tags runs from the oldest of them on.

    >>> least_glibc(["a-1-py3-none-any.whl", "b-1-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl"])
    (2, 27)
    """
    return 2, max((_least(name) for name in names), default=0)


def _least(name: str) -> int:
    tags = name.removesuffix(".whl").rsplit("-", 1)[-1]
    minors = [int(minor) for minor in _TAG.findall(tags)]
    minors += [minor for word, minor in _NAMED.items() if f"{word}_" in tags]
    return min(minors, default=0)
