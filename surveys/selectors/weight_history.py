"""What a weight set changes against the one before it, also across editions in which indicators were renamed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from surveys.models import Edition, Indicator, Survey, WeightSet

State = WeightSet.State
UNCHANGED = 5e-9
"""A difference of less than this is none: both weights were computed."""


@dataclass(frozen=True)
class Change:
    """A node's global weight before and now; None where it was not there."""

    node: Indicator
    before: float | None
    now: float

    @property
    def difference(self) -> float | None:
        return None if self.before is None else self.now - self.before

    @property
    def moved(self) -> bool:
        return self.difference is not None and abs(self.difference) > UNCHANGED


@dataclass(frozen=True)
class Changes:
    """Against `previous`: every node of the new set, and the codes of those that are gone."""

    previous: WeightSet
    by_code: dict[str, Change]
    gone: list[str]

    @property
    def moved(self) -> list[Change]:
        """The largest change first."""
        found = [change for change in self.by_code.values() if change.moved]
        return sorted(found, key=lambda change: -abs(change.difference or 0.0))

    @property
    def added(self) -> list[Change]:
        return [change for change in self.by_code.values() if change.before is None]


def previous_set(weight_set: WeightSet, surveys: QuerySet[Survey]) -> WeightSet | None:
    """The set that was locked last before this one was made: of the same survey, else of the same indicator system in
    one of these surveys (those the reader may see).
    """
    signed = WeightSet.objects.filter(state__in=(State.LOCKED, State.SUPERSEDED)).exclude(pk=weight_set.pk)
    earlier = signed.filter(locked_at__lt=weight_set.locked_at) if weight_set.locked_at else signed
    earlier = earlier.select_related("edition__system").defer("document").order_by("-locked_at")
    own = earlier.filter(survey=weight_set.survey).first()
    if own:
        return own
    system = weight_set.edition.system_id
    return earlier.filter(edition__system_id=system, survey__in=surveys, pk__lt=weight_set.pk).first()


def changes_since(weight_set: WeightSet, previous: WeightSet) -> Changes:
    """Nodes are matched by their code, and by what they were called in the edition before."""
    old = dict(previous.entries.order_by().values_list("indicator__code", "global_weight"))
    codes = _codes_before(weight_set.edition, previous.edition)
    found: dict[str, Change] = {}
    for entry in weight_set.entries.select_related("indicator").order_by("indicator__position"):
        code = entry.indicator.code
        before = old.get(codes.get(code, code))
        found[code] = Change(entry.indicator, None if before is None else float(before), float(entry.global_weight))
    kept = {codes.get(code, code) for code in found}
    return Changes(previous, found, [code for code in old if code not in kept])


def _codes_before(edition: Edition, target: Edition) -> dict[str, str]:
    """Code now → code in an earlier edition, step by step through the editions that each is based on."""
    codes = {code: code for code in edition.indicators.order_by().values_list("code", flat=True)}
    step: Edition | None = edition
    while step is not None and step.pk != target.pk:
        was = {code: before for code, before in step.indicators.order_by().values_list("code", "was") if before}
        codes = {code: was.get(then, then) for code, then in codes.items()}
        step = step.based_on
    return codes
