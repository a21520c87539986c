"""Every address of the site, and who may use it how."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.support.doors import accounts, experts, letters, scoring, surveys, systems, weights
from tests.support.doors.door import SESSION, TOKEN, Door, allowed, expected
from tests.support.doors.experts import answer

PARTS = (accounts, experts, systems, surveys, letters, weights, scoring)
DOORS = {name: door for part in PARTS for name, door in part.DOORS.items()}


def addresses(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, str]]:
    """Full name and route of every address below the resolver."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            assert isinstance(pattern, URLPattern)
            yield f"{namespace}{pattern.name}", str(pattern.pattern)


ADDRESSES = dict(addresses(get_resolver().url_patterns))

__all__ = ["ADDRESSES", "DOORS", "SESSION", "TOKEN", "Door", "allowed", "answer", "expected"]
