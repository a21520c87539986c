"""Sheets that were signed on paper: a second person brings the scan, and its hash joins the seal of the set."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.files.scans import Scan
from surveys.models import SignedSheet, WeightSet
from surveys.services.audit import audit
from surveys.services.weight_sets import weight_set_approve

TAKES_SHEETS = (WeightSet.State.PROPOSED, WeightSet.State.APPROVED)
MOST_SHEETS = 10
SHORT = 12
"""So many digits of the content hash are typed from the paper."""


@transaction.atomic
def signed_sheet_add(weight_set: WeightSet, scan: Scan, *, printed: str, note: str, user: User) -> SignedSheet:
    """`printed` are the digits of the hash on the sheet: what was signed is what is stored now."""
    weight_set = WeightSet.objects.select_for_update().get(pk=weight_set.pk)
    if weight_set.state not in TAKES_SHEETS:
        raise Refused(_("A signed sheet belongs to a set that was proposed and is not locked yet."))
    if user.pk == weight_set.proposed_by_id:
        raise Refused(_("Whoever proposed a weight set cannot bring its signed sheet: ask the other person."))
    _refuse_other_paper(weight_set, printed)
    if weight_set.signed_sheets.filter(file_hash=scan.hash, content_hash=weight_set.content_hash).exists():
        raise Refused(_("This scan was uploaded already."))
    if weight_set.signed_sheets.count() >= MOST_SHEETS:
        raise Refused(_("This set has %(count)d signed sheets already: no more are taken.") % {"count": MOST_SHEETS})
    sheet = SignedSheet.objects.create(
        weight_set=weight_set,
        content_hash=weight_set.content_hash,
        note=note.strip(),
        file_name=scan.name,
        file_type=scan.type,
        file_hash=scan.hash,
        file=scan.content,
        uploaded_by=user,
    )
    new = {"scan": scan.name, "file_hash": scan.hash, "content_hash": weight_set.content_hash}
    audit("weights.sheet_signed", weight_set, user=user, survey=weight_set.survey, new=new, reason=sheet.note)
    return sheet


@transaction.atomic
def weight_set_approve_on_paper(weight_set: WeightSet, scan: Scan, *, printed: str, note: str, user: User) -> WeightSet:
    """Approve what was signed on paper; the note says who signed, and is the reason."""
    if not note.strip():
        raise Refused(_("Write who signed the sheet and when: it is kept as the reason for the approval."))
    sheet = signed_sheet_add(weight_set, scan, printed=printed, note=note, user=user)
    return weight_set_approve(weight_set, user=user, reason=note, seen_hash=sheet.content_hash)


def _refuse_other_paper(weight_set: WeightSet, printed: str) -> None:
    digits = "".join(printed.split()).lower()
    if len(digits) < SHORT or not weight_set.content_hash.startswith(digits):
        raise Refused(
            _("The sheet was printed for other weights: its hash should begin with %(hash)s. Print it anew.")
            % {"hash": weight_set.content_hash[:SHORT]}
            if len(digits) >= SHORT
            else _("Type the first %(count)d characters of the hash on the sheet.") % {"count": SHORT}
        )
