"""`manage.py run`: the whole of Quanheng with one command and nothing else installed."""

import dataclasses
import os
import socket
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.db import OperationalError

from config import env, supervisor
from surveys.checks import BROKER, RUN


class Command(BaseCommand):
    help = "Prepares the database, serves the pages and keeps a worker alive. Ctrl-C stops."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port to listen on (default: PORT or 8000)")
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
        parser.add_argument("--worker", action="store_true", help="keep a worker here although REDIS_URL is set")

    def handle(self, *, host: str, port: int, no_demo: bool, worker: bool, **options: Any) -> None:
        claimed = self._claim(host, port)
        self._tell_port(port)
        supervisor.stop_on_signals()
        self._prepare()
        if not no_demo:
            self._show_demo(self._site(host, port))
        keeper = self._keeper(worker)
        try:
            self._say(f"Quanheng is ready: {self._address(host, port)}  (Ctrl-C stops)")
            supervisor.serve(claimed)
        finally:
            self._say("Stopping.")
            if keeper is not None:
                keeper.stop()

    def _claim(self, host: str, port: int) -> socket.socket:
        try:
            return supervisor.claim(host, port)
        except (supervisor.PortError, OverflowError) as error:
            raise CommandError(str(error)) from error

    def _tell_port(self, port: int) -> None:
        """Links in pages and mails name the port, unless SITE_URL says where people really come in."""
        if env.text("SITE_URL"):
            return
        os.environ["PORT"] = str(port)  # for the worker
        settings.SITE = dataclasses.replace(settings.SITE, port=port)
        settings.SITE_URL = settings.SITE.url
        settings.CSRF_TRUSTED_ORIGINS = [settings.SITE.origin]

    def _prepare(self) -> None:
        try:
            call_command("migrate", verbosity=0)
        except OperationalError as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"The database cannot be used: {reason}. Check DATABASE_URL and DATA_DIR.") from error
        self.check(tags=[Tags.database], databases=["default"])
        self.check(tags=[BROKER, RUN], include_deployment_checks=True)
        call_command("collectstatic", verbosity=0, interactive=False)

    def _show_demo(self, site: str) -> None:
        """Load the demo where nobody works yet, and print the ways into it."""
        call_command("demo", keep=True, site=site, stdout=self.stdout)

    def _keeper(self, wanted: bool) -> supervisor.WorkerKeeper | None:
        if env.text("REDIS_URL") and not wanted:
            self._say("REDIS_URL is set: start workers of your own with `make worker`, or give --worker.")
            return None
        keeper = supervisor.WorkerKeeper(self._say)
        keeper.start()
        return keeper

    def _address(self, host: str, port: int) -> str:
        site = self._site(host, port)
        return f"{site} (listening on {host} port {port})" if env.text("SITE_URL") else site

    def _site(self, host: str, port: int) -> str:
        """Where people come in."""
        if env.text("SITE_URL"):
            return str(settings.SITE_URL)
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{port}/"

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
