"""Which items the answers link."""

from ahp._errors import DisconnectedError
from ahp._matrix import Matrix


def components(m: Matrix) -> list[list[int]]:
    """The groups of items that hang together by answers, each in order."""
    neighbours = [row.nonzero()[0].tolist() for row in m.answered]
    unseen, groups = set(range(m.n)), []
    while unseen:
        group, reached = [], [min(unseen)]
        unseen.discard(reached[0])
        while reached:
            item = reached.pop()
            group.append(item)
            fresh = unseen.intersection(neighbours[item])
            unseen -= fresh
            reached.extend(fresh)
        groups.append(sorted(group))
    return groups


def require_connected(m: Matrix) -> None:
    """Refuse a matrix whose answers do not link all items, naming the groups."""
    if m.missing:
        groups = components(m)
        if len(groups) > 1:
            raise DisconnectedError([[m.labels[i] for i in group] for group in groups])
