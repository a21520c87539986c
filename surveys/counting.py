"""What an answer and an expert count for. No Django: these rules travel with every bundle, to be checked elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping


def ratio_of(more_important: str, strength: int) -> float:
    """How many times item a is as important as item b."""
    return 1.0 / strength if more_important == "b" else float(strength)


def weights_at(
    nodes: Iterable[tuple[Hashable, Hashable, str]],
    weight: float,
    branches: Mapping[str, str],
    excluded: Collection[str] = (),
) -> dict[Hashable, float]:
    """An expert's weight at every node: its own holds for all below it, down to where another is set.

    `nodes` are (key, key of the parent, code) in tree order, the parent of the root None. At the nodes in `excluded`
    the answers are left out, whatever their weight; that holds for these nodes alone.

    >>> weights_at([("r", None, "r"), ("a", "r", "a"), ("b", "r", "b")], 2.0, {"a": "3"}, ["r"])
    {'r': 0.0, 'a': 3.0, 'b': 2.0}
    """
    held: dict[Hashable, float] = {None: weight}
    left_out = []
    for key, parent, code in nodes:
        own = branches.get(code)
        held[key] = held[parent] if own is None else float(own)
        if code in excluded:
            left_out.append(key)
    del held[None]
    return {**held, **dict.fromkeys(left_out, 0.0)}
