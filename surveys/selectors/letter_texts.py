"""The letters of a survey: its own words or the usual ones, and what stands in them for one expert."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import override

from surveys.addresses import sample_link
from surveys.letter_words import Words, Written, usual_words, written
from surveys.models import Expert, LetterKind, LetterText, Mailing, Survey
from surveys.moments import moment_text
from surveys.selectors.extent import extent_of
from surveys.selectors.revisions import waiting_requests
from surveys.texts import text_in

DEFAULT_LANGUAGE = "zh-hans"


@dataclass(frozen=True)
class HandedOver:
    """A letter with its link, to be sent or given by somebody in another way. It is shown once and stored nowhere."""

    expert: Expert
    address: str
    letter: Written

    @property
    def url(self) -> str:
        return self.letter.url


def words_of(survey: Survey, kind: str) -> Words:
    """What will be sent: the survey's own words where it has some."""
    own = LetterText.objects.filter(survey=survey, kind=kind).first()
    return Words(own.subject, own.body) if own else usual_words(kind)


def words_in(mailing: Mailing) -> Words:
    """What was sent, whatever the survey says now."""
    return Words(mailing.subject, mailing.body)


def has_own_words(survey: Survey) -> set[str]:
    return set(LetterText.objects.filter(survey=survey).values_list("kind", flat=True))


def language_of_expert(expert: Expert) -> str:
    return expert.person.language if expert.person else DEFAULT_LANGUAGE


def letter_to(expert: Expert, kind: str, words: Words, *, url: str = "", language: str = "") -> Written:
    """The letter as this expert gets it; without a `url` with a sample in its place. At most nine queries."""
    language = language or language_of_expert(expert)
    with override(language):  # names of matrices are texts too
        return written(words, _values(expert, kind, url or sample_link(), language), language)


def _values(expert: Expert, kind: str, url: str, language: str) -> dict[str, object]:
    survey, extent = expert.survey, extent_of(expert)
    values: dict[str, object] = {
        "name": expert.person.name if expert.person else "",
        "title": text_in(survey.title, language),
        "inviter": text_in(survey.inviter, language),
        "contact": text_in(survey.contact, language),
        "deadline": moment_text(survey.closes_at) if survey.closes_at else "",
        "url": url,
        "total": extent.questions,
        "answered": extent.answered,
        "minutes": extent.minutes,
    }
    return values | (_asked_again(expert, language) if kind == LetterKind.REVISION else {})


def _asked_again(expert: Expert, language: str) -> dict[str, object]:
    asked = waiting_requests(expert)
    quote = "「{}」" if language.startswith("zh") else "“{}”"
    names = [quote.format(text_in(one.node.name, language)) for one in reversed(asked)]
    return {
        "matrix": ("、" if language.startswith("zh") else ", ").join(names),
        "count": sum(one.open_pairs for one in asked) or "",
    }
