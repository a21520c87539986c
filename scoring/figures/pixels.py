"""Drawings become pixels. Many are shared with a second process: the drawing library lets no thread work beside it.

``python -m scoring.figures.pixels`` is that process: a list of drawings comes in as JSON, pictures go out the same way.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from surveys.fonts import FONT_FILE

ROOT = Path(__file__).parents[2]
FAMILY = "Noto Sans SC"
PIXELS_PER_INCH = 96
DPI = 300
FEWEST = 4
"""So few pictures are drawn before another process has started."""


def png_of(drawing: str, *, dpi: int = DPI) -> bytes:
    """In our own font, whatever the machine has."""
    import resvg_py  # a page without pictures need not load it

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=drawing, zoom=dpi / PIXELS_PER_INCH, skip_system_fonts=True, font_files=[str(ROOT / FONT_FILE)],
            font_family=FAMILY, sans_serif_family=FAMILY,
        )
    )  # fmt: skip


def pngs_of(drawings: Sequence[str], step: Callable[[], None] = lambda: None) -> list[bytes]:
    """All pictures in the order of their drawings; `step` is called once for each."""
    if len(drawings) < FEWEST:
        return [_stepped(drawing, step) for drawing in drawings]
    with ThreadPoolExecutor(1) as beside:
        theirs = beside.submit(_elsewhere, drawings[1::2])
        ours = [_stepped(drawing, step) for drawing in drawings[::2]]
        found = theirs.result()
    for _picture in found:
        step()
    pictures = [b""] * len(drawings)
    pictures[::2], pictures[1::2] = ours, found
    return pictures


def _stepped(drawing: str, step: Callable[[], None]) -> bytes:
    picture = png_of(drawing)
    step()
    return picture


def _elsewhere(drawings: Sequence[str]) -> list[bytes]:
    command = [sys.executable, "-m", __name__]
    done = subprocess.run(command, input=json.dumps(drawings).encode(), cwd=ROOT, capture_output=True, check=True)
    return [base64.b64decode(text) for text in json.loads(done.stdout)]


if __name__ == "__main__":
    given = json.loads(sys.stdin.buffer.read())
    json.dump([base64.b64encode(png_of(drawing)).decode() for drawing in given], sys.stdout)
