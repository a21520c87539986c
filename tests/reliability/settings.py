"""The product's own settings, but for file names that need a collectstatic first."""

from config.settings import *  # noqa: F403
from config.settings import STATIC_ROOT, STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(exist_ok=True)
