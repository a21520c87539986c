"""An expert's addresses. Only the first one carries the token."""

from django.shortcuts import redirect
from django.urls import path

from surveys import paths  # noqa: F401  knows how codes stand in an address

from . import answering, handing_in, rows, saving, start

A = "answer/<int:survey_id>/"

urlpatterns = [
    path("i/<str:token>/", start.start, name="start"),
    path(f"{A}", answering.contents, name="contents"),
    path(f"{A}pairs/<int:position>/", answering.pair, name="pair"),
    path(f"{A}rows/<code:node>/", rows.rows, name="rows"),
    path(f"{A}sections/<code:node>/", answering.section, name="section"),
    path(f"{A}save/", saving.save, name="save"),
    path(f"{A}undo/", saving.undo, name="undo"),
    path(f"{A}review/", handing_in.review, name="review"),
    path(f"{A}submit/", handing_in.submit, name="submit"),
    path(f"{A}receipt/", handing_in.receipt, name="receipt"),
    path(f"{A}receipt/status/", handing_in.receipt_status, name="receipt_status"),
    path(f"{A}leave/", answering.leave, name="leave"),
    # STUBS until the reviews are merged
    path(
        f"{A}sections/<code:node>/review/",
        lambda request, survey_id, node: redirect("surveys:review", survey_id),
        name="section_review",
    ),
    path(
        f"{A}revisions/<int:number>/",
        lambda request, survey_id, number: redirect("surveys:review", survey_id),
        name="revision",
    ),
    path(f"{A}resume/", lambda request, survey_id: redirect("surveys:review", survey_id), name="resume"),
]
