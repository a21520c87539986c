"""Whoever sends slowly, or nothing, takes no thread: others are served as if they were not there."""

import http.client
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from config.supervisor import THREADS, claim, server_of

SLOW = 200
HALVES = (
    b"",
    b"GET / HT",
    b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ",
    b"POST / HTTP/1.1\r\nContent-Length: 999\r\n\r\nhalf",
)


def hello(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


@pytest.fixture
def port() -> Iterator[int]:
    """A server with the options of our pages."""
    claimed = claim("127.0.0.1", 0)
    number: int = claimed.getsockname()[1]
    server = server_of(hello, claimed)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield number
    server.close()


def test_two_hundred_half_requests_keep_nobody_waiting(port: int) -> None:
    assert SLOW > 10 * THREADS
    with ExitStack() as stack:
        for number in range(SLOW):
            half = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            half.sendall(HALVES[number % len(HALVES)])
        statuses = [answered(port) for _ in range(40)]
    assert statuses == [200] * 40


def answered(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()
