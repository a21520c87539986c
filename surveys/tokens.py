"""Random tokens: given away once, stored as a hash."""

from __future__ import annotations

import hashlib
import re
import secrets

# The paths of a personal link, of a code for a further device, and of a link to choose a password: whoever reads the
# token can act in that name. Also as Django names a path that it does not know, without its first slash,
# or in a query.
_SLASH = r"(?:/|%2[Ff])"
_PERSONAL_PATH = re.compile(
    rf"({_SLASH}i{_SLASH}|\bi/(?=[\w-]{{20}})"
    rf"|\banswer{_SLASH}\d+{_SLASH}join{_SLASH}|\bpassword{_SLASH}choose{_SLASH}[^/\s%]+{_SLASH})"
    r"[^/\s\"'?&<>%]+"
)


def new_token() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token. It is long and random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


def without_tokens(text: str) -> str:
    """The text with every personal link in it masked: for logs, and for what a mail server says back.

    >>> without_tokens("GET /i/secret/?a=1 and /answer/7/join/SECR-ET12/ from /login/?next=%2Fi%2Fsecret%2F")
    'GET /i/[token]/?a=1 and /answer/7/join/[token]/ from /login/?next=%2Fi%2F[token]%2F'
    """
    return _PERSONAL_PATH.sub(r"\1[token]", text)
