"""A page, and the hand on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error, Page, Route, expect

from surveys.selectors.answers import progress_of
from tests.browser.ways.requests import SAVE, Handler

if TYPE_CHECKING:
    from tests.browser.ways.scene import Scene

CALM = 8.0  # seconds after which whatever waits should have arrived
# -1 while a page with the queue's script is still being loaded.
WAITING = """() => {
    if (window.quanheng) return window.quanheng.waiting().length;
    return document.readyState !== "complete" || document.querySelector("script[src*='queue']") ? -1 : 0;
}"""


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

    def until_stored(self, count: int) -> None:
        """The next pair is there before the server has committed: on a busy machine, long before."""
        for _round in range(int(CALM * 50)):
            if self.scene.events.count() == count:
                return
            self.wait(20)
        raise AssertionError(f"{self.scene.events.count()} answers are stored, and not {count}")

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
