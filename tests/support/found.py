"""What a search for a service brings back, and where downloads for tests are kept."""

import importlib.util
import os
from dataclasses import dataclass, field
from pathlib import Path

CACHE = Path(os.environ.get("QUANHENG_TEST_CACHE", Path.home() / ".cache" / "quanheng-tests"))
NOBODY = 65534


@dataclass(frozen=True)
class Service:
    """A service tests may use: its URL, or "" and in `report` the reason why there is none."""

    url: str
    report: str


@dataclass(frozen=True)
class Browser:
    executable: str
    report: str
    environment: dict[str, str] = field(default_factory=dict)


def services_are_required() -> bool:
    return os.environ.get("QUANHENG_REQUIRE_SERVICES") == "1"


def package_folder(module: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(module)
    return Path(spec.origin).parent if spec and spec.origin else None
