"""Addresses of surveys, experts, weights and accounts."""

import uuid
from typing import Any

import pyotp
from django.core.files.uploadedfile import SimpleUploadedFile

from surveys.access import DECIDES, LOCKS, READS, RUNS, WORKS, Role
from surveys.forms.answer import AnswerForm
from surveys.forms.second_factor import seed_signed
from surveys.forms.uploads import signed
from surveys.models import Indicator, Judgment
from surveys.selectors.editing import family_print, node_print, subtree_print
from surveys.selectors.letter_texts import words_of
from surveys.selectors.open_form import open_notice_of
from surveys.selectors.recipients import recipients
from surveys.selectors.trees import tree_of
from surveys.services.devices import code_mint
from surveys.services.letters import words_set
from surveys.services.second_factor import secret_of, seed_new
from tests.support.api_doors import API_DOORS, ApiDoor
from tests.support.doors.door import ACCOUNT, ANYBODY, BOOK, SESSION, TOKEN, Arguments, Door
from tests.support.doors.estate import KINDS, asking, decided, expert, fields, upload
from tests.support.everybody import Estate
from tests.surveys import factories as make

ANSWER_FIELDS = tuple(AnswerForm.base_fields)
INDICATOR_FIELDS = (
    *("name_zh_hans", "name_en", "definition_zh_hans", "definition_en", "unit", "aliases"),
    *("low", "high", "target_low", "target_high", "cap", "transform", "direction"),
)


def transcript(at: Estate) -> list[list[Any]]:
    return [[*expert(at)[0], at.expert.transcripts.order_by("pk")[0].pk]]


def keyed_in(at: Estate) -> dict[str, Any]:
    return {f"p{make.pair(at.asking).pk}": "b4", "base": "", "counts": "now"}


def weights(*states: str) -> Arguments:
    return lambda at: [[at.decided.pk, at.sets[state].number] for state in states]


def answer(at: Estate) -> dict[str, Any]:
    pair = make.pair(at.asking)
    seen = Judgment.objects.get(expert=at.expert, comparison=pair).revision
    return {
        "comparison": pair.pk, "client_key": uuid.uuid4(), "base_revision": seen, "next_position": 0,
        "more_important": "a", "strength": 3,
    }  # fmt: skip


def row(at: Estate) -> dict[str, Any]:
    pair = make.pair(at.asking, "a", "c").pk
    return {f"pair-{pair}": "b7", f"seen-{pair}": at.expert.revision}


def draft_edition(at: Estate) -> list[list[Any]]:
    return [[at.draft_edition.pk]]


def node(at: Estate, code: str = "c") -> Indicator:
    return at.draft_edition.indicators.get(code=code)


def drafted(at: Estate) -> list[list[Any]]:
    return [[at.draft_edition.pk, node(at).pk]]


def section(at: Estate) -> list[list[Any]]:
    return [[at.asking.pk, make.pair(at.asking).node_id]]


def revision(at: Estate) -> list[list[Any]]:
    return [[at.asking.pk, at.request.pk]]


def keep(at: Estate) -> dict[str, Any]:
    """The answer that a request asks about."""
    judgment = Judgment.objects.get(expert=at.expert, comparison=make.pair(at.asking, "a", "c"))
    return {
        "act": "keep", "comparison": judgment.comparison_id, "revision": judgment.revision, "reason": "It is so.",
    }  # fmt: skip


def ask_again(at: Estate) -> dict[str, Any]:
    """About the other matrix: the first one's request still waits."""
    return {"pairs": make.pair(at.asking, "a1", "a2").pk, "note": "Please look again."}


def one_time_code(at: Estate) -> str:
    """A code that this expert has just made."""
    session = at.expert.sessions.filter(link__revoked_at=None).first()
    assert session
    return code_mint(session)


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


def by_token(door: ApiDoor) -> Door:
    """Cookies open nothing there."""
    return Door(get=TOKEN, post=TOKEN, args=lambda at: [door.place(at)], writes=False)


def by_link(at: Estate) -> list[list[Any]]:
    return [[at.link.slug]]


def linked(at: Estate) -> list[list[Any]]:
    return [[at.link.survey_id]]


def agreed(at: Estate) -> dict[str, Any]:
    return {"consent": "on", "notice": open_notice_of(at.link.survey).text_hash}


def written_to(at: Estate) -> list[list[Any]]:
    return [[at.asking.pk, at.letter.pk]]


def confirmed(at: Estate) -> dict[str, Any]:
    """What the page that shows who gets what would send."""
    shown, words = recipients(at.asking, "invitation").addresses, words_of(at.asking, "invitation")
    payload = {"kind": "invitation", "shown": shown, "words": words.hash, "key": str(uuid.uuid4())}
    return {"sending": signed(payload, f"letters:{at.asking.pk}")}


def words(at: Estate) -> list[list[Any]]:
    return [[at.asking.pk, kind] for kind in ("invitation", "reminder", "revision", "thanks")]


def own_words(at: Estate) -> list[list[Any]]:
    """Of a letter whose usual words were changed."""
    words_set(at.asking, "thanks", subject={"en": "Thanks"}, body={"en": "Thanks."}, user=None)
    return [[at.asking.pk, "thanks"]]


def fixed_weights(at: Estate) -> dict[str, Any]:
    pair = make.pair(at.decided, "a1", "a2")
    return {f"weight-{pair.item_a_id}": "40", f"weight-{pair.item_b_id}": "60", **SOURCE}


def signed_sheet(at: Estate) -> dict[str, Any]:
    scan = SimpleUploadedFile("sheet.pdf", b"%PDF-1.7 signed")
    printed = at.sets["proposed"].content_hash[:12]
    return {"sheet-file": scan, "sheet-printed": printed, "sheet-note": "Signed by the director."}


def phone(_at: Estate) -> dict[str, Any]:
    """A phone that has scanned the picture, and the code that it shows."""
    seed = seed_new()
    return {"seed": seed_signed(seed), "code": pyotp.TOTP(secret_of(seed)).now()}


READING = {"size": "large", "view": "row", "advance": "off", "keys": "off"}
SOURCE = {"source": "A plan", "reference": "No. 7", "reason": "It is given."}


WEIGHTS = b"code,local_weight\na,0.5\nb,0.3\nc,0.2\na1,0.6\na2,0.4\n"
PAPERS = [
    (paper, language, kind) for paper in ("sheet", "methods") for language, kind in (("en", "pdf"), ("zh-hans", "docx"))
]


INDICATORS = b"code,parent,name\nr,,Root\na,r,A\nb,r,B\n"
JUDGMENTS = b"expert,parent,item_a,item_b,more_important,strength\nN1,r,a,b,a,3\n"


def filled_in(at: Estate) -> bytes:
    """A file of the expert's own answers."""
    return JUDGMENTS.replace(b"N1", at.expert.code.encode())


DOORS: dict[str, Door] = {
    "healthz": Door(get=ANYBODY, post=ANYBODY, writes=False),
    "readyz": Door(get=ANYBODY),
    "metrics": Door(get=TOKEN),
    "surveys:status": Door(get=ACCOUNT),
    "set_language": Door(get=ANYBODY, post=ANYBODY, payload=fields(language="en"), writes=False),
    "login": Door(get=ANYBODY, post=ANYBODY, payload=fields(username="x", password="y"), writes=False),
    "sign_in_code": Door(get=ANYBODY, post=ANYBODY, writes=False),
    "sign_in_set_up": Door(get=ANYBODY, post=ANYBODY, writes=False),
    "signed_in": Door(get=ACCOUNT, post=ACCOUNT, writes=False),  # there is no other session to end
    "second_factor": Door(get=ACCOUNT),
    "second_factor_set_up": Door(get=ACCOUNT, post=ACCOUNT, payload=phone),
    "second_factor_codes": Door(post=ACCOUNT, writes=False),  # there is no factor to have codes
    "second_factor_off": Door(get=ACCOUNT, post=ACCOUNT, writes=False),
    "logout": Door(post=ANYBODY, writes=False),
    "password_change": Door(
        get=ACCOUNT, post=ACCOUNT,
        payload=fields(old_password="a long password", new_password1="another-long-1", new_password2="another-long-1"),
    ),
    "password_choose": Door(get=ANYBODY, post=ANYBODY, args=lambda _at: [["MQ", "set-password"]], writes=False),
    "surveys:front": Door(get=ANYBODY),
    "surveys:demo_answer": Door(post=ANYBODY),
    # the expert
    "surveys:start": Door(
        get=ANYBODY, post=ANYBODY, args=lambda at: [[at.token]], payload=fields(consent="on")
    ),
    "surveys:contents": Door(get=SESSION, args=asking),
    "surveys:pair": Door(
        get=SESSION, post=SESSION, args=lambda at: [[at.asking.pk, 1]], payload=answer, asks=ANSWER_FIELDS
    ),
    "surveys:rows": Door(get=SESSION, post=SESSION, args=section, payload=row),
    "surveys:section": Door(
        post=SESSION, args=section, payload=fields(familiarity="well", position="1"), asks=("field",)
    ),
    "surveys:save": Door(post=SESSION, args=asking, payload=answer, asks=ANSWER_FIELDS),
    "surveys:undo": Door(post=SESSION, args=asking),
    "surveys:section_review": Door(get=SESSION, post=SESSION, args=section, payload=keep),
    "surveys:revision": Door(get=SESSION, post=SESSION, args=revision, payload=keep),
    "surveys:review": Door(get=SESSION, args=asking),
    "surveys:submit": Door(get=SESSION, post=SESSION, args=asking, asks=("reason", "remark")),
    "surveys:receipt": Door(get=SESSION, args=asking),
    "surveys:receipt_status": Door(get=SESSION, args=asking),
    "surveys:sheet": Door(
        get=SESSION, post=SESSION, args=asking, payload=lambda at: upload(filled_in(at))(at), writes=False
    ),
    "surveys:sheet_download": Door(get=SESSION, args=asking),
    "surveys:paper": Door(get=SESSION, args=asking),
    "surveys:drafts": Door(
        get=SESSION, post=SESSION, args=asking,
        payload=lambda at: {"chosen": f"{make.pair(at.asking, 'a', 'c').pk}:a9:{at.expert.revision}"},
    ),
    # an assistant's device; the expert's own is sent on to the contents
    "surveys:prepare": Door(get=SESSION, args=asking),
    "surveys:prepare_section": Door(
        get=SESSION, post=SESSION, args=lambda at: [[at.asking.pk, "r"]], payload=keyed_in, writes=False
    ),
    "surveys:leave": Door(get=SESSION, post=SESSION, args=asking),
    "surveys:practice": Door(get=SESSION, args=asking),
    "surveys:preferences": Door(get=SESSION, post=SESSION, args=asking, payload=fields(**READING), writes=False),
    "surveys:text_size": Door(post=ANYBODY, payload=fields(size="large"), writes=False),
    "surveys:elsewhere": Door(get=SESSION, post=SESSION, args=asking),
    "surveys:end_others": Door(post=SESSION, args=asking),
    "surveys:join": Door(get=ANYBODY, post=ANYBODY, args=lambda at: [[at.asking.pk, one_time_code(at)]]),
    "surveys:resume": Door(
        get=ANYBODY, post=ANYBODY, args=asking, payload=lambda at: {"key": one_time_code(at)}, asks=ANSWER_FIELDS
    ),
    # everybody who has the address
    "surveys:open_start": Door(get=ANYBODY, post=ANYBODY, args=by_link, payload=agreed),
    "surveys:open_rows": Door(get=ANYBODY, post=ANYBODY, args=lambda at: [[at.link.slug, 1]], writes=False),
    "surveys:open_review": Door(get=ANYBODY, post=ANYBODY, args=by_link, writes=False),
    "surveys:open_receipt": Door(get=ANYBODY, args=by_link),
    # systems
    "surveys:system_list": Door(get=ACCOUNT),
    "surveys:system_import": Door(
        get=ACCOUNT, post=ACCOUNT, writes=False,
        payload=upload(INDICATORS, name_en="New", label="1", language="en"),
    ),
    "surveys:ahp_os_import": Door(
        get=ACCOUNT, post=ACCOUNT, writes=False,
        payload=fields(pasted="Goal: A, B;", name_en="New", label="1", language="en"),
    ),
    "surveys:ahp_os_export": Door(get=READS, args=lambda at: [[at.decided.edition_id], [at.draft_edition.pk]]),
    "surveys:edition": Door(get=READS, args=lambda at: [[at.decided.edition_id], [at.draft_edition.pk]]),
    "surveys:system_new": Door(
        get=ACCOUNT, post=ACCOUNT, asks=("name_en",),
        payload=fields(name_zh_hans="新体系", label="1", language="zh-hans"),
    ),
    "surveys:system_template": Door(get=ACCOUNT),
    "surveys:edition_freeze": Door(post=RUNS, args=draft_edition),
    "surveys:edition_next": Door(get=RUNS, post=RUNS, args=draft_edition, payload=fields(label="3.0")),
    "surveys:edition_delete": Door(get=RUNS, post=RUNS, args=draft_edition, writes=False),  # a survey uses it
    "surveys:edition_export": Door(
        get=READS, args=lambda at: [[at.decided.edition_id, "csv"], [at.draft_edition.pk, "xlsx"]]
    ),
    "surveys:edition_compare": Door(get=READS, args=lambda at: [[at.decided.edition_id, at.draft_edition.pk]]),
    "surveys:edition_compare_export": Door(get=READS, args=lambda at: [[at.decided.edition_id, at.draft_edition.pk]]),
    "surveys:indicator_new": Door(
        get=RUNS, post=RUNS, args=draft_edition, asks=INDICATOR_FIELDS,
        payload=lambda at: {
            "parent": node(at).parent_id, "code": "new", "name_zh_hans": "新指标", "direction": "benefit",
        },
    ),
    "surveys:indicator_edit": Door(
        get=RUNS, post=RUNS, args=drafted, asks=INDICATOR_FIELDS,
        payload=lambda at: {
            "seen": node_print(node(at)), "code": "c", "name_zh_hans": "另一个", "direction": "cost",
        },
    ),
    "surveys:indicator_move": Door(
        post=RUNS, args=drafted,
        payload=lambda at: {"seen": node_print(node(at)), "parent": node(at, "a").pk},
    ),
    "surveys:indicator_order": Door(
        post=RUNS, args=draft_edition,
        payload=lambda at: {"seen": family_print(tree_of(at.draft_edition)), "step": f"up:{node(at).pk}"},
    ),
    "surveys:indicator_delete": Door(
        get=RUNS, post=RUNS, args=drafted,
        payload=lambda at: {"seen": subtree_print(tree_of(at.draft_edition), node(at))},
    ),
    "surveys:indicator_restore": Door(post=RUNS, args=draft_edition, writes=False),  # nothing was deleted
    # surveys and panels
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
    # letters
    "surveys:letters": Door(get=RUNS, args=asking),
    "surveys:letters_new": Door(get=RUNS, args=asking),
    "surveys:letters_send": Door(get=RUNS, post=RUNS, args=asking, payload=confirmed),
    "surveys:letters_copy": Door(
        get=RUNS, post=RUNS, args=asking, payload=fields(kind="invitation", way="cards")
    ),
    "surveys:letter_words": Door(
        get=RUNS, post=RUNS, args=words, payload=fields(subject_en="Hello", body_en="Here: {url}")
    ),
    "surveys:letter_words_usual": Door(post=RUNS, args=own_words),
    "surveys:letter_trial": Door(post=RUNS, args=words),
    "surveys:reminders": Door(post=RUNS, args=asking, payload=fields(reminders="on", days="3, 7")),
    "surveys:letters_returned": Door(
        get=RUNS, post=RUNS, args=asking, writes=False,
        payload=lambda _at: {"returned": SimpleUploadedFile("f.eml", b"Subject: hello\n\nhello")},
    ),
    "surveys:letter_returned": Door(post=RUNS, args=written_to, asks=("words",)),
    "surveys:letter_address": Door(get=RUNS, post=RUNS, args=written_to, payload=fields(email="new@example.org")),
    "surveys:expert_reminders": Door(post=RUNS, args=expert, payload=fields(paused="1")),
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
    # weight sets
    "surveys:weight_sets": Door(get=READS, args=decided),
    "surveys:weight_set_new": Door(get=RUNS, post=RUNS, args=decided, payload=fields(decimals="2")),
    "surveys:weight_set": Door(get=READS, args=weights("draft", "proposed", "approved", "locked")),
    "surveys:weight_set_adopt": Door(post=RUNS, args=weights("draft"), payload=fields(**{"adopt-decimals": "1"})),
    "surveys:weight_set_propose": Door(post=RUNS, args=weights("draft")),
    "surveys:weight_set_approve": Door(
        post=DECIDES, args=weights("proposed"),
        payload=lambda at: {"approve-reason": "Seen.", "approve-seen_hash": at.sets["proposed"].content_hash},
    ),
    "surveys:weight_set_send_back": Door(
        post=DECIDES, args=weights("proposed"), payload=fields(**{"return-reason": "Not yet."})
    ),
    "surveys:weight_set_lock": Door(
        post=LOCKS, args=weights("approved"), payload=fields(**{"lock-reason": "A newer panel."})
    ),
    "surveys:weight_set_import": Door(get=RUNS, post=RUNS, args=decided, payload=upload(WEIGHTS, **SOURCE)),
    "surveys:weight_set_fix": Door(
        get=RUNS, post=RUNS, args=lambda at: [[*weights("draft")(at)[0], "a"]], payload=fixed_weights
    ),
    "surveys:weight_set_release": Door(post=RUNS, args=lambda at: [[*weights("draft")(at)[0], "r"]]),
    "surveys:weight_methods": Door(get=READS, args=weights("draft", "locked")),
    "surveys:weight_paper": Door(
        get=READS, args=lambda at: [[*weights("proposed")(at)[0], *paper] for paper in PAPERS]
    ),
    "surveys:sheet_upload": Door(post=LOCKS, args=weights("proposed"), payload=signed_sheet),
    "surveys:sheet_approve": Door(post=DECIDES, args=weights("proposed"), payload=signed_sheet),
    "surveys:sheet_scan": Door(
        get=READS, args=lambda at: [[*weights("approved")(at)[0], at.sets["approved"].signed_sheets.all()[0].pk]]
    ),
    "surveys:weight_set_export": Door(
        get=READS,
        args=lambda at: [[*weights(state)(at)[0], kind] for state in ("draft", "locked") for kind in KINDS],
    ),
    # other programs; with a token: tests/test_api_access.py
    "surveys:api": Door(get=ANYBODY),
    "surveys:api_description": Door(get=ANYBODY),
    "surveys:tokens": Door(
        get=ACCOUNT, post=ACCOUNT, payload=fields(name="Report", scope="read", days="30")
    ),
    "surveys:token_revoke": Door(post=ACCOUNT, args=lambda _at: [[1]], writes=False),
    **{door.name: by_token(door) for door in API_DOORS},
    # agreement, the panel as a referee sees it, a further round
    "surveys:consensus": Door(get=READS, args=decided),
    "surveys:consensus_node": Door(get=READS, args=lambda at: [[at.decided.pk, "r"]]),
    "surveys:profile": Door(get=READS, args=decided),
    "surveys:branch_weights": Door(
        get=RUNS, post=RUNS, args=asking, payload=fields(seen="stale", reason="They know it."), writes=False
    ),
    "surveys:round_new": Door(get=RUNS, post=RUNS, args=asking, payload=further_round),
    "surveys:basis": Door(get=SESSION, post=SESSION, args=asking, payload=fields(basis_practice="large")),
}  # fmt: skip
