"""Slices of a panel put together."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from ahp._errors import PanelError
from ahp._panel import Panel, require_options
from ahp._parts import PanelPart
from ahp._random_index import DEFAULT_TABLE


def merge_parts(
    parts: Iterable[PanelPart], *, random_index: str = DEFAULT_TABLE, aggregation: str = "judgments"
) -> Panel:
    """Put the slices of a panel together, in whatever order they come.

    Parameters
    ----------
    parts : iterable of PanelPart
        From `evaluate_part`, over one tree by one method, together covering the panel without gap or overlap.
    random_index, aggregation : str
        As for `evaluate_panel`.

    Returns
    -------
    Panel

    Raises
    ------
    PanelError
        A slice is absent, comes twice, or belongs to another tree or method.

    Examples
    --------
    See `evaluate_part`.
    """
    require_options(random_index, aggregation)
    ordered = sorted(parts, key=lambda part: part.first)
    _require_fit(ordered)
    return Panel(ordered[0] if len(ordered) == 1 else _joined(ordered), random_index, aggregation)


def _require_fit(parts: list[PanelPart]) -> None:
    if not parts:
        raise PanelError("there are no parts to merge")
    end = 0
    for part in parts:
        if (part.layout.children, part.method) != (parts[0].layout.children, parts[0].method):
            raise PanelError("the parts belong to different trees or methods; evaluate them alike")
        if part.first != end:
            raise PanelError(f"experts {min(end, part.first)} to {max(end, part.first) - 1} are absent or come twice")
        end += part.experts


def _joined(parts: list[PanelPart]) -> PanelPart:
    sums = parts[0].sums
    for part in parts[1:]:
        sums += part.sums
    return PanelPart(
        parts[0].layout,
        parts[0].method,
        0,
        sums.experts,
        _beside([part.expert_weights for part in parts], [(part.experts, len(part.layout.nodes)) for part in parts], 0),
        sums,
        np.concatenate([part.local for part in parts], axis=1),
        np.concatenate([part.lambda_max for part in parts], axis=1),
        np.concatenate([part.leaf_weights for part in parts], axis=1),
        _beside([part.missing for part in parts], [part.lambda_max.shape for part in parts], 1),
    )


def _beside(tables: list[Any], shapes: list[tuple[int, ...]], axis: int) -> Any:
    """Joined tables, where None stands for ones (expert weights) or zeros (missing answers)."""
    if all(table is None for table in tables):
        return None
    fill = np.ones if axis == 0 else lambda shape: np.zeros(shape, dtype=np.int16)
    filled = [fill(shape) if table is None else table for table, shape in zip(tables, shapes, strict=True)]
    return np.concatenate(filled, axis=axis)
