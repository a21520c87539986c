#!/usr/bin/env python
"""The door to every command: `manage.py run`, `manage.py evaluate` and the rest."""

import io
import os
import sys


def main() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without Chinese shows codes, as stderr does
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        from config import catalogues
    except ImportError as missing:
        sys.exit(f"{missing}. Quanheng's libraries are not installed here: `make run` sets them up in .venv.")
    try:
        catalogues.compile_stale()
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as mistake:
        sys.exit(f"Quanheng cannot start: {mistake}")


if __name__ == "__main__":
    main()
