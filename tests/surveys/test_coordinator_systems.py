"""Indicator systems: the list, a file shown before it is stored, the tree, freezing."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from surveys.models import Edition, IndicatorSystem, Membership
from surveys.services.surveys import member_add
from tests.surveys import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

FILE = (
    "code,parent,name,name_en,unit,direction\n0,,指数,Index,,\n1,0,算力,Computing,EFLOPS,benefit\n2,0,能耗,PUE,,cost\n"
)


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.user())
    return client


def address(name: str, *args: object) -> str:
    return reverse(f"surveys:{name}", args=args)


def upload(client: Client, content: str = FILE, **changes: Any) -> str:
    file = SimpleUploadedFile("indicators.csv", content.encode())
    data = {"file": file, "name_zh_hans": "体系", "label": "1.0", "language": "zh-hans", **changes}
    return client.post(address("system_import"), data).content.decode()


def carried(page: str) -> str:
    found = re.search(r'name="edition" value="([^"]+)"', page)
    assert found
    return found[1]


def test_an_empty_list_says_what_to_bring(client: Client) -> None:
    assert b"No indicator system yet" in client.get(address("system_list")).content


def test_a_page_that_is_only_looked_at_finds_no_fault(client: Client) -> None:
    assert b"q-errors" not in client.get(address("system_import")).content
    assert b"q-errors" in client.post(address("system_import"), {}).content


def test_a_file_is_shown_then_stored_as_a_draft(client: Client) -> None:
    page = upload(client)
    assert "Computing" in page
    assert "EFLOPS" in page
    assert not Edition.objects.exists()
    answer = client.post(address("system_import"), {"edition": carried(page)})
    made = Edition.objects.get()
    assert answer.headers["Location"] == address("edition", made.pk)
    assert (made.state, made.label, made.system.name) == ("draft", "1.0", {"zh-hans": "体系"})
    assert list(made.indicators.values_list("code", flat=True)) == ["0", "1", "2"]


def test_the_next_edition_of_an_own_system(client: Client) -> None:
    first = factories.edition()
    page = upload(client, system=first.system_id, label="2.0", name_zh_hans="")
    client.post(address("system_import"), {"edition": carried(page)})
    assert Edition.objects.get(label="2.0").based_on == first
    assert IndicatorSystem.objects.count() == 1


def test_every_fault_is_listed(client: Client) -> None:
    page = upload(client, FILE + "3,9,甲,,,\n1,0,乙,,,\n")
    assert "row 5" in page
    assert "row 6" in page
    assert 'name="edition"' not in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name_zh_hans": ""}, "Name the new system"),
        ({"label": ""}, "This field is required"),
        ({"language": "xx"}, "Select a valid choice"),
    ],
)
def test_what_the_form_lacks_is_said(client: Client, changes: dict[str, Any], sentence: str) -> None:
    assert sentence in upload(client, **changes)


def test_a_label_that_is_taken_is_said(client: Client) -> None:
    taken = factories.edition(label="1.0")
    assert "has such an edition already" in upload(client, system=taken.system_id)


def test_a_preview_of_somebody_else_is_refused(client: Client) -> None:
    text = carried(upload(client))
    other = Client(headers={"accept-language": "en"})
    other.force_login(factories.user("other"))
    answer = other.post(address("system_import"), {"edition": text}, follow=True)
    assert "The preview has expired" in answer.content.decode()
    assert not Edition.objects.exists()


def test_the_tree_counts_comparisons_and_warns_of_many_children(client: Client) -> None:
    wide = factories.edition({"r": [f"c{number}" for number in range(10)]}, frozen=False)
    page = client.get(address("edition", wide.pk)).content.decode()
    assert "has 10 children: 45 comparisons" in page


def test_freezing_fixes_the_tree(client: Client) -> None:
    draft = factories.edition(frozen=False)
    client.post(address("edition_freeze", draft.pk))
    draft.refresh_from_db()
    assert draft.state == "frozen"
    assert draft.content_hash in client.get(address("edition", draft.pk)).content.decode()


def test_a_reader_of_a_survey_sees_its_edition_and_may_not_freeze_it() -> None:
    survey = factories.survey("draft", of=factories.edition(frozen=False))
    viewer = Client()
    viewer.force_login(factories.user("viewer"))
    assert viewer.get(address("edition", survey.edition_id)).status_code == 404
    member_add(survey, member=factories.user("viewer"), role=Membership.Role.VIEWER, user=None)
    assert viewer.get(address("edition", survey.edition_id)).status_code == 200
    assert viewer.post(address("edition_freeze", survey.edition_id)).status_code == 403
