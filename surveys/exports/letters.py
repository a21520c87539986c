"""Letters to be sent by another system, as a table: one row an expert, the letter with its link in a cell."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import csv_bytes
from surveys.selectors.letter_texts import HandedOver

WIDTHS = [10, 16, 28, 36, 60, 60]


def letters_csv(letters: Sequence[HandedOver]) -> bytes:
    return csv_bytes(_header(), _rows(letters))


def letters_xlsx(letters: Sequence[HandedOver]) -> bytes:
    rows = [_header(), *_rows(letters)]
    return workbook_bytes([Sheet(_("Letters"), rows, frozen=1, widths=WIDTHS)])


def _header() -> list[str]:
    return [_("Expert"), _("Name"), _("E-mail"), _("Subject"), _("Letter"), _("Personal link")]


def _rows(letters: Sequence[HandedOver]) -> list[list[str]]:
    return [
        [
            one.expert.code,
            one.expert.person.name if one.expert.person else "",
            one.address,
            one.letter.subject,
            one.letter.body,
            one.url,
        ]
        for one in letters
    ]
