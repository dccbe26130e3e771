"""Names, addresses and subjects with line breaks and worse:
a mail has the headers and the recipient that we meant."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as default_policy
from typing import Any

import attrs
import pytest

from hub.documents import Documents, drawing, wire
from hub.documents.drawing import mail_address
from hub.domain.lengths import LETTER
from hub.domain.mail import Mail, MailRefused
from hub.flows.statements.send_statement import send_statement
from tests.documents.conftest import SAMPLES
from tests.documents.test_mails import everywhere
from tests.web.conftest import House

Size = Callable[[int, int], int]

NOW = datetime(2026, 11, 21, 15, 41, tzinfo=UTC)
TO = "quien@example.com"
PIECES = (
    "\r\nBcc: todos@evil.example",
    "\nBcc: todos@evil.example",
    "\rBcc: todos@evil.example",
    "\r\n\r\n<h1>Pague aquí</h1>",
    "\r\n Bcc: todos@evil.example",
    "\r\n.\r\nMAIL FROM:<x@evil.example>",
    "\x00",
    "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029Bcc: todos@evil.example",
    "=?utf-8?q?=0D=0ABcc:_todos@evil.example?=",
    "=?utf-8?b?DQpCY2M6IHRvZG9zQGV2aWwuZXhhbXBsZQ==?=",
    "\u202eelpmaxe.live@sodot\u202c",
    '\\\r\n"',
    '\\" <todos@evil.example>, "',
    "<todos@evil.example>",
    ", todos@evil.example",
    "; todos@evil.example",
    "(comentario)",
    '"\\\r\\\n"',
    "todos@evil.example",
    "%0d%0aBcc:todos@evil.example",
    "\ud83d",
    "😀" * 50,
    "ñ" * 300,
    "x" * 10_000,
    "\t",
    "To: todos@evil.example",
    "á" * 10 + "\r\n" * 10,
    "Ferretería",
    " El Tornillo",
)


def words(dice: random.Random) -> str:
    """A name as bad as chance makes it."""
    return "".join(dice.choices(PIECES, k=dice.randint(1, 4)))


@pytest.fixture(scope="module")
def documents() -> Documents:
    return Documents(sender="pagos@hub.example")


def draw(documents: Documents, name: str, text: str | None) -> Mail:
    value, locale = SAMPLES[name]
    if text is not None:
        value = everywhere(value, text)
        value = attrs.evolve(value, letterhead=attrs.evolve(value.letterhead, email="cobros@elroble.example"))
    return documents.mail(value, recipient=TO, message_id="d1", locale=locale)


def head_of(mail: Mail) -> tuple[list[str], list[str], list[str]]:
    """Names of the headers, recipients and senders, as the other side reads the bytes."""
    raw = wire.wire_of(attrs.evolve(mail, text="x", html="x", inline=()), NOW)
    head = raw.partition(b"\r\n\r\n")[0]
    message: Any = message_from_bytes(head + b"\r\n\r\n", policy=default_policy)
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert b"\r" not in head.replace(b"\r\n", b"")
    assert b"\0" not in raw
    addresses = [[str(box.addr_spec) for box in message[name].addresses] for name in ("To", "From")]
    return sorted(message.keys()), addresses[0], addresses[1]


def forgeries(documents: Documents, dice: random.Random, times: int) -> list[str]:
    """Mails that got other headers, recipients or senders by somebody's name."""
    names = list(SAMPLES)
    calm = {name: head_of(draw(documents, name, None))[0] for name in names}
    found = []
    for at in range(times):
        # Headers are made alike for every mail; the one that is drawn quickest stands for most of them.
        name, text = names[at // 10 % len(names)] if at % 10 == 0 else "sign_in_co", words(dice)
        headers, recipients, senders = head_of(draw(documents, name, text))
        if recipients != [TO] or senders != ["pagos@hub.example"] or set(headers) - set(calm[name]) - {"Reply-To"}:
            found.append(f"{name}: {text!r} -> {headers} {recipients} {senders}")
        if len(headers) != len(set(headers)):
            found.append(f"{name}: {text!r} -> a header twice")
    return found


def test_no_name_makes_a_header_or_a_recipient(documents: Documents, dice: random.Random, size: Size) -> None:
    assert forgeries(documents, dice, size(500, 10_000)) == []


def test_control_names_that_need_quotation_marks_forge_the_sender(
    documents: Documents, dice: random.Random, plant: Callable[..., None]
) -> None:
    """Seen: Python dropped the marks when it folded a long header,
    and a part of the name became the sender."""
    plant(drawing, "_phrase", lambda name: name)
    plant(wire, "_phrase", lambda name: name.encode("ascii", "replace").decode().split(" "))

    found = []
    for _ in range(10):
        try:
            found += forgeries(documents, dice, 20)
        except AttributeError:  # the parser itself stumbles over what it folded
            found.append("malformed")
    assert found


@pytest.mark.parametrize("before", ["", ". ", "...", " . . "])
def test_a_long_name_with_a_comma_is_one_sender(documents: Documents, before: str) -> None:
    name = f"{before}Comercializadora Hermanos Perez, Gomez y Asociados, Sociedad Anonima (El Roble)"
    value, locale = SAMPLES["receipt_cr"]
    value = attrs.evolve(value, letterhead=attrs.evolve(value.letterhead, name=name))
    mail = documents.mail(value, recipient=TO, message_id="d1", locale=locale)

    assert head_of(mail)[2] == ["pagos@hub.example"]
    assert "Hermanos Perez Gomez" in mail.sender


def test_control_headers_written_raw_are_forged(
    documents: Documents, dice: random.Random, plant: Callable[..., None]
) -> None:
    def careless(mail: Mail, _now: datetime) -> bytes:
        """The mail as somebody in a hurry writes it."""
        lines = [f"From: {mail.sender}", f"To: {mail.recipient}", f"Subject: {mail.subject}"]
        return "\r\n".join([*lines, "", mail.text]).replace("\0", "").encode(errors="replace")

    plant(drawing, "clean", lambda value: value)
    plant(wire, "wire_of", careless)
    plant(drawing, "_named", lambda name, address: f"{name} <{address}>")

    found = []
    for _ in range(50):
        try:
            found += forgeries(documents, dice, 1)
        except Exception:  # noqa: BLE001 - however it breaks, it is no mail of ours
            found.append("malformed")
    assert found


ADDRESSES = (
    "ana@correo.example",
    "ana.maria+pagos@correo.example",
    "\r\nBcc: b@evil.example",
    "\nb@evil.example",
    ",b@evil.example",
    ";b@evil.example",
    " b@evil.example",
    "<b@evil.example>",
    '"b"@evil.example',
    "\x00",
    "\t",
    "\u202e",
    "\u2028",
    "@",
    "@evil.example",
    "(x)",
    "\\",
    "=?utf-8?q?b?=",
    "ñ",
    "％",
    "%0d%0a",
    "x" * 10_000,
    ">",
    "ORCPT=rfc822;b@evil.example",
    "\r\nRCPT TO:<b@evil.example>",
)


def test_an_address_is_one_address_or_none(dice: random.Random, size: Size) -> None:
    """Whatever is put together of these: it is refused, or goes to the one address that was written."""
    taken = 0
    for _ in range(size(1000, 10_000)):
        text = "".join(dice.choices(ADDRESSES, k=dice.randint(1, 3)))
        try:
            address = mail_address(text)
        except MailRefused:
            continue
        taken += 1
        local, _, domain = text.strip().rpartition("@")
        assert address == f"{local}@{domain.encode('idna').decode()}", text
        assert address.isascii()
        assert address.count("@") == 1
        assert not set(address) & set('\r\n\0\t <>,;()"\\'), text
    assert taken


def test_the_mail_server_is_told_of_the_intended_recipient_alone(house: House, dice: random.Random) -> None:
    """The same through SMTP, with what the server was told in the envelope."""
    hub, merchant = house.hub, house.merchants["CR"]
    seen = len(house.mailbox.mails)
    wanted = []
    for number in range(30):
        debtor = house.debtor("CR", (1500000, -30), email=f"cabecera{number}@correo.example")
        name = words(dice).encode(errors="replace").decode()
        house.write(lambda tx, c=debtor.customer, name=name: tx.customers.save(attrs.evolve(c, name=name)))
        note = words(dice).encode(errors="replace").decode()[:LETTER]
        house.run(send_statement(hub, merchant, debtor.customer.id, note=note))
        wanted.append(debtor.customer.email)
    company = attrs.evolve(merchant.company, trade_name=f"Tornillo{PIECES[0]}{PIECES[8]}", legal_name=PIECES[11])
    house.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, company=company)))
    try:
        for address in wanted:
            house.until(lambda address=address: house.mailbox.to(address))
    finally:
        house.write(lambda tx: tx.merchants.save(merchant))

    arrived = house.mailbox.mails[seen:]
    assert sorted(address for mail in arrived for address in mail.recipients if "cabecera" in address) == sorted(wanted)
    assert all(len(mail.recipients) == 1 for mail in arrived)
    assert not [mail for mail in arrived if "evil" in " ".join(mail.recipients)]
    assert not [mail for mail in arrived if mail.message["Bcc"] or mail.message["Cc"]]
