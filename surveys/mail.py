"""Letters become mail, and mail leaves. What a mail server says becomes one of five outcomes, never a traceback."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.letter_words import Written, one_line
from surveys.tokens import without_tokens

LONGEST_ERROR = 500


class Trouble(Enum):
    """What to do about a letter that did not leave."""

    ADDRESS = "the server refuses this recipient for good"
    LETTER = "the server refuses this letter for good"
    LATER = "the server puts this letter off"
    SERVER_LATER = "no letter can leave now"
    SERVER = "no letter can leave before somebody mends the settings"
    DOUBT = "the connection broke when the letter had been handed over: it may have left"


class NotSent(Exception):
    """`words` are the server's own, without any token."""

    def __init__(self, trouble: Trouble, words: str) -> None:
        super().__init__(words)
        self.trouble, self.words = trouble, words


def mail_is_set() -> bool:
    return settings.MAIL_SERVER is not None


def message_for(
    letter: Written, *, name: str, address: str, message_id: str = "", reply_to: str = "", by_itself: bool = False
) -> EmailMultiAlternatives:
    """Plain text with a plain HTML twin. `by_itself`: nobody pressed a button, and absence notes need not answer."""
    headers = {"Message-ID": message_id} if message_id else {}
    headers |= {"Auto-Submitted": "auto-generated"} if by_itself else {}
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.body,
        from_email=settings.MAIL_FROM,
        to=[_mailbox(name, address)],
        reply_to=[reply_to] if reply_to else None,
        headers=headers,
    )
    message.attach_alternative(render_to_string("surveys/letter_mail.html", {"letter": letter}), "text/html")
    return message


def _mailbox(name: str, address: str) -> str:
    """As a header holds it. Quotes and backslashes would have to be escaped: a name does well without them."""
    plain = one_line(name).replace('"', "").replace("\\", "").strip()
    return f'"{plain}" <{address}>' if plain else address


class Post:
    """One connection to the mail server, opened at the first letter and again after it broke."""

    def __init__(self) -> None:
        server = settings.MAIL_SERVER
        if server is None:
            raise Refused(_("No mail server is set."))
        self._backend = _Backend(
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_ssl=server.use_ssl,
            use_tls=server.use_tls,
            timeout=settings.EMAIL_TIMEOUT,
        )

    def send(self, message: EmailMultiAlternatives) -> None:
        """Raises NotSent."""
        try:
            self._backend.open()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise NotSent(_trouble_opening(error), _words(error)) from None
        connection: Any = self._backend.connection
        connection.handed_over = False
        try:
            self._backend.send_messages([message])
        except (smtplib.SMTPException, OSError, ValueError) as error:
            trouble = _trouble_sending(error, connection.handed_over)
            if trouble is not Trouble.ADDRESS:
                self.close()
            raise NotSent(trouble, _words(error)) from None

    def close(self) -> None:
        try:
            self._backend.close()
        except (smtplib.SMTPException, OSError):
            self._backend.connection = None


@contextmanager
def post() -> Iterator[Post]:
    """Closed at the end, whatever happens."""
    opened = Post()
    try:
        yield opened
    finally:
        opened.close()


class _HandsOver:
    """Remembers that the text of a letter was on its way when the connection broke."""

    handed_over = False

    def data(self, message: Any) -> Any:
        self.handed_over = True
        return super().data(message)  # type: ignore[misc]


class _Plain(_HandsOver, smtplib.SMTP):
    pass


class _Encrypted(_HandsOver, smtplib.SMTP_SSL):
    pass


class _Backend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Encrypted if self.use_ssl else _Plain


def _trouble_opening(error: Exception) -> Trouble:
    """Nothing was said of any letter yet."""
    if isinstance(error, ssl.SSLCertVerificationError | smtplib.SMTPNotSupportedError):
        return Trouble.SERVER
    if isinstance(error, smtplib.SMTPAuthenticationError) and _code(error) >= 500:
        return Trouble.SERVER
    return Trouble.SERVER_LATER


def _trouble_sending(error: Exception, handed_over: bool) -> Trouble:
    if isinstance(error, ValueError | smtplib.SMTPNotSupportedError):
        return Trouble.LETTER
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return Trouble.ADDRESS if _code(error) >= 500 else _put_off(error)
    if isinstance(error, smtplib.SMTPSenderRefused):
        return Trouble.SERVER if _code(error) >= 500 else Trouble.SERVER_LATER
    if isinstance(error, smtplib.SMTPResponseException):
        return Trouble.LETTER if _code(error) >= 500 else _put_off(error)
    return Trouble.DOUBT if handed_over else Trouble.SERVER_LATER


def _put_off(error: Exception) -> Trouble:
    """421 says that the whole server goes away."""
    return Trouble.SERVER_LATER if _code(error) == 421 else Trouble.LATER


def _code(error: Exception) -> int:
    return _reply(error)[0]


def _reply(error: Exception) -> tuple[int, str]:
    """The number and the text of the server's answer; 0 where there was none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return code, _text(said)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, _text(error.smtp_error)
    return 0, str(error) or type(error).__name__


def _words(error: Exception) -> str:
    code, said = _reply(error)
    return without_tokens(one_line(f"{code} {said}" if code else said))[:LONGEST_ERROR]


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
