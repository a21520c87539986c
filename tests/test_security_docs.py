"""The maps to security standards: whole, added up rightly, and every file and test that they name is there."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
# Of OWASP ASVS 5.0.0: the last item of levels 1 and 2 in each section, and those of level 3 on the way there.
LAST = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
STATES = ("met", "not met", "installation", "n/a")
ITEM = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| [^|]+ \| \**([a-z/ ]+?)\** \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w./*-]+?)(?:::(\w+))?`")
TOP = {path.name for path in ROOT.iterdir()}


def items() -> list[tuple[str, str, str, str]]:
    return ITEM.findall((DOCS / "asvs.md").read_text(encoding="utf-8"))


def named(text: str) -> list[tuple[str, str]]:
    """Files and folders of this repository, and the test where one is named."""
    return [(path, test) for path, test in NAMED.findall(text) if test or path.split("/")[0] in TOP]


def test_every_item_of_levels_1_and_2_is_judged_once() -> None:
    asked = [f"{section}.{number}" for section, last in LAST.items() for number in range(1, last + 1)]
    assert [number for number, *_rest in items()] == asked
    assert Counter(level for _number, level, *_rest in items()) == {"1": 70, "2": 183}


def test_the_sums_are_those_of_the_rows() -> None:
    counts = Counter(state for *_rest, state, _why in items())
    assert set(counts) == set(STATES)
    sums = " | ".join(str(number) for number in (*(counts[state] for state in STATES), len(items())))
    assert f"\n| {sums} |\n" in (DOCS / "asvs.md").read_text(encoding="utf-8")


def test_what_is_called_met_says_what_shows_it() -> None:
    assert not [number for number, _level, state, why in items() if state == "met" and not named(why)]


@pytest.mark.parametrize("name", ["asvs.md", "dengbao.md", "security.md", "../SECURITY.md"])
def test_every_file_and_test_that_is_named_is_there(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    assert named(text)
    assert not [path for path, _test in named(text) if not (ROOT / path).exists()]
    assert not [
        one for one in named(text) if one[1] and f"def {one[1]}(" not in (ROOT / one[0]).read_text(encoding="utf-8")
    ]
