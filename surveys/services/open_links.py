"""The open link: made, shut, and answered. It cannot prove who answers; it promises that what is handed in stays."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys import packed
from surveys.errors import Refused, Stale
from surveys.models import Comparison, ConsentText, OpenAnswer, OpenDraft, OpenLink, Survey
from surveys.selectors.consents import Notice
from surveys.selectors.open_form import OpenForm, doubtful_nodes
from surveys.services.audit import audit
from surveys.services.open_chain import beginning, linked
from surveys.tokens import new_token, token_hash

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{2,38})[a-z0-9]")
RECEIPT = 12
LONGEST_TOOK = 32_767


class NotNow(Refused):
    """The survey takes no answers by its open link."""


@transaction.atomic
def open_link_make(survey: Survey, slug: str = "", *, user: User | None) -> OpenLink:
    """Give the survey an address for everybody, or open the one it has again. Only before it opens."""
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    if survey.state not in (Survey.State.DRAFT, Survey.State.PILOT):
        raise Refused(
            _("Whether a survey has an open link is decided before it opens: its experts were told who is asked.")
        )
    if not Comparison.objects.filter(node__edition_id=survey.edition_id).exists():
        raise Refused(_("This survey compares nothing yet: freeze the edition of its indicator system first."))
    link = OpenLink.objects.filter(survey=survey).first()
    if link is None:
        link = OpenLink.objects.create(survey=survey, slug=_free_slug(slug), created_by=user)
    elif link.shut_at is None:
        return link
    OpenLink.objects.filter(pk=link.pk).update(shut_at=None)
    link.shut_at = None
    audit("open_link.made", survey, user=user, survey=survey, new={"page": f"/o/{link.slug}/"})
    return link


@transaction.atomic
def open_link_shut(link: OpenLink, *, user: User | None) -> None:
    """Nobody begins or hands in by it any more; what was handed in stays."""
    if OpenLink.objects.filter(pk=link.pk, shut_at=None).update(shut_at=timezone.now()):
        new = {"page": f"/o/{link.slug}/", "respondents": link.count}
        audit("open_link.shut", link.survey, user=user, survey=link.survey, new=new)


@transaction.atomic
def draft_begin(link: OpenLink, notice: Notice, *, pairs: int) -> str:
    """A new respondent, who has agreed to this notice: the token of their cookie."""
    require_open(link)
    text, _made = ConsentText.objects.get_or_create(
        text_hash=notice.text_hash, defaults={"language": notice.language, "text": notice.text}
    )
    token, now = new_token(), minute_now()
    OpenDraft.objects.create(
        link=link,
        token_hash=token_hash(token),
        answers=packed.no_answers(pairs),
        notice=text,
        started=now,
        saved=now,
    )
    return token


@transaction.atomic
def draft_save(draft: OpenDraft, said: Mapping[int, int], *, seen: int) -> OpenDraft:
    """Write these answers (place → code) into the row. `seen` is the revision that the page was drawn from.

    The same sent twice is saved once. Raises Stale where another page changed one of these pairs meanwhile.
    """
    draft = OpenDraft.objects.select_for_update(of=("self",)).select_related("link__survey").get(pk=draft.pk)
    require_open(draft.link)
    if draft.receipt:
        raise Refused(_("This device has submitted already."))
    codes = bytearray(bytes(draft.answers))
    before = packed.codes_in(bytes(codes))
    changed = {place: code for place, code in said.items() if before[place] != code}
    if not changed:
        return draft
    if seen != draft.revision and any(before[place] != packed.UNANSWERED for place in changed):
        raise Stale(
            _(
                "These pairs were answered differently on another page. What you see now is what you chose here; "
                "save once more to keep it."
            )
        )
    for place, code in changed.items():
        codes[place] = code % 256
    draft.answers, draft.revision, draft.saved = bytes(codes), draft.revision + 1, minute_now()
    draft.save(update_fields=["answers", "revision", "saved"])
    return draft


@transaction.atomic
def draft_hand_in(draft: OpenDraft, form: OpenForm, *, insisted: bool) -> str:
    """These are my answers: they enter the chain. The receipt; the same again where it was handed in before.

    Refused while pairs are open, and at the survey's gate.
    """
    draft = OpenDraft.objects.select_for_update(of=("self",)).select_related("notice").get(pk=draft.pk)
    if draft.receipt:
        return draft.receipt
    link = OpenLink.objects.select_for_update(of=("self",)).select_related("survey__edition").get(pk=draft.link_id)
    require_open(link)
    codes = bytes(draft.answers)
    still_open = form.open_in(codes)
    if still_open:
        raise Refused(_("%(count)d comparisons are not answered yet.") % {"count": still_open})
    doubtful = _pass_gate(link.survey, codes, insisted)
    return _chained(link, draft, codes, insisted=doubtful)


def _chained(link: OpenLink, draft: OpenDraft, codes: bytes, *, insisted: int) -> str:
    now = minute_now()
    took = min(max(now - draft.started, 0), LONGEST_TOOK)
    said = packed.Record(link.count + 1, codes, now, took, insisted, draft.notice.text_hash)
    record = said.packed()
    found = linked(bytes.fromhex(link.head) or beginning(link), record)
    OpenAnswer.objects.create(link=link, number=said.number, record=record, hash=found)
    OpenLink.objects.filter(pk=link.pk).update(count=F("count") + 1, head=found.hex())
    receipt = found.hex()[:RECEIPT]
    OpenDraft.objects.filter(pk=draft.pk).update(receipt=receipt, answers=b"")
    return receipt


def _pass_gate(survey: Survey, codes: bytes, insisted: bool) -> int:
    """At how many nodes the answers do not fit together, where the survey asks and lets them through."""
    nodes = doubtful_nodes(survey, codes) if survey.gate != Survey.Gate.NONE else []
    named = {"nodes": ", ".join(map(str, nodes))}
    if nodes and survey.gate == Survey.Gate.HARD:
        raise Refused(
            _(
                "Some comparisons under %(nodes)s do not fit together yet: their CR is 0.10 or above. This survey "
                "takes answers with a CR below 0.10 only; please look at these comparisons once more."
            )
            % named
        )
    if nodes and not insisted:
        raise Refused(
            _(
                "Some comparisons under %(nodes)s do not quite fit together: their CR is 0.10 or above. Look at them "
                "once more, or tick the box that you keep them."
            )
            % named
        )
    return len(nodes)


def require_open(link: OpenLink) -> None:
    """Raises NotNow where the link takes no answers."""
    if not takes_answers(link):
        raise NotNow(_("This link takes no answers now."))


def takes_answers(link: OpenLink) -> bool:
    """Only while the survey is open: in a pilot its method may still change."""
    survey = link.survey
    return link.shut_at is None and survey.state == Survey.State.OPEN and survey.takes_answers


def minute_now() -> int:
    return int(time.time()) // 60


def _free_slug(wanted: str) -> str:
    slug = wanted.strip().lower() or _random_slug()
    if not SLUG.fullmatch(slug):
        raise Refused(_("Write the address with 4 to 40 small letters, digits and hyphens, as in computing-2026."))
    if OpenLink.objects.filter(slug=slug).exists():
        raise Refused(_("Another survey has this address: choose another."))
    return slug


def _random_slug() -> str:
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _place in range(8))
