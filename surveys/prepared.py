"""Queries whose SQL is written once, for what every answer asks: Django takes longer to write it than the database to
answer it, and the expert's log is locked meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery, UpdateQuery

Value = int | str | UUID | datetime


class Prepared:
    """`build(*shape, **values)` makes the query; it must be the same for the same shape, whatever the values are.

    It asks for columns (`values_list`) or is a change (`change_of`). Values: whole numbers, text, UUIDs and moments.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any] | UpdateQuery]) -> None:
        self._build = build
        self._written: dict[tuple[str, ...], _Written] = {}

    def first(self, *shape: str, **values: Value) -> tuple[Any, ...] | None:
        """The first row, or None."""
        written = self._of(shape, values)
        with _asked(written.sql, written.filled(values)) as cursor:
            row = cursor.fetchone()
        return None if row is None else tuple(written.converted(row))

    def change(self, *shape: str, **values: Value) -> int:
        """How many rows it changed."""
        written = self._of(shape, values)
        with _asked(written.sql, written.filled(values)) as cursor:
            return int(cursor.rowcount)

    def _of(self, shape: tuple[str, ...], values: dict[str, Value]) -> _Written:
        key = (connection.vendor, *shape)
        if key not in self._written:
            self._written[key] = self._write(shape, values)
        return self._written[key]

    def _write(self, shape: tuple[str, ...], values: dict[str, Value]) -> _Written:
        """With something in place of each value that nothing else can be."""
        stand_ins = {name: _stand_in(place, value) for place, (name, value) in enumerate(values.items())}
        built = self._build(*shape, **stand_ins)
        query = built.query if isinstance(built, QuerySet) else built
        compiler = query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        missing = [name for name, stand_in in stand_ins.items() if _stored(stand_in) not in parameters]
        if missing:
            raise ValueError(f"The query does not ask for {missing}.")
        columns = [column for column, _sql, _as in compiler.select or ()]
        return _Written(sql, list(parameters), compiler.get_converters(columns))


class PreparedRow:
    """Adds a row. One that has the same `unique` fields already takes over what the `replaced` fields say."""

    def __init__(self, model: type[Model], *, unique: Sequence[str] = (), replaced: Sequence[str] = ()) -> None:
        self._model = model
        self._unique, self._replaced = [[model._meta.get_field(name) for name in names] for names in (unique, replaced)]
        self._fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        self._written: dict[str, str] = {}

    def add(self, row: Model) -> None:
        """As `row.save(force_insert=True)`, or an upsert of this one row, would; the row learns its key."""
        if connection.vendor not in self._written:
            self._written[connection.vendor] = self._write(row)
        values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in self._fields]
        with _asked(self._written[connection.vendor], values) as cursor:
            row.pk = cursor.fetchone()[0]
        row._state.adding, row._state.db = False, connection.alias

    def _write(self, row: Model) -> str:
        query = InsertQuery(
            self._model,
            on_conflict=OnConflict.UPDATE if self._replaced else None,
            update_fields=self._replaced,
            unique_fields=self._unique,
        )
        query.insert_values(self._fields, [row])
        compiler = query.get_compiler(connection=connection)
        compiler.returning_fields = [self._model._meta.pk]
        [(sql, _values)] = compiler.as_sql()
        return str(sql)


@contextmanager
def _asked(sql: str, values: Sequence[Any]) -> Iterator[CursorWrapper]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        yield cursor


@dataclass(frozen=True)
class _Written:
    sql: str
    parameters: list[Any]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]  # by column, as Django's compiler tells them

    def filled(self, values: dict[str, Value]) -> list[Any]:
        given = {_stored(_stand_in(place, value)): _stored(value) for place, value in enumerate(values.values())}
        return [given.get(parameter, parameter) for parameter in self.parameters]

    def converted(self, row: Sequence[Any]) -> list[Any]:
        """From what the database keeps to what Python knows: moments, documents, keys."""
        values = list(row)
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return values


def change_of(rows: QuerySet[Any, Any], **values: Any) -> UpdateQuery:
    """What `rows.update(**values)` would do, for `Prepared`."""
    query = cast("UpdateQuery", rows.query.chain(UpdateQuery))
    query.add_update_values(values)
    return query


def _stand_in(place: int, value: Value) -> Any:
    number = 2**62 + place
    moment = datetime(9999, 1, 1, microsecond=place, tzinfo=UTC)
    return {int: number, str: f"stand-in {number}", UUID: UUID(int=number), datetime: moment}[type(value)]


def _stored(value: Value) -> Any:
    """As the database keeps it."""
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
