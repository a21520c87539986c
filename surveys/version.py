"""The version that is written into every document and export."""

VERSION = "0.1.0"
EARLIER: tuple[str, ...] = ()
"""Versions that were released before; a bundle that names none of these was not made by us."""
