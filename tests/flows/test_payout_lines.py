"""Each state of a payout line has a door: stated anew, taken up again, without a payment, in reserve, in transit."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.domain import money_entries
from hub.domain.files import settlement_file
from hub.domain.files.amounts import AmountColumns
from hub.domain.files.settlement_file import LineFile
from hub.domain.identity import Invalid
from hub.domain.settlement import Difference, LineKind, LineState
from hub.flows.settlements import match_lines, reconcile
from hub.flows.settlements.reconcile import fetch_settlement, import_settlement
from hub.flows.settlements.reconciliation import Reconciliation
from hub_hookspecs import Money, SettlementLine
from tests.bookkeeping.desk import Desk, Reporting, make_origin, run
from tests.spoken import refused, spoken

Row = dict[str, str]


@pytest.fixture(scope="session")
def empty_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_origin(tmp_path_factory.mktemp("lines") / "empty")


def opened(empty: Path, folder: Path, country: str) -> Desk:
    shutil.copytree(empty, folder)
    return Desk.open(folder, country)


@pytest.fixture
def desk(empty_hub: Path, tmp_path: Path) -> Iterator[Desk]:
    """A payment of 100,000.00 that is known to be paid."""
    found = opened(empty_hub, tmp_path / "desk", "CR")
    for event in ("invoice FE-A 100000.00", "pays A FE-A 100000.00", "paid A"):
        found.do(event)
    yield found
    found.close()


@pytest.fixture
def desk_in_colombia(empty_hub: Path, tmp_path: Path) -> Iterator[Desk]:
    """The same, with a provider whose report states no fees."""
    found = opened(empty_hub, tmp_path / "desk", "CO")
    for event in ("invoice FE-A 100000.00", "pays A FE-A 100000.00", "paid A"):
        found.do(event)
    yield found
    found.close()


def line(gross: str = "100000.00", **more: str) -> Row:
    return {"line_id": "L1", "reference": "REFA", "gross": gross, **more}


def imported(desk: Desk, text: str) -> Reconciliation:
    return run(import_settlement(desk.hub, desk.account, text.encode(), name="pagos.csv", decimal="."))


def broken(desk: Desk) -> tuple[str, ...]:
    return desk.read(lambda tx: tx.ledger.verify())


# ---- stated anew, taken up again


def restated(desk: Desk) -> None:
    assert desk.import_lines(line("99000.00")).differences[0].cause is Difference.AMOUNT

    report = desk.import_lines(line(fee="3000.00"))

    assert (report.booked, report.differences, desk.causes()) == (1, (), [])
    (before,) = desk.read(lambda tx: tx.settlements.said_before("acct", "L1"))
    assert (before.line.gross, before.state) == (Money(9_900_000, "CRC"), LineState.OPEN)
    assert desk.import_lines(line(fee="3000.00")).known == 1


def test_an_open_line_is_replaced_by_a_corrected_file_and_what_it_said_is_kept(desk: Desk) -> None:
    restated(desk)
    assert broken(desk) == ()


def test_control_an_open_line_that_is_kept_as_it_came_is_never_booked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_lines, "is_said_again", lambda _stored, _told: True)

    with pytest.raises(AssertionError):
        restated(desk)


def test_a_line_that_is_restated_wrongly_again_is_asked_about_again(desk: Desk) -> None:
    desk.import_lines(line("99000.00"))
    report = desk.import_lines(line("98000.00"))

    assert [(found.cause, found.new) for found in report.differences] == [(Difference.AMOUNT, True)]
    assert desk.causes() == ["settlement_amount"]


def test_a_booked_line_is_not_replaced_and_a_withdrawn_one_comes_back_only_corrected(desk: Desk) -> None:
    desk.import_lines(line(fee="3000.00"))
    assert desk.import_lines(line(fee="2000.00")).differences[0].cause is Difference.CHANGED
    desk.do("withdraw L1")
    assert desk.import_lines(line(fee="3000.00")).known == 1
    assert desk.balances()["provider_clearing", "CRC"] == 10_000_000

    assert desk.import_lines(line(fee="2000.00")).booked == 1

    assert (desk.causes(), broken(desk)) == ([], ())
    assert desk.balances()["fees", "CRC"] == 200_000


def test_a_person_takes_up_a_withdrawn_line(desk: Desk) -> None:
    desk.import_lines(line())
    with refused(Invalid, match="no está retirada"):
        desk.do("reopen L1")
    desk.do("withdraw L1")
    desk.do("reopen L1")

    assert desk.import_lines({**line(), "line_id": "L2", "reference": "OTHER"}).booked == 1  # it is tried again

    assert desk.read(lambda tx: tx.settlements.get("acct", "L1")).named == "L1:1"
    assert broken(desk) == ()


def test_a_line_called_like_anothers_second_booking_is_booked_all_the_same(desk: Desk) -> None:
    desk.import_lines(line())
    desk.do("withdraw L1")
    desk.import_lines(line(fee="1.00"))
    for event in ("invoice FE-B 50000.00", "pays B FE-B 50000.00", "paid B"):
        desk.do(event)

    assert desk.import_lines({"line_id": "L1:1", "reference": "REFB", "gross": "50000.00"}).booked == 1

    assert broken(desk) == ()


def test_control_a_line_that_is_booked_under_a_key_of_before_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_lines, "free_name", lambda _tx, stored: stored.line.line_id)

    for event in ("settled L1 A 100000.00", "withdraw L1", "reopen L1"):
        desk.do(event)

    with pytest.raises(AssertionError, match="clearing"):
        desk.do("settled L1 A 100000.00")


# ---- without a payment


def test_a_charge_is_booked_to_the_account_when_its_file_declares_it(desk: Desk) -> None:
    row = {"line_id": "M1", "gross": "0.00", "fee": "10000.00", "fee_tax": "1300.00", "kind": "charge"}

    assert (desk.import_lines(row).booked, desk.import_lines(row).known) == (1, 1)

    entries = desk.read(lambda tx: tx.ledger.entries(desk.merchant.id, desk.account.mode))[-3:]
    assert [(entry.key, entry.payment_id) for entry in entries] == [
        ("settle:acct:M1", None),
        ("fee:acct:M1", None),
        ("feetax:acct:M1", None),
    ]
    desk.do("withdraw M1")
    assert ("fees", "CRC") not in desk.balances()
    assert broken(desk) == ()


def test_a_person_says_that_a_line_is_a_charge_and_not_of_a_payment_that_is_here(desk: Desk) -> None:
    desk.import_lines({"line_id": "K1", "reference": "X", "gross": "0.00", "fee": "500.00"})
    desk.import_lines(line("99000.00"))
    assert desk.causes() == ["settlement_amount", "settlement_unknown"]

    desk.do("charge K1")
    for wrong in ("charge L1", "charge K1", "charge K1 release"):
        desk.do(f"refused {wrong}")

    assert desk.causes() == ["settlement_amount"]
    assert desk.read(lambda tx: tx.settlements.get("acct", "K1")).kind is LineKind.CHARGE
    assert broken(desk) == ()


def charged_in_gross(desk: Desk) -> None:
    desk.do("charged M1 -5000.00")
    assert desk.balances()["fees", "CRC"] == 500_000


def test_what_a_charge_states_as_gross_is_a_fee(desk: Desk) -> None:
    charged_in_gross(desk)
    assert broken(desk) == ()


def test_control_a_charge_that_is_booked_like_a_payout_leaves_the_clearing_account_wrong(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = money_entries.settlement
    monkeypatch.setattr(
        money_entries, "settlement", lambda *row, **more: whole(*row, **{**more, "kind": LineKind.PAYMENT})
    )

    with pytest.raises(AssertionError, match="clearing"):
        charged_in_gross(desk)


# ---- kept in reserve


def kept_and_released(desk: Desk) -> None:
    desk.import_lines(line(fee="3000.00", reserve="10000.00"))
    assert desk.balances()["provider_reserve", "CRC"] == 1_000_000
    desk.do("charged R1 0.00 reserve -10000.00 as release")
    with refused(Invalid, match="ya se liberó"):
        desk.do("withdraw L1")
    assert ("provider_reserve", "CRC") not in desk.balances()
    desk.do("charged R2 0.00 reserve -0.01 as release")
    assert desk.causes() == ["settlement_reserve"]


def test_a_reserve_is_an_asset_until_it_is_released_and_never_below_zero(desk: Desk) -> None:
    kept_and_released(desk)
    assert desk.reports[-1].reserved == {}
    assert broken(desk) == ()


def test_control_a_reserve_that_nobody_counts_is_released_beyond_what_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_lines, "is_reserve_there", lambda _tx, _stored: True)

    with pytest.raises(AssertionError):
        kept_and_released(desk)
    assert any(problem.startswith("L10: provider_reserve") for problem in broken(desk))


# ---- to the last minor unit; zero is an amount; one bad line


def off_by_one(desk: Desk) -> None:
    for gross in ("99999.99", "100000.01"):
        report = desk.import_lines({**line(gross), "line_id": f"L-{gross}"})
        assert [found.cause for found in report.differences] == [Difference.AMOUNT]
    bad = imported(desk, "line_id,reference,gross,fee,net\nL9,REFA,100000.00,3000.00,97000.01\n")
    assert len(bad.set_aside) == 1
    assert desk.causes() == ["settlement_amount"] * 2


def test_a_difference_of_one_minor_unit_is_a_difference(desk: Desk) -> None:
    off_by_one(desk)


def test_control_a_comparison_that_forgives_one_minor_unit_is_found(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_lines, "_fits", lambda item, gross: abs(item.minor - gross.minor) <= 1)

    with pytest.raises(AssertionError):
        off_by_one(desk)


def net_of_zero(desk: Desk) -> None:
    report = imported(desk, "line_id,reference,gross,fee,net\nL1,REFA,100000.00,1000.00,0.00\n")
    assert [spoken(error.message) for error in report.set_aside] == [
        "línea L1: bruto menos comisión, impuesto y retenciones no da el neto"
    ]
    assert imported(desk, "line_id,reference,gross,fee,net\nL1,REFA,100000.00,100000.00,0.00\n").booked == 1
    assert ("bank", "CRC") not in desk.balances()


def test_a_net_of_zero_is_what_the_file_states(desk: Desk) -> None:
    net_of_zero(desk)


def test_control_a_net_of_zero_that_counts_as_none_books_what_nobody_stated(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = AmountColumns.read
    monkeypatch.setattr(AmountColumns, "read", lambda *cell: exact(*cell) or None)

    with pytest.raises(AssertionError):
        net_of_zero(desk)


FILE = """line_id,reference,gross,fee,net,settled_on,currency,kind
L1,REFA,100000.00,,,2026-03-02,CRC,
L2,REFA,12.3.4,,,,CRC,
L3,,5.00,,,,CRC,
L4,REFA,5.00,1.00,4.50,,CRC,
L5,REFA,5.00,,,03/32/2026,CRC,
L6,6.12E+15,5.00,,,,CRC,
L7,REFA,5.00,,,,XXX,
L8,REFA,5.00,,,,CRC,gift
L9,REFA,5.00,,,,CRC,,more
M1,,7.00,,,,CRC,charge
"""


def set_aside(desk: Desk) -> None:
    report = imported(desk, FILE)

    assert (report.booked, report.faults, report.differences, report.in_order) == (1, (), (), False)
    assert sorted({error.line for error in report.set_aside}) == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert [stored.line.line_id for stored in desk.read(lambda tx: tx.settlements.of("acct"))] == ["L1"]


def test_a_bad_line_is_set_aside_and_its_neighbours_are_taken(desk: Desk) -> None:
    set_aside(desk)


def test_control_a_file_that_is_refused_whole_books_none_of_its_good_lines(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def whole(*file: Any, **more: Any) -> LineFile:
        read = settlement_file.parse_lines(*file, **more)
        return LineFile(errors=read.set_aside) if read.set_aside else read

    monkeypatch.setattr(reconcile, "parse_lines", whole)

    with pytest.raises(AssertionError):
        set_aside(desk)


def test_a_bad_line_of_a_report_that_nobody_imported_is_asked_about(desk_in_colombia: Desk) -> None:
    desk, money = desk_in_colombia, Money.parse("100000.00", "COP")
    good = SettlementLine(line_id="S1", reference="REFA", gross=money, net=money)
    desk.hub.exchanger = Reporting((good, attrs.evolve(good, line_id="S2", net=Money(1, "COP"))))
    day = desk.clock.now.date()

    report = asyncio.run(fetch_settlement(desk.hub, desk.account, day, day))

    assert (report.booked, len(report.set_aside)) == (1, 1)
    assert desk.causes() == ["settlement_unreadable"]


# ---- in transit


def recorded(desk: Desk) -> None:
    desk.do("reported S1 A 100000.00")
    assert desk.balances() == {("in_transit", "COP"): 10_000_000, ("billed", "COP"): -10_000_000}
    desk.do("payout B-1 95000.00 fee 4000.00 fee-tax 760.00")
    assert desk.reports[-1].in_transit == {"COP": 10_000_000}
    with pytest.raises(Invalid):
        desk.do("payout B-2 240.01")
    desk.do("payout B-2 240.00")
    assert ("in_transit", "COP") not in desk.balances()


def test_a_report_without_fees_reaches_the_bank_when_a_person_says_what_did(desk_in_colombia: Desk) -> None:
    recorded(desk_in_colombia)
    assert broken(desk_in_colombia) == ()


def test_control_a_report_without_fees_that_is_believed_overstates_the_bank(
    desk_in_colombia: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = money_entries.settlement
    monkeypatch.setattr(money_entries, "settlement", lambda *row, **more: whole(*row, **{**more, "in_transit": False}))

    with pytest.raises(AssertionError, match="bank"):
        recorded(desk_in_colombia)
    assert any(problem.startswith("L10: in_transit") for problem in broken(desk_in_colombia))


@pytest.mark.parametrize(
    "payout", ["B-1 0.00", "B-1 1.00 fee -0.01", "B-1 1.00 on 2026-03-03", f"{'B' * 65} 1.00", "B-1 100000.01"]
)
def test_a_payout_that_cannot_be_is_refused(desk_in_colombia: Desk, payout: str) -> None:
    desk_in_colombia.do("reported S1 A 100000.00")
    before = desk_in_colombia.balances()

    desk_in_colombia.do(f"refused payout {payout}")

    assert desk_in_colombia.balances() == before
