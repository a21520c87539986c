"""Random tokens: given away once, stored as a hash."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token. It is long and random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
