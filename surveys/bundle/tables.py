"""The readable tables of a bundle. Each follows from the documents to the last byte, and so is checked by writing it
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

from surveys.bundle.findings import Files
from surveys.bundle.recomputing import Document, children_of, newest_answers
from surveys.files.writing import Cell, csv_bytes

FIRST_LANGUAGE = "zh-hans"
SCORING = ("low", "high", "cap", "transform", "target_low", "target_high", "aggregation", "missing")
JUDGMENTS = ("expert", "parent", "item_a", "item_b", "more_important", "strength")
WEIGHTS = (
    "code", "name", "local_weight", "global_weight", "adopted_percent", "origin", "source", "reference", "reason",
)  # fmt: skip
MATRICES = ("node", "item_a", "item_b", "group_judgment", "answers", "experts")
EXPERTS = ("expert", "weight", "branch_weights", "left_out_at", "submission", "revision", "head_hash")
DECISIONS = (
    "id", "expert", "node", "act", "undoes", "rule", "reason", "after_unmasking", "account", "at",
)  # fmt: skip
SHEETS = ("file_name", "file_type", "sha256", "account", "name", "at", "note")

Rows = Iterable[Sequence[Cell]]


def tables(export: Document, events: Sequence[Document]) -> Files:
    """File name → CSV."""
    document, seal = export["document"], export["seal"]
    found = {"indicators.csv": _indicators(document), "weights.csv": csv_bytes(WEIGHTS, _weights(document))}
    if document["panel"]:
        panel = document["panel"]
        found |= {
            "judgments.csv": csv_bytes(JUDGMENTS, _judgments(events)),
            "matrices.csv": csv_bytes(MATRICES, _matrices(document)),
            "experts.csv": csv_bytes(EXPERTS, _experts(panel)),
            "decisions.csv": csv_bytes(
                DECISIONS, ([_plain(row[name]) for name in DECISIONS] for row in panel["decisions"])
            ),
        }
    if seal and seal.get("sheets"):
        found["signed-sheets.csv"] = csv_bytes(SHEETS, _sheets(seal["sheets"]))
    return found


def _indicators(document: Document) -> bytes:
    """As it can be read in again."""
    nodes = document["tree"]["nodes"]
    tags = sorted({tag for node in nodes for texts in (node["name"], node["definition"]) for tag in texts})
    first = FIRST_LANGUAGE if FIRST_LANGUAGE in tags else tags[0]
    tags = [first, *(tag for tag in tags if tag != first)]
    columns = [(part, tag) for part in ("name", "definition") for tag in tags]
    heading = [part if tag == first else f"{part}_{tag}" for part, tag in columns]
    rows = [
        [
            node["code"],
            node["parent"] or "",
            *(node[part].get(tag, "") for part, tag in columns),
            node["unit"],
            node["direction"],
            "|".join(node["aliases"]),
            *(node["scoring"].get(name, "") for name in SCORING),
        ]
        for node in nodes
    ]
    return csv_bytes(["code", "parent", *heading, "unit", "direction", "aliases", *SCORING], rows)


def _weights(document: Document) -> Rows:
    names = {node["code"]: node["name"] for node in document["tree"]["nodes"]}
    for entry in document["weights"]:
        texts = names[entry["code"]]
        name = texts.get(FIRST_LANGUAGE) or next(iter(texts.values()), "")
        exact = [float(entry[name]) for name in ("local_weight", "global_weight")]
        said = [entry.get(name, "") for name in ("adopted_weight", "origin", "source", "reference", "reason")]
        yield [entry["code"], name, *exact, *said]


def _judgments(events: Sequence[Document]) -> Rows:
    """The answers that count, as `evaluate --judgments` reads them."""
    for expert, answers in newest_answers(events).items():
        for (item_a, item_b), event in answers.items():
            yield [expert, event["node"], item_a, item_b, event["more_important"], event["strength"]]


def _matrices(document: Document) -> Iterator[Sequence[Cell]]:
    """The group's judgment on every pair, and how many answers it rests on."""
    tree = children_of(document)
    for node in document["panel"]["nodes"]:
        places = combinations(range(len(tree[node["code"]])), 2)
        for (a, b), answers in zip(places, node["answers"], strict=True):
            items = [tree[node["code"]][place] for place in (a, b)]
            said = node["matrix"][a][b]
            yield [node["code"], *items, float(said) if said else None, answers, node["experts"]]


def _experts(panel: Document) -> Rows:
    for member in panel["experts"]:
        branches = "; ".join(f"{code}: {weight}" for code, weight in sorted(member["branch_weights"].items()))
        named = [member["code"], float(member["weight"]), branches, " ".join(member["excluded"])]
        yield [*named, member["submission"], member["revision"], member["head_hash"]]


def _sheets(sheets: Sequence[Document]) -> Rows:
    for sheet in sheets:
        by = sheet["uploaded"]
        named = [sheet["file_name"], sheet["file_type"], sheet["file_hash"]]
        yield [*named, by["account"], by["name"], by["at"], by["reason"]]


def _plain(value: Any) -> Cell:
    return ("yes" if value else "no") if isinstance(value, bool) else value
