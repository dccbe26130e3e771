"""Random books that an accounting program keeps beside the hub: its files come again, late,
changed and wrong.

``HUB_BOOKS=20000 ./run pytest -m long tests/bookkeeping`` keeps as many as one likes;
a book that breaks something is told, line by line, by ``python -m tests.bookkeeping.beside SEED``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.domain.intake import Share, shares_of
from hub.domain.ledger import When
from hub.domain.payment import Payment
from hub.domain.stated import InvoiceStanding, Stated, StatedChange
from hub.flows.books import book_money, move_credit
from hub.flows.imports import save_invoices
from tests.bookkeeping.beside import keep_many
from tests.faults.harness import seed_for

CI = 300
LONG = int(os.environ.get("HUB_BOOKS", "5000"))
SPREAD = 10**9


@pytest.mark.parametrize("books", [CI, pytest.param(LONG, marks=pytest.mark.long)])
def test_file_and_hub_agree_customer_by_customer_whatever_came_in_between(
    empty_hub: Path, tmp_path: Path, books: int
) -> None:
    first = seed_for("books") % SPREAD
    print(f"HUB_TEST_SEED={first}; a book alone: python -m tests.bookkeeping.beside SEED")  # noqa: T201
    kept, agreements, broken = 0, 0, []
    for seed, book, problems in keep_many(empty_hub, tmp_path, first, books):
        kept, agreements = kept + 1, agreements + book.agreements
        broken += [f"{seed}: {problem}" for problem in problems]

    assert broken == []
    assert kept == books
    assert agreements > books / 2, "of most books the end is compared"


@pytest.fixture
def found(empty_hub: Path, tmp_path: Path) -> Callable[..., str]:
    """found(signs): the first problem of this kind, within as many books as are kept at each change."""

    def find(*signs: str) -> str:
        for _seed, _book, problems in keep_many(empty_hub, tmp_path, 1, CI):
            for problem in problems:
                if any(sign in problem for sign in signs):
                    return problem
        return ""

    return find


def test_control_what_the_hub_holds_against_what_a_file_says_is_found(
    found: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was: whatever the file says beyond what is settled now was paid elsewhere."""

    def as_it_was(standing: InvoiceStanding, stated: Stated) -> StatedChange:
        due = standing.total if stated.balance is None else stated.balance
        outside = max(-standing.outside, standing.due + stated.total - standing.total - due)
        return StatedChange(revision=stated.total - standing.total, outside=outside, last=stated)

    monkeypatch.setattr(save_invoices, "stated_change", as_it_was)

    assert found("the same file", "listed are", "outside")


def test_control_a_payment_that_came_and_went_unseen_is_found(
    found: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What went back is taken off what came, so that a file that knows of the one alone
    tells of money elsewhere."""
    right = save_invoices.stated_change

    def net(standing: InvoiceStanding, stated: Stated) -> StatedChange:
        gone = min(standing.uncounted, standing.uncounted_back)
        kept = attrs.evolve(standing, settled=standing.settled - gone, reopened=standing.reopened - gone)
        return right(kept, stated)

    monkeypatch.setattr(save_invoices, "stated_change", net)

    assert found("are said to be paid elsewhere")


def test_control_a_credit_note_that_is_taken_off_twice_is_found(
    found: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = save_invoices.stated_change
    monkeypatch.setattr(
        save_invoices, "stated_change", lambda standing, stated: right(attrs.evolve(standing, credit_notes=0), stated)
    )

    assert found("typed in", "refused")


def test_control_money_that_settles_whoevers_bill_is_found(
    found: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def whoevers(tx: Any, payment: Payment, key: str, when: When, *, observation: str | None, **_how: Any) -> None:
        intake = tx.ledger.intake(payment.merchant_id, payment.mode, key)
        due = {payable.id: payable.due for payable in tx.payables.many([line.payable_id for line in payment.lines])}
        wanted = [Share(line.payable_id, line.amount) for line in payment.lines]
        shares = shares_of(intake.unapplied, wanted, due)
        move_credit.move_credit(tx, intake, shares, at=when.now, observation=observation)

    monkeypatch.setattr(book_money, "settle_from", whoevers)
    monkeypatch.setattr(move_credit, "settle_from", whoevers)

    assert found("walls", "in the ledger")
