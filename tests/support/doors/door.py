"""What an address is to those who knock: who may, and with what."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from surveys.access import RUNS
from tests.support.everybody import ACCOUNTS, STRANGERS, VISITORS, Estate

Who = str | tuple[str, ...]
Arguments = Callable[[Estate], list[list[Any]]]
Payload = Callable[[Estate], dict[str, Any]]

HIDDEN = "404"
BOOK = (HIDDEN, *RUNS)
"""Members in another role learn no more than strangers."""
ANYBODY, SESSION, ACCOUNT, TOKEN = "anybody", "the expert", "any account", "a token"


@dataclass(frozen=True)
class Door:
    """An address: who may GET it, who may POST to it, and with what. `writes`: such a POST changes the database."""

    get: Who | None = None
    post: Who | None = None
    args: Arguments = lambda _at: [[]]
    payload: Payload = lambda _at: {}
    writes: bool = True
    asks: tuple[str, ...] = ()
    """What the form asks for beside the payload."""

    @property
    def asked_of(self) -> tuple[Who | None, Who | None]:
        return self.get, self.post

    def asked(self, method: str) -> Who | None:
        return self.get if method == "GET" else self.post


def expected(who: Who, visitor: str) -> str:
    if who == ANYBODY:
        return "ok"
    if who == SESSION:
        return "ok" if visitor == "expert" else "403"
    if who == TOKEN:
        return "401"
    if visitor not in ACCOUNTS:
        return "login"
    if who == ACCOUNT or visitor in who:
        return "ok"
    return "404" if visitor in STRANGERS or HIDDEN in who else "403"


def allowed(who: Who) -> list[str]:
    return [visitor for visitor in VISITORS if expected(who, visitor) == "ok"]
