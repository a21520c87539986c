"""How heavy the first page is, and how much one answer sends and stores."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.form.ground import Ground, Reply, Visitor

ACCEPTED = "gzip"  # what every browser takes; brotli is smaller where it is installed
_ASSET = re.compile(r'<(?:link|script|img)[^>]+(?:href|src)="([^"#?]+)"')
_INSIDE = re.compile(r"url\([\"']?(/[^)\"']+)")
# What Chromium says of itself with every request of a script, beside what the application makes it say.
_BROWSER = """Host: localhost
Connection: keep-alive
Content-Length: 100
Content-Type: application/x-www-form-urlencoded;charset=UTF-8
Origin: http://localhost
User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36
Sec-Fetch-Site: same-origin
Sec-Fetch-Mode: cors
Sec-Fetch-Dest: empty
Referer: http://localhost/
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: zh-CN,zh;q=0.9"""  # noqa: E501


@dataclass(frozen=True)
class Weight:
    """Bytes of a first load by kind, as they are sent. `compressed`: the page itself, were a proxy to compress it."""

    html: int
    html_compressed: int
    css: int
    javascript: int
    own_javascript: int
    images: int

    @property
    def total(self) -> int:
        """All of it, the page as it is sent."""
        return self.html + self.css + self.javascript + self.images


def first_load(visitor: Visitor, address: str) -> Weight:
    """A page and everything it names, to a browser that has nothing yet."""
    page = visitor.get(address, accept_encoding=ACCEPTED)
    if page.status != 200:
        raise RuntimeError(f"{address} answers {page.status}.")
    html = gzip.decompress(page.body) if page.headers.get("Content-Encoding") == "gzip" else page.body
    sizes = dict(_assets(visitor, _ASSET.findall(html.decode())))
    return Weight(
        html=len(page.body),
        html_compressed=len(gzip.compress(html, 6)),
        css=sum(size for name, size in sizes.items() if name.endswith(".css")),
        javascript=sum(size for name, size in sizes.items() if name.endswith(".js")),
        own_javascript=sum(size for name, size in sizes.items() if name.endswith(".js") and "/vendor/" not in name),
        images=sum(size for name, size in sizes.items() if not name.endswith((".css", ".js"))),
    )


def _assets(visitor: Visitor, names: Iterable[str]) -> Iterable[tuple[str, int]]:
    """Every file with its bytes as sent, and those that style sheets name."""
    for name in dict.fromkeys(names):
        if name.startswith("/static/"):
            sent = visitor.get(name, accept_encoding=ACCEPTED)
            if sent.status != 200:
                raise RuntimeError(f"{name} answers {sent.status}.")
            yield name, len(sent.body)
            if name.endswith(".css"):
                plain = visitor.get(name).body.decode()
                yield from _assets(visitor, _INSIDE.findall(plain))


@dataclass(frozen=True)
class Answer:
    """One answer: bytes there and back, and what it asks of the database."""

    reply: Reply
    sent: int
    received: int
    statements: list[str]

    @property
    def size(self) -> int:
        """Both ways."""
        return self.sent + self.received

    @property
    def transactions(self) -> int:
        """How many were begun."""
        return sum(statement.startswith("BEGIN") for statement in self.statements)

    @property
    def work(self) -> list[str]:
        """Reads and writes beside the cookie's look-up and the brackets of transactions."""
        brackets = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return [
            statement
            for statement in self.statements
            if not statement.startswith(brackets) and 'FROM "surveys_expertsession"' not in statement
        ]


def answer_by_script(ground: Ground) -> Answer:
    """What the page's script sends for one answer, and the short reply."""
    fields, token = _said(ground)
    headers = {"accept": "application/json", "x_csrftoken": token}
    return _measured(ground, ground.address("save"), fields, headers)


def answer_by_form(ground: Ground) -> Answer:
    """The same without a script; the page that follows is not counted."""
    fields, token = _said(ground)
    return _measured(ground, ground.open_pair, fields | {"csrfmiddlewaretoken": token}, {"accept": "text/html"})


def _said(ground: Ground) -> tuple[dict[str, str], str]:
    """The fields of the open card once it is answered, and the token of the page."""
    page = ground.visitor.get(f"{ground.open_pair}?view=card")
    form = next(form for form in page.forms if form.offers("strength", "3") and form.offers("more_important", "b"))
    fields = dict(form.filled({"more_important": "b", "strength": "3"}))
    return fields, fields.pop("csrfmiddlewaretoken")


def _measured(ground: Ground, address: str, fields: dict[str, str], headers: dict[str, str]) -> Answer:
    with CaptureQueriesContext(connection) as queries:
        reply = ground.visitor.post(address, fields, **headers)
    if reply.status not in (200, 302):
        raise RuntimeError(f"{address} answers {reply.status} to an answer.")
    statements = [query["sql"] for query in queries.captured_queries]
    return Answer(reply, _request_size(ground, address, fields, headers), reply.size, statements)


def _request_size(ground: Ground, address: str, fields: dict[str, str], headers: dict[str, str]) -> int:
    said = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines = [f"POST {address} HTTP/1.1", *_BROWSER.splitlines(), *said, f"Cookie: {ground.visitor.cookie_line}"]
    return len("\r\n".join([*lines, "", urlencode(fields)]).encode())
