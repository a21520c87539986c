"""What the words of the audit log mean to people. A word that is not here is shown as it stands."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from surveys.models import Membership, Survey, WeightSet

ACTS = {
    "answers.submitted": _("Answers submitted"),
    "data.imported": _("Data imported"),
    "expert.added": _("Expert added"),
    "expert.weighted": _("Weight of an expert set"),
    "invitation.renewed": _("Invitation renewed"),
    "invitation.revoked": _("Invitation revoked"),
    "judgments.imported": _("Judgments imported"),
    "link.minted": _("Personal link made"),
    "member.added": _("Role given"),
    "panel.requested": _("Panel result asked for"),
    "revision.requested": _("Expert asked to look again"),
    "revision.withdrawn": _("Request to look again withdrawn"),
    "run.requested": _("Run asked for"),
    "survey.created": _("Survey made"),
    "survey.settings": _("Method chosen"),
    "survey.moved": _("Survey moved to another stage"),
    "weights.adopted": _("Printed weights rounded anew"),
    "weights.drafted": _("Weight set drafted"),
    "weights.moved": _("Weight set moved to another state"),
}

DETAILS = {
    "content_hash": _("Content hash"),
    "data": _("Data"),
    "edition": _("Edition"),
    "events": _("Answers"),
    "experts": _("Experts"),
    "file": _("File"),
    "indicators": _("Indicators"),
    "pairs": _("Pairs"),
    "receipt": _("Receipt"),
    "result": _("Panel result"),
    "role": _("Role"),
    "run": _("Run"),
    "section": _("Section"),
    "state": _("State"),
    "units": _("Units"),
    "version": _("Version"),
    "weight": _("Weight"),
    "weights": _("Weights"),
    "weights_used": _("Weights used"),
}
CHOICES = {
    "role": dict(Membership.Role.choices),
    "state": {**dict(WeightSet.State.choices), **dict(Survey.State.choices)},
}


def act_label(action: str) -> str:
    return str(ACTS.get(action, action))


def detail_label(key: str) -> str:
    return str(DETAILS.get(key, key))


def value_label(key: str, value: str) -> str:
    return str(CHOICES.get(key, {}).get(value, value))
