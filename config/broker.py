"""Where wake-up messages for the worker travel: a folder on this machine, or Redis when REDIS_URL names one."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config import env

SCHEMES = ("redis", "rediss", "redis+socket")
EXAMPLE = "redis://localhost:6379/0"


@dataclass(frozen=True)
class Broker:
    url: str
    transport_options: dict[str, Any]
    prefetch: int
    use_ssl: dict[str, Any] | None = field(default=None)


def from_environment(data_dir: Path) -> Broker:
    if env.url("REDIS_URL", SCHEMES, EXAMPLE) is None:
        return folder(data_dir / "queue")
    return redis(env.text("REDIS_URL"))


def folder(queue: Path) -> Broker:
    """Messages are files: nothing to install, one machine only."""
    messages, control = queue / "messages", queue / "control"
    for path in (messages, control):
        path.mkdir(parents=True, exist_ok=True)
    options = {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
        "store_processed": False,
        "polling_interval": 0.2,
    }
    # A message of this transport is acknowledged only after its slow drain; a prefetch of 1 would mean a task a second.
    return Broker("filesystem://localhost", options, prefetch=4)


def redis(url: str) -> Broker:
    options = {
        # Nothing relies on redelivery (the job row does); an hour's default would only bring surprises late.
        "visibility_timeout": 900,
        # Without limits a frozen Redis would hold a request for ever.
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 30,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.2,
        "interval_max": 0.2,
    }
    use_ssl = {"ssl_cert_reqs": ssl.CERT_REQUIRED} if url.startswith("rediss://") else None
    return Broker(url, options, prefetch=1, use_ssl=use_ssl)
