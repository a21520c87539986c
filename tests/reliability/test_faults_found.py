"""What requests of chance have found, each once and on purpose."""

import pytest
from django.test import Client
from django.urls import reverse

from scoring.services.publications import publication_move
from surveys.errors import Refused
from surveys.models import AuditEvent
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

NUL = "a\x00b"


@pytest.mark.one_database
@pytest.mark.parametrize("to", ["", "{{7*7}}", "x" * 10_000])
def test_a_page_cannot_become_what_there_is_not(to: str) -> None:
    page = score.publication(score.run())
    with pytest.raises(Refused) as refused:
        publication_move(page, to, user=make.user())
    assert len(str(refused.value)) < 100


def test_the_character_nul_is_refused_wherever_it_stands() -> None:
    """On both databases alike: one would store it, the other break."""
    survey, client = make.survey(), Client(raise_request_exception=False)
    client.force_login(make.user())
    close = reverse("surveys:survey_move", args=[survey.pk])
    before = AuditEvent.objects.count()
    answers = [
        client.post(close, {"to": "closed", "reason": NUL}),
        client.post(close, {NUL: "x"}),
        client.get(reverse("surveys:survey_list"), {"q": NUL}),
        client.get(f"/surveys/{survey.pk}/experts/%00/"),
        client.get(reverse("surveys:survey_list"), headers={"cookie": r'quanheng_session="\000aaaaaaaaaaaaaaaaaaaa"'}),
    ]
    assert [answer.status_code for answer in answers] == [400] * 5
    assert AuditEvent.objects.count() == before
