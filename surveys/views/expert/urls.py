"""An expert's addresses. Only the first one carries the token."""

from django.urls import path

from . import answering, devices, handing_in, practice, preferences, resuming, start

urlpatterns = [
    path("i/<str:token>/", start.start, name="start"),
    path("answer/<int:survey_id>/", answering.contents, name="contents"),
    path("answer/<int:survey_id>/pairs/<int:position>/", answering.pair, name="pair"),
    path("answer/<int:survey_id>/review/", handing_in.review, name="review"),
    path("answer/<int:survey_id>/submit/", handing_in.submit, name="submit"),
    path("answer/<int:survey_id>/receipt/", handing_in.receipt, name="receipt"),
    path("answer/<int:survey_id>/receipt/status/", handing_in.receipt_status, name="receipt_status"),
    path("answer/<int:survey_id>/practice/", practice.practice, name="practice"),
    path("answer/<int:survey_id>/elsewhere/", devices.elsewhere, name="elsewhere"),
    path("answer/<int:survey_id>/elsewhere/end/", devices.end_others, name="end_others"),
    path("answer/<int:survey_id>/join/<str:code>/", devices.join, name="join"),
    path("answer/<int:survey_id>/resume/", resuming.resume, name="resume"),
    path("answer/<int:survey_id>/preferences/", preferences.preferences, name="preferences"),
    path("reading/", preferences.text_size, name="text_size"),
    path("answer/<int:survey_id>/leave/", answering.leave, name="leave"),
]
