"""A transfer that a person records carries the bank's reference, and is money once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from hub.domain.bank_reference import AnotherAmount, plain_reference
from hub.domain.identity import Invalid
from hub.domain.receipt import CashReceipt
from hub.domain.refusals import Conflict
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.receipts import issue_by_hand
from hub.flows.views.view_receipts import list_receipts
from tests.bookkeeping.desk import Desk, run


def transferred(desk: Desk, amount: str, reference: str, *, account: str = "BAC 1", other: bool = False) -> CashReceipt:
    """A transfer of today, by whoever is the first customer."""
    return run(
        record_by_hand(
            *(desk.hub, desk.merchant, "c1"),
            means="transfer",
            cash=desk.money(amount),
            shares=[],
            by="contadora",
            bank_account=account,
            bank_reference=reference,
            is_other=other,
        )
    )


def received(desk: Desk) -> int:
    return desk.balances().get(("bank", desk.currency), 0)


@pytest.fixture
def desk(fresh: Callable[[], Desk]) -> Desk:
    return fresh()


def test_the_same_transfer_is_refused_with_the_receipt_that_has_it(desk: Desk) -> None:
    first = transferred(desk, "500.00", "tr 4711")

    with pytest.raises(Invalid) as refused:
        transferred(desk, "500.00", "TR  4711", other=True)

    (problem,) = refused.value.problems
    assert problem.field == "bank_reference"
    assert first.label in str(problem.message)
    assert received(desk) == 50000


def test_another_amount_asks_and_a_person_confirms(desk: Desk) -> None:
    transferred(desk, "500.00", "4711")

    with pytest.raises(AnotherAmount):
        transferred(desk, "499.00", "4711")
    assert received(desk) == 50000
    transferred(desk, "499.00", "4711", other=True)

    assert received(desk) == 99900


def test_another_account_has_references_of_its_own(desk: Desk) -> None:
    transferred(desk, "500.00", "4711")
    transferred(desk, "500.00", "4711", account="BNCR 2")

    assert received(desk) == 100000


def test_the_reference_is_kept_found_and_compared_in_one_way(desk: Desk) -> None:
    receipt = transferred(desk, "500.00", " sinpe 2026  88 ")

    assert receipt.bank_reference == plain_reference("SINPE 2026 88") == "SINPE 2026 88"
    (found,) = run(list_receipts(desk.hub, desk.merchant, "2026 88"))
    assert found.receipt == receipt
    assert found.receipt.received_on == date(2026, 3, 2)


def test_money_in_hand_is_in_no_bank_account(desk: Desk) -> None:
    receipt = run(
        record_by_hand(
            *(desk.hub, desk.merchant, "c1"),
            means="cheque",
            cash=desk.money("10.00"),
            shares=[],
            by="contadora",
            bank_account="BAC 1",
            bank_reference="77",
        )
    )

    assert (receipt.bank_account, receipt.bank_reference) == ("", "77")


def test_control_a_hub_that_does_not_look_is_stopped_by_its_database(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue_by_hand, "refuse_recorded", lambda *_args, **_more: None)
    transferred(desk, "500.00", "4711")

    with pytest.raises(Conflict):
        transferred(desk, "500.00", "4711")

    assert received(desk) == 50000
