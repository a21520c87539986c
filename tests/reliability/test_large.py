"""Very many respondents of an open link, evaluated in parts by jobs, held against the method on one array.

Short form 20,000 respondents x 176 pairs; `make soak` takes a million, watches the memory of the process and what a
respondent costs beside the bare method.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest

import ahp
from surveys import packed, work  # noqa: F401  what jobs compute
from surveys.models import Job, OpenLink, OpenNode
from surveys.scale import CONSISTENT_BELOW
from surveys.selectors.panel_answers import questions_of
from surveys.services import open_results
from surveys.services.jobs import job_perform
from surveys.services.open_chain import chain_problems
from surveys.services.open_results import open_result_request
from tests.reliability.rows import SEED, SOAK, record, size
from tests.support.crowds import crowd, fill, open_survey, sizes_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

BLOCK = 20_000
MOST_MEGABYTES = 200
DEAREST = 1.5  # reading, the chain and the counts beside the method; judged in the long form
SIZE_OF_ROW = 176


def test_a_crowd_in_parts_is_what_the_method_says_of_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    respondents = size(20_000, 1_000_000)
    monkeypatch.setattr(open_results, "PART", size(6_000, open_results.PART))
    link = open_survey()
    for codes in _blocks(link, respondents):
        fill(link, codes)
    result, jobs = open_result_request(link, user=None)
    before, began = _megabytes(), time.process_time()
    while job := Job.objects.filter(state=Job.State.WAITING, kind__startswith="open").order_by("run_after").first():
        assert job_perform(job.pk)
    spent, grown = time.process_time() - began, _megabytes() - before
    bare, bad = _compared(link, list(result.nodes.all()), respondents)
    each, ratio = 1e6 * spent / respondents, spent / bare
    note = f"{len(jobs)} parts, {each:.1f} µs each, {ratio:.2f} times the method alone, {grown:.0f} MB more"
    record("open link: nodes that differ", respondents, bad, spent + bare, note=note)
    result.refresh_from_db()
    assert result.computed_at
    assert result.head == link.head
    assert not bad
    assert not chain_problems(link)
    if SOAK:
        assert grown < MOST_MEGABYTES
        assert ratio < DEAREST


def _blocks(link: OpenLink, respondents: int) -> Iterator[packed.Codes]:
    """The same crowd each time it is asked for."""
    rng, sizes = np.random.default_rng(SEED), sizes_of(link)
    for start in range(0, respondents, BLOCK):
        yield crowd(rng, sizes, min(BLOCK, respondents - start))


def _compared(link: OpenLink, nodes: list[OpenNode], respondents: int) -> tuple[float, int]:
    """Seconds that the method alone takes on the same rows, and the nodes of which it says something else."""
    codes = questions_of(link.survey.edition).codes
    seconds, sums, passing = 0.0, ahp.judgment_sums(np.zeros((0, SIZE_OF_ROW))), np.zeros(len(nodes))
    for block in _blocks(link, respondents):
        began = time.process_time()
        panel = ahp.evaluate_panel(codes, packed.ratios_of(block))
        passing += (panel.ratios < CONSISTENT_BELOW).sum(axis=0)
        seconds += time.process_time() - began
        sums += panel.part.sums
    said = zip(nodes, panel.nodes, passing, strict=True)
    return seconds, sum(
        node.passing != passes
        or node.respondents != respondents
        or not np.allclose([float(weight) for weight in node.weights], _weights(panel, sums, code), rtol=1e-12)
        for node, code, passes in said
    )


def _weights(panel: ahp.Panel, sums: ahp.JudgmentSums, node: ahp.Label) -> np.ndarray:
    items = panel.layout.children[node]
    ratios = dict(zip(combinations(items, 2), sums.ratios[panel.layout.pairs[node]].tolist(), strict=True))
    return ahp.priorities(ahp.matrix_from_pairs(items, ratios)).weights


def _megabytes() -> float:
    """The most memory that this process has ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
