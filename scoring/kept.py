"""What was made a moment ago and may be asked for again by anybody: pictures and papers of public pages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

MOST = 64


class Kept:
    """The newest answers by their keys, in this process alone. A key must change whenever its answer would."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._found: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, ...], make: Callable[[], bytes]) -> bytes:
        """
        >>> kept = Kept(most=1)
        >>> [kept.get(("a",), lambda: b"1"), kept.get(("a",), lambda: b"2"), kept.get(("b",), lambda: b"3")]
        [b'1', b'1', b'3']
        >>> kept.get(("a",), lambda: b"4")
        b'4'
        """
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > self.most:
                self._found.popitem(last=False)
        return made
