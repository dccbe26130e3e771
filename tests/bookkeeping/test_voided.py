"""Bills that were never owed: voided by a person, and whatever comes afterwards changes nothing of it."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from hub.domain.acts import Pending, why_refused
from hub.domain.dispute import Dispute, DisputeStage
from hub.domain.identity import Invalid
from hub.domain.operation import Operation, OperationKind
from hub.domain.payable import Payable
from hub.flows.corrections import void_bill as void_bill_module
from hub.flows.corrections.void_bill import rebill, void_bill
from hub.flows.imports import save_invoices
from hub.flows.imports.import_files import import_invoices
from hub.flows.imports.import_report import ImportReport
from tests.bookkeeping.desk import Desk, run
from tests.spoken import spoken

Desks = Callable[[str], Desk]


def void(desk: Desk, number: str = "FE-1", drawn_at: int | None = None) -> Payable:
    return run(
        void_bill(desk.hub, desk.merchant, number, by="duena@x.cr", reason="se hizo dos veces", drawn_at=drawn_at)
    ).payable


def listed(desk: Desk, total: str, balance: str = "") -> ImportReport:
    """Import a file that lists FE-1; with a balance, where that is said."""
    also, owes = (",balance", f",{balance}") if balance else ("", "")
    data = f"number,customer,issued_on,currency,total{also}\nFE-1,100000001,2026-03-01,CRC,{total}{owes}\n".encode()
    return run(import_invoices(desk.hub, desk.merchant, data, decimal="."))


def disputed(desk: Desk) -> None:
    payment = desk._payment("A")
    record = Dispute(
        id="d1",
        payment_id=payment.id,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        case="K1",
        amount=payment.amount,
        stage=DisputeStage.INQUIRY,
        opened_at=desk.clock.now,
    )
    desk.opened.store.write_now(lambda tx: tx.disputes.add(record))


def refunding(desk: Desk) -> None:
    payment = desk._payment("A")
    refund = Operation(
        id="o1",
        payment_id=payment.id,
        account_id=payment.account_id,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        kind=OperationKind.REFUND,
        reference="REFUND",
        amount=payment.amount,
        decided_by="duena",
        created_at=desk.clock.now,
    )
    desk.opened.store.write_now(lambda tx: tx.operations.add(refund))


UNDER_WAY: dict[Pending, tuple[tuple[str, ...], Callable[[Desk], None]]] = {
    Pending.LIVE: ((), lambda desk: None),
    Pending.UNPROVEN: (("unheard A",), lambda desk: None),
    Pending.REFUND_UNKNOWN: (("paid A",), refunding),
    Pending.DISPUTE_OPEN: (("paid A",), disputed),
}


@pytest.mark.parametrize("pending", list(Pending))
def test_nothing_is_voided_while_something_is_under_way(desk_for: Desks, pending: Pending) -> None:
    desk, (lines, more) = desk_for("CR"), UNDER_WAY[pending]
    for line in ("invoice FE-1 100.00", "pays A FE-1 100.00", *lines):
        desk.do(line)
    more(desk)

    with pytest.raises(Invalid) as refused:
        void(desk)

    assert [error.message for error in refused.value.problems] == [why_refused(pending, "FE-1")]
    assert not desk._payable("FE-1").is_voided


def test_a_file_that_still_lists_it_says_who_voided_it_and_when(desk_for: Desks) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    voided = void(desk)

    reports = [listed(desk, total) for total in ("100.00", "250.00", "100.00")]

    for report in reports:
        assert (report.new, report.changed, report.unchanged) == (0, 0, 1)
        assert (report.faults, report.set_aside) == ((), ())
        assert [spoken(row.message) for row in report.kept] == ["Anulada aquí el 2026-03-02 por duena@x.cr."]
    assert desk._payable("FE-1") == voided
    assert desk.balances() == {}


def test_a_file_that_lists_the_old_customer_or_currency_says_that_it_was_billed_anew(desk_for: Desks) -> None:
    desk = desk_for("CR")
    for line in ("invoice FE-1 100.00", "void-bill FE-1", "rebill FE-1 20.00 USD of c2"):
        desk.do(line)

    report = listed(desk, "100.00")

    assert [spoken(row.message) for row in report.kept] == [
        "Facturada de nuevo aquí el 2026-03-02 por contadora: 20.00 USD."
    ]
    assert desk.balances() == {("receivable", "USD"): 2_000, ("billed", "USD"): -2_000}


def total_after(desk: Desk, *totals: str, balances: bool) -> int:
    """What is billed of an invoice of 100.00 that was billed anew for 120.00, after files that list it."""
    desk.do("invoice FE-1 50.00")
    listed(desk, "100.00", "100.00" if balances else "")
    for line in ("void-bill FE-1", "rebill FE-1 120.00"):
        desk.do(line)
    for total in totals:
        listed(desk, total, total if balances else "")
    return desk._payable("FE-1").total


@pytest.mark.parametrize(
    ("files", "total"),
    [
        (("120.00",), 12_000),  # it knows what was billed anew
        (("100.00",), 12_000),  # it still lists what it was
        (("100.00", "120.00", "120.00"), 12_000),
        (("150.00",), 15_000),
        (("120.00", "90.00"), 9_000),
    ],
)
@pytest.mark.parametrize("balances", [False, True])
def test_a_file_says_what_a_bill_is_that_was_billed_anew_and_not_by_how_much_it_changed(
    desk_for: Desks, files: tuple[str, ...], total: int, balances: bool
) -> None:
    desk = desk_for("CR")

    assert total_after(desk, *files, balances=balances) == total
    assert desk.balances() == {("receivable", "CRC"): total, ("billed", "CRC"): -total}


def test_control_what_files_stated_before_it_was_billed_anew_counts_twice(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(void_bill_module, "_unstated", lambda _tx, before: before)

    assert total_after(desk_for("CR"), "120.00", balances=False) != 12_000


def test_what_it_was_is_kept_with_who_when_and_why(desk_for: Desks) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    bill = void(desk)
    anew = run(rebill(desk.hub, desk.merchant, "FE-1", total=desk.money("80.00"), by="contadora", reason="era menos"))

    assert bill.voided is not None
    assert (bill.total, bill.due, bill.voided.total) == (0, 0, desk.money("100.00"))
    assert (bill.voided.by, bill.voided.reason, bill.voided.at) == ("duena@x.cr", "se hizo dos veces", desk.clock.now)
    assert anew.voided == attrs.evolve(bill.voided, rebilled_at=desk.clock.now, rebilled_by="contadora")
    notes = [
        entry.note for entry in desk.read(lambda tx: tx.ledger.keyed(desk.merchant.id, bill.mode, f"bill:{bill.id}"))
    ]
    assert notes == ["", "duena@x.cr: se hizo dos veces", "contadora: era menos"]


def test_a_bill_that_changed_since_somebody_looked_is_not_voided(desk_for: Desks) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    looked = desk._payable("FE-1").revision
    desk.do("invoice FE-1 120.00")

    with pytest.raises(Invalid, match="changed_meanwhile"):
        void(desk, drawn_at=looked)

    assert void(desk, drawn_at=desk._payable("FE-1").revision).is_voided


def test_control_files_that_do_not_ask_what_a_person_decided_bill_it_again(
    desk_for: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_for("CR")
    desk.do("invoice FE-1 100.00")
    void(desk)
    monkeypatch.setattr(save_invoices, "_decided", lambda *_asked: None)

    with pytest.raises(Exception, match="voided_is_nothing"):
        listed(desk, "250.00")
