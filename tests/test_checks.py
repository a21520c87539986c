"""`manage.py check --deploy` warns of what endangers answers, and of nothing else."""

import pytest
from django.db import connection
from pytest_django import Settings

from config.env import Site
from surveys import checks


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_which_sqlite_has_the_fault(version: tuple[int, ...], fixed: bool) -> None:
    assert checks.sqlite_is_fixed(version) is fixed


@pytest.mark.parametrize(
    ("site", "warned"),
    [
        (Site("http", "localhost", 8000, ""), False),
        (Site("https", "example.org", None, ""), False),
        (Site("http", "survey.lan", None, ""), True),
    ],
)
def test_plain_http_under_a_name_is_warned_of(settings: Settings, site: Site, warned: bool) -> None:
    settings.SITE, settings.SITE_URL = site, site.url
    assert [message.id for message in checks.plain_http()] == (["surveys.W003"] if warned else [])


@pytest.mark.django_db
def test_a_postgresql_that_forgets_is_warned_of() -> None:
    """The one the tests start is such a one."""
    found = {message.id for message in checks.postgresql_durability(databases=["default"])}
    assert found <= {"surveys.W002"}
    if connection.vendor == "sqlite":
        assert not found
