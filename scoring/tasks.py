"""Celery's door to this app: whoever imports it knows what our jobs compute.

The task itself is `surveys.tasks.perform`, for jobs of every kind.
"""

from scoring import work  # noqa: F401
from surveys.tasks import enqueue, perform

__all__ = ["enqueue", "perform"]
