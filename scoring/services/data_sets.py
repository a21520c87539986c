"""Data sets: a checked file becomes rows, in one transaction, or nothing does."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from scoring.documents import data_document
from scoring.files import DataTable
from scoring.models import DataSet, DataUnit, UnitList
from surveys.canonical import canonical_json, content_hash
from surveys.errors import Refused, Stale
from surveys.models import Edition, Survey
from surveys.services.audit import audit


@dataclass(frozen=True)
class About:
    """What the importer says of a file."""

    name: dict[str, str]
    year: str = ""
    source: str = ""
    synthetic: bool = False


@dataclass(frozen=True)
class Provenance:
    """What the import gate adds: the list of units, what the file says of its columns, what was found and confirmed."""

    unit_list: UnitList | None = None
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    findings: Sequence[Mapping[str, Any]] = ()


@transaction.atomic
def data_set_import(
    survey: Survey,
    table: DataTable,
    *,
    content: bytes | str,
    about: About,
    user: User | None,
    replaces: DataSet | None = None,
    provenance: Provenance | None = None,
) -> DataSet:
    """Store a checked table for the survey's edition; `content` are the bytes of its file, or their SHA-256.

    With `replaces` it is the next version of that set, which then is no longer offered for runs.
    """
    if survey.edition.state != Edition.State.FROZEN:
        raise Refused(_("Freeze the edition of the indicator system first: data are matched with a tree that stays."))
    if not any(about.name.values()):
        raise Refused(_("Give the data a name."))
    data_set = _new_set(survey, table, content, about, user, replaces)
    _trace(data_set, provenance or Provenance(), survey)
    units = _units(data_set, table)
    data_set.content_hash = content_hash(canonical_json(data_document(data_set, units)))
    if replaces:
        _replace(replaces, survey)
    data_set.save(force_insert=True)
    DataUnit.objects.bulk_create(units)
    audit("data.imported", data_set, user=user, survey=survey, new=_audited(data_set))
    return data_set


def _new_set(
    survey: Survey, table: DataTable, content: bytes | str, about: About, user: User | None, replaces: DataSet | None
) -> DataSet:
    return DataSet(
        survey=survey,
        edition=survey.edition,
        name={tag: text for tag, text in about.name.items() if text},
        version=replaces.version + 1 if replaces else 1,
        replaces=replaces,
        node=table.node,
        columns=list(table.columns),
        unit_count=len(table.units),
        file_name=table.file[-255:],
        file_hash=content if isinstance(content, str) else hashlib.sha256(content).hexdigest(),
        year=about.year,
        source=about.source,
        synthetic=about.synthetic or survey.synthetic,
        created_by=user,
    )


def _trace(data_set: DataSet, provenance: Provenance, survey: Survey) -> None:
    if provenance.unit_list and provenance.unit_list.system_id != survey.edition.system_id:
        raise Refused(_("This list of units belongs to another indicator system."))
    data_set.unit_list = provenance.unit_list
    data_set.sources = {code: dict(said) for code, said in provenance.sources.items()}
    data_set.findings = [dict(finding) for finding in provenance.findings]


def _units(data_set: DataSet, table: DataTable) -> list[DataUnit]:
    return [
        DataUnit(
            data_set=data_set,
            position=place + 1,
            row=table.rows[place],
            code=table.codes[place] if table.codes else "",
            name=name,
            attributes={kind: texts[place] for kind, texts in table.attributes.items() if texts[place]},
            values=list(table.texts[place]),
        )
        for place, name in enumerate(table.units)
    ]


def _replace(replaced: DataSet, survey: Survey) -> None:
    here = DataSet.objects.filter(pk=replaced.pk, survey=survey, state=DataSet.State.CURRENT)
    if not here.update(state=DataSet.State.REPLACED):
        raise Stale(_("These data were replaced by another version a moment ago. Look at the list again."))


def _audited(data_set: DataSet) -> dict[str, object]:
    return {
        "data_set": data_set.pk,
        "version": data_set.version,
        "units": data_set.unit_count,
        "file": data_set.file_name,
        "content_hash": data_set.content_hash,
        "confirmed": sum("confirmed" in finding for finding in data_set.findings),
    }
