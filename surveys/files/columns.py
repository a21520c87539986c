"""The headings of a file, matched with the columns that its kind knows."""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from django.utils.translation import gettext as _

from surveys.files.numbers import DecimalSign, decimal_sign
from surveys.files.problems import Findings
from surveys.files.tables import Row, Table

LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*", re.ASCII)


class Columns:
    """Known columns of a table by their name; headings are compared without regard to case."""

    def __init__(self, table: Table, places: dict[str, int]) -> None:
        self.table, self.places = table, places

    def text(self, row: Row, name: str) -> str:
        """Return the cell of a column, blank where the file has no such column."""
        place = self.places.get(name)
        return "" if place is None else row.cells[place]

    def label(self, name: str, row: Row | None = None) -> str:
        """Return what people call the column."""
        place = self.places.get(name)
        return name if place is None else self.table.column(place, row.number if row else None)

    def tagged(self, name: str, language: str) -> dict[str, str]:
        """Return the columns of a text by language tag: `name` in `language`, `name_en` in English, and so on."""
        found = {language: name} if name in self.places else {}
        for key in self.places:
            if key.startswith(f"{name}_"):
                found.setdefault(key[len(name) + 1 :].replace("_", "-"), key)
        return found


def columns_of(
    table: Table,
    findings: Findings,
    *,
    required: Collection[str],
    optional: Collection[str] = (),
    tagged: Collection[str] = (),
    others: bool = False,
) -> Columns:
    """Return the known columns and note what is unknown or double; `others` lets unknown columns pass.

    Without its required columns a file is refused at once: nothing else could be said of its rows.
    """
    places: dict[str, int] = {}
    for place, heading in enumerate(table.header):
        name = heading.casefold()
        if not (name in required or name in optional or _is_tagged(name, tagged)):
            if not others:
                _note_unknown(table, findings, place, [*required, *optional])
        elif name in places:
            what = _("the heading “%(name)s” comes twice") % {"name": name}
            findings.add(what, _("keep one of these columns"), row=table.heading, column=table.column(place))
        else:
            places[name] = place
    missing = [name for name in required if name not in places]
    for name in missing:
        what = _("the column “%(name)s” is missing") % {"name": name}
        findings.add(what, _("add it; the heading must be spelt like this"), row=table.heading)
    if missing:
        findings.refuse_any()
    return Columns(table, places)


def column_sign(table: Table, places: Iterable[int]) -> DecimalSign:
    """The decimal sign of these columns together."""
    columns = tuple(places)
    return decimal_sign((row.cells[place] for row in table.rows for place in columns), table.separator)


def _is_tagged(name: str, tagged: Collection[str]) -> bool:
    stem, _underscore, tag = name.partition("_")
    return stem in tagged and LANGUAGE_TAG.fullmatch(tag) is not None


def _note_unknown(table: Table, findings: Findings, place: int, known: list[str]) -> None:
    heading = table.header[place]
    near = get_close_matches(heading.casefold(), known, 1)
    mend = _("did you mean “%(near)s”?") % {"near": near[0]} if near else _("remove the column or correct its heading")
    what = _("the column “%(name)s” is not known here") % {"name": heading}
    findings.add(what, mend, row=table.heading, column=table.column(place))
