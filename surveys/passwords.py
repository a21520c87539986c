"""What no password may be made of: words that anybody would try first here."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = (
    *("quanheng", "权衡", "password", "mima", "密码", "admin", "coordinator", "xietiaoyuan"),
    *("weights", "quanzhong", "ahp"),
)
"""Ours, and those of the trade; the name of the site comes on top. docs/security.md tells of them."""
LEFT_OVER = 8
"""So much of a password has to remain when they are taken out of it."""


def words_here() -> list[str]:
    """The longest first, so that a short one in it takes nothing away."""
    site = [part for part in settings.SITE.host.lower().split(".") if len(part) > 2 and not part.isdigit()]
    return sorted({*WORDS, *site}, key=len, reverse=True)


class ContextWordsValidator:
    """Of Django's kind: `AUTH_PASSWORD_VALIDATORS` names it."""

    def validate(self, password: str, _user: object = None) -> None:
        left = re.sub("|".join(map(re.escape, words_here())), "", password.lower())
        if len(left) < LEFT_OVER and left != password.lower():
            raise ValidationError(self.get_help_text(), code="password_of_context_words")

    def get_help_text(self) -> str:
        return _("Your password cannot be made of the name of this site or of words of its trade.")
