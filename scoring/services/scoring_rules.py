"""Versions of a survey's scoring rules: checked as the indicator file is, written once, never changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from scoring.computing import OPTIONS, edition_tree, stored_table
from scoring.models import DataSet, ScoringRules
from scoring.rules import GROUPINGS, Changes, ruled
from scoring.selectors.scoring_rules import newest_rules
from surveys.canonical import canonical_json, content_hash, decimal_text
from surveys.errors import Refused
from surveys.files.indicators import CHOICES, rule_faults
from surveys.files.numbers import NumberError, number_text
from surveys.files.tree import Tree
from surveys.models import Edition, Survey
from surveys.services.audit import audit

LEAF_FIELDS = ("direction", "low", "high", "cap", "transform", "target_low", "target_high", "missing", "neutral")
NODE_FIELDS = ("aggregation", "missing")
NUMBERS = ("low", "high", "target_low", "target_high", "neutral")
MISSING = re.compile(
    r"refuse|leave_out|reweight(:[0-9.]+)?|mean(:(" + "|".join(GROUPINGS) + r"))?|value:\S+|", re.ASCII
)
MOST_DECIMALS = 6


@dataclass(frozen=True)
class Whole:
    """What holds for all indicators: the range of the scores, the tie tolerance, rounding before ranking."""

    output_low: str = OPTIONS["output_low"]
    output_high: str = OPTIONS["output_high"]
    tie_tolerance: str = OPTIONS["tie_tolerance"]
    rank_decimals: str = ""


@dataclass(frozen=True)
class Asked:
    """The rules of a next version. `bases` are the indicators whose bounds come from `base`, the base year's data."""

    changes: Changes
    whole: Whole = field(default_factory=Whole)
    base: DataSet | None = None
    reason: str = ""
    name: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def rules_create(survey: Survey, asked: Asked, *, user: User | None) -> ScoringRules:
    """Store the next version. Raises Refused with everything that is wrong."""
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    if survey.edition.state != Edition.State.FROZEN:
        raise Refused(_("Freeze the edition of the indicator system first: rules belong to a tree that stays."))
    tree = edition_tree(survey.edition)
    changes, whole = tidy(asked.changes, tree), asked.whole
    problems = [*rule_problems(changes, tree), *whole_problems(whole, changes)]
    if not asked.reason.strip():
        problems.append(_("Say why these rules are chosen: it is printed with every result."))
    before = newest_rules(survey)
    if before and (before.rules, before.options) == (changes, options_of(whole)):
        problems.append(_("Nothing differs from version %(version)s.") % {"version": before})
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


def tidy(changes: Changes, tree: Tree) -> dict[str, dict[str, str]]:
    """Only what differs from the edition, in tree order."""
    found: dict[str, dict[str, str]] = {}
    for code in [code for code in tree.codes if code in changes] + [code for code in changes if code not in tree.rows]:
        row = tree.rows.get(code)
        own = {**dict(row.scoring), "direction": row.direction} if row else {}
        differing = {name: text for name, text in changes[code].items() if text != own.get(name, "")}
        if differing:
            found[code] = differing
    return found


def bounds_from(data_set: DataSet, codes: list[str]) -> dict[str, dict[str, str]]:
    """The least and the greatest value of each column in a base year, as given bounds."""
    units = list(data_set.units.order_by("position"))
    table = stored_table(data_set, units, edition_tree(data_set.edition))
    found = {}
    for code in codes:
        if code in table.columns:
            texts = [row[table.columns.index(code)] for row in table.texts]
            given = sorted((float(text), text) for text in texts if text)
            if given and given[0][0] < given[-1][0]:
                found[code] = {"low": given[0][1], "high": given[-1][1]}
    return found


def options_of(whole: Whole) -> dict[str, str]:
    """The options of a run under these rules, beyond those that are always the same."""
    numbers = {
        "output_low": decimal_text(float(whole.output_low)), "output_high": decimal_text(float(whole.output_high)),
        "tie_tolerance": decimal_text(float(whole.tie_tolerance)),
    }  # fmt: skip
    return numbers | ({"rank_decimals": str(int(whole.rank_decimals))} if whole.rank_decimals else {})


def rule_problems(changes: Changes, tree: Tree) -> Iterator[str]:
    """What of changed rules cannot be."""
    merged = ruled(tree, changes)
    for code, change in changes.items():
        row = merged.rows.get(code)
        if row is None:
            yield _("%(code)s is no indicator of this edition.") % {"code": code}
            continue
        leaf = not tree.children[code]
        allowed = LEAF_FIELDS if leaf else NODE_FIELDS
        wrong = [*_cell_problems(change, allowed), *([] if leaf else _odd_mean(change))]
        if not wrong:
            wrong = [f"{what}; {mend}" for _name, what, mend in rule_faults(row, leaf=leaf)]
        for sentence in wrong:
            yield _("%(code)s %(name)s: %(sentence)s.") % {
                "code": code, "name": next(iter(row.names.values()), ""), "sentence": sentence,
            }  # fmt: skip


def _cell_problems(change: Mapping[str, str], allowed: tuple[str, ...]) -> Iterator[str]:
    for name, text in change.items():
        if name not in allowed:
            yield _("%(name)s cannot be set here") % {"name": name}
        elif name in NUMBERS and text:
            yield from _number_problem(name, text)
        elif name == "missing":
            yield from _missing_problem(text)
        elif name in CHOICES and text and text not in CHOICES[name]:
            yield _("“%(text)s” is not a value of %(name)s") % {"text": text, "name": name}


def _number_problem(name: str, text: str) -> Iterator[str]:
    try:
        number_text(text)
    except NumberError as error:
        yield f"{name}: {error}"


def _missing_problem(text: str) -> Iterator[str]:
    kind, _colon, detail = text.partition(":")
    if not MISSING.fullmatch(text):
        yield _("“%(text)s” is not a value of %(name)s") % {"text": text, "name": "missing"}
    elif kind == "value":
        yield from _number_problem("value", detail)
    elif kind == "reweight" and detail and not 0 <= float(detail) <= 1:
        yield _("the coverage %(text)s is not between 0 and 1") % {"text": detail}


def _odd_mean(change: Mapping[str, str]) -> Iterator[str]:
    """A value or a mean for a node would be given to everything below it: that is asked for by name there."""
    if change.get("missing", "").startswith("value"):
        yield _("a declared value belongs to an indicator that is measured")


def whole_problems(whole: Whole, changes: Changes) -> Iterator[str]:
    """What cannot be of that which holds for all indicators, and beside it."""
    try:
        low, high, tie = float(whole.output_low), float(whole.output_high), float(whole.tie_tolerance)
    except ValueError:
        yield _("The range of the scores and the tie tolerance are numbers.")
        return
    if not 0 <= low < high <= 1000:
        yield _("The range of the scores begins at 0 or above and ends above its beginning.")
    else:
        yield from _neutral_problems(changes, low, high)
    if not 0 <= tie <= 1:
        yield _("The tie tolerance lies between 0 and 1 point.")
    if whole.rank_decimals and not (whole.rank_decimals.isdigit() and int(whole.rank_decimals) <= MOST_DECIMALS):
        yield _("Ranks are taken from scores of 0 to %(most)d decimals, or from unrounded ones.") % {
            "most": MOST_DECIMALS
        }


def _neutral_problems(changes: Changes, low: float, high: float) -> Iterator[str]:
    for code, change in changes.items():
        try:
            text = number_text(change.get("neutral", "")) if change.get("neutral") else ""
        except NumberError:
            continue  # it is named with the other cells
        if text and not low <= float(text) <= high:
            said = _("%(code)s: the score %(text)s of a column of equal values lies outside the range of the scores.")
            yield said % {"code": code, "text": text}
