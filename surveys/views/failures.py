"""What is answered where we fail: try again in a moment where the storage is away or full, else: it was our fault."""

from __future__ import annotations

import errno
import sqlite3
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.template import loader

RETRY_AFTER = 10
"""Seconds; the expert's form asks again by itself."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
SQLITE_AWAY = (
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY),
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
)
TOO_LONG = "57014"
"""A statement that PostgreSQL ended because it took too long: that is our fault, and comes again."""


def storage_away(error: BaseException | None) -> bool:
    """Whether nothing can be read or stored for now, through no fault of the request or of ours."""
    if isinstance(error, OperationalError | InterfaceError):
        cause = error.__cause__
        if isinstance(cause, sqlite3.Error):
            return getattr(cause, "sqlite_errorcode", 0) & 0xFF in SQLITE_AWAY
        return getattr(cause, "sqlstate", None) != TOO_LONG
    return isinstance(error, OSError) and error.errno in FULL


def server_error(request: HttpRequest) -> HttpResponse:
    """Django asks this within the `except` of what failed. Neither page needs the database."""
    if not storage_away(sys.exc_info()[1]):
        return HttpResponseServerError(loader.render_to_string("500.html"))
    headers = {"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"}
    if "text/html" not in request.headers.get("Accept", "text/html"):
        return JsonResponse({}, status=503, headers=headers)
    return HttpResponse(loader.render_to_string("503.html"), status=503, headers=headers)
