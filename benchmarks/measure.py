"""Ratios that can be trusted on a busy machine: contenders take turns in one process, CPU time, medians."""

import resource
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Timing:
    """CPU seconds of one call: median and quartiles over the rounds."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        scale, unit = next(
            (s, u) for s, u in ((1e9, "ns"), (1e6, "µs"), (1e3, "ms"), (1, "s")) if self.median * s < 1000
        )
        return f"{self.median * scale:.3g} {unit} ({self.low * scale:.3g}–{self.high * scale:.3g})"

    def per(self, count: int) -> "Timing":
        """Of one of `count` things done in the call."""
        return Timing(self.median / count, self.low / count, self.high / count)


def take_turns(
    contenders: Mapping[str, Callable[[], Any]], *, rounds: int = 15, least: float = 0.005
) -> dict[str, Timing]:
    """Time all contenders round by round, each for at least `least` seconds a round."""
    repeats = {name: _repeats(call, least) for name, call in contenders.items()}
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            found[name].append(_seconds(call, repeats[name]) / repeats[name])
    return {name: _timing(seconds) for name, seconds in found.items()}


def _timing(seconds: list[float]) -> Timing:
    low, median, high = statistics.quantiles(seconds, n=4) if len(seconds) > 1 else [seconds[0]] * 3
    return Timing(median, low, high)


def _repeats(call: Callable[[], Any], least: float) -> int:
    once = max(_seconds(call, 1), 1e-7)
    return max(1, round(least / min(once, max(_seconds(call, 3) / 3, 1e-7))))


def _seconds(call: Callable[[], Any], repeats: int) -> float:
    start = time.process_time()
    for _ in range(repeats):
        call()
    return time.process_time() - start


def peak_bytes(call: Callable[[], Any]) -> int:
    """The largest amount of memory held at once during a call, results included."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def import_seconds(modules: list[str], rounds: int = 15) -> dict[str, Timing]:
    """CPU time of a fresh interpreter that imports a module, less that of one that imports nothing."""
    found: dict[str, list[float]] = {module: [] for module in ["", *modules]}
    for _ in range(rounds):
        for module, seconds in found.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", f"import {module}" if module else "pass"], check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    empty = statistics.median(found.pop(""))
    return {module: _timing([max(s - empty, 1e-9) for s in seconds]) for module, seconds in found.items()}
