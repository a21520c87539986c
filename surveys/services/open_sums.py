"""What answers by the open link add to the whole, in blocks that merge in any order.

The matrices, weights and ratios of a block of respondents are found at once by `ahp`; what is kept of them are sums
and counts, so that a million respondents take no more memory than a thousand.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import ahp
from surveys import packed
from surveys.canonical import canonical_json
from surveys.models import Survey
from surveys.scale import CONSISTENT_BELOW
from surveys.selectors.pace import QUICK_MILLISECONDS
from surveys.selectors.panel_answers import Array, Questions
from surveys.services.open_chain import Row
from surveys.services.panel_sums import PanelSums
from surveys.services.results import Method

STEPS = 100
"""The ratios are counted in so many steps up to 1, and one for all above."""
COUNTS = ("ratios", "untested", "passing", "signs")
SIGNS = ("uniform", "quick", "insisted")
"""Respondents who chose the same cell everywhere, who took less than two seconds a pair, and who kept answers that do
not fit together.
"""
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class OpenSums:
    """Some respondents: the sums over all of them, the sums over what is consistent alone, and the counts beside.

    `ratios` is parents x (STEPS + 1), `untested` and `passing` are per parent, `signs` in the order of SIGNS.
    """

    respondents: int
    everybody: PanelSums
    strict: PanelSums
    ratios: Counts
    untested: Counts
    passing: Counts
    signs: Counts

    def __add__(self, other: OpenSums) -> OpenSums:
        return OpenSums(
            self.respondents + other.respondents,
            self.everybody + other.everybody,
            self.strict + other.strict,
            *(getattr(self, name) + getattr(other, name) for name in COUNTS),
        )

    def packed(self) -> str:
        """As a text that gives every bit back."""
        counts = {name: base64.b64encode(getattr(self, name).astype("<i8").tobytes()).decode() for name in COUNTS}
        sums = {"everybody": self.everybody.packed(), "strict": self.strict.packed()}
        return canonical_json({"respondents": self.respondents, **counts, **sums})

    @classmethod
    def unpacked(cls, text: str) -> OpenSums:
        stored = json.loads(text)
        counts = {name: np.frombuffer(base64.b64decode(stored[name]), dtype="<i8").astype(np.int64) for name in COUNTS}
        counts["ratios"] = counts["ratios"].reshape(-1, STEPS + 1)
        everybody, strict = (PanelSums.unpacked(stored[name]) for name in ("everybody", "strict"))
        return cls(stored["respondents"], everybody, strict, *(counts[name] for name in COUNTS))


def open_sums(blocks: Iterable[Sequence[Row]], questions: Questions, method: Method) -> OpenSums:
    """The sums over all blocks of answers."""
    total: OpenSums | None = None
    for rows in blocks:
        _numbers, answers, _minutes, took, insisted, *_rest = zip(*rows, strict=True)
        codes = packed.rows_in(list(answers), len(questions.columns))
        told = {"took": np.array(took), "insisted": np.array(insisted)}
        found = sums_of_codes(codes, questions, method, **told)
        total = found if total is None else total + found
    if total is None:
        raise ValueError("There are no answers to add up.")
    return total


def sums_of_codes(codes: packed.Codes, questions: Questions, method: Method, *, took: Any, insisted: Any) -> OpenSums:
    """Of one block, respondents x pairs."""
    answers = packed.ratios_of(codes)
    part = ahp.evaluate_part(questions.codes, answers, method=method.method)
    other = None
    if method.aggregation == Survey.Aggregation.PRIORITIES:
        other = ahp.evaluate_part(questions.codes, answers, method=method.other).local
    ratios = ahp.Panel(part, method.random_index, "judgments").ratios
    consistent = ~(ratios >= CONSISTENT_BELOW)  # what cannot be tested is in too
    kept = np.where(consistent[:, part.layout.node_of_pair], answers, np.nan)
    places = [list(questions.codes).index(str(node)) for node in part.layout.nodes]
    everybody, everywhere = part.sums, np.ones_like(consistent)
    return OpenSums(
        len(codes),
        _panel_sums(everybody, answers, everywhere, part.local, other, questions),
        _panel_sums(ahp.judgment_sums(kept), kept, consistent, part.local, other, questions),
        *_spread(ratios, places, len(questions.codes)),
        _signs(codes, took, insisted),
    )


def _panel_sums(
    sums: ahp.JudgmentSums,
    answers: Array,
    counts: npt.NDArray[np.bool_],
    local: Array,
    other: Array | None,
    questions: Questions,
) -> PanelSums:
    """`counts` (respondents x compared nodes) says whose weights are averaged where weights are."""
    means = (np.zeros(0),) * 3 if other is None else _weight_sums(local, other, counts, questions)
    return PanelSums(
        sums.log_sums, sums.counted.astype(float), sums.answers.astype(float), _who_speaks(answers, questions), *means
    )


def _who_speaks(answers: Array, questions: Questions) -> Array:
    """At each parent the respondents who answered anything there; everybody where nothing is asked."""
    said = ~np.isnan(answers)
    return np.array(
        [
            said[:, pairs].any(axis=1).sum() if pairs.stop > pairs.start else len(answers)
            for pairs in questions.pairs.values()
        ],
        dtype=float,
    )


def _weight_sums(
    local: Array, other: Array, counts: npt.NDArray[np.bool_], questions: Questions
) -> tuple[Array, Array, Array]:
    """For each item the sums of its log weights by both methods, and how many respondents they come from."""
    compared = [n for n in questions.sizes if n > 1]
    shares = counts[:, np.repeat(np.arange(len(compared)), compared)].T & ~np.isnan(local)
    logs = [np.log(np.where(shares, weights, 1.0)).sum(axis=1) for weights in (local, other)]
    return logs[0], logs[1], shares.sum(axis=1).astype(float)


def _spread(ratios: Array, places: Sequence[int], parents: int) -> tuple[Counts, Counts, Counts]:
    """How many respondents have which ratio, cannot be tested, and pass, at each parent."""
    tested = ~np.isnan(ratios)
    steps = np.minimum(np.where(tested, ratios, 0.0) * STEPS, STEPS).astype(np.intp)
    spread = np.zeros((parents, STEPS + 1), dtype=np.int64)
    untested, passing = np.zeros(parents, dtype=np.int64), np.zeros(parents, dtype=np.int64)
    for column, place in enumerate(places):
        spread[place] = np.bincount(steps[tested[:, column], column], minlength=STEPS + 1)
        untested[place] = len(ratios) - tested[:, column].sum()
        passing[place] = (ratios[:, column] < CONSISTENT_BELOW).sum()
    return spread, untested, passing


def _signs(codes: packed.Codes, took: Any, insisted: Any) -> Counts:
    pairs = codes.shape[1]
    uniform = (codes == codes[:, :1]).all(axis=1).sum() if pairs > 2 else 0
    quick = (took * 60_000 < QUICK_MILLISECONDS * (codes != packed.UNANSWERED).sum(axis=1)).sum()
    return np.array([uniform, quick, insisted.sum()], dtype=np.int64)
