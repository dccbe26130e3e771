"""Payouts against the books: each difference is found exactly once, what fits is booked,
and nothing twice."""

from __future__ import annotations

import asyncio
import itertools
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.domain import money_entries
from hub.domain.files import settlement_file
from hub.domain.files.layout import Layout
from hub.domain.identity import Invalid
from hub.domain.observation import ObservedBy
from hub.domain.payment import Flag, Status
from hub.domain.settlement import Difference, LineState
from hub.flows.settlements.reconcile import fetch_settlement, import_settlement
from hub.flows.settlements.reconciliation import Reconciliation
from hub.storage.queued_writes import QueuedWrite
from hub_hookspecs import Money, SettlementLine
from tests.bookkeeping.desk import Desk, Reporting, make_origin
from tests.bookkeeping.referee import agreed
from tests.spoken import refused

Row = dict[str, str]


@pytest.fixture(scope="session")
def empty_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_origin(tmp_path_factory.mktemp("reconcile") / "empty")


@pytest.fixture
def desk(empty_hub: Path, tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "desk"
    shutil.copytree(empty_hub, folder)
    opened = Desk.open(folder)
    yield opened
    opened.close()


@pytest.fixture
def desk_in_colombia(empty_hub: Path, tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "desk"
    shutil.copytree(empty_hub, folder)
    opened = Desk.open(folder, "CO")
    yield opened
    opened.close()


def paid(desk: Desk, name: str, amount: str = "100000.00", *, how: str = "paid") -> None:
    """A payment of an invoice of its own."""
    desk.do(f"invoice FE-{name} {amount}")
    desk.do(f"pays {name} FE-{name} {amount}")
    desk.do(f"{how} {name}")


def line(name: str, amount: str = "100000.00", **more: str) -> Row:
    return {"line_id": f"L-{name}", "reference": f"REF{name}", "gross": amount, **more}


def status(desk: Desk, name: str) -> Status:
    return desk._payment(name).status


def reported(report: Reconciliation) -> list[tuple[str, str]]:
    return [(found.cause.value, found.line_id) for found in report.differences]


def test_a_payout_is_booked_once_however_often_it_is_imported(desk: Desk) -> None:
    paid(desk, "A")
    row = line("A", fee="3000.00", fee_tax="390.00", settled_on="2026-03-04", **{"withholding:vat": "1770.00"})

    first, again = desk.import_lines(row), desk.import_lines(row)

    assert (first.booked, first.known, again.booked, again.known) == (1, 0, 0, 1)
    assert first.clearing == {}
    keys = [entry.key for entry in desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, desk.account.mode))]
    assert keys[-4:] == ["settle:acct:L-A", "fee:acct:L-A", "feetax:acct:L-A", "acqtax:acct:L-A:vat"]
    assert len(keys) == len(set(keys))
    entries = desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, desk.account.mode))
    assert {str(entry.value_on) for entry in entries[-4:]} == {"2026-03-04"}


def test_a_file_is_booked_all_the_same_when_its_transaction_runs_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a function that fails at the commit, every function of its group runs again."""

    def twice(job: Any, connection: Any) -> None:
        connection.execute("SAVEPOINT first")
        once(job, connection)
        connection.execute("ROLLBACK TO first")
        connection.execute("RELEASE first")
        once(job, connection)

    desk.import_lines(line("B"))
    for name in ("A", "B"):
        paid(desk, name)
    once = QueuedWrite.run
    monkeypatch.setattr(QueuedWrite, "run", twice)

    report = desk.import_lines(line("A"), line("B"), line("A"))

    assert (report.booked, reported(report)) == (2, [("settlement_repeated", "L-A")])
    assert desk.causes() == ["settlement_repeated"]
    assert report.clearing == {}


def test_a_dry_run_tells_the_same_and_changes_nothing(desk: Desk) -> None:
    for name in ("A", "B"):
        paid(desk, name)
    paid(desk, "C", how="unheard")
    rows = [line("A"), line("B", "90000.00"), line("C"), line("X")]
    before = desk.exported()

    data = "line_id,reference,gross\n" + "".join(f"{r['line_id']},{r['reference']},{r['gross']}\n" for r in rows)
    dry = asyncio.run(import_settlement(desk.hub, desk.account, data.encode(), decimal=".", dry_run=True))

    assert desk.exported() == before
    assert desk.causes() == []
    assert status(desk, "C") is not Status.PAID
    real = desk.import_lines(*rows)
    assert reported(dry) == reported(real)
    assert (dry.booked, dry.late, dry.clearing) == (real.booked, real.late, real.clearing)


@pytest.mark.parametrize(
    ("found_by", "value"), [("reference", "REFA"), ("provider_reference", "T-9"), ("authorisation", "612044")]
)
def test_a_payment_is_found_by_our_reference_theirs_or_the_authorisation(desk: Desk, found_by: str, value: str) -> None:
    desk.do("invoice FE-A 500.00")
    desk.do("pays A FE-A 500.00")
    desk.do("paid A 500.00 auth 612044")
    if found_by == "provider_reference":
        payment = desk._payment("A")
        desk.opened.store.write_now(lambda tx: tx.payments.save(attrs.evolve(payment, provider_reference="T-9")))

    assert desk.import_lines({"line_id": "L1", found_by: value, "gross": "500.00"}).booked == 1


def test_an_authorisation_of_two_payments_names_neither(desk: Desk) -> None:
    for name in ("A", "B"):
        desk.do(f"invoice FE-{name} 500.00")
        desk.do(f"pays {name} FE-{name} 500.00")
        desk.do(f"paid {name} 500.00 auth 612044")

    report = desk.import_lines({"line_id": "L1", "authorisation": "612044", "gross": "500.00"})

    assert reported(report) == [("settlement_unknown", "L1")]


@pytest.mark.parametrize("how", ["unheard", "declined"])
def test_late_money_is_recorded_by_the_providers_own_file(desk: Desk, how: str) -> None:
    paid(desk, "A", how=how)

    report = desk.import_lines(line("A"))

    assert (report.booked, report.late, report.differences) == (1, 1, ())
    payment = desk._payment("A")
    assert payment.status is Status.PAID
    assert (Flag.LATE if how == "unheard" else Flag.CONFLICT) in payment.flags
    sources = {item.source for item in desk.read(lambda tx: tx.payments.seen(payment.id))}
    assert ObservedBy.SETTLEMENT in sources
    desk.do("paid A")  # the notification comes after all
    assert desk.balances() == {("bank", "CRC"): 10_000_000, ("billed", "CRC"): -10_000_000}


@pytest.mark.parametrize("row", [line("A", "99999.99"), {"line_id": "L-A", "authorisation": "612044", "gross": "1"}])
def test_what_does_not_name_our_reference_and_amount_proves_nothing(desk: Desk, row: Row) -> None:
    paid(desk, "A", how="unheard")

    report = desk.import_lines(row)

    assert report.booked == 0
    assert len(report.differences) == 1
    assert status(desk, "A") is Status.CLOSED


def test_a_line_that_waited_is_booked_when_its_payment_becomes_known(desk: Desk) -> None:
    assert reported(desk.import_lines(line("A"))) == [("settlement_unknown", "L-A")]
    assert desk.causes() == ["settlement_unknown"]
    paid(desk, "A")
    paid(desk, "B")

    report = desk.import_lines(line("B"))  # another file; the old line is tried again

    assert (report.booked, report.differences) == (2, ())
    assert desk.causes() == []
    assert desk.read(lambda tx: tx.settlements.of("acct", LineState.OPEN)) == ()


def test_money_that_no_line_names_is_missed_after_three_days(desk: Desk) -> None:
    for name in ("A", "B"):
        paid(desk, name)

    early = desk.import_lines(line("A", settled_on="2026-03-04"))
    assert early.differences == ()

    paid(desk, "C")
    late = desk.import_lines(line("C", settled_on="2026-03-05"))
    assert [(found.cause, found.reference) for found in late.differences] == [(Difference.MISSING, "REFB")]
    assert desk.causes() == ["settlement_missing"]

    assert desk.import_lines(line("B", settled_on="2026-03-06")).booked == 1
    assert desk.causes() == []


def test_a_line_told_otherwise_before_changes_nothing(desk: Desk) -> None:
    paid(desk, "A")
    desk.import_lines(line("A", fee="100.00"))
    before = desk.balances()

    report = desk.import_lines(line("A", fee="200.00"))

    assert reported(report) == [("settlement_changed", "L-A")]
    assert desk.balances() == before


def test_two_captures_of_one_payment_are_settled_by_two_lines(desk: Desk) -> None:
    desk.do("invoice FE-A 100.00")
    desk.do("pays A FE-A 100.00")
    desk.do("paid A 100.00 as M1")
    desk.do("paid A 100.00 as M2")

    report = desk.import_lines(
        {"line_id": "L1", "reference": "REFA", "gross": "100.00", "movement": "M2"},
        {"line_id": "L2", "reference": "REFA", "gross": "100.00", "movement": "M1"},
        {"line_id": "L3", "reference": "REFA", "gross": "100.00"},
    )

    assert (report.booked, reported(report)) == (2, [("settlement_repeated", "L3")])
    lines = {stored.line.line_id: stored.settles for stored in desk.read(lambda tx: tx.settlements.of("acct"))}
    assert lines == {"L1": "capture:acct:M2", "L2": "capture:acct:M1", "L3": None}


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        ("reference,gross\nREFA,5.00\n", "line_id"),
        ("line_id,reference\nL1,REFA\n", "gross"),
        ("line_id,reference,gross,tip\nL1,REFA,5.00,1.00\n", "net"),
        ("line_id,reference,gross,withholding:IVA 2\nL1,REFA,5.00,1.00\n", "net"),
        ("line_id,reference,gross,withholding:reserve\nL1,REFA,5.00,1.00\n", "net"),
    ],
)
def test_a_file_of_which_a_column_is_missing_takes_nothing_and_says_which(desk: Desk, data: str, missing: str) -> None:
    """Where an amount is left out that nobody said to leave out, nobody can tell what reached the bank."""
    report = asyncio.run(import_settlement(desk.hub, desk.account, data.encode(), decimal="."))

    assert (report.faults, report.reading.missing, report.is_open, report.in_order) == ((), (missing,), True, False)
    assert desk.read(lambda tx: tx.settlements.of("acct")) == ()


def test_an_empty_file_is_refused_whole(desk: Desk) -> None:
    assert asyncio.run(import_settlement(desk.hub, desk.account, b"", decimal=".")).faults


def test_a_column_of_amounts_that_somebody_leaves_out_asks_for_no_net(desk: Desk) -> None:
    data = b"line_id,reference,gross,tip\nL1,REFA,5.00,1.00\n"

    report = asyncio.run(
        import_settlement(desk.hub, desk.account, data, decimal=".", layout=Layout(columns={"tip": "-"}))
    )

    assert (report.is_open, report.lines) == (False, 1)


def charged(desk: Desk) -> None:
    paid(desk, "A", "100000")
    head = "Line_ID;Referencia;BRUTO;Comisión;Neto"
    rows = ("L1;REFA;100000,00;87,52;99912,48", "L2;;0,00;5650,00;-5650,00", "L3;;;;-10,00", "L4;;0,00;-7,00;7,00")

    report = asyncio.run(import_settlement(desk.hub, desk.account, "\n".join((head, *rows, "")).encode()))

    assert ([error.line for error in report.set_aside], report.booked) == ([4], 2)
    assert desk.balances()["fees", "CRC"] == 8_752 + 565_000
    assert [(found.cause, found.line_id) for found in report.differences] == [(Difference.UNKNOWN, "L4")]
    assert "reconcile charge" in report.differences[0].details
    assert desk.read(lambda tx: tx.settlements.get("acct", "L4")).state is LineState.OPEN  # type: ignore[union-attr]
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_a_line_of_nothing_that_names_no_payment_and_takes_a_fee_is_a_charge(desk: Desk) -> None:
    """One that gives money waits for a person; one whose file does not say what it takes it for is set aside."""
    charged(desk)


def test_control_a_line_without_a_payment_that_is_no_charge_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settlement_file, "_is_charge", lambda *_given: False)

    with pytest.raises(AssertionError):
        charged(desk)


def negative_fees(desk: Desk) -> None:
    paid(desk, "A", "100000")
    data = "line_id;reference;gross;fee;fee_tax;net\nL1;REFA;100000,00;-80,00;-7,52;99912,48\n"

    report = asyncio.run(import_settlement(desk.hub, desk.account, data.encode()))

    assert (report.set_aside, report.booked) == ((), 1)
    assert desk.balances()["fees", "CRC"] == 8_000


def test_fees_that_a_file_writes_with_a_minus_are_fees(desk: Desk) -> None:
    """Where the lines add up so, and only so."""
    negative_fees(desk)


def test_control_fees_with_a_minus_set_every_line_aside(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settlement_file, "_is_turned", lambda _lines: False)

    with pytest.raises(AssertionError):
        negative_fees(desk)


def test_a_report_of_a_period_is_reconciled_both_ways(desk_in_colombia: Desk) -> None:
    desk = desk_in_colombia
    for name in ("A", "B"):
        paid(desk, name, "50000")
    day = desk.clock.now.date()
    desk.clock.now += timedelta(days=2)
    money = Money.parse("50000", "COP")
    lines = (
        SettlementLine(line_id="S1", reference="REFA", gross=money, net=money),
        SettlementLine(line_id="S2", reference="OTHERSHOP", gross=money, net=money),
    )
    desk.hub.exchanger = Reporting(lines)

    report = asyncio.run(fetch_settlement(desk.hub, desk.account, day, day))

    assert report.booked == 1
    assert [(found.cause, found.line_id or found.reference) for found in report.differences] == [
        (Difference.UNKNOWN, "S2"),
        (Difference.MISSING, "REFB"),
    ]
    assert report.balanced


def test_no_answer_is_no_empty_report(desk_in_colombia: Desk) -> None:
    desk = desk_in_colombia
    paid(desk, "A", "50000")
    desk.hub.exchanger = Reporting(None)

    with refused(Invalid, match="no answer"):
        asyncio.run(fetch_settlement(desk.hub, desk.account, desk.clock.now.date(), desk.clock.now.date()))

    assert desk.causes() == []


FILES = 10
"""In each of five books."""

WAYS = ("fits", "fits", "fits", "missing", "extra", "amount", "repeated", "twice", "late", "unproven", "refunded")


@attrs.define
class Month:
    """Payments of one file, its lines, and the differences that must be found."""

    dice: random.Random
    desk: Desk
    numbers: Iterator[int]
    rows: list[Row] = attrs.Factory(list)
    expected: Counter[tuple[str, str]] = attrs.Factory(Counter)
    booked: int = 0

    def add(self, way: str) -> None:
        """One payment, or one line that has none."""
        name, minor = f"P{next(self.numbers)}", self.dice.randrange(1_000, 10**8)
        gross = str(Money(minor, "CRC").decimal)
        if way == "extra":
            self.rows.append(line(name, gross))
            self.expected["settlement_unknown", f"L-{name}"] += 1
            return
        paid(self.desk, name, gross, how="unheard" if way in ("late", "unproven") else "paid")
        row = self.taxed(line(name, gross))
        match way:
            case "fits" | "late":
                self.rows.append(row)
                self.booked += 1
            case "missing":
                self.expected["settlement_missing", f"REF{name}"] += 1
            case "amount" | "unproven":
                cause = "settlement_amount" if way == "amount" else "settlement_unproven"
                off = str(Money(minor + self.dice.choice([-1, 1]) * self.dice.randrange(1, 900), "CRC").decimal)
                self.rows.append(self.taxed(line(name, off)))
                self.expected[cause, f"L-{name}"] += 1
                if way == "amount":
                    self.expected["settlement_missing", f"REF{name}"] += 1
            case "repeated":
                self.rows += [row, {**row, "line_id": f"L-{name}-again"}]
                self.booked += 1
                self.expected["settlement_repeated", f"L-{name}-again"] += 1
            case "twice":
                self.rows += [row, row]
                self.booked += 1
                self.expected["settlement_repeated", f"L-{name}"] += 1
            case "refunded":
                self.desk.do(f"returned {name} {gross}")
                self.rows += [row, {**line(name, f"-{gross}"), "line_id": f"L-{name}-back"}]
                self.booked += 2

    def taxed(self, row: Row) -> Row:
        """With a fee, the tax on it, and what the provider keeps back."""
        minor = Money.parse(row["gross"], "CRC").minor
        fee = minor * self.dice.randrange(0, 6) // 100
        parts = {"fee": fee, "fee_tax": fee * 13 // 100, "withholding:vat": minor * 1770 // 100_000}
        written = {name: str(Money(part, "CRC").decimal) for name, part in parts.items() if part}
        return {**row, **written, "settled_on": (self.desk.clock.now + timedelta(days=4)).date().isoformat()}


def play(desk: Desk, dice: random.Random, files: int, check: Callable[[Month, Reconciliation], None]) -> None:
    numbers = itertools.count(1)
    for _ in range(files):
        month = Month(dice, desk, numbers)
        month.add("fits")
        for way in dice.choices(WAYS, k=6):
            month.add(way)
        dice.shuffle(month.rows)
        _in_order(month.rows)
        check(month, desk.import_lines(*month.rows))
        desk.clock.now += timedelta(days=1)


def _in_order(rows: list[Row]) -> None:
    """A refund stands after its payment, and a repeated line after the first."""
    rows.sort(key=lambda row: row["line_id"].endswith(("-back", "-again")))


@pytest.mark.parametrize("book", range(5))
def test_each_difference_of_fifty_files_is_found_exactly_once(desk: Desk, book: int) -> None:
    dice = random.Random(2700 + book)
    reviews = 0

    def check(month: Month, report: Reconciliation) -> None:
        nonlocal reviews
        found = Counter((item.cause.value, item.line_id or item.reference) for item in report.differences if item.new)
        assert found == month.expected
        assert report.booked == month.booked
        assert report.balanced
        assert desk.read(lambda tx: tx.ledger.verify()) == ()
        reviews += sum(month.expected.values())
        again = desk.import_lines(*month.rows)
        assert again.booked == 0
        assert not [item for item in again.differences if item.new]
        ours = [cause for cause in desk.causes() if cause.startswith("settlement_")]
        assert len(ours) == reviews

    play(desk, dice, FILES, check)
    assert agreed(desk.exported()) == desk.balances()


def test_a_fee_tax_left_out_is_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a planted bug that forgets the tax on fees must break L10,
    in the report and in the books."""
    whole = money_entries.settlement
    monkeypatch.setattr(
        money_entries,
        "settlement",
        lambda *line, **more: tuple(entry for entry in whole(*line, **more) if not entry.key.startswith("feetax:")),
    )
    paid(desk, "A")

    with pytest.raises(AssertionError, match="clearing"):
        desk.import_lines(line("A", fee="3000.00", fee_tax="390.00"))

    assert any(problem.startswith("L10") for problem in desk.read(lambda tx: tx.ledger.verify()))
