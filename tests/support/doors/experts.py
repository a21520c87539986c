"""Addresses of those who answer: experts, their assistants, and everybody who has an open link."""

import uuid
from typing import Any

from surveys.forms.answer import AnswerForm
from surveys.models import Judgment
from surveys.selectors.open_form import open_notice_of
from surveys.services.devices import code_mint
from tests.support.doors.door import ANYBODY, SESSION, Door
from tests.support.doors.estate import asking, fields, filled_in, keyed_in, upload
from tests.support.everybody import Estate
from tests.surveys import factories as make

ANSWER_FIELDS = tuple(AnswerForm.base_fields)
READING = {"size": "large", "view": "row", "advance": "off", "keys": "off"}


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


def one_time_code(at: Estate) -> str:
    """A code that this expert has just made."""
    session = at.expert.sessions.filter(link__revoked_at=None).first()
    assert session
    return code_mint(session)


def by_link(at: Estate) -> list[list[Any]]:
    return [[at.link.slug]]


def agreed(at: Estate) -> dict[str, Any]:
    return {"consent": "on", "notice": open_notice_of(at.link.survey).text_hash}


DOORS: dict[str, Door] = {
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
    "surveys:basis": Door(get=SESSION, post=SESSION, args=asking, payload=fields(basis_practice="large")),
}  # fmt: skip
