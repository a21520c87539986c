"""Scoring rules: written once, each change is the next version."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from scoring.computing import edition_tree, rules_document
from scoring.models import DataSet, ScoringRules
from scoring.rule_checks import rule_problems
from scoring.rules import Codes
from scoring.selectors.data_sets import ends_of
from scoring.selectors.rules import rules_now
from surveys.errors import Refused
from surveys.models import Survey
from surveys.services.audit import audit


@transaction.atomic
def rules_create(
    survey: Survey,
    codes: Codes,
    options: Mapping[str, str],
    *,
    reason: str,
    user: User | None,
    base: DataSet | None = None,
) -> ScoringRules:
    """Write the next version: what differs from the edition, and why. Other codes are scored as the edition says.

    Indicators with the basis `base` get the least and the greatest value of the data set `base`, as numbers.
    """
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    if not reason.strip():
        raise Refused(_("Say why the scores are made by these rules: whoever reads a rank may ask."))
    if base and base.survey_id != survey.pk:
        raise Refused(_("The data of the base year belong to another survey."))
    found = {code: dict(said) for code, said in codes.items() if said}
    found = _with_base(found, base)
    used = base if any(said.get("basis") == "base" for said in found.values()) else None
    problems = rule_problems(edition_tree(survey.edition), found, options)
    if problems:
        raise Refused("\n".join(problems))
    return _stored(survey, found, dict(options), used, reason.strip(), user)


def _stored(
    survey: Survey,
    codes: dict[str, dict[str, str]],
    options: dict[str, str],
    base: DataSet | None,
    reason: str,
    user: User | None,
) -> ScoringRules:
    before = rules_now(survey)
    if before and (before.rules, before.options, before.base_id) == (codes, options, base.pk if base else None):
        raise Refused(_("These are the rules of %(version)s: nothing would change.") % {"version": before})
    made = ScoringRules(
        survey=survey,
        number=before.number + 1 if before else 1,
        rules=codes,
        options=options,
        base=base,
        reason=reason,
        created_by=user,
    )
    made.content_hash = rules_document(made)["content_hash"]
    made.save(force_insert=True)
    told = {"rules": str(made), "codes": sorted(codes), "reason": reason, "content_hash": made.content_hash}
    audit("rules.created", made, user=user, survey=survey, new=told)
    return made


def _with_base(codes: dict[str, dict[str, str]], base: DataSet | None) -> dict[str, dict[str, str]]:
    """Bounds of the base year, copied: what they are does not hang on a file any more."""
    asked = [code for code, said in codes.items() if said.get("basis") == "base"]
    if not asked:
        return codes
    if base is None:
        raise Refused(_("Choose the data set of the base year: the bounds are its least and its greatest values."))
    ends = ends_of(base)
    lacking = [code for code in asked if code not in ends]
    if lacking:
        raise Refused(_("The data of the base year have no values of %(codes)s.") % {"codes": ", ".join(lacking)})
    copied = {code: {**codes[code], "low": ends[code][0], "high": ends[code][1]} for code in asked}
    return {**codes, **copied}
