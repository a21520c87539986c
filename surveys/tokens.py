"""Random tokens: given away once, stored as a hash."""

from __future__ import annotations

import hashlib
import re
import secrets

# The paths of a personal link and of a link to choose a password: whoever reads the token can act in that name.
_PERSONAL_PATH = re.compile(r"(/i/|/password/choose/[^/\s]+/)[^/\s\"'?&<>]+")


def new_token() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token. It is long and random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


def without_tokens(text: str) -> str:
    """The text with every personal link in it masked: for logs, and for what a mail server says back."""
    return _PERSONAL_PATH.sub(r"\1[token]", text)
