"""Addresses of surveys, panels, their judgments and what comes out."""

from typing import Any

from surveys.access import READS, RUNS, WORKS, Role
from tests.support.doors.door import ACCOUNT, BOOK, Door
from tests.support.doors.estate import JUDGMENTS, asking, decided, expert, fields, filled_in, keyed_in, upload
from tests.support.everybody import Estate
from tests.surveys import factories as make


def transcript(at: Estate) -> list[list[Any]]:
    return [[*expert(at)[0], at.expert.transcripts.order_by("pk")[0].pk]]


def ask_again(at: Estate) -> dict[str, Any]:
    """About the other matrix: the first one's request still waits."""
    return {"pairs": make.pair(at.asking, "a1", "a2").pk, "note": "Please look again."}


def new_survey(at: Estate) -> dict[str, Any]:
    method = {"method": "eigenvector", "random_index": "simulated", "aggregation": "aij", "gate": "soft"}
    method |= make.QUESTIONS
    return {"edition": at.decided.edition_id, "title_en": "One more", **method}


def unfinished(at: Estate) -> list[list[Any]]:
    """An expert who has not begun."""
    return [[at.asking.pk, at.asking.experts.filter(started_at=None, revision=0)[0].code]]


def table_of_experts(at: Estate) -> dict[str, Any]:
    experts = at.asking.experts.all()
    weights = {f"weight-{expert.pk}": "2" for expert in experts}
    return {**weights, **{f"field-{expert.pk}": "power" for expert in experts}, "reason": "Knows it."}


def waiting_colleague(at: Estate) -> int:
    return at.decided.memberships.filter(user__password__startswith="!")[0].user_id


def further_round(at: Estate) -> dict[str, Any]:
    """About the pair that no earlier request waits for."""
    return {"pairs": make.pair(at.asking, "a1", "a2").pk, "note_en": "Please look once more.", "step": "start"}


def linked(at: Estate) -> list[list[Any]]:
    return [[at.link.survey_id]]


DOORS: dict[str, Door] = {
    "surveys:survey_list": Door(get=ACCOUNT),
    "surveys:survey_new": Door(get=ACCOUNT, post=ACCOUNT, payload=new_survey),
    "surveys:survey": Door(get=READS, args=lambda at: [[survey.pk] for survey in at.surveys]),
    "surveys:survey_move": Door(
        post=RUNS, args=decided, payload=fields(to="archived"), asks=("pilot", "reason")
    ),
    "surveys:survey_terms": Door(
        post=RUNS, args=asking, asks=("names_kept",),
        payload=fields(purpose_en="Better weights", anonymity="named", smallest_group="3", reminder_days="3, 7"),
    ),
    "surveys:survey_deadline": Door(
        post=RUNS, args=asking, payload=fields(**{"deadline-closes_at": "2099-01-02T17:30", "deadline-reason": "Late."})
    ),
    "surveys:survey_settings": Door(
        get=READS, post=RUNS, args=lambda at: [[at.planned.pk]],
        payload=fields(
            method="log_least_squares", random_index="saaty1980", aggregation="aip", gate="none", **make.QUESTIONS
        ), asks=("missing_allowed", "preview")),
    "surveys:members": Door(
        get=RUNS, post=RUNS, args=decided, payload=fields(username="the-stranger", role="viewer")
    ),
    "surveys:member_remove": Door(
        post=RUNS, args=lambda at: [[at.decided.pk, at.decided.memberships.get(user__username="the-viewer").pk]]
    ),
    "surveys:colleague_invite": Door(
        post=(Role.OWNER,), args=decided,
        payload=fields(**{"colleague-username": "new-one", "colleague-name": "New One", "colleague-role": "viewer"}),
    ),
    "surveys:colleague_link": Door(post=(Role.OWNER,), args=lambda at: [[at.decided.pk, waiting_colleague(at)]]),
    "surveys:audit_log": Door(get=READS, args=decided),
    "surveys:audit_log_export": Door(get=READS, args=lambda at: [[at.decided.pk, kind] for kind in ("csv", "xlsx")]),
    "surveys:progress_export": Door(get=RUNS, args=asking),
    "surveys:panel_desk": Door(get=RUNS, post=RUNS, args=asking, payload=table_of_experts),
    "surveys:people": Door(get=ACCOUNT),
    "surveys:person": Door(
        get=BOOK, post=BOOK, args=lambda at: [[at.expert.person_id]],
        payload=fields(name="Another Name", language="en"),
    ),
    "surveys:person_data": Door(get=BOOK, args=lambda at: [[at.expert.person_id]]),
    "surveys:person_file": Door(get=BOOK, args=lambda at: [[at.expert.person_id]]),
    "surveys:person_erase": Door(
        get=BOOK, post=BOOK, args=lambda at: [[at.expert.person_id]],
        payload=lambda at: {"reason": "Asked for.", "name": at.expert.person.name if at.expert.person else ""},
    ),
    "surveys:people_join": Door(post=RUNS, args=decided, payload=lambda at: {"person": at.expert.person_id}),
    "surveys:people_merge": Door(
        post=BOOK, payload=lambda at: {"person": at.expert.person_id}
    ),
    "surveys:experts_add": Door(
        get=RUNS, post=RUNS, args=asking, payload=fields(lines="N1, Someone", confirmed="on")
    ),
    "surveys:expert": Door(get=READS, args=expert),
    "surveys:expert_sections": Door(get=RUNS, post=RUNS, args=expert, payload=fields(nodes="a"), asks=("reason",)),
    "surveys:enter": Door(
        get=RUNS, post=RUNS, args=expert, payload=fields(way="telephone", received_on="2026-01-05"), asks=("note",)),
    "surveys:enter_transcript": Door(get=RUNS, args=transcript),
    "surveys:enter_section": Door(
        get=RUNS, post=RUNS, args=lambda at: [[*transcript(at)[0], "r"]], payload=keyed_in
    ),
    "surveys:enter_hand_in": Door(post=RUNS, args=transcript, asks=("reason",)),
    "surveys:enter_scan": Door(get=RUNS, args=transcript),
    "surveys:late_take": Door(post=RUNS, args=expert, asks=("reason",)),
    "surveys:expert_weight": Door(post=RUNS, args=expert, payload=fields(weight="2", reason="Knows it.")),
    "surveys:link_show": Door(post=RUNS, args=expert),
    "surveys:expert_revoke": Door(post=RUNS, args=expert, asks=("reason",)),
    "surveys:expert_renew": Door(post=RUNS, args=expert),
    "surveys:expert_decline": Door(post=RUNS, args=unfinished, payload=fields(reason="Too busy.")),
    "surveys:expert_remove": Door(post=RUNS, args=unfinished, asks=("reason",)),
    "surveys:revision_withdraw": Door(
        post=RUNS, args=lambda at: [[at.asking.pk, at.expert.code, at.request.pk]]
    ),
    "surveys:expert_sheet": Door(
        get=RUNS, post=RUNS, args=expert, payload=lambda at: upload(filled_in(at))(at), writes=False
    ),
    "surveys:expert_sheet_download": Door(get=RUNS, args=expert),
    "surveys:expert_paper": Door(get=RUNS, args=expert),
    "surveys:carry": Door(
        get=RUNS, post=RUNS, args=asking, payload=lambda at: {"source": at.decided.pk, "match": "code"}, writes=False,
        asks=("renamed", "redefined", "experts"),
    ),
    "surveys:matrices_template": Door(get=RUNS, args=asking),
    "surveys:judgments_import": Door(get=RUNS, post=RUNS, args=asking, payload=upload(JUDGMENTS), writes=False),
    "surveys:consistency": Door(get=READS, args=decided),
    "surveys:matrix": Door(
        get=READS,
        args=lambda at: [[at.asking.pk, at.expert.code, "r"], [at.decided.pk, "panel", "a"]],
    ),
    "surveys:revision_request": Door(
        get=RUNS, post=RUNS, args=lambda at: [[at.asking.pk, at.expert.code, "a"]], payload=ask_again
    ),
    "surveys:ask_about_all": Door(
        get=RUNS, post=RUNS, args=lambda at: [[at.asking.pk, at.tense.code]],
        payload=lambda at: {"pairs": make.pair(at.asking, "a", "c").pk, "note": "Please look again."},
    ),
    "surveys:consistency_export": Door(get=READS, args=lambda at: [[at.asking.pk]]),
    "surveys:first_answers": Door(get=READS, args=lambda at: [[at.decided.pk], [at.asking.pk], [at.planned.pk]]),
    "surveys:panel": Door(get=READS, args=decided),
    "surveys:panel_compute": Door(post=RUNS, args=asking),
    "surveys:job_status": Door(get=READS, args=lambda at: [[job.pk] for job in at.jobs]),
    "surveys:job_retry": Door(
        post=WORKS, args=lambda at: [[job.pk] for job in at.jobs if job.state == "failed"]
    ),
    "surveys:open_link": Door(get=READS, args=lambda at: [[at.link.survey_id], [at.decided.pk]]),
    "surveys:open_link_make": Door(post=RUNS, args=linked, writes=False),  # decided before the survey opened
    "surveys:open_link_shut": Door(post=RUNS, args=linked),
    "surveys:open_link_compute": Door(post=RUNS, args=linked),
    "surveys:open_link_export": Door(get=READS, args=linked),
    "surveys:consensus": Door(get=READS, args=decided),
    "surveys:consensus_node": Door(get=READS, args=lambda at: [[at.decided.pk, "r"]]),
    "surveys:profile": Door(get=READS, args=decided),
    "surveys:branch_weights": Door(
        get=RUNS, post=RUNS, args=asking, payload=fields(seen="stale", reason="They know it."), writes=False
    ),
    "surveys:round_new": Door(get=RUNS, post=RUNS, args=asking, payload=further_round),
}  # fmt: skip
