"""What a monitoring system reads (Prometheus text format): this process's requests, and what the database says.

Requests are told apart by the name of their view, never by their address: a personal link is an address.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from surveys.selectors import health

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
METHODS = {"GET", "HEAD", "POST"}
SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
_requests = Histogram(
    "quanheng_request_seconds",
    "Requests that this process answered, and how long each took.",
    ["view", "method", "status"],
    buckets=SECONDS,
    registry=REGISTRY,
)


def request_answered(view: str, method: str, status: int, seconds: float) -> None:
    told = method if method in METHODS else "other"  # a stranger may invent any number of methods
    _requests.labels(view, told, str(status)).observe(seconds)


def exposition() -> bytes:
    return generate_latest(REGISTRY)


class _Stored(Collector):
    """Read at each scrape, so that every process says the same."""

    def describe(self) -> list[Metric]:
        return []  # else the registry would ask the database while it is still being set up

    def collect(self) -> Iterator[Metric]:
        work = health.work()
        yield _gauge("worker_seen_seconds", "Since any worker last took a message; -1: never.", _or_never(work.seen))
        yield _gauge("worker_alive", "1 where a worker is there, or computes.", float(work.alive))
        yield _gauge("oldest_waiting_seconds", "How long the oldest job that is due has waited.", work.oldest)
        yield _by_state("jobs", "Jobs by state.", work.jobs)
        yield _by_state("letters", "Letters by state.", health.letters_by_state())
        yield _gauge("answers_stored", "Answers in all logs, changes included.", health.answers_stored())
        yield _gauge("disk_free_bytes", "Free where DATA_DIR lies.", health.disk_free())


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"quanheng_{name}", told, value=value)


def _by_state(name: str, told: str, counts: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"quanheng_{name}", told, labels=["state"])
    for state, count in counts.items():
        family.add_metric([state], count)
    return family


def _or_never(seconds: float | None) -> float:
    return -1.0 if seconds is None else seconds


REGISTRY.register(_Stored())
