"""A mail server that keeps what it gets in memory: for the demo, where people read it,
and for tests."""

from __future__ import annotations

import asyncio
import base64
import re
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from typing import Any

import attrs
from aiosmtpd.smtp import SMTP, Envelope, Session

HOSTNAME = "mailbox.localhost"
CID = re.compile(r"\bcid:([^\"'\s<>]+)")
MAX_BYTES = 10 * 1024 * 1024


@attrs.frozen
class Attached:
    """A file of a mail."""

    name: str
    kind: str
    content: bytes = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class StoredMail:
    """A mail as it arrived.

    Attributes:
        number: 1, 2, 3 in order of arrival.
        recipients: From the envelope.
    """

    number: int
    sender: str
    recipients: tuple[str, ...]
    arrived_at: datetime
    message: EmailMessage
    raw: bytes = attrs.field(repr=False)

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        """The plain text."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML, with the pictures that the mail brings along in their places."""
        return CID.sub(lambda found: self._pictures.get(found[1], found[0]), self._body("html"))

    def shown(self) -> dict[str, Any]:
        """What a page shows: number, subject, from, to, date, html, text, headers,
        attachments (base64)."""
        return {
            "number": self.number,
            "subject": self.subject,
            "from": str(self.message["From"] or ""),
            "to": ", ".join(self.recipients),
            "date": self.arrived_at.isoformat(),
            "html": self.html,
            "text": self.text,
            "headers": {name: str(value) for name, value in self.message.items()},
            "attachments": [
                {"name": file.name, "type": file.kind, "base64": base64.b64encode(file.content).decode()}
                for file in self.attachments
            ],
        }

    @property
    def attachments(self) -> tuple[Attached, ...]:
        """The files that it brings along, in order."""
        parts = self.message.iter_attachments()
        return tuple(Attached(part.get_filename() or "", part.get_content_type(), _content(part)) for part in parts)

    @property
    def _pictures(self) -> dict[str, str]:
        parts = (part for part in self.message.walk() if part["Content-ID"] and part.get_content_maintype() == "image")
        return {
            str(part["Content-ID"]).strip("<> "): f"data:{part.get_content_type()};base64,"
            + base64.b64encode(_content(part)).decode()
            for part in parts
        }

    def _body(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        return part.get_content().replace("\r\n", "\n") if part else ""


class Mailbox:
    """An SMTP server in the running event loop that takes mail for everybody.

    Attributes:
        mails: Everything that arrived, oldest first.
        refuse: Recipient -> reply such as ``550 no such mailbox``; it is told that instead of being taken.
        on_mail: Called with each mail as it arrives.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, keep: int = 5000) -> None:
        self.host = host
        self.port = port
        self.mails: list[StoredMail] = []
        self.refuse: dict[str, str] = {}
        self.on_mail: Callable[[StoredMail], None] | None = None
        self._keep = keep
        self._count = 0
        self._server: asyncio.Server | None = None
        self._visitors: weakref.WeakSet[SMTP] = weakref.WeakSet()

    async def start(self) -> None:
        """Listen; with port 0 the system chooses one and ``port`` tells which."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and end every connection; what has arrived stays readable."""
        if self._server:
            self._server.close()
            for visitor in self._visitors:
                if visitor.transport:
                    visitor.transport.close()
            await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> Mailbox:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def to(self, recipient: str) -> tuple[StoredMail, ...]:
        """Mails to this address, oldest first."""
        wanted = recipient.lower()
        return tuple(mail for mail in self.mails if wanted in (address.lower() for address in mail.recipients))

    def by_number(self, number: int) -> StoredMail | None:
        """The mail with this number."""
        return next((mail for mail in self.mails if mail.number == number), None)

    def recipients(self) -> tuple[str, ...]:
        """Everybody who got a mail, in order of first arrival."""
        return tuple(dict.fromkeys(address for mail in self.mails for address in mail.recipients))

    async def handle_RCPT(  # noqa: N802  aiosmtpd finds handlers by these names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take every recipient but those that are to be refused."""
        if reply := self.refuse.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail."""
        raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content or "").encode()
        message = message_from_bytes(raw, policy=default_policy)
        assert isinstance(message, EmailMessage)
        self._count += 1
        mail = StoredMail(
            number=self._count,
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            arrived_at=datetime.now(UTC),
            message=message,
            raw=raw,
        )
        self.mails.append(mail)
        del self.mails[: -self._keep]
        if self.on_mail:
            self.on_mail(mail)
        return "250 Message accepted"

    def _protocol(self) -> SMTP:
        visitor = SMTP(
            self,
            hostname=HOSTNAME,
            ident="Payment Hub mailbox",
            data_size_limit=MAX_BYTES,
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._visitors.add(visitor)
        return visitor


def _content(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
