"""Random books in which every door is used in any order: what must hold of each customer's money holds after each step.

``HUB_BOOKS=5000 ./run pytest -m long tests/bookkeeping/test_doors.py`` keeps as many as one likes; of a broken one
``python -m tests.bookkeeping.doors SEED`` tells the shortest story.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import hub.flows.corrections.convert_money as convert
from hub.flows.books import book_rest, book_return, move_credit
from hub.flows.ground import own_customer
from tests.bookkeeping.doors import kept
from tests.faults.harness import seed_for

CI = 50
LONG = int(os.environ.get("HUB_BOOKS", "1000"))
SPREAD = 10**9

Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.mark.parametrize("books", [CI, pytest.param(LONG, marks=pytest.mark.long)])
def test_through_whatever_doors_people_come_the_books_stay_right(empty_hub: Path, tmp_path: Path, books: int) -> None:
    first = seed_for("doors") % SPREAD
    print(f"HUB_TEST_SEED={first}; a book alone: python -m tests.bookkeeping.doors SEED")  # noqa: T201
    done, broken = 0, []
    for seed, book in kept(empty_hub, tmp_path, first, books):
        done += book.done
        broken += [f"{seed}: {line}" for line in book.story if line.startswith("BROKEN")]

    assert broken == []
    assert done > 15 * books, "most of what is tried is done"


def takes_an_order_for_an_invoice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_customer, "refuse_orders", lambda *_given: None)


def voids_what_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "keeping_held", lambda *_given, **_more: contextlib.nullcontext())


def leaves_the_rest_of_an_order_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_rest, "close_order", lambda *_given, **_when: None)


def bills_nobody_for_what_was_paid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_return, "owe_disbursed", lambda *_given: None)


def settles_an_order_unbilled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(move_credit, "bill_order", lambda *_given, **_when: None)


FOUND: tuple[tuple[Plant, int], ...] = (
    (takes_an_order_for_an_invoice, 1),
    (voids_what_is_held, 33),
    (leaves_the_rest_of_an_order_due, 21),
    (bills_nobody_for_what_was_paid_out, 15),
    (settles_an_order_unbilled, 1),
)
"""What is planted, and the seed of a book that finds it."""


@pytest.mark.parametrize(("plant", "seed"), FOUND)
def test_control_a_door_that_lets_money_through_is_found(
    empty_hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plant: Plant, seed: int
) -> None:
    plant(monkeypatch)

    ((_seed, book),) = kept(empty_hub, tmp_path, seed, 1)

    assert book.story[-1].startswith("BROKEN")
