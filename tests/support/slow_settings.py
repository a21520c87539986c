"""Settings of a worker that also knows the slow job of tests.support.slow_work."""

from config.settings import *  # noqa: F403

CELERY_IMPORTS = ["tests.support.slow_work"]
