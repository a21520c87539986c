"""Answers that travel between two sites: what a package holds, and that no order, repetition or forgery does harm."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from surveys.errors import Refused
from surveys.models import (
    AnswerPackage,
    AuditEvent,
    Consent,
    Expert,
    Job,
    Judgment,
    JudgmentEvent,
    KeptJudgment,
    NodeResult,
    Section,
    Submission,
    Survey,
)
from surveys.packages.archive import package_opened, package_write
from surveys.packages.seal import key_make, key_read
from surveys.selectors.consents import notice_of
from surveys.services.chain import chain_verify
from surveys.services.consents import consent_give
from surveys.services.packages import package_take
from surveys.services.sections import section_know, sections_ensure
from surveys.services.submissions import submission_create
from surveys.services.surveys import survey_move
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

NAME = "王小明"


def called(*words: object) -> str:
    said = StringIO()
    call_command("answers", *map(str, words), stdout=said)
    return said.getvalue()


def state(survey: Survey) -> dict[str, Any]:
    """Everything that must be the same on both sites, by codes."""
    pair = ("comparison__item_a__code", "comparison__item_b__code")
    of = {"expert__survey": survey}
    return {
        "experts": [*survey.experts.order_by("code").values_list("code", "revision", "seed", "submitted_at", "basis")],
        "events": [
            *JudgmentEvent.objects.filter(**of)
            .order_by("expert__code", "revision")
            .values_list(
                "expert__code", "revision", "hash", "note", "view", "milliseconds", "client_key", "received_at", *pair
            )
        ],
        "current": [
            *Judgment.objects.filter(**of)
            .order_by("expert__code", *pair)
            .values_list("expert__code", "revision", *pair)
        ],
        "submissions": [
            *Submission.objects.filter(**of)
            .order_by("expert__code", "number")
            .values_list("number", "head_hash", "submitted_at", "remark")
        ],
        "sections": [
            *Section.objects.filter(**of)
            .order_by("expert__code", "node__code")
            .values_list("node__code", "familiarity")
        ],
        "consents": [
            *Consent.objects.filter(**of).order_by("expert__code").values_list("text__text_hash", "agreed_at")
        ],
        "kept": [*KeptJudgment.objects.filter(**of).values_list("expert__code", "revision", "reason", "kept_at")],
    }


def weights(survey: Survey) -> list[Any]:
    results = NodeResult.objects.filter(submission__expert__survey=survey)
    return [*results.order_by("submission__expert__code", "node__code").values_list("node__code", "weights", "ratio")]


@dataclass
class Collected:
    """What the other site wrote before it was gone: the frame, four packages, and how the survey stood at the end."""

    key: Path
    frame: Path
    packages: Mapping[int, Path]
    end: dict[str, Any]
    weights: list[Any]

    def take(self, number: int) -> str:
        return called("import", self.packages[number], "--key", self.key, "--account", "coordinator")


@contextmanager
def another_site() -> Iterator[None]:
    """What is made inside is only in the files that were written."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def collected(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Collected:
    """Packages 1 and 2 hold everything so far, 3 only what came after 2, 4 everything."""
    home = tmp_path_factory.mktemp("packages")
    key = home / "key"
    key_make(key)

    def export(number: int, *more: object) -> Path:
        file = home / f"{number}.zip"
        called("export", survey.pk, file, "--key", key, *more)
        return file

    with django_db_blocker.unblock(), another_site():
        survey = make.survey(missing_allowed=True, random_index="saaty1980")
        frame = home / "frame.zip"
        called("export", survey.pk, frame, "--key", key, "--frame")
        first, second = make.expert(survey, "E1", name=NAME, email="wang@example.org"), make.expert(survey, "E2")
        consent_give(first, notice_of(survey))
        sections = sections_ensure(first)
        make.say(first, "a", "b", strength=3)
        make.say(first, "a", "b", strength=5, base_revision=0)  # a device that had not seen the first: kept aside
        files = {1: export(1)}
        section_know(sections[0], "very")
        make.answer_all(first, strength=2)
        submission_create(first)
        make.say(second, "a", "c", "equal", 1, source="on_behalf", entered_by=make.user("keyer"), note="by post")
        make.say(second, "a", "c", "", None)
        files[2] = export(2)
        KeptJudgment.objects.create(expert=first, comparison=make.pair(survey), revision=3, reason="As I meant it.")
        make.submitted(second, strength=4)
        make.say(first, "a1", "a2", "cannot_judge", None)
        submission_create(first)
        files[3] = export(3, "--after", files[2])
        files[4] = export(4)
        make.work_off()
        return Collected(key, frame, files, state(survey), weights(survey))


@pytest.fixture
def inner(collected: Collected) -> Survey:
    """The survey on the site that computes, open and without answers."""
    make.user()
    called("import", collected.frame, "--key", collected.key, "--account", "coordinator")
    survey = Survey.objects.get()
    survey_move(survey, "open", user=make.user())
    return survey


def test_the_other_site_computes_the_same_and_knows_no_name(collected: Collected, inner: Survey) -> None:
    assert (inner.random_index, inner.missing_allowed, inner.edition.state) == ("saaty1980", True, "frozen")
    assert "3 submissions were new" in collected.take(4)
    assert state(inner) == collected.end
    assert not any(chain_verify(expert) for expert in inner.experts.all())
    assert not inner.experts.exclude(person=None).exists()
    make.work_off()
    assert weights(inner) == collected.weights
    assert not Job.objects.exclude(state="done").exists()
    keyed = JudgmentEvent.objects.get(note="by post")
    assert keyed.entered_by == make.user()  # the keyer's account is of the other site
    package = AnswerPackage.objects.get()
    assert (package.sequence, package.experts, package.submissions) == (4, 2, 3)
    assert AuditEvent.objects.filter(survey=inner, action="answers.taken").count() == 1


@pytest.mark.one_database
def test_no_part_of_a_package_names_anybody(collected: Collected) -> None:
    for file in collected.packages.values():
        with zipfile.ZipFile(file) as archive:
            text = b"".join(archive.read(name) for name in archive.namelist()).decode()
        assert not any(secret in text for secret in (NAME, "wang@", "keyer", "token"))


@settings(max_examples=12)
@given(st.lists(st.sampled_from([1, 2, 3, 4]), max_size=6))
def test_any_order_and_any_repetition_ends_alike(collected: Collected, order: list[int]) -> None:
    with another_site():
        make.user()
        called("import", collected.frame, "--key", collected.key, "--account", "coordinator")
        survey = Survey.objects.get()
        survey_move(survey, "open", user=make.user())
        for number in [*order, 2, 3]:
            reached = bool({2, 4} & set(AnswerPackage.objects.values_list("sequence", flat=True)))
            if number == 3 and not reached:
                with pytest.raises(
                    CommandError, match=r"E1: the package goes on after event \d+, and only \d+ are here"
                ):
                    collected.take(3)
            else:
                collected.take(number)
            assert not any(chain_verify(expert) for expert in survey.experts.all())
        assert state(survey) == collected.end
        assert Job.objects.count() == Submission.objects.count() == 3


def test_the_same_package_again_changes_nothing(collected: Collected, inner: Survey) -> None:
    collected.take(2)
    log = AuditEvent.objects.filter(survey=inner).count()
    assert "nothing changed" in collected.take(2)
    assert AuditEvent.objects.filter(survey=inner).count() == log


def test_a_log_that_went_another_way_is_refused_whole(collected: Collected, inner: Survey) -> None:
    make.say(make.expert(inner, "E1"), "a", "c", strength=7)
    with pytest.raises(CommandError, match="E1: event 1 is another one here"):
        collected.take(4)
    assert not inner.experts.filter(code="E2").exists()


def test_a_closed_survey_takes_nothing_new_and_bears_what_it_has(collected: Collected, inner: Survey) -> None:
    collected.take(2)
    survey_move(inner, "closed", user=make.user())
    collected.take(1)
    with pytest.raises(CommandError, match="takes no answers now"):
        collected.take(3)


def test_another_survey_another_method_or_no_frame_is_a_sentence(collected: Collected) -> None:
    make.user()
    with pytest.raises(CommandError, match="export its frame there and import that first"):
        collected.take(1)
    key = manifest_of(collected.packages[1])["survey"]
    make.survey(key=key, missing_allowed=True)  # the edition of the factory is the same
    with pytest.raises(CommandError, match="other settings than the one that was answered: random index"):
        collected.take(1)
    with pytest.raises(CommandError, match="is here already, with another edition or other settings"):
        called("import", collected.frame, "--key", collected.key, "--account", "coordinator")


def test_a_draft_hands_nothing_out(collected: Collected, tmp_path: Path) -> None:
    survey = make.survey("draft")
    with pytest.raises(CommandError, match="Open the survey first"):
        called("export", survey.pk, tmp_path / "p.zip", "--key", collected.key)


# --- forgeries ---


def manifest_of(file: Path) -> dict[str, Any]:
    with zipfile.ZipFile(file) as archive:
        return dict(json.loads(archive.read("manifest.json")))


def forged(collected: Collected, target: Path, change: Mapping[str, tuple[bytes, bytes]]) -> Path:
    """Package 4 with other bytes in one part, and its seal as it was."""
    with zipfile.ZipFile(collected.packages[4]) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            before, after = change.get(name, (b"", b""))
            content = old.read(name)
            assert before in content
            new.writestr(name, content.replace(before, after, 1) if before else content)
    return target


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"events": (b'"strength":3', b'"strength":4')}, "another SHA-256"),
        ({"events": (b'"strength":3', b'"strength":33')}, "another size"),
        ({"manifest.json": (b'"sequence":4', b'"sequence":5')}, "The seal does not hold"),
        ({"seal": (b"a", b"b")}, "The seal does not hold"),
    ],
)
def test_a_changed_byte_is_seen(
    collected: Collected, tmp_path: Path, change: dict[str, tuple[bytes, bytes]], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        called("check", forged(collected, tmp_path / "forged.zip", change), "--key", collected.key)


def test_who_holds_the_key_still_cannot_change_an_answer(
    collected: Collected, inner: Survey, tmp_path: Path, english: None
) -> None:
    """The seal is made anew over a changed event: its own hash, and those after it, give it away."""
    key = key_read(collected.key)
    with package_opened(collected.packages[4], key) as package:
        manifest = dict(package.manifest)
        parts = {name: list(package.lines(name)) for name in manifest["parts"]}
    parts["events"][0]["strength"] = 9
    del parts["consents"]
    with pytest.raises(Refused, match="E1: event 1 does not say what its hash was taken over"):
        take_sealed(tmp_path / "changed.zip", manifest, {**parts, "consents": []}, key)
    parts["events"][0]["strength"] = 3
    parts["submissions"][0]["head"] = "0" * 64
    with pytest.raises(Refused, match="E1: submission 1 names a head that the log does not have"):
        take_sealed(tmp_path / "head.zip", manifest, {**parts, "consents": []}, key)
    parts["sections"][0]["planned"] = "three"
    with pytest.raises(Refused, match="is no whole package"):
        take_sealed(tmp_path / "broken.zip", manifest, {**parts, "consents": []}, key)
    assert not Expert.objects.filter(survey=inner).exists()


def take_sealed(file: Path, manifest: dict[str, Any], parts: dict[str, Any], key: bytes) -> None:
    package_write(file, manifest, parts, key)
    with package_opened(file, key) as package:
        package_take(package, user=make.user())


@pytest.mark.one_database
def test_a_key_is_made_once_and_kept_to_oneself(tmp_path: Path, english: None) -> None:
    key = tmp_path / "key"
    called("key", key)
    assert (key.stat().st_mode & 0o777, len(key_read(key))) == (0o600, 32)
    with pytest.raises(CommandError, match="exists already"):
        called("key", key)
    key.chmod(0o640)
    with pytest.raises(Refused, match="can be read by others: chmod 600"):
        key_read(key)
    key.chmod(0o600)
    key.write_bytes(b"\xff\n")
    with pytest.raises(Refused, match="holds no key"):
        key_read(key)
