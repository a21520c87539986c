"""A browser without a window: cookies, forms, and no step to another host. The standard library alone."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from http.cookiejar import CookieJar
from ipaddress import ip_address
from time import perf_counter
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPErrorProcessor, ProxyHandler, Request, build_opener

from surveys.bots.pages import Fields, Page, read_page

PATIENCE = 30.0  # seconds for one request
LONGEST_WAY = 8  # redirects after one another
UNREACHED = (OSError, HTTPException)


class Astray(Exception):
    """The site sends to another host, or in a circle."""


def is_loopback(site: str) -> bool:
    """Whether an address leads to this machine."""
    host = urlsplit(site).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Reply:
    """What came back: where it was asked for, and where it sends on to (empty for a page)."""

    address: str
    status: int
    body: str
    onward: str
    seconds: float

    @property
    def path(self) -> str:
        """The address without the host."""
        return urlsplit(self.address).path

    @property
    def page(self) -> Page:
        """The body, read."""
        return read_page(self.body)


class _AsItComes(HTTPErrorProcessor):
    """A refusal is a page, and a redirect is followed by whoever wants to."""

    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:  # noqa: ARG002
        return response

    https_response = http_response


class Browser:
    """One person's browser."""

    def __init__(self, site: str) -> None:
        parts = urlsplit(site)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        if parts.scheme not in ("http", "https"):
            raise Astray(site)
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), _AsItComes())

    def open(self, address: str) -> Reply:
        """A page, behind however many redirects."""
        return self.follow(self._ask(address, None))

    def send(self, address: str, fields: Fields) -> Reply:
        """Post a form; the answer as it comes."""
        return self._ask(address, urlencode(fields).encode())

    def follow(self, reply: Reply) -> Reply:
        """The page that a reply leads to."""
        for _ in range(LONGEST_WAY):
            if not reply.onward:
                return reply
            reply = self._ask(reply.onward, None)
        raise Astray(reply.address)

    def _ask(self, address: str, body: bytes | None) -> Reply:
        if not f"{address}/".startswith(f"{self.origin}/"):
            raise Astray(address)
        headers = {"Accept": "text/html", "User-Agent": "Quanheng simulated expert"}
        if body is not None:
            headers |= {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        asked = Request(address.partition("#")[0], data=body, headers=headers)  # noqa: S310, our own origin
        started = perf_counter()
        with self._opener.open(asked, timeout=PATIENCE) as response:
            text = response.read().decode("utf-8", "replace")
            onward = response.headers.get("Location", "") if 300 <= response.status < 400 else ""
        seconds = perf_counter() - started
        return Reply(address, response.status, text, urljoin(address, onward) if onward else "", seconds)
