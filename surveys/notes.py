"""Where a sentence waits that the next page shows: as Django keeps it, in a cookie that browsers tie to this host."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class NoteCookies(CookieStorage):
    cookie_name = "__Host-quanheng_notes" if settings.SITE.is_https else "quanheng_notes"  # its path is always /


class Notes(FallbackStorage):
    storage_classes = (NoteCookies, SessionStorage)
