"""What a payer declares to withhold above the cap is owed until a person accepts it; no money is lost or made by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import hub.flows.books.book_withheld as books
from hub.flows.books.withheld_waits import WITHHOLDING_WAITS
from tests.bookkeeping.desk import Desk, Refused

PAID = (
    "invoice FV-1 100000.00",
    "pays A FV-1 90000.00 waits FV-1 retefuente 8000.00 waits FV-1 reteica 2000.00",
    "paid A",
)


def played(desk: Desk, *lines: str) -> tuple[int, int, int]:
    """What the invoice owes then, what of taxes stands in the books, and what is the customer's credit."""
    for line in lines:
        desk.do(line)
    assert desk.read(lambda tx: tx.ledger.verify()) == ()
    balances = desk.balances()
    taxes = sum(minor for (account, _), minor in balances.items() if account.startswith("withholding_receivable"))
    credit = sum(minor for (account, _), minor in balances.items() if account.startswith("customer_credit"))
    return desk._payable("FV-1").due, taxes, credit


def asked(desk: Desk) -> list[str]:
    """How each question about it ended; empty while it is open."""
    merchant = desk.merchant.id
    reviews = desk.read(lambda tx: (*tx.reviews.of(merchant_id=merchant), *tx.reviews.resolved(merchant_id=merchant)))
    return [review.resolution.partition(":")[0] for review in reviews if review.cause == WITHHOLDING_WAITS]


def told(desk: Desk) -> list[str]:
    mails = desk.read(lambda tx: tx.deliveries.of(merchant_id=desk.merchant.id))
    return [mail.kind for mail in mails if mail.kind == "withholding_refused"]


@pytest.fixture
def desk(desk_for: Callable[[str], Desk]) -> Desk:
    return desk_for("CO")


def test_it_is_owed_and_a_person_is_asked_once(desk: Desk) -> None:
    assert played(desk, *PAID, "paid A") == (1_000_000, 0, 0)
    assert asked(desk) == [""]


def test_accepted_it_settles_its_invoice_by_each_tax(desk: Desk) -> None:
    assert played(desk, *PAID, "accept-withheld A FV-1") == (0, 1_000_000, 0)
    assert asked(desk) == ["accept"]
    assert told(desk) == []


def test_refused_it_stays_owed_and_the_payer_is_told(desk: Desk) -> None:
    assert played(desk, *PAID, "refuse-withheld A FV-1") == (1_000_000, 0, 0)
    assert played(desk, "paid A") == (1_000_000, 0, 0), "news of the same money ask nobody again"
    assert asked(desk) == ["refuse"]
    assert told(desk) == ["withholding_refused"]


@pytest.mark.parametrize("first", ["accept", "refuse"])
def test_it_is_answered_once(desk: Desk, first: str) -> None:
    played(desk, *PAID, f"{first}-withheld A FV-1")

    with pytest.raises(Refused):
        desk.do("accept-withheld A FV-1")


def test_money_that_goes_back_ends_the_question(desk: Desk) -> None:
    assert played(desk, *PAID, "returned A") == (10_000_000, 0, 0)
    assert asked(desk) == ["the money of its payment went back"]


def test_a_dispute_that_is_won_asks_again_and_what_is_accepted_then_counts_once(desk: Desk) -> None:
    lost = (*PAID, "chargeback A as CASE-1")
    assert played(desk, *lost) == (10_000_000, 0, 0)
    assert played(desk, "correct chargeback:acct:CASE-1") == (1_000_000, 0, 0)
    assert asked(desk) == [""]
    assert played(desk, "accept-withheld A FV-1") == (0, 1_000_000, 0)


def test_what_was_accepted_goes_and_comes_back_with_its_money(desk: Desk) -> None:
    taken = (*PAID, "accept-withheld A FV-1", "chargeback A as CASE-1")
    assert played(desk, *taken) == (10_000_000, 0, 0)
    assert played(desk, "correct chargeback:acct:CASE-1") == (0, 1_000_000, 0)


def test_what_was_refused_stays_refused_when_its_money_comes_back(desk: Desk) -> None:
    taken = (*PAID, "refuse-withheld A FV-1", "chargeback A as CASE-1", "correct chargeback:acct:CASE-1")
    assert played(desk, *taken) == (1_000_000, 0, 0)
    assert asked(desk) == ["refuse"]


def test_what_was_paid_meanwhile_is_not_settled_twice(desk: Desk) -> None:
    assert played(desk, *PAID, "received cash 4000.00 for FV-1 4000.00", "accept-withheld A FV-1") == (0, 600_000, 0)


def test_where_all_was_paid_meanwhile_nothing_can_be_accepted_and_it_may_be_refused_without_a_mail(desk: Desk) -> None:
    played(desk, *PAID, "received cash 10000.00 for FV-1 10000.00")

    with pytest.raises(Refused, match="settles_nothing"):
        desk.do("accept-withheld A FV-1")
    assert asked(desk) == [""], "nothing was decided"
    assert played(desk, "refuse-withheld A FV-1") == (0, 0, 0)
    assert told(desk) == []


def test_what_is_below_the_cap_on_another_invoice_settles_at_once(desk: Desk) -> None:
    lines = ("invoice FV-2 1000.00", "pays B FV-2 960.00 withheld FV-2 retefuente 40.00", "paid B")
    assert played(desk, *PAID, *lines) == (1_000_000, 4_000, 0)
    assert desk._payable("FV-2").due == 0


def test_control_books_that_believe_every_word_of_a_payer_settle_what_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "_that_count", lambda _tx, _payment, line, _when: line.withholdings)

    with pytest.raises(AssertionError):
        test_it_is_owed_and_a_person_is_asked_once(desk)


def test_control_books_that_ask_nobody_whether_it_was_accepted_lose_a_refusal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "answer_to", lambda *_given: books.WithheldAnswer.ACCEPT)

    with pytest.raises((AssertionError, Refused)):
        test_refused_it_stays_owed_and_the_payer_is_told(desk)
