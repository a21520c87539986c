"""A scan that lies beside answers keyed in: a picture or a PDF, known by its first bytes and not by its name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath

from django.utils.translation import gettext as _

from surveys.errors import Refused

LARGEST_SCAN = 5 * 1024 * 1024
LONGEST_NAME = 120
KINDS = {
    "application/pdf": (b"%PDF-", ".pdf"),
    "image/jpeg": (b"\xff\xd8\xff", ".jpg"),
    "image/png": (b"\x89PNG\r\n\x1a\n", ".png"),
}
_UNFIT = re.compile(r'[\\/:*?"<>|]')


@dataclass(frozen=True)
class Scan:
    name: str
    type: str
    hash: str
    content: bytes


def read_scan(content: bytes, name: str) -> Scan:
    """Raises Refused for what is too large or of another kind. The ending of the name follows from the bytes."""
    if len(content) > LARGEST_SCAN:
        raise Refused(_("The scan has more than 5 MB: save it in a lower resolution, or only the pages that matter."))
    for kind, (magic, ending) in KINDS.items():
        if content.startswith(magic):
            return Scan(_named(name, ending), kind, hashlib.sha256(content).hexdigest(), content)
    raise Refused(_("The scan is neither a PDF nor a JPEG or PNG picture: save it as one of these."))


def _named(name: str, ending: str) -> str:
    """A name that any system takes: no path, nothing that cannot be seen, one ending."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(char for char in last if unicodedata.category(char)[0] not in "CZ" or char == " ")
    stem = PurePath(_UNFIT.sub("", seen)).stem.strip(" .")[:LONGEST_NAME]
    return f"{stem or 'scan'}{ending}"
