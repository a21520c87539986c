"""Two pairs to try the form on. The answers are in the address, so nothing is stored and nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from surveys.forms.practice import PracticeForm
from surveys.models import Expert
from surveys.scale import sentence
from surveys.selectors.answers import progress_of

from .question import strengths
from .session import for_device, page


@dataclass(frozen=True)
class Trial:
    """A neutral pair: everybody has an opinion, and nobody's is better."""

    subject: str
    items: tuple[str, str]


@dataclass(frozen=True)
class Side:
    letter: str
    name: str
    chosen: bool


@dataclass(frozen=True)
class Example:
    """What a strength means, said of the pair at hand."""

    strength: int
    sentence: str
    meaning: str
    said: bool


@require_safe
@for_device
def practice(request: HttpRequest, expert: Expert) -> HttpResponse:
    form = PracticeForm(request.GET)
    number, said = form.number, form.said
    trial = _trials()[number - 1]
    side, strength = said or ("", None)
    context: dict[str, Any] = {
        "number": number,
        "count": len(_trials()),
        "trial": trial,
        "sides": [Side(letter, name, side == letter.lower()) for letter, name in zip("AB", trial.items, strict=True)],
        "strengths": strengths(strength),
        "equal": side == "equal",
        "said": sentence(side, strength, *trial.items) if said else "",
        "half": form.is_half,
        "examples": _examples(trial, side, strength) if said else [],
        "first_open": progress_of(expert).first_open if expert.survey.takes_answers else None,
    }
    return page(request, expert, "practice.html", **context)


def _trials() -> list[Trial]:
    return [
        Trial(_("a snack between meals"), (_("Apple"), _("Pear"))),
        Trial(_("two kilometres to the station"), (_("Walking"), _("Cycling"))),
    ]


def _examples(trial: Trial, side: str, strength: int | None) -> list[Example]:
    """3, 5 and 9 in the direction that was chosen, and the answer itself where it is another one."""
    more = side if side in ("a", "b") else "a"
    meanings = {
        1: _("both count the same"),
        3: _("a slight lean; you could be talked out of it"),
        5: _("a clear difference: you would say so without hesitating"),
        7: _("a strong one: others would notice it too"),
        9: _("as far apart as two things can be"),
    }
    steps = sorted({3, 5, 9, strength or 1})
    return [
        Example(
            step,
            sentence("equal" if step == 1 else more, step, *trial.items),
            meanings.get(step, _("halfway between its neighbours")),
            step == strength,
        )
        for step in steps
    ]
