"""Why a mail did not leave is told on the company's pages in its language."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.domain.message import Delivery, DeliveryKind, DeliveryState
from hub.web.merchant.mail_words import NO_TALK, NOT_NEEDED, delivery_word, mail_trouble
from hub_hookspecs import Mode
from tests.web.conftest import House, Seat

HUB = Path(__file__).parents[2] / "hub"
MAIL = Delivery(
    id="D1",
    merchant_id="M1",
    mode=Mode.TEST,
    kind=DeliveryKind.RECEIPT,
    subject_id="P1",
    recipient="ana@example.com",
    state=DeliveryState.DEAD,
    due_at=None,
    details={},
    created_at=datetime(2026, 11, 30, tzinfo=UTC),
)


def reasons(name: str) -> Iterator[str]:
    """What the code says where it raises this, as far as it stands there."""
    for path in HUB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and node.args:
                said = node.args[0]
                if isinstance(said, ast.Constant):
                    yield str(said.value)


def untold(texts: Iterator[str]) -> set[str]:
    """Which of them a page would show as they are."""
    return {text for text in texts if mail_trouble(attrs.evolve(MAIL, last_error=text)) == text}


def test_every_reason_why_a_mail_was_not_needed_has_words() -> None:
    assert set(reasons("NothingToSay")) == set(NOT_NEEDED)
    assert not untold(reasons("MailRefused")) - {"this hub posts no alerts"}


def test_control_a_reason_without_words_is_found() -> None:
    with pytest.raises(AssertionError):
        assert not untold(iter(["the bird has flown"]))


def test_a_mail_that_had_nothing_to_say_did_not_fail() -> None:
    withdrawn = attrs.evolve(MAIL, last_error="the return was corrected")
    refused = attrs.evolve(MAIL, last_error="550 no such user")

    assert delivery_word(withdrawn) == ("Ya no hacía falta", "")
    assert delivery_word(refused) == ("No se pudo enviar", "bad")


def test_what_failed_on_the_way_is_told_in_words_and_a_mail_server_speaks_for_itself() -> None:
    assert mail_trouble(attrs.evolve(MAIL, last_error="ConnectionRefusedError")) == NO_TALK
    assert mail_trouble(attrs.evolve(MAIL, last_error="550 no such user")) == "550 no such user"


def test_the_start_page_names_the_mails_that_failed_and_not_those_that_were_not_needed(
    house: House, company: Callable[..., Any], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    desk = seat(company("CR", "correos"))
    for error in ("the return was corrected", "TimeoutError"):
        mail = attrs.evolve(
            MAIL,
            id=house.hub.fresh_id(),
            merchant_id=desk.merchant.id,
            last_error=error,
            created_at=house.hub.clock(),
        )
        house.write(lambda tx, mail=mail: tx.deliveries.add(mail))

    page = seen(desk.read("/m"))

    assert "No se pudo enviar 1 correo" in page
    assert NO_TALK in page
    assert "Al final el dinero no volvió" not in page


def test_no_page_shows_the_reason_as_it_is_kept() -> None:
    pages = list((HUB / "web" / "templates").rglob("*.html"))

    assert any("mail_trouble" in page.read_text(encoding="utf-8") for page in pages)
    assert not [page.name for page in pages if "last_error }}" in page.read_text(encoding="utf-8")]
