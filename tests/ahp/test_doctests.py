"""The examples in the docstrings run."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import ahp

MODULES = ["ahp", *(f"ahp.{module.name}" for module in pkgutil.iter_modules(ahp.__path__))]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert found.failed == 0


def test_the_worked_example_of_the_method_page() -> None:
    page = Path(__file__).parents[2] / "docs" / "method.md"
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert found.attempted > 10
    assert found.failed == 0
