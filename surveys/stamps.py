"""What an export says on its face when it holds less than real, decided numbers."""

from __future__ import annotations

SYNTHETIC = ("演示数据（合成）", "Synthetic demo data")
UNSEALED = ("未锁定的草案", "Draft: not locked")
OUTSIDE = ("含非来自专家判断的权重", "Some weights are not from judgments")


def stamps(*, synthetic: bool, sealed: bool, outside: bool = False) -> list[str]:
    """In both languages, whoever exports. `outside`: weights among them were imported or fixed."""
    return [*(SYNTHETIC if synthetic else ()), *(() if sealed else UNSEALED), *(OUTSIDE if outside else ())]
