"""The arrows of docs/architecture.md: imports point down only."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ahp", "surveys", "scoring", "config")  # each may import those before it
# `manage.py run` starts everything, so it stands above the arrows although Django looks for it in an app.
ABOVE = {"surveys/management/commands/run.py"}
# Inside an app, from the bottom; what has no floor here (texts, canonical, …) may be used by all.
FLOORS = {
    **dict.fromkeys(["models"], 0),
    **dict.fromkeys(["services", "selectors", "files"], 1),
    **dict.fromkeys(["forms", "access"], 2),
    **dict.fromkeys(["views", "tasks", "admin", "management", "urls", "api"], 3),
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Dotted names of everything a file imports; `from a import b` counts as a.b, for b may be a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*_package_of(path, node.level), *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _package_of(path: Path, level: int) -> list[str]:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return list(parts[:-level]) if level else []


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_those_below(package: str) -> None:
    above = set(PACKAGES[PACKAGES.index(package) + 1 :])
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in modules(package)
        if name_of(path) not in ABOVE
        for name in imported(path)
        if name.split(".")[0] in above
    ]
    assert not wrong, "\n".join(wrong)


def test_the_method_knows_nobody() -> None:
    known = {"ahp", "numpy", "scipy", *sys.stdlib_module_names}
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in modules("ahp")
        for name in imported(path)
        if name.split(".")[0] not in known
    ]
    assert not wrong, "\n".join(wrong)


def test_simulated_experts_know_the_site_from_outside() -> None:
    """They may read its pages and send its forms; only the command that sends them out may look behind."""
    inside = [
        f"{name_of(path)} imports {name}"
        for path in modules("surveys/bots")
        for name in imported(path)
        if name.split(".")[0] not in {"numpy", "ahp", *sys.stdlib_module_names} and not name.startswith("surveys.bots.")
    ]
    users = {
        name_of(path)
        for package in PACKAGES
        for path in modules(package)
        if path.parent.name != "bots" and any(name.startswith("surveys.bots") for name in imported(path))
    }
    assert not inside, "\n".join(inside)
    assert users == {"surveys/management/commands/simulate_experts.py"}


def test_importing_the_method_loads_numpy_alone() -> None:
    program = "import ahp, sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"scipy", "django", "celery", "config", "surveys", "scoring"} & set(done.stdout.split())


def test_outsiders_use_the_method_by_its_public_names() -> None:
    wrong = [
        f"{name_of(path)} imports {name}"
        for package in PACKAGES[1:]
        for path in modules(package)
        for name in imported(path)
        if name.startswith("ahp._")
    ]
    assert not wrong, "\n".join(wrong)


def floor_of(parts: list[str], app: str) -> int | None:
    """The floor of a dotted name inside an app: ["surveys", "services", "jobs"] stands on that of services."""
    return FLOORS.get(parts[1]) if len(parts) > 1 and parts[0] == app else None


@pytest.mark.parametrize("app", ["surveys", "scoring"])
def test_inside_an_app_imports_point_down(app: str) -> None:
    wrong = []
    for path in modules(app):
        own = floor_of(list(path.relative_to(ROOT).with_suffix("").parts), app)
        for name in imported(path) if own is not None else ():
            other = floor_of(name.split("."), app)
            if own is not None and other is not None and other > own:
                wrong.append(f"{name_of(path)} imports {name}")
    assert not wrong, "\n".join(wrong)
