"""The checks of a bundle around a weight set: files, hashes, logs, and every number from the judgments on."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

import ahp
from surveys.adopted import adopted_weights
from surveys.bundle.findings import Check, Files, Text, check
from surveys.bundle.recomputing import (
    Document,
    Recomputed,
    children_of,
    close,
    matrix_numbers,
    numbers,
    read_events,
)
from surveys.bundle.tables import tables
from surveys.canonical import canonical_json, content_hash
from surveys.files.writing import csv_bytes
from surveys.stamps import stamps

FORMAT = "quanheng-bundle/1"
SET_FORMAT = "quanheng-weight-set-export/1"
MANIFEST, SET, EVENTS, CONSISTENCY = "manifest.json", "weight-set.json", "judgments.jsonl", "consistency.csv"
ALWAYS = {MANIFEST, "README.txt", "verify.py", SET}
CODE = "code/"
CONSISTENCY_COLUMNS = ("expert", "node", "n", "lambda_max", "ci", "random_index", "ri", "cr")


def checks(files: Files) -> Iterator[Check]:
    """All of them, in the order in which one rests on another."""
    yield check(
        Text(f"清单：{len(files)} 个文件的 SHA-256", f"manifest: SHA-256 of {len(files)} files"),
        lambda: manifest_problems(files),
    )
    what = Text("权重集：内容哈希、签批哈希与两位签批人", "weight set: content hash, seal hash, two signers")
    yield check(what, lambda: _hash_problems(files))
    what = Text("专家答复日志：哈希链与提交时的链头", "experts' logs: hash chains and the heads that were submitted")
    yield check(what, lambda: _log_problems(files))
    what = Text(
        "由判断计算群组矩阵、权重与一致性（误差 1e-9）", "from judgments to group matrices, weights, consistency (1e-9)"
    )
    yield check(what, lambda: _panel_problems(files))
    what = Text("由局部权重计算全局权重与采用权重", "from local weights to global and adopted weights")
    yield check(what, lambda: _weight_problems(_document(files)))
    what = Text("表格文件与文档逐字节一致", "the tables say what the documents say, byte for byte")
    yield check(what, lambda: _table_problems(files))
    what = Text("各位专家的一致性指标（误差 1e-9）", "consistency of every expert (1e-9)")
    yield check(what, lambda: _consistency_problems(files))


def file_names(files: Files) -> set[str]:
    """The files that belong to a weight set, beside the code."""
    export = json.loads(files[SET])
    panel = {EVENTS, CONSISTENCY} if export["document"]["panel"] else set()
    return {*ALWAYS, *panel, *tables(export, _events(files))}


def consistency_csv(recomputed: Recomputed) -> bytes:
    return csv_bytes(CONSISTENCY_COLUMNS, recomputed.consistency_rows())


def _document(files: Files) -> Document:
    document: Document = json.loads(files[SET])["document"]
    return document


def _events(files: Files) -> list[dict[str, Any]]:
    return read_events(files[EVENTS]) if EVENTS in files else []


# --- files and hashes ---


def manifest_problems(files: Files) -> Iterator[Text]:
    manifest = json.loads(files[MANIFEST])
    if manifest["format"] != FORMAT or canonical_json(manifest).encode() != files[MANIFEST]:
        yield Text("清单不是原样写出的", "the manifest is not written as it was exported")
    stated: Mapping[str, str] = manifest["files"]
    for name in sorted(stated.keys() | files.keys() - {MANIFEST}):
        if name not in files:
            yield Text(f"缺少文件 {name}", f"{name} is missing")
        elif name not in stated:
            yield Text(f"清单中没有文件 {name}", f"{name} is not in the manifest")
        elif hashlib.sha256(files[name]).hexdigest() != stated[name]:
            yield Text(f"文件 {name} 已被改动", f"{name} was changed")
    export = json.loads(files[SET])
    for name in ("content_hash", "seal_hash", "stamps"):
        if manifest[name] != export[name]:
            yield Text(f"清单中的 {name} 与权重集不同", f"{name} of the manifest is not the weight set's")


def hashes(files: Files) -> list[str]:
    """The hashes that may have been published."""
    export = json.loads(files[SET])
    return [export[name] for name in ("content_hash", "seal_hash") if export[name]]


def _hash_problems(files: Files) -> Iterator[Text]:
    export = json.loads(files[SET])
    document, seal = export["document"], export["seal"]
    outside = any(entry["origin"] != "judgments" for entry in document["weights"])
    if export["stamps"] != stamps(synthetic=document["synthetic"], sealed=bool(seal), outside=outside):
        yield Text("标注与内容不符", "the stamps are not those of the content")
    if export["format"] != SET_FORMAT or canonical_json(export).encode() != files[SET]:
        yield Text("权重集文件不是原样写出的", "the weight set's file is not written as it was exported")
    if content_hash(canonical_json(document)) != export["content_hash"]:
        yield Text("内容与所述内容哈希不符", "the content does not have the hash that is stated")
    if (content_hash(canonical_json(seal)) if seal else "") != export["seal_hash"]:
        yield Text("签批与所述签批哈希不符", "the signatures do not have the hash that is stated")
    if seal and seal["content_hash"] != export["content_hash"]:
        yield Text("签批针对的是另一份内容", "the signatures stand under another content")
    if seal and seal["proposed"]["account"] == seal["approved"]["account"]:
        yield Text("提请与批准为同一账号", "one account has both proposed and approved")


# --- logs ---


def _log_problems(files: Files) -> Iterator[Text]:
    document, events = _document(files), _events(files)
    if not document["panel"]:
        return
    lines = [canonical_json(event) for event in events]
    if "\n".join([*lines, ""]).encode() != files[EVENTS] and files[EVENTS]:
        yield Text("日志不是原样写出的", "the logs are not written as they were exported")
    survey = document["survey"]["key"]
    pairs = {pair for node in document["tree"]["nodes"] for pair in [(node["code"], node["parent"])]}
    logs = [(code, list(log)) for code, log in groupby(events, key=lambda event: str(event["expert"]))]
    heads = {member["code"]: (member["revision"], member["head_hash"]) for member in document["panel"]["experts"]}
    if [code for code, _log in logs] != [code for code, (revision, _head) in heads.items() if revision]:
        yield Text("日志中的专家与权重集所列不同", "the logs are not those of the experts in the weight set")
    for code, log in logs:
        yield from _chain_problems(code, log, survey, pairs)
        if (log[-1]["revision"], log[-1]["hash"]) != heads.get(code):
            yield Text(
                f"{code}：日志并非止于已提交的链头", f"{code}: the log does not end with the head that was submitted"
            )


def _chain_problems(
    expert: str, log: Sequence[Document], survey: str, pairs: set[tuple[str, str | None]]
) -> Iterator[Text]:
    previous = ""
    for number, event in enumerate(log, start=1):
        said = {name: value for name, value in event.items() if name != "hash"}
        if content_hash(canonical_json(said)) != event["hash"]:
            yield Text(f"{expert}：第 {number} 条与其哈希不符", f"{expert}: event {number} does not have its hash")
        if (event["revision"], event["previous"], event["survey"]) != (number, previous, survey):
            yield Text(
                f"{expert}：第 {number} 条未接续上一条", f"{expert}: event {number} does not follow the one before"
            )
        if not {(event["item_a"], event["node"]), (event["item_b"], event["node"])} <= pairs:
            yield Text(
                f"{expert}：第 {number} 条不属于本指标体系", f"{expert}: event {number} is of no pair of the tree"
            )
        previous = event["hash"]


# --- numbers ---


def _panel_problems(files: Files) -> Iterator[Text]:
    document = _document(files)
    if not document["panel"]:
        return
    recomputed = Recomputed(document, _events(files))
    stated = {node["code"]: node for node in document["panel"]["nodes"]}
    if stated.keys() != recomputed.tree.keys():
        yield Text("矩阵与指标树不符", "the matrices are not those of the tree")
    for code in recomputed.compared:
        yield from _node_problems(code, stated[code], recomputed)
    local = {parent: _local(document, children) for parent, children in recomputed.tree.items()}
    origins = {entry["code"]: entry["origin"] for entry in document["weights"]}
    for code, node in stated.items():
        judged = all(origins[child] == "judgments" for child in recomputed.tree[code])
        if judged and not close(numbers(node["weights"]), local[code]):
            yield Text(f"{code} 的权重不是专家组的权重", f"the weights under {code} are not the panel's")


def _node_problems(code: str, node: Document, recomputed: Recomputed) -> Iterator[Text]:
    first, second = recomputed.first, recomputed.second
    tested = first.group_consistency[code]
    matrix = first.group[code].values
    counted = recomputed.counted(code)
    numbers_of = {
        "matrix": (matrix_numbers(node["matrix"]), matrix),
        "weights": (numbers(node["weights"]), first.group_local[code]),
        "second_weights": (numbers(node["second_weights"]), second.group_local[code]),
        "lambda_max": (numbers(node["lambda_max"]), [tested.lambda_max]),
        "index": (numbers(node["index"]), [tested.index]),
        "random_index": (numbers(node["random_index"]), [tested.random_index] if tested.testable else []),
        "ratio": (numbers(node["ratio"]), [] if tested.ratio is None else [tested.ratio]),
        "answers": (node["answers"], counted.sum(axis=0)),
        "experts": ([node["experts"]], [int(counted.any(axis=1).sum())]),
    }
    for name, (said, computed) in numbers_of.items():
        if not close(said, computed):
            yield Text(f"{code} 的 {name} 无法由判断得出", f"{name} of {code} does not follow from the judgments")
    if node["table"] != recomputed.panel["random_index"]:
        yield Text(f"{code} 的 RI 表与所述方法不同", f"the table of {code} is not that of the method")


def _local(document: Document, children: Iterable[str]) -> list[float]:
    stated = {entry["code"]: entry for entry in document["weights"]}
    return [float(stated[child]["local_weight"]) for child in children]


def _weight_problems(document: Document) -> Iterator[Text]:
    tree = children_of(document)
    root = document["tree"]["nodes"][0]["code"]
    local = {parent: _local(document, children) for parent, children in tree.items()}
    whole = ahp.global_weights(tree, local) if tree else {root: 1.0}
    decimals = document["adopted_decimals"]
    adopted = {} if decimals is None else adopted_weights(tree, local, root, decimals)
    if [entry["code"] for entry in document["weights"]] != [node["code"] for node in document["tree"]["nodes"]]:
        yield Text("权重与指标树不符", "the weights are not those of the tree")
    for parent, weights in local.items():
        if not close([sum(weights)], [1.0]):
            yield Text(f"{parent} 的局部权重之和不为 1", f"the local weights under {parent} do not add up to 1")
    for entry in document["weights"]:
        code = entry["code"]
        if not close(numbers(entry["global_weight"]), [float(whole[code])]):
            yield Text(f"{code} 的全局权重有误", f"the global weight of {code} does not follow")
        if entry["adopted_weight"] != str(adopted.get(code, "")):
            yield Text(f"{code} 的采用权重有误", f"the adopted weight of {code} does not follow")


# --- tables ---


def _table_problems(files: Files) -> Iterator[Text]:
    yield from written_problems(files, tables(json.loads(files[SET]), _events(files)))


def written_problems(files: Files, wanted: Files) -> Iterator[Text]:
    for name, content in wanted.items():
        if files.get(name) != content:
            yield Text(f"{name} 与文档不符", f"{name} does not say what the documents say")


def _consistency_problems(files: Files) -> Iterator[Text]:
    document = _document(files)
    if not document["panel"]:
        return
    wanted = _read(consistency_csv(Recomputed(document, _events(files))))
    stated = _read(files[CONSISTENCY])
    if len(wanted) != len(stated):
        yield Text("行数不符", "the number of rows differs")
    for number, (said, computed) in enumerate(zip(stated, wanted, strict=False), start=1):
        if not _same_row(said, computed):
            yield Text(f"第 {number} 行不符", f"row {number} does not follow")


def _read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _same_row(said: Sequence[str], computed: Sequence[str]) -> bool:
    if len(said) != len(computed):
        return False
    return all(
        a == b or (_is_number(a) and _is_number(b) and close([float(a)], [float(b)]))
        for a, b in zip(said, computed, strict=True)
    )


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
