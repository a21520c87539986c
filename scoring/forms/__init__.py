"""What people fill in: data, runs, the figures of a report, what the public may see."""

from .data import DataSetForm
from .runs import RunForm

__all__ = ["DataSetForm", "RunForm"]
