"""Experts pasted as lines, their pages and links, judgments from a file."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from surveys.models import Expert, InvitationLink, JudgmentEvent, Submission, Survey
from surveys.selectors.links import link_of
from tests.surveys import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]

HEADING = "expert,parent,item_a,item_b,more_important,strength\n"
WHOLE = HEADING + "".join(
    f"{expert},{node},{a},{b},a,3\n"
    for expert in ("E1", "E2")
    for node, a, b in [("r", "a", "b"), ("r", "a", "c"), ("r", "b", "c"), ("a", "a1", "a2")]
)


@pytest.fixture
def coordinator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.user())
    return client


@pytest.fixture
def survey() -> Survey:
    return factories.survey()


def address(name: str, *args: object) -> str:
    return reverse(f"surveys:{name}", args=args)


def paste(client: Client, survey: Survey, lines: str) -> str:
    return client.post(
        address("experts_add", survey.pk), {"lines": lines, "confirmed": "on"}, follow=True
    ).content.decode()


def test_pasted_lines_become_experts(coordinator: Client, survey: Survey) -> None:
    lines = "E01\t陈明\tchen@example.org\t某院\t算力\nE02, Anna, anna@example.org\n\nE03\nE04；李四；li@example.org"
    assert "4 experts joined" in paste(coordinator, survey, lines)
    first = Expert.objects.get(code="E01")
    assert first.person
    assert (first.person.name, first.person.email, first.field) == ("陈明", "chen@example.org", "算力")
    assert Expert.objects.get(code="E03").person is None
    named = Expert.objects.get(code="E04").person
    assert named
    assert named.name == "李四"


def test_every_wrong_line_is_named_and_none_is_stored(coordinator: Client, survey: Survey) -> None:
    factories.expert(survey, "E1")
    page = paste(
        coordinator, survey, "E1,A\nE2,B,nowhere\n,C\nE3,D\nE3,E\npanel,F\nE4,G,g@example.org,H,I,J\nE5,,x@y.org"
    )
    for sentence in (
        "Line 1: the code E1 is taken",
        "Line 2: “nowhere” is no e-mail address",
        "Line 5: the code E3 is taken",
        "Line 6: the code panel means the whole panel",
        "Line 7: 6 parts, at most 5 fit",
        "Line 8: an address needs a name",
    ):
        assert sentence in page
    assert survey.experts.count() == 1


def test_long_parts_are_refused(coordinator: Client, survey: Survey) -> None:
    page = paste(coordinator, survey, f"code,name\n{'E' * 41},{'A' * 121}")
    assert "the code has more than 40 characters" in page
    assert "the name has more than 120 characters" in page


@pytest.mark.parametrize("code", ["a/b", "..", "add", "E 1?#%", "专家", "~2f"])
def test_every_code_has_a_page(coordinator: Client, survey: Survey, code: str) -> None:
    factories.expert(survey, code)
    page = coordinator.get(address("survey", survey.pk)).content.decode()
    link = re.search(r'<th scope="row">(?:<input[^>]*>)?<a href="([^"]+)"', page)
    assert link
    answer = coordinator.get(link[1])
    assert answer.context["expert"].code == code


def test_a_link_is_shown_once_and_works(coordinator: Client, survey: Survey) -> None:
    factories.expert(survey)
    answer = coordinator.post(address("link_show", survey.pk, "E1"))
    link: str = answer.context["link"]
    token = link.rstrip("/").rsplit("/", 1)[-1]
    assert link_of(token) == InvitationLink.objects.get()
    assert link in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert token not in coordinator.get(address("expert", survey.pk, "E1")).content.decode()


def test_revoking_kills_links_and_renewing_allows_new_ones(coordinator: Client, survey: Survey) -> None:
    factories.expert(survey)
    coordinator.post(address("link_show", survey.pk, "E1"))
    coordinator.post(address("expert_revoke", survey.pk, "E1"), {"reason": "lost"})
    assert not InvitationLink.objects.filter(revoked_at=None).exists()
    refused = coordinator.post(address("link_show", survey.pk, "E1"), follow=True)
    assert "renew it before making a link" in refused.content.decode()
    coordinator.post(address("expert_renew", survey.pk, "E1"))
    assert coordinator.post(address("link_show", survey.pk, "E1")).status_code == 200


def test_an_expert_who_is_not_there_is_not_found(coordinator: Client, survey: Survey) -> None:
    assert coordinator.get(address("expert", survey.pk, "nobody")).status_code == 404


def test_the_page_of_an_expert_shows_no_answer_before_submission(coordinator: Client, survey: Survey) -> None:
    factories.answer_all(factories.expert(survey))
    page = coordinator.get(address("expert", survey.pk, "E1")).content.decode()
    assert "Nothing submitted yet" in page
    assert "/consistency/E1/" not in page


# --- judgments from a file ---


def upload(client: Client, survey: Survey, content: str | bytes, name: str = "judgments.csv") -> str:
    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, data)
    return client.post(address("judgments_import", survey.pk), {"file": file}).content.decode()


def carried(page: str) -> str:
    found = re.search(r'name="rows" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_file_is_previewed_then_stored(
    coordinator: Client, survey: Survey, django_capture_on_commit_callbacks: object
) -> None:
    page = upload(coordinator, survey, WHOLE)
    assert "joins it now" in page
    assert not JudgmentEvent.objects.exists()
    answer = coordinator.post(address("judgments_import", survey.pk), {"rows": carried(page)}, follow=True)
    assert "8 answers were stored" in answer.content.decode()
    assert JudgmentEvent.objects.filter(source="import", entered_by=factories.user()).count() == 8
    assert not Submission.objects.exists()


def test_complete_experts_are_handed_in_where_asked(coordinator: Client, survey: Survey) -> None:
    page = upload(coordinator, survey, WHOLE + "E3,r,a,b,a,3\n")
    data = {"rows": carried(page), "hand_in": "1"}
    answer = coordinator.post(address("judgments_import", survey.pk), data, follow=True)
    assert "2 experts were handed in" in answer.content.decode()
    assert {submission.expert.code for submission in Submission.objects.all()} == {"E1", "E2"}
    assert Submission.objects.filter(submitted_by=factories.user()).count() == 2
    again = coordinator.post(address("judgments_import", survey.pk), data, follow=True)
    assert "0 answers were stored" in again.content.decode()
    assert Submission.objects.count() == 2


def test_the_preview_tells_new_from_changed(coordinator: Client, survey: Survey) -> None:
    expert = factories.expert(survey)
    factories.say(expert, "a", "b", "a", 3)
    factories.say(expert, "a", "c", "b", 5)
    page = coordinator.post(
        address("judgments_import", survey.pk), {"file": SimpleUploadedFile("j.csv", WHOLE.encode())}
    )
    line = page.context["preview"][0]
    assert (line.code, line.known, line.new, line.changed, line.same) == ("E1", True, 2, 1, 1)


def test_every_fault_of_a_file_is_listed_and_nothing_stored(coordinator: Client, survey: Survey) -> None:
    page = upload(coordinator, survey, HEADING + "E1,r,a,b,a,10\nE1,r,a,zz,a,3\npanel,r,a,b,a,3\n")
    assert "row 2" in page
    assert "row 3" in page
    assert 'name="rows"' not in page
    assert not Expert.objects.exists()


def test_the_code_of_the_group_is_refused_in_a_file(coordinator: Client, survey: Survey) -> None:
    assert "the code panel means the whole panel" in upload(coordinator, survey, HEADING + "panel,r,a,b,a,3\n")


@pytest.mark.parametrize(("content", "name"), [(b"\x00\x01\x02\xff", "x.csv"), (b"PK\x03\x04rest", "x.xlsx")])
def test_what_is_no_table_is_refused(coordinator: Client, survey: Survey, content: bytes, name: str) -> None:
    assert "must be mended" in upload(coordinator, survey, content, name)


def test_no_file_and_an_empty_file_are_said(coordinator: Client, survey: Survey) -> None:
    answer = coordinator.post(address("judgments_import", survey.pk), {})
    assert "This field is required" in answer.content.decode()
    assert "The file is empty" in upload(coordinator, survey, b"")


def test_a_forged_preview_stores_nothing(coordinator: Client, survey: Survey) -> None:
    good = carried(upload(coordinator, survey, WHOLE))
    other = factories.survey(of=survey.edition)
    for where, rows in ((survey, good[:-2] + "xx"), (other, good)):
        answer = coordinator.post(address("judgments_import", where.pk), {"rows": rows}, follow=True)
        assert "The preview has expired" in answer.content.decode()
    assert not JudgmentEvent.objects.exists()


def test_a_closed_survey_takes_no_file(coordinator: Client) -> None:
    closed = factories.survey("closed")
    page = upload(coordinator, closed, WHOLE)
    answer = coordinator.post(address("judgments_import", closed.pk), {"rows": carried(page)}, follow=True)
    assert "open it before importing" in answer.content.decode()
    assert not JudgmentEvent.objects.exists()
