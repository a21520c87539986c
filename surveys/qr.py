"""A QR code as a picture inside the page: no style, no script, no request."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str) -> SafeString:
    """Black on white whatever the page's colours are, with the quiet zone that scanners need."""
    code = segno.make(text, micro=False, error="m")
    drawn = code.svg_inline(border=4, omitsize=True, dark="#000", light="#fff", svgclass="q-qr", lineclass=None)
    return mark_safe(drawn)  # noqa: S308  segno's own markup: modules and nothing of the text
