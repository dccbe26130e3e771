"""What a cash receipt says of balances, whenever it is recorded: at once,
or after everything else that happened."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from hub.domain.receipt import CashReceipt
from tests.bookkeeping.desk import Desk

EVENTS = ("pays", "received", "credit-note", "write-off", "revised")


def history(dice: random.Random) -> list[str]:
    """Lines of a case about one invoice that is paid in parts, among all else that changes what it owes."""
    total = due = 100_000
    lines = [f"invoice FE-1 {total}.00"]
    for number in range(9):
        part = dice.randint(1, max(1, due // 3))
        event = dice.choice(EVENTS) if number % 2 else "pays"
        match event:
            case "pays" if due:
                lines += [f"pays P{number} FE-1 {part}.00", f"paid P{number}"]
                due -= part
            case "received" if due:
                lines.append(f"received cash {part}.00 for FE-1 {part}.00")
                due -= part
            case "credit-note" if due:
                lines.append(f"credit-note NC-{number} FE-1 {part}.00")
                due -= part
            case "write-off" if due:
                lines.append(f"write-off FE-1 {part}.00")
                due -= part
            case "revised":
                total += part
                due += part
                lines.append(f"invoice FE-1 {total}.00")
    return lines


def receipts_of(desk: Desk, lines: list[str], *, at_once: bool) -> dict[str, CashReceipt]:
    """Play the lines and record each payment's receipt, at once or all at the end and the last one first."""
    names = [line.split()[1] for line in lines if line.startswith("paid")]
    for line in lines:
        desk.do(line)
        if at_once and line.startswith("paid"):
            desk.do(f"receipt {line.split()[1]}")
    if not at_once:
        for name in reversed(names):
            desk.do(f"receipt {name}")
    assert desk.read(lambda tx: tx.ledger.verify()) == ()
    found = {
        name: desk.read(lambda tx, this=name: next(iter(tx.receipts.standing(desk.payments[this])), None))
        for name in names
    }
    return {name: receipt for name, receipt in found.items() if receipt}


@pytest.mark.parametrize("seed", range(4))
def test_a_receipt_says_the_same_balances_whenever_it_is_recorded(seed: int, desk_for: Callable[[str], Desk]) -> None:
    lines = history(random.Random(seed))

    first = receipts_of(desk_for("CR"), lines, at_once=True)
    later = receipts_of(desk_for("CR"), lines, at_once=False)

    assert len(first) > 3
    said = {name: [(line.before, line.applied, line.after) for line in item.lines] for name, item in first.items()}
    assert {
        name: [(line.before, line.applied, line.after) for line in item.lines] for name, item in later.items()
    } == said
