"""The checks of a bundle around a scoring run: its hashes, its data, and scores and ranks computed again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.bundle.tables import run_tables
from scoring.ranking import Scores, score
from scoring.rules import GROUPINGS, leaf_rules, node_rules, options_from, ruled
from surveys.adopted import local_of_adopted
from surveys.bundle.checks import SET, written_problems
from surveys.bundle.findings import Check, Files, Text, check
from surveys.bundle.recomputing import Document, close
from surveys.canonical import canonical_json, content_hash
from surveys.files.shape import Tree
from surveys.stamps import stamps

RUN = "run.json"
FORMAT = "quanheng-scoring-run-export/1"


@dataclass(frozen=True)
class _Row:
    """A node as rules read it."""

    code: str
    parent: str
    direction: str
    scoring: Mapping[str, str]


def checks(files: Files) -> Iterator[Check]:
    """Those of the run; the weight set under it has its own."""
    what = Text("评价运行：内容、数据与权重的哈希", "scoring run: hashes of content, data and weights")
    yield check(what, lambda: _hash_problems(files))
    what = Text("由数据与权重计算得分与名次（误差 1e-9）", "from data and weights to scores and ranks (1e-9)")
    yield check(what, lambda: _score_problems(json.loads(files[RUN])))
    what = Text("数据与得分表格与文档逐字节一致", "the tables of data and scores say what the documents say")
    yield check(what, lambda: written_problems(files, run_tables(json.loads(files[RUN]))))


def file_names(files: Files) -> set[str]:
    """The files that belong to a run, beside those of its weight set and the code."""
    return {RUN, *run_tables(json.loads(files[RUN]))}


def hashes(files: Files) -> list[str]:
    """The hash that may have been published with the scores: it is over those of the weights and the data."""
    return [json.loads(files[RUN])["content_hash"]]


def _hash_problems(files: Files) -> Iterator[Text]:
    export, weights = json.loads(files[RUN]), json.loads(files[SET])
    document = export["document"]
    if export["stamps"] != stamps(synthetic=document["synthetic"], sealed=not document["preview"]):
        yield Text("标注与内容不符", "the stamps are not those of the content")
    if export["format"] != FORMAT or canonical_json(export).encode() != files[RUN]:
        yield Text("运行文件不是原样写出的", "the run's file is not written as it was exported")
    if content_hash(canonical_json(document)) != export["content_hash"]:
        yield Text("运行与所述内容哈希不符", "the run does not have the hash that is stated")
    if content_hash(canonical_json(export["data"])) != document["data"]["content_hash"]:
        yield Text("数据不是该运行所用的数据", "the data are not those that the run names")
    named = document["weights"]
    if named["content_hash"] != weights["content_hash"] or export["weights"] != weights["document"]:
        yield Text("权重不是该运行所用的权重", "the weights are not those that the run names")
    sealed = ("", None) if document["preview"] else (weights["seal_hash"], weights["seal"])
    if (named["seal_hash"], export["weights_seal"]) != sealed:
        yield Text("权重的签批不是该运行所用的", "the signatures under the weights are not those that the run names")


def _score_problems(export: Document) -> Iterator[Text]:
    document, tree = export["document"], _tree(export["weights"])
    local = _local(export["weights"], document["weights"]["used"], tree, document["node"])
    for code, stated in document["local_weights"].items():
        if not close([float(stated[child]) for child in tree.children[code]], local[code]):
            yield Text(f"{code} 的局部权重不是权重集中的", f"the local weights under {code} are not the weight set's")
    scores = _scores(export, tree, local)
    units = [unit["name"] for unit in export["data"]["units"]]
    if document["units"] != units or set(document["scores"]) != set(scores.codes):
        yield Text("评价对象或指标与数据不符", "units or nodes are not those of the data")
        return
    for code in scores.codes:
        written = [float(text or "nan") for text in document["scores"][code]]
        if not close(written, scores.of(code)):
            yield Text(f"{code} 的得分无法重现", f"the scores of {code} do not come back")
        elif [rank or 0 for rank in document["ranks"][code]] != scores.ranks_of(code).tolist():
            yield Text(f"{code} 的名次无法重现", f"the ranks of {code} do not come back")


def _tree(weights: Document) -> Tree:
    rows: list[Any] = [
        _Row(node["code"], node["parent"] or "", node["direction"], node["scoring"])
        for node in weights["tree"]["nodes"]
    ]
    return Tree(rows)


def _local(weights: Document, used: str, tree: Tree, root: str) -> dict[str, list[float]]:
    entries = {entry["code"]: entry for entry in weights["weights"]}
    found = {}
    for code in (code for code in tree.below(root) if tree.children[code]):
        children = [entries[child] for child in tree.children[code]]
        exact = [float(child["local_weight"]) for child in children]
        printed = local_of_adopted([child["adopted_weight"] for child in children]) if used == "adopted" else exact
        found[code] = printed or []
    return found


def _scores(export: Document, tree: Tree, local: Mapping[str, list[float]]) -> Scores:
    document, data = export["document"], export["data"]
    options = options_from(document["options"])
    tree = ruled(tree, options.changes)
    attributes = {name: [unit["attributes"].get(name, "") for unit in data["units"]] for name in GROUPINGS}
    values = np.array([[float(text or "nan") for text in unit["values"]] for unit in data["units"]])
    return score(
        values,
        data["columns"],
        tree.children,
        local,
        root=document["node"],
        rules=leaf_rules(tree),
        nodes=node_rules(tree),
        output=options.output,
        tolerance=options.tolerance,
        decimals=options.decimals,
        groups=attributes,
    )
