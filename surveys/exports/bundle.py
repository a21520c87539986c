"""The export bundle: a weight set with the logs it came from, and all that is needed to compute it again elsewhere."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings

from surveys.bundle.checks import CONSISTENCY, EVENTS, FORMAT, MANIFEST, SET, consistency_csv
from surveys.bundle.findings import Check, Files, Text, check
from surveys.bundle.recomputing import Recomputed
from surveys.bundle.tables import tables
from surveys.bundle.verify import OF_A_SET, run_checks
from surveys.canonical import canonical_json
from surveys.models import WeightSet
from surveys.selectors.event_logs import event_logs
from surveys.version import EARLIER, VERSION

TYPE = "application/zip"
CODE = (
    "ahp/*.py", "surveys/__init__.py", "surveys/adopted.py", "surveys/canonical.py", "surveys/counting.py",
    "surveys/bundle/*.py", "surveys/stamps.py", "surveys/files/__init__.py", "surveys/files/writing.py", "LICENSE",
)  # fmt: skip
BESIDE = ("README.txt", "verify.py")
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the same content is the same file


def weight_set_bundle(weight_set: WeightSet, export: bytes) -> bytes:
    """`export` is the set's JSON export."""
    return bundle_bytes(weight_set_files(weight_set, export), OF_A_SET, CODE)


def weight_set_files(weight_set: WeightSet, export: bytes) -> Files:
    """What a bundle says of a weight set, without the code."""
    document = json.loads(export)
    files: Files = {SET: export}
    events = []
    if weight_set.panel_result:
        events = list(event_logs(weight_set.panel_result))
        files[EVENTS] = "".join(canonical_json(event) + "\n" for event in events).encode()
        files[CONSISTENCY] = consistency_csv(Recomputed(document["document"], events))
    return {**files, **tables(document, events)}


def bundle_bytes(files: Files, checks: Sequence[str], code: Sequence[str]) -> bytes:
    """A zip file with a manifest, the checking program and its code: the same bytes for the same content."""
    files = {**files, **_own_files(code)}
    export = json.loads(files[SET])
    manifest = {
        "format": FORMAT,
        "software": VERSION,
        "checks": list(checks),
        **{name: export[name] for name in ("content_hash", "seal_hash", "stamps")},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    return zipped({MANIFEST: canonical_json(manifest).encode(), **dict(sorted(files.items()))})


def zipped(files: Files) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in files.items():
            info = zipfile.ZipInfo(name, FIRST_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, each)
    return content.getvalue()


def bundle_checks(files: Files, published: str = "") -> Iterator[Check]:
    """Every check of a bundle by our own code, and whether the code that it carries is ours too."""
    yield from run_checks(files, published)
    what = Text("包内程序与本系统一致", "the code in the bundle is that of this installation")
    yield check(what, lambda: _code_problems(files))


def _code_problems(files: Files) -> Iterator[Text]:
    """The code of an earlier version may differ: ours computes, not that of the bundle."""
    software = json.loads(files[MANIFEST])["software"]
    if software in EARLIER:
        return
    if software != VERSION:
        yield Text(f"未知版本 {software}", f"version {software} is not known here")
    for name, content in files.items():
        path = _own_path(name)
        if path and not (path.is_file() and path.read_bytes() == content):
            yield Text(f"{name} 与本系统的程序不同", f"{name} is not this installation's")


def _own_path(name: str) -> Path | None:
    """Where a bundle takes this file from, if it is one of ours at all."""
    root = Path(settings.BASE_DIR)
    if name in BESIDE:
        return root / "surveys/bundle" / name
    return root / name.removeprefix("code/") if name.startswith("code/") and ".." not in name else None


def _own_files(code: Sequence[str]) -> Files:
    root = Path(settings.BASE_DIR)
    paths = [path for pattern in code for path in sorted(root.glob(pattern))]
    found = {f"code/{path.relative_to(root).as_posix()}": path.read_bytes() for path in paths}
    for name in BESIDE:
        found[name] = (root / "surveys/bundle" / name).read_bytes()
    return found
