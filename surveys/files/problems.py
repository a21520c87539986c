"""What is wrong with a file, said so that its author can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Problem:
    """One fault of a file: where it is, what is wrong, and how to mend it."""

    file: str
    what: str
    mend: str
    row: int | None = None
    column: str = ""
    sheet: str = ""

    @property
    def place(self) -> str:
        """The sheet, the row and the column, as far as they are known."""
        if self.sheet:
            return ", ".join(part for part in (_("sheet “%(sheet)s”") % {"sheet": self.sheet}, self._cell) if part)
        return self._cell

    @property
    def _cell(self) -> str:
        named = {"row": self.row, "column": self.column}
        if self.row and self.column:
            return _("row %(row)d, column %(column)s") % named
        if self.row:
            return _("row %(row)d") % named
        return _("column %(column)s") % named if self.column else ""

    @property
    def advice(self) -> str:
        """What is wrong and how to mend it, as one sentence."""
        return _("%(what)s; %(mend)s") % {"what": self.what, "mend": self.mend}

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.place, self.advice) if part)


class FileErrors(ValueError):
    """A file is refused. `problems` holds every fault that was found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:  # when it is asked for: there may be a hundred thousand
        return "\n".join(str(problem) for problem in self.problems)


@dataclass
class Findings:
    """The faults of one file as they are found; `refuse_any` ends the reading when there are some."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, what: str, mend: str, *, row: int | None = None, column: str = "") -> None:
        self.problems.append(Problem(self.file, what, mend, row, column))

    def refuse_any(self) -> None:
        if self.problems:
            raise FileErrors(sorted(self.problems, key=lambda problem: problem.row or 0))
