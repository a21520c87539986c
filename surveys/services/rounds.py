"""A further round: a few pairs once more, to everybody who answered them, with how the panel answered then."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import Comparison, RevisionPair, RevisionRequest, Round, RoundPair, Survey
from surveys.selectors.panel_now import PanelNow, panel_now
from surveys.selectors.rounds import AskedExpert, distribution_of, revisions_at, round_plan
from surveys.selectors.structure import structure_of
from surveys.services.audit import audit
from surveys.services.revisions import LONGEST_NOTE
from surveys.texts import Texts, text_in

LARGEST_PART = 4  # at most a quarter of all pairs: more is a survey of its own


@transaction.atomic
def round_start(survey: Survey, comparisons: Collection[int], *, note: Texts, user: User | None) -> Round:
    """Ask everybody who answered these pairs, and counts there, to look at them again beside the panel's answers.

    The distribution is kept as it is now. Raises Refused where the survey takes no answers, the note is missing, pairs
    are foreign or too many, or nobody can be asked.
    """
    survey = Survey.objects.select_for_update(of=("self",)).select_related("edition").get(pk=survey.pk)
    pairs = _pairs(survey, comparisons, note)
    panel = panel_now(survey)
    asked = round_plan(survey, panel, pairs).asked
    if not asked:
        raise Refused(_("Nobody can be asked about these pairs: nobody answered them, or earlier requests still wait."))
    made = Round.objects.create(survey=survey, number=_next(survey), note=dict(note), started_by=user)
    RoundPair.objects.bulk_create(
        RoundPair(round=made, comparison=pair, distribution=distribution_of(panel, pair.pk)) for pair in pairs
    )
    _ask(made, panel, asked, user)
    Survey.objects.filter(pk=survey.pk).update(round=made.number)
    new = {"round": made.number, "pairs": len(pairs), "experts": len(asked)}
    audit("round.started", f"R{made.number}", user=user, survey=survey, new=new, reason=text_in(note))
    return made


def _pairs(survey: Survey, comparisons: Collection[int], note: Texts) -> list[Comparison]:
    if not survey.takes_answers:
        raise Refused(_("This survey takes no answers now: open it, or extend its deadline, before asking."))
    if not any(text.strip() for text in note.values()):
        raise Refused(_("Write a note to the experts, in one language at least."))
    if any(len(text) > LONGEST_NOTE for text in note.values()):
        raise Refused(_("Please say it in at most %(count)d characters.") % {"count": LONGEST_NOTE})
    known = structure_of(survey.edition).pairs
    if not comparisons or any(pair not in known for pair in comparisons):
        raise Refused(_("Choose at least one pair of this survey."))
    most = max(1, len(known) // LARGEST_PART)
    if len(set(comparisons)) > most:
        raise Refused(_("A further round is about a few pairs: choose at most %(most)d.") % {"most": most})
    return sorted((known[pair] for pair in set(comparisons)), key=lambda pair: pair.position)


def _next(survey: Survey) -> int:
    """The survey itself is the first round."""
    newest = survey.rounds.aggregate(newest=Max("number"))["newest"] or 1
    return int(newest) + 1


def _ask(made: Round, panel: PanelNow, asked: Sequence[AskedExpert], user: User | None) -> None:
    """One request for each expert and node, in the expert's language."""
    requests = RevisionRequest.objects.bulk_create(
        RevisionRequest(
            expert=each.expert,
            node_id=node,
            note=text_in(made.note, each.expert.person.language if each.expert.person else settings.LANGUAGE_CODE),
            requested_by=user,
            round=made,
        )
        for each in asked
        for node in each.by_node
    )
    revisions = revisions_at(panel, {pair for each in asked for pair in each.pairs})
    pairs = (pairs for each in asked for pairs in each.by_node.values())
    RevisionPair.objects.bulk_create(
        RevisionPair(request=request, comparison_id=pair, revision=revisions[request.expert_id, pair])
        for request, of_node in zip(requests, pairs, strict=True)
        for pair in of_node
    )
