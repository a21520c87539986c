"""Compiles the translations: .po files are committed, .mo files are made at every start that finds them stale."""

import logging
import os
from pathlib import Path

logger = logging.getLogger(__name__)

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"


def compile_stale(folder: Path = LOCALE_DIR) -> list[Path]:
    """Compiles every catalogue whose .mo is missing or older; returns those it compiled."""
    stale = [po for po in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _is_stale(po)]
    return [po for po in stale if _compile(po)]


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns


def _compile(po: Path) -> bool:
    """Writes beside and moves into place, since the site and its worker may both be starting."""
    import polib  # here, since most starts find nothing stale

    mo = po.with_suffix(".mo")
    draft = mo.with_name(f"{mo.name}.{os.getpid()}")
    try:
        polib.pofile(str(po)).save_as_mofile(str(draft))
        draft.replace(mo)
    except OSError as error:
        logger.warning("%s cannot be written (%s): the site will speak English.", mo, error.strerror)
        return False
    return True
