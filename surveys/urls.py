"""Addresses: the front page, an expert's (`/i/`, `/answer/`), and the coordinators'."""

from surveys.views.coordinator.urls import urlpatterns as coordinator
from surveys.views.expert.urls import urlpatterns as expert

app_name = "surveys"
urlpatterns = [*expert, *coordinator]
