"""Is this bundle whole, and do its numbers follow from its judgments?   python verify.py [BUNDLE] [--hash HASH]

BUNDLE is the zip file or the folder it was unpacked into; without it, the folder of this script. Needs Python 3.11 and
numpy, nothing else: the method's own code lies in `code/`. Exit 0: everything holds; 1: something does not.

核对本导出包是否完整，其数值是否由判断得出。只需 Python 3.11 与 numpy；计算所用的程序在 code/ 目录中。
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

SHORTEST_HASH = 12
MOST_BYTES = 2_000_000_000
OF_A_SET, OF_A_RUN = ["surveys.bundle.checks"], ["surveys.bundle.checks", "scoring.bundle.checks"]


BROKEN = (ValueError, KeyError, TypeError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error)
"""What reading something that is no bundle may raise."""


def read_bundle(place: Path | BinaryIO) -> dict[str, bytes]:
    """Name → content, of a zip file or a folder. A zip file that names a file twice, or is too large, is refused."""
    if isinstance(place, Path) and place.is_dir():
        found = sorted(path for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {path.relative_to(place).as_posix(): path.read_bytes() for path in found}
    with zipfile.ZipFile(place) as archive:
        names = archive.namelist()
        if len(set(names)) != len(names):
            raise ValueError("a file is named twice")
        if sum(info.file_size for info in archive.infolist()) > MOST_BYTES:
            raise ValueError("the files are too large")
        return {name: archive.read(name) for name in names}


def check_modules(files: dict[str, bytes]) -> list[str]:
    """The modules that check this kind of bundle, as its manifest names them."""
    named = json.loads(files["manifest.json"])["checks"]
    if named not in (OF_A_SET, OF_A_RUN):
        raise ValueError("manifest.json: checks")
    return list(named)


def run_checks(files: dict[str, bytes], published: str = "") -> Iterator[Any]:
    """Every check of every module, and one that no file is there which none of them knows."""
    modules = [import_module(name) for name in check_modules(files)]
    for module in modules:
        yield from module.checks(files)
    yield _nothing_else(files, modules)
    if published:
        yield _published(files, modules, published)


def _published(files: dict[str, bytes], modules: list[Any], published: str) -> Any:
    """A beginning is enough, as it is printed on paper; it must not be too short to mean anything."""
    findings = import_module("surveys.bundle.findings")
    wanted = published.strip().lower()

    def differs() -> list[Any]:
        known = [each for module in modules for each in module.hashes(files)]
        if len(wanted) < SHORTEST_HASH:
            return [findings.Text(f"请至少给出 {SHORTEST_HASH} 位", f"give at least {SHORTEST_HASH} digits")]
        same = any(each.startswith(wanted) for each in known)
        return [] if same else [findings.Text("包中没有这个哈希值", "nothing in the bundle has this hash")]

    return findings.check(findings.Text("与公布的哈希值一致", "the hash is the published one"), differs)


def _nothing_else(files: dict[str, bytes], modules: list[Any]) -> Any:
    findings = import_module("surveys.bundle.findings")

    def unknown() -> list[Any]:
        known = set().union(*(module.file_names(files) for module in modules))
        beside = {name for name in files if not name.startswith("code/")}
        return [findings.Text(f"文件 {name}", f"file {name}") for name in sorted(beside ^ known)]

    return findings.check(findings.Text("没有多余或缺少的文件", "no file too many, none missing"), unknown)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = Path(__file__).resolve().parent
    parser.add_argument("bundle", nargs="?", type=Path, default=here)
    parser.add_argument("--hash", default="", help="the hash as it was published: of the content or of the seal")
    options = parser.parse_args()
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(here / "code"))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        checks = list(run_checks(read_bundle(options.bundle), options.hash))
    except (OSError, *BROKEN) as error:
        say = f"FAIL 不符  不是完整的导出包 | this is no whole bundle ({error})"
        sys.stdout.write(f"{say}\n")
        return 1
    for each in checks:
        sys.stdout.write("\n".join([*each.lines(), ""]))
    failed = sum(bool(each.problems) for each in checks)
    hint = "" if options.hash else "未与公布的哈希值比对（--hash） | not compared with a published hash (--hash)\n"
    verdict = f"{failed} 项不符 | {failed} checks failed" if failed else "全部通过 | everything holds"
    sys.stdout.write(f"{hint}{verdict}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
