"""A money form that was drawn from something else books nothing; who is no form is not asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest

from hub.domain.drawn_from import DrawnFrom
from hub.domain.identity import Invalid
from hub.domain.intake import Share
from hub.flows.corrections import record_receipt
from hub.flows.corrections.record_receipt import record_by_hand, record_for_payment
from hub.flows.ground.read_drawn import digest_for_payment, digest_of
from hub.flows.payments import open_payment as opening
from hub.flows.payments.open_payment import Fresh, NotPossible, PayRequest, open_payment
from hub_hookspecs import Channel, Mode, Money
from tests.bookkeeping.conftest import desk_for as desk_for
from tests.bookkeeping.conftest import empty_hub as empty_hub
from tests.bookkeeping.desk import Desk, run
from tests.spoken import refused

BETWEEN: Final = {
    "somebody else records a receipt": "received cash 10000.00 for FE-1 10000.00",
    "credit comes": "received cash 500.00",
    "credit is used": "use-credit FE-1 1000.00",
    "a credit note": "credit-note NC-1 FE-1 1000.00",
    "a payment starts": "pays B FE-1 1000.00",
    "the bill is revised": "invoice FE-1 120000.00",
    "another bill comes": "invoice FE-2 1000.00",
}
"""What may happen while a form is filled in."""

between = pytest.mark.parametrize("act", BETWEEN.values(), ids=list(BETWEEN))


@pytest.fixture
def desk(desk_for: Callable[[str], Desk]) -> Desk:
    """A bill, credit, and a payment of another bill that was paid."""
    desk = desk_for("CO")
    desk.opened.store.write_now(lambda tx: tx.countries.set("CO", "nequi", enabled=True))
    for line in ("invoice FE-1 100000.00", "received cash 5000.00", "invoice FE-9 9000.00", "pays A FE-9 9000.00"):
        desk.do(line)
    desk.do("paid A")
    return desk


def drawn(desk: Desk) -> str:
    return run(digest_of(desk.hub, "c1", Mode.TEST))


def by_hand(desk: Desk, state: str, *, receipt_id: str = "receipt-of-a-form-1234") -> None:
    """The form of money received outside the hub."""
    share = Share(desk._payable("FE-1").id, 2_000_00)
    cash = Money(2_000_00, "COP")
    run(
        record_by_hand(
            *(desk.hub, desk.merchant, "c1"),
            means="cash",
            cash=cash,
            shares=[share],
            by="contadora",
            receipt_id=receipt_id,
            drawn=state,
        )
    )


def for_payment(desk: Desk, state: str) -> None:
    """The form of a payment's receipt."""
    run(record_for_payment(desk.hub, desk.merchant, "pay-A", by="contadora", drawn=state))


def pay(desk: Desk, state: str) -> None:
    """The payer's step."""
    wanted = PayRequest(
        account_id="acct",
        way="push",
        channel=Channel.STATEMENT,
        customer_id="c1",
        shares=[Share(desk._payable("FE-1").id, 2_000_00)],
        fields={"phone": "3001234567"},
        drawn=state,
    )
    fresh = Fresh("pay-C", "return-C", {"nequi": "REFC"}, desk.clock.now)

    def write(tx: Any) -> None:
        payment = open_payment(tx, desk.hub, wanted, fresh)
        assert payment.id == "pay-C"
        tx.payments.add(payment)

    desk.opened.store.write_now(write)


@between
@pytest.mark.parametrize("form", [by_hand, for_payment])
def test_a_form_of_the_merchant_books_nothing_once_something_changed(
    desk: Desk, act: str, form: Callable[[Desk, str], None]
) -> None:
    state = drawn(desk)
    desk.do(act)
    before = desk.exported()

    with refused(Invalid, match="cambió desde que abrió el formulario"):
        form(desk, state)
    assert desk.exported() == before
    if act != BETWEEN["a payment starts"]:  # which keeps money by hand off its bill, whatever the form says
        form(desk, drawn(desk))


@between
def test_a_payer_starts_no_payment_of_what_was_shown_otherwise(desk: Desk, act: str) -> None:
    if act == BETWEEN["a payment starts"]:
        act = "pays B FE-3 1000.00"
        desk.do("invoice FE-3 1000.00")
    state = drawn(desk)
    desk.do(act)

    with pytest.raises(NotPossible) as caught:
        pay(desk, state)
    assert caught.value.code == "changed"
    pay(desk, drawn(desk))


def test_a_form_that_is_sent_twice_records_once(desk: Desk) -> None:
    state = drawn(desk)
    by_hand(desk, state)
    before = desk.exported()
    by_hand(desk, state)

    assert desk.exported() == before


def test_the_form_of_a_payment_is_drawn_from_its_customer(desk: Desk) -> None:
    assert run(digest_for_payment(desk.hub, "pay-A")) == drawn(desk)
    assert run(digest_for_payment(desk.hub, "none")) == ""


def test_equal_states_have_one_digest_and_others_another() -> None:
    state = DrawnFrom(due={"a": 1, "b": 2}, credit={"COP": 3}, live=frozenset({"p"}))
    others = (
        attrs.evolve(state, due={"a": 1, "b": 3}),
        attrs.evolve(state, credit={}),
        attrs.evolve(state, live=frozenset()),
    )

    assert attrs.evolve(state, due={"b": 2, "a": 1}).digest == state.digest
    assert state.digest not in {other.digest for other in others}


def test_control_forms_that_are_not_asked_book_what_nobody_saw(
    desk: Desk, plant: Callable[[Any, str, Any], None]
) -> None:
    state = drawn(desk)
    desk.do(BETWEEN["a credit note"])
    plant(record_receipt, "refuse_changed", lambda *_args: None)
    plant(opening, "is_changed", lambda *_args: False)

    with pytest.raises(pytest.fail.Exception), refused(Invalid):
        by_hand(desk, state)
    pay(desk, state)
