"""What a check found, in both languages, whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

Files = dict[str, bytes]


class Text(NamedTuple):
    """A sentence in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True)
class Check:
    """What was looked at, and what is wrong with it; nothing: it holds."""

    what: Text
    problems: tuple[Text, ...] = ()

    def lines(self) -> list[str]:
        head = "FAIL 不符" if self.problems else "PASS 通过"
        return [f"{head}  {self.what.zh} | {self.what.en}", *(f"      {each.zh} | {each.en}" for each in self.problems)]


def check(what: Text, find: Callable[[], Iterable[Text]]) -> Check:
    """Run a check. What it cannot even read is a problem of the bundle, told as one."""
    try:
        return Check(what, tuple(find()))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError, RecursionError) as error:
        said = f"{type(error).__name__}: {error}"[:200]
        return Check(
            what, (Text(f"内容不完整，无法核对（{said}）", f"it is not whole and cannot be checked ({said})"),)
        )
