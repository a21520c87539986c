"""A real SMTP server on a free port, with a mailbox: friendly, choosy, putting off, dying, or frozen."""

from __future__ import annotations

import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from pytest_django.fixtures import Settings

from config.mail import MailServer


class Mailbox:
    """What came in, and how the server behaves. `refuse` and `put_off`: recipient → what it says to them."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refuse: dict[str, str] = {}
        self.put_off: dict[str, str] = {}
        self.refuse_text = ""
        self.dies_over: set[str] = set()
        self.frozen = False
        self.said: Counter[str] = Counter()
        self.port = 0

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    def texts(self) -> list[str]:
        return [body.get_content() for mail in self.mails if (body := mail.get_body(("plain",)))]

    # what aiosmtpd calls

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        if self.frozen:
            time.sleep(1.5)  # in the server's own thread: nothing is answered meanwhile
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        self.said[address] += 1
        answer = self.refuse.get(address) or self.put_off.get(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuse_text:
            return self.refuse_text
        self.mails.append(message_from_bytes(envelope.original_content, policy=default))
        self.recipients.extend(envelope.rcpt_tos)
        if self.dies_over & set(envelope.rcpt_tos):
            server.transport.abort()
        return "250 OK"


@contextmanager
def mail_server(settings: Settings, **options: Any) -> Iterator[Mailbox]:
    """A server that the product's settings point to. Options: user, password; tls, a folder for a certificate."""
    box = Mailbox()
    user, password = options.pop("user", ""), options.pop("password", "")
    tls: Path | None = options.pop("tls", None)
    if tls:
        options |= {"tls_context": certificate(tls), "require_starttls": True}
    if options.pop("asks_login", False):
        options |= {"authenticator": _authenticator, "auth_required": True, "auth_require_tls": False}
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        host = "localhost" if tls else "127.0.0.1"
        settings.MAIL_SERVER = MailServer(host, box.port, user, password, use_ssl=False, use_tls=bool(tls))
        settings.EMAIL_TIMEOUT = 1
        yield box
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _authenticator(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"office", b"right"), handled=False)


def certificate(folder: Path) -> SSLContext:
    """For localhost, signed by itself: `folder / "cert.pem"` is what a client has to trust."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context
