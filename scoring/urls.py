"""Addresses of data sets and runs."""

from django.urls import path

from scoring.api.urls import urlpatterns as api
from scoring.views import data, runs
from surveys import paths  # noqa: F401  knows how codes stand in an address

S = "surveys/<int:survey_id>/"
R = f"{S}runs/<int:number>/"

app_name = "scoring"
urlpatterns = [
    path("scoring/", runs.home, name="home"),
    path(f"{S}data/", data.data_sets, name="data_sets"),
    path(f"{S}data/import/", data.data_import, name="data_import"),
    path(f"{S}data/<int:data_set_id>/", data.data_set, name="data_set"),
    path(f"{S}runs/", runs.runs, name="runs"),
    path(f"{S}runs/new/", runs.run_new, name="run_new"),
    path(R, runs.run, name="run"),
    path(f"{R}nodes/<code:code>/", runs.node, name="node"),
    path(f"{R}units/<int:unit_id>/", runs.unit, name="unit"),
    path(f"{R}export.<str:kind>", runs.run_export, name="run_export"),
    *api,
]
