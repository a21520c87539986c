"""Log lines without secrets, with the id of the request they belong to, for people or for machines."""

import json
import logging
from datetime import UTC, datetime

from surveys.tokens import without_tokens
from surveys.trace import current_id

PULSE = ("surveys.tasks.sweep", "surveys.tasks.remind", "surveys.tasks.retain")


class DiscreetFormatter(logging.Formatter):
    """Masks tokens in the finished text, so that arguments and tracebacks are covered too."""

    def format(self, record: logging.LogRecord) -> str:
        return without_tokens(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for a system that collects logs; tokens masked in the finished text."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return without_tokens(json.dumps(line, ensure_ascii=False))


class WithRequest(logging.Filter):
    """Gives each line the id of the request or job that it belongs to; a dash where there is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        asked = getattr(record, "request", None)  # Django logs an answer of 404 or 500 after the middleware is through
        record.request_id = current_id() or getattr(asked, "trace_id", "-")
        return True


class WithoutSweeps(logging.Filter):
    """Drops Celery's "received" and "succeeded" of the sweep: twice every five seconds they would hide all else."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.INFO or not any(task in record.getMessage() for task in PULSE)
