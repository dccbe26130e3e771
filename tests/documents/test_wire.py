"""Mails as bytes: headers that every reader reads as they were meant, judged by readers that are not ours."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header

import attrs
import pytest

from hub.documents import Documents
from hub.documents.smtp import message_of
from hub.domain.mail import Mail
from tests.documents.conftest import SAMPLES

NOW = datetime(2026, 11, 21, 15, 41, tzinfo=UTC)
PLAIN = ("Message-ID", "To", "List-Unsubscribe", "List-Unsubscribe-Post", "Date", "Auto-Submitted")
"""Headers that hold nothing but ASCII, and no encoded word."""

WORDS = ("Ferretería", "El", "Niño", "Pago", "de", "¡Listo!", "S.A.", "ñandú", "—", "recibido,", "21/11", "Señora", "x")


def raw_of(mail: Mail) -> bytes:
    return message_of(mail, NOW).as_bytes()


def fields_of(raw: bytes) -> list[tuple[str, bytes]]:
    """Name and value of each header, unfolded, its bytes as they are."""
    head = raw.partition(b"\r\n\r\n")[0]
    lines = re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n")
    return [(name.decode(), value.removeprefix(b" ")) for name, _, value in (line.partition(b":") for line in lines)]


def faults_of(raw: bytes) -> list[str]:
    """What is wrong with the headers of a mail."""
    return [
        f"{name}: {value!r}" for name, value in fields_of(raw) if name in PLAIN and (b"=?" in value or b"\t" in value)
    ]


def read(raw: bytes, name: str) -> str:
    """A header, decoded as RFC 2047 has it, by the parser that knows no policy."""
    return str(make_header(decode_header(message_from_bytes(raw)[name].replace("\r\n", ""))))


@pytest.fixture
def mail() -> Mail:
    value, locale = SAMPLES["statement_cr"]
    value = attrs.evolve(value, letterhead=attrs.evolve(value.letterhead, email="administracion@eltornillo.example"))
    return Documents(sender="pagos@hub.example").mail(value, recipient="a@b.example", message_id="d1", locale=locale)


@pytest.mark.xfail(strict=True, reason="M1: List-Unsubscribe leaves as encoded words")
def test_how_to_end_reminders_stands_there_as_plain_text(mail: Mail) -> None:
    raw = raw_of(mail)

    assert dict(fields_of(raw))["List-Unsubscribe"].startswith(b"<mailto:administracion@eltornillo.example?subject=")
    assert faults_of(raw) == []


def test_control_a_list_header_of_encoded_words_is_seen() -> None:
    assert faults_of(b"List-Unsubscribe: =?utf-8?q?=3Cmailto=3Aa=40b=2Eexample=3E?=\r\n\r\nx")


def subjects(dice: random.Random, count: int) -> list[str]:
    return [" ".join(dice.choices(WORDS, k=dice.randint(2, 20)))[:150].strip() for _ in range(count)]


def misread(mail: Mail, wanted: list[str]) -> list[str]:
    """Subjects that are read otherwise than they were written."""
    return [
        text for text in wanted if read(raw_of(attrs.evolve(mail, text="x", html="x", subject=text)), "Subject") != text
    ]


@pytest.mark.xfail(strict=True, reason="M2: subjects lose or double blanks around accents")
def test_a_subject_arrives_blank_for_blank(mail: Mail) -> None:
    assert misread(mail, subjects(random.Random(7), 700)) == []


def test_control_a_subject_with_a_lost_blank_is_seen() -> None:
    raw = b"Subject: =?utf-8?q?Ni=C3=B1o?= Pago =?utf-8?q?Se=C3=B1ora?=\r\n =?utf-8?q?x?=\r\n\r\nx"

    assert read(raw, "Subject") == "Niño Pago Señorax"
