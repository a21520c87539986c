"""Log lines without secrets, and without the pulse of the sweep."""

import logging
import re

# The path of a personal link: whoever reads the token can answer in the expert's name.
INVITATION_PATH = re.compile(r"(/i/)[^/\s\"'?&]+")
SWEEP = "surveys.tasks.sweep"


class DiscreetFormatter(logging.Formatter):
    """Masks tokens in the finished text, so that arguments and tracebacks are covered too."""

    def format(self, record: logging.LogRecord) -> str:
        return INVITATION_PATH.sub(r"\1[token]", super().format(record))


class WithoutSweeps(logging.Filter):
    """Drops Celery's "received" and "succeeded" of the sweep: twice every five seconds they would hide all else."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.INFO or SWEEP not in record.getMessage()
