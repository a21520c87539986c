"""The letters of a survey: its own words or the usual ones, and what stands in them for one expert."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import override

from surveys.addresses import sample_link
from surveys.letter_words import Words, Written, usual_words, written
from surveys.models import Expert, LetterKind, LetterText, Mailing, Survey
from surveys.moments import moment_in_letter
from surveys.selectors.extent import Extent, extent_of
from surveys.selectors.revisions import Asked, waiting_requests
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


@dataclass(frozen=True)
class Facts:
    """What a letter tells of the questionnaire of one expert, in whatever language."""

    extent: Extent
    asked: list[Asked]


def facts_of(expert: Expert, kind: str) -> Facts:
    """At most nine queries."""
    return Facts(extent_of(expert), waiting_requests(expert) if kind == LetterKind.REVISION else [])


def letter_to(
    expert: Expert, kind: str, words: Words, *, url: str = "", language: str = "", facts: Facts | None = None
) -> Written:
    """The letter as this expert gets it; without a `url` with a sample in its place."""
    language = language or language_of_expert(expert)
    facts = facts or facts_of(expert, kind)
    with override(language):  # the deadline is written in words
        return written(words, _values(expert, facts, url or sample_link(), language), language)


def _values(expert: Expert, facts: Facts, url: str, language: str) -> dict[str, object]:
    survey, extent = expert.survey, facts.extent
    return {
        "name": expert.person.name if expert.person else "",
        "title": text_in(survey.title, language),
        "inviter": text_in(survey.inviter, language),
        "contact": text_in(survey.contact, language),
        "deadline": moment_in_letter(survey.closes_at) if survey.closes_at else "",
        "url": url,
        "total": extent.questions,
        "answered": extent.answered,
        "minutes": extent.minutes,
        **_asked_again(facts.asked, language),
    }


def _asked_again(asked: list[Asked], language: str) -> dict[str, object]:
    quote = "「{}」" if language.startswith("zh") else "“{}”"
    names = [quote.format(text_in(one.node.name, language)) for one in reversed(asked)]
    return {
        "matrix": ("、" if language.startswith("zh") else ", ").join(names),
        "count": sum(one.open_pairs for one in asked) or "",
    }
