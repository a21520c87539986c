"""How far an expert is an authority on what is asked: the coefficients that Chinese Delphi papers print.

Cs (熟悉程度系数) says how well the expert knows the subject, Ca (判断依据系数) what the judgment rests on, and
Cr = (Ca + Cs) / 2 (权威系数); from 0.7 on a panel is usually called reliable. The values are the usual ones:
familiarity 1.0, 0.8, 0.5, 0.3 (0.1 for a subject that is not one's own, which here is not asked), practical experience
0.5, 0.4, 0.3, theoretical analysis 0.3, 0.2, 0.1, literature and intuition 0.1 each; as printed in Quality of Life
Research 34 (2025), 763-775, Table 1 (doi 10.1007/s11136-024-03850-6). Both rest on what experts say of themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

FAMILIARITY = {"very": 1.0, "well": 0.8, "fair": 0.5, "little": 0.3}
BASIS = {
    "practice": {"large": 0.5, "medium": 0.4, "small": 0.3},
    "theory": {"large": 0.3, "medium": 0.2, "small": 0.1},
    "literature": {"large": 0.1, "medium": 0.1, "small": 0.1},
    "intuition": {"large": 0.1, "medium": 0.1, "small": 0.1},
}
BASIS_WORDS = {
    "practice": _("Practical experience"),
    "theory": _("Theoretical analysis"),
    "literature": _("Literature and material"),
    "intuition": _("Intuition"),
}
EXTENT_WORDS = {"large": _("much"), "medium": _("some"), "small": _("little")}
USUAL = 0.7
"""From this Cr on a panel is usually called reliable."""


def familiarity_score(words: Iterable[str]) -> float | None:
    """Cs: the mean over what was said of several subjects; None where nothing was said.

    >>> familiarity_score(["very", "fair", ""])
    0.75
    """
    return mean(FAMILIARITY[word] for word in words if word in FAMILIARITY)


def basis_score(basis: Mapping[str, str]) -> float | None:
    """Ca: the sum over the four bases; None unless all four were said, for a part would count as little.

    >>> round(basis_score({"practice": "large", "theory": "medium", "literature": "small", "intuition": "small"}), 3)
    0.9
    >>> basis_score({"practice": "large"}) is None
    True
    """
    if any(basis.get(kind) not in extents for kind, extents in BASIS.items()):
        return None
    return sum(extents[basis[kind]] for kind, extents in BASIS.items())


def authority(basis: float | None, familiarity: float | None) -> float | None:
    """Cr = (Ca + Cs) / 2; None where one of them is not known.

    >>> authority(0.9, 0.7)
    0.8
    """
    return None if basis is None or familiarity is None else (basis + familiarity) / 2


def mean(values: Iterable[float | None]) -> float | None:
    """Of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
