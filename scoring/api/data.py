"""Operations about data sets."""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scoring.forms.data import Brought
from scoring.gate.derivations import FormulaError
from scoring.gate.reading import Passed
from scoring.models import DataSet, UnitList
from scoring.selectors.data_sets import data_sets_of, told_in
from scoring.selectors.runs import usable_data_sets
from scoring.selectors.unit_lists import unit_lists_of
from scoring.services.data_sets import About, data_set_import
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
from surveys.selectors.trees import tree_of
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
    units=said(WHOLE, "The id of the list of units that the table is held against."),
    formulas=said(short(4000), "Derived indicators to be checked, one formula on each line: c = a / b."),
    confirm=said(short(1000), "Why odd values are right. Without it, a table with odd values is refused."),
)


@operation(
    "GET",
    "surveys/<number:survey_id>/data-sets/",
    tag="data",
    summary=_("The data sets of a survey, the newest first"),
    answers=many(DATA),
    roles=READS,
)
def data_sets(call: Call) -> list[dict[str, Any]]:
    return [_document(found) for found in data_sets_of(call.here).order_by("-pk")]


@operation(
    "POST",
    "surveys/<number:survey_id>/data-sets/",
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
    brought = Brought(
        call.here, read_table(content, FILE_NAME), None, sha256(content).hexdigest(),
        About(name, *(call.body.get(key, usual) for key, usual in UNSAID.items())),
        _list_of_units(call), _replaced(call), call.body.get("formulas", ""),
    )  # fmt: skip
    try:
        passed = brought.passed()
    except FormulaError as error:
        raise Refused(str(error)) from error
    reason = call.body.get("confirm", "").strip()
    if passed.asked and not reason:
        raise Refused(_odd(call, passed))
    stored = data_set_import(
        call.here, passed.data, content=brought.sha256, about=brought.about, user=call.user, replaces=brought.replaces,
        provenance=brought.provenance(passed, reason),
    )  # fmt: skip
    return _document(stored)


def _odd(call: Call, passed: Passed) -> str:
    points = told_in(passed.asked, tree_of(call.here.edition))
    head = gettext("These points are odd. Mend them, or say in “confirm” why they are right.")
    return "\n".join([head, *(f"{each.where}: {each.what}".removeprefix(": ") for each in points)])


def _list_of_units(call: Call) -> UnitList | None:
    wanted = call.body.get("units")
    found = unit_lists_of(call.here).filter(pk=wanted).first() if wanted is not None else None
    if wanted is not None and found is None:
        raise Refused(gettext("There is no list of units %(id)d for this survey.") % {"id": wanted})
    return found


@operation(
    "GET",
    "surveys/<number:survey_id>/data-sets/<number:data_set_id>/",
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
