"""No form takes what it does not ask for: every POST of the site, with every field of every model put into it.

A field counts as set when a marked text, a marked number or another choice than usual stands in a row that the request
wrote, and not in the rows that it writes without the extra fields.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from pytest_django import DjangoDbBlocker

from tests.support.doors import DOORS, allowed
from tests.support.everybody import Everybody, address, everybody

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

TEXT, NUMBER = "injected-7f3a", 1987
OURS = [model for app in ("surveys", "scoring", "auth") for model in apps.get_app_config(app).get_models()]
POSTS = [name for name, door in DOORS.items() if door.post and allowed(door.post)]


@pytest.fixture(scope="module")
def all_of_them(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Everybody]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield everybody()
        transaction.set_rollback(True)


def extras() -> dict[str, Any]:
    """Field name → a value that a row would not have by itself."""
    found: dict[str, Any] = {}
    for model in OURS:
        for field in model._meta.concrete_fields:
            found.setdefault(field.name, _strange(field))
            found.setdefault(field.attname, _strange(field))
    return found


def _strange(field: "models.Field[Any, Any]") -> Any:
    if isinstance(field, models.BooleanField):
        return "on"
    if field.choices:
        return list(field.flatchoices)[-1][0]
    if isinstance(field, models.IntegerField | models.DecimalField | models.FloatField | models.ForeignKey):
        return NUMBER
    return TEXT


def rows() -> Counter[tuple[str, str, str]]:
    """What stands in the tables, of what an extra field could have set: (table, column, value), counted."""
    found: Counter[tuple[str, str, str]] = Counter()
    for model in OURS:
        columns = [field for field in model._meta.concrete_fields if not field.primary_key]
        for row in model._default_manager.values_list(*[field.attname for field in columns]):
            for field, value in zip(columns, row, strict=True):
                if isinstance(field, models.BooleanField) or field.choices or str(value) in (TEXT, str(NUMBER)):
                    found[model._meta.db_table, field.name, str(value)] += 1
    return found


def rows_after(everyone: Everybody, visitor: str, name: str, more: Mapping[str, Any]) -> Counter[tuple[str, str, str]]:
    """What stands in the tables after the POST of this address, with more fields; nothing of it stays."""
    door, here = DOORS[name], everyone.here
    with transaction.atomic():
        payload = door.payload(here)
        extra = {field: value for field, value in more.items() if field not in (*payload, *door.asks)}
        everyone.client(visitor).post(address(name, door.args(here)[0]), {**extra, **payload})
        found = rows()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("name", POSTS)
def test_a_form_sets_what_it_asks_for_and_nothing_else(name: str, all_of_them: Everybody) -> None:
    post = DOORS[name].post
    assert post
    may = allowed(post)
    visitor = next((who for who in ("owner", "approver", "expert") if who in may), may[0])
    usual = rows_after(all_of_them, visitor, name, {})
    taken = rows_after(all_of_them, visitor, name, extras()) - usual
    assert not taken, f"{name} took {sorted(taken)}"
