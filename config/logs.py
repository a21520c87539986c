"""Log lines without secrets, and without the pulse of what comes by itself every few seconds."""

import logging

from surveys.tokens import without_tokens

PULSE = ("surveys.tasks.sweep", "surveys.tasks.remind")


class DiscreetFormatter(logging.Formatter):
    """Masks tokens in the finished text, so that arguments and tracebacks are covered too."""

    def format(self, record: logging.LogRecord) -> str:
        return without_tokens(super().format(record))


class WithoutSweeps(logging.Filter):
    """Drops Celery's "received" and "succeeded" of the sweep: twice every five seconds they would hide all else."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.INFO or not any(task in record.getMessage() for task in PULSE)
