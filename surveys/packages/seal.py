"""The key that two sites share, and the seal it makes.

A seal says that a package comes from somebody who holds the key and that no byte of it was changed. It hides nothing:
whoever can read the file can read the answers in it.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from pathlib import Path

from django.utils.translation import gettext as _

from surveys.errors import Refused

BYTES = 32
_KEY = re.compile(r"[0-9a-f]{64}")


def key_make(file: Path) -> None:
    """A new key, readable by its owner alone. An old one is never written over: its packages would be lost."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Refused(_("%(file)s exists already: name a new file for a new key.") % {"file": file}) from error
    except OSError as error:
        raise Refused(_("%(file)s cannot be written: %(why)s.") % {"file": file, "why": error.strerror}) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(BYTES) + "\n")


def key_read(file: Path) -> bytes:
    """The key in a file that `key_make` wrote. Refused where others may read it too."""
    try:
        open_to_others = file.stat().st_mode & 0o077
        text = file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise Refused(_("The key %(file)s cannot be read: %(why)s.") % {"file": file, "why": error.strerror}) from error
    except UnicodeDecodeError:
        text, open_to_others = "", 0
    if open_to_others:
        raise Refused(_("The key %(file)s can be read by others: chmod 600 it.") % {"file": file})
    if not _KEY.fullmatch(text):
        raise Refused(_("%(file)s holds no key: take the file that `answers key` wrote.") % {"file": file})
    return bytes.fromhex(text)


def seal_of(manifest: bytes, key: bytes) -> str:
    """HMAC-SHA256 over the manifest, which holds the SHA-256 of everything else."""
    return hmac.new(key, manifest, "sha256").hexdigest()


def seal_holds(manifest: bytes, key: bytes, seal: str) -> bool:
    return hmac.compare_digest(seal_of(manifest, key).encode(), seal.encode())
