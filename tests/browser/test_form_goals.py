"""What the expert's form promises in numbers, measured in a real browser: taps, keys, and bytes over the wire."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from surveys.models import Expert, InvitationLink, Judgment, JudgmentEvent
from surveys.services.chain import chain_verify
from surveys.services.panel import link_mint
from tests.browser.conftest import Watch
from tests.support import journey as step
from tests.support.places import copy_demo, free_port, running_site
from tests.surveys import factories as make

TREE = {"r": ["a", "b", "c", "d"], "a": ["a1", "a2"], "b": ["b1", "b2", "b3"]}
"""Six pairs, one, and three: sections with a review behind them and one without."""
DEMO = settings.BASE_DIR / "demo" / "computing" / "judgments.csv"
KB = 1000
MOST_TAPS, MOST_KEYS, MOST_TO_FIRST = 2.0, 2, 4
HEAVIEST_PAGE, MOST_SCRIPT, HEAVIEST_ANSWER = 60 * KB, 15 * KB, 2 * KB
# A tap on a label is told as two clicks, but only one pointer went down. Pages come and go: the tab remembers.
COUNT = """
    for (const kind of ["pointerdown", "keydown"]) {
        addEventListener(kind, event => {
            if (event.isTrusted) sessionStorage[kind] = Number(sessionStorage[kind] || 0) + 1;
        }, true);
    }
"""


@dataclass
class Counted:
    """What a hand did on a page."""

    page: Page

    def __post_init__(self) -> None:
        self.page.add_init_script(f"(() => {{{COUNT}}})()")

    def so_far(self, kind: str) -> int:
        return int(self.page.evaluate("kind => Number(sessionStorage[kind] || 0)", kind))

    @property
    def taps(self) -> int:
        return self.so_far("pointerdown")

    @property
    def keys(self) -> int:
        return self.so_far("keydown")


@pytest.fixture
def expert(transactional_db: None) -> Expert:
    return make.expert(make.survey(of=make.edition(TREE), gate="none"), name="Prof. Chen", language="en")


def open_link(page: Page, live_server: LiveServer, expert: Expert) -> None:
    token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)
    page.goto(live_server.url + reverse("surveys:start", args=[token]))


def said_in_demo() -> list[str]:
    """What the demo's experts say of each pair, as a kind of answer."""
    with DEMO.open(encoding="utf-8-sig") as lines:
        return ["equal" if row["more_important"] == "equal" else "one side" for row in csv.DictReader(lines)]


def ends_in_demo() -> Counter[str]:
    """How many sections one expert finishes, by what comes behind them: a review, or nothing where one pair is all."""
    with DEMO.open(encoding="utf-8-sig") as lines:
        rows = [row["parent"] for row in csv.DictReader(lines) if row["expert"] == "E01"]
    return Counter("alone" if pairs == 1 else "review" for pairs in Counter(rows).values())


@dataclass
class Spent:
    """Taps (or keys) by what they were for."""

    by_kind: dict[str, list[int]] = field(default_factory=dict)

    def add(self, kind: str, count: int) -> None:
        self.by_kind.setdefault(kind, []).append(count)

    def mean(self, kind: str) -> float:
        counts = self.by_kind[kind]
        return sum(counts) / len(counts)

    @property
    def total(self) -> int:
        return sum(sum(counts) for counts in self.by_kind.values())


def mean_in_demo(spent: Spent) -> float:
    """For one pair of the demo's 176, the ends of sections, the way in and the handing in among them."""
    kinds, ends = Counter(said_in_demo()), ends_in_demo()
    pairs = 176
    assert sum(kinds.values()) % pairs == 0
    assert sum(ends.values()) == 14
    answers = sum(count * spent.mean(kind) for kind, count in kinds.items()) / sum(kinds.values()) * pairs
    around = ends["review"] * spent.mean("section end") + sum(spent.by_kind["way in"] + spent.by_kind["handing in"])
    return (answers + around) / pairs


def test_a_survey_takes_at_most_two_taps_a_pair(
    page: Page, live_server: LiveServer, expert: Expert, tell: Callable[[str], None]
) -> None:
    """From the link to the receipt, with every second answer "equal", as the demo's experts have it."""
    assert 0.4 < said_in_demo().count("equal") / len(said_in_demo()) < 0.6
    page.set_viewport_size({"width": 390, "height": 844})
    hand, spent = Counted(page), Spent()
    open_link(page, live_server, expert)
    page.locator("input[name=consent]").click()
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/pairs/**")
    before = hand.taps
    spent.add("way in", before)
    for number, side in zip(range(10), cycle(["a", "equal", "b", "equal"]), strict=False):
        here = page.locator("#question").get_attribute("data-position")
        if side == "equal":
            page.locator(".q-equal").click()
        else:
            page.locator(f"label[for=side-{side}]").click()
            page.locator(f".q-strength-{2 + number % 8}").click()
        expect(page.locator(f"#question[data-position='{here}']")).to_have_count(0)
        spent.add("equal" if side == "equal" else "one side", hand.taps - before)
        before = hand.taps
        if number == 0:
            assert JudgmentEvent.objects.exists()
            assert before <= MOST_TO_FIRST
        if step.SECTION_REVIEW.search(page.url):
            step.onwards(page)
            spent.add("section end", hand.taps - before)
            before = hand.taps
    page.wait_for_url("**/review/")
    step.send(page, "/submit/")
    page.wait_for_url("**/receipt/")
    spent.add("handing in", hand.taps - before)
    assert Judgment.objects.count() == 10
    assert chain_verify(expert) == []
    assert spent.mean("equal") == 1
    assert spent.mean("one side") == 2
    assert spent.total == hand.taps
    tell(f"taps a comparison, all included: {mean_in_demo(spent):.2f}, at most {MOST_TAPS}")
    assert mean_in_demo(spent) <= MOST_TAPS, spent


def test_two_keys_answer_a_pair_with_the_keyboard_alone(page: Page, live_server: LiveServer, expert: Expert) -> None:
    hand = Counted(page)
    open_link(page, live_server, expert)
    step.tab_to(page, "input[name=consent]")
    page.keyboard.press("Space")
    step.tab_to(page, "main form button.btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pairs/**")
    for number, keys in zip(range(10), cycle([["a", "5"], ["1"], ["b", "9"], ["1"]]), strict=False):
        here, before = page.locator("#question").get_attribute("data-position"), hand.keys
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator(f"#question[data-position='{here}']")).to_have_count(0)
        assert hand.keys - before == len(keys) <= MOST_KEYS, number
        if step.SECTION_REVIEW.search(page.url):
            step.tab_to(page, step.ONWARDS)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: not step.SECTION_REVIEW.search(url))
    assert Judgment.objects.count() == 10
    assert hand.taps == 0


# --- bytes ---


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo as it is installed: compressed files, a real server, the 176 pairs."""
    home, port = copy_demo(tmp_path_factory.mktemp("site")), free_port()
    url = f"http://127.0.0.1:{port}"
    with running_site(home, port, f"{url}/"):
        yield url


class Wire:
    """What the browser counts: bytes as they come, with headers, and as they go."""

    def __init__(self, page: Page) -> None:
        self.sent: dict[str, int] = {}
        self.received: dict[str, int] = {}
        self.addresses: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.requestWillBeSentExtraInfo", self._headers)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _asked(self, event: dict[str, Any]) -> None:
        key, request = event["requestId"], event["request"]
        self.addresses[key], self.kinds[key] = request["url"], event.get("type", "")
        line = f"{request['method']} {urlsplit(request['url']).path} HTTP/1.1\r\n"
        self.sent[key] = self.sent.get(key, 0) + len(line) + len(request.get("postData", "").encode())

    def _headers(self, event: dict[str, Any]) -> None:
        size = sum(len(f"{name}: {value}\r\n".encode()) for name, value in event["headers"].items())
        self.sent[event["requestId"]] = self.sent.get(event["requestId"], 0) + size + 2

    def _finished(self, event: dict[str, Any]) -> None:
        self.received[event["requestId"]] = int(event["encodedDataLength"])

    def of(self, kind: str) -> int:
        return sum(size for key, size in self.received.items() if self.kinds.get(key) == kind)

    def answers(self) -> list[int]:
        """Bytes both ways of each answer."""
        saves = [key for key, address in self.addresses.items() if address.endswith("/save/")]
        return [self.sent[key] + self.received[key] for key in saves if key in self.received]


@pytest.fixture
def card(page: Page, context: BrowserContext, demo: str, watch: Watch) -> Page:
    """The first pair of the demo, on a phone that has seen none of our pages; not loaded again yet."""
    watch.hosts = ("127.0.0.1",)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(demo)
    step.send(page, "/demo/answer/")
    step.begin(page, page.url)
    step.to_next_pair(page)
    return page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("view", ["card", "rows"])
def test_the_first_load_of_a_page_is_light(card: Page, view: str, language: str, tell: Callable[[str], None]) -> None:
    if card.locator("html").get_attribute("lang") != language:  # a phone offers the other one only
        step.speak(card, language)
    address = card.url if view == "card" else str(card.locator("[data-rows]").evaluate("link => link.href"))
    wire = Wire(card)
    card.goto(address.partition("#")[0])
    card.wait_for_load_state("networkidle")
    scripts, everything = wire.of("Script"), sum(wire.received.values())
    told = {kind: wire.of(kind) for kind in sorted(set(wire.kinds.values()))}
    tell(f"first load, {view}, {language}: {everything / KB:.1f} KB, of which {scripts / KB:.1f} KB script")
    assert wire.of("Document") > 3 * KB
    assert wire.of("Stylesheet") > 5 * KB
    assert 2 * KB < scripts <= MOST_SCRIPT, told
    assert everything <= HEAVIEST_PAGE, told
    assert {urlsplit(address).hostname for address in wire.addresses.values()} == {"127.0.0.1"}
    assert len(wire.received) == len(wire.addresses), "something was not received"


def test_an_answer_is_small(card: Page, tell: Callable[[str], None]) -> None:
    """Each kind of answer, one that takes an item for more important among them: those are the longest."""
    wire = Wire(card)
    for taps in ([".q-equal"], ["label[for=side-a]", ".q-strength-9"], ["label[for=side-b]", ".q-strength-2"]):
        here = card.locator("#question").get_attribute("data-position")
        for tap in taps:
            card.locator(tap).click()
        expect(card.locator("#question")).not_to_have_attribute("data-position", str(here))
    expect(card.locator("[data-saved]:not(.q-saved-waiting)")).to_be_visible()
    sizes = wire.answers()
    tell(f"an answer, both ways: at most {max(sizes) / KB:.2f} KB")
    assert len(sizes) == 3
    assert max(sizes) <= HEAVIEST_ANSWER, sizes
    assert min(sizes) > 400  # or the counting is broken
