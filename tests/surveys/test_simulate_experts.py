"""`manage.py simulate_experts` against a running site."""

from concurrent.futures import wait
from itertools import count
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from surveys.bots import crowd, walker
from surveys.errors import Refused
from surveys.management.commands import simulate_experts
from surveys.models import Expert, Judgment, JudgmentEvent, Survey
from surveys.selectors.simulated import stored_events
from surveys.services.panel import expert_seed
from tests.surveys import factories as make

TREE = {"r": ["a", "b", "c", "d"], "a": ["a1", "a2", "a3"]}  # nine pairs


def simulated(survey: Survey, site: LiveServer, capsys: pytest.CaptureFixture[str], **options: Any) -> str:
    call_command("simulate_experts", survey.pk, site=site.url, **options)
    return capsys.readouterr().out


def said(survey: Survey) -> dict[tuple[str, str, str], tuple[str, int | None]]:
    found = Judgment.objects.filter(expert__survey=survey).select_related("expert", "comparison__item_a")
    return {
        (it.expert.code, it.comparison.item_a.code, it.comparison.item_b.code): (it.more_important, it.strength)
        for it in found
    }


@pytest.fixture
def survey(transactional_db: None) -> Survey:
    return make.survey("pilot", of=make.edition(TREE), question_order="balanced")


def test_each_kind_goes_its_way_and_nothing_acknowledged_is_lost(
    survey: Survey, live_server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    told = simulated(survey, live_server, capsys, experts=5, seed=7)
    by_kind = {expert.code.partition("-")[2]: expert for expert in survey.experts.all()}
    assert list(by_kind) == ["honest", "hurried", "careless", "quitting"]
    assert all(expert.submitted_at for kind, expert in by_kind.items() if kind != "quitting")
    assert by_kind["quitting"].submitted_at is None
    assert 1 <= Judgment.objects.filter(expert=by_kind["quitting"]).count() < 9
    stored = JudgmentEvent.objects.filter(expert__survey=survey)
    assert f"acknowledged {stored.count()}, stored {stored.count()}" in told
    assert set(stored.values_list("source", "view")) == {("form", "card"), ("form", "row")}
    assert "acknowledged but not stored 0, stored without acknowledgement 0" in told
    assert "honest: 2 handed in" in told and "quitting: 1 left" in told


@pytest.mark.one_database
def test_the_same_seed_gives_the_same_answers_and_another_one_others(
    survey: Survey, live_server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    twin, other = (make.survey("pilot", of=survey.edition, question_order="balanced") for _ in range(2))
    for asked, seed in ((survey, 3), (twin, 3), (other, 4)):
        simulated(asked, live_server, capsys, experts=4, seed=seed, together=2)
    assert len(said(survey)) > 27
    assert said(survey) == said(twin) != said(other)


def test_later_ones_take_the_next_numbers(
    survey: Survey, live_server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    simulated(survey, live_server, capsys, experts=1, kinds="quitting")
    simulated(survey, live_server, capsys, experts=1, kinds="quitting")
    codes = survey.experts.values_list("code", flat=True)
    assert list(codes) == ["BOT001-quitting", "BOT002-quitting"]
    with pytest.raises(CommandError, match="BOT001-quitting is on the panel already"):
        simulated(survey, live_server, capsys, experts=1, kinds="quitting", start=1)


def test_an_answer_that_is_acknowledged_and_not_there_is_noticed(
    survey: Survey, live_server: LiveServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulate_experts, "stored_events", lambda experts: stored_events(experts)[1:])
    with pytest.raises(CommandError, match="not stored"):
        simulated(survey, live_server, capsys, experts=1, kinds="honest")
    told = capsys.readouterr().out
    assert "acknowledged 9, stored 8" in told and "acknowledged but not stored 1" in told


def test_ctrl_c_stops_before_the_next_step_and_still_counts(
    survey: Survey, live_server: LiveServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:

    def interrupted(walks: Any) -> None:
        while JudgmentEvent.objects.count() < 3:
            wait(walks, timeout=0.02)
        raise KeyboardInterrupt

    monkeypatch.setattr(crowd, "wait", interrupted)
    with pytest.raises(SystemExit):
        simulated(survey, live_server, capsys, experts=3, kinds="honest", together=1)
    told = capsys.readouterr().out
    assert "stopped" in told and "acknowledged but not stored 0" in told
    assert not survey.experts.get(code="BOT003-honest").started_at


def test_time_is_bounded(
    survey: Survey, live_server: LiveServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = count(step=10)
    monkeypatch.setattr(crowd, "monotonic", lambda: next(clock))
    with pytest.raises(SystemExit):
        simulated(survey, live_server, capsys, experts=2, kinds="honest", minutes=1, together=1)
    assert "honest: 2 stopped" in capsys.readouterr().out
    assert JudgmentEvent.objects.exists()
    assert not survey.experts.get(code="BOT002-honest").started_at


def test_a_site_that_leads_in_circles_is_left(
    survey: Survey, live_server: LiveServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walker, "PAGES_PER_QUESTION", 0)
    monkeypatch.setattr(walker, "PAGES_BESIDE", 4)
    with pytest.raises(CommandError, match="amiss"):
        simulated(survey, live_server, capsys, experts=1, kinds="honest")
    assert "no way on" in capsys.readouterr().out


@pytest.mark.django_db
class TestRefusals:
    def refusal(self, survey: Survey | int, **options: Any) -> str:
        with pytest.raises(CommandError) as refused:
            call_command("simulate_experts", getattr(survey, "pk", survey), **options)
        assert not Expert.objects.exists()
        return str(refused.value)

    def test_a_real_survey_gets_no_simulated_answer(self) -> None:
        assert "no simulated one may answer" in self.refusal(make.survey("open"))

    def test_nor_one_that_takes_none(self) -> None:
        assert "takes no answers now" in self.refusal(make.survey("closed", synthetic=True))

    def test_nor_one_that_is_not_there(self) -> None:
        assert "no survey with the id 77" in self.refusal(77)

    def test_a_kind_nobody_knows(self) -> None:
        assert "no kind 'lazy'" in self.refusal(make.survey("pilot"), kinds="honest,lazy")

    @pytest.mark.parametrize("site", ["http://192.0.2.1/", "https://example.org/"])
    def test_another_machine(self, site: str) -> None:
        assert "not on this machine" in self.refusal(make.survey("pilot"), site=site)

    def test_no_address(self) -> None:
        assert "is no address" in self.refusal(make.survey("pilot"), site="ftp://127.0.0.1/")

    def test_a_site_that_does_not_run(self) -> None:
        assert "Nobody answers" in self.refusal(make.survey("pilot"), site="http://127.0.0.1:9/")


@pytest.mark.django_db
def test_the_order_of_the_pairs_stays_once_the_expert_has_begun() -> None:
    expert = make.expert()
    expert_seed(expert, seed=5)
    assert Expert.objects.get(pk=expert.pk).seed == expert.seed == 5
    Expert.objects.filter(pk=expert.pk).update(started_at=timezone.now())
    with pytest.raises(Refused):
        expert_seed(expert, seed=6)
    assert Expert.objects.get(pk=expert.pk).seed == 5
