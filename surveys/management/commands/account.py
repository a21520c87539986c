"""`manage.py account NAME`: an account for somebody who runs surveys, and a link to choose its password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from surveys.services.members import account_make, account_switch, password_link_make
from surveys.services.second_factor import factor_reset
from surveys.services.sessions import sessions_end


class Command(BaseCommand):
    help = (
        "Makes an account, or finds it, and prints a link by which its owner chooses a password. The link works once, "
        "for three days. Also for a forgotten password."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="NAME", help="what they sign in with")
        parser.add_argument("--full-name", default="", metavar="NAME", help="what colleagues read; for a new account")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--deactivate", action="store_true", help="let the account sign in no more")
        what.add_argument("--activate", action="store_true", help="let it sign in again")
        what.add_argument(
            "--reset-second-factor", action="store_true", help="for a lost phone: the password alone opens"
        )
        what.add_argument("--sign-out", action="store_true", help="end its sessions on every device")

    def handle(
        self,
        *,
        username: str,
        full_name: str,
        deactivate: bool,
        activate: bool,
        reset_second_factor: bool,
        sign_out: bool,
        **_: Any,
    ) -> None:
        account = User.objects.filter(username=username).first()
        if sign_out:
            self._sign_out(account, username)
            return
        if deactivate or activate:
            self._switch(account, username, active=activate)
            return
        if reset_second_factor:
            self._reset(account, username)
            return
        if account is None:
            account = self._made(username, full_name)
        elif not account.is_active:
            raise CommandError(f"The account {username} is deactivated: add --activate first.")
        uid, token = password_link_make(account, user=None)
        self.stdout.write(f"{settings.SITE.origin}{reverse('password_choose', args=[uid, token])}")
        self.stdout.write("Open it within three days: it works once.")

    def _made(self, username: str, full_name: str) -> User:
        try:
            return account_make(username, name=full_name)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error

    def _switch(self, account: User | None, username: str, *, active: bool) -> None:
        if account is None:
            raise CommandError(f"There is no account {username}.")
        account_switch(account, active=active)
        self.stdout.write(f"{username} is {'active' if active else 'deactivated'}.")

    def _reset(self, account: User | None, username: str) -> None:
        if account is None or not factor_reset(account):
            raise CommandError(f"There is no account {username} with a second factor.")
        self.stdout.write(
            f"{username} signs in with the password alone, and may set up another phone. The log says so."
        )

    def _sign_out(self, account: User | None, username: str) -> None:
        if account is None:
            raise CommandError(f"There is no account {username}.")
        self.stdout.write(f"Sessions of {username} that were ended: {sessions_end(account)}.")
