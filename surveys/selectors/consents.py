"""The privacy notice of a survey, and whether an expert has agreed to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from surveys.models import Consent, Expert, Survey
from surveys.texts import language_of, text_in


@dataclass(frozen=True)
class Notice:
    """A privacy notice in one language, word for word."""

    language: str
    text: str

    @property
    def text_hash(self) -> str:
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


def notice_of(survey: Survey) -> Notice:
    """The notice as the reader sees it: the coordinator's words, or ours where there are none."""
    written = text_in(survey.privacy)
    if written:
        language = language_of(survey.privacy)
        with translation.override(language):
            return Notice(language, "\n\n".join(filter(None, [written, names_kept_told(survey)])))
    return Notice(get_language() or settings.LANGUAGE_CODE, _usual_text(survey))


def names_kept_told(survey: Survey) -> str:
    """When names are erased by themselves, where the survey promises it; part of every notice, also of own words."""
    if not survey.names_kept:
        return ""
    told = ngettext(
        "Your name, your address and what you wrote in words are erased %(count)d month after the survey closed; your"
        " answers then stand under a code alone.",
        "Your name, your address and what you wrote in words are erased %(count)d months after the survey closed; your"
        " answers then stand under a code alone.",
        survey.names_kept,
    )
    return told % {"count": survey.names_kept}


def notices_of(survey: Survey) -> list[Notice]:
    """The notice in every language. They say the same, so who agreed to one is not asked about another."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.append(notice_of(survey))
    return found


def has_agreed(expert: Expert) -> bool:
    """To this very notice. A notice that was changed since is asked about again."""
    hashes = [notice.text_hash for notice in notices_of(expert.survey)]
    return Consent.objects.filter(expert=expert, text__text_hash__in=hashes).exists()


def _usual_text(survey: Survey) -> str:
    """What a notice has to say: who, what for, what is kept, how, who sees it, how long, and how to end it."""
    people = {
        "inviter": text_in(survey.inviter) or _("the team that sent you this invitation"),
        "contact": text_in(survey.contact) or _("the person who sent you this invitation"),
    }
    paragraphs = [
        _("Who is responsible: %(inviter)s. Whom to ask: %(contact)s.") % people,
        _(
            "What for: your answers are used to work out the weights of the indicators in this survey, and for"
            " nothing else."
        ),
        _(
            "What is kept: your name, organisation and e-mail address as far as the inviters hold them; your"
            " answers, when they were given and how the question was shown; and this consent."
        ),
        _(
            "How: your answers are kept under a code, apart from your name. Only the project team sees them;"
            " reports show the answers of all experts taken together."
        ),
        _("How long: until the results no longer have to be explained or checked."),
        names_kept_told(survey),
        _(
            "Your choice: taking part is voluntary, and you may stop at any time. You may see or correct your"
            " data, have your name and address deleted, or withdraw this consent: write to whoever is named"
            " above. What was done before then stays lawful."
        ),
    ]
    return "\n\n".join(filter(None, paragraphs))
