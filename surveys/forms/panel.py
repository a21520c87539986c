"""Experts pasted as lines: from a letter, a list, or columns copied out of a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.models import Expert, Person, Survey
from surveys.services.panel import RESERVED_CODES

COLUMNS = {"code": 40, "name": 120, "email": 254, "organisation": 200, "field": 120}
SEPARATORS = ",，;；"
MOST_LINES = 1000


@dataclass(frozen=True)
class ExpertLine:
    number: int
    code: str
    name: str = ""
    email: str = ""
    organisation: str = ""
    field: str = ""

    def details(self) -> dict[str, str]:
        """What `expert_add` takes."""
        return {name: getattr(self, name) for name in COLUMNS}


class ExpertsForm(forms.Form):
    """Lines of code, name, e-mail, organisation, field; all but the code may be left out."""

    lines = forms.CharField(
        label=gettext_lazy("Experts, one on a line"),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        max_length=200_000,
        help_text=gettext_lazy(
            "Code, name, e-mail, organisation, field; separated by tabs (as copied from a spreadsheet), commas or "
            "semicolons. Only the code is needed. Nothing is sent."
        ),
    )

    def __init__(self, *args: object, survey: Survey, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.taken = set(survey.experts.values_list("code", flat=True))
        self.experts: list[ExpertLine] = []

    def clean_lines(self) -> str:
        text: str = self.cleaned_data["lines"]
        numbered = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        if len(numbered) > MOST_LINES:
            raise ValidationError(
                _("At most %(most)d lines at once: add the others afterwards.") % {"most": MOST_LINES}
            )
        problems: list[str] = []
        for number, line in numbered:
            problems += self._read(number, line)
        if problems:
            raise ValidationError(problems)
        return text

    def _read(self, number: int, line: str) -> list[str]:
        cells = _cells(line)
        expert = ExpertLine(number, *cells[: len(COLUMNS)])
        self.experts.append(expert)
        problems = [*self._code_problems(expert.code), *_cell_problems(expert, len(cells))]
        self.taken.add(expert.code)
        return [_("Line %(number)d: %(problem)s") % {"number": number, "problem": problem} for problem in problems]

    def _code_problems(self, code: str) -> Iterator[str]:
        if not code:
            yield _("the code is blank; write a short one, as E01")
        elif code in RESERVED_CODES:
            yield _("the code %(code)s means the whole panel; choose another") % {"code": code}
        elif code in self.taken:
            yield _("the code %(code)s is taken; every expert has a code of their own") % {"code": code}


def _cells(line: str) -> list[str]:
    """The parts of a line: by tabs if there are any, else by the separator that comes first, behind the code."""
    separator = "\t" if "\t" in line else next((char for char in line if char in SEPARATORS), ",")
    parts = next(csv.reader([line], delimiter=separator), [])
    cells = [part.strip() for part in parts]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return cells


def _label(column: str) -> str:
    model = Expert if column in ("code", "field") else Person
    return str(model._meta.get_field(column).verbose_name)  # type: ignore[union-attr]


def _cell_problems(expert: ExpertLine, count: int) -> Iterator[str]:
    if count > len(COLUMNS):
        yield _("%(count)d parts, at most five fit; put a part that holds the separator in quotes") % {"count": count}
    for name, most in COLUMNS.items():
        if len(getattr(expert, name)) > most:
            yield _("the %(name)s has more than %(most)d characters; shorten it") % {"name": _label(name), "most": most}
    if expert.email:
        try:
            validate_email(expert.email)
        except ValidationError:
            yield _("“%(text)s” is no e-mail address; correct it or leave it out") % {"text": expert.email}
        if not expert.name:
            yield _("an address needs a name; write it in the second place")
