"""Reads the environment strictly: a value that cannot be meant is refused by name, never guessed."""

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = ("1", "true", "yes", "on")
FALSE_WORDS = ("0", "false", "no", "off")
SECRET_LENGTH = 24


def text(name: str) -> str:
    """The value without surrounding blanks; unset and empty are the same."""
    return os.environ.get(name, "").strip()


def boolean(name: str, default: bool) -> bool:
    word = text(name).lower()
    if not word:
        return default
    if word not in TRUE_WORDS + FALSE_WORDS:
        raise ImproperlyConfigured(f"{name} is {word!r}; write true or false.")
    return word in TRUE_WORDS


def choice(name: str, words: tuple[str, ...]) -> str:
    """One of these words; the first where the variable is not set."""
    word = text(name).lower() or words[0]
    if word not in words:
        raise ImproperlyConfigured(f"{name} is {word!r}; write {' or '.join(words)}.")
    return word


def secret(name: str) -> str:
    """A secret that nobody can guess, or nothing. It is never repeated in a sentence."""
    value = text(name)
    if value and len(value) < SECRET_LENGTH:
        raise ImproperlyConfigured(
            f"{name} is shorter than {SECRET_LENGTH} characters; make one with `openssl rand -hex 32`."
        )
    return value


def port(name: str, default: int) -> int:
    value = text(name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number from 1 to 65535.")
    return int(value)


def minutes(name: str, least: int, most: int) -> int:
    """So many minutes, or none."""
    value = text(name)
    if not value:
        return 0
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number from {least} to {most}, or nothing.")
    return int(value)


def address(name: str) -> str:
    """An IP address, or nothing."""
    value = text(name)
    try:
        return str(ipaddress.ip_address(value)) if value else ""
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; write one IP address, such as 127.0.0.1.") from None


def folder(name: str, default: Path) -> Path:
    """A folder we may write to; it is made when it does not exist."""
    path = Path(text(name) or default).expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is {str(path)!r}, which is no folder and cannot be made one ({error.strerror}); "
            "name a folder you may write to."
        ) from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"{name} is {str(path)!r}, where we may not write; name a folder you may write to.")
    return path


def url(name: str, schemes: tuple[str, ...], example: str) -> SplitResult | None:
    """The parts of a URL with one of `schemes`, or None when the variable is not set.

    The value itself is never repeated in the sentence: it may carry a password.
    """
    value = text(name)
    if not value:
        return None
    try:
        parts = urlsplit(value)
        _ = parts.port  # read here, since a bad port number is found only on reading
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a URL ({error}); write it like {example}.") from None
    if parts.scheme not in schemes:
        raise ImproperlyConfigured(f"{name} must begin with {' or '.join(f'{s}://' for s in schemes)}, like {example}.")
    return parts


@dataclass(frozen=True)
class Site:
    """Where people reach us: the scheme, the host and the path we are mounted under ("" at the top)."""

    scheme: str
    host: str
    port: int | None
    prefix: str

    @property
    def is_https(self) -> bool:
        return self.scheme == "https"

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port else "")

    @property
    def cookie_prefix(self) -> str:
        """Browsers hold what such a name promises: set by this host alone, over https, for every path. A site below a
        path can promise https only.
        """
        if not self.is_https:
            return ""
        return "__Secure-" if self.prefix else "__Host-"

    @property
    def url(self) -> str:
        return f"{self.origin}{self.prefix}/"


def site(name: str, default_port: int) -> Site:
    parts = url(name, ("http", "https"), "https://example.org/quanheng/")
    if parts is None:
        return Site("http", "localhost", default_port, "")
    if not parts.hostname or parts.query or parts.fragment or parts.username or "//" in parts.path:
        raise ImproperlyConfigured(f"{name} must be a host and at most a path, like https://example.org/quanheng/.")
    return Site(parts.scheme, parts.hostname, parts.port, parts.path.rstrip("/"))
