"""Addresses of letters."""

import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from surveys.access import RUNS
from surveys.forms.uploads import signed
from surveys.selectors.letter_texts import words_of
from surveys.selectors.recipients import recipients
from surveys.services.letters import words_set
from tests.support.doors.door import Door
from tests.support.doors.estate import asking, expert, fields
from tests.support.everybody import Estate


def written_to(at: Estate) -> list[list[Any]]:
    return [[at.asking.pk, at.letter.pk]]


def confirmed(at: Estate) -> dict[str, Any]:
    """What the page that shows who gets what would send."""
    shown, words = recipients(at.asking, "invitation").addresses, words_of(at.asking, "invitation")
    payload = {"kind": "invitation", "shown": shown, "words": words.hash, "key": str(uuid.uuid4())}
    return {"sending": signed(payload, f"letters:{at.asking.pk}")}


def words(at: Estate) -> list[list[Any]]:
    return [[at.asking.pk, kind] for kind in ("invitation", "reminder", "revision", "thanks")]


def own_words(at: Estate) -> list[list[Any]]:
    """Of a letter whose usual words were changed."""
    words_set(at.asking, "thanks", subject={"en": "Thanks"}, body={"en": "Thanks."}, user=None)
    return [[at.asking.pk, "thanks"]]


DOORS: dict[str, Door] = {
    "surveys:letters": Door(get=RUNS, args=asking),
    "surveys:letters_new": Door(get=RUNS, args=asking),
    "surveys:letters_send": Door(get=RUNS, post=RUNS, args=asking, payload=confirmed),
    "surveys:letters_copy": Door(
        get=RUNS, post=RUNS, args=asking, payload=fields(kind="invitation", way="cards")
    ),
    "surveys:letter_words": Door(
        get=RUNS, post=RUNS, args=words, payload=fields(subject_en="Hello", body_en="Here: {url}")
    ),
    "surveys:letter_words_usual": Door(post=RUNS, args=own_words),
    "surveys:letter_trial": Door(post=RUNS, args=words),
    "surveys:reminders": Door(post=RUNS, args=asking, payload=fields(reminders="on", days="3, 7")),
    "surveys:letters_returned": Door(
        get=RUNS, post=RUNS, args=asking, writes=False,
        payload=lambda _at: {"returned": SimpleUploadedFile("f.eml", b"Subject: hello\n\nhello")},
    ),
    "surveys:letter_returned": Door(post=RUNS, args=written_to, asks=("words",)),
    "surveys:letter_address": Door(get=RUNS, post=RUNS, args=written_to, payload=fields(email="new@example.org")),
    "surveys:expert_reminders": Door(post=RUNS, args=expert, payload=fields(paused="1")),
}  # fmt: skip
