"""What a provider tells beside the amount is shown to the merchant, told to nobody else, and booked nowhere."""

from __future__ import annotations

import asyncio
import csv
import io
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import structlog

import hub.flows.payments.record_observations
import hub.web
from hub.bootstrap import DATABASE
from hub.domain import money_entries
from hub.domain.export import csv_of, rendered
from hub.domain.observation import dedupe_key
from hub.domain.payment import Payment, Status
from hub.domain.text import Text
from hub.flows.payments.view_payment import view_payment
from hub.flows.settlements.reconcile import import_settlement
from hub.flows.views.export_line import COLUMNS
from hub.flows.views.export_payments import export_payments
from hub.storage.audit import export_audit
from hub_hookspecs import Kind, Mode, Money, Observation, Sender
from tests.faults.harness import Debtor, Desk, broken

VOUCHED = frozenset({"reference", "movement", "amount"})
WHO = Sender(name="Rosa Vargas Quesada", document="3-0456-0123", email="rosa@correo.example", phone="8765-4321",
             account="Banco Nacional ****1234")  # fmt: skip
PERSONAL = ("Rosa Vargas", "3-0456-0123", "rosa@correo.example", "8765-4321", "****1234")


def paid_by_somebody(desk: Desk, **said: Any) -> tuple[Debtor, Payment]:
    debtor = desk.debtor("CR", 1_500_000)
    payment = desk.sent(debtor)
    told = {
        "sender": WHO,
        "settled_amount": Money(2_900, "USD"),
        "settled_rate": "517.24",
        "fee": Money(45_000, "CRC"),
        **said,
    }
    news = Observation(kind=Kind.PAID, movement="M1", amount=Money(1_500_000, "CRC"), vouched=VOUCHED, **told)
    return debtor, desk.tell(payment, news)


def view(desk: Desk, payment: Payment) -> Any:
    return asyncio.run(view_payment(desk.hub, payment.id))


def test_the_merchant_sees_who_sent_it_what_it_settles_as_and_the_fee(desk: Desk) -> None:
    _debtor, payment = paid_by_somebody(desk)
    told = view(desk, payment).told

    assert told.sent_by == (WHO.name, WHO.document, WHO.email, WHO.phone, WHO.account)
    assert (told.settled, told.rate, told.fee) == (Money(2_900, "USD"), "517.24", Money(45_000, "CRC"))


def test_whichever_channel_says_it_it_is_there_once(desk: Desk) -> None:
    debtor = desk.debtor("CR", 1_500_000)
    payment = desk.sent(debtor)
    bare = Observation(kind=Kind.PAID, movement="M1", amount=Money(1_500_000, "CRC"), vouched=VOUCHED)
    desk.tell(payment, bare, attrs.evolve(bare, sender=WHO, vouched=VOUCHED | {"authorisation"}, authorisation="7"))

    assert view(desk, payment).told.sender == WHO
    assert broken(desk) == []


def test_nothing_of_it_is_booked(desk: Desk) -> None:
    debtor, payment = paid_by_somebody(desk)

    assert payment.status is Status.PAID
    assert payment.flags == frozenset()
    assert desk.due(debtor.payables[0]) == 0
    assert (desk.balance("CR", "fees"), desk.balance("CR", "provider_clearing", "USD")) == (0, 0)
    assert desk.balance("CR", "provider_clearing") == 1_500_000
    assert broken(desk) == []


def test_a_fee_that_was_told_is_booked_once_as_its_line_says_it(desk: Desk) -> None:
    _debtor, payment = paid_by_somebody(desk)
    lines = (
        "line_id;reference;gross;fee;net;currency;settled_on\n"
        f"L1;{payment.reference};15000.00;400.00;14600.00;CRC;2026-11-24\n"
    )
    for _ in range(2):
        report = asyncio.run(
            import_settlement(desk.hub, desk.accounts["CR"], lines.encode(), name="nov.csv", decimal=".")
        )
        assert report.faults == ()
    assert desk.balance("CR", "fees") == 40_000
    assert desk.balance("CR", "provider_clearing") == 0
    assert broken(desk) == []


def test_control_a_fee_booked_when_it_is_told_too_is_found(desk: Desk, plant: Any) -> None:
    """Whoever books what was told has a fee of no line, and a clearing account that does not come out even."""
    right = hub.flows.payments.record_observations.book_money

    def book_both(tx: Any, payment: Any, seen: Any, when: Any) -> Any:
        booked = right(tx, payment, seen, when)
        for item in seen:
            if item.observation.fee:
                fee = money_entries.payout(
                    account_id=payment.account_id, merchant_id=payment.merchant_id, mode=payment.mode, named=item.key,
                    arrived=Money(1, "CRC"), fee=item.observation.fee.minor, fee_tax=0, at=when.now, note="told",
                    on=when.now.date(),
                )  # fmt: skip
                tx.ledger.write(fee)
        return booked

    plant(hub.flows.payments.record_observations, "book_money", book_both)
    paid_by_somebody(desk)

    assert desk.balance("CR", "fees") == 45_000


def test_the_export_has_it_in_columns_of_its_own(desk: Desk) -> None:
    paid_by_somebody(desk)
    merchant, day = desk.companies["CR"], desk.clock.now.date()
    found = asyncio.run(export_payments(desk.hub, merchant, day.replace(day=1), None))
    heads = [column.id for column in COLUMNS]
    content = csv_of(heads, rendered(found.rows, lambda text: text.id)).decode("utf-8-sig")
    row = next(iter(csv.DictReader(io.StringIO(content), delimiter=";")))

    assert row["export.sender"].startswith("Rosa Vargas Quesada | 3-0456-0123")
    assert (row["export.told_fee"], row["export.settled"], row["export.rate"]) == ("450,00", "USD 29,00", "517,24")
    assert (row["export.fee"], row["export.net"]) == ("", "")


def test_the_audit_export_the_log_and_the_key_know_nobody(desk: Desk, tmp_path: Any) -> None:
    with structlog.testing.capture_logs() as logged:
        _debtor, payment = paid_by_somebody(desk, learned={"phone": WHO.phone})
    merchant = desk.companies["CR"]
    desk.read(lambda tx: export_audit(tx, tmp_path / "audit.db", merchant_id=merchant.id, mode=Mode.TEST))
    with closing(sqlite3.connect(tmp_path / "audit.db")) as connection:
        audit = "\n".join(connection.iterdump())

    assert payment.reference in audit
    for text in PERSONAL:
        assert text not in audit
        assert text not in str(logged)
    with closing(sqlite3.connect(desk.data / DATABASE)) as connection:  # here it is
        assert WHO.name in "\n".join(connection.iterdump())
    vouched = Observation(kind=Kind.PAID, movement="M1", sender=WHO, vouched=frozenset({"movement", "sender"}))
    assert dedupe_key("a", "p", vouched) == dedupe_key("a", "p", attrs.evolve(vouched, sender=None))


def test_a_payer_reads_nothing_of_whoever_sent_the_money() -> None:
    page = (Path(hub.web.__file__).parent / "templates" / "portal" / "payment.html").read_text(encoding="utf-8")
    assert "told" not in page


def test_the_mail_to_the_merchant_names_the_sender(desk: Desk) -> None:
    from hub.documents.mails.payment_received import transaction_of

    _debtor, payment = paid_by_somebody(desk)

    def read(tx: Any) -> Any:
        from hub.flows.payments.view_payment import view_of

        return transaction_of(tx, desk.hub, view_of(tx, desk.hub, payment, desk.clock.now), desk.clock.now)

    told = desk.read(read)
    assert told.sender.startswith("Rosa Vargas Quesada · 3-0456-0123")
    assert (told.fee, told.settled, told.rate) == (Money(45_000, "CRC"), Money(2_900, "USD"), "517.24")
    assert isinstance(told.status, Text)
