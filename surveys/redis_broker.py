"""The Redis that carries wake-ups, asked for itself and not for a message."""

from __future__ import annotations

import redis
from django.conf import settings


def redis_broker(patience: float) -> redis.Redis | None:
    """A client that waits so many seconds at most, or None where messages travel in a folder."""
    url = str(settings.CELERY_BROKER_URL)
    if "redis" not in url.partition("://")[0]:
        return None
    address = url.replace("redis+socket://", "unix://")
    return redis.Redis.from_url(address, socket_timeout=patience, socket_connect_timeout=patience)
