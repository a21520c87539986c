"""A list of experts as it is pasted: columns out of a spreadsheet in any order, or lines of a letter."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from django.conf import settings

SEPARATORS = ",，;；、"
CODE = re.compile(r"[A-Za-z]{0,6}[-_.]?\d{1,6}")
LIMITS = {
    "code": 40, "name": 120, "title": 80, "organisation": 200, "field": 120, "email": 254, "telephone": 40,
    "group": 80, "language": 20,
}  # fmt: skip
USUAL = ("code", "name", "email", "organisation", "field")
"""The order of a list without headings."""

HEADINGS = {
    "code": ("code", "no", "no.", "number", "id", "expert", "编号", "代码", "序号", "专家编号", "专家代码"),
    "name": ("name", "full name", "姓名", "专家", "专家姓名", "名字"),
    "title": ("title", "position", "job title", "职称", "职务", "职称/职务", "职务/职称", "职称职务"),
    "organisation": (
        "organisation", "organization", "unit", "affiliation", "institution", "company", "employer", "单位", "工作单位",
        "所在单位", "机构", "单位名称",
    ),
    "field": ("field", "area", "expertise", "speciality", "领域", "专业", "专业领域", "研究领域", "研究方向"),
    "email": ("e-mail", "email", "mail", "e-mail address", "email address", "邮箱", "电子邮箱", "邮件", "电子邮件"),
    "telephone": ("telephone", "phone", "tel", "mobile", "tel.", "电话", "手机", "手机号", "联系电话", "联系方式"),
    "group": ("group", "组别", "组", "类别", "分组", "专家类别"),
    "language": ("language", "语言", "问卷语言"),
}  # fmt: skip
_MEANING = {heading: column for column, headings in HEADINGS.items() for heading in headings}
_LANGUAGES = {
    "zh-hans": ("中文", "简体中文", "汉语", "zh", "zh-cn", "zh-hans", "cn", "chinese"),
    "en": ("英文", "英语", "en", "english", "en-us", "en-gb"),
}
_TAGS = {word: tag for tag, words in _LANGUAGES.items() for word in words}


def pasted_rows(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """What each column is (empty: not known), and the filled lines as (number, cells).

    A first line in which a heading is recognised says the columns; else they are code, name, e-mail, organisation,
    field, without the code where no line begins with one.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    rows = [(number, cells_of(line)) for number, line in lines]
    if not rows:
        return [], []
    known = [_MEANING.get(_bare(cell), "") for cell in rows[0][1]]
    if _is_heading(known):
        return known, rows[1:]
    coded = any(CODE.fullmatch(cells[0]) for _number, cells in rows)
    return list(USUAL if coded else USUAL[1:]), rows


def language_tag(word: str) -> str | None:
    """The tag of a language as people write it; empty for nothing, None where it is not one of ours.

    >>> language_tag("英文"), language_tag(""), language_tag("Français")
    ('en', '', None)
    """
    tag = _TAGS.get(_bare(word), word.casefold() if word.casefold() in dict(settings.LANGUAGES) else None)
    return tag if word else ""


def cells_of(line: str) -> list[str]:
    """The parts of a line: by tabs if there are any, else by the separator that comes first."""
    separator = "\t" if "\t" in line else next((char for char in line if char in SEPARATORS), ",")
    parts = next(csv.reader([line], delimiter=separator), [])
    cells = [part.strip() for part in parts]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return cells


def _is_heading(known: Sequence[str]) -> bool:
    """At least two headings, or the only one; and every column at most once."""
    found = [column for column in known if column]
    enough = len(found) >= 2 or (len(found) == 1 and len(known) == 1)
    return enough and ("name" in found or "code" in found)


def _bare(cell: str) -> str:
    return re.sub(r"[\s*＊:：]+", " ", cell).strip().casefold()
