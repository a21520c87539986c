"""Of two thousand random changes, with those of test_tampering_rows.py, the part that is made to exported files:
every one is found, an untouched file holds.

A forger may know everything: hashes of files, of content and of signatures are made anew in part of the attempts. What
then agrees with itself is found by the hash that was published outside the file, and by nothing else.
"""

import hashlib
import io
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from scoring.bundles import run_bundle
from scoring.models import ScoringRun
from surveys.bundle.checks import CONSISTENCY, MANIFEST, SET, _read, _same_row
from surveys.bundle.findings import Files
from surveys.bundle.recomputing import read_events
from surveys.bundle.tables import tables
from surveys.bundle.verify import BROKEN, read_bundle
from surveys.canonical import canonical_json, content_hash
from surveys.exports.bundle import bundle_checks, zipped
from surveys.exports.weight_sets import export_bytes
from surveys.selectors.verification import file_hashes, file_problems
from tests.scoring import factories as score

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]

SEED = 20260131
Change = Callable[[random.Random, bytes], bytes]


@pytest.fixture
def run() -> ScoringRun:
    return score.run(score.locked(decimals=2), weights_used="adopted")


def found(files: Files, published: str = "") -> bool:
    """Whether any check fails; the first that does ends the search."""
    try:
        return any(check.problems for check in bundle_checks(files, published))
    except BROKEN:
        return True


# --- what is done to the bytes of a file ---


def flip_a_digit(chance: random.Random, content: bytes) -> bytes:
    places = [place for place, byte in enumerate(content) if 48 <= byte <= 57] or [0]
    place = chance.choice(places)
    other = chance.choice([digit for digit in b"0123456789" if digit != content[place]])
    return content[:place] + bytes([other]) + content[place + 1 :]


def change_a_letter(chance: random.Random, content: bytes) -> bytes:
    text = content.decode()
    place = chance.choice([place for place, char in enumerate(text) if char.isalpha()])
    return (text[:place] + chance.choice("xyz权衡") + text[place + 1 :]).encode()


def swap_two_values(chance: random.Random, content: bytes) -> bytes:
    sign = b"," if content.count(b",") > 1 else b"\n"
    parts = content.split(sign)
    a, b = chance.sample(range(len(parts)), 2) if len(parts) > 1 else (0, 0)
    parts[a], parts[b] = parts[b], parts[a]
    return sign.join(parts)


def drop_a_line(chance: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return b"".join(lines)


def reorder_lines(chance: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines)


def repeat_a_line(chance: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join([*lines, chance.choice(lines)])


def truncate(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def change_a_byte(chance: random.Random, content: bytes) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ chance.randrange(1, 256)]) + content[place + 1 :]


CHANGES: list[Change] = [
    flip_a_digit, change_a_letter, swap_two_values, drop_a_line, reorder_lines, repeat_a_line, truncate, change_a_byte,
]  # fmt: skip


def means_the_same(name: str, before: bytes, after: bytes) -> bool:
    """A changed last digit of a computed number, within what processors differ by, is no other number."""
    if name != CONSISTENCY or before == after:
        return before == after
    try:
        rows = _read(after)
    except ValueError:
        return False
    return (
        after.count(b"\r\n") == before.count(b"\r\n")
        and len(rows) == len(_read(before))
        and all(map(_same_row, rows, _read(before)))
    )


def with_manifest(files: Files) -> Files:
    """As a forger would who knows that files are hashed."""
    manifest = json.loads(files[MANIFEST])
    manifest["files"] = {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != MANIFEST
    }
    return {**files, MANIFEST: canonical_json(manifest).encode()}


@pytest.mark.parametrize("rehashed", [False, True], ids=["as it is", "manifest hashed anew"])
def test_every_changed_file_of_a_bundle_is_found(run: ScoringRun, rehashed: bool) -> None:
    chance = random.Random(SEED + rehashed)
    files = read_bundle(io.BytesIO(run_bundle(run)))
    assert not found(files)
    said = [name for name in files if not name.startswith("code/")]
    code = [name for name in files if name.startswith("code/") and files[name]]
    tried = 0
    while tried < 450:
        name = chance.choice(said if chance.random() < 0.8 else code)
        if rehashed and name == MANIFEST:
            continue
        change = chance.choice(CHANGES)
        after = change(chance, files[name])
        if means_the_same(name, files[name], after):
            continue
        tried += 1
        tampered = {**files, name: after}
        assert found(with_manifest(tampered) if rehashed else tampered), (SEED, name, change.__name__)


@pytest.mark.parametrize("rehashed", [False, True], ids=["as it is", "manifest hashed anew"])
def test_missing_added_renamed_and_exchanged_files_are_found(run: ScoringRun, rehashed: bool) -> None:
    files = read_bundle(io.BytesIO(run_bundle(run)))
    dressed = with_manifest if rehashed else dict
    for name in files:
        if name == MANIFEST:
            continue
        rest = {other: content for other, content in files.items() if other != name}
        assert found(dressed({**rest, f"{name}.old": files[name]})), name
        if not name.startswith("code/"):
            assert found(dressed(rest)), name
            assert found(dressed({**rest, name: files["code/LICENSE"]})), name
    assert found(dressed({**files, "code/numpy.py": b"import os"}))
    assert found({name: content for name, content in files.items() if name != MANIFEST})


def test_every_changed_byte_of_the_archive_is_refused_or_found_or_changes_nothing(run: ScoringRun) -> None:
    chance = random.Random(SEED)
    archive = export_bytes(run.weight_set, "zip")
    files = read_bundle(io.BytesIO(archive))
    assert zipped(files) == archive == export_bytes(run.weight_set, "zip")
    for _attempt in range(300):
        change = chance.choice([change_a_byte, truncate])
        try:
            tampered = read_bundle(io.BytesIO(change(chance, archive)))
        except (*BROKEN, OSError):
            continue
        assert tampered == files or found(tampered), SEED


# --- forgers who hash everything anew ---


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every text, number and truth value below."""
    if isinstance(value, dict):
        return [way for name, each in value.items() for way in leaves(each, (*path, name))]
    if isinstance(value, list):
        return [way for place, each in enumerate(value) for way in leaves(each, (*path, place))]
    return [path]


def changed_at(value: Any, path: tuple[Any, ...], chance: random.Random) -> Any:
    inner = json.loads(json.dumps(value))
    holder = inner
    for step in path[:-1]:
        holder = holder[step]
    before = holder[path[-1]]
    if isinstance(before, bool):
        holder[path[-1]] = not before
    elif isinstance(before, int):
        holder[path[-1]] = before + chance.randrange(1, 9)
    else:
        holder[path[-1]] = f"{before or ''}{chance.choice('123')}"
    return inner


def forged(exported: dict[str, Any], chance: random.Random) -> tuple[bytes, tuple[Any, ...]]:
    """One thing in document or seal is changed, and every hash is made anew."""
    path = chance.choice([way for way in leaves(exported) if way[0] in ("document", "seal")])
    export = changed_at(exported, path, chance)
    export["content_hash"] = content_hash(canonical_json(export["document"]))
    if path[0] == "document" or chance.random() < 0.9:
        export["seal"]["content_hash"] = export["content_hash"]
    export["seal_hash"] = content_hash(canonical_json(export["seal"]))
    return canonical_json(export).encode(), path


def test_whoever_hashes_everything_anew_is_found_by_the_published_hash(run: ScoringRun) -> None:
    chance = random.Random(SEED)
    exported = export_bytes(run.weight_set, "json")
    published = run.weight_set.seal_hash
    assert file_problems(exported) == []
    assert published in file_hashes(exported)
    alone = 0
    for _attempt in range(900):
        tampered, path = forged(json.loads(exported), chance)
        wrong = file_problems(tampered)
        alone += bool(wrong)
        assert wrong or published not in file_hashes(tampered) or tampered == exported, (SEED, path)
    assert alone > 50  # numbers do not follow from one another, whatever the hashes say


def test_a_bundle_that_is_forged_throughout_is_found_by_the_published_hash(run: ScoringRun) -> None:
    chance = random.Random(SEED)
    files = read_bundle(io.BytesIO(export_bytes(run.weight_set, "zip")))
    assert not found(files, run.weight_set.seal_hash)
    assert not found(files, run.weight_set.content_hash[:16])
    assert found(files, run.weight_set.content_hash[:5])
    for _attempt in range(100):
        content, path = forged(json.loads(files[SET]), chance)
        if content == files[SET]:
            continue
        export = json.loads(content)
        try:
            written = tables(export, read_events(files["judgments.jsonl"]))
        except BROKEN:
            continue
        manifest = {**json.loads(files[MANIFEST]), **{n: export[n] for n in ("content_hash", "seal_hash", "stamps")}}
        tampered = {**files, **written, SET: content, MANIFEST: canonical_json(manifest).encode()}
        assert found(with_manifest(tampered), run.weight_set.seal_hash), (SEED, path)


def test_a_changed_judgment_under_a_whole_new_chain_is_found(run: ScoringRun) -> None:
    """Every later hash of the log is made anew; then the head is not the one that the set names."""
    files = read_bundle(io.BytesIO(export_bytes(run.weight_set, "zip")))
    events = read_events(files["judgments.jsonl"])
    for place, event in enumerate(events):
        again = [dict(each) for each in events]
        again[place]["strength"] = 2 if event["strength"] != 2 else 5
        previous = ""
        for each in again:
            each["previous"] = "" if each["revision"] == 1 else previous
            each["hash"] = previous = content_hash(canonical_json({k: v for k, v in each.items() if k != "hash"}))
        lines = "".join(canonical_json(each) + "\n" for each in again).encode()
        export = json.loads(files[SET])
        tampered = {**files, **tables(export, again), "judgments.jsonl": lines}
        assert found(with_manifest(tampered)), place
