"""Everything that a sign-off sheet or a methods text tells of a weight set, read once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from surveys.models import SignedSheet, Survey, WeightSet
from surveys.selectors.consistency import method_facts
from surveys.selectors.four_ways import FourWays, four_ways
from surveys.selectors.signed_sheets import counting_sheets
from surveys.selectors.trees import Tree, tree_of
from surveys.selectors.weight_facts import Decided, PanelFacts, decisions_in, panel_facts
from surveys.selectors.weight_history import Changes, changes_since, previous_set
from surveys.selectors.weight_origins import Origins, Outside, origins_of
from surveys.selectors.weights import WeightRow, weight_rows
from surveys.stamps import stamps


@dataclass(frozen=True)
class Story:
    weight_set: WeightSet
    tree: Tree
    rows: list[WeightRow]
    panel: PanelFacts | None
    decisions: list[Decided]
    origins: Origins
    changes: Changes | None
    sheets: list[SignedSheet]

    @property
    def name(self) -> str:
        return f"{self.weight_set.edition} · W{self.weight_set.number}"

    @property
    def survey(self) -> Survey | None:
        return self.weight_set.survey

    @property
    def stamps(self) -> list[str]:
        it = self.weight_set
        return stamps(synthetic=it.synthetic, sealed=bool(it.seal_hash), outside=bool(self.origins))

    @property
    def printed(self) -> bool:
        """The set has adopted percentages."""
        return self.weight_set.adopted_decimals is not None

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The method in words; empty where no panel was asked."""
        result = self.weight_set.panel_result
        return method_facts(result) if result else {}

    @cached_property
    def ways(self) -> FourWays | None:
        return four_ways(self.weight_set.panel_result)

    @property
    def left_out(self) -> list[Decided]:
        return [decided for decided in self.decisions if decided.act == "exclude"]

    def signers(self) -> Iterator[tuple[str, str, datetime, str]]:
        """What was done, by whom, when and why."""
        it = self.weight_set
        signed = (
            (_("Proposed"), it.proposed_by, it.proposed_at, it.proposal),
            (_("Approved"), it.approved_by, it.approved_at, it.approval),
            (_("Locked"), it.locked_by, it.locked_at, ""),
        )
        for what, user, moment, reason in signed:
            if user and moment:
                yield what, user.get_full_name() or user.get_username(), moment, reason


def story_of(weight_set: WeightSet, surveys: QuerySet[Survey]) -> Story:
    """`surveys` are those the reader may see: an earlier set of another one is told of only where it is among them."""
    tree = tree_of(weight_set.edition)
    previous = previous_set(weight_set, surveys)
    return Story(
        weight_set=weight_set,
        tree=tree,
        rows=weight_rows(weight_set),
        panel=panel_facts(weight_set, tree),
        decisions=decisions_in(weight_set),
        origins=origins_of(weight_set),
        changes=changes_since(weight_set, previous) if previous else None,
        sheets=list(counting_sheets(weight_set)),
    )


# --- words that both papers use ---


def percent(share: float | str | None, decimals: int = 2) -> str:
    return "–" if share is None else f"{float(share) * 100:.{decimals}f} %"


def points(difference: float | None) -> str:
    """A difference of shares in percentage points, with its sign."""
    return "–" if difference is None else f"{difference * 100:+.2f}"


def ratio(text: str) -> str:
    return f"{float(text):.4f}" if text else "–"


def day(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}"


def listed(parts: list[str]) -> str:
    return pgettext("between names", ", ").join(parts)


def together(*sentences: str) -> str:
    """Sentences one after the other, as the active language sets them."""
    joint = "" if (get_language() or "").startswith("zh") else " "
    return joint.join(sentence for sentence in sentences if sentence)


def outside_sentence(outside: Outside, *, whole: bool) -> str:
    where = listed([f"{node.code} {node}" for node in outside.nodes])
    said = {
        "kind": outside.label,
        "where": where,
        "source": outside.source,
        "reference": outside.reference,
        "reason": outside.reason,
    }
    if whole:
        text = _("Not from judgments (%(kind)s): %(source)s, document number %(reference)s; reason: %(reason)s.")
    else:
        text = _(
            "Not from judgments (%(kind)s) below %(where)s: %(source)s, document number %(reference)s; "
            "reason: %(reason)s."
        )
    return text % said


def changes_sentence(changes: Changes | None) -> str:
    """Against the set before, in one sentence or two."""
    if changes is None:
        return _("There is no earlier set to compare with.")
    named = {"name": f"{changes.previous.edition} · W{changes.previous.number}"}
    if not changes.moved and not changes.added and not changes.gone:
        return _("Against %(name)s nothing changes.") % named
    parts = [f"{change.node.code} {change.node} {points(change.difference)}" for change in changes.moved[:3]]
    moved = len(changes.moved)
    found = [
        ngettext(
            "Against %(name)s, %(count)d global weight changes.",
            "Against %(name)s, %(count)d global weights change.",
            moved,
        )
        % {**named, "count": moved}
    ]
    if parts:
        found.append(_("The largest changes, in percentage points: %(parts)s.") % {"parts": "; ".join(parts)})
    if changes.added or changes.gone:
        counts = {"added": len(changes.added), "gone": len(changes.gone)}
        found.append(_("New indicators: %(added)d; no longer there: %(gone)d.") % counts)
    return together(*found)


def decision_sentence(decided: Decided) -> str:
    said = {"expert": decided.expert, "where": decided.where, "what": decided.label, "reason": decided.reason}
    text = _("%(expert)s, %(where)s: %(what)s; %(reason)s") % said
    if decided.rule:
        text += _(" (rule declared beforehand: %(rule)s)") % {"rule": decided.rule}
    if decided.after_unmasking:
        text += _(" ▲ decided after names of units had been seen")
    return text
