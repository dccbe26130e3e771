"""Strange money: two captures, short, over, absurd amounts, another currency (F17, F26)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

import hub.domain.entry_keys
import hub.domain.offer
import hub_nequi.status
import hub_nequi.wire
from hub.domain.intake import Share
from hub.domain.payment import Payment, Status
from hub.flows.payments.open_payment import NotPossible
from hub_hookspecs import Kind, Money, Observation
from tests.faults.harness import Debtor, Desk, World, broken, rows

Plant = Callable[[Any, str, Any], None]


def paid(payment: Payment, amount: Money | None, movement: str = "") -> Observation:
    return Observation(
        kind=Kind.PAID,
        movement=movement or payment.reference,
        amount=amount,
        vouched=frozenset({"movement", "amount"}),
    )


def two_captures(desk: Desk) -> tuple[Debtor, Payment]:
    debtor = desk.debtor("CO", 90_000)
    payment = desk.sent(debtor)
    for movement in ("S1", "S2"):
        desk.tell(payment, paid(payment, payment.amount, movement))
    return debtor, payment


def test_a_second_capture_is_booked_as_the_customers_credit_and_put_before_a_person(desk: Desk) -> None:
    debtor, payment = two_captures(desk)
    after = desk.payment(payment)

    assert (after.status, "duplicate_charge" in after.flags) == (Status.PAID, True)
    assert desk.balance("CO", "provider_clearing") == 180_000
    assert (desk.due(debtor.payables[0]), desk.credit(debtor)) == (0, {"COP": 90_000})
    assert "duplicate_charge" in desk.causes(payment)
    assert len(desk.owed_mails(payment, "receipt")) == 2  # one a capture
    assert broken(desk) == []


def test_two_paid_payments_of_one_invoice_are_both_booked_and_both_flagged(desk: Desk) -> None:
    debtor = desk.debtor("CO", 90_000)
    first = desk.sent(debtor)
    desk.tell(first, Observation(kind=Kind.SESSION_EXPIRED))
    second = desk.sent(debtor)
    desk.tell(second, paid(second, second.amount))
    desk.tell(first, paid(first, first.amount))

    assert {"late", "duplicate_charge"} <= desk.payment(first).flags
    assert (desk.due(debtor.payables[0]), desk.credit(debtor)) == (0, {"COP": 90_000})
    assert "duplicate_charge" in desk.payment(second).flags
    assert "duplicate_charge" in desk.causes(second)
    assert broken(desk) == []


def test_two_halves_of_one_invoice_are_no_double_payment(desk: Desk) -> None:
    debtor = desk.debtor("CO", 90_000)
    for _half in range(2):
        half = attrs.evolve(desk.made(debtor), amount=Money(45_000, "COP"))
        half = attrs.evolve(half, lines=(attrs.evolve(half.lines[0], amount=45_000),))
        payment = desk.started(half)
        desk.tell(payment, paid(payment, payment.amount))
        assert "duplicate_charge" not in desk.payment(payment).flags
        assert desk.causes(payment) == set()

    assert desk.due(debtor.payables[0]) == 0
    assert broken(desk) == []


def test_a_payment_after_one_that_was_undone_is_no_double_payment(desk: Desk) -> None:
    debtor = desk.debtor("CO", 90_000)
    undone, second = desk.sent(debtor), None
    returned = Observation(kind=Kind.RETURNED, event_id="undo-1", vouched=frozenset({"event_id"}))
    desk.tell(undone, Observation(kind=Kind.PAID, movement=undone.reference), returned)
    second = desk.sent(debtor)
    desk.tell(second, paid(second, second.amount))

    assert "duplicate_charge" not in desk.payment(second).flags
    assert desk.due(debtor.payables[0]) == 0
    assert broken(desk) == []


def test_control_a_receipt_key_without_its_movement_loses_the_second_capture(desk: Desk, plant: Plant) -> None:
    plant(hub.domain.entry_keys, "capture_key", lambda account_id, _movement: f"capture:{account_id}:one")
    two_captures(desk)

    assert desk.balance("CO", "provider_clearing") != 180_000


PROVEN = [
    ("short", 40_000, 50_000, {}, {"amount_mismatch"}),
    ("by a centavo", 89_999, 1, {}, {"amount_mismatch"}),
    ("over", 100_000, 0, {"COP": 10_000}, {"amount_mismatch"}),
    ("exactly", 90_000, 0, {}, set()),
]


@pytest.mark.parametrize(
    ("minor", "left", "credit", "flags"), [case[1:] for case in PROVEN], ids=[c[0] for c in PROVEN]
)
def test_what_the_provider_proves_is_booked_and_allocated_up_to_what_is_due(
    desk: Desk, minor: int, left: int, credit: dict[str, int], flags: set[str]
) -> None:
    debtor = desk.debtor("CO", 90_000)
    payment = desk.sent(debtor)
    desk.tell(payment, paid(payment, Money(minor, "COP")))

    assert desk.balance("CO", "provider_clearing") == minor
    assert (desk.due(debtor.payables[0]), dict(desk.credit(debtor))) == (left, credit)
    assert flags == desk.payment(payment).flags - {"needs_review"}
    assert broken(desk) == []


def test_a_short_payment_settles_its_lines_in_their_order(desk: Desk) -> None:
    debtor = desk.debtor("CO", 60_000, 30_000)
    payment = desk.sent(debtor)
    desk.tell(payment, paid(payment, Money(70_000, "COP")))

    assert [desk.due(payable) for payable in debtor.payables] == [0, 20_000]


def test_another_currency_is_never_converted_and_its_invoice_stays_due(desk: Desk) -> None:
    debtor = desk.debtor("CR", 90_000)
    payment = desk.sent(debtor)
    desk.tell(payment, paid(payment, Money(180, "USD")))

    assert desk.due(debtor.payables[0]) == 90_000
    assert (desk.balance("CR", "suspense", "USD"), desk.balance("CR", "suspense", "CRC")) == (-180, 0)
    assert "currency_mismatch" in desk.causes(payment)
    assert broken(desk) == []


SAID = ["0", "-5", "1e3", "NaN", "Infinity", "0.005", "1000000000000000000", "", "1.500", "1,5", "0x10", None, 1.5, [5]]


@pytest.mark.parametrize("said", SAID, ids=[repr(value) for value in SAID])
def test_an_absurd_amount_is_no_amount_and_our_own_record_stands_for_it(world: World, plant: Plant, said: Any) -> None:
    debtor = world.debtor("CO", 90_000)
    payment = world.pay(debtor)
    right = hub_nequi.wire.answer_from

    def answered(*given: Any) -> Any:
        answer = right(*given)
        if "status" in answer.body:
            answer = type(answer)(answer.code, {**answer.body, "value": said})
        return answer

    plant(hub_nequi.wire, "answer_from", answered)
    world.approve(payment)
    world.pass_time(seconds=6)
    (own_record,) = {row[0] for row in rows(world.path, "SELECT own_record FROM entry WHERE kind = 'capture'")}

    assert (world.payment(payment).status, own_record) == (Status.PAID, 1)
    assert world.balance("CO", "provider_clearing") == 90_000
    assert broken(world) == []


def test_control_an_amount_parsed_as_a_float_books_what_nobody_paid(world: World, plant: Plant) -> None:
    plant(hub_nequi.wire, "amount_from", lambda value: Money(round(float(value) * 100) - 1, "COP"))
    payment = world.pay(world.debtor("CO", 90_000))
    world.approve(payment)
    world.pass_time(seconds=6)

    assert world.book_differences() != []


ASKED = [
    ("nothing", 0, "wrong_amount"),
    ("less than nothing", -100, "wrong_amount"),
    ("more than is due", 90_001, "wrong_amount"),
    ("a trillion", 10**18, "wrong_amount"),
    ("below the minimum", 99, "limits"),
    ("finer than the provider's units", 12_345, "too_fine"),
]


@pytest.mark.parametrize(("minor", "code"), [case[1:] for case in ASKED], ids=[case[0] for case in ASKED])
def test_what_cannot_be_collected_is_refused_before_anything_is_sent(world: World, minor: int, code: str) -> None:
    debtor = world.debtor("CO", 90_000)
    with pytest.raises(NotPossible) as refusal:
        world.pay(debtor, shares=[Share(debtor.payables[0].id, minor)])

    assert refusal.value.code == code
    assert rows(world.path, "SELECT count(*) FROM payment") == [(0,)]
    assert world.book("nequi") == []


def test_control_without_the_check_of_units_an_amount_reaches_the_provider(world: World, plant: Plant) -> None:
    plant(hub.domain.offer, "plain", lambda *_given: "")
    debtor = world.debtor("CO", 90_000)
    payment = world.pay(debtor, shares=[Share(debtor.payables[0].id, 12_345)])

    assert payment.status is Status.CLOSED  # the plugin's own refusal is all that is left
    assert rows(world.path, "SELECT count(*) FROM payment") == [(1,)]


@pytest.mark.parametrize("minor", [0, -90_000])
def test_a_plugin_that_reports_no_money_as_paid_is_not_believed(world: World, plant: Plant, minor: int) -> None:
    payment = world.pay(world.debtor("CO", 90_000))
    told = paid(payment, Money(minor, "COP"))
    plant(hub_nequi.status, "observations_from", lambda *_given, **_named: (told,))
    world.pass_time(minutes=1)

    assert world.payment(payment).status is Status.PENDING
    assert world.balance("CO", "provider_clearing") == 0
