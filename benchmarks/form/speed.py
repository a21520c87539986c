"""CPU of the expert's pages for the largest matrix, in turns with the baselines."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.test.utils import override_settings

from benchmarks.form import baselines
from benchmarks.form.ground import Ground
from benchmarks.measure import Timing, take_turns

LITE = "bare page of 21 rows"
RADIOS = "357 radio buttons by the template engine"
CARD, ROWS = "card", "rows of seventeen"
CONTENTS = "contents"
OURS, TEMPLATE = "surveys.rows", "the template engine"


def addresses(ground: Ground) -> dict[str, str]:
    """What is measured, by name."""
    found = {
        LITE: "/" + baselines.LITE.format(ground.survey.pk),
        RADIOS: "/" + baselines.RADIOS.format(ground.survey.pk),
        CARD: f"{ground.open_pair}?view=card",  # whoever saw rows would be shown rows
    }
    return found | {ROWS: ground.address("rows", ground.largest.pk), CONTENTS: ground.address("contents")}


def page_times(ground: Ground, rounds: int = 15) -> dict[str, Timing]:
    """CPU of one request each, through every middleware, the contenders taking turns."""
    with override_settings(ROOT_URLCONF=baselines.__name__):
        calls: dict[str, Callable[[], object]] = {}
        for name, address in addresses(ground).items():
            status = ground.visitor.get(address).status
            if status != 200:
                raise RuntimeError(f"{name} at {address} answers {status}.")
            calls[name] = partial(ground.visitor.get, address)
        return take_turns(calls, rounds=rounds, least=0.04)


def drawing_times(ground: Ground, rounds: int = 15) -> dict[str, Timing]:
    """CPU of 357 radio buttons without a page around them."""
    said = baselines.rows_of(ground.expert)
    calls = {OURS: partial(baselines.drawn_by_us, said), TEMPLATE: partial(baselines.drawn_by_template, said)}
    return take_turns(calls, rounds=rounds)
