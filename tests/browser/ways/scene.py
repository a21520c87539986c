"""Where the scripts play: an expert, devices with tabs, and a list of what the person said.

At the end everything that was said must be in the log exactly once, what was said last must count, and every page must
show what the server has.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext

from surveys.models import Comparison, Expert, Judgment, JudgmentEvent, LateAnswer
from surveys.services.chain import chain_verify
from surveys.views.expert.session import cookie_name, cookie_path
from tests.browser.conftest import Watch
from tests.browser.ways.requests import with_constants
from tests.browser.ways.tab import Tab
from tests.support.everybody import session_token

TREE = {"r": ["a", "b", "c", "d"], "a": ["a1", "a2", "a3"]}
"""Six pairs, then three."""

Given = tuple[int, str, int | None]
"""The number of a pair, which is more important, how much."""
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
    tabs: list[Tab] = field(default_factory=list)
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

    def tab(self, device: BrowserContext | None = None, address: str = "") -> Tab:
        tab = Tab(self, (device or self.device()).new_page())
        tab.page.goto(address or f"{self.address('pair', 1)}#question")
        self.tabs.append(tab)
        return tab

    def rows(self, device: BrowserContext | None = None) -> Tab:
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
