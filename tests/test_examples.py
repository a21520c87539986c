"""The examples in the docstrings of the apps run, wherever somebody writes one. Those of `ahp`: `tests/ahp`."""

import doctest
import importlib
from pathlib import Path

import pytest

from tests.support.files import english  # noqa: F401

ROOT = Path(__file__).parents[1]
MODULES = [
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for app in ("scoring", "surveys")
    for file in sorted((ROOT / app).rglob("*.py"))
    if ">>>" in file.read_text("utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted and not found.failed
