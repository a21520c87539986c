"""Addresses of weight sets."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from surveys.access import DECIDES, LOCKS, READS, RUNS
from tests.support.doors.door import Arguments, Door
from tests.support.doors.estate import KINDS, decided, fields, upload
from tests.support.everybody import Estate
from tests.surveys import factories as make

SOURCE = {"source": "A plan", "reference": "No. 7", "reason": "It is given."}
WEIGHTS = b"code,local_weight\na,0.5\nb,0.3\nc,0.2\na1,0.6\na2,0.4\n"
PAPERS = [
    (paper, language, kind) for paper in ("sheet", "methods") for language, kind in (("en", "pdf"), ("zh-hans", "docx"))
]


def weights(*states: str) -> Arguments:
    return lambda at: [[at.decided.pk, at.sets[state].number] for state in states]


def fixed_weights(at: Estate) -> dict[str, Any]:
    pair = make.pair(at.decided, "a1", "a2")
    return {f"weight-{pair.item_a_id}": "40", f"weight-{pair.item_b_id}": "60", **SOURCE}


def signed_sheet(at: Estate) -> dict[str, Any]:
    scan = SimpleUploadedFile("sheet.pdf", b"%PDF-1.7 signed")
    printed = at.sets["proposed"].content_hash[:12]
    return {"sheet-file": scan, "sheet-printed": printed, "sheet-note": "Signed by the director."}


DOORS: dict[str, Door] = {
    "surveys:weight_sets": Door(get=READS, args=decided),
    "surveys:weight_set_new": Door(get=RUNS, post=RUNS, args=decided, payload=fields(decimals="2")),
    "surveys:weight_set": Door(get=READS, args=weights("draft", "proposed", "approved", "locked")),
    "surveys:weight_set_adopt": Door(post=RUNS, args=weights("draft"), payload=fields(**{"adopt-decimals": "1"})),
    "surveys:weight_set_propose": Door(post=RUNS, args=weights("draft")),
    "surveys:weight_set_approve": Door(
        post=DECIDES, args=weights("proposed"),
        payload=lambda at: {"approve-reason": "Seen.", "approve-seen_hash": at.sets["proposed"].content_hash},
    ),
    "surveys:weight_set_send_back": Door(
        post=DECIDES, args=weights("proposed"), payload=fields(**{"return-reason": "Not yet."})
    ),
    "surveys:weight_set_lock": Door(
        post=LOCKS, args=weights("approved"), payload=fields(**{"lock-reason": "A newer panel."})
    ),
    "surveys:weight_set_import": Door(get=RUNS, post=RUNS, args=decided, payload=upload(WEIGHTS, **SOURCE)),
    "surveys:weight_set_fix": Door(
        get=RUNS, post=RUNS, args=lambda at: [[*weights("draft")(at)[0], "a"]], payload=fixed_weights
    ),
    "surveys:weight_set_release": Door(post=RUNS, args=lambda at: [[*weights("draft")(at)[0], "r"]]),
    "surveys:weight_methods": Door(get=READS, args=weights("draft", "locked")),
    "surveys:weight_paper": Door(
        get=READS, args=lambda at: [[*weights("proposed")(at)[0], *paper] for paper in PAPERS]
    ),
    "surveys:sheet_upload": Door(post=LOCKS, args=weights("proposed"), payload=signed_sheet),
    "surveys:sheet_approve": Door(post=DECIDES, args=weights("proposed"), payload=signed_sheet),
    "surveys:sheet_scan": Door(
        get=READS, args=lambda at: [[*weights("approved")(at)[0], at.sets["approved"].signed_sheets.all()[0].pk]]
    ),
    "surveys:weight_set_export": Door(
        get=READS,
        args=lambda at: [[*weights(state)(at)[0], kind] for state in ("draft", "locked") for kind in KINDS],
    ),
}  # fmt: skip
