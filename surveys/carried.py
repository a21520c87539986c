"""What an answer says that was carried over from an earlier survey: the note of its event, written and read here."""

from __future__ import annotations

from dataclasses import dataclass

SEPARATOR = " · "
LONGEST_TITLE = 240


@dataclass(frozen=True)
class Origin:
    """The survey by its title then, the expert's code there, and the event that said it; and whether the words of
    the question had changed since.
    """

    title: str
    code: str
    event_hash: str
    reworded: bool = False

    @property
    def note(self) -> str:
        """
        >>> Origin("Index 2.0", "E1", "ab").note
        'Index 2.0 · E1 · ab'
        """
        parts = [self.title[:LONGEST_TITLE], self.code, self.event_hash]
        return SEPARATOR.join([*parts, "reworded"] if self.reworded else parts)


def origin_of(note: str) -> Origin:
    """
    >>> origin_of("Index · 2.0 · E1 · ab").title
    'Index · 2.0'
    """
    body, reworded = note.removesuffix(f"{SEPARATOR}reworded"), note.endswith(f"{SEPARATOR}reworded")
    parts = body.rsplit(SEPARATOR, 2)
    title, code, event_hash = parts if len(parts) == 3 else ("", "", "")
    return Origin(title, code, event_hash, reworded)
