"""Versions of a survey's scoring rules: checked as the indicator file is, written once, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from scoring.computing import edition_tree
from scoring.models import DataSet, ScoringRules
from scoring.rules import Changes
from scoring.selectors.scoring_rules import newest_rules
from scoring.services.base_year import base_ends
from scoring.services.rule_checks import EVER, Whole, options_of, rule_problems, tidy, whole_problems
from surveys.canonical import canonical_json, content_hash
from surveys.errors import Refused
from surveys.models import Edition, Survey
from surveys.services.audit import audit

__all__ = ["Asked", "Whole", "rules_create", "rules_document"]


@dataclass(frozen=True)
class Asked:
    """The rules of a next version. Bounds were taken from `base`, the base year's data; `seen` is the number of the
    version that the rules began from, 0 for none: whoever stored another meanwhile is not overwritten unseen.
    """

    changes: Changes
    whole: Whole = field(default_factory=Whole)
    base: DataSet | None = None
    reason: str = ""
    name: Mapping[str, str] = field(default_factory=dict)
    seen: int | None = None


@transaction.atomic
def rules_create(survey: Survey, asked: Asked, *, user: User | None) -> ScoringRules:
    """Store the next version. Raises Refused with everything that is wrong."""
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    if survey.edition.state != Edition.State.FROZEN:
        raise Refused(_("Freeze the edition of the indicator system first: rules belong to a tree that stays."))
    tree = edition_tree(survey.edition)
    changes, whole = tidy(asked.changes, tree), asked.whole
    before = newest_rules(survey)
    problems = [
        *rule_problems(changes, tree), *whole_problems(whole, changes), *_base_problems(survey, changes, asked.base),
        *_place_problems(asked, before),
    ]  # fmt: skip
    if not problems and _same(before, changes, options_of(whole)):
        said = _("Nothing differs from version %(version)s.") if before else _("Nothing differs from the edition.")
        problems = [said % {"version": before}]
    if problems:
        raise Refused("\n".join(problems))
    made = ScoringRules(
        survey=survey, number=(before.number if before else 0) + 1, name=dict(asked.name), rules=changes,
        options=options_of(whole), base=asked.base, reason=asked.reason.strip(), created_by=user,
    )  # fmt: skip
    made.content_hash = content_hash(canonical_json(rules_document(made)))
    made.save(force_insert=True)
    audit("rules.made", made, user=user, survey=survey, reason=made.reason, new={"rules": made.number, **changes})
    return made


def rules_document(rules: ScoringRules) -> dict[str, object]:
    """What the hash of a version is taken over."""
    base = {"base": rules.base.content_hash} if rules.base else {}
    return {"number": rules.number, "rules": rules.rules, "options": rules.options, "reason": rules.reason, **base}


def _same(before: ScoringRules | None, changes: Changes, options: Mapping[str, str]) -> bool:
    """Whether a version would say what holds already."""
    return (before.rules, before.options) == (changes, options) if before else not changes and options == EVER


def _base_problems(survey: Survey, changes: Changes, base: DataSet | None) -> Iterator[str]:
    if base and base.survey_id != survey.pk:
        yield _("The data of the base year are of another survey.")
    elif base and not base_ends(changes, base):
        yield _("No bound of these rules is one of the base year %(data)s: take its bounds, or name no base year.") % {
            "data": base
        }


def _place_problems(asked: Asked, before: ScoringRules | None) -> Iterator[str]:
    if not asked.reason.strip():
        yield _("Say why these rules are chosen: it is printed with every result.")
    if before and asked.seen is not None and asked.seen != before.number:
        yield _(
            "Version %(version)s was stored meanwhile, with the reason: %(reason)s Look at it. Storing once more makes "
            "your draft the next version after it."
        ) % {"version": before, "reason": before.reason}
