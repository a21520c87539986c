"""What an export says on its face when it holds less than real, decided numbers."""

from __future__ import annotations

SYNTHETIC = ("演示数据（合成）", "Synthetic demo data")
UNSEALED = ("未锁定的草案", "Draft: not locked")


def stamps(*, synthetic: bool, sealed: bool) -> list[str]:
    """In both languages, whoever exports."""
    return [*(SYNTHETIC if synthetic else ()), *(() if sealed else UNSEALED)]
