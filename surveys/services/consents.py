"""Consents: written once, to a text that is kept word for word."""

from __future__ import annotations

from django.db import transaction

from surveys.models import Consent, ConsentText, Expert
from surveys.selectors.consents import Notice


@transaction.atomic
def consent_give(expert: Expert, notice: Notice) -> Consent:
    """The expert agreed to this text. A second time is the first."""
    text, _made = ConsentText.objects.get_or_create(
        text_hash=notice.text_hash, defaults={"language": notice.language, "text": notice.text}
    )
    return Consent.objects.get_or_create(expert=expert, text=text)[0]
