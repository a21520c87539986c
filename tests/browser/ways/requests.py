"""What may meet the request of an answer on its way."""

import re
from collections.abc import Callable, Mapping

from django.conf import settings
from playwright.sync_api import Route

SAVE = "**/save/"
Handler = Callable[[Route], None]


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
