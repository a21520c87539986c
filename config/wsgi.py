"""The WSGI application, for waitress and for any other server."""

import importlib
import os
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand
from django.core.wsgi import get_wsgi_application

from config import catalogues
from surveys.files import confined

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

catalogues.compile_stale()
_django = get_wsgi_application()
BaseCommand().check(tags=["start"])  # other servers than `manage.py run` ask nothing themselves (surveys/checks.py)
importlib.import_module(
    settings.ROOT_URLCONF
)  # now, and not by the first visitor; it also names the parsers of uploads
confined.start()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Takes the sub-path of SITE_URL off the address, whether or not the proxy in front of us has done so."""
    prefix, path = settings.SITE.prefix, environ.get("PATH_INFO", "")
    if prefix and (path == prefix or path.startswith(f"{prefix}/")):
        environ["PATH_INFO"] = path.removeprefix(prefix) or "/"
    response: Iterable[bytes] = _django(environ, start_response)
    return response
