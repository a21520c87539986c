"""What a decision would change is what it changes; names stay hidden until somebody asks for them, with a reason."""

import html
import re
from typing import Any

import numpy as np
import pytest
import scipy  # its parts load when they are asked for
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from scoring.agreement import kendall, spearman
from scoring.selectors.effects import Board, boards_of, effect
from scoring.selectors.variants import variant_rows, variants_of
from surveys.models import AuditEvent, Decision, Expert, PanelNode, Survey
from surveys.selectors.panel_now import panel_now
from surveys.services.decisions import decision_exclude
from surveys.services.panels import panel_result_request
from surveys.services.submissions import submission_create
from surveys.services.surveys import member_add, survey_move
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

UNITS = ["North", "South", "East", "West"]
TENSE = {("a", "b"): ("a", 5), ("b", "c"): ("a", 5), ("a", "c"): ("b", 5), ("a1", "a2"): ("b", 7)}


@pytest.fixture
def survey() -> Survey:
    """One expert favours the first items, to one all is equal, one runs in a circle; data of four units."""
    made = make.survey(exclusion_rules={"en": "Answers at random."})
    for code, more, strength in (("E1", "a", 2), ("E2", "equal", 1)):
        make.submitted(make.expert(made, code), more, strength)
    tense = make.expert(made, "E3")
    for (a, b), (more, strength) in TENSE.items():
        make.say(tense, a, b, more, strength)
    submission_create(tense)
    make.work_off()
    score.data_set(made)
    return made


def who(survey: Survey, code: str = "E3") -> Expert:
    return survey.experts.get(code=code)


def board(survey: Survey) -> Board:
    return Board(boards_of(survey)[0], panel_now(survey).questions.tree)


CLOSE = b"unit,a1,a2,b,c\nNorth,1,1,0,0\nSouth,0,0,0.32,1\nEast,0,0,1,0\nWest,0,0,0,0\n"


def signed_in(name: str = "coordinator") -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user(name))
    return client


def here(survey: Survey, code: str = "E3", node: str = "r") -> str:
    return reverse("scoring:exclude_here", args=[survey.pk, code, node])


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


# --- the numbers ---


def test_the_effect_foretold_is_the_effect_that_comes(survey: Survey) -> None:
    panel = panel_now(survey)
    foretold = effect(panel, panel.leaving_out(who(survey), ["r"]), board(survey))
    decision_exclude(who(survey), panel.questions.tree.root, reason="At random.", user=make.user())
    result = panel_result_request(survey, user=make.user())[0]
    make.work_off()
    stored = {part.node.code: part for part in PanelNode.objects.filter(result=result).select_related("node")}
    for change in foretold.nodes:
        part = stored[change.node.code]
        assert [item.after for item in change.items] == [float(weight) for weight in part.weights]
        assert change.experts_after == part.experts
        assert change.ratio_after == (float(part.ratio) if part.ratio else None)
    assert [change.node.code for change in foretold.touched] == ["r"]
    after = panel_now(survey)
    assert {leaf.node.code: leaf.after for leaf in foretold.leaves} == {
        leaf.code: after.group.whole[leaf.code] for leaf in after.questions.tree.leaves
    }
    scores = board(survey).scores(dict(after.group.local))
    ranks = {unit.name: unit.after for unit in foretold.whole_ranks.units}  # type: ignore[union-attr]
    assert [ranks[name] for name in UNITS] == scores.ranks_of("r").tolist()


def test_the_largest_change_stands_first_and_all_changes_cancel(survey: Survey) -> None:
    panel = panel_now(survey)
    found = effect(panel, panel.leaving_out(who(survey)))
    sizes = [leaf.size for leaf in found.leaves]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(leaf.change for leaf in found.leaves) == pytest.approx(0, abs=1e-12)
    assert found.ranks == []


def test_accepting_changes_nothing(survey: Survey) -> None:
    panel = panel_now(survey)
    found = effect(panel, panel, board(survey))
    assert found.nothing
    assert found.touched == []
    assert (found.whole_ranks.moving, found.whole_ranks.spearman) == ([], 1.0)  # type: ignore[union-attr]


def test_leaving_out_everybody_says_why_there_would_be_no_result(survey: Survey) -> None:
    panel = panel_now(survey)
    nobody = panel.excluding({expert.pk: frozenset({"a"}) for expert in panel.experts})
    assert "Nobody's answers link all items of a" in effect(panel, nobody).refusal


def test_variants_are_what_the_method_would_have_given(survey: Survey) -> None:
    panel = panel_now(survey)
    rows = {row.variant.name: row for row in variant_rows(panel, board(survey))}
    assert list(rows) == ["aggregation", "method", "consistent", "first"]
    for name, other in (
        ("aggregation", panel.computed_by(aggregation="aip")),
        ("method", panel.computed_by(method="log_least_squares")),
        ("consistent", panel.leaving_out(who(survey), ["r"])),  # the circle is its only matrix of CR 0.1 and above
        ("first", panel),
    ):
        expected = {leaf.code: other.group.whole[leaf.code] for leaf in panel.questions.tree.leaves}
        assert {leaf.node.code: leaf.after for leaf in rows[name].effect.leaves} == pytest.approx(expected), name
    assert rows["first"].effect.nothing


def test_what_was_left_out_and_unequal_weights_give_variants_of_their_own(survey: Survey) -> None:
    everything = panel_now(survey).group.whole
    decision_exclude(who(survey), None, reason="At random.", user=make.user())
    Expert.objects.filter(survey=survey, code="E1").update(weight=2)
    panel = panel_now(survey)
    found = {variant.name: variant.panel(panel) for variant in variants_of(panel)}
    assert found["equal"].counting == [True, True, False]
    Expert.objects.filter(survey=survey, code="E1").update(weight=1)
    assert found["equal"].group.whole == panel_now(survey).group.whole
    again = next(variant for variant in variants_of(panel_now(survey)) if variant.name == "everybody")
    assert again.panel(panel_now(survey)).group.whole == everything


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=12))
def test_the_coefficients_are_those_of_scipy(pairs: list[tuple[int, int]]) -> None:
    a, b = (np.array(ranks) for ranks in zip(*pairs, strict=True))
    if len(set(a.tolist())) == 1 or len(set(b.tolist())) == 1:
        assert (spearman(a, b), kendall(a, b)) == (None, None)
        return
    assert spearman(a, b) == pytest.approx(scipy.stats.spearmanr(a, b).statistic, abs=1e-12)
    assert kendall(a, b) == pytest.approx(scipy.stats.kendalltau(a, b).statistic, abs=1e-12)


# --- names ---


def test_cover_names_betray_neither_the_file_nor_the_ranks(survey: Survey) -> None:
    content = "unit,a1,a2,b,c\n" + "".join(f"Unit {n:02d},{n},{n},{n},{n}\n" for n in range(1, 31))
    data = score.data_set(survey, content.encode(), file="thirty.csv")
    found = Board(data, panel_now(survey).questions.tree)
    labels = [int(found.labels[unit.pk][1:]) for unit in found.units]
    assert sorted(labels) == list(range(1, 31))
    assert labels not in (list(range(1, 31)), list(range(30, 0, -1)))
    assert labels == [int(Board(data, found.tree).labels[unit.pk][1:]) for unit in found.units]  # and they stay


def test_names_appear_only_after_somebody_asked_and_the_first_time_is_kept(survey: Survey) -> None:
    data = score.data_set(survey, CLOSE, file="close.csv")  # leaving E3 out brings North before South
    client, address = signed_in(), here(survey)
    for query in (f"?data={data.pk}", f"?data={data.pk}&names=1"):
        page = text(client.get(address + query))
        assert re.search(r"\bU\d\b", page)
        assert not [name for name in UNITS if name in page]
    unmask = reverse("scoring:unmask", args=[survey.pk])
    client.post(unmask, {"next": address, "reason": " "})
    assert Survey.objects.filter(pk=survey.pk, unmasked_at=None).exists()
    answer = client.post(unmask, {"next": address, "reason": "The director asks."})
    assert answer["Location"] == f"{address}?names=1#ranks"
    assert not Survey.objects.filter(pk=survey.pk, unmasked_at=None).exists()
    page = text(client.get(f"{address}?data={data.pk}&names=1"))
    assert [name for name in UNITS if name in page]
    assert "will be marked" in page
    assert not [
        name for name in UNITS if name in text(client.get(f"{address}?data={data.pk}"))
    ]  # whoever wants to stay blind may
    entry = AuditEvent.objects.get(action="names.unmasked")
    assert (entry.reason, entry.user) == ("The director asks.", make.user())
    client.post(address, {"reason": "At random."})
    assert Decision.objects.get().after_unmasking
    assert "after names were seen" in text(client.get(reverse("surveys:consistency", args=[survey.pk])))


def test_the_way_back_from_unmasking_stays_on_this_site(survey: Survey) -> None:
    unmask = reverse("scoring:unmask", args=[survey.pk])
    answer = signed_in().post(unmask, {"next": "https://example.org/", "reason": "Asked."})
    assert answer["Location"].startswith(reverse("scoring:what_if", args=[survey.pk]))


def test_a_reader_of_the_comparison_sees_no_names(survey: Survey) -> None:
    Survey.objects.filter(pk=survey.pk).update(unmasked_at=survey.created_at)
    member_add(survey, member=make.user("viewer"), role="viewer", user=None)
    page = text(signed_in("viewer").get(reverse("scoring:what_if_variant", args=[survey.pk, "method"]) + "?names=1"))
    assert not [name for name in UNITS if name in page]


# --- the pages ---


def test_the_page_says_what_would_change_and_the_button_does_it(survey: Survey) -> None:
    client = signed_in()
    page = text(client.get(here(survey)))
    assert re.search(
        r"The largest change of a global weight is that of “Indicator \w+”: from [\d.]+ % to [\d.]+ %", page
    )
    assert "Experts who count here: 3 before, 2 after." in page
    assert "Draft: not locked" in page
    assert "Answers at random." in page
    answer = client.post(here(survey), {"reason": "Runs in a circle.", "rule": "Answers at random."})
    assert answer["Location"] == reverse("surveys:matrix", args=[survey.pk, "E3", "r"])
    decision = Decision.objects.get()
    assert (decision.act, decision.rule, decision.decided_by) == ("exclude", "Answers at random.", make.user())
    page = text(client.get(answer["Location"]))
    assert "the answers at “Indicator r” are left out" in page
    assert reverse("scoring:undo", args=[survey.pk, decision.pk]) in page


def test_undoing_shows_the_way_back(survey: Survey) -> None:
    decision = decision_exclude(who(survey), None, reason="At random.", user=make.user())
    address, client = reverse("scoring:undo", args=[survey.pk, decision.pk]), signed_in()
    found = client.get(address).context["effect"]
    panel = panel_now(survey)
    assert found.largest.before == panel.group.whole[found.largest.node.code]
    assert [change.experts_after for change in found.nodes] == [3, 3]
    assert client.post(address, {"reason": "They explained it."}).status_code == 302
    assert Decision.objects.filter(undoes=decision).exists()
    assert client.get(reverse("scoring:undo", args=[survey.pk, decision.pk + 1])).status_code == 404


def test_what_is_missing_or_refused_stays_on_the_page(survey: Survey) -> None:
    client = signed_in()
    answer = client.post(here(survey), {"reason": " "})
    assert (answer.status_code, Decision.objects.count()) == (422, 0)
    assert "it is printed with the result" in text(answer)
    decision_exclude(who(survey), None, reason="At random.", user=make.user())
    answer = client.post(here(survey), {"reason": "Once more."})
    assert answer.status_code == 409
    assert "left out already" in text(answer)


def test_a_decided_survey_still_shows_the_effect_and_takes_no_decision(survey: Survey) -> None:
    for state in ("closed", "decided"):
        survey_move(Survey.objects.get(pk=survey.pk), state, user=None)
    client = signed_in()
    page = text(client.get(here(survey)))
    assert "What it changes" in page
    assert 'name="reason" ' not in page.split('id="decide"')[1]
    assert client.post(here(survey), {"reason": "Late."}).status_code == 409


def test_who_has_not_handed_in_is_not_decided_about(survey: Survey) -> None:
    make.expert(survey, "E4")
    client = signed_in()
    assert client.get(here(survey, "E4")).status_code == 302
    for code, node in (("E9", "r"), ("E3", "b"), ("E3", "zz")):
        assert client.get(here(survey, code, node)).status_code == 404


def test_without_data_the_page_says_so(survey: Survey) -> None:
    other = make.survey(of=survey.edition)
    for code in ("E1", "E2"):
        make.submitted(make.expert(other, code))
    assert "No data set of this survey is at hand" in text(signed_in().get(here(other, "E1")))
    assert "ranks are not compared" in text(signed_in().get(reverse("scoring:what_if", args=[other.pk])))


def test_pages_ask_few_questions(survey: Survey, django_assert_max_num_queries: Any) -> None:
    client = signed_in()
    for address in (
        here(survey),
        reverse("scoring:exclude_all", args=[survey.pk, "E3"]),
        reverse("scoring:what_if", args=[survey.pk]),
        reverse("scoring:what_if_variant", args=[survey.pk, "first"]),
    ):
        with django_assert_max_num_queries(20):
            assert client.get(address).status_code == 200
