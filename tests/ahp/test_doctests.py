"""The examples in the docstrings run."""

import doctest
import importlib
import pkgutil

import pytest

import ahp

MODULES = ["ahp", *(f"ahp.{module.name}" for module in pkgutil.iter_modules(ahp.__path__))]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert found.failed == 0
