"""Mails travel over real SMTP: what arrives is what was drawn, and a refusal says whether to try again."""

from __future__ import annotations

import asyncio
import smtplib
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from hub.documents import Documents, SmtpMailer, smtp_connection
from hub.domain.mail import Mail, MailRefused
from hub_demo.mailbox import Mailbox, StoredMail

Act = Callable[[Mailbox, SmtpMailer], Awaitable[None]]


def with_mailbox(act: Act, **options: Any) -> Mailbox:
    """Run against a mailbox that listens on a free port, and give it back."""

    async def run() -> Mailbox:
        async with Mailbox() as mailbox:
            await act(mailbox, SmtpMailer(host="127.0.0.1", port=mailbox.port, **options))
        return mailbox

    return asyncio.run(run())


def deliver(*mails: Mail) -> list[StoredMail]:
    async def act(_mailbox: Mailbox, mailer: SmtpMailer) -> None:
        for mail in mails:
            await mailer.send(mail)

    return with_mailbox(act).mails


@pytest.fixture
def mail(samples: dict[str, Any], documents: Documents) -> Mail:
    value, locale = samples["receipt_cr"]
    return documents.mail(value, recipient="alejandro@example.com", message_id="d0123", locale=locale)


def test_every_mail_arrives_as_it_was_drawn(samples: dict[str, Any], documents: Documents) -> None:
    drawn = [
        documents.mail(value, recipient=f"n{number}@example.com", message_id=f"d{number}", locale=locale)
        for number, (value, locale) in enumerate(samples.values())
    ]
    for sent, got in zip(drawn, deliver(*drawn), strict=True):
        assert got.recipients == (sent.recipient,)
        assert got.subject == sent.subject
        assert got.text == sent.text
        assert got.html.rstrip("\n") == sent.html.rstrip("\n")
        assert got.message["Message-ID"] == sent.message_id
        assert got.message["From"].addresses[0].display_name in sent.sender
        assert got.message["Auto-Submitted"] == "auto-generated"
        assert got.message.get_content_type() == "multipart/alternative"
        assert max(map(len, got.raw.splitlines())) <= 998, "longer lines may be cut on the way"
        assert not got.message.defects


def test_an_attachment_arrives_whole(mail: Mail) -> None:
    pdf = bytes(range(256)) * 100
    [got] = deliver(attrs.evolve(mail, attachments=(("Soporte Nº 12.pdf", "application/pdf", pdf),)))
    [part] = got.message.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("Soporte Nº 12.pdf", "application/pdf")
    assert part.get_payload(decode=True) == pdf
    assert got.shown()["attachments"][0]["name"] == "Soporte Nº 12.pdf"
    assert got.text == mail.text


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Hola\r\nBcc: x@evil.example"},
        {"recipient": "a@b.example\nBcc: x@evil.example"},
        {"sender": "Hub\r\n <a@b.example>"},
        {"headers": {"Reply-To": "a@b.example\nBcc: x@evil.example"}},
    ],
)
def test_a_line_break_in_a_header_is_refused_before_a_byte_leaves(mail: Mail, change: dict[str, Any]) -> None:
    async def act(mailbox: Mailbox, mailer: SmtpMailer) -> None:
        with pytest.raises(MailRefused):
            await mailer.send(attrs.evolve(mail, **change))

    assert with_mailbox(act).mails == []


@pytest.mark.parametrize("reply", ["550 no such mailbox", "553 not allowed", "554 rejected"])
def test_a_recipient_who_is_refused_for_good_is_not_tried_again(mail: Mail, reply: str) -> None:
    async def act(mailbox: Mailbox, mailer: SmtpMailer) -> None:
        mailbox.refuse[mail.recipient] = reply
        with pytest.raises(MailRefused, match=reply):
            await mailer.send(mail)

    assert with_mailbox(act).mails == []


@pytest.mark.parametrize("reply", ["450 busy", "451 greylisted", "452 full", "530 authentication required", "503 bad"])
def test_what_may_pass_or_be_mended_is_tried_again(mail: Mail, reply: str) -> None:
    async def act(mailbox: Mailbox, mailer: SmtpMailer) -> None:
        mailbox.refuse[mail.recipient] = reply
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await mailer.send(mail)
        mailbox.refuse.clear()
        await mailer.send(mail)

    assert len(with_mailbox(act).mails) == 1


def test_a_dead_server_is_an_error_to_be_tried_again(mail: Mail) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(SmtpMailer(host="127.0.0.1", port=port, timeout=2).send(mail))


def test_a_silent_server_is_given_up_on_and_nobody_else_waits(mail: Mail) -> None:
    async def run() -> int:
        ticks = 0
        with socket.create_server(("127.0.0.1", 0)) as silent:
            mailer = SmtpMailer(host="127.0.0.1", port=silent.getsockname()[1], timeout=0.4)
            sending = asyncio.ensure_future(mailer.send(mail))
            while not sending.done():
                ticks += 1
                await asyncio.sleep(0.02)
            with pytest.raises(OSError, match="timed out"):
                await sending
        return ticks

    assert asyncio.run(run()) > 5


def test_without_the_encryption_that_was_asked_for_nothing_is_said(mail: Mail) -> None:
    async def act(mailbox: Mailbox, mailer: SmtpMailer) -> None:
        with pytest.raises(smtplib.SMTPNotSupportedError):
            await mailer.send(mail)

    assert with_mailbox(act, starttls=True, user="hub", password="canary").mails == []


class Counting(Mailbox):
    """A mail server that knows who came and what they said; it may misbehave.

    Attributes:
        at: Command (``MAIL``, ``RCPT``, ``DATA``) -> what is done the next time it comes, instead of answering.
    """

    def __init__(self) -> None:
        super().__init__()
        self.connections = 0
        self.said: list[str] = []
        self.at: dict[str, Callable[[Any], Awaitable[str]]] = {}

    def _protocol(self) -> Any:
        self.connections += 1
        return super()._protocol()

    async def _answer(self, command: str, session: Any, otherwise: Awaitable[str]) -> str:
        self.said.append(command)
        if act := self.at.pop(command, None):
            otherwise.close()  # type: ignore[attr-defined]
            return await act(session)
        return await otherwise

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        async def take() -> str:
            envelope.mail_from = address
            return "250 OK"

        return await self._answer("MAIL", server, take())

    async def handle_RCPT(self, server: Any, *given: Any) -> str:  # noqa: N802
        return await self._answer("RCPT", server, super().handle_RCPT(server, *given))

    async def handle_DATA(self, server: Any, *given: Any) -> str:  # noqa: N802
        return await self._answer("DATA", server, super().handle_DATA(server, *given))

    async def handle_QUIT(self, *_given: Any) -> str:  # noqa: N802
        self.said.append("QUIT")
        return "221 Bye"


Visit = Callable[[Counting, SmtpMailer], Awaitable[None]]


def visited(act: Visit) -> Counting:
    async def run() -> Counting:
        async with Counting() as mailbox:
            mailer = SmtpMailer(host="127.0.0.1", port=mailbox.port, timeout=5)
            await act(mailbox, mailer)
            await asyncio.to_thread(mailer.close)
        return mailbox

    return asyncio.run(run())


def several(mail: Mail, count: int) -> list[Mail]:
    return [attrs.evolve(mail, message_id=f"<{number}@hub.example>") for number in range(count)]


def ids(mailbox: Mailbox) -> list[str]:
    return [str(kept.message["Message-ID"]) for kept in mailbox.mails]


async def hang_up(server: Any) -> str:
    server.transport.close()
    return "421 going away"


async def go_away(_server: Any) -> str:
    return "421 too many mails on this connection"


def test_mails_go_out_one_after_the_other_on_one_connection(mail: Mail) -> None:
    async def act(_mailbox: Counting, mailer: SmtpMailer) -> None:
        await asyncio.gather(*(mailer.send(item) for item in several(mail, 10)))

    mailbox = visited(act)
    assert ids(mailbox) == [f"<{number}@hub.example>" for number in range(10)]
    assert mailbox.connections == 1
    assert mailbox.said == ["MAIL", "RCPT", "DATA"] * 10 + ["QUIT"]


def test_a_recipient_who_is_refused_ends_nobody_elses_connection(mail: Mail) -> None:
    async def act(mailbox: Counting, mailer: SmtpMailer) -> None:
        mailbox.refuse = {"no@example.com": "550 no such mailbox", "later@example.com": "451 greylisted"}
        with pytest.raises(MailRefused):
            await mailer.send(attrs.evolve(mail, recipient="no@example.com"))
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await mailer.send(attrs.evolve(mail, recipient="later@example.com"))
        await mailer.send(mail)

    mailbox = visited(act)
    assert len(mailbox.mails) == 1
    assert mailbox.connections == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
@pytest.mark.parametrize("end", [hang_up, go_away])
def test_a_kept_connection_that_ended_meanwhile_costs_nothing(mail: Mail, command: str, end: Any) -> None:
    async def act(mailbox: Counting, mailer: SmtpMailer) -> None:
        first, second = several(mail, 2)
        await mailer.send(first)
        mailbox.at[command] = end
        await mailer.send(second)

    mailbox = visited(act)
    assert ids(mailbox) == ["<0@hub.example>", "<1@hub.example>"]
    assert mailbox.connections == 2


def test_what_may_have_been_taken_is_not_sent_again_at_once(mail: Mail) -> None:
    """The server ends before its yes to a whole mail: nobody knows, so the next try comes later."""

    async def act(mailbox: Counting, mailer: SmtpMailer) -> None:
        first, second = several(mail, 2)
        await mailer.send(first)
        mailbox.at["DATA"] = hang_up
        with pytest.raises((OSError, smtplib.SMTPException)):
            await mailer.send(second)
        assert mailbox.said.count("DATA") == 2
        await mailer.send(second)

    assert ids(visited(act)) == ["<0@hub.example>", "<1@hub.example>"]


def test_a_mail_that_nobody_waits_for_any_more_does_not_leave(mail: Mail) -> None:
    """Given up in the middle: had it left all the same, another process would have sent it a second time."""
    told: list[asyncio.Event] = []

    async def slow(_server: Any) -> str:
        told[0].set()
        await asyncio.sleep(0.3)
        return "250 OK"

    async def act(mailbox: Counting, mailer: SmtpMailer) -> None:
        told.append(asyncio.Event())
        mailbox.at["MAIL"] = slow
        sending = asyncio.ensure_future(mailer.send(mail))
        await told[0].wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await asyncio.sleep(0.5)
        assert mailbox.mails == []
        await mailer.send(mail)

    assert len(visited(act).mails) == 1


def test_a_connection_is_left_when_nothing_comes_or_much_has_come(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_connection, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(smtp_connection, "MAILS_A_CONNECTION", 3)

    async def act(mailbox: Counting, mailer: SmtpMailer) -> None:
        for item in several(mail, 4):
            await mailer.send(item)
        assert mailbox.connections == 2
        await asyncio.sleep(0.6)
        assert mailbox.said[-1] == "QUIT"
        await mailer.send(mail)

    assert visited(act).connections == 3


def test_the_password_never_shows() -> None:
    assert "canary" not in repr(SmtpMailer(host="h", user="u", password="canary"))


def test_a_page_can_show_the_mailbox(mail: Mail) -> None:
    told: list[StoredMail] = []

    async def act(mailbox: Mailbox, mailer: SmtpMailer) -> None:
        mailbox.on_mail = told.append
        await mailer.send(mail)
        await mailer.send(attrs.evolve(mail, recipient="Marta@example.com"))

    mailbox = with_mailbox(act)
    assert mailbox.recipients() == ("alejandro@example.com", "Marta@example.com")
    [first] = mailbox.to("ALEJANDRO@example.com")
    shown = first.shown()
    assert set(shown) == {"number", "subject", "from", "to", "date", "html", "text", "headers", "attachments"}
    assert shown["subject"] == "Soporte de su pago a Ferretería El Roble"
    assert shown["from"] == "Ferretería El Roble <pagos@hub.example>"
    assert mailbox.by_number(2) is mailbox.mails[1]
    assert told == mailbox.mails


def test_the_mailbox_keeps_the_newest() -> None:
    async def run() -> list[int]:
        async with Mailbox(keep=2) as mailbox:
            for number in range(3):
                with_text = Mail(
                    message_id=f"<{number}@hub.example>",
                    sender="a@hub.example",
                    recipient="b@example.com",
                    subject=str(number),
                    text="x",
                    html="<p>x</p>",
                )
                await SmtpMailer(host="127.0.0.1", port=mailbox.port).send(with_text)
            return [mail.number for mail in mailbox.mails]

    assert asyncio.run(run()) == [2, 3]
