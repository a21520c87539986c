"""Experts' weights as strips; the order of a node's parts; the range of its scores."""

from functools import partial

import pytest

from scoring.figures.builders import caption_of, make_up, node_bars, tiles
from scoring.figures.files import TYPES, figure_bytes
from scoring.figures.published import Place, ranking_figure, tiles_figure
from scoring.figures.specification import Figure, Stacked, Strips
from scoring.publishing import Profile, shown
from scoring.selectors.board import board_of
from scoring.selectors.explained import profile_figure
from scoring.selectors.pictures import kinds_of, picture
from surveys.models import Survey
from surveys.selectors import consensus
from surveys.selectors.panel_now import panel_then
from surveys.services.weights_outside import weight_set_fix
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.usefixtures("english")]
NAME = "Wanda Named"


def strips_of(figure: Figure | None) -> Strips:
    assert figure
    assert isinstance(figure.body, Strips)
    return figure.body


def test_the_parts_of_a_node_stand_in_tree_order_whatever_their_codes() -> None:
    """Letters would put 10 before 2, and b before both."""
    survey = make.survey(of=make.edition({"r": ["n2", "n10", "b"]}))
    weights = make.weight_set("locked", of=make.panel_result(survey))
    data = score.data_set(survey, b"unit,b,n10,n2\nNorth,1,10,5\nSouth,2,30,6\nEast,4,20,9\n")
    board = board_of(score.run(weights, data))
    assert list(board.local["r"]) == ["n2", "n10", "b"]
    figure = make_up(board, "r")
    assert isinstance(figure.body, Stacked)
    names = ["Indicator n2", "Indicator n10", "Indicator b"]
    assert list(figure.body.names) == names == list(figure.table.heading)[2:-1]
    for stack, unit in zip(figure.body.stacks, board.ranked("r"), strict=True):
        assert stack.parts == pytest.approx(
            [board.local["r"][code] * board.score_of(code)[unit] for code in ("n2", "n10", "b")]
        )


def test_figures_speak_of_the_range_that_the_run_gave_its_scores() -> None:
    run = score.run()
    run.options = {**run.options, "output_low": "1.0", "output_high": "10.0"}
    board = board_of(run)
    seen = shown(board, Profile(nodes=["r"], parts=True), "r")
    captioned = partial(caption_of, board)
    drawn = [node_bars(board, "r"), make_up(board, "r"), tiles(board, "r", {0: (1, 1)}, {}), profile_figure(board, 0)]
    told = [ranking_figure("r", seen, captioned), tiles_figure("r", seen, [Place(1, 1, "N")] * 4, captioned)]
    assert {figure.body.highest for figure in [*drawn, *told]} == {10.0}  # type: ignore[union-attr]
    assert {figure.caption.unit for figure in [*drawn, *told]} == {"score, 1 to 10", "points"}


def test_each_expert_is_a_dot_under_a_code_beside_the_weights_that_the_run_used() -> None:
    survey = make.survey(anonymity=Survey.Anonymity.NAMED)
    make.submitted(make.expert(survey, "Z9", name=NAME), strength=9)
    result = make.panel_result(survey, experts=2)
    run = score.run(make.weight_set("locked", of=result, decimals=0), weights_used="adopted")
    board = board_of(run)
    figure, panel = picture(board, "r", "experts"), panel_then(result)
    strips = strips_of(figure).strips
    assert [strip.label for strip in strips] == ["Indicator a", "Indicator b", "Indicator c"]
    assert set(strips[0].names) == {"Z9", "E2", "E3"}
    columns = panel.questions.items["r"]
    for place, (code, strip) in enumerate(zip("abc", strips, strict=True)):
        assert strip.points == pytest.approx((100 * panel.own_weights[:, columns][:, place]).tolist())
        assert strip.line == pytest.approx(100 * board.local["r"][code])
        assert strip.line != pytest.approx(100 * panel.group.local["r"][place]), "as adopted, not as the panel has it"
        assert strip.band is not None
    assert figure
    assert figure.caption.count == 3
    assert NAME.encode() not in b"".join(figure_bytes(figure, kind) for kind in TYPES if kind != "png")
    assert [row[2] for row in figure.table.rows] == [strip.line for strip in strips]


def test_where_many_are_on_the_panel_nobody_is_named_even_by_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consensus, "MOST_DOTS", 2)
    run = score.run(make.weight_set("locked", of=make.panel_result(experts=3)))
    figure = picture(board_of(run), "a", "experts")
    assert all(not strip.names for strip in strips_of(figure).strips)
    assert figure
    assert b"E1" not in figure_bytes(figure, "csv")


def test_below_three_experts_single_answers_are_not_shown() -> None:
    figure = picture(board_of(score.run()), "r", "experts")
    assert not strips_of(figure).strips
    assert figure
    assert "Fewer than 3 experts" in figure.caption.sentence


def test_weights_that_no_panel_gave_have_no_strips() -> None:
    draft = make.weight_set("draft", of=make.panel_result(experts=3))
    said = {"source": "Ministry", "reference": "No. 7", "reason": "Decided before."}
    fixed = weight_set_fix(draft, draft.edition.indicators.get(code="a"), [0.7, 0.3], user=make.user(), **said)
    board = board_of(score.run(fixed, preview=True))
    assert "experts" in dict(kinds_of(board, "r"))
    assert picture(board, "a", "experts") is None, "fixed by a decision"
    assert picture(board, "a1", "experts") is None, "nothing is compared below a leaf"
