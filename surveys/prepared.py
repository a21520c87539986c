"""Queries whose SQL is written once, for what every answer asks: Django takes longer to write it than the database to
answer it, and the expert's log is locked meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet


class Prepared:
    """`build(*shape, **values)` makes the query; it must be the same for the same shape, whatever the values are.

    It asks for columns (`values_list`). Values are whole numbers, text and UUIDs.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._written: dict[tuple[str, ...], _Written] = {}

    def first(self, *shape: str, **values: int | str | UUID) -> tuple[Any, ...] | None:
        """The first row, or None."""
        key = (connection.vendor, *shape)
        if key not in self._written:
            self._written[key] = self._write(shape, values)
        written = self._written[key]
        given = {_stored(_stand_in(place, value)): _stored(value) for place, value in enumerate(values.values())}
        with connection.cursor() as cursor:
            cursor.execute(written.sql, [given.get(parameter, parameter) for parameter in written.parameters])
            row = cursor.fetchone()
        return None if row is None else tuple(written.converted(row))

    def _write(self, shape: tuple[str, ...], values: dict[str, int | str | UUID]) -> _Written:
        """With something in place of each value that nothing else can be."""
        stand_ins = {name: _stand_in(place, value) for place, (name, value) in enumerate(values.items())}
        compiler = self._build(*shape, **stand_ins).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        missing = [name for name, stand_in in stand_ins.items() if _stored(stand_in) not in parameters]
        if missing:
            raise ValueError(f"The query does not ask for {missing}.")
        return _Written(
            sql, list(parameters), compiler.get_converters([column for column, _sql, _as in compiler.select])
        )


@dataclass(frozen=True)
class _Written:
    sql: str
    parameters: list[Any]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]  # by column, as Django's compiler tells them

    def converted(self, row: Sequence[Any]) -> list[Any]:
        """From what the database keeps to what Python knows: moments, documents, keys."""
        values = list(row)
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return values


def _stand_in(place: int, value: int | str | UUID) -> Any:
    number = 2**62 + place
    return {int: number, str: f"stand-in {number}", UUID: UUID(int=number)}[type(value)]


def _stored(value: int | str | UUID) -> Any:
    """As the database keeps it."""
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
