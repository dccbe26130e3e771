"""``ledger verify`` finds what no guard of the database refuses.

Credit that is held and not there, more money of a payment that went back than came, conversions that are booked
otherwise than they say.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

import attrs
import pytest

import hub.flows.corrections.convert_money as convert
import hub.flows.corrections.correct_entry as correct
from hub.domain import conversion
from hub.domain.conversion import Conversion, Rate
from hub.flows.books import take_back_conversion
from hub_hookspecs import Money
from tests.bookkeeping.desk import Desk

Desks = Callable[[str], Desk]
Plant = Callable[[pytest.MonkeyPatch], None]

HELD = (
    *("converted cash 100.00 USD to CRC at 500 as X", "invoice FE-1 100000.00"),
    *("pays A FE-1 80000.00 credit FE-1 20000.00", "void-conversion X"),
)
TAKEN = (
    "order P-1 250.00",
    "pays A P-1 250.00",
    "paid A",
    "chargeback A 100.00 as K1",
    "correct capture:acct:REFA 50.00",
)
CONVERTED = ("invoice FE-1 10.00", "converted cash 0.03 USD to CRC at 33.335 as X")
VOIDED = (*CONVERTED, "void-conversion X")


def problems(desk: Desk, lines: Iterable[str]) -> tuple[str, ...]:
    for line in lines:
        desk.do(line)
    return desk.read(lambda tx: tx.ledger.verify())


def books_nothing_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "keeping_held", lambda *_given, **_more: contextlib.nullcontext())


def forgets_what_a_bank_took(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correct, "_is_gone", lambda *_given: False)


def rounds_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """0.03 USD at 33.335 is 1.00005 CRC; half up 1.00, and a unit less here."""
    rounded = Rate.converted
    less = lambda rate, came: rounded(rate, came) - Money(1, "CRC")  # noqa: E731
    monkeypatch.setattr(Rate, "converted", less)


def books_another_amount(monkeypatch: pytest.MonkeyPatch) -> None:
    booked = convert.conversion_entries

    def less(made: Conversion, **how: Any) -> Any:
        return booked(attrs.evolve(made, settles=made.settles - Money(1, "CRC")), **how)

    monkeypatch.setattr(
        convert, "conversion_entries", lambda made, **how: tuple(map(keyed(made), less(made, **how), made.keys))
    )


def keyed(made: Conversion) -> Callable[[Any, str], Any]:
    return lambda entry, key: attrs.evolve(entry, key=key)


def voids_at_another_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    back = conversion.back_of
    less = lambda *given: back(*given) - Money(1, "CRC")  # noqa: E731
    monkeypatch.setattr(take_back_conversion, "back_of", less)


def voids_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "left_of_conversion", lambda *_given: 1)


PLANTED: tuple[tuple[str, Plant, tuple[str, ...]], ...] = (
    ("L6: 2000000 CRC of the credit of customer c1 is held", books_nothing_held, HELD),
    ("L10: of payment REFA 5000 CRC more went back than came", forgets_what_a_bank_took, TAKEN),
    ("settles 0.99 CRC", rounds_down, CONVERTED),
    ("is booked with 3 and 99", books_another_amount, CONVERTED),
    ("3 is taken back of what came, and 99 of what it settles", voids_at_another_rate, VOIDED),
    ("1 is taken back", voids_a_part, VOIDED),
)


@pytest.mark.parametrize(("says", "plant", "lines"), PLANTED, ids=lambda item: getattr(item, "__name__", ""))
def test_control_what_is_booked_wrongly_is_found(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch, says: str, plant: Plant, lines: tuple[str, ...]
) -> None:
    desk = desk_for("CR")
    with monkeypatch.context() as planted:
        plant(planted)
        for line in lines:
            desk.do(line)

    assert [found for found in problems(desk, ()) if says in found], problems(desk, ())


@pytest.mark.parametrize(
    "lines",
    [
        VOIDED,
        (
            "invoice FE-1 10.00",
            "pays A FE-1 10.00",
            "paid A 0.07 USD",
            "convert A at 33.335",
            "returned A 0.03 USD as R1",
        ),
        ("received transfer 500.00", "invoice FE-1 900.00", "pays A FE-1 400.00 credit FE-1 500.00"),
    ],
)
def test_what_is_booked_rightly_is_no_fault(desk_for: Desks, lines: tuple[str, ...]) -> None:
    assert problems(desk_for("CR"), lines) == ()


def test_held_credit_that_went_back_by_news_is_no_fault(desk_for: Desks) -> None:
    lines = (
        *("invoice FE-1 100.00", "pays A FE-1 100.00", "paid A 500.00", "invoice FE-2 1000.00"),
        *("pays B FE-2 600.00 credit FE-2 400.00", "returned A 150.00 as R1"),
    )

    assert problems(desk_for("CR"), lines) == ()
