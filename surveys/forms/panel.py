"""Experts pasted as lines: from a letter, a list, or columns copied out of a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.files.experts import LIMITS, language_tag, pasted_rows
from surveys.models import Expert, Person, Survey
from surveys.selectors.people import next_codes
from surveys.services.panel import RESERVED_CODES

MOST_LINES = 1000


@dataclass(frozen=True)
class ExpertLine:
    """One expert as the line says; `known` is the same person in the people book."""

    number: int
    code: str = ""
    name: str = ""
    title: str = ""
    organisation: str = ""
    field: str = ""
    email: str = ""
    telephone: str = ""
    group: str = ""
    language: str = ""
    known: Person | None = None
    made: bool = False
    """The code is ours: the line had none."""

    def details(self) -> dict[str, str]:
        """What `expert_add` takes, but for the language where the line says none."""
        said = {name: getattr(self, name) for name in LIMITS}
        return {name: value for name, value in said.items() if name != "language" or value}


class ExpertsForm(forms.Form):
    """Lines with or without headings. Errors name the line; after `is_valid`, `experts` holds what would be added."""

    lines = forms.CharField(
        label=gettext_lazy("Experts, one on a line"),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        max_length=200_000,
        help_text=gettext_lazy(
            "Copy the rows out of your spreadsheet, headings too: name, position, organisation, field, e-mail, "
            "telephone, group, language and code in any order. A list of names alone will do. Nothing is sent."
        ),
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, survey: Survey, book: QuerySet[Person], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        people = list(survey.experts.values_list("code", "person__email", "person__name"))
        self.taken = {code for code, _email, _name in people}
        self.addresses = {email.casefold(): code for code, email, _name in people if email}
        self.names = {name: code for code, _email, name in people if name}
        self.book = book
        self.experts: list[ExpertLine] = []
        self.remarks: list[str] = []

    def clean_lines(self) -> str:
        text: str = self.cleaned_data["lines"]
        columns, rows = pasted_rows(text)
        if not rows:
            raise ValidationError(_("There is only a heading: paste the lines below it as well."))
        if len(rows) > MOST_LINES:
            raise ValidationError(
                _("At most %(most)d lines at once: add the others afterwards.") % {"most": MOST_LINES}
            )
        twice = {column for column in columns if column and columns.count(column) > 1}
        if twice:
            raise ValidationError(
                [_("Two columns are headed “%(name)s”: keep one.") % {"name": _label(column)} for column in twice]
            )
        problems = [problem for number, cells in rows for problem in self._read(number, cells, columns)]
        if problems:
            raise ValidationError(problems)
        self._give_codes()
        self._recognise()
        return text

    def _read(self, number: int, cells: list[str], columns: list[str]) -> list[str]:
        said = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
        problems = [*self._code_problems(said.get("code", "")), *_cell_problems(said, len(cells), len(columns))]
        tag = language_tag(said.get("language", ""))
        cells_said: dict[str, Any] = {**said, "language": tag or ""}
        expert = ExpertLine(number, **cells_said)
        problems += self._double_problems(expert)
        self.experts.append(expert)
        self.taken.add(expert.code)
        return [_("Line %(number)d: %(problem)s") % {"number": number, "problem": problem} for problem in problems]

    def _code_problems(self, code: str) -> Iterator[str]:
        if code in RESERVED_CODES:
            yield _("the code %(code)s means the whole panel; choose another") % {"code": code}
        elif code and code in self.taken:
            yield _("the code %(code)s is taken; every expert has a code of their own") % {"code": code}

    def _double_problems(self, expert: ExpertLine) -> Iterator[str]:
        place = _("line %(number)d") % {"number": expert.number}
        address = expert.email.casefold()
        if address and address in self.addresses:
            yield _("the address %(email)s stands at %(where)s already; one person answers once") % {
                "email": expert.email, "where": self.addresses[address],
            }  # fmt: skip
        elif expert.name and expert.name in self.names:
            remark = _("Line %(number)d: somebody named %(name)s stands at %(where)s too. Are these two people?")
            where = self.names[expert.name]
            self.remarks.append(remark % {"number": expert.number, "name": expert.name, "where": where})
        if address:
            self.addresses.setdefault(address, place)
        if expert.name:
            self.names.setdefault(expert.name, place)

    def _give_codes(self) -> None:
        without = [expert for expert in self.experts if not expert.code]
        codes = iter(next_codes(self.taken, len(without)))
        self.experts = [
            expert if expert.code else replace(expert, code=next(codes), made=True) for expert in self.experts
        ]

    def _recognise(self) -> None:
        """Who is in the people book under the same address is the same person."""
        addresses = {expert.email.casefold() for expert in self.experts if expert.email}
        found = self.book.filter(email__in={expert.email for expert in self.experts} | addresses)
        known = {person.email.casefold(): person for person in found.exclude(email="").order_by("-pk")}
        self.experts = [replace(expert, known=known.get(expert.email.casefold())) for expert in self.experts]


def _label(column: str) -> str:
    model = Expert if column in ("code", "field", "group") else Person
    return str(model._meta.get_field(column).verbose_name)  # type: ignore[union-attr]


def _cell_problems(said: dict[str, str], count: int, most: int) -> Iterator[str]:
    if count > most:
        yield _("%(count)d parts, at most %(most)d fit; put a part that holds the separator in quotes") % {
            "count": count, "most": most,
        }  # fmt: skip
    for name, text in said.items():
        if len(text) > LIMITS[name]:
            yield _("the %(name)s has more than %(most)d characters; shorten it") % {
                "name": _label(name), "most": LIMITS[name],
            }  # fmt: skip
    if said.get("email"):
        yield from _address_problems(said)
    if language_tag(said.get("language", "")) is None:
        yield _("“%(text)s” is no language of this survey; write 中文 or English") % {"text": said["language"]}


def _address_problems(said: dict[str, str]) -> Iterator[str]:
    try:
        validate_email(said["email"])
    except ValidationError:
        yield _("“%(text)s” is no e-mail address; correct it or leave it out") % {"text": said["email"]}
    if not said.get("name"):
        yield _("an address needs a name; write it beside the address")
