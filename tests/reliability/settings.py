"""The product's own settings, but for file names that need a collectstatic first, and tables made at once."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, STATIC_ROOT, STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(exist_ok=True)
# What the models say, guards included: tests/test_migrations.py holds that the migrations lead there.
MIGRATION_MODULES = dict.fromkeys((app.rpartition(".")[2] for app in INSTALLED_APPS), None)
