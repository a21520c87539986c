"""What the words of the audit log mean to people. A word that is not here is shown as it stands."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from surveys.models import Decision, Membership, Survey, Transcript, WeightSet

ACTS = {
    "answers.entered": _("Answers keyed in on the expert's behalf"),
    "answers.submitted": _("Answers submitted"),
    "data.imported": _("Data imported"),
    "decision.accepted": _("Matrix accepted as it is"),
    "decision.excluded": _("Answers left out"),
    "decision.undone": _("Decision undone"),
    "drafts.confirmed": _("Prepared answers confirmed by the expert"),
    "drafts.discarded": _("Prepared answers discarded by the expert"),
    "drafts.prepared": _("Answers keyed in as drafts"),
    "expert.added": _("Expert added"),
    "expert.assigned": _("Sections of an expert chosen"),
    "expert.weighted": _("Weight of an expert set"),
    "invitation.renewed": _("Invitation renewed"),
    "invitation.revoked": _("Invitation revoked"),
    "judgments.imported": _("Judgments imported"),
    "late.taken": _("Late answers taken"),
    "link.minted": _("Personal link made"),
    "member.added": _("Role given"),
    "names.unmasked": _("Units' names shown beside an effect"),
    "panel.requested": _("Panel result asked for"),
    "revision.requested": _("Expert asked to look again"),
    "revision.withdrawn": _("Request to look again withdrawn"),
    "run.requested": _("Run asked for"),
    "section.declined": _("Section declined: not my field"),
    "section.taken_up": _("Declined section taken up again"),
    "survey.created": _("Survey made"),
    "survey.settings": _("Method chosen"),
    "survey.moved": _("Survey moved to another stage"),
    "transcript.entered": _("Answers on paper or by telephone received"),
    "weights.adopted": _("Printed weights rounded anew"),
    "weights.drafted": _("Weight set drafted"),
    "weights.moved": _("Weight set moved to another state"),
}

DETAILS = {
    "aggregation": _("Aggregation"),
    "full_up_to": _("Every pair up to so many items"),
    "gate": _("Consistency gate"),
    "method": _("Weights by"),
    "missing_allowed": _("“Cannot judge”"),
    "question_order": _("Order of the pairs"),
    "question_plan": _("Questions"),
    "questions_per_item": _("Questions per item above"),
    "random_index": _("Random index"),
    "after_unmasking": _("After names were seen"),
    "content_hash": _("Content hash"),
    "data": _("Data"),
    "decision": _("Decision"),
    "edition": _("Edition"),
    "events": _("Answers"),
    "experts": _("Experts"),
    "file": _("File"),
    "indicators": _("Indicators"),
    "pairs": _("Pairs"),
    "receipt": _("Receipt"),
    "received": _("Received on"),
    "result": _("Panel result"),
    "role": _("Role"),
    "rule": _("Declared rule"),
    "run": _("Run"),
    "scan": _("Scan"),
    "section": _("Section"),
    "sections": _("Sections"),
    "state": _("State"),
    "units": _("Units"),
    "version": _("Version"),
    "way": _("How the answers came"),
    "weight": _("Weight"),
    "weights": _("Weights"),
    "weights_used": _("Weights used"),
}
CHOICES = {
    "aggregation": dict(Survey.Aggregation.choices),
    "after_unmasking": {"True": _("yes"), "False": _("no")},
    "decision": dict(Decision.Act.choices),
    "gate": dict(Survey.Gate.choices),
    "method": dict(Survey.Method.choices),
    "missing_allowed": {"True": _("allowed"), "False": _("not allowed")},
    "question_order": dict(Survey.Order.choices),
    "question_plan": dict(Survey.Plan.choices),
    "random_index": dict(Survey.RandomIndex.choices),
    "role": dict(Membership.Role.choices),
    "way": dict(Transcript.Way.choices),
    "state": {**dict(WeightSet.State.choices), **dict(Survey.State.choices)},
}


def act_label(action: str) -> str:
    return str(ACTS.get(action, action))


def detail_label(key: str) -> str:
    return str(DETAILS.get(key, key))


def value_label(key: str, value: str) -> str:
    return str(CHOICES.get(key, {}).get(value, value))
