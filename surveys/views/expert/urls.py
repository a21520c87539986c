"""An expert's addresses. Only the first one carries the token."""

from django.urls import path

from surveys import paths  # noqa: F401  knows how codes stand in an address

from . import answering, drafts, handing_in, preparing, start

urlpatterns = [
    path("i/<str:token>/", start.start, name="start"),
    path("answer/<int:survey_id>/", answering.contents, name="contents"),
    path("answer/<int:survey_id>/pairs/<int:position>/", answering.pair, name="pair"),
    path("answer/<int:survey_id>/review/", handing_in.review, name="review"),
    path("answer/<int:survey_id>/submit/", handing_in.submit, name="submit"),
    path("answer/<int:survey_id>/receipt/", handing_in.receipt, name="receipt"),
    path("answer/<int:survey_id>/receipt/status/", handing_in.receipt_status, name="receipt_status"),
    path("answer/<int:survey_id>/drafts/", drafts.drafts, name="drafts"),
    path("answer/<int:survey_id>/prepare/", preparing.prepare, name="prepare"),
    path("answer/<int:survey_id>/prepare/<code:node>/", preparing.prepare_section, name="prepare_section"),
    path("answer/<int:survey_id>/leave/", answering.leave, name="leave"),
]
