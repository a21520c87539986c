"""Pasting a panel, the people book, the table of fields and weights, and leaving the panel."""

import pytest
from django.test import Client
from django.urls import reverse

from surveys.access import people_kept_by, people_of
from surveys.errors import Refused
from surveys.files.experts import pasted_rows
from surveys.models import Expert, Letter, LetterKind, Mailing, Person, Survey
from surveys.selectors.coverage import coverage_of
from surveys.selectors.people import doubles_in
from surveys.services.panel import expert_decline, expert_remove, invitation_renew, link_mint
from surveys.services.people import people_join, people_merge
from surveys.services.surveys import member_add
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def coordinator() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


def paste(client: Client, survey: Survey, lines: str, **more: str) -> str:
    return client.post(reverse("surveys:experts_add", args=[survey.pk]), {"lines": lines, **more}).content.decode()


@pytest.mark.parametrize(
    ("text", "columns", "first"),
    [
        ("姓名\t单位\t邮箱\n陈明\t某院\tc@x.org", ["name", "organisation", "email"], ["陈明", "某院", "c@x.org"]),
        ("E-mail, Full name, Phone\nc@x.org, Chen, 5", ["email", "name", "telephone"], ["c@x.org", "Chen", "5"]),
        ("专家编号\t备注\t姓名*\nE7\tx\t陈", ["code", "", "name"], ["E7", "x", "陈"]),
        ("姓名\n陈明", ["name"], ["陈明"]),
        ("陈明\n王芳", ["name", "email", "organisation", "field"], ["陈明"]),
        ("陈明，c@x.org，某院", ["name", "email", "organisation", "field"], ["陈明", "c@x.org", "某院"]),
        ("E1\nE2", ["code", "name", "email", "organisation", "field"], ["E1"]),
    ],
)
def test_headings_are_recognised_in_any_order_and_may_be_missing(
    text: str, columns: list[str], first: list[str]
) -> None:
    found, rows = pasted_rows(text)
    assert (found, rows[0][1]) == (columns, first)


def test_a_paste_is_looked_at_before_anybody_joins(coordinator: Client) -> None:
    survey = make.survey()
    make.expert(survey, "E01")
    lines = "姓名\t职称\t单位\t领域\t邮箱\t电话\t组别\t语言\n陈明\t教授\t某院\t算力\tc@x.org\t010\t学界\t英文\n王芳"
    page = paste(coordinator, survey, lines)
    assert "2 experts would join the panel" in page
    assert survey.experts.count() == 1
    paste(coordinator, survey, lines, confirmed="on")
    first, second = survey.experts.exclude(code="E01").order_by("pk")
    assert (first.code, first.field, first.group, second.code) == ("E02", "算力", "学界", "E03")
    person = first.person
    assert person
    assert (person.title, person.organisation, person.telephone, person.language) == ("教授", "某院", "010", "en")
    assert second.person
    assert second.person.language == "zh-hans"


def test_doubles_and_strange_languages_are_named_by_their_line(coordinator: Client) -> None:
    survey = make.survey()
    make.expert(survey, "E01", name="Anna", email="a@x.org")
    page = paste(
        coordinator, survey, "name,email,language\nB,A@x.org,\nC,c@x.org,\nD,C@X.org,\nE,e@x.org,Latin\nAnna,,"
    )
    for sentence in (
        "Line 2: the address A@x.org stands at E01 already",
        "Line 4: the address C@X.org stands at line 3 already",
        "Line 5: “Latin” is no language of this survey",
    ):
        assert sentence in page
    assert "Line 6: somebody named Anna stands at E01 too" in paste(coordinator, survey, "name,email\n\n\n\n\nAnna,")
    assert "There is only a heading" in paste(coordinator, survey, "姓名\t邮箱")
    assert "Two columns are headed" in paste(coordinator, survey, "姓名\t邮箱\t邮箱\nA\ta@y.org\tb@y.org")


def test_who_is_in_the_book_is_not_written_in_twice(coordinator: Client) -> None:
    known = make.expert(make.survey(), "E1", name="Anna", email="a@x.org").person
    survey = make.survey()
    assert "in the people book" in paste(coordinator, survey, "name,email\nA. Berg,A@X.org")
    paste(coordinator, survey, "name,email\nA. Berg,A@X.org", confirmed="on")
    assert survey.experts.get().person == known
    assert Person.objects.count() == 1


# --- the book ---


def test_the_book_holds_those_on_panels_one_runs_and_nobody_else(coordinator: Client) -> None:
    survey = make.survey()
    mine = make.expert(survey, "E1", name="Anna", organisation="Institute").person
    viewer = make.user("viewer")
    member_add(survey, member=viewer, role="viewer", user=None)
    assert list(people_of(make.user())) == [mine]
    assert list(people_of(viewer)) == []
    page = coordinator.get(reverse("surveys:people"), {"q": "inst anna"}).content.decode()
    assert "Anna" in page
    assert "Anna" not in coordinator.get(reverse("surveys:people"), {"q": "nobody"}).content.decode()


def test_a_correction_is_logged_where_the_person_is_asked(coordinator: Client) -> None:
    survey = make.survey()
    person = make.expert(survey, "E1", name="Anna", email="a@x.org").person
    assert person
    at = reverse("surveys:person", args=[person.pk])
    wrong = coordinator.post(at, {"name": "", "email": "nowhere", "language": "en"})
    assert wrong.status_code == 422
    coordinator.post(at, {"name": "Anna B.", "email": "a@x.org", "language": "zh-hans"})
    event = survey.audit_events.get(action="person.changed")
    assert (event.subject, event.old, event.new) == ("E1", {"name": "Anna"}, {"name": "Anna B."})


def test_a_person_on_a_panel_of_others_is_corrected_by_nobody_here(coordinator: Client) -> None:
    person = make.expert(make.survey(), "E1", name="Anna").person
    assert person
    theirs = make.survey()
    theirs.memberships.all().delete()
    Expert.objects.create(survey=theirs, code="X", person=person)
    assert list(people_kept_by(make.user())) == []
    coordinator.post(reverse("surveys:person", args=[person.pk]), {"name": "Bert", "language": "en"})
    person.refresh_from_db()
    assert person.name == "Anna"


def test_two_entries_of_one_person_become_one(coordinator: Client) -> None:
    first = make.expert(make.survey(), "E1", name="Anna", email="a@x.org")
    second = make.expert(make.survey(), "E1", name="A. Berg", email="A@x.org", organisation="Institute")
    assert [len(same) for same in doubles_in(Person.objects.all())] == [2]
    coordinator.post(reverse("surveys:people_merge"), {"person": first.person_id})
    second.refresh_from_db()
    person = Person.objects.get()
    assert second.person == person
    assert (person.name, person.organisation) == ("Anna", "Institute")


def test_one_person_twice_on_a_panel_is_not_merged_away() -> None:
    survey = make.survey()
    people = [make.expert(survey, code, name="Anna", email="a@x.org").person for code in ("E1", "E2")]
    with pytest.raises(Refused, match="on one panel twice"):
        people_merge([person for person in people if person], user=None)


def test_people_join_a_panel_once() -> None:
    person = make.expert(make.survey(), "E1", name="Anna", field="power").person
    assert person
    survey = make.survey()
    make.expert(survey, "E01")
    joined = people_join(survey, [person], user=make.user())
    assert [(expert.code, expert.field, expert.person) for expert in joined] == [("E02", "power", person)]
    assert people_join(survey, [person], user=make.user()) == []


# --- the table ---


def test_weights_of_the_whole_panel_need_one_reason(coordinator: Client) -> None:
    survey = make.survey()
    first, second = make.expert(survey, "E1"), make.expert(survey, "E2")
    at = reverse("surveys:panel_desk", args=[survey.pk])
    table = {f"weight-{first.pk}": "2", f"weight-{second.pk}": "1", f"group-{second.pk}": "industry"}
    assert "Say in a sentence why this expert has this weight" in coordinator.post(at, table).content.decode()
    first.refresh_from_db()
    assert first.weight == 1
    coordinator.post(at, {**table, "reason": "Cr by the questionnaire"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (int(first.weight), first.weight_reason, second.group) == (2, "Cr by the questionnaire", "industry")
    assert survey.audit_events.filter(action="expert.weighted").count() == 1
    assert survey.audit_events.get(action="expert.placed").new == {"field": "", "group": "industry"}


def test_a_weight_that_is_none_is_said_beside_its_expert(coordinator: Client) -> None:
    survey = make.survey()
    expert = make.expert(survey)
    answer = coordinator.post(reverse("surveys:panel_desk", args=[survey.pk]), {f"weight-{expert.pk}": "-1"})
    assert answer.status_code == 422
    assert "E1: Weight" in answer.content.decode()


# --- leaving ---


def test_who_declines_is_not_reminded_and_may_come_back() -> None:
    expert = make.expert()
    link_mint(expert, channel="shown", user=None)
    with pytest.raises(Refused, match="Say in a sentence"):
        expert_decline(expert, user=None, reason=" ")
    expert_decline(expert, user=make.user(), reason="By telephone: no time.")
    expert.refresh_from_db()
    assert expert.declined_at
    assert coverage_of(expert.survey).panel == 0
    assert not expert.invitation.links.filter(revoked_at=None).exists()
    invitation_renew(expert, user=make.user())
    expert.refresh_from_db()
    assert expert.declined_at is None


def test_who_has_submitted_does_not_decline() -> None:
    expert = make.expert()
    make.submitted(expert)
    expert.refresh_from_db()
    with pytest.raises(Refused, match="has submitted"):
        expert_decline(expert, user=None, reason="x")


def test_only_a_slip_of_the_list_is_taken_off() -> None:
    survey = make.survey()
    slip, begun, written = (make.expert(survey, code) for code in ("E1", "E2", "E3"))
    make.say(begun, "a", "b")
    mailing = Mailing.objects.create(survey=survey, kind=LetterKind.INVITATION, subject={}, body={})
    Letter.objects.create(mailing=mailing, expert=written, address="x@example.org", language="en")
    with pytest.raises(Refused, match="has begun"):
        expert_remove(begun, user=None)
    with pytest.raises(Refused, match="was written to already"):
        expert_remove(written, user=None)
    expert_remove(slip, user=make.user())
    assert set(survey.experts.values_list("code", flat=True)) == {"E2", "E3"}
    assert survey.audit_events.get(action="expert.removed").subject == "E1"
