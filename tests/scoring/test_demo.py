"""`manage.py demo`: made anew as often as wanted, never over real work."""

import io
import re
import time
import uuid

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.urls import resolve

from scoring.demo import panels
from scoring.demo.people import ACCOUNTS
from scoring.models import ScoringRun
from surveys.models import Comparison, Expert, InvitationLink, Job, JudgmentEvent, Survey, WeightSet
from surveys.selectors.demo import ready_expert
from surveys.selectors.links import link_of
from surveys.services.judgments import Answer, judgment_record
from surveys.services.submissions import submission_create
from surveys.services.surveys import survey_create
from surveys.tasks import perform
from tests.surveys import factories as make

SIGN_IN = re.compile(r"^  (coordinator|approver|analyst) +(\w+) +(\S+)$", re.MULTILINE)
LINK = re.compile(r"^  expert +https?://[^/]+(/i/\S+/)$", re.MULTILINE)


def demo(*options: str) -> str:
    said = io.StringIO()
    call_command("demo", *options, stdout=said)
    return said.getvalue()


def answer_first_pair(expert: Expert) -> None:
    """What a visitor does who plays the ready expert."""
    first = Comparison.objects.filter(node__edition=expert.survey.edition).order_by("position")[0]
    judgment_record(expert, first.pk, Answer("a", 3), client_key=uuid.uuid4())


def the_ready_expert() -> Expert:
    found = ready_expert()
    assert found
    return found


@pytest.mark.slow
@pytest.mark.one_database  # tests/test_golden_chain.py makes it on both
@pytest.mark.django_db(transaction=True)
def test_it_is_kept_while_it_is_wanted_and_made_anew_on_demand() -> None:
    check_ways_in(demo())
    answer_first_pair(the_ready_expert())
    numbers = counted()

    check_ways_in(demo("--keep"))
    assert the_ready_expert().revision == 1
    assert counted() == numbers

    check_ways_in(demo())
    assert the_ready_expert().revision == 0
    assert counted() == numbers


def check_ways_in(said: str) -> None:
    """The printed accounts sign in, and the printed link opens."""
    accounts = SIGN_IN.findall(said)
    assert [role for role, _name, _password in accounts] == [account.role for account in ACCOUNTS]
    assert all(authenticate(username=name, password=password) for _role, name, password in accounts)
    (path,) = LINK.findall(said)
    link = link_of(resolve(path).kwargs["token"])
    assert link
    assert link.invitation.expert == the_ready_expert()


def counted() -> dict[str, int]:
    assert not Job.objects.exclude(state=Job.State.DONE).exists()
    kinds = (Survey, Expert, WeightSet, ScoringRun)
    return {kind.__name__: kind._default_manager.count() for kind in kinds}


@pytest.mark.django_db
def test_it_does_not_delete_real_work() -> None:
    make.survey()
    with pytest.raises(CommandError, match=r"more than demo data \(.+\): the demo would delete it"):
        demo()
    assert Survey.objects.count() == 1


@pytest.mark.django_db
def test_a_real_survey_on_a_synthetic_system_is_real_work() -> None:
    edition = make.edition()
    edition.system.synthetic = True
    edition.system.save()
    survey_create(edition=edition, title={"en": "In earnest"}, user=make.user())
    with pytest.raises(CommandError, match="In earnest"):
        demo()


@pytest.mark.django_db
def test_a_database_in_use_stays_without_a_demo() -> None:
    make.user("somebody")
    assert demo("--keep") == ""
    assert not Survey.objects.exists()
    assert not InvitationLink.objects.exists()
    assert not JudgmentEvent.objects.exists()


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_quicker_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a site with workers the demo's jobs are taken by whoever comes first."""
    expert = make.expert()
    make.answer_all(expert)
    _submission, job = submission_create(expert)
    monkeypatch.setattr(panels, "perform", lambda _job: None)

    def another_worker() -> None:
        time.sleep(0.3)
        perform(job.pk)

    assert make.in_threads(another_worker, lambda: panels.computed(job)) == [None, None]


@pytest.mark.one_database
@pytest.mark.django_db
def test_a_demo_that_nobody_computes_says_which_job(monkeypatch: pytest.MonkeyPatch) -> None:
    expert = make.expert()
    make.answer_all(expert)
    monkeypatch.setattr(panels, "perform", lambda _job: None)
    monkeypatch.setattr(panels, "PATIENCE", 0.0)
    with pytest.raises(RuntimeError, match="is waiting"):
        panels.computed(submission_create(expert)[1])
