"""Where the scripts play: an expert, devices with tabs, and a list of what the person said.

At the end everything that was said must be in the log exactly once, what was said last must count, and every page must
show what the server has.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from surveys.models import Comparison, Expert, Judgment, JudgmentEvent, LateAnswer
from surveys.selectors.answers import progress_of
from surveys.services.chain import chain_verify
from surveys.views.expert.session import cookie_name, cookie_path
from tests.browser.conftest import Watch
from tests.support.everybody import session_token

TREE = {"r": ["a", "b", "c", "d"], "a": ["a1", "a2", "a3"]}
"""Six pairs, then three."""
SAVE = "**/save/"
CALM = 8.0  # seconds after which whatever waits should have arrived

Given = tuple[int, str, int | None]
"""The number of a pair, which is more important, how much."""
Handler = Callable[[Route], None]
Way = Callable[["Scene"], None]

WAYS: dict[str, Way] = {}

QUICK = {"card.js": {"PATIENCE": 300, "SHOWN": 120}}

# Whoever reads "Saved 12:00" believes it of everything they said.
WATCH_FOR_LIES = """
    window.lies = [];
    const look = () => {
        const mark = document.querySelector("[data-saved]"), queue = window.quanheng;
        if (!mark || !queue || mark.hidden || mark.matches(".q-saved-waiting")) return;
        if (!/\\d\\d:\\d\\d/.test(mark.textContent)) return;
        window.lies.push(...queue.waiting().map(id => (queue.entry(id) || {}).comparison));
    };
    document.addEventListener("DOMContentLoaded", () => new MutationObserver(look).observe(
        document.body, {subtree: true, childList: true, attributes: true, characterData: true}));
"""


# -1 while a page with the queue's script is still being loaded.
WAITING = """() => {
    if (window.quanheng) return window.quanheng.waiting().length;
    return document.readyState !== "complete" || document.querySelector("script[src*='queue']") ? -1 : 0;
}"""


def way(script: Way) -> Way:
    """The name of the function is the sentence."""
    WAYS[script.__name__] = script
    return script


@dataclass
class Scene:
    """`given` is what the person said, in order; `late` what came after the end; `disputed` the pairs on which two
    devices differ, with the answer that counts meanwhile; `asked` those on which they did. `wide` is an expert with
    one section of twenty-one pairs, `plain` the devices that run no scripts.
    """

    browser: Browser
    site: str
    expert: Expert
    wide: Expert
    given: list[Given] = field(default_factory=list)
    late: list[Given] = field(default_factory=list)
    disputed: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)
    tabs: list["Tab"] = field(default_factory=list)
    plain: list[BrowserContext] = field(default_factory=list)
    watch: Watch = field(default_factory=Watch)

    @property
    def pairs(self) -> dict[int, int]:
        """The number of a pair → its key."""
        rows = Comparison.objects.filter(node__edition=self.expert.survey.edition)
        return dict(rows.values_list("position", "pk"))

    def address(self, name: str, *args: Any) -> str:
        return self.site + reverse(f"surveys:{name}", args=[self.expert.survey_id, *args])

    @property
    def rows_address(self) -> str:
        """The first section, on rows."""
        return self.address("rows", Comparison.objects.get(pk=self.pairs[1]).node_id)

    # --- devices ---

    def device(self, *scripts: str, quick: Mapping[str, Mapping[str, int]] = QUICK, **options: Any) -> BrowserContext:
        """A browser of its own, in which the expert has begun. `quick` are constants of our scripts, in milliseconds,
        by which nobody has to wait so long.
        """
        context = self.browser.new_context(**options)
        context.set_default_timeout(8_000)
        if not options.get("java_script_enabled", True):
            self.plain.append(context)
        for name, constants in quick.items():
            context.route(f"**/js/{name}", with_constants(name, constants))
        for script in (WATCH_FOR_LIES, *scripts):
            context.add_init_script(f"(() => {{{script}}})()")
        context.on("page", self.watch.follow)
        self.open_again(context)
        return context

    def open_again(self, context: BrowserContext) -> None:
        """What the personal link does: a fresh cookie."""
        survey = self.expert.survey_id
        cookie = {"name": cookie_name(survey), "value": session_token(self.expert)}
        context.add_cookies([{**cookie, "url": self.site + cookie_path(survey)}])  # type: ignore[typeddict-item]

    def tab(self, device: BrowserContext | None = None, address: str = "") -> "Tab":
        tab = Tab(self, (device or self.device()).new_page())
        tab.page.goto(address or f"{self.address('pair', 1)}#question")
        self.tabs.append(tab)
        return tab

    def rows(self, device: BrowserContext | None = None) -> "Tab":
        return self.tab(device, self.rows_address)

    # --- the end ---

    def calm(self) -> None:
        for tab in self.tabs:
            tab.settle()

    def verify(self) -> None:
        self.calm()
        log = self.log()
        assert Counter(log) == Counter(self.given), f"in the log: {log}; said: {self.given}"
        assert chain_verify(self.expert) == []
        assert self.counts() == self.expected()
        asked = self.events.filter(conflict=True).values_list("comparison__position", flat=True)
        assert set(asked) == self.asked | self.disputed.keys()
        kept = LateAnswer.objects.filter(expert=self.expert).order_by("pk")
        late = kept.values_list("comparison__position", "more_important", "strength")
        assert Counter(late) == Counter(self.late)
        for tab in self.tabs:
            tab.verify()
        faults = [fault for fault in self.watch.faults if "Failed to load resource" not in fault]
        assert not faults, faults

    @property
    def events(self) -> QuerySet[JudgmentEvent]:
        return JudgmentEvent.objects.filter(expert=self.expert)

    @property
    def conflicts(self) -> int:
        return self.events.filter(conflict=True).count()

    def log(self) -> list[Given]:
        rows = self.events.order_by("revision")
        return list(rows.values_list("comparison__position", "more_important", "strength"))

    def counts(self) -> dict[int, tuple[str, int | None]]:
        rows = Judgment.objects.filter(expert=self.expert).select_related("comparison")
        return {row.comparison.position: (row.more_important, row.strength) for row in rows}

    def expected(self) -> dict[int, tuple[str, int | None]]:
        said = {position: (more, strength) for position, more, strength in self.given} | self.disputed
        return {position: answer for position, answer in said.items() if answer[0]}


class Tab:
    """A page, and the hand on it. Pairs stand as on paper: the first item is A."""

    def __init__(self, scene: Scene, page: Page) -> None:
        self.scene, self.page = scene, page
        self.said: set[int] = set()

    # --- answering ---

    def position(self) -> int:
        return int(self.page.locator("#question").get_attribute("data-position") or 0)

    def hear(self, more: str, strength: int | None, position: int | None = None) -> None:
        """The person said so."""
        position = position or self.position()
        self.said.add(position)
        self.scene.given.append((position, more, strength))

    def tap(self, side: str, strength: int = 1) -> None:
        """The two taps (one for equal), and nothing more."""
        self.hear(side, strength)
        if side == "equal":
            self.page.locator(".q-equal").click()
        else:
            self.page.locator(f"label[for=side-{side}]").click()
            self.page.locator(f".q-strength-{strength}").click()

    def answer(self, side: str, strength: int = 1) -> None:
        """The taps, and the next pair is there."""
        here = self.position()
        self.tap(side, strength)
        self.moved(here)

    def moved(self, here: int) -> None:
        expect(self.page.locator("#question")).not_to_have_attribute("data-position", str(here))

    def show(self, position: int) -> None:
        """Back to a pair by the page's own link, without loading it."""
        while self.position() != position:
            here = self.position()
            self.page.locator("[data-back]" if position < here else "[data-forward]").click()
            self.moved(here)

    def undo(self, more: str = "", strength: int | None = None) -> None:
        """Take the newest answer back; what was said before is said again."""
        position = self.scene.given[-1][0]
        self.page.locator("[data-undo] button").click()
        self.hear(more, strength, position)

    def choose(self, position: int, side: str, strength: int = 1) -> None:
        """A cell of the row page, with a pointer."""
        self.cell(position, side, strength).click()
        self.hear(side, strength, position)

    def cell(self, position: int, side: str, strength: int = 1) -> Any:
        value = side if side == "equal" else f"{side}{strength}"
        return self.page.locator(f"#pair-{self.scene.pairs[position]} input[value={value}]")

    def key(self, key: str, **how: Any) -> None:
        """A key as an input method or another keyboard sends it."""
        script = "([key, how]) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, ...how}))"
        self.page.evaluate(script, [key, {"bubbles": True, "cancelable": True, **how}])

    # --- what goes wrong ---

    def during(self, *handlers: Handler, then: Handler | None = None) -> list[Route]:
        """Each sending of an answer meets the next handler; those after the last one meet `then`, or nothing."""
        met: list[Route] = []

        def handle(route: Route) -> None:
            met.append(route)
            handler = handlers[len(met) - 1] if len(met) <= len(handlers) else then
            handler(route) if handler else route.continue_()

        self.page.context.route(SAVE, handle)
        return met

    @contextmanager
    def offline(self) -> Iterator[None]:
        self.page.context.set_offline(True)
        yield
        self.page.context.set_offline(False)

    def wait(self, milliseconds: float) -> None:
        self.page.wait_for_timeout(milliseconds)

    # --- what it shows ---

    def waiting(self) -> int:
        if self.page.context in self.scene.plain:
            return 0
        found: int = self.page.evaluate(WAITING)
        return found

    def says_saved(self) -> bool:
        mark = self.page.locator("[data-saved]:not(.q-saved-waiting)")
        return mark.count() == 1 and mark.is_visible() and "Saved" in mark.inner_text()

    def bar(self) -> str:
        """The words that somebody sees above the card, "" for none."""
        bar = self.page.locator("[data-waiting]")
        return bar.inner_text() if bar.count() and bar.is_visible() else ""

    def on_rows(self, position: int) -> None:
        """Saved and gone on: whoever chose rows finds the next open pair on them."""
        self.page.wait_for_url(re.compile(rf"/rows/\?pair={position}\b"))

    def bar_counts(self, waiting: int) -> bool:
        return f": {waiting}" in self.bar()

    def settle(self) -> None:
        """Until nothing waits. The network is said to be back, so that nobody waits for the next try."""
        if self.page.is_closed():
            return
        for _round in range(int(CALM * 10)):
            with suppress(Error):  # it may be on its way to another page
                if not self.waiting():
                    return
                self.page.evaluate("window.dispatchEvent(new Event('online'))")
            self.wait(100)
        raise AssertionError(f"{self.waiting()} answers still wait")

    def settle_to(self, count: int) -> None:
        while self.waiting() != count:
            self.wait(20)

    def verify(self) -> None:
        """The page knows what the server has, never said otherwise, and shows the same after a reload."""
        if self.page.is_closed():
            return
        self.wait(50)
        others = {position for tab in self.scene.tabs if tab is not self for position in tab.said}
        own = {self.scene.pairs[position] for position in self.said - others}
        assert not own & set(self.page.evaluate("window.lies")), "it said “saved” while they waited"
        if len({tab.page.context for tab in self.scene.tabs}) == 1:  # another device's news come with the next page
            self._knows()
        self.page.reload()
        self._knows()
        if self.page.locator("[data-card]").count():
            self._shows()

    def _knows(self) -> None:
        known = self.page.evaluate(
            """() => window.quanheng && window.quanheng.data.said && Object.entries(window.quanheng.data.said)
                .map(([pair, [said, strength]]) => [window.quanheng.data.pairs[pair][2], said, strength])"""
        )
        if known is None:
            return
        apart = self.scene.disputed.keys() | {position for position, *_rest in self.scene.late}
        said = {position: (more, strength) for position, more, strength in known if more and position not in apart}
        counts = self.scene.counts()
        assert said == {position: answer for position, answer in counts.items() if position not in apart}

    def _shows(self) -> None:
        more, strength = self.scene.counts().get(self.position(), ("", None))
        pressed = self.page.locator("[name=strength][aria-pressed=true]")
        chosen = self.page.locator(".q-side:checked")
        assert pressed.count() == (1 if strength else 0)
        if strength:
            assert pressed.get_attribute("value") == str(strength)
        assert chosen.count() == (more in ("a", "b"))
        if more in ("a", "b"):
            assert chosen.get_attribute("value") == more
        shown = self.page.locator("[data-count]").inner_text()
        assert shown in [f"{part.answered}/{part.total}" for part in progress_of(self.scene.expert).sections]


# --- what may meet a request ---


def drop(route: Route) -> None:
    """It never reaches the server."""
    route.abort("connectionfailed")


def drop_reply(route: Route) -> None:
    """The server has committed, and nobody hears of it."""
    route.fetch()
    route.abort("connectionreset")


def reply_with(status: int, body: str, kind: str = "application/json", *, stored: bool = False) -> Handler:
    """Another reply than the server's own, which has `stored` the answer or has never seen it."""

    def handler(route: Route) -> None:
        if stored:
            route.fetch()
        route.fulfill(status=status, body=body, content_type=kind)

    return handler


def hold(routes: list[Route]) -> Handler:
    """Keep it for later."""
    return lambda route: routes.append(route)


def with_constants(script: str, constants: Mapping[str, int]) -> Handler:
    """Our own script as it is, but for these numbers."""
    text = (settings.BASE_DIR / "static" / "js" / script).read_text(encoding="utf-8")
    for name, value in constants.items():
        text, found = re.subn(rf"\b{name} = \d+", f"{name} = {value}", text)
        assert found == 1, name
    return lambda route: route.fulfill(body=text, content_type="text/javascript")
