"""The ground to measure on: the demo's tree, an expert in the midst of it, and requests through every middleware."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.models import User
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponseBase
from django.test.client import ClientHandler
from django.urls import reverse

from scoring.demo import panels, texts
from scoring.demo.build import COMPUTING
from surveys.bots.pages import Form, read_page
from surveys.models import Expert, Indicator, InvitationLink, Survey
from surveys.selectors.questionnaire import way_of
from surveys.selectors.structure import structure_of
from surveys.services.judgments_many import judgments_import
from surveys.services.panel import link_mint
from surveys.services.surveys import survey_create, survey_move

HOST = "localhost"
CODE = "E01"
OPEN = 40  # pairs of the largest matrix that are left to answer


@dataclass(frozen=True)
class Reply:
    """What came back, with its body in one piece."""

    status: int
    headers: dict[str, str]
    cookies: str
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def forms(self) -> list[Form]:
        """The forms of the page."""
        return read_page(self.text).forms

    @property
    def size(self) -> int:
        """Bytes on the wire: status line, headers and body."""
        lines = [f"HTTP/1.1 {self.status} OK", *(f"{name}: {value}" for name, value in self.headers.items())]
        return len("\r\n".join([*lines, self.cookies, "", ""]).encode()) + len(self.body)


@dataclass
class Visitor:
    """A browser inside this process: the middleware runs, nothing is sent."""

    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=True))
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str, **headers: str) -> Reply:
        """A page or a file."""
        return self._ask("GET", address, b"", headers)

    def post(self, address: str, fields: Any, **headers: str) -> Reply:
        """A form."""
        return self._ask("POST", address, urlencode(fields).encode(), headers)

    def _ask(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Reply:
        parts = urlsplit(address)
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded" if body else "",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_COOKIE": self.cookie_line,
            "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": "http",
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        response: HttpResponseBase = self.handler(environ)
        self._remember(response.cookies)
        content = b"".join(cast("Iterable[bytes]", response))
        request_finished.disconnect(close_old_connections)  # opening it anew would weigh on every page alike
        response.close()
        request_finished.connect(close_old_connections)
        return Reply(response.status_code, dict(response.headers), response.cookies.output(), content)

    @property
    def cookie_line(self) -> str:
        """What the browser says of its cookies."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _remember(self, cookies: SimpleCookie) -> None:
        self.cookies |= {name: morsel.value for name, morsel in cookies.items()}


@dataclass(frozen=True)
class Ground:
    """An expert who has begun, all but the rest of the largest matrix answered."""

    expert: Expert
    largest: Indicator
    visitor: Visitor
    link: str

    @property
    def survey(self) -> Survey:
        """The survey that is answered."""
        return self.expert.survey

    def address(self, name: str, *more: Any) -> str:
        """One of the survey's addresses."""
        return reverse(f"surveys:{name}", args=[self.survey.pk, *more])

    @property
    def open_pair(self) -> str:
        """The address of the card where this expert goes on."""
        stage = way_of(self.expert).stage(self.largest.pk)
        if stage is None or stage.first_open is None:
            raise RuntimeError("Nothing is left to answer in the largest matrix.")
        return self.address("pair", stage.first_open.position)


def prepared() -> Ground:
    """Make survey and expert through the services, and begin as an expert does."""
    user = User.objects.create_user("bench")
    edition = panels.edition(COMPUTING, name=texts.COMPUTING_SYSTEM, label="bench", language="zh-hans", user=user)
    survey = survey_create(edition=edition, title=texts.COMPUTING_TITLE, user=user, synthetic=True)
    survey = survey_move(survey, Survey.State.OPEN, user=user)
    structure = structure_of(edition)
    largest = max(structure.nodes, key=lambda node: len(structure.by_node[node.pk]))
    rows = [row for row in panels.judgments(COMPUTING, "zh-hans") if row.expert == CODE]
    within = [row for row in rows if row.parent == largest.code]
    judgments_import(survey, [row for row in rows if row not in within[:OPEN]], user=user)
    expert = Expert.objects.select_related("survey__edition", "person").get(survey=survey, code=CODE)
    token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=user)
    link = reverse("surveys:start", args=[token])
    return Ground(expert, largest, begun(link), link)


def begun(link: str) -> Visitor:
    """Whoever has opened the link and begun."""
    visitor = Visitor()
    page = visitor.get(link)
    form = next(form for form in page.forms if form.method == "post" and form.primary)
    came = visitor.post(link, form.filled({}))
    if came.status != 302:
        raise RuntimeError(f"The expert could not begin: {came.status}.")
    return visitor
