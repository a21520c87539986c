"""Wiring only: settings, addresses, the Celery application. No rule of the trade lives here."""

from .celery import app as celery_app

__all__ = ["celery_app"]
