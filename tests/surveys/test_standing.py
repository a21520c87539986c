"""Where an expert is: the database works it out, for one as for the whole panel."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surveys.models import Expert, JudgmentEvent, Survey
from surveys.selectors.answers import progress_of
from surveys.selectors.board import SORTS
from surveys.selectors.progress import panel_progress
from surveys.selectors.standing import STATUSES, with_standing
from surveys.services.judgments import Shown
from surveys.services.panel import expert_decline, invitation_revoke
from surveys.services.sections import section_decline, sections_ensure
from tests.surveys import factories as make
from tests.surveys.test_desk_progress import asked_again, board, letter, statuses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def standing_of(expert: Expert) -> str:
    found = with_standing(Expert.objects.filter(pk=expert.pk), expert.survey)
    return str(found.values_list("status", flat=True).get())


def panel_of_all_sorts() -> Survey:
    """Somebody in nearly every state."""
    survey = make.survey()
    for code in ("new", "sent", "back", "opened", "begun", "gone", "no", "done", "again", "other"):
        make.expert(survey, code)
    member = {expert.code: expert for expert in survey.experts.all()}
    letter(member["sent"], "sent")
    letter(member["back"], "bounced")
    Expert.objects.filter(code="opened").update(started_at=timezone.now())
    make.say(member["begun"], "a", "b")
    invitation_revoke(member["gone"], user=None)
    expert_decline(member["no"], user=None, reason="Too busy.")
    for code in ("done", "again", "other"):
        make.submitted(member[code])
    asked_again(member["again"])
    make.say(member["other"], "a", "b", "b", 7)
    make.work_off()
    return survey


def test_one_formula_for_an_expert_and_for_the_panel() -> None:
    survey = panel_of_all_sorts()
    told = statuses(survey)
    assert told == {expert.code: standing_of(expert) for expert in survey.experts.all()}
    assert told["opened"] == "opened"
    assert told["other"] == "changed"
    assert set(STATUSES) - set(told.values()) == {"not_opened"}


def test_the_page_of_an_expert_says_what_the_panel_says() -> None:
    survey = panel_of_all_sorts()
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    for row in panel_progress(survey).rows():
        page = client.get(reverse("surveys:expert", args=[survey.pk, row.expert.code])).content.decode()
        assert f">{row.label}</span>" in page


def test_answers_in_a_section_that_is_left_to_others_are_no_beginning() -> None:
    expert = make.expert(make.survey(missing_allowed=True))
    make.say(expert, "a", "b")
    assert standing_of(expert) == "in_progress"
    section_decline(next(one for one in sections_ensure(expert) if one.node.code == "r"), declined=True)
    assert progress_of(expert).answered == 0
    assert standing_of(expert) == "not_opened"


def test_cannot_judge_is_an_answer() -> None:
    expert = make.expert(make.survey(missing_allowed=True))
    make.say(expert, "a", "b", "cannot_judge", None)
    assert standing_of(expert) == "in_progress"


def test_the_last_activity_is_the_latest_of_all() -> None:
    survey = make.survey()
    never, opened, said = (make.expert(survey, code) for code in ("never", "opened", "said"))
    moment = timezone.now() - timedelta(days=2)
    Expert.objects.filter(pk=opened.pk).update(started_at=moment)
    make.say(said, "a", "b")
    active = dict(with_standing(survey.experts.all(), survey).values_list("pk", "active_at"))
    assert active[never.pk] is None
    assert active[opened.pk] == moment
    assert active[said.pk] == JudgmentEvent.objects.get(expert=said).received_at


def test_the_numbers_are_those_of_the_lines() -> None:
    survey = panel_of_all_sorts()
    panel = panel_progress(survey)
    rows = panel.rows()
    assert panel.invited == len(rows)
    assert panel.submitted == sum(row.submitted_at is not None for row in rows) == 3
    assert panel.missing == len(panel.missing_rows) == sum(row.missing for row in rows)
    assert panel.answered == sum(row.answered for row in rows)
    assert panel.asked == sum(row.total for row in rows if row.status not in ("declined", "revoked"))
    assert (panel.tested, panel.failing) == (sum(row.tested for row in rows), sum(row.failing for row in rows))
    assert panel.tested > 0
    assert panel.unwritten == 1  # "new"; to the others a letter went, or they have begun
    assert panel.stalled == 0


def test_a_search_knows_states_and_letters_of_any_alphabet() -> None:
    survey = panel_of_all_sorts()
    make.expert(survey, "E1", name="Ödön Ångström", organisation="研究院")
    assert board(survey, q="mail returned") == ["back"]
    assert board(survey, q="ångström ÖDÖN") == ["E1"]
    assert board(survey, q="研究") == ["E1"]
    assert board(survey, q="ångström", show="submitted") == []


@pytest.mark.parametrize("column", SORTS)
def test_an_order_turned_round_shows_the_same_experts(column: str) -> None:
    survey = panel_of_all_sorts()
    assert sorted(board(survey, sort=column)) == sorted(board(survey, sort=f"-{column}")) == sorted(board(survey))


def test_orders_are_those_of_the_columns() -> None:
    survey = panel_of_all_sorts()
    slow = make.expert(survey, "slow")
    make.say(slow, "a", "b", shown=Shown(view="card", place=1, swapped=False, milliseconds=290_000))
    assert board(survey, sort="-minutes")[0] == "slow"
    assert board(survey, sort="-activity")[0] == "slow"
    assert board(survey, sort="status")[0] == "new"
    failing = {row.expert.code: row.failing for row in panel_progress(survey).rows()}
    assert {failing[code] for code in board(survey, sort="-failing")[:3]} == {1}
    assert sum(failing.values()) == 3
    rows = statuses(survey)
    place = list(STATUSES).index
    told = [place(rows[code]) for code in board(survey, sort="status")]
    assert told == sorted(told)


def test_more_lines_than_are_asked_for_by_number_are_the_same_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    survey = panel_of_all_sorts()
    few = board(survey, sort="-code")
    monkeypatch.setattr("surveys.selectors.progress.FEW", 3)
    assert board(survey, sort="-code") == few
