"""An expert's addresses. Only the first one carries the token."""

from django.urls import path

from . import answering, handing_in, sheet, start

urlpatterns = [
    path("i/<str:token>/", start.start, name="start"),
    path("answer/<int:survey_id>/", answering.contents, name="contents"),
    path("answer/<int:survey_id>/pairs/<int:position>/", answering.pair, name="pair"),
    path("answer/<int:survey_id>/review/", handing_in.review, name="review"),
    path("answer/<int:survey_id>/submit/", handing_in.submit, name="submit"),
    path("answer/<int:survey_id>/receipt/", handing_in.receipt, name="receipt"),
    path("answer/<int:survey_id>/receipt/status/", handing_in.receipt_status, name="receipt_status"),
    path("answer/<int:survey_id>/sheet/", sheet.sheet, name="sheet"),
    path("answer/<int:survey_id>/sheet/questionnaire.xlsx", sheet.download, name="sheet_download"),
    path("answer/<int:survey_id>/paper/", sheet.paper, name="paper"),
    path("answer/<int:survey_id>/leave/", answering.leave, name="leave"),
]
