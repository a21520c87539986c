"""The words of letters: what may stand in them, what is wrong with them, and how they are filled in.

``{name}`` in a letter is a variable. A line with a variable that has no value (a survey without a deadline, say) is
left out, so that no letter says "Please answer by ."
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.html import escape, format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from surveys.canonical import canonical_json, content_hash
from surveys.models import LetterKind
from surveys.texts import Texts, text_in

VARIABLES = {
    "name": gettext_lazy("the expert’s name"),
    "title": gettext_lazy("the title of the survey"),
    "inviter": gettext_lazy("who asks"),
    "url": gettext_lazy("the personal link"),
    "total": gettext_lazy("how many questions the expert is asked"),
    "answered": gettext_lazy("how many of them are answered"),
    "minutes": gettext_lazy("minutes that the open ones take, about"),
    "deadline": gettext_lazy("the deadline, with its time zone"),
    "contact": gettext_lazy("whom to ask"),
    "matrix": gettext_lazy("the matrices to look at again"),
    "count": gettext_lazy("how many pairs to look at again"),
}
ONLY_REVISION = ("matrix", "count")
LONGEST_SUBJECT, LONGEST_BODY = 200, 5000
_VARIABLE = re.compile(r"\{([^{}\n]*)\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Words:
    """Subject and text of one kind of letter, per language tag."""

    subject: Texts
    body: Texts

    @property
    def hash(self) -> str:
        return content_hash(canonical_json({"subject": dict(self.subject), "body": dict(self.body)}))


@dataclass(frozen=True)
class Written:
    """A letter as its reader gets it."""

    subject: str
    body: str
    language: str
    url: str = ""

    @property
    def html(self) -> SafeString:
        """The text in paragraphs, escaped, with the personal link to click."""
        text = linebreaks(escape(self.body.strip()))
        if not self.url:
            return mark_safe(text)  # noqa: S308  escaped above
        link = format_html('<a href="{0}">{0}</a>', self.url)
        return mark_safe(text.replace(escape(self.url), link))  # noqa: S308  escaped above


def variables_of(kind: str) -> dict[str, str]:
    """What may stand in a letter of this kind, and what it means."""
    return {
        name: str(meaning)
        for name, meaning in VARIABLES.items()
        if name not in ONLY_REVISION or kind == LetterKind.REVISION
    }


def usual_words(kind: str) -> Words:
    """What is sent where a survey has no words of its own: in every language of the pages."""
    subject, body = {}, {}
    for tag, _name in settings.LANGUAGES:
        with override(tag):
            subject[tag], body[tag] = _USUAL[kind]()
    return Words(subject, body)


def words_problems(kind: str, subject: str, body: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a letter in one language: ("subject" or "body", sentence)."""
    known = variables_of(kind)
    for field, text in (("subject", subject), ("body", body)):
        for name in dict.fromkeys(_VARIABLE.findall(text)):
            if name not in known:
                yield (
                    field,
                    _("There is no variable {%(name)s} in this letter. There are: %(known)s.")
                    % {
                        "name": name,
                        "known": " ".join(f"{{{one}}}" for one in known),
                    },
                )
    if "{url}" in subject:
        yield "subject", _("The subject must not hold {url}: mail servers keep subjects in their logs.")
    if kind != LetterKind.THANKS and "{url}" not in body:
        yield "body", _("The letter needs {url}: without the personal link the expert cannot answer.")


def written(words: Words, values: Mapping[str, object], language: str) -> Written:
    """The letter to one reader. Whatever a name holds, the subject is one line."""
    texts = {name: _clean(str(value)) for name, value in values.items()}
    subject = one_line(_filled(text_in(words.subject, language), texts))
    body = "\n".join(_lines(text_in(words.body, language), texts)).strip() + "\n"
    return Written(subject, body, language, texts.get("url", ""))


def one_line(text: str) -> str:
    """Without anything that could end a header: no line breaks, no control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _lines(body: str, texts: Mapping[str, str]) -> Iterator[str]:
    for line in _clean(body).split("\n"):
        if all(texts.get(name) for name in _VARIABLE.findall(line)):
            yield _filled(line, texts)


def _filled(text: str, texts: Mapping[str, str]) -> str:
    """In one pass: braces inside a value stay what they are."""
    return _VARIABLE.sub(lambda found: texts.get(found[1], ""), text)


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def _invitation() -> tuple[str, str]:
    subject = _("Invitation: {title}")
    body = _(
        "Dear {name},\n\n"
        "We ask for your judgment: please compare, two at a time, how important the indicators of “{title}” are.\n\n"
        "There are {total} questions, about {minutes} minutes in all. Every answer is stored at once; you may stop at "
        "any time and go on later, on a phone or a computer.\n\n"
        "Your personal link (please do not pass it on):\n{url}\n\n"
        "Please answer by {deadline}.\n"
        "If you have questions: {contact}\n\n"
        "Thank you for your help.\n\n{inviter}"
    )
    return subject, body


def _reminder() -> tuple[str, str]:
    subject = _("Reminder: {title}")
    body = _(
        "Dear {name},\n\n"
        "{answered} of {total} questions of “{title}” are answered, about {minutes} minutes are left. What you have "
        "answered is stored.\n\n"
        "Continue here (your personal link, please do not pass it on):\n{url}\n\n"
        "Please answer by {deadline}.\n"
        "If you have questions: {contact}\n"
        "If you would rather not take part, a short word is enough, and we shall not write again.\n\n"
        "{inviter}"
    )
    return subject, body


def _revision() -> tuple[str, str]:
    subject = _("Please look again: {title}")
    body = _(
        "Dear {name},\n\n"
        "Thank you for your answers. Please look again at {count} comparisons in {matrix}: some of them do not quite "
        "fit together. This does not mean that they are wrong, and you may keep each of them.\n\n"
        "Only these comparisons are asked again:\n{url}\n\n"
        "Please answer by {deadline}.\n"
        "If you have questions: {contact}\n\n"
        "{inviter}"
    )
    return subject, body


def _thanks() -> tuple[str, str]:
    subject = _("Thank you: {title}")
    body = _(
        "Dear {name},\n\n"
        "Your answers to “{title}” have arrived. Thank you for your time and your judgment.\n\n"
        "Your own weights, and a receipt to print, are kept here:\n{url}\n\n"
        "If you have questions: {contact}\n\n"
        "{inviter}"
    )
    return subject, body


_USUAL = {
    LetterKind.INVITATION.value: _invitation,
    LetterKind.REMINDER.value: _reminder,
    LetterKind.REVISION.value: _revision,
    LetterKind.THANKS.value: _thanks,
}
