"""What an import keeps of what it changed: as text, and the same again when it is given back."""

import json
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

from hub.domain.import_before import before_of, customer_before, customer_restored, outside_before, restored
from hub.domain.instalment import Instalment
from hub.domain.merchant import Customer
from hub.domain.payable import Payable, PayableKind, Voided
from hub.domain.stated import Stated
from hub_hookspecs import IdentityDocument, Mode, Money

BEFORE = Payable(
    id="P",
    merchant_id="m1",
    mode=Mode.TEST,
    kind=PayableKind.INVOICE,
    number="F1",
    customer_id="c1",
    currency="CRC",
    total=100,
    issued_on=date(2026, 3, 1),
    outside=20,
    created_at=datetime(2026, 3, 2, tzinfo=UTC),
)
CHANGES: dict[str, Any] = {
    "customer_id": "c2",
    "total": 300,
    "issued_on": date(2026, 3, 2),
    "due_on": date(2026, 4, 2),
    "description": "clavos",
    "branch": "Norte",
    "plan": (Instalment(date(2026, 4, 2), 150), Instalment(date(2026, 5, 2), 150)),
    "stated": Stated(300, None),
    "counted": 5,
    "counted_back": 4,
    "voided": Voided(
        at=datetime(2026, 3, 3, tzinfo=UTC),
        by="duena@x.co",
        reason="repetida",
        total=Money(300, "USD"),
        rebilled_at=datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC),
        rebilled_by="conta@x.co",
    ),
}
CUSTOMER = Customer(id="c1", merchant_id="m1", name="Ana", document=IdentityDocument("CC", "1", "2"))


def kept(values: dict[str, Any]) -> dict[str, Any]:
    """As it comes back from where it is stored."""
    back: dict[str, Any] = json.loads(json.dumps(values))
    return back


@pytest.mark.parametrize("field", CHANGES)
def test_each_value_of_an_invoice_that_a_file_changes_is_given_back(field: str) -> None:
    after = attrs.evolve(BEFORE, **{field: CHANGES[field]})

    assert restored(after, kept(before_of(BEFORE))) == BEFORE
    assert restored(BEFORE, kept(before_of(after))) == after


def test_what_was_paid_elsewhere_is_told_and_left_to_the_ledger() -> None:
    assert outside_before(kept(before_of(BEFORE))) == 20
    assert restored(attrs.evolve(BEFORE, outside=70), kept(before_of(BEFORE))).outside == 70


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Ana María"},
        {"document": None},
        {"document": IdentityDocument("NIT", "9", None)},
        {"email": "ana@x.co"},
        {"phone": "300"},
        {"address": "Calle 1"},
        {"language": "en"},
    ],
)
def test_each_value_of_a_customer_that_a_file_changes_is_given_back(change: dict[str, Any]) -> None:
    after = attrs.evolve(CUSTOMER, **change)

    assert customer_restored(after, kept(customer_before(CUSTOMER))) == CUSTOMER
    assert customer_restored(CUSTOMER, kept(customer_before(after))) == after
