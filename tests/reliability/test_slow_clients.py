"""Whoever sends slowly, or nothing, or has left, takes no thread: others are served as if they were not there."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
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
def serve() -> Iterator[Callable[[Any], int]]:
    """`serve(application)`: the port of a server with the options of our pages."""
    with ExitStack() as stack:

        def started(application: Any) -> int:
            claimed = claim("127.0.0.1", 0)
            number: int = claimed.getsockname()[1]
            server = server_of(application, claimed)
            threading.Thread(target=server.run, daemon=True).start()
            stack.callback(server.close)
            return number

        yield started


def test_two_hundred_half_requests_keep_nobody_waiting(serve: Callable[[Any], int]) -> None:
    port = serve(hello)
    assert SLOW > 10 * THREADS
    with ExitStack() as stack:
        for number in range(SLOW):
            half = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            half.sendall(HALVES[number % len(HALVES)])
        statuses = [answered(port) for _ in range(40)]
    assert statuses == [200] * 40


def test_what_nobody_waits_for_any_more_is_not_worked_off(serve: Callable[[Any], int]) -> None:
    worked, busy, go = [], threading.Semaphore(0), threading.Event()

    def slow(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        worked.append(environ["PATH_INFO"])
        busy.release()
        assert go.wait(10)
        return hello(environ, start)

    port = serve(slow)
    with ExitStack() as stack:
        for _ in range(THREADS):
            asked(stack, port, "/patient")
        for _ in range(THREADS):
            assert busy.acquire(timeout=5)
        for _ in range(SLOW):  # all threads are busy, so these queue; then their clients give up
            with ExitStack() as short:
                asked(short, port, "/left")
        last = asked(stack, port, "/patient")
        time.sleep(0.3)  # the server sees that they have left
        go.set()
        assert last.recv(4096).startswith(b"HTTP/1.1 200")
    assert worked == ["/patient"] * (THREADS + 1)


def asked(stack: ExitStack, port: int, path: str) -> socket.socket:
    """A client that has sent its request, and leaves with the stack."""
    client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return client


def answered(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()
