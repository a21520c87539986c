"""The secret key of an installation that was given none: made once, kept in its data folder."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def kept_in(path: Path) -> str:
    """The key in `path`; when there is none yet, a new one, readable by the owner alone."""
    if not path.exists():
        _create(path)
    key = path.read_text(encoding="ascii").strip()
    if not key:
        raise ImproperlyConfigured(f"{path} is empty; delete it and a new key is made, or set SECRET_KEY.")
    return key


def _create(path: Path) -> None:
    """The page and the worker may come here at the same moment: a link appears whole, and only once."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first; its key holds
    finally:
        draft.unlink()
