"""Hands mails to an SMTP server, one after the other on one connection, which is held open for the next."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime

import attrs

from hub.documents.smtp_connection import Connection
from hub.documents.wire import bare, wire_of
from hub.domain.mail import Mail, MailRefused

TIMEOUT_SECONDS = 20.0
GREETING_SECONDS = 5.0
FOR_GOOD = frozenset({521, 550, 551, 552, 553, 554, 556})
"""Replies about this recipient or mail; other refusals (no login, no relaying, a wrong sender) are ours to mend."""


@attrs.frozen(kw_only=True)
class SmtpMailer:
    """A mail server.

    Attributes:
        starttls: Encrypt before anything is sent; a server that cannot is not used.
        password: Given together with ``user``.
    """

    host: str
    port: int = 25
    user: str = ""
    password: str = attrs.field(default="", repr=False)
    starttls: bool = False
    timeout: float = TIMEOUT_SECONDS
    _connection: Connection = attrs.field(
        init=False, repr=False, eq=False, default=attrs.Factory(lambda self: Connection(self.enter), takes_self=True)
    )

    async def send(self, mail: Mail) -> None:
        """Hand a mail over; cancelled, no more of it leaves.

        Raises:
            MailRefused: The server refuses this recipient or mail for good.
            OSError, smtplib.SMTPException: It may be tried again.
        """
        wire = mail.wire or wire_of(mail, datetime.now(UTC))
        try:
            await self._connection.hand_over(bare(mail.sender), mail.recipient, wire)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            if code not in FOR_GOOD:
                raise
            raise MailRefused(_reply_line(code, words)) from error
        except smtplib.SMTPDataError as error:
            if error.smtp_code not in FOR_GOOD:
                raise
            raise MailRefused(_reply_line(error.smtp_code, error.smtp_error)) from error

    def close(self) -> None:
        """Say goodbye, once the mail that is on its way has ended."""
        self._connection.close()

    def greet(self) -> None:
        """Say hello, encrypt and sign in as for a mail, and leave.

        Raises:
            OSError, smtplib.SMTPException: A mail would fail in the same way.
        """
        with smtplib.SMTP(self.host, self.port, local_hostname="localhost", timeout=GREETING_SECONDS) as server:
            self._introduce(server)
            server.noop()

    def enter(self, sender: str) -> smtplib.SMTP:
        """A fresh connection that takes mails.

        Raises:
            OSError, smtplib.SMTPException: The server cannot be reached, or does not let us in.
        """
        name = sender.rpartition("@")[2]  # asked of the system, our own name could take seconds
        server = smtplib.SMTP(self.host, self.port, local_hostname=name, timeout=self.timeout)
        try:
            self._introduce(server)
        except BaseException:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP) -> None:
        if self.starttls:
            server.starttls(context=ssl.create_default_context())
        if self.user:
            server.login(self.user, self.password)
        server.ehlo_or_helo_if_needed()


def _reply_line(code: int, words: bytes | str) -> str:
    """What the server said, as one short line."""
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return " ".join(f"{code} {text}".split())[:300]
