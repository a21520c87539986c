"""Simulated experts: what they think, and how they read a page."""

import doctest
from collections import Counter
from math import log

import pytest

from surveys.bots import mind as bots_mind
from surveys.bots.browser import Astray, Browser, Reply, is_loopback
from surveys.bots.crowd import paces, tally
from surveys.bots.mind import KINDS, Mind, Said, on_scale
from surveys.bots.pages import Fields, NotOffered, read_page
from surveys.bots.walker import HINTS, Walk, Walker, _ready_made

ITEMS = "abcdefgh"
PAIRS = dict(enumerate(((a, b) for a in ITEMS for b in ITEMS if a < b), start=1))  # 28 pairs of eight items


def mind(kind: str = "honest", seed: int = 1, number: int = 1) -> Mind:
    return Mind(kind, seed, number, PAIRS)


def answers(kind: str, seed: int = 1, number: int = 1) -> list[Said]:
    return [mind(kind, seed, number).answer(pair) for pair in PAIRS]


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_fixes_what_an_expert_says(kind: str) -> None:
    assert answers(kind) == answers(kind)
    others = [*(answers(kind, seed=seed) for seed in range(2, 6)), *(answers(kind, number=n) for n in range(2, 6))]
    assert sum(other == answers(kind) for other in others) <= 1  # two straight-liners may agree


def test_the_numbers_of_the_pairs_do_not_matter() -> None:
    renumbered = Mind("hurried", 1, 1, {pair + 100: items for pair, items in PAIRS.items()})
    assert [renumbered.answer(pair + 100) for pair in PAIRS] == answers("hurried")


def test_a_belief_becomes_the_nearest_answer() -> None:
    assert doctest.testmod(bots_mind).failed == 0
    assert [on_scale(log(it)).cell for it in (1.49, 1.51, 1 / 8.4, 0.5)] == ["equal", "a2", "b8", "b2"]


def test_honest_experts_contradict_themselves_less_than_hurried_ones() -> None:
    def gap(kind: str, number: int) -> float:
        it = mind(kind, number=number)
        return sum(abs(_log(it.answer(pair)) - it._believed(*PAIRS[pair])) for pair in PAIRS)

    assert sum(gap("honest", number) for number in range(20)) * 1.5 < sum(
        gap("hurried", number) for number in range(20)
    )


def _log(said: Said) -> float:
    return -log(said.strength) if said.more_important == "b" else log(said.strength)


def test_careless_experts_draw_straight_lines_or_answer_anything() -> None:
    shares = [Counter(answers("careless", number=number)).most_common(1)[0][1] for number in range(40)]
    assert shares.count(len(PAIRS)) in range(10, 31)
    assert all(share == len(PAIRS) or share < len(PAIRS) / 2 for share in shares)


def test_only_the_honest_take_hints_and_only_good_ones() -> None:
    pair = next(pair for pair in PAIRS if mind().answer(pair).more_important == "a")
    there, back = on_scale(mind()._believed(*PAIRS[pair])), Said("b", 9)
    assert not mind().takes(pair, back)
    assert not any(mind(kind).takes(pair, there) for kind in KINDS if kind != "honest")
    assert any(mind().takes(pair, on_scale(mind()._believed(*PAIRS[pair]))) for pair in PAIRS)


def test_only_those_who_quit_lose_patience_and_never_after_the_last_pair() -> None:
    assert all(mind(kind).patience(10) is None for kind in KINDS if kind != "quitting")
    stops = {mind("quitting", number=number).patience(5) for number in range(60)}
    assert stops == {1, 2, 3, 4}
    assert mind("quitting").patience(1) == 1


CARD = """
<form method="post" action="/answer/1/pairs/2/">
  <button type="submit" formmethod="dialog" hidden></button>
  <input type="hidden" name="comparison" value="7"><input type="hidden" name="client_key" value="k">
  <input type="radio" name="more_important" value="a" required><input type="radio" name="more_important" value="b">
  <button name="strength" value="1">Equal</button><button name="strength" value="3">Three</button>
</form>"""


def test_a_form_sends_what_a_browser_would() -> None:
    form = read_page(CARD).forms[0]
    sent = form.filled({"more_important": "b", "strength": "3"})
    assert sorted(sent) == [("client_key", "k"), ("comparison", "7"), ("more_important", "b"), ("strength", "3")]
    assert ("more_important", "a") not in form.filled({"strength": "1"})
    with pytest.raises(NotOffered, match="strength=4"):
        form.filled({"more_important": "b", "strength": "4"})


def test_a_form_ticks_what_is_required_and_presses_the_main_button() -> None:
    form = read_page(
        """<form method="post"><input type="checkbox" name="consent" required><input type="checkbox" name="news">
        <input type="radio" name="size" value="s" checked><input type="radio" name="size" value="l">
        <select name="field"><option value="x">X<option value="y" selected>Y</select>
        <select name="city"><option value="c">C<option value="d">D</select>
        <textarea name="note"> kept </textarea><textarea name="reason"></textarea><input name="off" disabled value="1">
        <button name="go" value="practice">Try</button>
        <button class="btn btn-primary" name="go" value="on">Begin</button>
        </form>"""
    ).forms[0]
    assert dict(form.filled({}, text="because")) == {
        **{"consent": "on", "size": "s", "field": "y", "city": "c", "note": " kept ", "reason": "because", "go": "on"}
    }


def test_controls_outside_and_templates() -> None:
    page = read_page(
        """<title>Pair</title><svg><title>drawing</title></svg><template><form><input name="no"></form></template>
        <form id="f" method="post"></form><button form="f" class="btn-primary" name="x" value="1">Go</button>
        <a href="/on/" class="btn btn-primary">On</a>"""
    )
    assert (page.title, len(page.forms), page.links[0].primary) == ("Pair", 1, True)
    assert page.forms[0].filled({}) == [("x", "1")]


def test_a_ready_made_answer_is_told_from_a_question() -> None:
    hidden = '<input type="hidden" name="comparison" value="7">'
    side = '<input type="hidden" name="more_important" value="a">'
    hint = f'<form method="post">{hidden}{side}<button name="strength" value="4">Take</button></form>'
    row = f'<form method="post">{hidden}<button name="cell" value="b2">Take</button></form>'
    skip = f'<form method="post">{hidden}<button name="more_important" value="cannot_judge">?</button></form>'
    keep = f'<form method="post">{hidden}<textarea name="reason"></textarea><button>Keep</button></form>'
    assert _ready_made(read_page(hint).forms[0]) == Said("a", 4)
    assert _ready_made(read_page(row).forms[0]) == Said("b", 2)
    assert [_ready_made(read_page(html).forms[0]) for html in (CARD, skip, keep)] == [None] * 3


def test_nobody_is_led_to_another_host() -> None:
    browser = Browser("http://127.0.0.1:8000/")
    for address in ("http://example.org/", "http://127.0.0.1:80001/", "file:///etc/hosts"):
        with pytest.raises(Astray):
            browser.open(address)
    with pytest.raises(Astray):
        Browser("file:///etc/hosts")


def test_this_machine_is_known_by_its_addresses() -> None:
    near = ["http://127.0.0.1:8000/", "http://localhost/", "http://[::1]:8000/", "http://127.1.2.3/"]
    far = ["http://10.0.0.1/", "https://example.org/", "http://localhost.example.org/", "nowhere"]
    assert [is_loopback(site) for site in [*near, *far]] == [True] * 4 + [False] * 4


def test_the_tally_tells_what_is_missing() -> None:
    three, five = Said("a", 3), Said("a", 5)
    walks = [Walk(given=3, acknowledged=[(1, three), (2, three), (1, five)], seconds=[0.1, 0.2, 0.3]), Walk()]
    found = tally(walks, [[(1, three), (2, five)], [(1, five)]])
    assert (found.given, found.acknowledged, found.stored) == (3, 3, 3)
    assert (found.lost, found.unheard) == (2, 2)  # what is stored for another expert is no comfort
    held = tally(walks, [walks[0].acknowledged[::-1], []])
    assert (held.lost, held.unheard) == (0, 0)
    assert paces(walks) == pytest.approx((0.2, 0.29))
    assert paces([]) == (0, 0)


class Site:
    """A section's review that offers the same hint for ever, and the receipt behind its main link."""

    def __init__(self, offered: Said) -> None:
        self.sent: list[tuple[str, dict[str, str]]] = []
        self.hint = (
            '<form method="post" action="/answer/1/sections/x/review/"><input type="hidden" name="act" value="take">'
            '<input type="hidden" name="comparison" value="1"><input type="hidden" name="client_key" value="k">'
            f'<input type="hidden" name="more_important" value="{offered.more_important}">'
            f'<input type="hidden" name="strength" value="{offered.strength}"><button>Take it</button></form>'
            '<form method="post"><input type="hidden" name="comparison" value="1"><input name="reason" required>'
            '<button>Keep</button></form><a class="btn btn-primary" href="/answer/1/receipt/">On</a>'
        )

    def open(self, address: str) -> Reply:
        begin = '<form method="post"><button class="btn-primary">Begin</button></form>'
        return Reply(address, 200, begin if address.endswith("/i/t/") else self.hint, "", 0.1)

    def send(self, address: str, fields: Fields) -> Reply:
        self.sent.append((address, dict(fields)))
        return Reply(address, 302, "", "http://localhost/answer/1/sections/x/review/", 0.1)

    def follow(self, reply: Reply) -> Reply:
        return self.open(reply.onward) if reply.onward else reply


@pytest.mark.parametrize(("kind", "taken"), [("honest", HINTS), ("hurried", 0)])
def test_hints_are_taken_by_the_honest_and_never_without_end(kind: str, taken: int) -> None:
    believer = next(
        it
        for it in (mind(kind, number=number) for number in range(1, 99))
        if kind != "honest" or it.takes(1, on_scale(it._believed(*PAIRS[1])))
    )
    offered = on_scale(believer._believed(*PAIRS[1]))
    site, walker = Site(offered), Walker("http://localhost/", believer, 28)
    walker._browser = site  # type: ignore[assignment]
    walk = walker.go("http://localhost/i/t/")
    assert (walk.outcome, walk.hints, walk.given, walk.troubles) == ("handed in", taken, taken, [])
    assert walk.acknowledged == [(1, offered)] * taken
    assert [fields.get("act") for _, fields in site.sent] == [None, *["take"] * taken]


def test_an_answer_without_a_page_behind_it_is_not_acknowledged() -> None:
    site, walker = Site(Said("a", 3)), Walker("http://localhost/", mind(), 28)
    site.hint = '<p class="q-callout q-callout-error">closed</p>'
    walker._browser = site  # type: ignore[assignment]
    form = read_page(CARD).forms[0]
    walker._say(form, {7: Said("a", 3)}, [], site.open("http://localhost/answer/1/pairs/2/"))
    assert walker.walk.acknowledged == [] and len(walker.walk.troubles) == 1
