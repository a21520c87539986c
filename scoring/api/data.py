"""Operations about data sets."""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from scoring.files import read_data
from scoring.models import DataSet
from scoring.selectors.data_sets import data_sets_of
from scoring.selectors.runs import usable_data_sets
from scoring.services.data_sets import About, data_set_import
from scoring.services.scoring_rules import survey_tree
from surveys.access import READS, SCORES
from surveys.api.operations import Call, operation
from surveys.api.schemas import (
    FLAG,
    HASH,
    MOMENT,
    TEXT,
    TEXTS,
    WHOLE,
    Schema,
    many,
    one_of,
    options,
    said,
    short,
    thing,
)
from surveys.errors import Refused
from surveys.files.tables import read_table
from surveys.stamps import SYNTHETIC

FILE_NAME = "data.csv"
UNSAID = {"year": "", "source": "", "synthetic": False}
"""What a table is taken to be where nothing is said of it, in the order of `About`."""

DATA: Schema = thing(
    id=WHOLE,
    name=TEXTS,
    version=WHOLE,
    state=one_of(*DataSet.State.values),
    node=said(TEXT, "Code of the highest node that these data score."),
    columns=many(TEXT),
    units=WHOLE,
    year=TEXT,
    source=TEXT,
    synthetic=FLAG,
    stamps=many(TEXT),
    content_hash=HASH,
    created_at=MOMENT,
)
NEW: Schema = options(
    ["name", "csv"],
    name={**TEXTS, "additionalProperties": short(200)},
    csv=said(TEXT, "The table as it would stand in a CSV file: the first column is the unit."),
    year=short(40),
    source=short(400),
    synthetic=FLAG,
    replaces=said(WHOLE, "The id of the data set that this is the next version of."),
)


@operation(
    "GET",
    "surveys/<int:survey_id>/data-sets/",
    tag="data",
    summary=_("The data sets of a survey, the newest first"),
    answers=many(DATA),
    roles=READS,
)
def data_sets(call: Call) -> list[dict[str, Any]]:
    return [_document(found) for found in data_sets_of(call.here).order_by("-pk")]


@operation(
    "POST",
    "surveys/<int:survey_id>/data-sets/",
    tag="data",
    summary=_("Import data, through the same gate as a file"),
    answers=DATA,
    takes=NEW,
    roles=SCORES,
    status=HTTPStatus.CREATED,
)
def data_set_new(call: Call) -> dict[str, Any]:
    """The same table under the same name is stored once, however often it is sent."""
    content, name = call.body["csv"].encode(), call.body["name"]
    known = usable_data_sets(call.here).filter(file_hash=sha256(content).hexdigest(), name=name).first()
    if known:
        return _document(known)
    table = read_data(read_table(content, FILE_NAME), survey_tree(call.here))
    about = About(name, *(call.body.get(key, usual) for key, usual in UNSAID.items()))
    stored = data_set_import(call.here, table, content=content, about=about, user=call.user, replaces=_replaced(call))
    return _document(stored)


@operation(
    "GET",
    "surveys/<int:survey_id>/data-sets/<int:data_set_id>/",
    tag="data",
    summary=_("One data set, with its values as they were given"),
    answers=thing(about=DATA, rows=many(thing(unit=TEXT, attributes=TEXTS, values=many(TEXT)))),
    roles=READS,
)
def data_set(call: Call, data_set_id: int) -> dict[str, Any]:
    found = data_sets_of(call.here).filter(pk=data_set_id).first()
    if found is None:
        raise Http404("No such data set.")
    units = found.units.order_by("position")
    rows = [{"unit": unit.name, "attributes": unit.attributes, "values": unit.values} for unit in units]
    return {"about": _document(found), "rows": rows}


def _replaced(call: Call) -> DataSet | None:
    wanted = call.body.get("replaces")
    if wanted is None:
        return None
    found = usable_data_sets(call.here).filter(pk=wanted).first()
    if found is None:
        raise Refused(_("There is no current data set %(id)d in this survey.") % {"id": wanted})
    return found


def _document(found: DataSet) -> dict[str, Any]:
    plain = ("name", "version", "state", "node", "columns", "year", "source", "synthetic", "content_hash", "created_at")
    return {
        "id": found.pk,
        **{name: getattr(found, name) for name in plain},
        "units": found.unit_count,
        "stamps": list(SYNTHETIC) if found.synthetic else [],
    }
