"""The export bundle: a weight set with the logs it came from, and all that is needed to compute it again elsewhere."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from django.conf import settings

from surveys.bundle.checks import CONSISTENCY, EVENTS, FORMAT, MANIFEST, SET, consistency_csv
from surveys.bundle.findings import Check, Files, Text, check
from surveys.bundle.recomputing import Recomputed, read_events
from surveys.bundle.tables import tables
from surveys.bundle.verify import run_checks
from surveys.canonical import canonical_json
from surveys.models import Comparison, JudgmentEvent, PanelResult, WeightSet
from surveys.selectors.panel_answers import members_in_order
from surveys.services.chain import event_document
from surveys.version import VERSION

TYPE = "application/zip"
CHECKS = "surveys.bundle.checks"
CODE = (
    "ahp/*.py", "surveys/__init__.py", "surveys/adopted.py", "surveys/canonical.py", "surveys/counting.py",
    "surveys/bundle/*.py", "surveys/files/__init__.py", "surveys/files/writing.py", "LICENSE",
)  # fmt: skip
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the same content is the same file


def weight_set_bundle(weight_set: WeightSet, export: bytes) -> bytes:
    """`export` is the set's JSON export."""
    return bundle_bytes(weight_set_files(weight_set, export), [CHECKS], CODE)


def weight_set_files(weight_set: WeightSet, export: bytes) -> Files:
    """What a bundle says of a weight set, without the code."""
    document = json.loads(export)
    files: Files = {SET: export}
    events = []
    if weight_set.panel_result:
        files[EVENTS] = "".join(_event_lines(weight_set.panel_result)).encode()
        events = read_events(files[EVENTS])
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


def bundle_checks(files: Files, published: str = "") -> list[Check]:
    """Every check of a bundle by our own code, and whether the code that it carries is ours too."""
    what = Text("包内程序与本系统一致", "the code in the bundle is that of this installation")
    return [*run_checks(files, published), check(what, lambda: _code_problems(files))]


def _code_problems(files: Files) -> Iterator[Text]:
    """Of another version nothing can be said."""
    manifest = json.loads(files[MANIFEST])
    if manifest["software"] != VERSION:
        return
    for name, content in files.items():
        ours = _own_file(name)
        if ours is not None and ours != content:
            yield Text(f"{name} 与本系统的程序不同", f"{name} is not this installation's")


def _own_file(name: str) -> bytes | None:
    """What a bundle takes from us under this name; None: it is no such file, b"" where we have none."""
    beside = {"README.txt": "surveys/bundle/README.txt", "verify.py": "surveys/bundle/verify.py"}
    if name not in beside and not name.startswith("code/"):
        return None
    root = Path(settings.BASE_DIR).resolve()
    path = (root / beside.get(name, name.removeprefix("code/"))).resolve()
    return path.read_bytes() if path.is_relative_to(root) and path.is_file() else b""


def _own_files(code: Sequence[str]) -> Files:
    root = Path(settings.BASE_DIR)
    paths = [path for pattern in code for path in sorted(root.glob(pattern))]
    found = {f"code/{path.relative_to(root).as_posix()}": path.read_bytes() for path in paths}
    for name in ("README.txt", "verify.py"):
        found[name] = (root / "surveys/bundle" / name).read_bytes()
    return found


def _event_lines(result: PanelResult) -> Iterator[str]:
    """The logs of the panel up to what was submitted, expert by expert, each event with its hash."""
    survey = str(result.survey.key)
    codes = _pair_codes(result)
    members = members_in_order(result).values_list(
        "submission__expert_id", "submission__expert__code", "submission__revision"
    )
    found = {expert: (code, revision) for expert, code, revision in members}
    for event in _events(found):
        code, newest = found[event.expert_id]
        if event.revision <= newest:
            document = event_document(event, survey, code, codes[event.comparison_id])
            yield canonical_json({**document, "hash": event.hash}) + "\n"


def _events(experts: Iterable[int]) -> Iterator[JudgmentEvent]:
    chosen = JudgmentEvent.objects.filter(expert__in=list(experts)).order_by("expert_id", "revision")
    return iter(chosen.iterator())


def _pair_codes(result: PanelResult) -> dict[int, tuple[str, str, str]]:
    pairs = Comparison.objects.filter(node__edition_id=result.survey.edition_id)
    rows = pairs.values_list("pk", "node__code", "item_a__code", "item_b__code")
    return {pair: (node, item_a, item_b) for pair, node, item_a, item_b in rows}
