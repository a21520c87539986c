"""Uploads are parsed in a process of their own, that may not grow, run long, or write; see `keeper` and `reader`."""

from surveys.files.confined.keeper import confined, start, stop

__all__ = ["confined", "start", "stop"]
