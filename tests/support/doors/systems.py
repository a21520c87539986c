"""Addresses of indicator systems and their editions."""

from typing import Any

from surveys.access import READS, RUNS
from surveys.models import Indicator
from surveys.selectors.editing import family_print, node_print, subtree_print
from surveys.selectors.trees import tree_of
from tests.support.doors.door import ACCOUNT, Door
from tests.support.doors.estate import fields, upload
from tests.support.everybody import Estate

INDICATOR_FIELDS = (
    *("name_zh_hans", "name_en", "definition_zh_hans", "definition_en", "unit", "aliases"),
    *("low", "high", "target_low", "target_high", "cap", "transform", "direction"),
)
INDICATORS = b"code,parent,name\nr,,Root\na,r,A\nb,r,B\n"


def draft_edition(at: Estate) -> list[list[Any]]:
    return [[at.draft_edition.pk]]


def node(at: Estate, code: str = "c") -> Indicator:
    return at.draft_edition.indicators.get(code=code)


def drafted(at: Estate) -> list[list[Any]]:
    return [[at.draft_edition.pk, node(at).pk]]


DOORS: dict[str, Door] = {
    "surveys:system_list": Door(get=ACCOUNT),
    "surveys:system_import": Door(
        get=ACCOUNT, post=ACCOUNT, writes=False,
        payload=upload(INDICATORS, name_en="New", label="1", language="en"),
    ),
    "surveys:ahp_os_import": Door(
        get=ACCOUNT, post=ACCOUNT, writes=False,
        payload=fields(pasted="Goal: A, B;", name_en="New", label="1", language="en"),
    ),
    "surveys:ahp_os_export": Door(get=READS, args=lambda at: [[at.decided.edition_id], [at.draft_edition.pk]]),
    "surveys:edition": Door(get=READS, args=lambda at: [[at.decided.edition_id], [at.draft_edition.pk]]),
    "surveys:system_new": Door(
        get=ACCOUNT, post=ACCOUNT, asks=("name_en",),
        payload=fields(name_zh_hans="新体系", label="1", language="zh-hans"),
    ),
    "surveys:system_template": Door(get=ACCOUNT),
    "surveys:edition_freeze": Door(post=RUNS, args=draft_edition),
    "surveys:edition_next": Door(get=RUNS, post=RUNS, args=draft_edition, payload=fields(label="3.0")),
    "surveys:edition_delete": Door(get=RUNS, post=RUNS, args=draft_edition, writes=False),  # a survey uses it
    "surveys:edition_export": Door(
        get=READS, args=lambda at: [[at.decided.edition_id, "csv"], [at.draft_edition.pk, "xlsx"]]
    ),
    "surveys:edition_compare": Door(get=READS, args=lambda at: [[at.decided.edition_id, at.draft_edition.pk]]),
    "surveys:edition_compare_export": Door(get=READS, args=lambda at: [[at.decided.edition_id, at.draft_edition.pk]]),
    "surveys:indicator_new": Door(
        get=RUNS, post=RUNS, args=draft_edition, asks=INDICATOR_FIELDS,
        payload=lambda at: {
            "parent": node(at).parent_id, "code": "new", "name_zh_hans": "新指标", "direction": "benefit",
        },
    ),
    "surveys:indicator_edit": Door(
        get=RUNS, post=RUNS, args=drafted, asks=INDICATOR_FIELDS,
        payload=lambda at: {
            "seen": node_print(node(at)), "code": "c", "name_zh_hans": "另一个", "direction": "cost",
        },
    ),
    "surveys:indicator_move": Door(
        post=RUNS, args=drafted,
        payload=lambda at: {"seen": node_print(node(at)), "parent": node(at, "a").pk},
    ),
    "surveys:indicator_order": Door(
        post=RUNS, args=draft_edition,
        payload=lambda at: {"seen": family_print(tree_of(at.draft_edition)), "step": f"up:{node(at).pk}"},
    ),
    "surveys:indicator_delete": Door(
        get=RUNS, post=RUNS, args=drafted,
        payload=lambda at: {"seen": subtree_print(tree_of(at.draft_edition), node(at))},
    ),
    "surveys:indicator_restore": Door(post=RUNS, args=draft_edition, writes=False),  # nothing was deleted
}  # fmt: skip
