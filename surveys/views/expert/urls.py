"""An expert's addresses. Only the first one carries the token."""

from django.urls import path

from . import answering, handing_in, revisions, section, start

urlpatterns = [
    path("i/<str:token>/", start.start, name="start"),
    path("answer/<int:survey_id>/", answering.contents, name="contents"),
    path("answer/<int:survey_id>/pairs/<int:position>/", answering.pair, name="pair"),
    path("answer/<int:survey_id>/sections/<int:node_id>/review/", section.section_review, name="section_review"),
    path("answer/<int:survey_id>/revisions/<int:request_id>/", revisions.revision, name="revision"),
    path("answer/<int:survey_id>/review/", handing_in.review, name="review"),
    path("answer/<int:survey_id>/submit/", handing_in.submit, name="submit"),
    path("answer/<int:survey_id>/receipt/", handing_in.receipt, name="receipt"),
    path("answer/<int:survey_id>/receipt/status/", handing_in.receipt_status, name="receipt_status"),
    path("answer/<int:survey_id>/leave/", answering.leave, name="leave"),
]
