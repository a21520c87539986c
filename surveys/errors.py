"""Refusals that people read. A door shows the sentence; anything else is logged and becomes one calm sentence."""

from __future__ import annotations


class Refused(Exception):
    """Something asked for cannot be done; the message says why and names the way out."""


class TooMany(Refused):
    """So many tries came that no further one is looked at for a while; `seconds` says how long."""

    def __init__(self, sentence: str, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class Stale(Refused):
    """The thing was changed by someone else in the meantime."""
