"""What people fill in: data, runs, the figures of a report, what the public may see."""

from .runs import DataSetForm, RunForm

__all__ = ["DataSetForm", "RunForm"]
