"""Pages of a survey take at most twenty queries, and no more for a larger panel."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from surveys.access import RUNS
from surveys.models import Survey
from surveys.services.expert_weights import expert_weight_set
from surveys.services.open_results import open_result_request
from surveys.services.panels import panel_result_request
from tests.support.doors import ADDRESSES, DOORS
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]  # both are asked the same

MOST = 20


def pages() -> Iterator[str]:
    """Every page of a survey that needs nothing but the survey."""
    for name, route in ADDRESSES.items():
        if route.startswith("surveys/<number:survey_id>/") and route.count("<") == 1:
            who = DOORS[name].get if name in DOORS else None  # the access matrix says what is not listed
            if isinstance(who, tuple) and set(RUNS) <= set(who):
                yield name


def paneled(experts: int) -> Survey:
    link = make.open_link()
    survey = link.survey
    tree = survey.edition.indicators.get(code="a")
    for number in range(experts):
        expert = make.expert(survey, f"E{number}", name=f"专家 {number}", email=f"e{number}@example.org")
        expert_weight_set(expert, Decimal(2), tree, reason="Knows it.", user=make.user())
        if number % 4:
            make.submitted(expert)
        else:
            make.say(expert, "a", "b")
    for _ in range(experts // 5):
        make.handed_in(link)
    panel_result_request(survey, user=make.user())
    open_result_request(link, user=make.user())
    make.work_off()
    make.work_off()  # the parts of the open link, then their sum
    return survey


def queries(client: Client, address: str) -> int:
    client.get(address)  # what a process keeps, and what a look writes once an hour
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code in (200, 302)
    return len(asked)


@pytest.fixture
def signed_in() -> Client:
    client = Client()
    client.force_login(make.user())
    return client


def test_a_page_takes_twenty_queries_at_most_for_any_panel(signed_in: Client) -> None:
    small, large = paneled(5), paneled(20)
    found: dict[str, tuple[int, int]] = {}
    for name in pages():
        found[name] = (queries(signed_in, at(name, small)), queries(signed_in, at(name, large)))
    assert len(found) >= 12
    assert {name: counts for name, counts in found.items() if max(counts) > MOST or counts[0] != counts[1]} == {}


def test_an_experts_pages_do_too(signed_in: Client) -> None:
    survey = paneled(5)
    for name, rest in (("expert", ["E1"]), ("expert", ["E0"]), ("matrix", ["E1", "r"]), ("expert_sections", ["E1"])):
        assert queries(signed_in, at(f"surveys:{name}", survey, *rest)) <= MOST, name


def at(name: str, survey: Survey, *rest: Any) -> str:
    return reverse(name, args=[survey.pk, *rest])
