"""The frame of a survey from another site: the same edition, the same method, the same key, so that answers given there
belong to it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.files.indicators import IndicatorRow
from surveys.models import Edition, Survey
from surveys.packages.archive import Line, Package
from surveys.selectors.packing import PROMISES, WORDS, fixed_settings
from surveys.services.audit import audit
from surveys.services.surveys import survey_create
from surveys.services.systems import edition_freeze, edition_import


@transaction.atomic
def frame_take(package: Package, *, user: User) -> tuple[Survey, bool]:
    """Make the survey that a frame describes, as a draft of `user`; True where it was made now and not before."""
    key, edition_hash = package.manifest["survey"], package.manifest["edition"]
    with package.reading():
        frame = next(package.lines("frame"))
        known = Survey.objects.filter(key=key).first()
        if known is None:
            survey = _survey(frame, key, _edition(frame, edition_hash, user), user)
            audit("survey.taken", survey, user=user, survey=survey, new={"file_hash": package.sha256})
            return survey, True
    if known.edition.content_hash != edition_hash or fixed_settings(known) != frame["settings"]:
        raise Refused(_("This survey is here already, with another edition or other settings than in the frame."))
    return known, False


def _edition(frame: Line, edition_hash: str, user: User) -> Edition:
    """The frozen edition that is here already, or a new one from the frame."""
    same = Edition.objects.filter(state=Edition.State.FROZEN, content_hash=edition_hash).order_by("pk").first()
    if same:
        return same
    system = frame["system"]
    draft = edition_import(
        name=system["name"], label=system["label"], rows=[_row(node) for node in frame["tree"]["nodes"]], user=user,
        language=system["language"], synthetic=system["synthetic"],
    )  # fmt: skip
    edition = edition_freeze(draft, user=user)
    if edition.content_hash != edition_hash:
        raise ValueError("the tree does not have the hash that the manifest says")
    return edition


def _row(node: Line) -> IndicatorRow:
    return IndicatorRow(
        row=0,
        code=node["code"],
        parent=node["parent"] or "",
        names=node["name"],
        definitions=node["definition"],
        unit=node["unit"],
        direction=node["direction"],
        aliases=tuple(node["aliases"]),
        scoring=node["scoring"],
    )


def _survey(frame: Line, key: str, edition: Edition, user: User) -> Survey:
    words = {name: frame["words"][name] for name in (*WORDS, *PROMISES)}
    settings = {name: _setting(name, text) for name, text in frame["settings"].items()}
    return survey_create(edition=edition, user=user, key=key, **words, **settings)


def _setting(name: str, text: str) -> Any:
    """A setting out of the text it was written as."""
    if name == "missing_allowed":
        return text == "True"
    if name == "full_up_to":
        return int(text)
    return Decimal(text) if name == "questions_per_item" else text
