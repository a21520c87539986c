"""Requests that nobody means well with, made of a seed: any address, method, visitor, value and header."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.core.files.uploadedfile import SimpleUploadedFile

from surveys.api.operations import OPERATIONS
from tests.support.doors import ADDRESSES, DOORS
from tests.support.everybody import Estate, Everybody, address

ROOT = Path(__file__).resolve().parents[2]
MARK = "<qh-mark>"
"""Stands in many values. A page that shows it as it is would run a script as well."""
EVIL = "evil.example"
VISITORS = ("anonymous", "stranger", "coordinator", "analyst", "approver", *["expert"] * 2, *["owner"] * 4)
OTHERS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "QUERY")
NASTY: tuple[str, ...] = (
    *("", " ", "0", "-1", "1", "2", "007", "1_0", "٣", "３", "½", "1e400", "NaN", "-Infinity", "1E+1000000", "0x10"),
    *("2147483648", "32768", "9223372036854775808", str(10**30), "9" * 400, "1." + "0" * 300, "1,5", "1/0", "true"),
    *("\x00", "a\x00b", "\x1b[31m", "\ud800", "\udfff", "\ufffe", "\u202etxt", "a\r\nSet-Cookie: x=1", "e\u0301"),
    *(MARK, f'"{MARK}', f"'>{MARK}", f"</script>{MARK}", "{{7*7}}", "{% debug %}", "%s%n", "%(x)s", "{0.__class__}"),
    *("'; DROP TABLE surveys_survey; --", "../../etc/passwd", "..\\..", "/", "//", "?", "#", "%", "%00", "%zz"),
    *(
        f"//{EVIL}",
        f"\\\\{EVIL}",
        f"/\\{EVIL}",
        f"https:{EVIL}",
        f"https://{EVIL}/",
        "javascript:alert(1)",
        "http:///a",
    ),
    *(f"/\t/{EVIL}", "zh-hans", "en", "xx", "a.b@c", "a@b@c", "a@b\nBcc: x@y", "\U0001f9ee" * 40, "None", "null"),
    *("2026-02-30", "0000-00-00", "9999-12-31T23:59", "2026-01-01T25:00", "00000000-0000-0000-0000-000000000000"),
    *("~00", "9" * 5_000, "-" * 30, "[]", "{}", '{"a":', "a,b", "a;b", "=1+1", "@SUM(1)", "r", "E9", "csv", "xlsx"),
)
LARGE: tuple[str, ...] = tuple(
    sign * (100_000 // len(sign)) for sign in ("<", "[", "(", "{{", "a ", "é", "0", "\n", "&#")
)
DEEP = ("[" * 20_000, '{"a":' * 5_000 + "1" + "}" * 5_000, "[[]," * 3_000)
TYPES = (
    *("application/json", "text/plain", "application/xml", "multipart/form-data", "multipart/form-data; boundary="),
    *("application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded; charset=nonsense"),
    *("", "\x00"),
    *("multipart/form-data; boundary=" + "b" * 300, "text/csv", "application/octet-stream"),
)  # fmt: skip
HEADERS: dict[str, tuple[str, ...]] = {
    "HTTP_HOST": (EVIL, f"testserver@{EVIL}", "testserver:99999", "", "a b", "[::1", "localhost"),
    "HTTP_ACCEPT_LANGUAGE": ("xx", "*", "zh-CN;q=2", "en;q=nan", "," * 600, "a-" * 200, "zh\x00", "en-" + "x" * 5_000),
    "HTTP_X_FORWARDED_HOST": (EVIL,),
    "HTTP_X_FORWARDED_FOR": (EVIL, "::1, 1", "9" * 3_000, "\x00"),
    "HTTP_X_FORWARDED_PROTO": ("https", "gopher", ""),
    "HTTP_X_REQUEST_ID": ("a\r\nb", "x" * 5_000, MARK, "\u4e00"),
    "HTTP_REFERER": (f"https://{EVIL}/", "http://testserver/i/token/", "\x00", "not an address"),
    "HTTP_ORIGIN": ("null", f"https://{EVIL}"),
    "HTTP_COOKIE": ("quanheng_session=x; quanheng_csrf=" + "y" * 5_000, "=;=;=", 'quanheng_session="\\000aaaaaaaaa"'),
    "HTTP_AUTHORIZATION": ("Bearer", "Bearer qh_\u00e9", "Basic Og==", "Bearer " + "x" * 9_000, "Digest"),
    "HTTP_IF_NONE_MATCH": ("*", '"x"', "W/" * 500),
    "HTTP_IF_MODIFIED_SINCE": ("Thu, 99 Foo 0000 99:99:99 GMT", "x"),
    "HTTP_RANGE": ("bytes=0-" + "9" * 50, "bytes=-1", "x"),
    "HTTP_ACCEPT_ENCODING": ("gzip", "br;q=nan", "gzip, " * 500),
    "CONTENT_LENGTH": ("-1", "0", ""),  # servers in front of Django let nothing but digits through
    "HTTP_TRANSFER_ENCODING": ("chunked", "x"),
}  # fmt: skip
FIELDS = re.compile(r"request\.(?:GET|POST)\.(?:get|getlist)\(\"([a-z_]+)\"")


def asked_names() -> list[str]:
    """What any view asks a request for, read in the source."""
    sources = [*(ROOT / "surveys").rglob("*.py"), *(ROOT / "scoring").rglob("*.py")]
    return sorted({name for source in sources for name in FIELDS.findall(source.read_text("utf-8"))})


@dataclass
class Request:
    """One request, as the test client is given it."""

    visitor: str
    method: str
    path: str
    content: bytes | dict[str, Any]
    kind: str
    extra: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        sent = f"{self.kind!a} {self.content!r:.600}, {self.extra!a:.600}"
        return f"{self.method} {self.path[:300]!a} by {self.visitor}, {sent}"


class Maker:
    """Makes requests from a seed, about what `everyone` has."""

    def __init__(self, everyone: Everybody, tokens: dict[str, str], seed: int) -> None:
        self.everyone, self.tokens, self.chance = everyone, tokens, random.Random(seed)
        self.names, self.asked = list(ADDRESSES), asked_names()
        self.light = [name for name in self.names if "figure_set" not in name]  # those are drawn, at a second each

    def request(self) -> Request:
        if self.chance.random() < 0.2:
            return self._of_api()
        name = self.chance.choice(self.names if self.chance.random() < 0.1 else self.light)
        known = [method for method in ("GET", "POST") if DOORS[name].asked(method)]
        method = self.chance.choice(known if known and self.chance.random() < 0.85 else OTHERS)
        at = self.everyone.here
        content, kind = self._body(name, at) if method != "GET" else ({}, "")
        return Request(
            self.chance.choice(VISITORS), method, self._path(name, at) + self._query(), content, kind, self._headers()
        )

    # --- addresses ---

    def _path(self, name: str, at: Estate) -> str:
        path = address(name, self.chance.choice(DOORS[name].args(at)))
        if self.chance.random() < 0.25:
            parts = path.split("/")
            place = self.chance.randrange(1, len(parts)) if len(parts) > 1 else 0
            parts[place] = self._quoted(self._value())
            path = "/".join(parts)
        return path if path.startswith("/") else f"/{path}"

    def _quoted(self, text: str) -> str:
        return quote(text.encode("utf-8", "surrogatepass"), safe="" if self.chance.random() < 0.8 else "%\\") or "%"

    def _query(self) -> str:
        if self.chance.random() < 0.5:
            return ""
        pairs = [(self.chance.choice(self.asked), self._value()) for _ in range(self.chance.randint(1, 3))]
        return "?" + urlencode([(name, value.encode("utf-8", "surrogatepass")) for name, value in pairs])

    def _value(self) -> str:
        return self.chance.choice(LARGE if self.chance.random() < 0.01 else NASTY)

    # --- bodies ---

    def _body(self, name: str, at: Estate) -> tuple[bytes | dict[str, Any], str]:
        roll = self.chance.random()
        if roll < 0.72:
            return self._fields(name, at), "form"
        if roll < 0.74:
            return urlencode(
                [(f"f{number}", "x") for number in range(self.chance.choice([4_999, 5_001]))]
            ).encode(), FORM
        if roll < 0.9:
            wanted = {key: str(value) for key, value in DOORS[name].payload(at).items()} if DOORS[name].post else {}
            spoilt = self.chance.sample([*wanted, *self.asked], 2)
            wanted |= {key: self._thing(3) for key in spoilt}
            return json.dumps(wanted).encode(), self.chance.choice(TYPES)
        return self._raw(), self.chance.choice((FORM, *TYPES))

    def _raw(self) -> bytes:
        kinds = (
            self._value(),
            self.chance.choice(DEEP),
            '--b\r\nContent-Disposition: form-data; name="file"; filename="',
        )
        return self.chance.choice(kinds).encode("utf-8", "surrogatepass") + self.chance.randbytes(
            self.chance.choice([0, 9])
        )

    def _fields(self, name: str, at: Estate) -> dict[str, Any]:
        """What the form wants, some of it spoilt."""
        door = DOORS[name]
        found = dict(door.payload(at)) if door.post else {}
        if self.chance.random() < 0.5:
            found |= {key: self._file() for key, value in found.items() if hasattr(value, "read")}
        spoilt = [key for key in (*found, *door.asks) if self.chance.random() < 1.2 / (len(found) + 1)]
        for key in [*spoilt, *self.chance.sample(self.asked, self.chance.choice([0, 0, 1, 2]))]:
            found[key] = self._file() if self.chance.random() < 0.03 else self._value()
        if found and self.chance.random() < 0.1:
            del found[self.chance.choice(list(found))]
        return {key: without_halves(value) for key, value in found.items()}

    def _file(self) -> SimpleUploadedFile:
        name = self.chance.choice(
            ("f.csv", "f.xlsx", "f.json", "f.docx", "../../f.csv", f"{MARK}.csv", "\u202evsc.f", "f" * 400)
        )
        return SimpleUploadedFile(name, self._raw())

    def _thing(self, deep: int) -> Any:
        """Any JSON value, with numbers that are none."""
        kind = self.chance.randrange(6 if deep else 4)
        if kind == 4:
            return [self._thing(deep - 1) for _ in range(self.chance.randrange(4))]
        if kind == 5:
            return {self._value()[:50]: self._thing(deep - 1) for _ in range(self.chance.randrange(4))}
        return [self._value(), self.chance.choice([0, -1, 10**30, 1e308, float("nan"), float("inf")]), None, True][kind]

    # --- heads ---

    def _headers(self) -> dict[str, str]:
        if self.chance.random() < 0.6:
            return {}
        names = self.chance.sample(list(HEADERS), self.chance.choice([1, 1, 2, 4]))
        return {name: self.chance.choice(HEADERS[name]) for name in names}

    # --- the API, from its description ---

    def _of_api(self) -> Request:
        each, at = self.chance.choice(OPERATIONS), self.everyone.here
        place = "/api/v1/" + re.sub(r"<[^>]+>", lambda _found: self._named(at), each.route)
        sent: dict[str, Any] = {}
        for name, schema in (each.takes or {}).get("properties", {}).items():
            if name in each.takes["required"] or self.chance.random() < 0.3:  # type: ignore[index]
                sent[name] = self._fitting(schema) if self.chance.random() < 0.8 else self._thing(2)
        query = "".join(f"&{known.name}={quote(without_halves(self._value()))}" for known in each.parameters)
        headers = {"HTTP_AUTHORIZATION": f"Bearer {self.tokens[self.chance.choice(list(self.tokens))]}"}
        if self.chance.random() < 0.2:
            headers |= self._headers()
        content = json.dumps(sent).encode("utf-8", "surrogatepass") if self.chance.random() < 0.9 else self._raw()
        return Request("anonymous", each.method, f"{place}?{query}", content, "application/json", headers)

    def _named(self, at: Estate) -> str:
        right = (at.decided.pk, at.sets["locked"].number, at.run.number, at.data.pk, at.decided.edition_id)
        return (
            str(self.chance.choice(right)) if self.chance.random() < 0.8 else self.chance.choice(("0", "9" * 30, "x"))
        )

    def _fitting(self, schema: dict[str, Any]) -> Any:
        match schema.get("type"):
            case "integer":
                return self.chance.choice([0, 1, 2, -1, 2**31, 10**30])
            case "boolean":
                return self.chance.random() < 0.5
            case "object":
                return {self.chance.choice(["en", "zh-hans", "xx", ""]): self._value()}
            case _:
                return self._value()


FORM = "application/x-www-form-urlencoded"


def without_halves(value: Any) -> Any:
    """A form encoder takes no half of a character; bodies made by hand do."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
