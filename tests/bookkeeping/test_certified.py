"""Certificates are records of their own; what is booked with one is kept on it, and months say what was withheld."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

import hub.storage.sealing as sealing
from hub.domain.identity import Invalid
from hub.domain.withholding_certificate import Every, Period, compared
from hub.flows.corrections.withholding_certificates import WantedCertificate, record_certificate, void_certificate
from hub_hookspecs import Mode, Money
from tests.bookkeeping.desk import Desk, run

PAID = (
    "invoice FV-1 100000.00",
    "pays A FV-1 97500.00 withheld FV-1 retefuente 2500.00",
    "paid A",
)


@pytest.fixture
def desk(desk_for: Callable[[str], Desk]) -> Desk:
    return desk_for("CO")


def play(desk: Desk, *lines: str) -> None:
    for line in lines:
        desk.do(line)
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def months(desk: Desk) -> dict[tuple[str, str], int]:
    """What the first customer withheld, by month and tax; minor units."""
    found = desk.read(lambda tx: tx.withholding_certificates.months_of(desk.merchant.id, Mode.TEST, ["c1"]))
    return {(f"{row.month:%Y-%m}", row.tax): row.amount.minor for row in found}


def papers(desk: Desk) -> list[tuple[str, str, int, int]]:
    found = desk.read(lambda tx: tx.withholding_certificates.of_customers(["c1"], Mode.TEST))
    return sorted((paper.number, paper.tax, paper.amount.minor, paper.booked) for paper in found)


def wanted(**changes: object) -> WantedCertificate:
    known: dict[str, object] = {
        "customer_id": "c1",
        "tax": "retefuente",
        "number": "rf-2026 01",
        "period": Period.of(date(2026, 3, 1), Every.YEAR),
        "issued_on": date(2026, 3, 1),
        "amount": Money(250_000, "COP"),
        "by": "contadora",
    }
    return WantedCertificate(**{**known, **changes})  # type: ignore[arg-type]


def test_what_is_withheld_counts_in_its_month_and_goes_with_its_money(desk: Desk) -> None:
    play(desk, *PAID)
    assert months(desk) == {("2026-03", "retefuente"): 250_000}
    play(desk, "returned A")
    assert months(desk) == {("2026-03", "retefuente"): 0}


def test_a_certificate_over_many_receipts_books_nothing_and_proves_them(desk: Desk) -> None:
    play(desk, *PAID)
    before = desk.balances()
    run(record_certificate(desk.hub, desk.merchant, wanted()))

    assert desk.balances() == before
    assert papers(desk) == [("RF-2026 01", "retefuente", 250_000, 0)]
    rows = compared(
        desk.read(lambda tx: tx.withholding_certificates.months_of(desk.merchant.id, Mode.TEST, ["c1"])),
        desk.read(lambda tx: tx.withholding_certificates.of_customers(["c1"], Mode.TEST)),
        {},
    )
    assert [row.missing.minor for row in rows] == [0]


def test_a_certificate_that_comes_after_a_receipt_is_kept_with_what_was_booked_by_it(desk: Desk) -> None:
    play(desk, "invoice FV-1 100000.00", "invoice FV-2 1000.00")
    play(desk, "certificate CT-1 withheld FV-1 retefuente 2500.00 withheld FV-1 reteica 900.00")
    assert papers(desk) == [("CT-1", "retefuente", 250_000, 250_000), ("CT-1", "reteica", 90_000, 90_000)]

    play(desk, "certificate CT-1 withheld FV-1 retefuente 2500.00", "certificate ct-1 withheld FV-2 retefuente 25.00")
    assert papers(desk)[0] == ("CT-1", "retefuente", 252_500, 252_500), "each row of it once"


def test_what_is_booked_with_a_known_certificate_is_a_part_of_it_until_it_is_more(desk: Desk) -> None:
    play(desk, *PAID, "invoice FV-2 10000.00")
    run(record_certificate(desk.hub, desk.merchant, wanted(number="CT-1", amount=Money(255_000, "COP"))))
    play(desk, "certificate CT-1 withheld FV-2 retefuente 50.00")
    assert papers(desk) == [("CT-1", "retefuente", 255_000, 5_000)]


def test_a_number_counts_once_until_it_is_void(desk: Desk) -> None:
    play(desk, *PAID)
    paper = run(record_certificate(desk.hub, desk.merchant, wanted()))
    with pytest.raises(Invalid) as refused:
        run(record_certificate(desk.hub, desk.merchant, wanted(number="RF-2026  01")))
    assert [problem.message.id for problem in refused.value.problems] == ["certificate.known"]
    run(void_certificate(desk.hub, desk.merchant, paper.id, reason="era de otro", by="contadora"))
    run(record_certificate(desk.hub, desk.merchant, wanted()))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tax": "renta"}, "tax"),
        ({"number": "¿?"}, "number"),
        ({"issued_on": date(2027, 1, 1)}, "issued_on"),
        ({"amount": Money(0, "COP")}, "amount"),
        ({"period": Period(date(2026, 5, 1), date(2026, 4, 30))}, "period_to"),
    ],
)
def test_what_no_certificate_can_say_is_named(desk: Desk, changes: dict[str, object], field: str) -> None:
    play(desk, *PAID)
    with pytest.raises(Invalid) as refused:
        run(record_certificate(desk.hub, desk.merchant, wanted(**changes)))
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_certificate_of_nobodys_customer_is_not_kept(desk: Desk) -> None:
    with pytest.raises(LookupError):
        run(record_certificate(desk.hub, desk.merchant, wanted(customer_id="nadie")))


def test_control_a_writer_that_forgets_the_months_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "count_withheld", lambda _tx, _entries: None)
    for line in PAID:
        desk.do(line)

    assert any("the months say 0" in problem for problem in desk.read(lambda tx: tx.ledger.verify()))
