"""What a cash receipt says: for what the money was, what was paid less, and that it adds up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

from hub.domain.countries.co import COUNTRY as COLOMBIA
from hub.domain.countries.cr import COUNTRY as COSTA_RICA
from hub.domain.receipt import (
    CashReceipt,
    Deduction,
    ReceiptLine,
    clause_for,
    concept_for,
    is_order_in,
    label_of,
    means_by_hand,
    means_name,
    name_of_less,
    purpose_of,
)
from hub.domain.text import Text
from hub_hookspecs import Mode, Money

CO, CR = COLOMBIA, COSTA_RICA
WHOLE = ReceiptLine(payable_id="i1", number="FV-1", applied=60, before=60, after=0)
PART = ReceiptLine(
    payable_id="i2", number="FV-2", applied=30, before=100, after=50, withholdings={"retefuente": 15, "reteica": 0},
    discount=5,
)  # fmt: skip
RECEIPT = CashReceipt(
    id="r1", merchant_id="m1", mode=Mode.TEST, series="RC", number=42, customer_id="c1", payment_id=None,
    received_on=date(2026, 3, 4), issued_at=datetime(2026, 3, 4, 15, tzinfo=UTC), issued_by="Ana", means="cash",
    cash=Money(100, "COP"), advance=Money(10, "COP"), lines=(WHOLE, PART), words="cien", clause="part", concept="",
)  # fmt: skip

SAID = [
    ("nothing", (), False, "account", "Abono a cuenta", Text("receipt.on_account")),
    ("an invoice", (WHOLE,), False, "settles", "Pago factura FV-1",
     Text("receipt.pays", what=Text("receipt.invoice"), numbers="FV-1")),
    ("part of an invoice", (PART,), False, "part", "Abono factura FV-2",
     Text("receipt.pays_part", what=Text("receipt.invoice"), numbers="FV-2")),
    ("two invoices, one in part", (WHOLE, PART), False, "part", "Abono facturas FV-1, FV-2",
     Text("receipt.pays_part", what=Text("receipt.invoices"), numbers="FV-1, FV-2")),
    ("an order", (WHOLE,), True, "settles", "Pago pedido FV-1",
     Text("receipt.pays", what=Text("receipt.order"), numbers="FV-1")),
    ("two orders", (WHOLE, WHOLE), True, "settles", "Pago pedidos FV-1, FV-1",
     Text("receipt.pays", what=Text("receipt.orders"), numbers="FV-1, FV-1")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "is_order", "clause", "concept", "purpose"), [case[1:] for case in SAID], ids=[case[0] for case in SAID]
)
def test_what_the_money_was_for_is_stored_in_spanish_and_told_in_the_readers_language(
    lines: tuple[ReceiptLine, ...], is_order: bool, clause: str, concept: str, purpose: Text
) -> None:
    assert clause_for(lines) == clause
    assert concept_for(lines, is_order=is_order) == concept
    assert purpose_of(lines, is_order=is_order) == purpose


def test_money_is_for_invoices_unless_it_is_said_to_be_for_an_order() -> None:
    assert concept_for((WHOLE,)) == "Pago factura FV-1"
    assert purpose_of((WHOLE,)) == Text("receipt.pays", what=Text("receipt.invoice"), numbers="FV-1")


def test_an_order_is_known_by_its_concept_and_by_no_number_that_reads_like_one() -> None:
    assert is_order_in("Pago pedido W-1")
    assert is_order_in("Abono pedidos W-1, W-2")
    for other in ("", "Abono a cuenta", "Pago factura pedido", "pedido", "Pago pedidoX W-1"):
        assert not is_order_in(other)


def test_what_was_paid_less_is_called_by_the_countrys_name_and_nothing_is_left_out_but_zeros() -> None:
    assert PART.less(CO) == ((CO.tax_name("retefuente"), 15), (Text("less.discount"), 5))
    assert WHOLE.less(CO) == ()
    assert name_of_less("retefuente", CO) == CO.tax_name("retefuente")
    assert RECEIPT.deductions == (
        Deduction(payable_id="i2", tax="retefuente", amount=15),
        Deduction(payable_id="i2", tax=None, amount=5),
    )


def test_means_are_those_of_every_country_and_then_its_own() -> None:
    own = tuple(code for code, _name in CR.means)

    assert means_by_hand(CR) == ("cash", "transfer", "cheque", *own)
    assert means_name("cash", CR) == Text("means.cash")
    assert [means_name(code, CR) for code in own] == [name for _code, name in CR.means]
    assert means_name("barter", CR) == "Barter"


def test_a_receipt_is_known_by_its_series_and_six_digits() -> None:
    assert RECEIPT.label == label_of("RC", 42) == "RC-000042"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"advance": Money(11, "COP")}, "cash receipt RC-000042 does not add up"),
        ({"cash": Money(101, "COP")}, "cash receipt RC-000042 does not add up"),
        ({"lines": (WHOLE, attrs.evolve(PART, after=51))}, "cash receipt RC-000042 does not settle what it says"),
        ({"lines": (WHOLE, attrs.evolve(PART, discount=4))}, "cash receipt RC-000042 does not settle what it says"),
    ],
)
def test_a_receipt_that_does_not_add_up_cannot_be_made(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        attrs.evolve(RECEIPT, **changes)
