"""The expert whom anybody may play in the demo."""

from __future__ import annotations

from surveys.models import Expert, Survey

READY = "DEMO"


def ready_expert() -> Expert | None:
    """The expert of the open synthetic survey who has nobody behind them, or None outside the demo."""
    experts = Expert.objects.select_related("survey", "invitation")
    return experts.filter(code=READY, survey__synthetic=True, survey__state=Survey.State.OPEN).first()
