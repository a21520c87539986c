"""An expert at a device, over the network: what is said is said until it is acknowledged, with the key it first had.

Does what static/js/queue.js does, without a browser: one answer at a time, tried again with the same key until the
server has told what became of it.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from random import Random
from urllib.parse import urlencode

REPLY_WITHIN = 20.0  # seconds, as in queue.js
PAUSE = 0.1  # before the next try
UNREACHED = (OSError, HTTPException)


@dataclass(frozen=True)
class Asked:
    """One request and how it ended: `status` is 0 where no answer came."""

    at: float
    seconds: float
    status: int
    what: str


@dataclass
class Scribe:
    """`seat`: expert and token; `pairs`: keys of the comparisons. `asked` is every request that was made."""

    port: int
    survey: int
    cookie: str
    pairs: Sequence[int]
    expert: int
    token: str
    chance: Random
    keys: list[str] = field(default_factory=list)
    handed_in: int = 0
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._line: HTTPConnection | None = None
        self._csrf = ""
        self._seen: dict[int, int] = {}
        self._next = self.chance.randrange(len(self.pairs))
        self._revision = 0

    @property
    def errors(self) -> list[Asked]:
        return [one for one in self.asked if one.status not in (200, 302)]

    def open(self, until: float) -> None:
        """The page of a pair: its cookie against forgery is the one that answers are sent with."""
        while not self._csrf and time.monotonic() < until:
            status, cookies, _body = self._ask("page", "GET", f"/answer/{self.survey}/pairs/1/")
            if status == 200 and "quanheng_csrf" in cookies:
                self._csrf = cookies["quanheng_csrf"].value
            else:
                time.sleep(PAUSE)

    def say(self, until: float) -> bool:
        """One answer, until it is acknowledged. False where that was not heard in time."""
        pair = self.pairs[self._next % len(self.pairs)]
        self._next += 1
        key = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        answer = {
            "comparison": pair,
            "more_important": self.chance.choice("ab"),
            "strength": self.chance.randrange(2, 10),
            "client_key": key,
            "base_revision": self._seen.get(pair, 0),
            "view": "card",
        }
        while time.monotonic() < until:
            status, _cookies, body = self._ask("answer", "POST", f"/answer/{self.survey}/save/", answer)
            if status == 200:
                self._revision = self._seen[pair] = revision_in(body)
                self.keys.append(key)
                return True
            time.sleep(PAUSE)
        return False

    @property
    def complete(self) -> bool:
        return len(self._seen) == len(self.pairs)

    def hand_in(self, until: float) -> bool:
        """Hand in what was said so far, until the receipt comes."""
        while time.monotonic() < until:
            status, _cookies, _body = self._ask("hand in", "POST", f"/answer/{self.survey}/submit/", {})
            if status == 302:
                self.handed_in = self._revision
                return True
            time.sleep(PAUSE)
        return False

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _ask(
        self, what: str, method: str, path: str, fields: Mapping[str, object] | None = None
    ) -> tuple[int, SimpleCookie, bytes]:
        began = time.monotonic()
        try:
            status, cookies, body = self._over_the_line(method, path, fields)
        except UNREACHED:
            self.close()
            status, cookies, body = 0, SimpleCookie(), b""
        self.asked.append(Asked(began, time.monotonic() - began, status, what))
        return status, cookies, body

    def _over_the_line(
        self, method: str, path: str, fields: Mapping[str, object] | None
    ) -> tuple[int, SimpleCookie, bytes]:
        self._line = self._line or HTTPConnection("127.0.0.1", self.port, timeout=REPLY_WITHIN)
        headers = {"Cookie": f"{self.cookie}={self.token}; quanheng_csrf={self._csrf}", "Accept-Language": "en"}
        if fields is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self._csrf}
        if path.endswith("/save/"):
            headers["Accept"] = "application/json"
        self._line.request(method, path, urlencode(fields) if fields is not None else None, headers)
        reply = self._line.getresponse()
        body = reply.read()
        cookies = SimpleCookie()
        for set_cookie in reply.headers.get_all("Set-Cookie", []):
            cookies.load(set_cookie)
        return reply.status, cookies, body


def revision_in(body: bytes) -> int:
    """The number under which an answer was stored."""
    return int(json.loads(body)["revision"])
