"""Very many respondents of an open link, drawn at once and written as the services would write them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np
from django.contrib.auth.models import User

from surveys import packed
from surveys.files.indicators import IndicatorRow
from surveys.guards import lifted
from surveys.models import OpenAnswer, OpenLink, Survey
from surveys.selectors.consents import Notice
from surveys.selectors.panel_answers import questions_of
from surveys.services.open_chain import beginning, linked
from surveys.services.open_links import open_link_make
from surveys.services.surveys import survey_create, survey_move
from surveys.services.systems import edition_freeze, edition_import

SIZES = (4, 2, 3, 2, 2, 6, 7, 11, 4, 3, 7, 9, 4, 2)
"""Matrices as those of a real report: 14 of them with 176 pairs, the largest with 55."""
NOTICE = Notice("en", "Your answers are used for the weights.")


def tree_of(sizes: Sequence[int]) -> dict[str, list[str]]:
    """A tree whose matrices have these sizes: each node takes the next one, level by level, until they are used up."""
    tree: dict[str, list[str]] = {}
    waiting = ["r"]
    for size in sizes:
        parent = waiting.pop(0)
        tree[parent] = [f"{parent}{number:x}" for number in range(1, size + 1)]
        waiting += tree[parent]
    return tree


def open_survey(sizes: Sequence[int] = SIZES, **settings: Any) -> OpenLink:
    """An open survey with a link for everybody."""
    tree = tree_of(sizes)
    parents = {child: parent for parent, children in tree.items() for child in children}
    rows = [
        IndicatorRow(number, code, parents.get(code, ""), {"zh-hans": code, "en": code})
        for number, code in enumerate(["r", *parents], start=2)
    ]
    owner, _made = User.objects.get_or_create(username="owner")
    edition = edition_freeze(edition_import(name={"en": "Large"}, label="1", rows=rows, user=owner), user=owner)
    survey = survey_create(edition=edition, title={"en": "Large"}, user=owner, **settings)
    open_link_make(survey, "large-one", user=owner)
    survey_move(survey, Survey.State.OPEN, user=owner)
    return OpenLink.objects.select_related("survey__edition").get(survey=survey)


def sizes_of(link: OpenLink) -> list[int]:
    """The matrices in the order of a row of answers."""
    return [size for size in questions_of(link.survey.edition).sizes if size > 1]


def crowd(rng: np.random.Generator, sizes: Sequence[int], respondents: int, missing: float = 0.0) -> packed.Codes:
    """Codes, respondents x pairs: a common view, everybody's own lean, and noise; some pairs that nobody can judge."""
    columns = []
    for size in sizes:
        common = rng.normal(0, 0.7, size)
        own = common + rng.normal(0, 0.4, (respondents, size))
        first, second = np.triu_indices(size, 1)
        logs = own[:, first] - own[:, second] + rng.normal(0, 0.35, (respondents, len(first)))
        strength = np.clip(np.rint(np.exp(np.abs(logs))), 1, 9).astype(np.int8)
        columns.append(np.where((logs < 0) & (strength > 1), -strength, strength))
    codes = np.concatenate(columns, axis=1).astype(np.int8)
    if missing:
        codes[rng.random(codes.shape) < missing] = packed.CANNOT_JUDGE
    return codes


def fill(link: OpenLink, codes: packed.Codes, at_once: int = 5_000) -> None:
    """Hand these in, one after the other, as `draft_hand_in` writes them."""
    if codes.shape[1] != len(questions_of(link.survey.edition).columns):
        raise ValueError("These answers do not fit this survey.")
    head = bytes.fromhex(link.head) or beginning(link)
    rows = iter(enumerate(codes, link.count + 1))
    while some := list(islice(rows, at_once)):
        made = []
        for number, row in some:
            record = packed.Record(number, row.tobytes(), 29_000_000 + number // 60, 25, 0, NOTICE.text_hash).packed()
            head = linked(head, record)
            made.append(OpenAnswer(link=link, number=number, record=record, hash=head))
        OpenAnswer.objects.bulk_create(made)
    link.count, link.head = link.count + len(codes), head.hex()
    with lifted():  # the guard lets a count move one by one
        OpenLink.objects.filter(pk=link.pk).update(count=link.count, head=link.head)
