"""What became of the letters to each expert, as far as the table of the panel tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from surveys.models import Letter, Survey


@dataclass(frozen=True)
class LetterSeen:
    """The newest letter to an expert."""

    state: str
    sent_at: datetime | None

    @property
    def returned(self) -> bool:
        return self.state in (Letter.State.BOUNCED, Letter.State.FAILED)


def letters_seen(survey: Survey) -> dict[int, LetterSeen]:
    """Expert → the newest letter, in one query."""
    rows = Letter.objects.filter(expert__survey=survey).order_by("pk").values_list("expert_id", "state", "sent_at")
    return {expert: LetterSeen(state, sent_at) for expert, state, sent_at in rows}
