"""Hands mails to an SMTP server, one connection a mail, in a thread."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import attrs

from hub.domain.mail import Mail, MailRefused

TIMEOUT_SECONDS = 20.0
GREETING_SECONDS = 5.0
FOR_GOOD = frozenset({521, 550, 551, 552, 553, 554, 556})
"""Replies about this recipient or mail; other refusals (no login, no relaying, a wrong sender) are ours to mend."""


@attrs.frozen(kw_only=True)
class SmtpMailer:
    """A mail server.

    Attributes:
        starttls: Encrypt before anything is said; a server that cannot is not used.
        password: Given together with ``user``.
    """

    host: str
    port: int = 25
    user: str = ""
    password: str = attrs.field(default="", repr=False)
    starttls: bool = False
    timeout: float = TIMEOUT_SECONDS

    async def send(self, mail: Mail) -> None:
        """Hand a mail over.

        Raises:
            MailRefused: The server refuses this recipient or mail for good.
            OSError, smtplib.SMTPException: It may be tried again.
        """
        message = message_of(mail, datetime.now(UTC))
        await asyncio.to_thread(self._send, message, mail)

    def greet(self) -> None:
        """Say hello, encrypt and sign in as for a mail, and leave.

        Raises:
            OSError, smtplib.SMTPException: A mail would fail in the same way.
        """
        with smtplib.SMTP(self.host, self.port, local_hostname="localhost", timeout=GREETING_SECONDS) as server:
            self._enter(server)
            server.noop()

    def _enter(self, server: smtplib.SMTP) -> None:
        if self.starttls:
            server.starttls(context=ssl.create_default_context())
        if self.user:
            server.login(self.user, self.password)

    def _send(self, message: EmailMessage, mail: Mail) -> None:
        sender = _bare(mail.sender)
        name = sender.rpartition("@")[2]  # asked of the system, our own name could take seconds
        with smtplib.SMTP(self.host, self.port, local_hostname=name, timeout=self.timeout) as server:
            self._enter(server)
            try:
                server.send_message(message, from_addr=sender, to_addrs=[mail.recipient])
            except smtplib.SMTPRecipientsRefused as error:
                code, words = next(iter(error.recipients.values()))
                if code not in FOR_GOOD:
                    raise
                raise MailRefused(_said(code, words)) from error
            except smtplib.SMTPDataError as error:
                if error.smtp_code not in FOR_GOOD:
                    raise
                raise MailRefused(_said(error.smtp_code, error.smtp_error)) from error


def message_of(mail: Mail, now: datetime) -> EmailMessage:
    """The mail as it goes on the wire: text first, then HTML with its pictures, then attachments.

    Raises:
        MailRefused: A header holds a line break; it would have smuggled in another one.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = mail.sender
        message["To"] = mail.recipient
        message["Subject"] = mail.subject
        message["Date"] = now
        message["Message-ID"] = mail.message_id
        for name, value in mail.headers.items():
            message[name] = value
    except ValueError as error:
        raise MailRefused("a header of the mail holds a line break or is no header") from error
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.inline:
        html = message.get_body(("html",))
        assert html is not None
        for content_id, media_type, content in mail.inline:
            main, _, sub = media_type.partition("/")
            html.add_related(content, maintype=main, subtype=sub, cid=f"<{content_id}>", disposition="inline")
    for name, media_type, content in mail.attachments:
        main, _, sub = media_type.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub or "octet-stream", filename=name)
    return message


def _bare(sender: str) -> str:
    """The address of ``"Name" <address>``."""
    return sender.rpartition("<")[2].rstrip(">") if sender.endswith(">") else sender


def _said(code: int, words: bytes | str) -> str:
    """What the server said, as one short line."""
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return " ".join(f"{code} {text}".split())[:300]
