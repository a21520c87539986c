"""Where letters leave from: the mail server that MAIL_URL names, and the sender that MAIL_FROM names."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import formataddr, parseaddr
from urllib.parse import unquote

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from config import env

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
URL_EXAMPLE = "smtp+starttls://user:password@mail.example.org:587"
FROM_EXAMPLE = "Weights office <weights@example.org>"
TIMEOUT = 15
"""Seconds: a mail server that was frozen must not hold a worker for ever."""


@dataclass(frozen=True)
class MailServer:
    """`use_ssl`: encrypted from the first byte; `use_tls`: from STARTTLS on, and never without it."""

    host: str
    port: int
    user: str
    password: str
    use_ssl: bool
    use_tls: bool


def server_from_environment() -> MailServer | None:
    """None where no mail server is set: the pages then offer letters to copy."""
    parts = env.url("MAIL_URL", tuple(PORTS), URL_EXAMPLE)
    if parts is None:
        return None
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"MAIL_URL must be a host with at most user, password and port, like {URL_EXAMPLE}.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ImproperlyConfigured(f"MAIL_URL needs both a user and a password, or neither, like {URL_EXAMPLE}.")
    port = parts.port or PORTS[parts.scheme]
    return MailServer(parts.hostname, port, user, password, parts.scheme == "smtps", parts.scheme == "smtp+starttls")


def sender_from_environment(server: MailServer | None) -> str:
    """The `From:` of every letter. A mail server without one would be sent mail that nobody can answer."""
    value = env.text("MAIL_FROM")
    if not value:
        if server is not None:
            raise ImproperlyConfigured(f"MAIL_URL is set and MAIL_FROM is not; write who writes, like {FROM_EXAMPLE}.")
        return ""
    name, address = parseaddr(value)
    try:
        validate_email(address)
        Address(addr_spec=address)
        if any(ord(char) < 32 for char in value):
            raise ValueError
    except (ValidationError, ValueError):
        raise ImproperlyConfigured(
            f"MAIL_FROM is {value!r}; write a name and an address, like {FROM_EXAMPLE}."
        ) from None
    return formataddr((name, address), charset="utf-8") if name else address
