"""May the values of units be added up? Counts and amounts may; shares, ratios, averages, prices and speeds may not."""

from __future__ import annotations

import re

CHINESE = (*"个项户次件人台架套家所条座处元吨", "公里", "千米")
AMOUNTS = "km t kW MW GW kWh MWh GWh TFLOPS PFLOPS EFLOPS GB TB PB EB unit units"
COUNTED = frozenset([*CHINESE, *AMOUNTS.split()])
"""Units of measure of what is counted or weighed, without 万 and 亿 before and without brackets behind."""
AVERAGED = re.compile(
    "平均|人均|单位面积|单机架|率$|占比|比重|密度|指数|价$|average|per |rate|share|ratio|price|density|index",
    re.IGNORECASE,
)


def additive(measure: str, name: str) -> bool:
    """Say whether a total of the values means something. Where the unit of measure is not known here, it says no.

    >>> additive("万个", "互联网带宽接入端口数"), additive("EFLOPS(FP32)", "在用算力规模"), additive("%", "上架率")
    (True, True, False)
    >>> additive("个(平均)", "行业赋能覆盖量"), additive("EB/EFLOPS", "存算均衡"), additive("", "Schools")
    (False, False, False)
    """
    if AVERAGED.search(name) or AVERAGED.search(measure):
        return False
    plain = re.sub(r"[(（].*$", "", measure).strip()
    return plain.lstrip("万亿千百") in COUNTED or plain in COUNTED
