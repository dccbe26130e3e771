"""A close is interrupted anywhere, two people close at once, and money goes on coming: one close, one package."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.domain.identity import Invalid
from hub.domain.month import Month
from hub.domain.month_close import MonthClose
from hub.flows.closing import make_package as package
from hub.flows.closing.close_month import close_month
from hub.flows.corrections.record_receipt import record_by_hand
from hub_hookspecs import Money
from tests.faults.harness import Desk, rows
from tests.faults.test_imports import Killed, dying_after


def month_of(desk: Desk) -> Month:
    """The last one that has ended."""
    return Month.of(desk.clock().date() - timedelta(days=1)).before


def closing(desk: Desk, by: str = "duena") -> Any:
    month, merchant = month_of(desk), desk.companies["CR"]
    return close_month(desk.hub, merchant, merchant.mode, month, by=by, why="así es", is_owner=True)


def receive(desk: Desk, customer: str) -> Any:
    """Money that counts for the last day of the month."""
    known = {"means": "cash", "cash": Money(1_000, "CRC"), "shares": [], "by": "x"}
    return record_by_hand(desk.hub, desk.companies["CR"], customer, received_on=month_of(desk).last, **known)


def standing(desk: Desk) -> tuple[MonthClose, ...]:
    merchant = desk.companies["CR"]
    return desk.read(lambda tx: tx.closes.standing(merchant.id, merchant.mode))


def whole(desk: Desk, close: MonthClose) -> bytes:
    """The package, which is what its hash says."""
    stored = desk.read(lambda tx: tx.packages.get(close.id))
    content = desk.read(lambda tx: b"".join(tx.packages.parts(close.id)))
    assert stored
    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
    return content


@pytest.fixture
def customer(desk: Desk) -> str:
    return desk.debtor("CR", 5_000).customer.id


@pytest.mark.parametrize("transactions", [0, 1])
def test_whoever_dies_while_closing_has_closed_or_has_not(desk: Desk, customer: str, transactions: int) -> None:
    asyncio.run(receive(desk, customer))
    with dying_after(desk, transactions), contextlib.suppress(Killed):
        asyncio.run(closing(desk))

    assert len(standing(desk)) == transactions
    if not transactions:
        asyncio.run(closing(desk))
    (close,) = standing(desk)
    desk.do_what_is_due()
    whole(desk, close)
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


@pytest.mark.parametrize("transactions", range(5))
def test_whoever_dies_while_packing_leaves_it_to_the_next(
    desk: Desk, customer: str, transactions: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another receipt comes in between: the package is of the close all the same, to the byte."""
    monkeypatch.setattr(package, "PIECE", 4_096)
    asyncio.run(receive(desk, customer))
    asyncio.run(closing(desk))
    (close,) = standing(desk)
    wanted = asyncio.run(package.write_package(desk.hub, close.id, tmp_path)).read_bytes()
    with dying_after(desk, transactions), pytest.raises(Killed):
        asyncio.run(package.make_package(desk.hub, close.id))
    asyncio.run(receive(desk, customer))

    desk.clock.now += timedelta(minutes=3)
    desk.do_what_is_due()

    assert whole(desk, close) == wanted
    assert rows(desk.path, "SELECT count(*) FROM month_package WHERE due_at IS NOT NULL") == [(0,)]


def test_two_people_close_at_once_while_money_comes(desk: Desk, customer: str) -> None:
    async def all_at_once() -> list[Any]:
        people = [closing(desk, by) for by in ("ana", "beto", "carla")]
        money = [receive(desk, customer) for _ in range(5)]
        return await asyncio.gather(*people, *money, return_exceptions=True)

    ended = asyncio.run(all_at_once())

    assert [type(one) for one in ended[:3]].count(MonthClose) == 1
    assert [type(one) for one in ended[:3]].count(Invalid) == 2
    assert not [one for one in ended[3:] if isinstance(one, BaseException)]
    (close,) = standing(desk)
    late = desk.read(lambda tx: tx.closes.late(close, 10**9))
    inside = [item for item in close.totals if item.kind == "cash"]
    assert (
        sum(item.debit for item in inside) + 1_000 * sum(item.kind.value == "offline_receipt" for item in late) == 5_000
    )
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_a_backup_from_before_the_close_can_be_closed_again(desk: Desk, customer: str) -> None:
    asyncio.run(receive(desk, customer))
    before = desk.copy()
    asyncio.run(closing(desk))
    (close,) = standing(desk)

    with Desk.open(before, clock=desk.clock) as restored:
        assert standing(restored) == ()
        asyncio.run(closing(restored))
        (again,) = standing(restored)

    assert (again.seq, again.head, again.digest) == (close.seq, close.head, close.digest)
    assert again.id != close.id
