"""What requests of chance have found, each once and on purpose."""

import pytest
from django.test import Client
from django.urls import reverse

from scoring.services.publications import publication_move
from surveys.errors import Refused
from surveys.models import AuditEvent
from surveys.views.expert.session import cookie_name
from tests.scoring import factories as score
from tests.support.everybody import session_token
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
        client.get(reverse("surveys:survey_list"), headers={"cookie": r'quanheng_session="\000aaaaaaaaaaaaaaaaaaaa"'}),
    ]
    assert [answer.status_code for answer in answers] == [400] * 4
    assert AuditEvent.objects.count() == before
    for code in ("%00", "~00"):
        assert client.get(f"/surveys/{survey.pk}/experts/{code}/").status_code == 404


@pytest.mark.parametrize("number", ["9" * 18, "9" * 19, "9" * 5_000, "٣", "1_0", "-1"])
def test_numbers_that_no_page_sends_are_nobodys(number: str) -> None:
    survey, client = make.survey(), Client()
    expert = make.expert(survey)
    client.force_login(make.user())
    client.cookies[cookie_name(survey.pk)] = session_token(expert)
    assert client.post(reverse("surveys:people_join", args=[survey.pk]), {"person": number}).status_code == 302
    assert client.post(reverse("surveys:end_others", args=[survey.pk]), {"device": number}).status_code == 302
    assert survey.experts.count() == 1


@pytest.mark.parametrize("name", ["resume", "join", "save", "contents"])
def test_an_address_with_a_number_that_no_database_knows_is_nowhere(name: str) -> None:
    """SQLite failed at it, where a query was written once and a key of another table was asked for."""
    expert, client = make.expert(make.survey()), Client(raise_request_exception=False)
    client.cookies[cookie_name(expert.survey_id)] = session_token(expert)
    known = reverse(f"surveys:{name}", args=[expert.survey_id, *(["ABCDEFGH"] if name == "join" else [])])
    for number in (2**63 - 1, 2**63, 10**40):
        address = known.replace(f"/{expert.survey_id}/", f"/{number}/")
        assert client.get(address).status_code == 404
        assert client.post(address, {"key": "A45W9XTC", "device": "x"}).status_code == 404


@pytest.mark.one_database
@pytest.mark.parametrize("back", ["9" * 19, "surveys:survey_list", "//example.org/", "/\\example.org/", "."])
def test_a_way_back_is_a_path_here_or_the_usual_one(back: str) -> None:
    """What is no path was taken for the name of a view, which there is not."""
    survey, client = make.survey(), Client(raise_request_exception=False)
    client.force_login(make.user())
    shown = client.post(reverse("scoring:unmask", args=[survey.pk]), {"reason": "To print it.", "next": back})
    assert shown.headers["Location"] == f"{reverse('scoring:what_if', args=[survey.pk])}?names=1#ranks"
    known = {"username": "coordinator", "password": "a long password", "next": back}
    assert Client().post(reverse("login"), known).headers["Location"] == reverse("surveys:front")


@pytest.mark.parametrize("step", ["w-a:+-5", "w-a:٣", "w-a:", ":", "w-a:5"])
def test_a_step_of_a_readers_weight_is_a_number_or_nothing(step: str) -> None:
    page = score.publication(score.run(), state="public")
    answer = Client().get(reverse("scoring:public", args=[page.slug]), {"w-a": "5", "step": step})
    assert answer.status_code == 200
