"""The three accounts of the demo. Their passwords are made for each installation and kept beside its database."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


@dataclass(frozen=True)
class Account:
    role: str
    username: str
    name: str


ACCOUNTS = (
    Account("coordinator", "li", "李协调员"),
    Account("approver", "zhang", "张主任"),
    Account("analyst", "wang", "王分析师"),
)


def people_create() -> dict[str, User]:
    """Make the accounts with fresh passwords. Returns role → account."""
    passwords = {account.username: _password() for account in ACCOUNTS}
    people = {
        account.role: User.objects.create_user(
            account.username, password=passwords[account.username], first_name=account.name
        )
        for account in ACCOUNTS
    }
    _keep(passwords)
    return people


def sign_ins() -> dict[str, tuple[str, str]]:
    """Role → user name and password, as long as the file that keeps them is there."""
    try:
        passwords = json.loads(_file().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return {account.role: (account.username, passwords[account.username]) for account in ACCOUNTS}


def _file() -> Path:
    return Path(settings.DATA_DIR) / "demo-sign-ins.json"


def _keep(passwords: dict[str, str]) -> None:
    file = _file()
    file.touch(mode=0o600)
    file.write_text(json.dumps(passwords, indent=2), "utf-8")


def _password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
