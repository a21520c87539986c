"""What the words of the audit log mean to people. A word that is not here is shown as it stands."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

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
    "run.requested": _("Run asked for"),
    "survey.created": _("Survey made"),
    "survey.settings": _("Method chosen"),
    "survey.moved": _("Survey moved to another stage"),
    "weights.adopted": _("Printed weights rounded anew"),
    "weights.drafted": _("Weight set drafted"),
    "weights.moved": _("Weight set moved to another state"),
}


def act_label(action: str) -> str:
    return str(ACTS.get(action, action))
