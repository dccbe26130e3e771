"""What the database itself refuses, whoever asks: every trigger and CHECK, tried with plain SQL."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from hub.domain import billing
from hub.domain.receipt import CashReceipt, Means
from hub.storage import SqliteStore, open_store
from hub.storage.connection import connect
from hub.storage.guards import Trigger
from hub.storage.schema import COUNTERS
from hub.storage.triggers import TRIGGERS
from hub_hookspecs import Mode, Money
from tests.storage.conftest import World

Refusal = Callable[[str], str]


def fill(store: SqliteStore, world: World) -> None:
    """t1 has paid p1 and some more; t2 is on its way with p2; t3 is created with p3."""

    def write(tx: Any) -> None:
        world.pay(tx, world.start(tx, world.payment("t1", "p1")), amount=12_000)
        world.start(tx, world.payment("t2", "p2"))
        world.bill(tx, world.payable("p3"))
        world.bill(tx, world.payable("p4"))
        world.bill(tx, world.payable("usd", currency="USD"))
        tx.payments.add(world.payment("t3", "p3"))
        tx.merchants.add(world.merchant("m2"))
        tx.customers.save(world.customer("c2", merchant_id="m2"))
        tx.receipts.next_number("m1", Mode.TEST, "RC")
        tx.receipts.add(
            CashReceipt(
                id="r1",
                merchant_id="m1",
                mode=Mode.TEST,
                series="RC",
                number=1,
                customer_id="c1",
                payment_id=None,
                received_on=world.now.date(),
                issued_at=world.now,
                issued_by="Dora",
                means=Means.CASH,
                cash=Money(1, "CRC"),
                advance=Money(1, "CRC"),
                lines=(),
                words="",
                clause="account",
                concept="",
            )
        )

    store.write_now(lambda tx: world.furnish(tx, "p1", "p2"))
    store.write_now(write)


@pytest.fixture(scope="module")
def filled(empty: Path, world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("guards") / "filled.db"
    path.write_bytes(empty.read_bytes())
    store = open_store(path)
    fill(store, world)
    store.close_now()
    return path


def attempt_on(path: Path) -> Iterator[Refusal]:
    """ask(sql): what the database says to these statements, or ``done``."""
    connection = connect(path)

    def ask(sql: str) -> str:
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in sql.split(";"):
                connection.execute(statement)
            connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            return str(error)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return "done"

    yield ask
    connection.close()


@pytest.fixture(scope="module")
def refusal(filled: Path) -> Iterator[Refusal]:
    """Attempts that are refused: nothing of them stays, so they share a database."""
    yield from attempt_on(filled)


@pytest.fixture
def copy(filled: Path, path: Path) -> Path:
    path.write_bytes(filled.read_bytes())
    return path


@pytest.fixture
def attempt(copy: Path) -> Iterator[Refusal]:
    """Attempts that may succeed, on a database of their own."""
    yield from attempt_on(copy)


def a_line(payment: str, payable: str, amount: int = 10_000, live: int = 1, credit: int = 0) -> str:
    return f"INSERT INTO payment_line VALUES ('{payment}', 7, '{payable}', 'F', {amount}, {live}, 0, '[]', {credit}, 0)"


def a_row(table: str, **values: Any) -> str:
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(map(repr, values.values()))})"


def a_payment(**changes: Any) -> str:
    values = {
        "id": "t9",
        "merchant": "m1",
        "mode": "test",
        "account": "a1",
        "provider": "g",
        "way": "w",
        "channel": "statement",
        "customer": "c1",
        "payer": "{}",
        "payer_email": "",
        "reference": "R9",
        "currency": "CRC",
        "amount": 1,
        "phase": "created",
        "status": "created",
        "live": 1,
        "reason": "",
        "flags": "[]",
        "memory": "{}",
        "return_token": "",
        "locale": "es",
        "owner": "",
        "checks": 0,
        "warned": 0,
        "created_at": 1,
        **changes,
    }
    return a_row("payment", **values)


def an_operation(**changes: Any) -> str:
    values = {
        "id": "o9",
        "payment": "t1",
        "account": "a1",
        "merchant": "m1",
        "mode": "test",
        "kind": "refund",
        "reference": "O9",
        "phase": "created",
        "status": "created",
        "live": 1,
        "currency": "CRC",
        "amount": 1,
        "reason": "",
        "decided_by": "rule",
        "note": "",
        "owner": "",
        "checks": 0,
        "created_at": 1,
        **changes,
    }
    return a_row("operation", **values)


SEND_IT = "UPDATE operation SET phase = 'sending' WHERE id = 'o9'"
HELD = (
    "INSERT INTO observation (id, seq, payment, account, merchant, mode, source, kind, amount, currency, vouched,"
    " seen_at, note, digest, operation, besides)"
    " VALUES ('h9', 99, 't3', 'a1', 'm1', 'test', 'query', 'authorised', 500, 'CRC', '[]', 1, '', '', '', '[]');"
    " UPDATE payment SET status = 'pending' WHERE id = 't3'"
)
CLOSE_IT = "UPDATE operation SET status = 'closed', live = 0 WHERE id = 'o9'"


def a_decision(**changes: Any) -> str:
    values = {
        "id": "d9",
        "merchant": "m1",
        "mode": "test",
        "kind": "refund",
        "subject": "t1",
        "content": "{}",
        "by": "Ana",
        "why": "x",
        "evidence": "",
        "evidence_name": "",
        "evidence_digest": "",
        "via": "cli",
        "proposed_at": 1,
        "seconded_by": "",
        "superseded": 0,
        **changes,
    }
    return a_row("decision", **values)


def a_dispute(**changes: Any) -> str:
    values = {
        "id": "x9",
        "merchant": "m1",
        "mode": "test",
        "payment": "t1",
        "case_id": "K1",
        "taken_as": "",
        "currency": "CRC",
        "amount": 5,
        "stage": "chargeback",
        "reason": "",
        "opened_at": 1,
        "ended_by": "",
        **changes,
    }
    return a_row("dispute", **values)


A_REPORT = "; ".join(
    (
        a_row(
            "review",
            id="r9",
            merchant="m1",
            mode="test",
            cause="payment_reported",
            subject="c1:r9",
            details="",
            opened_at=1,
            resolution="",
            resolved_by="",
        ),
        a_row(
            "reported_payment",
            review="r9",
            merchant="m1",
            mode="test",
            customer="c1",
            currency="CRC",
            amount=5,
            paid_on="2026-11-20",
            means="",
            bank_reference="",
            payables="[]",
        ),
    )
)


def a_rate(**changes: Any) -> str:
    values = {
        "id": "w9",
        "merchant": "m1",
        "tax": "retefuente",
        "concept": "Servicios",
        "folded_concept": "servicios",
        "parts": 40_000,
        "unit": "percent",
        "currency": "CRC",
        "minimum_base": 0,
        "valid_from": "2026-01-01",
        "added_by": "Dora",
        "added_at": 1,
        "closed_by": "",
        **changes,
    }
    return a_row("withholding_rate", **values)


def a_certificate(**changes: Any) -> str:
    values = {
        "id": "k9",
        "merchant": "m1",
        "mode": "test",
        "customer": "c1",
        "tax": "retefuente",
        "number": "C-1",
        "period_from": "2026-01-01",
        "period_to": "2026-12-31",
        "issued_on": "2026-03-01",
        "currency": "CRC",
        "amount": 5,
        "file": "",
        "file_name": "",
        "file_kind": "",
        "file_sha256": "",
        "recorded_by": "Dora",
        "recorded_at": 1,
        "void_reason": "",
        "voided_by": "",
        **changes,
    }
    return a_row("withholding_certificate", **values)


def a_disbursement(**changes: Any) -> str:
    values = {
        "id": "d9",
        "merchant": "m1",
        "mode": "test",
        "series": "CE",
        "number": 1,
        "customer": "c1",
        "paid_on": "2026-03-02",
        "means": "cash",
        "reference": "",
        "currency": "CRC",
        "amount": 5,
        "words": "",
        "why": "w",
        "issued_at": 1,
        "issued_by": "Ana",
        "issuer": "{}",
        "paid_to": "{}",
        "void_reason": "",
        "voided_by": "",
        **changes,
    }
    return a_row("disbursement", **values)


def a_conversion(**changes: Any) -> str:
    values = {
        "id": "v9",
        "form": "f9",
        "merchant": "m1",
        "mode": "test",
        "customer": "c1",
        "account": "",
        "came_currency": "CRC",
        "came": 500,
        "settles_currency": "USD",
        "settles": 1,
        "base": "USD",
        "quote": "CRC",
        "rate": "500",
        "source": "BCCR",
        "rate_on": "2026-03-02",
        "means": "cash",
        "value_on": "2026-03-02",
        "by": "Ana",
        "why": "w",
        "at": 1,
        "void_reason": "",
        "voided_by": "",
        **changes,
    }
    return a_row("conversion", **values)


WON = "UPDATE dispute SET outcome = 'won', ended_at = 2"


def a_close(name: str, month: str, hash: str = "hash", before: str = "NULL") -> str:
    """A close at the end of the chain."""
    return (
        f"INSERT INTO month_close SELECT '{name}', merchant, mode, '{month}', 1, 'UTC', seq, {hash}, {before},"
        " '{}', '[]', 0, '', '[]', 'Dora', '', 1 FROM chain WHERE merchant = 'm1' AND mode = 'test'"
    )


def a_reopening(name: str) -> str:
    return f"INSERT INTO month_reopening VALUES ('{name}', 'Dora', 'why', 1)"


def a_late_reason(entry: str = "(SELECT min(id) FROM entry)") -> str:
    return f"INSERT INTO late_reason VALUES ({entry}, 'k3', 'Dora', 'why', 1)"


A_CLOSE = a_close("k3", "2026-03")
A_PACKAGE = A_CLOSE + "; INSERT INTO month_package VALUES ('k3', 1, '', 0, NULL)"
A_PART = "; INSERT INTO month_package_part VALUES ('k3', {at}, x'00')"
MADE = A_PACKAGE + A_PART.format(at=0) + "; UPDATE month_package SET sha256 = 'x', size = 1, made_at = 1, due_at = NULL"


def a_settlement_line(**changes: Any) -> str:
    values = {
        "id": "l9",
        "account": "a1",
        "merchant": "m1",
        "mode": "test",
        "line": "L9",
        "currency": "CRC",
        "gross": 5,
        "fee": 0,
        "fee_tax": 0,
        "withheld": 0,
        "withholdings": "{}",
        "net": 5,
        "source": "file",
        "imported_at": 1,
        "state": "open",
        "kind": "payment",
        "in_transit": 0,
        "restated": 0,
        "named": "L9",
        **changes,
    }
    return a_row("settlement_line", **values)


def what_it_said() -> str:
    values = {
        "line": "l9",
        "number": 0,
        "currency": "CRC",
        "gross": 5,
        "fee": 0,
        "fee_tax": 0,
        "withheld": 0,
        "withholdings": "{}",
        "net": 5,
        "kind": "payment",
        "in_transit": 0,
        "source": "file",
        "imported_at": 1,
        "state": "open",
        "replaced_at": 2,
    }
    return a_row("settlement_said", **values)


ANOTHER_CUSTOMER = (
    "INSERT INTO customer (id, merchant, name, email, phone, address, other_emails, remembered, language, search,"
    " is_shopper, joined_to, joined_by)"
    " SELECT 'c3', merchant, name, email, phone, address, other_emails, remembered, language, search,"
    " is_shopper, joined_to, joined_by"
    " FROM customer WHERE id = 'c1'"
)


def a_payable(**changes: Any) -> str:
    values = {
        "id": "p9",
        "merchant": "m1",
        "mode": "test",
        "kind": "invoice",
        "number": "F-p9",
        "customer": "c1",
        "currency": "CRC",
        "total": 5,
        "issued_on": "2026-01-01",
        "description": "",
        "revision": 0,
        "created_at": 1,
        **changes,
    }
    return a_row("payable", **values)


def an_account_of(kind: str, owner: str) -> str:
    return a_row("ledger_account", id="la9", merchant="m1", mode="test", kind=kind, owner=owner, currency="CRC")


def an_entry(id: str = "e9", merchant: str = "m1") -> str:
    return (
        "INSERT INTO entry (id, merchant, mode, key, kind, currency, at, own_record, note, note_salt, note_digest)"
        f" VALUES ('{id}', '{merchant}', 'test', '{id}', 'bill', 'CRC', 1, 0, '', '', '')"
    )


def a_posting(position: int, amount: int, account: str = "kind = 'receivable' AND currency = 'CRC'") -> str:
    return f"INSERT INTO posting SELECT 'e9', {position}, id, {amount} FROM ledger_account WHERE {account}"


NEXT_SEAL = (
    "INSERT INTO seal SELECT 'e9', merchant, mode, seq + 1, 1, hash, 'h' FROM chain"
    " WHERE merchant = 'm1' AND mode = 'test'"
)
CAPTURE = "(SELECT id FROM entry WHERE kind = 'capture')"
A_DRAWING = f"INSERT INTO drawn VALUES ('e9', 0, {CAPTURE}, 1)"
A_GAP = "INSERT INTO series_gap VALUES ('m1', 'test', 'RC', 2, 9, 'Ana', 'x', 1)"
SOME_NEWS = (
    "INSERT INTO operation_news (id, seq, operation, source, kind, seen_at, note)"
    " VALUES ('n9', 1, 'o9', 'answer', 'returned', 1, '')"
)
AN_EDIT = "INSERT INTO customer_edit VALUES ('ce9', 'c1', 'm1', 'email', 'a@x.example', 'b@x.example', 'Ana', 1)"
A_SERIES = "INSERT INTO receipt_series VALUES ('m1', 'test', 'RC', 1, 'Ana', NULL, '')"
CLOSED = A_SERIES + "; UPDATE receipt_series SET closed_at = 2, closed_by = 'Ana'"
ANOTHER_RECEIPT = (
    "CREATE TEMP TABLE copied AS SELECT * FROM cash_receipt"
    "; UPDATE copied SET id = 'r9', number = 2, payment = NULL, movement = NULL, bank_reference = ''"
    "; INSERT INTO cash_receipt SELECT * FROM copied"
)
A_NOTE = "INSERT INTO receipt_note SELECT id, 1, 'shown', 'x', 'Ana', 1 FROM cash_receipt"
ITS_MAIL = (
    "INSERT INTO delivery (id, merchant, mode, kind, recipient, subject, details, state, due_at, tries, last_error,"
    " created_at, sent_at, round) SELECT 'd9', 'm1', 'test', 'cash_receipt', 'a@b.example', id, '{}', 'sent', NULL, 1,"
    " '', 1, 1, NULL FROM cash_receipt"
)
AN_ERASURE = f"INSERT INTO erasure VALUES ({CAPTURE}, 'Ana', 'x', 1)"

A_REQUEST = (
    "INSERT INTO request_sent (payment, seq, operation, hook, number, mark, method, host, path, status, trouble,"
    " milliseconds, wrote, started, at)"
    " VALUES ('t2', 1, '', 'create_payment', 1, 'charging', 'POST', 'h', '/', NULL, 'lost', 9, 1, 1, 1)"
)

REFUSED = {
    # payments and their lines
    "a second live line": (a_payment() + ";" + a_line("t9", "p2"), "payment_line.payable"),
    "a line that says it is not live": (a_payment() + ";" + a_line("t9", "p4", live=0), "FOREIGN KEY"),
    "a line that is made not live": ("UPDATE payment_line SET live = 0 WHERE payment = 't2'", "FOREIGN KEY"),
    "a payment that lies about live": ("UPDATE payment SET live = 0 WHERE id = 't2'", "payment_live"),
    "a status that lies about live": ("UPDATE payment SET status = 'closed' WHERE id = 't2'", "payment_live"),
    "an unknown status": ("UPDATE payment SET status = 'done' WHERE id = 't2'", "payment_"),
    "a payment that begins sent": (a_payment(phase="sent"), "legal_send"),
    "a payment that begins pending": (a_payment(status="pending"), "legal_send"),
    "a payment in another mode than its account": (a_payment(mode="live"), "walls"),
    "a payment for another merchant's customer": (a_payment(customer="c2"), "walls"),
    "a used reference": (a_payment(reference="REFT1"), "payment.account, payment.reference"),
    "a used return token": (a_payment(return_token="return-t1"), "payment.return_token"),
    "a payment of nothing": (a_payment(amount=0), "payment_amount"),
    "created to sent": ("UPDATE payment SET phase = 'sent' WHERE id = 't3'", "legal_send"),
    "sending without lines": (a_payment() + "; UPDATE payment SET phase = 'sending' WHERE id = 't9'", "legal_send"),
    "sending more than the lines": (
        a_payment(amount=2) + ";" + a_line("t9", "p4", 1) + "; UPDATE payment SET phase = 'sending' WHERE id = 't9'",
        "legal_send",
    ),
    "sending more than is due": (
        a_payment(amount=10_001)
        + ";"
        + a_line("t9", "p4", 10_001)
        + "; UPDATE payment SET phase = 'sending' WHERE id = 't9'",
        "legal_send",
    ),
    "sending with more credit than there is": (
        a_payment(amount=1) + ";" + a_line("t9", "p4", 1, credit=9_999) + "; UPDATE payment SET phase = 'sending'"
        " WHERE id = 't9'",
        "more credit is held than the customer has",
    ),
    "sending what another payment holds, even if the index that refuses the line is lost": (
        "DROP INDEX one_live;"
        + a_payment(amount=10_000)
        + ";"
        + a_line("t9", "p3")
        + "; UPDATE payment SET phase = 'sending' WHERE id = 't9'",
        "another live payment holds a payable",
    ),
    "voiding a payable without saying who and why": (
        "UPDATE payable SET voided_at = 1, total = 0 WHERE id = 'p4'",
        "void_is_whole",
    ),
    "voiding a payable that still is for something": (
        "UPDATE payable SET voided_at = 1, voided_by = 'x', void_reason = 'x', voided_total = 1,"
        " voided_currency = 'CRC' WHERE id = 'p4'",
        "voided_is_nothing",
    ),
    "another currency of a payable that is not voided": (
        "UPDATE payable SET currency = 'USD' WHERE id = 'p4'",
        "legal_revision",
    ),
    "sending what was closed": (
        "UPDATE payment SET status = 'closed', live = 0 WHERE id = 't3';"
        " UPDATE payment SET phase = 'sending' WHERE id = 't3'",
        "legal_send",
    ),
    "sending and closing at once": (
        "UPDATE payment SET phase = 'sending', status = 'closed', live = 0 WHERE id = 't3'",
        "legal_send",
    ),
    "sending back to created": ("UPDATE payment SET phase = 'created' WHERE id = 't2'", "legal_phase"),
    "sent back to sending": ("UPDATE payment SET phase = 'sending' WHERE id = 't1'", "legal_phase"),
    "paid to closed": ("UPDATE payment SET status = 'closed' WHERE id = 't1'", "legal_status"),
    "paid to live": ("UPDATE payment SET status = 'unknown', live = 1 WHERE id = 't1'", "legal_status"),
    "another amount": ("UPDATE payment SET amount = 1 WHERE id = 't2'", "fixed"),
    "another reference": ("UPDATE payment SET reference = 'X' WHERE id = 't2'", "fixed"),
    "a payment deleted": ("DELETE FROM payment WHERE id = 't3'", "append_only"),
    "a payment replaced": (a_payment(id="t3", reference="N").replace("INSERT", "INSERT OR REPLACE"), "append_only"),
    "a line after sending": (a_line("t2", "p4"), "legal_send"),
    "a line in another currency": (a_payment() + ";" + a_line("t9", "usd"), "walls"),
    "a line of nothing": (a_payment() + ";" + a_line("t9", "p4", 0), "payment_line_of_something"),
    "a line of less than nothing": (a_payment() + ";" + a_line("t9", "p4", -1, credit=2), "payment_line_amount"),
    "credit of less than nothing": (a_payment() + ";" + a_line("t9", "p4", 2, credit=-1), "payment_line_credit"),
    "a line changed": ("UPDATE payment_line SET amount = 1", "fixed"),
    "credit of a line changed": ("UPDATE payment_line SET credit = 1", "fixed"),
    "a line deleted": ("DELETE FROM payment_line", "append_only"),
    # observations
    "an observation changed": ("UPDATE observation SET note = 'x'", "append_only"),
    "an observation deleted": ("DELETE FROM observation", "append_only"),
    "an observation replaced": ("INSERT OR REPLACE INTO observation SELECT * FROM observation", "append_only"),
    "an observation of another mode": (
        "INSERT INTO observation (id, seq, payment, account, merchant, mode, source, kind, vouched, seen_at, note,"
        " digest) VALUES ('x', 9, 't1', 'a1', 'm1', 'live', 'rule', 'paid', '[]', 1, '', '')",
        "walls",
    ),
    # operations and what was heard of them
    "an operation that begins sent": (an_operation(phase="sent"), "an operation begins in phase created"),
    "an operation in another mode than its payment": (an_operation(mode="live"), "walls: operation and payment"),
    "an operation that lies about live": (an_operation(live=0), "operation_live_agrees"),
    "an operation that is closed and live": (
        an_operation() + "; UPDATE operation SET status = 'closed' WHERE id = 'o9'",
        "operation_live_agrees",
    ),
    "an operation from created to sent": (
        an_operation() + "; UPDATE operation SET phase = 'sent' WHERE id = 'o9'",
        "sending comes before sent",
    ),
    "sending an operation that was closed": (";".join((an_operation(), CLOSE_IT, SEND_IT)), "is no longer live"),
    "giving back more than the books hold": (
        ";".join((an_operation(amount=12_001), SEND_IT)),
        "more would go back than the books hold",
    ),
    "undoing what is known": (";".join((an_operation(kind="undo"), SEND_IT)), "only an unknown payment is undone"),
    "cancelling what is paid": (";".join((an_operation(kind="cancel"), SEND_IT)), "only a live payment is cancelled"),
    "capturing what is not held": (
        ";".join((an_operation(kind="capture", payment="t3"), SEND_IT)),
        "only what is held is captured",
    ),
    "capturing more than is held": (
        ";".join((HELD, an_operation(kind="capture", payment="t3", amount=501), SEND_IT)),
        "more would be captured than is held",
    ),
    "capturing twice": (
        ";".join(
            (
                HELD,
                an_operation(id="o8", reference="O8", kind="capture", payment="t3", status="done", live=0),
                an_operation(kind="capture", payment="t3"),
                SEND_IT,
            )
        ),
        "it was captured",
    ),
    "an operation back to created": (
        ";".join((an_operation(), SEND_IT, SEND_IT.replace("sending", "created"))),
        "an operation never goes back",
    ),
    "an operation of another amount": (an_operation() + "; UPDATE operation SET amount = 2", "fixed"),
    "an operation deleted": (an_operation() + "; DELETE FROM operation", "append_only"),
    "news of an operation changed": (
        ";".join((an_operation(), SOME_NEWS, "UPDATE operation_news SET note = 'x'")),
        "append_only",
    ),
    "news of an operation deleted": (
        ";".join((an_operation(), SOME_NEWS, "DELETE FROM operation_news")),
        "append_only",
    ),
    # decisions
    "another content of a decision": (a_decision() + "; UPDATE decision SET content = 'x'", "fixed"),
    "a decision that takes effect twice": (
        a_decision() + "; UPDATE decision SET done_at = 1; UPDATE decision SET done_at = 2",
        "a decision that took effect is never changed",
    ),
    "a decision deleted": (a_decision() + "; DELETE FROM decision", "append_only"),
    # what payers withhold
    "a rate of nothing": (a_rate(parts=0), "parts"),
    "a rate above the whole": (a_rate(parts=1_000_001), "parts"),
    "a rate that ends before it begins": (a_rate(valid_to="2025-12-31", closed_at=1), "days"),
    "a rate that ends and that nobody closed": (a_rate(valid_to="2026-12-31"), "closed"),
    "a rate that nobody answers for": (a_rate(added_by=""), "accounted_for"),
    "a second rate of a concept and day": (f"{a_rate()}; {a_rate(id='w8', valid_from='2026-02-01')}", "one_rate"),
    "a rate that reaches into another one": (
        f"{a_rate()}; {a_rate(id='w8', valid_from='2025-02-01', valid_to='2026-01-01', closed_at=1)}",
        "one_rate",
    ),
    "a rate rewritten": (f"{a_rate()}; UPDATE withholding_rate SET parts = 2", "fixed"),
    "a rate closed twice": (
        f"{a_rate(valid_to='2026-02-01', closed_at=1)}; UPDATE withholding_rate SET valid_to = '2026-03-01'",
        "append_only",
    ),
    "a rate that was never used after all": (
        f"{a_rate(used_at=1)}; UPDATE withholding_rate SET used_at = 2",
        "append_only",
    ),
    "a used rate removed": (f"{a_rate(used_at=1)}; DELETE FROM withholding_rate", "append_only"),
    "another merchant's customer who withholds": (
        a_row("withholding_agent", customer="c2", merchant="m1", by="Dora", since=1),
        "walls",
    ),
    "a certificate of nothing": (a_certificate(amount=0), "amount"),
    "a certificate by which more was booked": (a_certificate(booked=6), "booked"),
    "a certificate of nobody's": (a_certificate(recorded_by=""), "accounted_for"),
    "a certificate that ends before it begins": (a_certificate(period_to="2025-12-31"), "period"),
    "a certificate that nobody voided": (a_certificate(voided_at=1), "voided"),
    "a certificate twice": (f"{a_certificate()}; {a_certificate(id='k8')}", "UNIQUE"),
    "a certificate of nobody's customer": (a_certificate(merchant="m2"), "walls"),
    "a certificate rewritten": (
        f"{a_certificate()}; UPDATE withholding_certificate SET issued_on = '2026-05-01'",
        "fixed",
    ),
    "a certificate that proves less": (
        f"{a_certificate()}; UPDATE withholding_certificate SET amount = 4",
        "only_grows",
    ),
    "a certificate voided twice": (
        f"{a_certificate(voided_at=1, voided_by='Dora')}; UPDATE withholding_certificate SET voided_at = 2",
        "append_only",
    ),
    "a certificate deleted": (f"{a_certificate()}; DELETE FROM withholding_certificate", "append_only"),
    # disbursements
    "a disbursement of nothing": (a_disbursement(amount=0), "amount"),
    "a disbursement that nobody answers for": (a_disbursement(why=""), "accounted_for"),
    "a disbursement by no means": (a_disbursement(means=""), "means"),
    "a disbursement without a number": (a_disbursement(number=0), "number"),
    "a second disbursement of a number": (f"{a_disbursement()}; {a_disbursement(id='d8')}", "UNIQUE"),
    "a disbursement to nobody's customer": (a_disbursement(merchant="m2"), "walls"),
    "a disbursement of another amount": (f"{a_disbursement()}; UPDATE disbursement SET amount = 6", "fixed"),
    "a disbursement voided twice": (
        f"{a_disbursement()}; UPDATE disbursement SET void_reason = 'x', voided_at = 2;"
        " UPDATE disbursement SET void_reason = 'y', voided_at = 3",
        "a disbursement is voided once",
    ),
    "a disbursement deleted": (f"{a_disbursement()}; DELETE FROM disbursement", "append_only"),
    # conversions
    "a conversion of nothing": (a_conversion(came=0), "came"),
    "a conversion into nothing": (a_conversion(settles=0), "settles"),
    "a conversion into the same": (a_conversion(settles_currency="CRC"), "two_currencies"),
    "a conversion whose rate is nobody's": (a_conversion(source=""), "accounted_for"),
    "a second conversion of a form": (f"{a_conversion()}; {a_conversion(id='v8')}", "UNIQUE"),
    "a conversion of nobody's customer": (a_conversion(merchant="m2"), "walls"),
    "a conversion at another rate": (f"{a_conversion()}; UPDATE conversion SET rate = '501'", "fixed"),
    "a conversion voided twice": (
        f"{a_conversion()}; UPDATE conversion SET void_reason = 'x', voided_at = 2;"
        " UPDATE conversion SET void_reason = 'y', voided_at = 3",
        "a conversion is voided once",
    ),
    "a conversion deleted": (f"{a_conversion()}; DELETE FROM conversion", "append_only"),
    # what people changed of customers
    "a change of a field that is none": (AN_EDIT.replace("'email'", "'mood'"), "field"),
    "a change by nobody": (AN_EDIT.replace("'Ana'", "''"), "accounted_for"),
    "a change of another company's customer": (AN_EDIT.replace("'m1'", "'m2'"), "walls"),
    "a change rewritten": (f"{AN_EDIT}; UPDATE customer_edit SET before = 'c@x.example'", "append_only"),
    "a change deleted": (f"{AN_EDIT}; DELETE FROM customer_edit", "append_only"),
    # shoppers
    "a shopper joined by nobody": ("UPDATE customer SET is_shopper = 1, joined_to = 'c2' WHERE id = 'c1'", "joined_by"),
    "a shopper joined at no time": (
        "UPDATE customer SET is_shopper = 1, joined_to = 'c2', joined_by = 'Ana' WHERE id = 'c1'",
        "joined_when",
    ),
    # disputes
    "a dispute of nothing": (a_dispute(amount=0), "amount"),
    "a dispute in no stage": (a_dispute(stage="anger"), "stage"),
    "a dispute that ended no way": (a_dispute(outcome="forgotten", ended_at=2), "outcome"),
    "a dispute that ended at no time": (a_dispute(outcome="won"), "ended"),
    "a dispute that was won in part, of nothing": (a_dispute(outcome="partly_won", ended_at=2), "in_part"),
    "a dispute that was lost, with what was won": (a_dispute(outcome="lost", ended_at=2, won=3), "in_part"),
    "a second dispute of the same case": (f"{a_dispute()}; {a_dispute(id='x8')}", "UNIQUE"),
    "a dispute of another payment": (f"{a_dispute()}; UPDATE dispute SET payment = 't2'", "fixed"),
    "a dispute that ends twice": (
        f"{a_dispute()}; {WON}; UPDATE dispute SET outcome = 'lost'",
        "a dispute that ended is never changed",
    ),
    "a dispute deleted": (f"{a_dispute()}; DELETE FROM dispute", "append_only"),
    # payments that customers reported
    "a report of nothing": (A_REPORT.replace("5, '2026", "0, '2026"), "amount"),
    "a report changed": (f"{A_REPORT}; UPDATE reported_payment SET amount = 6", "append_only"),
    "a report deleted": (f"{A_REPORT}; DELETE FROM reported_payment", "append_only"),
    # requests that were sent
    "a request changed": (f"{A_REQUEST}; UPDATE request_sent SET status = 200", "append_only"),
    "a request deleted": (f"{A_REQUEST}; DELETE FROM request_sent", "append_only"),
    "a request of no payment": (A_REQUEST.replace("'t2'", "'t0'"), "FOREIGN KEY"),
    "a request that half wrote": (A_REQUEST.replace("1, 1, 1)", "2, 1, 1)"), "request_sent_wrote"),
    # payables
    "a counter set by hand": ("UPDATE payable SET allocated = 10000 WHERE id = 'p4'", "from_ledger"),
    "another counter set by hand": ("UPDATE payable SET outside = outside + 1 WHERE id = 'p4'", "from_ledger"),
    "a counter reset by hand": ("UPDATE payable SET allocated = 0 WHERE id = 'p1'", "from_ledger"),
    **{
        f"{counter} set by hand": (f"UPDATE payable SET {counter} = {counter} + 1 WHERE id = 'p1'", "from_ledger")
        for counter in COUNTERS
    },
    "a payable of another merchant's customer": (a_payable(customer="c2"), "the customer is of the same merchant"),
    "a payable settled in part that moves": (
        ANOTHER_CUSTOMER + "; UPDATE payable SET customer = 'c3' WHERE id = 'p1'",
        "what is settled in part stays with its customer",
    ),
    "a payable that begins paid": (
        "INSERT INTO payable (id, merchant, mode, kind, number, customer, currency, total, issued_on, description,"
        " revision, allocated, created_at) VALUES ('x', 'm1', 'test', 'invoice', 'X', 'c1', 'CRC', 5, '2026-01-01', '',"
        " 0, 5, 1)",
        "from_ledger",
    ),
    "a total below what is settled": ("UPDATE payable SET total = 9999 WHERE id = 'p1'", "payable_due"),
    "a negative total": ("UPDATE payable SET total = -1 WHERE id = 'p4'", "payable_"),
    "a total that is held by a live payment": ("UPDATE payable SET total = 1 WHERE id = 'p2'", "legal_revision"),
    "another number": ("UPDATE payable SET number = 'X' WHERE id = 'p4'", "fixed"),
    "another currency": ("UPDATE payable SET currency = 'USD' WHERE id = 'p4'", "legal_revision"),
    "a payable deleted": ("DELETE FROM payable WHERE id = 'p4'", "append_only"),
    "a payable replaced": (
        "INSERT OR REPLACE INTO payable (id, merchant, mode, kind, number, customer, currency, total, issued_on,"
        " description, revision, created_at) SELECT id, merchant, mode, kind, number, customer, currency, total,"
        " issued_on, description, revision, created_at FROM payable WHERE id = 'p4'",
        "append_only",
    ),
    # the ledger
    "an unsealed entry": (an_entry() + ";" + a_posting(0, 5) + ";" + a_posting(1, -5), "FOREIGN KEY"),
    "an unbalanced entry": (";".join((an_entry(), a_posting(0, 5), a_posting(1, -4), NEXT_SEAL)), "balanced"),
    "an entry with one leg": (";".join((an_entry(), a_posting(0, 5), NEXT_SEAL)), "balanced"),
    "an empty entry": (";".join((an_entry(), NEXT_SEAL)), "balanced"),
    "an empty posting": (";".join((an_entry(), a_posting(0, 0))), "posting_amount"),
    "a posting beyond the limit": (";".join((an_entry(), a_posting(0, 10**15 + 1))), "posting_amount"),
    "two currencies in an entry": (
        ";".join((an_entry(), a_posting(0, 5), a_posting(1, -5, "kind = 'billed' AND currency = 'USD'"), NEXT_SEAL)),
        "walls",
    ),
    "an entry of another merchant": (
        ";".join((an_entry(merchant="m2"), a_posting(0, 5), a_posting(1, -5), NEXT_SEAL)),
        "walls",
    ),
    "a seal out of turn": (
        ";".join((an_entry(), a_posting(0, 5), a_posting(1, -5), NEXT_SEAL.replace("seq + 1", "seq + 2"))),
        "chain",
    ),
    "a seal on another hash": (
        ";".join((an_entry(), a_posting(0, 5), a_posting(1, -5), NEXT_SEAL.replace("hash,", "'x',"))),
        "chain",
    ),
    "credit taken below nothing": (
        ";".join(
            (
                an_entry(),
                a_posting(0, 2001, "kind = 'customer_credit'"),
                a_posting(1, -2001, "kind = 'billed' AND currency = 'CRC'"),
                NEXT_SEAL,
            )
        ),
        "intake: credit moves",
    ),
    "more taken from the suspense account than there is": (
        ";".join(
            (
                an_account_of("suspense", ""),
                an_entry(),
                a_posting(0, 5, "id = 'la9'"),
                a_posting(1, -5, "kind = 'billed' AND currency = 'CRC'"),
                NEXT_SEAL,
            )
        ),
        "credit: more is taken",
    ),
    "a receivable moved by nothing that is settled": (
        ";".join(
            (
                an_entry().replace("'bill'", "'write_off'"),
                a_posting(0, -5),
                a_posting(1, 5, "kind = 'billed' AND currency = 'CRC'"),
                NEXT_SEAL,
            )
        ),
        "applied",
    ),
    "the receivable of another customer than whose payable is settled": (
        ";".join(
            (
                ANOTHER_CUSTOMER,
                an_account_of("receivable", "c3"),
                an_entry().replace("'bill'", "'write_off'"),
                a_posting(0, -5, "id = 'la9'"),
                a_posting(1, 5, "kind = 'billed' AND currency = 'CRC'"),
                "INSERT INTO allocation VALUES ('e9', 0, 'p4', 'written_off', 5, NULL)",
                NEXT_SEAL,
            )
        ),
        "owed by the customer whose receivable moves",
    ),
    "a drawing changed": (";".join((an_entry(), A_DRAWING, "UPDATE drawn SET amount = 2")), "append_only"),
    "a drawing deleted": (";".join((an_entry(), A_DRAWING, "DELETE FROM drawn")), "append_only"),
    "a drawing of a sealed entry": (A_DRAWING.replace("'e9'", CAPTURE), "sealed"),
    "a drawing from another merchant's intake": (
        ";".join((an_entry(merchant="m2"), A_DRAWING)),
        "walls: entry and intake",
    ),
    "an allocation from an intake in another currency": (
        an_entry().replace("'CRC'", "'USD'")
        + f"; INSERT INTO allocation VALUES ('e9', 0, 'usd', 'allocated', 1, {CAPTURE})",
        "walls: entry and intake",
    ),
    "an allocation from another customer's intake": (
        ";".join(
            (
                ANOTHER_CUSTOMER,
                a_payable(customer="c3"),
                an_entry(),
                f"INSERT INTO allocation VALUES ('e9', 0, 'p9', 'allocated', 1, {CAPTURE})",
            )
        ),
        "payable and intake are of one customer",
    ),
    "an intake that begins allocated": (
        an_entry() + "; INSERT INTO intake (entry, customer, currency, amount, allocated)"
        " VALUES ('e9', 'c1', 'CRC', 5, 1)",
        "an intake begins unapplied",
    ),
    "a posting to a sealed entry": (a_posting(9, 5).replace("'e9'", CAPTURE), "sealed"),
    "an allocation to a sealed entry": (
        f"INSERT INTO allocation VALUES ({CAPTURE}, 9, 'p4', 'allocated', 1, NULL)",
        "sealed",
    ),
    "an intake of a sealed entry": (
        "INSERT INTO intake (entry, customer, currency, amount)"
        " SELECT id, 'c1', 'CRC', 1 FROM entry WHERE kind = 'bill'",
        "sealed",
    ),
    "an over-allocation": (
        an_entry() + "; INSERT INTO allocation VALUES ('e9', 0, 'p4', 'allocated', 10001, NULL)",
        "payable_due",
    ),
    "an allocation below nothing": (
        an_entry() + "; INSERT INTO allocation VALUES ('e9', 0, 'p4', 'withheld', -1, NULL)",
        "payable_",
    ),
    "re-opening what was not allocated": (
        an_entry() + "; INSERT INTO allocation VALUES ('e9', 0, 'p4', 'reopened', 1, NULL)",
        "payable_",
    ),
    "an allocation beyond its intake": (
        an_entry() + f"; INSERT INTO allocation VALUES ('e9', 0, 'p4', 'allocated', 2001, {CAPTURE})",
        "intake_unapplied",
    ),
    "an allocation in another currency": (
        an_entry() + "; INSERT INTO allocation VALUES ('e9', 0, 'usd', 'allocated', 1, NULL)",
        "walls",
    ),
    "an entry for another merchant's payment": (
        "INSERT INTO entry (id, merchant, mode, key, kind, currency, at, own_record, note, note_salt, note_digest,"
        " payment)"
        " VALUES ('e9', 'm2', 'test', 'e9', 'bill', 'CRC', 1, 0, '', '', '', 't1')",
        "walls",
    ),
    "a used key": (
        an_entry().replace("'e9', 'bill'", "'bill:p1:0', 'bill'"),
        "entry.merchant, entry.mode, entry.key",
    ),
    "an intake allocated by hand": ("UPDATE intake SET allocated = 1", "from_ledger"),
    "an intake returned by hand": ("UPDATE intake SET returned = 2001", "from_ledger"),
    "an intake's amount changed": ("UPDATE intake SET amount = 99999", "fixed"),
    "an intake deleted": ("DELETE FROM intake", "append_only"),
    "the head of the chain moved": ("UPDATE chain SET seq = seq + 1, hash = 'x'", "chain"),
    "the head of the chain moved back": ("UPDATE chain SET seq = seq - 1", "chain"),
    "the head of the chain deleted": ("DELETE FROM chain", "append_only"),
    "a balance deleted": ("DELETE FROM balance", "append_only"),
    **{
        f"{table} {what}": (sql.format(table=table), "append_only")
        for table in ("entry", "posting", "seal", "allocation", "ledger_account")
        for what, sql in {
            "deleted": "DELETE FROM {table}",
            "replaced": "INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
        }.items()
        if (table, what) not in (("posting", "replaced"), ("seal", "replaced"), ("allocation", "replaced"))
    },
    "an entry changed": ("UPDATE entry SET at = 1", "fixed"),
    "an entry's note changed": ("UPDATE entry SET note = 'x'", "append_only"),
    "an entry's note erased by nobody": (
        an_entry().replace("0, '', '', ''", "0, 'x', 'x', ''") + "; UPDATE entry SET note = '', note_salt = ''",
        "accounted_for",
    ),
    "an erasure without a reason": (f"INSERT INTO erasure VALUES ({CAPTURE}, 'Ana', '', 1)", "accounted_for"),
    "an erasure changed": (AN_ERASURE + "; UPDATE erasure SET by = 'Eva'", "append_only"),
    "an erasure deleted": (AN_ERASURE + "; DELETE FROM erasure", "append_only"),
    "a credit note on another merchant's invoice": (
        an_entry("e9", "m2")
        .replace("note_digest)", "note_digest, payable)")
        .replace("'', '', '')", "'', '', '', 'p1')"),
        "walls",
    ),
    "a series that does not begin at one": ("INSERT INTO series VALUES ('m1', 'live', 'RC', 9)", "append_only"),
    "a gap that does not begin where its series stands": (
        "INSERT INTO series_gap VALUES ('m1', 'test', 'RC', 5, 9, 'Ana', 'x', 1)",
        "append_only",
    ),
    "a gap for no reason": (
        "INSERT INTO series_gap VALUES ('m1', 'test', 'RC', 2, 9, 'Ana', '', 1)",
        "accounted_for",
    ),
    "a gap taken back": (A_GAP + "; DELETE FROM series_gap", "append_only"),
    "a gap changed": (A_GAP + "; UPDATE series_gap SET why = 'y'", "append_only"),
    "a series moved beyond its gap": (
        A_GAP + "; UPDATE series SET next = 12",
        "append_only",
    ),
    "a chosen series renamed": (A_SERIES + "; UPDATE receipt_series SET series = 'RX'", "fixed"),
    "a second open series": (
        A_SERIES + "; INSERT INTO receipt_series VALUES ('m1', 'test', 'RX', 1, 'Ana', NULL, '')",
        "UNIQUE",
    ),
    "a closed series opened again": (
        CLOSED + "; UPDATE receipt_series SET closed_at = NULL, closed_by = ''",
        "append_only",
    ),
    "a chosen series deleted": (A_SERIES + "; DELETE FROM receipt_series", "append_only"),
    "a receipt of a closed series": (CLOSED + "; " + ANOTHER_RECEIPT, "append_only"),
    "notes of a receipt that left the house": (ITS_MAIL + "; " + A_NOTE, "fixed"),
    "notes of a void receipt": ("UPDATE cash_receipt SET voided_at = 1, void_reason = 'x'; " + A_NOTE, "fixed"),
    "notes of a receipt changed": (A_NOTE + "; UPDATE receipt_note SET text = 'y'", "append_only"),
    "notes of a receipt deleted": (A_NOTE + "; DELETE FROM receipt_note", "append_only"),
    "what is sealed of a note changed": ("UPDATE entry SET note_digest = 'x'", "fixed"),
    "a posting changed": ("UPDATE posting SET amount = amount", "append_only"),
    "a seal changed": ("UPDATE seal SET hash = 'x'", "append_only"),
    "an allocation changed": ("UPDATE allocation SET amount = 1", "append_only"),
    "a ledger account changed": ("UPDATE ledger_account SET owner = 'x'", "append_only"),
    "a posting replaced": ("INSERT OR REPLACE INTO posting SELECT * FROM posting LIMIT 1", "sealed"),
    "an allocation replaced": ("INSERT OR REPLACE INTO allocation SELECT * FROM allocation LIMIT 1", "sealed"),
    "a seal replaced": ("INSERT OR REPLACE INTO seal SELECT * FROM seal LIMIT 1", "chain"),
    # documents
    "a receipt changed": ("UPDATE cash_receipt SET cash = 2", "fixed"),
    "a receipt deleted": ("DELETE FROM cash_receipt", "append_only"),
    "a receipt void twice": ("UPDATE cash_receipt SET voided_at = 1; UPDATE cash_receipt SET voided_at = 2", "append"),
    "a series set back": ("UPDATE series SET next = 1", "append_only"),
    "a series with a gap": ("UPDATE series SET next = next + 2", "append_only"),
    "a series deleted": ("DELETE FROM series", "append_only"),
    # settlement lines
    "a line in another mode than its account": (a_settlement_line(mode="live"), "line and account are of one"),
    "a settlement line changed": (a_settlement_line() + "; UPDATE settlement_line SET source = 'x'", "append_only"),
    "a withdrawn line opened again": (
        a_settlement_line(state="withdrawn") + "; UPDATE settlement_line SET state = 'open'",
        "a booked line is withdrawn at most",
    ),
    "a settlement line called otherwise": (a_settlement_line() + "; UPDATE settlement_line SET line = 'x'", "fixed"),
    "a booked line stated anew": (
        a_settlement_line(state="booked", kind="charge") + "; UPDATE settlement_line SET source = 'x'",
        "a booked line is not stated anew",
    ),
    "a line stated anew, and what it said not kept": (
        a_settlement_line() + "; UPDATE settlement_line SET restated = 1",
        "what a line said before is kept",
    ),
    "what a line said before changed": (
        a_settlement_line() + "; " + what_it_said() + "; UPDATE settlement_said SET gross = 6",
        "settlement_said is never changed",
    ),
    "what a line said before deleted": (
        a_settlement_line() + "; " + what_it_said() + "; DELETE FROM settlement_said",
        "settlement_said is never deleted",
    ),
    "a settlement line deleted": (a_settlement_line() + "; DELETE FROM settlement_line", "append_only"),
    # closed months
    "a month closed twice": (A_CLOSE + "; " + a_close("k4", "2026-03"), "closed: this month, or a later one"),
    "a month closed before a closed one": (A_CLOSE + "; " + a_close("k2", "2026-02"), "closed: this month, or a later"),
    "a close at a place that its chain has not": (a_close("k3", "2026-03", "'other'"), "a position of its own chain"),
    "a close changed": (A_CLOSE + "; UPDATE month_close SET digest = 'x'", "month_close is never changed"),
    "a close deleted": (A_CLOSE + "; DELETE FROM month_close", "month_close is never deleted"),
    "a close that nobody made": (A_CLOSE.replace("'Dora'", "''"), "month_close_accounted_for"),
    "a month opened again below a closed one": (
        A_CLOSE + "; " + a_close("k4", "2026-04", before="'k3'") + "; " + a_reopening("k3"),
        "closed: a later month is closed",
    ),
    "a month opened again without a reason": (
        A_CLOSE + "; " + a_reopening("k3").replace("'why'", "''"),
        "month_reopening_accounted_for",
    ),
    "a reopening changed": (
        A_CLOSE + "; " + a_reopening("k3") + "; UPDATE month_reopening SET why = 'x'",
        "month_reopening is never changed",
    ),
    "a reopening deleted": (
        A_CLOSE + "; " + a_reopening("k3") + "; DELETE FROM month_reopening",
        "month_reopening is never deleted",
    ),
    "a reason for an entry of another book": (
        A_CLOSE.replace("merchant, mode", "'m2', mode").replace("seq, hash", "0, hash") + "; " + a_late_reason(),
        "walls: entry and close are of one merchant and mode",
    ),
    "a reason without a name": (
        A_CLOSE + "; " + a_late_reason().replace("'Dora'", "''"),
        "late_reason_accounted_for",
    ),
    "a reason changed": (
        A_CLOSE + "; " + a_late_reason() + "; UPDATE late_reason SET why = 'x'",
        "late_reason is never",
    ),
    "a reason deleted": (
        A_CLOSE + "; " + a_late_reason() + "; DELETE FROM late_reason",
        "late_reason is never deleted",
    ),
    "a package made twice": (MADE + "; UPDATE month_package SET sha256 = 'y'", "a package is made once"),
    "a package of another close": (
        A_PACKAGE + "; " + a_close("k4", "2026-04") + "; UPDATE month_package SET close = 'k4'",
        "fixed: these columns of month_package",
    ),
    "a package deleted": (A_PACKAGE + "; DELETE FROM month_package", "month_package is never deleted"),
    "a package with a hash that was never made": (
        A_PACKAGE + "; UPDATE month_package SET sha256 = 'x'",
        "month_package_made",
    ),
    "a piece more of a package": (MADE + A_PART.format(at=1), "a package that is made keeps its content"),
    "a piece of a package changed": (MADE + "; UPDATE month_package_part SET content = x'01'", "keeps its content"),
    "a piece of a package deleted": (MADE + "; DELETE FROM month_package_part", "keeps its content"),
    # plain values
    "a mode that is none": ("UPDATE merchant SET mode = 'demo'", "merchant_mode"),
    "an amount that is no integer": ("UPDATE payable SET total = 10.5 WHERE id = 'p4'", "REAL value in INTEGER"),
    "a text that is no text": ("UPDATE merchant SET slug = x'00'", "BLOB value in TEXT"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_database_refuses(refusal: Refusal, what: str) -> None:
    sql, reason = REFUSED[what]

    assert reason in refusal(sql)


def test_and_the_books_are_as_they_were(refusal: Refusal, filled: Path) -> None:
    for sql, _ in REFUSED.values():
        assert refusal(sql) != "done"

    store = open_store(filled)
    assert store.read_now(lambda tx: tx.ledger.verify()) == ()
    assert store.read_now(lambda tx: len(tx.ledger.entries("m1", Mode.TEST))) == 7
    store.close_now()


def test_the_same_statements_pass_where_they_are_right(attempt: Refusal) -> None:
    """The control: what the refused attempts do wrong is what they are refused for."""
    entry = ";".join((an_entry(), a_posting(0, 5), a_posting(1, -5, "kind = 'billed' AND currency = 'CRC'"), NEXT_SEAL))
    assert attempt(entry) == "done"
    right = a_payment(amount=10_000, return_token="") + ";" + a_line("t9", "p4")
    assert attempt(right + "; UPDATE payment SET phase = 'sending', status = 'unknown' WHERE id = 't9'") == "done"
    held = ";".join((HELD, an_operation(kind="capture", payment="t3", amount=500), SEND_IT))
    assert attempt(held) == "done"
    assert attempt("UPDATE payment SET status = 'closed', live = 0 WHERE id = 't3'") == "done"
    assert attempt("UPDATE payable SET total = 1 WHERE id = 'p3'") == "done"
    assert attempt(A_NOTE) == "done"
    assert attempt("UPDATE cash_receipt SET voided_at = 1, void_reason = 'x'") == "done"
    assert attempt(A_SERIES + "; " + ANOTHER_RECEIPT) == "done"


def test_every_refusal_is_heard(refusal: Refusal) -> None:
    heard = {refusal(sql) for sql, _ in REFUSED.values()}

    assert {f"{one.rule}: {one.why}" for trigger in TRIGGERS for one in trigger.refusals} - heard == set()


@pytest.mark.parametrize("trigger", [trigger for trigger in TRIGGERS if trigger.refusals], ids=attrgetter("name"))
def test_without_a_trigger_what_it_refuses_is_not(filled: Path, answers: dict[str, str], trigger: Trigger) -> None:
    own = {f"{one.rule}: {one.why}" for one in trigger.refusals}
    tried = [sql for sql, answer in answers.items() if answer in own]
    with closing(connect(filled)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"DROP TRIGGER {trigger.name}")
        others = [answer_within(connection, sql) for sql in tried]
        connection.execute("ROLLBACK")

    assert any(other != answers[sql] for sql, other in zip(tried, others, strict=True))


@pytest.fixture(scope="module")
def answers(refusal: Refusal) -> dict[str, str]:
    """What the database says to each of the attempts."""
    return {sql: refusal(sql) for sql, _ in REFUSED.values()}


def answer_within(connection: sqlite3.Connection, sql: str) -> str:
    """What the database says to these statements, of which nothing stays, inside an open transaction."""
    connection.execute("SAVEPOINT attempt")
    try:
        for statement in sql.split(";"):
            connection.execute(statement)
    except sqlite3.IntegrityError as error:
        return str(error)
    finally:
        connection.execute("ROLLBACK TO attempt")
    return "done"


def test_an_intake_is_what_its_entry_credits(attempt: Refusal) -> None:
    postings = (
        a_posting(0, -5, "kind = 'customer_credit'"),
        a_posting(1, 5, "kind = 'provider_clearing' AND currency = 'CRC'"),
    )
    for amount, answer in ((6, "intake"), (5, "done")):
        intake = f"INSERT INTO intake (entry, customer, currency, amount) VALUES ('e9', 'c1', 'CRC', {amount})"
        assert answer in attempt(";".join((an_entry(), *postings, intake, NEXT_SEAL)))


def test_a_bill_may_shrink_to_what_is_settled(furnished: SqliteStore, world: World) -> None:
    shrunk = world.payable("p1", total=0, revision=1)

    def write(tx: Any) -> None:
        tx.payables.revise(shrunk)
        tx.ledger.write(billing.bill(shrunk, difference=-10_000, at=world.now))

    furnished.write_now(write)

    assert furnished.read_now(lambda tx: tx.ledger.verify()) == ()
