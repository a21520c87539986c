"""Refusals that people read. A door shows the sentence; anything else is logged and becomes one calm sentence."""

from __future__ import annotations


class Refused(Exception):
    """Something asked for cannot be done; the message says why and names the way out."""


class Stale(Refused):
    """The thing was changed by someone else in the meantime."""
