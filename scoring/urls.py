"""Addresses of data sets and runs."""

from django.urls import path

from scoring.api.urls import urlpatterns as api
from scoring.views import (
    comparing,
    data,
    decisions,
    figures,
    gate,
    public,
    publications,
    quality,
    regions,
    report,
    rules,
    runs,
    studies,
    unit_lists,
    units,
    what_if,
)
from surveys import paths  # noqa: F401  knows how codes stand in an address

S = "surveys/<number:survey_id>/"
D = f"{S}data/<number:data_set_id>/"
R = f"{S}runs/<number:number>/"
P = "p/<slug:slug>/"
M = f"{S}consistency/<code:code>/<code:node>/"

app_name = "scoring"
urlpatterns = [
    path("scoring/", runs.home, name="home"),
    path(f"{S}data/", data.data_sets, name="data_sets"),
    path(f"{S}data/import/", gate.data_import, name="data_import"),
    path(f"{S}data/template.xlsx", gate.data_template, name="data_template"),
    path(f"{S}data/<number:data_set_id>/", data.data_set, name="data_set"),
    path(f"{S}data/<number:data_set_id>/changes/", gate.data_changes, name="data_changes"),
    path(f"{S}data/<number:data_set_id>/changes.<slug:kind>", gate.data_changes_export, name="data_changes_export"),
    path(f"{D}quality/", quality.data_quality, name="data_quality"),
    path(f"{D}quality.<slug:kind>", quality.data_quality_file, name="data_quality_file"),
    path(f"{D}quality/<code:code>/<slug:show>.<slug:kind>", quality.data_quality_figure, name="data_quality_figure"),
    path(f"{S}units/", unit_lists.unit_lists, name="unit_lists"),
    path(f"{S}units/new/", unit_lists.unit_list_new, name="unit_list_new"),
    path(f"{S}units/<number:key>/", unit_lists.unit_list, name="unit_list"),
    path(f"{S}units/<number:key>/again/", unit_lists.unit_list_again, name="unit_list_again"),
    path(f"{S}units/<number:key>/delete/", unit_lists.unit_list_remove, name="unit_list_remove"),
    path(f"{S}units/<number:key>/export.<slug:kind>", unit_lists.unit_list_export, name="unit_list_export"),
    path(f"{S}units/<number:key>/<number:unit_id>/", unit_lists.unit_edit, name="unit_edit"),
    path(f"{S}rules/", rules.rules, name="rules"),
    path(f"{S}rules/new/", rules.rules_new, name="rules_new"),
    path(f"{S}rules/look/", rules.rules_look, name="rules_look"),
    path(f"{S}runs/", runs.runs, name="runs"),
    path(f"{S}runs/new/", runs.run_new, name="run_new"),
    path(R, runs.run, name="run"),
    path(f"{R}nodes/<code:code>/", runs.node, name="node"),
    path(f"{R}nodes/<code:code>/<slug:show>.<slug:kind>", figures.figure, name="figure_file"),
    path(f"{R}units/<number:unit_id>/", units.unit, name="unit"),
    path(f"{R}units/<number:unit_id>/<code:code>/", units.why, name="why"),
    path(f"{R}sure/", studies.sure, name="sure"),
    path(f"{R}sure/ask/", studies.study_ask, name="study_ask"),
    path(f"{R}sure/<number:key>/", studies.study, name="study"),
    path(f"{R}sure/<number:key>/cancel/", studies.study_stop, name="study_stop"),
    path(f"{R}sure/<number:key>.<slug:kind>", studies.study_export, name="study_export"),
    path(f"{R}regions/", regions.regions, name="regions"),
    path(f"{R}regions.<slug:kind>", regions.regions_export, name="regions_export"),
    path(f"{R}quality/", quality.run_quality, name="run_quality"),
    path(f"{R}quality.<slug:kind>", quality.run_quality_file, name="run_quality_file"),
    path(f"{R}compare/", comparing.comparing, name="comparing"),
    path(f"{R}compare.<slug:kind>", comparing.comparing_export, name="comparing_export"),
    path(f"{R}figures/", report.gallery, name="gallery"),
    path(f"{R}figures/plan/", report.plan, name="report_plan"),
    path(f"{R}figures/template/", report.template_upload, name="report_template"),
    path(f"{R}figures/template.docx", report.template_example, name="report_template_example"),
    path(f"{R}figures/one/<code:key>.<slug:kind>", report.report_figure, name="report_figure"),
    path(f"{R}figures/<number:key>/", report.figure_set, name="figure_set"),
    path(f"{R}figures/<number:key>.zip", report.figure_set_file, name="figure_set_file"),
    path(f"{R}export.<str:kind>", runs.run_export, name="run_export"),
    path(f"{R}publish/", publications.publications, name="publications"),
    path(f"{R}publish/new/", publications.publication_new, name="publication_new"),
    path(f"{R}publish/<number:key>/", publications.publication_edit, name="publication_edit"),
    path(f"{R}publish/<number:key>/decide/", publications.publication_decide, name="publication_decide"),
    path(f"{R}publish/<number:key>/as-published.zip", publications.publication_files, name="publication_files"),
    path(f"{R}publish/<number:key>/preview/", publications.publication_preview, name="publication_preview"),
    path(
        f"{R}publish/<number:key>/preview/<path:rest>", publications.publication_preview, name="publication_preview_of"
    ),
    path(P, public.page, name="public"),
    path(f"{P}nodes/<code:code>/", public.node, name="public_node"),
    path(f"{P}nodes/<code:code>/<slug:show>.<slug:kind>", public.figure, name="public_figure"),
    path(f"{P}method/", public.method, name="public_method"),
    path(f"{P}weights/", public.weights, name="public_weights"),
    path(f"{P}data.<slug:kind>", public.data, name="public_data"),
    *api,
    path(f"{M}accept/", decisions.accept, name="accept"),
    path(f"{M}leave-out/", decisions.exclude_here, name="exclude_here"),
    path(f"{S}experts/<code:code>/leave-out/", decisions.exclude_all, name="exclude_all"),
    path(f"{S}decisions/<number:decision_id>/undo/", decisions.undo, name="undo"),
    path(f"{S}what-if/", what_if.what_if, name="what_if"),
    path(f"{S}what-if/names/", decisions.unmask, name="unmask"),
    path(f"{S}what-if/<slug:name>/", what_if.what_if_variant, name="what_if_variant"),
]
