"""Addresses of the coordinator's pages; `surveys.urls` takes them in."""

from django.urls import URLPattern, path

from surveys import paths  # noqa: F401  knows how codes stand in an address
from surveys.views.coordinator import (
    assign,
    consistency,
    enter,
    jobs,
    late,
    panel,
    revisions,
    sheet,
    surveys,
    systems,
    weights,
)

S = "surveys/<int:survey_id>/"
E = f"{S}experts/<code:code>/"
W = f"{S}weights/<int:number>/"

urlpatterns: list[URLPattern] = [
    path("surveys/", surveys.survey_list, name="survey_list"),
    path("surveys/new/", surveys.survey_new, name="survey_new"),
    path(S, surveys.survey, name="survey"),
    path(f"{S}move/", surveys.survey_move_to, name="survey_move"),
    path(f"{S}settings/", surveys.survey_settings, name="survey_settings"),
    path(f"{S}members/", surveys.members, name="members"),
    path(f"{S}log/", surveys.audit_log, name="audit_log"),
    path(f"{S}experts/add/", panel.experts_add, name="experts_add"),
    path(E, panel.expert, name="expert"),
    path(f"{E}sections/", assign.expert_sections, name="expert_sections"),
    path(f"{E}enter/", enter.enter, name="enter"),
    path(f"{E}enter/<int:transcript_id>/", enter.enter_transcript, name="enter_transcript"),
    path(f"{E}enter/<int:transcript_id>/hand-in/", enter.enter_hand_in, name="enter_hand_in"),
    path(f"{E}enter/<int:transcript_id>/sections/<code:node>/", enter.enter_section, name="enter_section"),
    path(f"{E}enter/<int:transcript_id>/scan/", enter.enter_scan, name="enter_scan"),
    path(f"{E}late/take/", late.late_take_it, name="late_take"),
    path(f"{E}weight/", panel.expert_weight, name="expert_weight"),
    path(f"{E}link/", panel.link_show, name="link_show"),
    path(f"{E}revoke/", panel.expert_revoke, name="expert_revoke"),
    path(f"{E}renew/", panel.expert_renew, name="expert_renew"),
    path(f"{E}revisions/<int:request_id>/withdraw/", revisions.withdraw, name="revision_withdraw"),
    path(f"{E}ask/", revisions.ask_about_all, name="ask_about_all"),
    path(f"{E}sheet/", sheet.sheet, name="expert_sheet"),
    path(f"{E}sheet/questionnaire.xlsx", sheet.download, name="expert_sheet_download"),
    path(f"{E}paper/", sheet.paper, name="expert_paper"),
    path(f"{S}judgments/import/", panel.judgments_import, name="judgments_import"),
    path(f"{S}consistency/", consistency.consistency, name="consistency"),
    path(f"{S}consistency/export.xlsx", consistency.export, name="consistency_export"),
    path(f"{S}consistency/first/", consistency.first, name="first_answers"),
    path(f"{S}consistency/<code:code>/<code:node>/", consistency.matrix, name="matrix"),
    path(f"{S}consistency/<code:code>/<code:node>/ask/", revisions.ask_again, name="revision_request"),
    path(f"{S}panel/", weights.panel, name="panel"),
    path(f"{S}panel/compute/", weights.panel_compute, name="panel_compute"),
    path(f"{S}weights/", weights.weight_sets, name="weight_sets"),
    path(f"{S}weights/new/", weights.weight_set_new, name="weight_set_new"),
    path(W, weights.weight_set, name="weight_set"),
    path(f"{W}adopt/", weights.weight_set_adopt_it, name="weight_set_adopt"),
    path(f"{W}propose/", weights.weight_set_propose_it, name="weight_set_propose"),
    path(f"{W}approve/", weights.weight_set_approve_it, name="weight_set_approve"),
    path(f"{W}send-back/", weights.weight_set_return_it, name="weight_set_send_back"),
    path(f"{W}lock/", weights.weight_set_lock_it, name="weight_set_lock"),
    path(f"{W}export.<str:kind>", weights.weight_set_export, name="weight_set_export"),
    path("systems/", systems.system_list, name="system_list"),
    path("systems/import/", systems.system_import, name="system_import"),
    path("systems/<int:edition_id>/", systems.edition, name="edition"),
    path("systems/<int:edition_id>/freeze/", systems.edition_freeze_it, name="edition_freeze"),
    path("jobs/<int:job_id>/status/", jobs.job_status, name="job_status"),
    path("jobs/<int:job_id>/retry/", jobs.job_retry, name="job_retry"),
]
