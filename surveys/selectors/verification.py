"""Does a weight set still say what was signed, and do its numbers follow from its judgments?

Hashes are compared exactly, over the text as it was written; numbers are computed again and compared to 1e-9, because
the last bits of a computation differ between processors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _
from numpy.typing import ArrayLike

import ahp
from surveys.adopted import adopted_weights
from surveys.bundle.checks import SET_FORMAT
from surveys.canonical import canonical_json, content_hash
from surveys.errors import Refused
from surveys.models import PanelResult, WeightSet
from surveys.selectors.panel_answers import questions_of
from surveys.selectors.stored_rows import row_problems
from surveys.services.chain import chain_verify
from surveys.services.panel_sums import group_numbers, slice_sums, slices
from surveys.services.results import OTHER_METHOD, Method, matrix_of_texts
from surveys.services.weight_documents import sheet_documents
from surveys.stamps import stamps

TOLERANCE = 1e-9
ORIGIN = ("origin", "source", "reference", "reason")
DAMAGED = (ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError, ObjectDoesNotExist, Refused)
"""What reading stored rows may raise that no service wrote."""

Document = Mapping[str, Any]


def file_problems(content: bytes) -> list[str]:
    """What is wrong with an exported JSON file; an empty list: it is whole."""
    try:
        export = json.loads(content.decode("utf-8-sig"))
        problems = list(_export_problems(export, content))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return [_("The file is no whole export of a weight set (%(error)s).") % {"error": error}]
    return problems


def file_hashes(content: bytes) -> list[str]:
    """The hashes that an exported JSON file states; none where it is no such file."""
    try:
        export = json.loads(content.decode("utf-8-sig"))
        return [str(export["content_hash"]), str(export["seal_hash"])]
    except (ValueError, KeyError, TypeError):
        return []


def stored_problems(weight_set: WeightSet) -> list[str]:
    """What is wrong with a stored set: hashes, signatures, rows, and the judgments it came from."""
    try:
        return _stored_problems(weight_set)
    except DAMAGED as error:
        return [_("The stored set is damaged and cannot be checked (%(error)s).") % {"error": error}]


def _stored_problems(weight_set: WeightSet) -> list[str]:
    document = json.loads(weight_set.document)
    seal = json.loads(weight_set.seal) if weight_set.seal else None
    problems = [*_text_problems(weight_set), *_number_problems(document), *_entry_problems(weight_set, document)]
    problems += _scan_problems(weight_set)
    if seal:
        problems += _seal_problems(seal, weight_set.content_hash)
        problems += _signature_problems(weight_set, seal)
        if seal.get("sheets", []) != sheet_documents(weight_set):
            problems.append(_("The scans of signed sheets are not the sealed ones."))
    problems += row_problems(weight_set, document)
    if weight_set.panel_result:
        problems += _judgment_problems(weight_set.panel_result, document)
    return problems


# --- hashes ---


def _export_problems(export: Document, content: bytes) -> Iterator[str]:
    document, seal = export["document"], export["seal"]
    if export["format"] != SET_FORMAT or canonical_json(export).encode() != content:
        yield _("The file is not written as it was exported.")
    if content_hash(canonical_json(document)) != export["content_hash"]:
        yield _("The content does not have the hash that the file states.")
    outside = any(entry["origin"] != "judgments" for entry in document["weights"])
    if export["stamps"] != stamps(synthetic=document["synthetic"], sealed=seal is not None, outside=outside):
        yield _("The stamps of the file are not those of its content.")
    if (content_hash(canonical_json(seal)) if seal else "") != export["seal_hash"]:
        yield _("The signatures do not have the hash that the file states.")
    if seal:
        yield from _seal_problems(seal, export["content_hash"])
    yield from _number_problems(document)


def _text_problems(weight_set: WeightSet) -> Iterator[str]:
    if content_hash(weight_set.document) != weight_set.content_hash:
        yield _("The stored content does not have its stored hash.")
    if weight_set.seal and content_hash(weight_set.seal) != weight_set.seal_hash:
        yield _("The stored signatures do not have their stored hash.")


def _seal_problems(seal: Document, content: str) -> Iterator[str]:
    if seal["content_hash"] != content:
        yield _("The signatures stand under another content.")
    if seal["proposed"]["account"] == seal["approved"]["account"]:
        yield _("One account has both proposed and approved.")
    if any(sheet["uploaded"]["account"] == seal["proposed"]["account"] for sheet in seal.get("sheets", [])):
        yield _("One account has both proposed the set and brought its signed sheet.")


def _scan_problems(weight_set: WeightSet) -> Iterator[str]:
    """The bytes of every scan against their hash."""
    for sheet in weight_set.signed_sheets.order_by("pk"):
        if hashlib.sha256(bytes(sheet.file)).hexdigest() != sheet.file_hash:
            yield _("The scan %(name)s does not have its stored hash.") % {"name": sheet.file_name}


def _signature_problems(weight_set: WeightSet, seal: Document) -> Iterator[str]:
    signed = {
        "proposed": (weight_set.proposed_by, weight_set.proposal),
        "approved": (weight_set.approved_by, weight_set.approval),
        "locked": (weight_set.locked_by, seal["locked"]["reason"]),  # kept in the seal alone
    }
    for name, (user, reason) in signed.items():
        account = user.get_username() if user else ""
        if (seal[name]["account"], seal[name]["reason"]) != (account, reason):
            yield _("The stored signature “%(name)s” is not the sealed one.") % {"name": name}


def _entry_problems(weight_set: WeightSet, document: Document) -> Iterator[str]:
    fields = ("local_weight", "global_weight", "adopted_weight", "origin", "source", "reference", "reason")
    stored = {entry.indicator.code: entry for entry in weight_set.entries.select_related("indicator")}
    stated = {entry["code"]: entry for entry in document["weights"]}
    for code in sorted(stored.keys() | stated.keys()):
        row = {name: str(getattr(stored[code], name)) for name in fields} if code in stored else None
        said = {name: stated[code].get(name, "") for name in fields} if code in stated else None
        if row != said:
            yield _("The stored weight of %(code)s is not the one in the document.") % {"code": code}


# --- numbers ---


def _number_problems(document: Document) -> Iterator[str]:
    tree = _children(document)
    panel = document["panel"]
    if panel:
        for node in panel["nodes"]:
            yield from _node_problems(node, tree[node["code"]], panel)
    yield from _weight_problems(document, tree)


def _children(document: Document) -> dict[str, list[str]]:
    tree: dict[str, list[str]] = {}
    for node in document["tree"]["nodes"]:
        if node["parent"] is not None:
            tree.setdefault(node["parent"], []).append(node["code"])
    return tree


def _node_problems(node: Document, children: Sequence[str], panel: Document) -> Iterator[str]:
    matrix = ahp.matrix(matrix_of_texts(node["matrix"]), children)
    tested = ahp.consistency(matrix, random_index=panel["random_index"])
    computed = {
        "lambda_max": [tested.lambda_max],
        "index": [tested.index],
        "ratio": [] if tested.ratio is None else [tested.ratio],
        "random_index": [tested.random_index] if tested.testable else [],
    }
    if panel["aggregation"] == "aij":  # means of the experts' own weights do not follow from the group's matrix
        method = panel["method"]
        computed["weights"] = ahp.priorities(matrix, method=method).weights.tolist()
        computed["second_weights"] = ahp.priorities(matrix, method=OTHER_METHOD[method]).weights.tolist()
    for name, numbers in computed.items():
        if not _close(_numbers(node[name]), numbers):
            yield _("%(name)s of %(code)s does not follow from the matrix.") % {"name": name, "code": node["code"]}


def _weight_problems(document: Document, tree: dict[str, list[str]]) -> Iterator[str]:
    stated = {entry["code"]: entry for entry in document["weights"]}
    root = document["tree"]["nodes"][0]["code"]
    local = {parent: [float(stated[child]["local_weight"]) for child in children] for parent, children in tree.items()}
    yield from _origin_problems(document, tree)
    for code in _away_from_panel(document, local):
        yield _("The local weights under %(code)s are not the panel's.") % {"code": code}
    global_weights = ahp.global_weights(tree, local) if tree else {root: 1.0}
    decimals = document["adopted_decimals"]
    adopted = {} if decimals is None else adopted_weights(tree, local, root, decimals)
    for code, entry in stated.items():
        if not _close([float(entry["global_weight"])], [float(global_weights[code])]):
            yield _("The global weight of %(code)s does not follow from the local ones.") % {"code": code}
        if entry["adopted_weight"] != str(adopted.get(code, "")):
            yield _("The adopted weight of %(code)s does not follow from the exact ones.") % {"code": code}


def _origin_problems(document: Document, tree: dict[str, list[str]]) -> Iterator[str]:
    """The children of a node come from one place; what is not from judgments says from where."""
    origins = {entry["code"]: entry for entry in document["weights"]}
    judged = {node["code"] for node in document["panel"]["nodes"]} if document["panel"] else set()
    for parent, children in tree.items():
        said = {tuple(origins[child].get(name, "") for name in ORIGIN) for child in children}
        kind, source, *_rest = next(iter(said))
        if len(said) > 1 or (kind == "judgments" and parent not in judged) or (kind != "judgments" and not source):
            yield _("It is not said where the weights under %(code)s come from.") % {"code": parent}


def _away_from_panel(document: Document, local: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """Nodes whose weights are said to come from judgments and do not."""
    free = {entry["code"] for entry in document["weights"] if entry["origin"] != "judgments"}
    tree = _children(document)
    for node in document["panel"]["nodes"] if document["panel"] else ():
        judged = not free.intersection(tree[node["code"]])
        if judged and not _close(_numbers(node["weights"]), local[node["code"]]):
            yield node["code"]


def _judgment_problems(result: PanelResult, document: Document) -> Iterator[str]:
    """From the logs to the panel's numbers, which the file alone cannot show."""
    members = list(result.members.select_related("submission__expert__survey").order_by("submission__expert_id"))
    for member in members:
        expert = member.submission.expert
        for problem in chain_verify(expert):
            yield f"{expert.code}: {problem}"
    questions = questions_of(result.survey.edition)
    sums = reduce(add, (slice_sums(result, questions, *part) for part in slices(len(members))))
    stated = {node["code"]: node for node in document["panel"]["nodes"]}
    for group in group_numbers(questions, sums, Method.of(result)):
        computed, said = group.numbers, stated[group.numbers.node]
        if not _close(np.ravel(matrix_of_texts(said["matrix"])), np.ravel(computed.matrix.values)):
            yield _("The panel's matrix at %(code)s does not follow from the judgments.") % {"code": computed.node}
        if not _close(_numbers(said["weights"]), computed.weights):
            yield _("The panel's weights at %(code)s do not follow from the judgments.") % {"code": computed.node}
        if (said["experts"], said["answers"]) != (group.experts, group.answers):
            yield _("The number of answers at %(code)s does not follow from the judgments.") % {"code": computed.node}


def _numbers(texts: str | Sequence[str]) -> list[float]:
    found = [texts] if isinstance(texts, str) else texts
    return [float(text) for text in found if text != ""]


def _close(stated: ArrayLike, computed: Any) -> bool:
    """The same numbers; what is missing is missing in both."""
    a, b = np.asarray(stated, dtype=float), np.asarray(computed, dtype=float)
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True))
