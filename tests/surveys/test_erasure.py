"""A person is erased: no string of theirs is left anywhere, and everything that was computed still verifies."""

import io
import json
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoDbBlocker

from config.databases import SQLITE_OPTIONS
from surveys.erased import ERASED
from surveys.errors import Refused
from surveys.files.scans import read_scan
from surveys.models import (
    AuditEvent,
    DeviceCode,
    Expert,
    ExpertSession,
    InvitationLink,
    JudgmentEvent,
    KeptJudgment,
    Letter,
    Membership,
    Person,
    Submission,
    Survey,
    Transcript,
    WeightSet,
)
from surveys.selectors.consents import notice_of
from surveys.selectors.links import link_of
from surveys.selectors.retention import names_due
from surveys.selectors.verification import stored_problems
from surveys.services.chain import chain_verify
from surveys.services.decisions import decision_accept
from surveys.services.devices import code_mint
from surveys.services.erasure import person_erase
from surveys.services.letters import address_correct, letter_returned
from surveys.services.panel import invitation_renew, link_mint, session_open
from surveys.services.people import people_join, person_change
from surveys.services.retention import retention_run
from surveys.services.revisions import revision_request
from surveys.services.submissions import submission_hand_in
from surveys.services.surveys import member_add, survey_create, survey_move
from surveys.services.transcripts import transcript_create
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

World = tuple[WeightSet, Person]

WHO = {
    "name": "欧阳修竹", "title": "首席量衡师", "organisation": "栖霞计量研究院", "email": "xiuzhu@quxia.example",
    "telephone": "139-8888-0001",
}  # fmt: skip
EARLIER = {"name": "欧阳秀竹", "email": "xz@old.example"}
STRINGS = [*WHO.values(), *EARLIER.values(), "my own words", "for your eyes", "signed-by-hand", "came on the phone"]


@pytest.fixture(scope="class")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once, in a transaction that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield made()
        transaction.set_rollback(True)


def made() -> World:
    """One of four whose name, address and words stand wherever they can; a locked set over their answers."""
    survey = make.survey()
    for code in ("E2", "E3", "E4"):
        make.submitted(make.expert(survey, code, name=f"Prof. {code}", email=f"{code}@example.org"))
    who = make.expert(survey, "E1", **{**WHO, **EARLIER})
    assert who.person
    person_change(who.person, user=make.user(), name=WHO["name"])
    address_correct(who, WHO["email"], user=make.user())
    _invited(who)
    _answered(who)
    make.work_off()
    return make.weight_set("locked", of=make.panel_result(survey, experts=0)), Person.objects.get(pk=who.person.pk)


def _invited(who: Expert) -> None:
    letter = make.mailing(who.survey, "invitation", [who.code]).letters.get()
    link = link_of(link_mint(who, channel="mail", user=None))
    assert link
    code_mint(ExpertSession.objects.get(pk=_device(link)))
    Letter.objects.filter(pk=letter.pk).update(state="sent", sent_at=timezone.now(), link=link)
    letter_returned(Letter.objects.get(pk=letter.pk), words=f"550 no such user {WHO['email']}", user=make.user())


def _device(link: InvitationLink) -> int:
    session_open(link)
    return ExpertSession.objects.get(link=link).pk


def _answered(who: Expert) -> None:
    scan = read_scan(b"%PDF-1.7 signed-by-hand", f"{WHO['name']}.pdf")
    transcript_create(
        who, way="paper", received_on=timezone.localdate(), user=make.user(), note="came on the phone", scan=scan
    )
    make.submitted(who, strength=5)
    pair = make.pair(who.survey)
    request = revision_request(who, pair.node, [pair.pk], note="for your eyes", user=make.user())
    make.say(who, "a", "b", "b", 3, note="my own words: why")
    KeptJudgment.objects.create(
        expert=who, comparison=make.pair(who.survey, "a", "c"), revision=1, request=request, reason="my own words"
    )
    submission_hand_in(who, reason="my own words", remark=f"my own words, {WHO['name']}")
    decision_accept(who, pair.node, reason=f"It holds, says {WHO['telephone']}", user=make.user())


def dump() -> Iterator[tuple[str, str]]:
    """Every row of every table, as text; numbers and bytes too."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  the names are the database's own
            for row in cursor.fetchall():
                yield table, " ".join(_text(cell) for cell in row)


def _text(cell: Any) -> str:
    if isinstance(cell, bytes | memoryview):
        return bytes(cell).decode("latin-1")
    text = str(cell)
    return text + (json.dumps(json.loads(text), ensure_ascii=False) if "\\u" in text else "")


def found() -> dict[str, set[str]]:
    """String → the tables where it stands."""
    left: dict[str, set[str]] = {}
    for table, text in dump():
        for string in STRINGS:
            if string in text:
                left.setdefault(string, set()).add(table)
    return left


BLANKINGS: dict[str, Callable[[], Any]] = {
    "another word": lambda: Submission.objects.filter(expert__code="E1").update(remark="another"),
    "more than words": lambda: Submission.objects.filter(expert__code="E1").update(revision=1),
    "words of others": lambda: Submission.objects.filter(expert__code="E2").update(remark=ERASED),
    "an answer": lambda: JudgmentEvent.objects.filter(expert__code="E1").update(strength=9),
    "who did it": lambda: AuditEvent.objects.filter(subject="E1").update(user=None, action="x"),
    "what was done": lambda: AuditEvent.objects.filter(subject="E1").update(new={"state": "open"}),
    "another scan": lambda: Transcript.objects.update(file=b"%PDF-"),
    "the name back": lambda: Expert.objects.filter(code="E1").update(erased_at=None),
}  # fmt: skip


# --- retention ---


def test_promised_names_go_by_themselves_when_their_time_has_come_and_not_before() -> None:
    survey = make.survey(names_kept=6)
    make.submitted(make.expert(survey, "E1", **WHO))
    survey_move(survey, "closed", user=None)
    make.expert(make.survey(of=survey.edition), "X1", name="Stays")
    now = timezone.now()
    assert list(names_due(now + timedelta(days=180))) == []
    assert [each.erased for each in retention_run(now + timedelta(days=185))] == [1]
    assert list(retention_run(now + timedelta(days=185))) == []
    assert not Person.objects.filter(name=WHO["name"]).exists()
    assert Person.objects.filter(name="Stays").exists()
    out = io.StringIO()
    call_command("retention", stdout=out)
    assert "No promise has come due" in out.getvalue()


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


class TestOneOfFour:
    def test_no_string_of_theirs_is_left_and_everything_still_verifies(self, world: World) -> None:
        weight_set, person = world
        assert set(found()) == set(STRINGS), "they stood there before"
        person_erase(person, user=make.user(), reason="Asked for by the person.")
        document = {"surveys_decision", "surveys_weightset"}
        assert found() == {WHO["telephone"]: document}, "but for the reason of a decision, as the page told beforehand"
        assert not Person.objects.filter(pk=person.pk).exists()
        expert = Expert.objects.get(code="E1")
        assert chain_verify(expert) == []
        weight_set.refresh_from_db()
        assert stored_problems(weight_set) == []
        assert weight_set.state == WeightSet.State.LOCKED
        acts = AuditEvent.objects.filter(survey=expert.survey, subject="E1")
        assert acts.filter(action="person.erased", reason="Asked for by the person.").exists()
        assert acts.filter(action="person.changed", old={}, new={}).exists(), "the act itself stays"

    def test_the_others_keep_what_is_theirs(self, world: World) -> None:
        before = {
            expert.code: str(expert.person) for expert in Expert.objects.exclude(code="E1").select_related("person")
        }
        words = list(AuditEvent.objects.exclude(subject="E1").values_list("pk", "old", "new"))
        person_erase(world[1], user=None, reason="Asked for.")
        assert {e.code: str(e.person) for e in Expert.objects.exclude(code="E1").select_related("person")} == before
        assert list(AuditEvent.objects.filter(pk__in=[pk for pk, *_ in words]).values_list("pk", "old", "new")) == words

    def test_every_way_in_ends_and_nobody_is_asked_again(self, world: World) -> None:
        person_erase(world[1], user=None, reason="Asked for.")
        expert = Expert.objects.select_related("invitation", "survey").get(code="E1")
        for model, path in ((InvitationLink, "invitation__expert"), (ExpertSession, "expert"), (DeviceCode, "expert")):
            assert not model._default_manager.filter(**{path: expert}).exists()
        with pytest.raises(Refused):
            link_mint(expert, channel="shown", user=None)
        with pytest.raises(Refused):
            invitation_renew(expert, user=None)

    def test_the_database_lets_nothing_else_be_changed_of_whom_was_erased(self, world: World) -> None:
        person_erase(world[1], user=None, reason="Asked for.")
        Submission.objects.filter(expert__code="E1").update(remark=ERASED)
        for name, attempt in BLANKINGS.items():
            with pytest.raises(DatabaseError, match=r"stays|written once"), transaction.atomic():
                attempt()
                pytest.fail(name)

    @pytest.mark.one_database
    def test_a_name_in_the_reason_is_refused(self, world: World) -> None:
        for reason in ("", f"{WHO['name']} asked."):
            with pytest.raises(Refused):
                person_erase(world[1], user=None, reason=reason)
        assert Person.objects.filter(pk=world[1].pk).exists()

    @pytest.mark.one_database
    def test_all_that_is_held_of_a_person_is_in_one_file(self, world: World, client: Client) -> None:
        person = world[1]
        response = client.get(reverse("surveys:person_file", args=[person.pk]))
        said = response.content.decode()
        assert response["Cache-Control"] == "no-store"
        for string in {*WHO.values(), *EARLIER.values(), "my own words", "for your eyes", "came on the phone"}:
            assert string in said
        panel = json.loads(said)["panels"][0]
        assert len(panel["answers"]) == JudgmentEvent.objects.filter(expert__code="E1").count()
        assert panel["on_paper"][0]["file"], "the scan as text"
        assert panel["letters"][0]["address"] == WHO["email"]
        for other in ("E2@example.org", "Prof. E3"):
            assert other not in said, "of nobody else"
        assert AuditEvent.objects.filter(action="person.exported", subject="E1", survey__isnull=False).count() == 1

    @pytest.mark.one_database
    def test_the_page_shows_the_effect_and_takes_the_typed_name(self, world: World, client: Client) -> None:
        person = world[1]
        address = reverse("surveys:person_erase", args=[person.pk])
        page = client.get(address).content.decode()
        assert "reason of a decision" in page, "words of others that stay are told"
        wrong = client.post(address, {"reason": "Asked for.", "name": "欧阳"})
        assert wrong.status_code == 422
        assert Person.objects.filter(pk=person.pk).exists()
        done = client.post(address, {"reason": "Asked for.", "name": WHO["name"]}, follow=True)
        assert "Erased" in done.content.decode()
        assert not Person.objects.filter(pk=person.pk).exists()
        expert = client.get(reverse("surveys:expert", args=[world[0].survey_id, "E1"])).content.decode()
        assert "Name erased" in expert

    @pytest.mark.one_database
    def test_who_is_on_a_panel_of_others_is_not_erased_by_one_of_them(self, world: World) -> None:
        other = make.user("another")
        foreign = survey_create(edition=world[0].edition, title={"en": "Foreign"}, user=other)
        people_join(foreign, [world[1]], user=other)
        member_add(foreign, member=other, role=Membership.Role.OWNER, user=None)
        client = Client(headers={"accept-language": "en"})
        client.force_login(make.user())
        assert client.get(reverse("surveys:person_erase", args=[world[1].pk])).status_code == 403
        said = json.loads(client.get(reverse("surveys:person_file", args=[world[1].pk])).content)
        assert (len(said["panels"]), said["panels_of_others"]) == (1, 1)
        assert "Foreign" not in json.dumps(said)


# --- files of SQLite ---


def test_sqlite_leaves_nothing_of_what_was_erased_in_its_files(tmp_path: Path) -> None:
    """By the settings that every connection begins with; without secure_delete the string is still there."""
    secret = str(uuid.uuid4())
    left = {}
    for name, beginning in (
        ("ours", SQLITE_OPTIONS["init_command"]),
        ("without", "PRAGMA journal_mode=WAL; PRAGMA secure_delete=OFF;"),
    ):
        database = sqlite3.connect(tmp_path / name)
        database.executescript(beginning)
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, said TEXT)")
        database.executemany("INSERT INTO t (said) VALUES (?)", [("x" * 50,), (secret,), ("y" * 50,)])
        database.commit()
        database.execute("DELETE FROM t WHERE id = 2")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        left[name] = any(secret.encode() in file.read_bytes() for file in tmp_path.glob(f"{name}*"))
        database.close()
    assert left == {"ours": False, "without": True}


def test_a_survey_that_promised_nothing_keeps_its_names() -> None:
    survey = make.survey("closed")
    Expert.objects.create(survey=survey, code="E1", person=Person.objects.create(name="Stays"))
    assert Survey.objects.get().names_kept is None
    assert list(names_due(timezone.now() + timedelta(days=9999))) == []


# --- what experts are told ---


@pytest.mark.one_database
@pytest.mark.parametrize(("language", "told"), [("en", "6 months after"), ("zh-hans", "6 个月后")])
def test_the_notice_says_when_names_go_also_in_own_words(language: str, told: str) -> None:
    """It is part of the text that is agreed to, and so of its hash."""
    own = Survey(privacy={language: "Ours."}, names_kept=6)
    with translation.override(language):
        for survey in (own, Survey(names_kept=6)):
            assert told in notice_of(survey).text
        plain = Survey(privacy={language: "Ours."})
        assert notice_of(plain).text == "Ours."
        assert notice_of(own).text_hash != notice_of(plain).text_hash
