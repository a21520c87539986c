"""An expert's addresses. Only the first one carries the token."""

from django.urls import path

from surveys import paths  # noqa: F401  knows how codes stand in an address

from . import (
    answering,
    devices,
    drafts,
    handing_in,
    practice,
    preferences,
    preparing,
    resuming,
    revisions,
    rows,
    saving,
    section,
    sheet,
    start,
)

A = "answer/<number:survey_id>/"
N = f"{A}sections/<number:node_id>/"

urlpatterns = [
    path("i/<str:token>/", start.start, name="start"),
    path("reading/", preferences.text_size, name="text_size"),
    path(A, answering.contents, name="contents"),
    path(f"{A}practice/", practice.practice, name="practice"),
    path(f"{A}preferences/", preferences.preferences, name="preferences"),
    path(f"{A}pairs/<number:position>/", answering.pair, name="pair"),
    path(f"{A}save/", saving.save, name="save"),
    path(f"{A}undo/", saving.undo, name="undo"),
    path(N, answering.section, name="section"),
    path(f"{N}rows/", rows.rows, name="rows"),
    path(f"{N}review/", section.section_review, name="section_review"),
    path(f"{A}revisions/<number:request_id>/", revisions.revision, name="revision"),
    path(f"{A}review/", handing_in.review, name="review"),
    path(f"{A}basis/", handing_in.basis, name="basis"),
    path(f"{A}submit/", handing_in.submit, name="submit"),
    path(f"{A}receipt/", handing_in.receipt, name="receipt"),
    path(f"{A}receipt/status/", handing_in.receipt_status, name="receipt_status"),
    path(f"{A}sheet/", sheet.sheet, name="sheet"),
    path(f"{A}sheet/questionnaire.xlsx", sheet.download, name="sheet_download"),
    path(f"{A}paper/", sheet.paper, name="paper"),
    path(f"{A}drafts/", drafts.drafts, name="drafts"),
    path(f"{A}prepare/", preparing.prepare, name="prepare"),
    path(f"{A}prepare/<code:node>/", preparing.prepare_section, name="prepare_section"),
    path(f"{A}elsewhere/", devices.elsewhere, name="elsewhere"),
    path(f"{A}elsewhere/end/", devices.end_others, name="end_others"),
    path(f"{A}join/<str:code>/", devices.join, name="join"),
    path(f"{A}resume/", resuming.resume, name="resume"),
    path(f"{A}leave/", answering.leave, name="leave"),
]
