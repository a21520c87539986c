"""The words that other people's indicator tables use: their headings, and their directions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from surveys.files.indicators import SCORING
from surveys.files.tables import Table

LEVELS = tuple(f"level{number}" for number in range(1, 7))
GUESSES = {
    "code": "code|编码|编号|代码|指标编码|指标编号|指标代码|id|no|indicator code",
    "parent": "parent|上级|上级编码|上级编号|上级代码|上级指标|上级指标编码|父级|父级编码|父节点|父指标|parent code",
    "name": "name|名称|指标名称|指标|指标名|中文名称|indicator|indicator name",
    "name_en": "name_en|英文名称|英文名|英文|指标英文名称|english name|english|name (en)",
    "definition": "definition|定义|指标定义|释义|指标释义|说明|指标说明|解释|指标解释|含义|指标含义|description",
    "definition_en": "definition_en|英文定义|英文说明|english definition",
    "unit": "unit|单位|计量单位|指标单位|units|unit of measure",
    "direction": "direction|方向|指标方向|属性|指标属性|性质|指标性质|正逆向|指标类型|type",
    "aliases": "aliases|alias|别名|曾用名|又称|原名|原名称|former name",
}
DIRECTIONS = {
    "benefit": "benefit|正|正向|正向指标|正指标|效益型|极大型|越大越好|+|＋|positive",
    "cost": "cost|逆|负|逆向|负向|逆向指标|负向指标|逆指标|成本型|极小型|越小越好|-|－|−|negative",
    "target": "target|适度|适度指标|区间|区间型|居中型|中间型",
}
LEVEL = re.compile(r"(?:第?([一二三四五六1-6])级(?:指标)?(?:名称)?|(?:level|l) ?([1-6]))", re.IGNORECASE)
NUMERALS = "一二三四五六"


def is_ours(table: Table) -> bool:
    """Every heading is one of ours, so that nothing need be asked."""
    known = {"code", "parent", "unit", "direction", "aliases", *SCORING}
    names = [heading.casefold() for heading in table.header]
    tagged = [name for name in names if re.match(r"(name|definition)(_|$)", name)]
    return all(name in known or name in tagged for name in names) and {"code", "parent", "name"} <= {*names}


def guessed(header: Sequence[str]) -> list[str]:
    """For each column what it seems to be; empty where nothing fits, or where another column said so first.

    >>> guessed(["一级指标", "二级指标", "单位", "备注"])
    ['level1', 'level2', 'unit', '']
    """
    found: list[str] = []
    for heading in header:
        role = _guess(" ".join(heading.casefold().replace("（", "(").replace("）", ")").split()))
        found.append("" if role in found else role)
    return found


def _guess(heading: str) -> str:
    level = LEVEL.fullmatch(heading)
    if level:
        return f"level{NUMERALS.find(level[1]) + 1 if level[1] and level[1] in NUMERALS else level[1] or level[2]}"
    if heading in SCORING or re.fullmatch(r"(name|definition)_[a-z_]+", heading):
        return heading
    return next((role for role, words in GUESSES.items() if heading in words.split("|")), "")


def direction_of(text: str) -> str:
    """Our word for a direction in the words of the field; anything else stays, and is refused by its cell."""
    return next((ours for ours, words in DIRECTIONS.items() if text.casefold() in words.split("|")), text)
