"""Addresses: the front page, an expert's (`/i/`, `/answer/`), an open link's (`/o/`), and the coordinators'."""

from django.urls import path

from surveys.api.urls import urlpatterns as api
from surveys.views import front
from surveys.views.coordinator.urls import urlpatterns as coordinator
from surveys.views.expert.urls import urlpatterns as expert
from surveys.views.respondent.urls import urlpatterns as respondent

app_name = "surveys"
urlpatterns = [
    path("", front.front, name="front"),
    path("demo/answer/", front.demo_answer, name="demo_answer"),
    *expert,
    *respondent,
    *coordinator,
    *api,
]
