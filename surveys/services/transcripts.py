"""Answers that came on paper, by telephone or by mail: where they came from, and what was keyed in from there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.files.scans import Scan
from surveys.models import Comparison, DraftAnswer, Expert, JudgmentEvent, Transcript
from surveys.rows import value_of
from surveys.selectors.structure import structure_of
from surveys.selectors.transcripts import keyed_at_once, keyed_drafts
from surveys.services.audit import audit
from surveys.services.drafts import drafts_keep
from surveys.services.judgments import Answer, ClosedSurvey, Shown
from surveys.services.judgments_many import judgments_record_many

ON_PAPER = Shown(view=JudgmentEvent.View.PAPER)


@transaction.atomic
def transcript_create(
    expert: Expert, *, way: str, received_on: date, user: User, note: str = "", scan: Scan | None = None
) -> Transcript:
    """How these answers came. It is written once; what is keyed in names it."""
    if not expert.survey.takes_answers:
        raise ClosedSurvey(_("This survey takes no answers now: open it before keying any in."))
    if expert.erased_at:
        raise Refused(_("The name of %(code)s was erased: nobody is there to be asked.") % {"code": expert.code})
    transcript = Transcript(
        expert=expert,
        way=way,
        received_on=received_on,
        note=note.strip(),
        entered_by=user,
        **({"file_name": scan.name, "file_type": scan.type, "file_hash": scan.hash} if scan else {}),
    )
    transcript.full_clean(exclude=["file"])
    transcript.file = scan.content if scan else None
    if transcript.received_on > timezone.localdate():
        raise Refused(_("The day on which they came lies ahead: choose today or an earlier one."))
    transcript.save()
    new = {"way": transcript.way, "received": str(transcript.received_on), "scan": transcript.file_hash}
    audit(
        "transcript.entered", expert.code, user=user, survey=expert.survey,
        new={name: value for name, value in new.items() if value}, reason=transcript.note,
    )  # fmt: skip
    return transcript


@transaction.atomic
def transcript_record(
    transcript: Transcript, answers: Mapping[int, Answer], *, base: Mapping[int, int] | None, user: User
) -> list[JudgmentEvent]:
    """Answers of this transcript that count at once; an empty one takes back what was keyed in from it.

    Only what differs from what was keyed in before is stored, so that saving a page again never speaks over an expert
    who said something else meanwhile. Raises what `judgments_record_many` raises.
    """
    expert, keyed = transcript.expert, keyed_at_once(transcript)
    changed = {pair: answer for pair, answer in answers.items() if _value(answer) != keyed.get(pair, "")}
    events = judgments_record_many(
        expert,
        changed,
        base=base,
        source=JudgmentEvent.Source.ON_BEHALF,
        entered_by=user,
        shown=dict.fromkeys(changed, ON_PAPER) if transcript.way == Transcript.Way.PAPER else None,
        transcript=transcript,
    )
    DraftAnswer.objects.filter(transcript=transcript, comparison__in=answers).delete()
    _tell("answers.entered", transcript, [event.comparison for event in events], user)
    return events


@transaction.atomic
def transcript_draft(transcript: Transcript, answers: Mapping[int, Answer], *, user: User) -> int:
    """Answers of this transcript that count only when the expert confirms them; an empty one takes its draft away.

    Returns how many drafts were kept or taken away.
    """
    keyed = keyed_at_once(transcript) | keyed_drafts(transcript)
    changed = {pair: answer for pair, answer in answers.items() if _value(answer) != keyed.get(pair, "")}
    count = drafts_keep(transcript.expert, changed, user=user, transcript=transcript)
    pairs = structure_of(transcript.expert.survey.edition).pairs
    _tell("drafts.prepared", transcript, [pairs[pair] for pair in changed], user)
    return count


def _value(answer: Answer) -> str:
    return value_of(answer.more_important, answer.strength)


def _tell(action: str, transcript: Transcript, pairs: list[Comparison], user: User) -> None:
    """One entry for each section that was saved."""
    counts: dict[str, int] = {}
    for pair in pairs:
        counts[pair.node.code] = counts.get(pair.node.code, 0) + 1
    for code, count in counts.items():
        audit(
            action, transcript.expert.code, user=user, survey=transcript.expert.survey,
            new={"section": code, "events": count, "way": transcript.way},
        )  # fmt: skip
