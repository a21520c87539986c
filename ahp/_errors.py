"""What can be wrong with an input, and where.

AHPError (a ValueError)
├── OptionError              an argument outside its choices          .option .value .choices
├── LabelError               labels that repeat, or do not fit        .label
├── MatrixError              a judgment that cannot stand             .pair .pairs
│   ├── ShapeError           not a square table of numbers
│   ├── NotPositiveError     zero, negative, infinite, far too large
│   ├── DiagonalError        an item against itself is not 1
│   ├── NotReciprocalError   a against b contradicts b against a
│   └── DisconnectedError    answers that do not link every item      .components
├── RandomIndexError         a table without a value for this size    .table .n
├── ExpertWeightError        weights of experts that cannot be used   .expert
├── WeightError              weights of items that cannot be used     .node
├── TreeError                not a tree                               .node
├── PanelError               judgments of a panel that do not fit     .node .expert
└── ConvergenceError         no certified result (never seen yet)
"""

from collections.abc import Hashable, Sequence

Label = Hashable
Pair = tuple[Label, Label]


class AHPError(ValueError):
    """The root of all errors raised on purpose by this package."""


class OptionError(AHPError):
    """An argument has a value outside its choices."""

    def __init__(self, option: str, value: object, choices: Sequence[str]) -> None:
        self.option, self.value, self.choices = option, value, tuple(choices)
        super().__init__(f"{option} is {value!r}; choose one of {', '.join(self.choices)}")


class LabelError(AHPError):
    """Labels repeat, or do not fit the items."""

    def __init__(self, message: str, label: Label | None = None) -> None:
        self.label = label
        super().__init__(message)


class MatrixError(AHPError):
    """A judgment cannot stand; ``pair`` is the first at fault, ``pairs`` are all."""

    def __init__(self, message: str, pairs: Sequence[Pair] = ()) -> None:
        self.pairs = tuple(pairs)
        self.pair = self.pairs[0] if self.pairs else None
        super().__init__(message)


class ShapeError(MatrixError):
    """Not a square table of numbers."""


class NotPositiveError(MatrixError):
    """A judgment is zero, negative, infinite or beyond every plausible ratio."""


class DiagonalError(MatrixError):
    """An item compared with itself is not 1."""


class NotReciprocalError(MatrixError):
    """The two directions of one pair contradict each other."""


class DisconnectedError(MatrixError):
    """The answered pairs do not link all items; ``components`` are the groups that hang together."""

    def __init__(self, components: Sequence[Sequence[Label]]) -> None:
        self.components = tuple(tuple(group) for group in components)
        groups = "; ".join("{" + ", ".join(map(str, group)) + "}" for group in self.components)
        bridge = (self.components[0][0], self.components[1][0])
        super().__init__(
            f"the answers do not link all items, they fall into {len(self.components)} groups: {groups}; "
            f"compare one item of each with another, for instance {bridge[0]} with {bridge[1]}",
            [bridge],
        )


class RandomIndexError(AHPError):
    """A random-index table has no value for this number of items."""

    def __init__(self, table: str, n: int, message: str) -> None:
        self.table, self.n = table, n
        super().__init__(message)


class ExpertWeightError(AHPError):
    """Weights of experts that cannot be used; ``expert`` is the position of the first at fault."""

    def __init__(self, message: str, expert: int | None = None) -> None:
        self.expert = expert
        super().__init__(message)


class WeightError(AHPError):
    """Weights of items that cannot be used; ``node`` is where they stand."""

    def __init__(self, message: str, node: Label | None = None) -> None:
        self.node = node
        super().__init__(message)


class TreeError(AHPError):
    """Not a tree; ``node`` is the first node at fault."""

    def __init__(self, message: str, node: Label | None = None) -> None:
        self.node = node
        super().__init__(message)


class PanelError(AHPError):
    """Judgments of a panel do not fit; ``node`` and ``expert`` (a position) say where."""

    def __init__(self, message: str, node: Label | None = None, expert: int | None = None) -> None:
        self.node, self.expert = node, expert
        super().__init__(message)


class ConvergenceError(AHPError):
    """An iteration ended without a certified result."""
