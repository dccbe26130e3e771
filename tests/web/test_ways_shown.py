"""An exception leads only to what the page offers that it leads to, and to whoever reads it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from hub.domain.merchant import Role
from hub.domain.message import Review
from hub.domain.payment import Payment, Status
from hub.domain.review_causes import WayOut
from hub_hookspecs import Kind
from tests.web.conftest import House, Seat
from tests.web.test_in_clarification import CLARIFIED, hear, start, status


def opened(house: House, payment: Payment, cause: str) -> None:
    """A person is asked about a payment."""
    review = Review(
        id=f"{cause}-{payment.id}",
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        cause=cause,
        payment_id=payment.id,
        details="",
        opened_at=house.time(),
    )
    house.write(lambda tx: tx.reviews.open(review))


def waiting(house: House) -> Payment:
    debtor = house.debtor("CO", (CLARIFIED, -2))
    payment = start(house, debtor, debtor.invoices[0])
    found: Payment = house.until(lambda: status(house, payment, Status.PENDING))
    return found


def paid(house: House) -> Payment:
    payment = waiting(house)
    house.control("nequi", "approve", reference=payment.memory["message_id"])
    found: Payment = house.until(lambda: status(house, payment, Status.PAID))
    return found


def led_to(desk: Seat, payment: Payment) -> dict[str, set[str]]:
    """The parts of the payment's page to which its exceptions lead, on the two pages that list them."""
    own = f"/m/payments/{payment.id}"
    pages = {"payment": desk.read(own), "reviews": desk.read("/m/reviews")}
    return {name: set(re.findall(f'href="{own}#([a-z-]+)"', html)) for name, html in pages.items()}


def offered(desk: Seat, payment: Payment) -> set[str]:
    """The forms that its page has."""
    return set(re.findall(r'<details id="(refund|release)"', desk.read(f"/m/payments/{payment.id}")))


def only_what_is_offered(house: House, seat: Callable[..., Seat], payment: Payment) -> None:
    for role in Role:
        desk = seat(house.merchants["CO"], role)
        ways, forms = led_to(desk, payment), offered(desk, payment)
        assert all(parts <= forms for parts in ways.values()), (role, ways, forms)


def test_a_refund_is_a_way_while_money_is_there_to_give_back(house: House, seat: Callable[..., Seat]) -> None:
    payment = paid(house)
    opened(house, payment, "duplicate_charge")
    owner = seat(house.merchants["CO"])
    assert led_to(owner, payment)["reviews"] == {"refund"}
    only_what_is_offered(house, seat, payment)

    hear(house, payment, Kind.RETURNED, CLARIFIED)
    assert led_to(owner, payment)["reviews"] == set()
    only_what_is_offered(house, seat, payment)


def test_giving_the_invoices_back_is_a_way_while_the_payment_holds_them(
    house: House, seat: Callable[..., Seat]
) -> None:
    payment = waiting(house)
    opened(house, payment, "unresolved")
    owner = seat(house.merchants["CO"])
    assert led_to(owner, payment)["reviews"] == {"release"}
    only_what_is_offered(house, seat, payment)

    house.control("nequi", "approve", reference=payment.memory["message_id"])
    house.until(lambda: status(house, payment, Status.PAID))
    opened(house, payment, "unresolved")
    assert led_to(owner, payment)["reviews"] == set()
    only_what_is_offered(house, seat, payment)


def test_control_a_way_that_needs_nothing_leads_to_no_form(
    house: House, seat: Callable[..., Seat], monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = paid(house)
    opened(house, payment, "duplicate_charge")
    hear(house, payment, Kind.RETURNED, CLARIFIED)
    monkeypatch.setattr(WayOut, "is_open", lambda _self, _values: True)
    with pytest.raises(AssertionError):
        only_what_is_offered(house, seat, payment)
