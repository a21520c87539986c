"""Goes through the site as an expert does: link, start, pairs, what the sections say, review, submission, receipt.

The pages are taken as they come. A pair is answered on its card, or on the rows of its section; elsewhere ready-made
answers are hints, and the main button or link leads on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from surveys.bots.browser import UNREACHED, Astray, Browser, Reply
from surveys.bots.mind import REASON, Mind, Said
from surveys.bots.pages import Fields, Form, NotOffered

HANDED_IN, LEFT, STOPPED, BARRED, LOST = "handed in", "left", "stopped", "barred", "lost"
HINTS = 3  # taken in one section at most
TRIES = 3  # for a request that got no answer
TROUBLES = 5  # after which an expert gives up
PAGES_PER_QUESTION, PAGES_BESIDE = 4, 60  # more than that is going in circles

_PAIR = re.compile(r"/answer/\d+/pairs/\d+/$")
_ROWS = re.compile(r"/answer/\d+/sections/\d+/rows/$")
_ROW = re.compile(r"pair-(\d+)")


@dataclass
class Walk:
    """What one simulated expert did. `acknowledged` are the comparisons and answers that the site called saved."""

    outcome: str = ""
    given: int = 0
    hints: int = 0
    pages: int = 0
    acknowledged: list[tuple[int, Said]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


class Walker:
    """One expert on the way. `stopped` is asked before every step."""

    def __init__(self, site: str, mind: Mind, questions: int, stopped: Callable[[], bool] = lambda: False) -> None:
        self.walk = Walk()
        self._browser = Browser(site)
        self._mind = mind
        self._stopped = stopped
        self._patience = mind.patience(questions)
        self._most_pages = PAGES_PER_QUESTION * questions + PAGES_BESIDE
        self._taken: dict[str, int] = {}

    def go(self, link: str) -> Walk:
        """The whole way from the personal link. Nothing is raised: what went amiss is among the troubles."""
        if self._stopped():
            self.walk.outcome = STOPPED
            return self.walk
        try:
            reply = self._begin(self._browser.open(link))
            while not self.walk.outcome:
                reply = self._step(reply)
        except (*UNREACHED, Astray, NotOffered) as error:
            self._trouble(f"{type(error).__name__}: {error}")
            self.walk.outcome = LOST
        return self.walk

    def _begin(self, reply: Reply) -> Reply:
        form = next((form for form in reply.page.forms if form.method == "post" and form.primary), None)
        if form is None:
            return self._give_up(reply)
        return self._send(form, reply, form.filled({}, text=REASON))

    def _step(self, reply: Reply) -> Reply:
        self.walk.pages += 1
        if self._stopped():
            self.walk.outcome = STOPPED
        elif self._patience is not None and self.walk.given >= self._patience:
            self.walk.outcome = LEFT
        elif reply.path.endswith("/receipt/"):
            self.walk.outcome = HANDED_IN
        elif self.walk.pages > self._most_pages or len(self.walk.troubles) >= TROUBLES:
            self._give_up(reply)
        else:
            return self._read(reply)
        return reply

    def _read(self, reply: Reply) -> Reply:
        if _PAIR.search(reply.path):
            came = self._card(reply)
        elif _ROWS.search(reply.path):
            came = self._rows(reply)
        else:
            came = self._hint(reply)
        return came or self._go_on(reply)

    def _card(self, reply: Reply) -> Reply | None:
        page = reply.page
        rows = [link.address for link in page.links if _ROWS.search(urlsplit(link.address).path)]
        if rows and self._mind.reads_rows:
            return self._browser.open(_absolute(reply, rows[0]))
        form = next((form for form in page.forms if _asks(form)), None)
        if form is None:
            return None
        pair = int(form.value("comparison"))
        said = self._mind.answer(pair)
        return self._say(form, {pair: said}, form.filled(_wanted(form, said), text=REASON), reply)

    def _rows(self, reply: Reply) -> Reply | None:
        """Fill the blank rows of a page, and no more than patience allows."""
        for form in reply.page.forms:
            blank = [name for name in form.asked if _ROW.fullmatch(name) and not form.value(name)]
            if self._patience is not None:
                blank = blank[: self._patience - self.walk.given]
            if blank:
                said = {pair: self._mind.answer(pair) for pair in (int(name[len("pair-") :]) for name in blank)}
                wanted = {f"pair-{pair}": answer.cell for pair, answer in said.items()}
                return self._say(form, said, form.filled(wanted, text=REASON), reply)
        return None

    def _hint(self, reply: Reply) -> Reply | None:
        """Take the first ready-made answer that convinces, and only so many in one place."""
        for form in reply.page.forms:
            said = _ready_made(form)
            if said is None or self._taken.get(reply.path, 0) >= HINTS:
                continue
            pair = int(form.value("comparison"))
            if self._mind.takes(pair, said):
                self._taken[reply.path] = self._taken.get(reply.path, 0) + 1
                self.walk.hints += 1
                return self._say(form, {pair: said}, form.filled({}, text=REASON), reply)
        return None

    def _say(self, form: Form, said: Mapping[int, Said], fields: Fields, reply: Reply) -> Reply:
        """Send answers. They count as acknowledged where the site goes on without a word against them."""
        self.walk.given += len(said)
        came = self._patient_send(form, reply, fields)
        self.walk.seconds.append(came.seconds)
        page = self._browser.follow(came)
        if came.onward and page.status == 200 and not page.page.refused:
            self.walk.acknowledged += said.items()
        else:
            self._trouble(f"{page.status} for an answer at {reply.path}")
        return page

    def _go_on(self, reply: Reply) -> Reply:
        page = reply.page
        form = next((form for form in page.forms if form.method == "post" and form.primary), None)
        if form is not None:
            came = self._send(form, reply, form.filled({}, text=REASON))
            if came.status >= 400:
                self._trouble(f"{came.status} for the form at {reply.path}")
            return came
        links = [link.address for link in page.links if link.primary]
        if links:
            return self._browser.open(_absolute(reply, links[0]))
        if reply.path.endswith("/review/"):
            self.walk.outcome = BARRED
            return reply
        return self._give_up(reply)

    def _send(self, form: Form, reply: Reply, fields: Fields) -> Reply:
        return self._browser.follow(self._patient_send(form, reply, fields))

    def _patient_send(self, form: Form, reply: Reply, fields: Fields) -> Reply:
        """Again where no answer came: the key of an answer makes that harmless."""
        address = _absolute(reply, form.action)
        for _ in range(TRIES - 1):
            try:
                return self._browser.send(address, fields)
            except UNREACHED as error:
                self._trouble(f"{type(error).__name__}: {error}")
        return self._browser.send(address, fields)

    def _give_up(self, reply: Reply) -> Reply:
        self._trouble(f"no way on from {reply.path} ({reply.status}, {reply.page.title.strip()})")
        self.walk.outcome = LOST
        return reply

    def _trouble(self, sentence: str) -> None:
        self.walk.troubles.append(sentence)


def _absolute(reply: Reply, address: str) -> str:
    return urljoin(reply.address, address) if address else reply.address


def _asks(form: Form) -> bool:
    """Whether it is a question about one pair that leaves both sides open."""
    card = form.offers("more_important", "a") and form.offers("more_important", "b")
    return bool(form.value("comparison")) and (card or _is_row(form))


def _is_row(form: Form) -> bool:
    return form.offers("cell", "a9") and form.offers("cell", "b9")


def _wanted(form: Form, said: Said) -> dict[str, str]:
    if _is_row(form):
        return {"cell": said.cell}
    side = {} if said.strength == 1 else {"more_important": said.more_important}
    return {**side, "strength": str(said.strength)}


def _ready_made(form: Form) -> Said | None:
    """The answer that a form sends when its button is pressed, where it holds a whole one and nothing else is asked."""
    if form.method != "post" or not form.value("comparison") or _asks(form):
        return None
    sent = dict(form.filled({}))
    side, strength, cell = sent.get("more_important", ""), sent.get("strength", ""), sent.get("cell", "")
    if cell:
        side, strength = ("equal", "1") if cell == "equal" else (cell[0], cell[1:])
    if strength == "1":
        return Said("equal", 1)
    return Said(side, int(strength)) if side in ("a", "b") and strength.isdecimal() else None
