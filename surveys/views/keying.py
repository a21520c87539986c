"""A section as rows of seventeen, in the order of the paper form: for a coordinator who keys in, and an assistant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import Http404
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from surveys.forms.enter import base_text, field_of
from surveys.models import Comparison, Expert, Indicator, Section
from surveys.rows import scale_row
from surveys.selectors.sections import sections_of
from surveys.selectors.structure import structure_of


@dataclass(frozen=True)
class Keying:
    """The rows that are asked, those beyond the plan, and the revisions that the page has seen."""

    node: Indicator
    rows: list[SafeString]
    beyond: list[SafeString]
    base: str


def section_in(expert: Expert, code: str) -> Section:
    """The section of this node, where it is asked of the expert."""
    for section in sections_of(expert):
        if section.node.code == code and section.assigned:
            return section
    raise Http404("There is no such section.")


def pairs_in(expert: Expert, section: Section) -> list[Comparison]:
    """In tree order, as on paper."""
    return structure_of(expert.survey.edition).by_node[section.node_id]


def keying(
    expert: Expert,
    section: Section,
    values: Mapping[int, str],
    *,
    notes: Mapping[int, str] | None = None,
    revisions: Mapping[int, int] | None = None,
) -> Keying:
    """`values` are the answers that stand in the rows, `notes` a word beside some, `revisions` the answers that stand
    in the log.
    """
    planned = {pair for pair, _swapped in section.pairs[: section.planned]}
    pairs = pairs_in(expert, section)
    others = [*([("cannot_judge", _("cannot judge"))] if expert.survey.missing_allowed else []), ("", _("blank"))]

    def drawn(some: Iterable[Comparison]) -> list[SafeString]:
        return [
            scale_row(
                field_of(pair),
                pair.item_a.name,
                pair.item_b.name,
                number=pair.position,
                chosen=values.get(pair.pk, ""),
                others=others,
                note=(notes or {}).get(pair.pk, ""),
            )
            for pair in some
        ]

    return Keying(
        section.node,
        drawn(pair for pair in pairs if pair.pk in planned),
        drawn(pair for pair in pairs if pair.pk not in planned),
        base_text({pair.pk: revisions[pair.pk] for pair in pairs if pair.pk in revisions} if revisions else {}),
    )


def after(sections: Iterable[Section], section: Section) -> Section | None:
    """The next section in tree order."""
    ordered = sorted((one for one in sections if one.assigned), key=lambda one: one.node.position)
    later = (one for one in ordered if one.node.position > section.node.position)
    return next(later, None)
