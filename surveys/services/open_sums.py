"""What answers through the open link add to the whole, in blocks that merge in any order.

The weights and ratios of a block of respondents are found at once by `ahp`. What is kept of them are sums and counts,
of everybody and of those whose answers fit together, so that a million respondents take no more memory than a thousand.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import reduce
from operator import add
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
from surveys.services.panel_sums import PanelSums
from surveys.services.results import Method

BLOCK = 1_000
"""Respondents computed at once: their judgments stay near the processor."""
STEPS = 100
"""The ratios are counted in so many steps up to 1, and one for all above."""
SIGNS = ("uniform", "quick", "insisted")
"""Respondents who chose the same cell everywhere, who took less than two seconds a pair, and who kept answers that do
not fit together.
"""
EVERYBODY, STRICT = 0, 1

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class OpenSums:
    """Some respondents; add two with ``+``. What is there twice is of everybody, then of what fits together alone.

    `logs` and `given` are 2 x pairs: the sums of ln judgment, and how many judgments they come from. `speaking` is
    2 x parents. `ratios` is parents x (STEPS + 1), `untested` and `passing` are per parent, `signs` in the order of
    SIGNS. Where weights are averaged (AIP), `means` is 2 x 3 x items: the sums of the log weights by both methods, and
    how many respondents they come from.
    """

    respondents: Counts
    logs: Array
    given: Counts
    speaking: Counts
    ratios: Counts
    untested: Counts
    passing: Counts
    signs: Counts
    means: Array

    def __add__(self, other: OpenSums) -> OpenSums:
        return OpenSums(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def packed(self) -> str:
        """As a text that gives every bit back."""
        return canonical_json({each.name: _text_of(getattr(self, each.name)) for each in fields(self)})

    @classmethod
    def unpacked(cls, text: str) -> OpenSums:
        stored = json.loads(text)
        return cls(*(_array_of(stored[each.name]) for each in fields(cls)))

    def panel_sums(self, whose: int) -> PanelSums:
        """As sums over a panel in which everybody weighs 1."""
        given, (logs, second_logs, linked) = self.given[whose].astype(float), self.means[whose]
        speaking = self.speaking[whose].astype(float)
        return PanelSums(self.logs[whose], given, given, speaking, logs, second_logs, linked)


def open_sums(blocks: Iterable[Sequence[bytes]], questions: Questions, method: Method) -> OpenSums:
    """The sums over all blocks of records."""
    pairs = len(questions.columns)
    found = (sums_of_records(packed.records_in(some, pairs), questions, method) for some in _small(blocks))
    return reduce(add, found)


def _small(blocks: Iterable[Sequence[bytes]]) -> Iterator[Sequence[bytes]]:
    return (records[start : start + BLOCK] for records in blocks for start in range(0, len(records), BLOCK))


def sums_of_records(records: npt.NDArray[np.void], questions: Questions, method: Method) -> OpenSums:
    """Of one block."""
    codes = np.ascontiguousarray(records["answers"])
    answers = packed.ratios_of(codes)
    part = ahp.evaluate_part(questions.codes, answers, method=method.method)
    ratios = ahp.Panel(part, method.random_index, "judgments").ratios
    places = [place for place, size in enumerate(questions.sizes) if size > 1]
    fits = ~(ratios >= CONSISTENT_BELOW)  # what cannot be tested is in too
    means = _means(part, answers, fits, questions, method)
    logs, given = _strict(part, answers, fits)
    return OpenSums(
        np.array([len(codes)]),
        np.array([part.sums.log_sums, logs]),
        np.array([part.sums.answers, given]),
        _speaking(part, fits, places, len(questions.sizes)),
        *_spread(ratios, places, len(questions.sizes)),
        _signs(records, codes, part),
        means,
    )


def _strict(part: ahp.PanelPart, answers: Array, fits: npt.NDArray[np.bool_]) -> tuple[Array, Counts]:
    """The sums over what fits together alone. The rest is overwritten with 1, whose logarithm adds nothing."""
    of_pair = part.layout.node_of_pair
    if part.missing is None:
        given = fits.sum(axis=0)[of_pair]
    else:
        open_ = np.isnan(answers)
        given = (fits[:, of_pair] & ~open_).sum(axis=0)
        answers[open_] = 1.0
    np.copyto(answers, 1.0, where=~fits[:, of_pair])
    return ahp.judgment_sums(answers).log_sums, given


def _speaking(part: ahp.PanelPart, fits: npt.NDArray[np.bool_], places: Sequence[int], parents: int) -> Counts:
    """At each parent the respondents who answered anything; everybody where nothing is asked."""
    asked = np.array([pairs.stop - pairs.start for pairs in part.layout.pairs.values()])
    said = np.ones_like(fits) if part.missing is None else asked > part.missing.T
    counts = np.full((2, parents), len(fits), dtype=np.int64)
    counts[:, places] = said.sum(axis=0), (said & fits).sum(axis=0)
    return counts


def _means(
    part: ahp.PanelPart, answers: Array, fits: npt.NDArray[np.bool_], questions: Questions, method: Method
) -> Array:
    if method.aggregation != Survey.Aggregation.PRIORITIES:
        return np.zeros((2, 3, 0))
    local = part.local, ahp.evaluate_part(questions.codes, answers, method=method.other).local
    of_item = np.repeat(np.arange(len(part.layout.sizes)), part.layout.sizes)
    linked = ~np.isnan(part.local)
    return np.array([_log_sums(local, linked), _log_sums(local, linked & fits[:, of_item].T)])


def _log_sums(local: Sequence[Array], counts: npt.NDArray[np.bool_]) -> list[Array]:
    logs = [np.log(np.where(counts, weights, 1.0)).sum(axis=1) for weights in local]
    return [*logs, counts.sum(axis=1).astype(float)]


def _spread(ratios: Array, places: Sequence[int], parents: int) -> tuple[Counts, Counts, Counts]:
    """How many respondents have which ratio, cannot be tested, and pass, at each parent."""
    tested = ~np.isnan(ratios)
    steps = np.minimum(np.where(tested, ratios, 0.0) * STEPS, STEPS).astype(np.intp)
    bins = steps + np.arange(len(places)) * (STEPS + 1)
    spread = np.zeros((parents, STEPS + 1), dtype=np.int64)
    untested, passing = np.zeros(parents, dtype=np.int64), np.zeros(parents, dtype=np.int64)
    spread[places] = np.bincount(bins[tested], minlength=len(places) * (STEPS + 1)).reshape(-1, STEPS + 1)
    untested[places] = (~tested).sum(axis=0)
    passing[places] = (ratios < CONSISTENT_BELOW).sum(axis=0)
    return spread, untested, passing


def _signs(records: npt.NDArray[np.void], codes: packed.Codes, part: ahp.PanelPart) -> Counts:
    answered = codes.shape[1] if part.missing is None else np.count_nonzero(codes, axis=1)
    quick = (records["took"] * 60_000.0 < QUICK_MILLISECONDS * answered).sum()
    return np.array([_uniform(codes), quick, np.count_nonzero(records["insisted"])], dtype=np.int64)


def _uniform(codes: packed.Codes) -> int:
    """How many chose the same everywhere. Most differ in the first pairs already, and are looked at no further."""
    if codes.shape[1] <= 2:
        return 0
    alike = codes[(codes[:, 1:4] == codes[:, :1]).all(axis=1)]
    return int((alike == alike[:, :1]).all(axis=1).sum())


def _text_of(array: npt.NDArray[Any]) -> list[Any]:
    kind = "<f8" if array.dtype.kind == "f" else "<i8"
    return [kind, list(array.shape), base64.b64encode(array.astype(kind).tobytes()).decode()]


def _array_of(stored: Sequence[Any]) -> npt.NDArray[Any]:
    kind, shape, text = stored
    return np.frombuffer(base64.b64decode(text), dtype=kind).reshape(shape)
