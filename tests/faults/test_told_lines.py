"""Settlement lines that a notification brings go through the door of all lines, once, whatever dies on the way."""

from __future__ import annotations

from typing import Any

import pytest

import hub.flows.settlements.take_message
from hub.domain.payment import Payment, Status
from hub.domain.settlement import LineState
from hub.flows.settlements.reconcile import import_settlement
from tests.faults.harness import World, broken
from tests.faults.holding import Holding, holding
from tests.faults.test_crash import victim_of

pytestmark = pytest.mark.filterwarnings(  # the dead leave their sockets behind
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture
def house(world: World) -> Holding:
    return holding(world)


def payout(payment: Payment, **changes: Any) -> dict[str, Any]:
    """A notification that tells of the money and of what is paid out of it."""
    line = {"id": f"L-{payment.reference}", "ref": payment.reference, "gross": 90_000, "fee": 2_000, **changes}
    return {"payments": [{"ref": payment.reference, "taken": 90_000}], "lines": [line]}


def lines(house: Holding, state: LineState) -> list[str]:
    return [item.line.line_id for item in house.world.read(lambda tx: tx.settlements.of(house.account.id, state))]


def booked(house: Holding) -> dict[str, int]:
    return {kind: house.world.balance("CR", kind) for kind in ("fees", "bank", "provider_clearing")}


def test_a_line_that_comes_with_its_payment_is_booked_beside_it(house: Holding) -> None:
    debtor, payment = house.pay(held=False)
    assert house.notify(payout(payment)) == 200
    house.world.work()

    assert house.world.payment(payment).status is Status.PAID
    assert house.world.due(debtor.payables[0]) == 0
    assert lines(house, LineState.BOOKED) == [f"L-{payment.reference}"]
    assert booked(house) == {"fees": 2_000, "bank": 88_000, "provider_clearing": 0}
    assert broken(house.world) == []


def test_whatever_brings_a_line_again_it_is_there_once(house: Holding) -> None:
    _debtor, payment = house.pay(held=False)
    for _ in range(3):
        house.notify(payout(payment))
        house.world.work()
    text = (
        f"line_id;reference;gross;fee;net;currency\nL-{payment.reference};{payment.reference};900.00;20.00;880.00;CRC\n"
    )
    importing = import_settlement(house.world.hub, house.account, text.encode(), name="nov.csv", decimal=".")
    assert house.world.run(importing).known == 1

    assert booked(house) == {"fees": 2_000, "bank": 88_000, "provider_clearing": 0}
    assert broken(house.world) == []


def test_control_a_line_under_another_id_each_time_would_be_asked_about(house: Holding) -> None:
    _debtor, payment = house.pay(held=False)
    for number in range(2):
        house.notify(payout(payment, id=f"L-{number}"))
        house.world.work()

    assert lines(house, LineState.OPEN) == ["L-1"]
    assert "settlement_repeated" in house.world.causes(payment)
    assert booked(house)["fees"] == 2_000


def test_a_line_that_names_no_payment_or_does_not_add_up_is_put_before_a_person(house: Holding) -> None:
    _debtor, payment = house.pay(held=False)
    house.notify(payout(payment, ref="NOBODY", id="L-1"))
    house.notify(payout(payment, net=1, id="L-2"))
    house.world.work()
    reviews = house.world.read(lambda tx: tx.reviews.of(merchant_id=house.account.merchant_id))

    assert {"settlement_unknown", "settlement_unreadable"} <= {review.cause for review in reviews}
    assert booked(house)["fees"] == 0
    assert broken(house.world) == []


def test_a_message_without_its_proof_brings_nothing(house: Holding) -> None:
    _debtor, payment = house.pay(held=False)
    assert house.notify(payout(payment), proof="wrong") == 401
    house.world.work()

    assert lines(house, LineState.BOOKED) + lines(house, LineState.OPEN) == []
    assert house.world.payment(payment).status is Status.PENDING


def deaths(house: Holding) -> list[str]:
    """Die at every commit between the acknowledgement and the books in turn; what is wrong in the end."""
    wrong: list[str] = []
    for fatal in range(1, 40):
        before = booked(house)["fees"]
        _debtor, payment = house.pay(held=False)
        house.notify(payout(payment))
        with victim_of(house.world, fatal) as victim:
            house.install(victim.opened.hub)
            survived = house.world.run(victim.live(victim.take_up(house.world, seconds=1)))
        house.world.pass_time(minutes=10)
        if house.world.payment(payment).status is not Status.PAID:
            wrong.append(f"{fatal}: the payment is lost")
        if f"L-{payment.reference}" not in lines(house, LineState.BOOKED):
            wrong.append(f"{fatal}: the line is lost")
        if booked(house)["fees"] - before != 2_000:
            wrong.append(f"{fatal}: {booked(house)['fees'] - before} booked as fee")
        if survived:
            return wrong + broken(house.world)
    raise AssertionError("it has no end of failpoints")


def test_a_process_that_dies_anywhere_after_the_acknowledgement_loses_no_line_and_books_none_twice(
    house: Holding,
) -> None:
    assert deaths(house) == []


def test_control_a_message_that_is_done_before_its_lines_are_taken_loses_them(
    house: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = hub.flows.settlements.take_message.read_message

    async def read_and_be_done(where: Any, message_id: str) -> Any:
        read = await right(where, message_id)
        if read and read.lines:
            await where.store.write(lambda tx: read.done(tx, message_id))
        return read

    monkeypatch.setattr(hub.flows.settlements.take_message, "read_message", read_and_be_done)

    assert deaths(house)
