"""What a survey offers its experts."""

from __future__ import annotations

from django.conf import settings

from surveys.models import Survey


def languages_offered(survey: Survey) -> list[tuple[str, str]]:
    """Tag and own name of the languages that the experts of this survey may choose from."""
    return [(tag, name) for tag, name in settings.LANGUAGES if not survey.languages or tag in survey.languages]


def languages_told(survey: Survey) -> str:
    return " · ".join(name for _tag, name in languages_offered(survey))
