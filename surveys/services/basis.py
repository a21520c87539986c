"""What an expert's judgment rests on, in the expert's own words: optional, and fixed once the survey closes."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from surveys.authority import BASIS
from surveys.errors import Refused
from surveys.models import Expert
from surveys.services.audit import audit


@transaction.atomic
def basis_say(expert: Expert, basis: Mapping[str, str]) -> None:
    """How much the judgment rests on each basis; what is left out is not said. Raises Refused for another word, and
    where the survey takes no answers.
    """
    said = {kind: extent for kind, extent in basis.items() if extent}
    if any(extent not in BASIS.get(kind, ()) for kind, extent in said.items()):
        raise Refused(_("Choose one of the words that are offered."))
    expert = Expert.objects.select_for_update(of=("self",)).select_related("survey").get(pk=expert.pk)
    if not expert.survey.takes_answers:
        raise Refused(_("This survey takes no answers now. What you answered before is safe."))
    if said == expert.basis:
        return
    Expert.objects.filter(pk=expert.pk).update(basis=said)
    audit("expert.basis", expert.code, user=None, survey=expert.survey, old=expert.basis, new=said)
