"""Every trigger, in one list: what CHECK, UNIQUE and foreign keys cannot say.

Each migration ends by dropping and re-creating them all, and start-up compares the database with this list. A refusal
reads ``rule: why``; the rule is what a ``Conflict`` names.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from hub.domain.ledger import Effect, EntryKind, LedgerKind

from .chain import CHAIN_START

SETTLING = tuple(effect.value for effect in Effect if effect is not Effect.REOPENED)
UNBOUND = (EntryKind.BILL,)
"""Entries that move receivables without an allocation row of the same size."""

CREDIT_SIDE = (LedgerKind.CUSTOMER_CREDIT, LedgerKind.SUSPENSE)
"""Liabilities whose balance never becomes a debit (L6)."""


@attrs.frozen
class Trigger:
    """One trigger: when it fires, and what it does in SQLite's words."""

    name: str
    when: str
    sqlite: str

    @property
    def statement(self) -> str:
        """The statement that makes it."""
        return f"CREATE TRIGGER {self.name} {self.when} BEGIN {self.sqlite} END"


def _refuse(rule: str, why: str, condition: str = "") -> str:
    where = f" WHERE {condition}" if condition else ""
    return f"SELECT RAISE(ABORT, '{rule}: {why}'){where};"


def _guard(name: str, when: str, *refusals: str) -> Trigger:
    return Trigger(name, when, " ".join(refusals))


def _append_only(table: str) -> Iterator[Trigger]:
    yield _guard(f"{table}_unchanged", f"BEFORE UPDATE ON {table}", _refuse("append_only", f"{table} is never changed"))
    yield _kept(table)


def _kept(table: str) -> Trigger:
    return _guard(f"{table}_kept", f"BEFORE DELETE ON {table}", _refuse("append_only", f"{table} is never deleted"))


def _fixed(table: str, *columns: str) -> Trigger:
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
    return _guard(
        f"{table}_fixed",
        f"BEFORE UPDATE OF {', '.join(columns)} ON {table} WHEN {changed}",
        _refuse("fixed", f"these columns of {table} are written once"),
    )


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _payments() -> Iterator[Trigger]:
    yield _guard(
        "payment_begins",
        "BEFORE INSERT ON payment",
        _refuse("legal_send", "a payment begins in phase created", "NEW.phase <> 'created' OR NEW.status <> 'created'"),
        _refuse(
            "walls",
            "account and customer are of the same merchant and mode",
            "NOT EXISTS (SELECT 1 FROM account WHERE id = NEW.account AND merchant = NEW.merchant AND mode = NEW.mode)"
            " OR NOT EXISTS (SELECT 1 FROM customer WHERE id = NEW.customer AND merchant = NEW.merchant)",
        ),
    )
    yield _guard(
        "payment_sends",
        "BEFORE UPDATE OF phase ON payment WHEN OLD.phase = 'created' AND NEW.phase <> 'created'",
        _refuse("legal_send", "sending comes before sent", "NEW.phase <> 'sending'"),
        _refuse("legal_send", "the payment is no longer live", "OLD.live = 0 OR NEW.live = 0"),
        _refuse(
            "legal_send",
            "the lines are not the amount of the payment",
            "NEW.amount IS NOT (SELECT sum(amount) FROM payment_line WHERE payment = NEW.id)",
        ),
        _refuse(
            "legal_send",
            "another live payment holds a payable",
            "EXISTS (SELECT 1 FROM payment_line mine JOIN payment_line other ON other.payable = mine.payable"
            " WHERE mine.payment = NEW.id AND other.payment <> NEW.id AND other.live = 1)",
        ),
        _refuse(
            "legal_send",
            "a line is above what is due, or its payable is cancelled",
            "EXISTS (SELECT 1 FROM payment_line l JOIN payable p ON p.id = l.payable"
            " WHERE l.payment = NEW.id AND (l.amount + l.withheld > p.due OR p.cancelled_at IS NOT NULL))",
        ),
    )
    yield _guard(
        "payment_phase_forward",
        "BEFORE UPDATE OF phase ON payment WHEN (OLD.phase = 'sending' AND NEW.phase = 'created')"
        " OR (OLD.phase = 'sent' AND NEW.phase <> 'sent')",
        _refuse("legal_phase", "a phase never goes back"),
    )
    yield _guard(
        "payment_status_forward",
        "BEFORE UPDATE OF status, live ON payment WHEN (OLD.live = 0 AND NEW.live = 1)"
        " OR (OLD.status = 'paid' AND NEW.status <> 'paid')",
        _refuse("legal_status", "closed never becomes live again, paid stays paid"),
    )
    yield _fixed(
        "payment",
        *("id", "merchant", "mode", "account", "customer", "reference", "currency", "amount", "created_at"),
    )
    yield _kept("payment")
    yield _guard(
        "payment_line_fits",
        "BEFORE INSERT ON payment_line",
        _refuse(
            "legal_send",
            "lines are added before anything is sent",
            "NOT EXISTS (SELECT 1 FROM payment WHERE id = NEW.payment AND phase = 'created')",
        ),
        _refuse(
            "walls",
            "payable and payment are of one merchant, mode and currency",
            "NOT EXISTS (SELECT 1 FROM payment t JOIN payable p ON p.merchant = t.merchant AND p.mode = t.mode"
            " AND p.currency = t.currency WHERE t.id = NEW.payment AND p.id = NEW.payable)",
        ),
    )
    yield _fixed("payment_line", "payment", "position", "payable", "number", "amount", "withheld", "withholdings")
    yield _kept("payment_line")
    yield _guard(
        "observation_fits",
        "BEFORE INSERT ON observation",
        _refuse(
            "walls",
            "observation and payment are of one account, merchant and mode",
            "NOT EXISTS (SELECT 1 FROM payment WHERE id = NEW.payment AND account = NEW.account"
            " AND merchant = NEW.merchant AND mode = NEW.mode)",
        ),
    )
    yield from _append_only("observation")


def _operations() -> Iterator[Trigger]:
    held = (
        "(SELECT coalesce(sum(p.amount), 0) FROM entry e JOIN posting p ON p.entry = e.id"
        " JOIN ledger_account a ON a.id = p.ledger_account AND a.kind = 'provider_clearing'"
        " WHERE e.payment = NEW.payment AND e.payment IS NOT NULL AND e.currency = NEW.currency"
        " AND (e.kind IN ('capture', 'refund', 'chargeback') OR e.key LIKE 'fix:capture:%'"
        " OR e.key LIKE 'fix:refund:%' OR e.key LIKE 'fix:chargeback:%'))"
    )
    under_way = (
        "(SELECT coalesce(sum(amount), 0) FROM operation WHERE payment = NEW.payment AND id <> NEW.id"
        " AND kind <> 'cancel' AND live = 1)"
    )
    yield _guard(
        "operation_begins",
        "BEFORE INSERT ON operation",
        _refuse("legal_send", "an operation begins in phase created", "NEW.phase <> 'created'"),
        _refuse(
            "walls",
            "operation and payment are of one account, merchant and mode",
            "NOT EXISTS (SELECT 1 FROM payment WHERE id = NEW.payment AND account = NEW.account"
            " AND merchant = NEW.merchant AND mode = NEW.mode AND currency = NEW.currency)",
        ),
    )
    yield _guard(
        "operation_sends",
        "BEFORE UPDATE OF phase ON operation WHEN OLD.phase = 'created' AND NEW.phase <> 'created'",
        _refuse("legal_send", "sending comes before sent", "NEW.phase <> 'sending'"),
        _refuse("legal_send", "the operation is no longer live", "OLD.live = 0 OR NEW.live = 0"),
        _refuse(
            "legal_send",
            "more would go back than the books hold",
            f"NEW.kind = 'refund' AND {under_way} + NEW.amount > {held}",
        ),
        _refuse(
            "legal_send",
            "only an unknown payment is undone",
            "NEW.kind = 'undo' AND NOT EXISTS (SELECT 1 FROM payment WHERE id = NEW.payment AND status = 'unknown')",
        ),
        _refuse(
            "legal_send",
            "only a live payment is cancelled",
            "NEW.kind = 'cancel' AND NOT EXISTS (SELECT 1 FROM payment WHERE id = NEW.payment AND live = 1)",
        ),
    )
    yield _guard(
        "operation_forward",
        "BEFORE UPDATE OF phase, live ON operation WHEN (OLD.phase = 'sending' AND NEW.phase = 'created')"
        " OR (OLD.phase = 'sent' AND NEW.phase <> 'sent') OR (OLD.live = 0 AND NEW.live = 1)",
        _refuse("legal_phase", "an operation never goes back"),
    )
    yield _fixed("operation", "id", "payment", "account", "merchant", "mode", "kind", "reference", "amount", "currency")
    yield _kept("operation")
    yield from _append_only("operation_news")


def _decisions() -> Iterator[Trigger]:
    yield _fixed(
        "decision",
        *("id", "merchant", "mode", "kind", "subject", "payment", "content", "currency", "amount"),
        *("by", "why", "evidence", "evidence_name", "evidence_digest", "via", "proposed_at"),
    )
    yield _guard(
        "decision_ends_once",
        "BEFORE UPDATE ON decision WHEN OLD.done_at IS NOT NULL OR OLD.superseded = 1",
        _refuse("append_only", "a decision that took effect is never changed"),
    )
    yield _kept("decision")


def _requests() -> Iterator[Trigger]:
    """What was sent stays as it was noted; old questions alone are forgotten."""
    yield _guard(
        "request_sent_unchanged",
        "BEFORE UPDATE ON request_sent",
        _refuse("append_only", "request_sent is never changed"),
    )
    yield _guard(
        "request_sent_kept",
        "BEFORE DELETE ON request_sent WHEN OLD.hook NOT IN ('handle_notification', 'query_payment')",
        _refuse("append_only", "what charged, opened or gave back is never deleted"),
    )


def _payables() -> Iterator[Trigger]:
    counters = " OR ".join(f"NEW.{effect.value} <> 0" for effect in Effect)
    yield _guard(
        "payable_begins",
        "BEFORE INSERT ON payable",
        _refuse("from_ledger", "what is settled comes from the ledger alone", counters),
        _refuse(
            "walls",
            "the customer is of the same merchant",
            "NOT EXISTS (SELECT 1 FROM customer WHERE id = NEW.customer AND merchant = NEW.merchant)",
        ),
    )
    for effect in Effect:
        fold = f"SELECT coalesce(sum(amount), 0) FROM allocation WHERE payable = NEW.id AND effect = '{effect}'"
        yield _guard(
            f"payable_{effect}_from_ledger",
            f"BEFORE UPDATE OF {effect} ON payable",
            _refuse("from_ledger", "what is settled comes from the ledger alone", f"NEW.{effect} <> ({fold})"),
        )
    yield _guard(
        "payable_not_in_payment",
        "BEFORE UPDATE OF total, customer ON payable"
        " WHEN (OLD.total <> NEW.total OR OLD.customer <> NEW.customer)"
        " AND EXISTS (SELECT 1 FROM payment_line WHERE payable = OLD.id AND live = 1)",
        _refuse("legal_revision", "the payable is in a live payment"),
    )
    yield _guard(
        "payable_moves_unsettled",
        "BEFORE UPDATE OF customer ON payable WHEN OLD.customer <> NEW.customer AND OLD.due <> OLD.total",
        _refuse("legal_revision", "what is settled in part stays with its customer"),
    )
    yield _fixed("payable", "id", "merchant", "mode", "kind", "number", "currency", "created_at")
    yield _kept("payable")


def _ledger() -> Iterator[Trigger]:
    for table in ("ledger_account", "posting", "seal", "allocation", "drawn", "erasure"):
        yield from _append_only(table)
    yield _fixed(
        "entry",
        *("id", "merchant", "mode", "key", "kind", "currency", "at", "value_on", "payment", "payable"),
        *("observation", "own_record", "note_digest"),
    )
    yield _guard(
        "entry_note",
        "BEFORE UPDATE OF note, note_salt ON entry WHEN NEW.note <> OLD.note OR NEW.note_salt <> OLD.note_salt",
        _refuse("append_only", "a note can be erased, and not be changed", "NEW.note <> '' OR NEW.note_salt <> ''"),
        _refuse(
            "accounted_for",
            "who erases a note says so, and why",
            "NOT EXISTS (SELECT 1 FROM erasure WHERE entry = NEW.id)",
        ),
    )
    yield _kept("entry")
    yield _guard(
        "entry_fits",
        "BEFORE INSERT ON entry WHEN NEW.payment IS NOT NULL",
        _refuse(
            "walls",
            "entry and payment are of one merchant and mode",
            "NOT EXISTS (SELECT 1 FROM payment WHERE id = NEW.payment AND merchant = NEW.merchant AND mode = NEW.mode)",
        ),
    )
    yield _guard(
        "entry_is_on",
        "BEFORE INSERT ON entry WHEN NEW.payable IS NOT NULL",
        _refuse(
            "walls",
            "entry and payable are of one merchant, mode and currency",
            "NOT EXISTS (SELECT 1 FROM payable WHERE id = NEW.payable AND merchant = NEW.merchant"
            " AND mode = NEW.mode AND currency = NEW.currency)",
        ),
    )
    for table in ("posting", "allocation", "intake", "drawn"):
        yield _guard(
            f"{table}_unsealed",
            f"BEFORE INSERT ON {table}",
            _refuse("sealed", "the entry is sealed", "EXISTS (SELECT 1 FROM seal WHERE entry = NEW.entry)"),
        )
    yield _guard(
        "allocation_fits",
        "BEFORE INSERT ON allocation",
        _refuse(
            "walls",
            "payable and entry are of one merchant, mode and currency",
            "NOT EXISTS (SELECT 1 FROM entry e JOIN payable p ON p.merchant = e.merchant AND p.mode = e.mode"
            " AND p.currency = e.currency WHERE e.id = NEW.entry AND p.id = NEW.payable)",
        ),
        _refuse(
            "walls",
            "entry and intake are of one merchant, mode and currency",
            "NEW.intake IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry e JOIN entry i ON i.merchant = e.merchant"
            " AND i.mode = e.mode AND i.currency = e.currency WHERE e.id = NEW.entry AND i.id = NEW.intake)",
        ),
        _refuse(
            "walls",
            "payable and intake are of one customer",
            "NEW.intake IS NOT NULL AND NOT EXISTS (SELECT 1 FROM intake i JOIN payable p ON p.customer = i.customer"
            " WHERE i.entry = NEW.intake AND p.id = NEW.payable)",
        ),
    )
    for effect in Effect:
        yield Trigger(
            f"allocation_moves_{effect}",
            f"AFTER INSERT ON allocation WHEN NEW.effect = '{effect}'",
            f"UPDATE payable SET {effect} = {effect} + NEW.amount WHERE id = NEW.payable;",
        )
    yield Trigger(
        "allocation_moves_intake",
        "AFTER INSERT ON allocation WHEN NEW.effect = 'allocated' AND NEW.intake IS NOT NULL",
        "UPDATE intake SET allocated = allocated + NEW.amount WHERE entry = NEW.intake;",
    )
    yield _guard(
        "drawn_fits",
        "BEFORE INSERT ON drawn",
        _refuse(
            "walls",
            "entry and intake are of one merchant, mode and currency",
            "NOT EXISTS (SELECT 1 FROM entry e JOIN entry i ON i.merchant = e.merchant"
            " AND i.mode = e.mode AND i.currency = e.currency WHERE e.id = NEW.entry AND i.id = NEW.intake)",
        ),
    )
    yield Trigger(
        "drawn_moves_intake",
        "AFTER INSERT ON drawn",
        "UPDATE intake SET returned = returned + NEW.amount WHERE entry = NEW.intake;",
    )
    yield from _intake()
    yield _seal()
    yield _sealed()
    yield _guard(
        "chain_forward",
        "BEFORE UPDATE ON chain",
        _refuse(
            "chain",
            "the head moves to the next seal alone",
            "NEW.seq <> OLD.seq + 1 OR NOT EXISTS (SELECT 1 FROM seal WHERE merchant = NEW.merchant"
            " AND mode = NEW.mode AND seq = NEW.seq AND hash = NEW.hash)",
        ),
    )
    yield _kept("chain")
    yield _kept("balance")


def _intake() -> Iterator[Trigger]:
    yield _guard(
        "intake_begins",
        "BEFORE INSERT ON intake",
        _refuse("from_ledger", "an intake begins unapplied", "NEW.allocated <> 0 OR NEW.returned <> 0"),
    )
    fold = "SELECT coalesce(sum(amount), 0) FROM allocation WHERE intake = NEW.entry AND effect = 'allocated'"
    yield _guard(
        "intake_allocated_from_ledger",
        "BEFORE UPDATE OF allocated ON intake",
        _refuse("from_ledger", "what is allocated comes from the ledger alone", f"NEW.allocated <> ({fold})"),
    )
    drawn = "SELECT coalesce(sum(amount), 0) FROM drawn WHERE intake = NEW.entry"
    yield _guard(
        "intake_returned_from_ledger",
        "BEFORE UPDATE OF returned ON intake",
        _refuse("from_ledger", "what went back comes from the ledger alone", f"NEW.returned <> ({drawn})"),
    )
    yield _fixed("intake", "entry", "customer", "payment", "currency", "amount")
    yield _kept("intake")


def _seal() -> Trigger:
    postings = "FROM posting WHERE entry = NEW.entry"
    accounts = "FROM posting p JOIN ledger_account a ON a.id = p.ledger_account WHERE p.entry = NEW.entry"
    receivable = f"SELECT coalesce(sum(p.amount), 0) {accounts} AND a.kind = 'receivable'"
    applied = (
        f"SELECT coalesce(sum(CASE WHEN effect IN ({_list(SETTLING)}) THEN -amount ELSE amount END), 0)"
        " FROM allocation WHERE entry = NEW.entry"
    )
    credit = f"SELECT coalesce(sum(p.amount), 0) {accounts} AND a.kind = 'customer_credit'"
    used = (
        "SELECT coalesce((SELECT sum(amount) FROM allocation WHERE entry = NEW.entry AND effect = 'allocated'), 0)"
        " + coalesce((SELECT sum(amount) FROM drawn WHERE entry = NEW.entry), 0)"
        " - coalesce((SELECT amount FROM intake WHERE entry = NEW.entry), 0)"
    )
    return _guard(
        "seal_checks",
        "BEFORE INSERT ON seal",
        _refuse("balanced", "an entry has two postings or more", f"(SELECT count(*) {postings}) < 2"),
        _refuse("balanced", "an entry sums to zero", f"(SELECT sum(amount) {postings}) <> 0"),
        _refuse(
            "walls",
            "an entry is of one merchant, mode and currency",
            "NOT EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry AND merchant = NEW.merchant AND mode = NEW.mode)"
            f" OR EXISTS (SELECT 1 {accounts} AND (a.merchant, a.mode, a.currency)"
            " IS NOT (SELECT merchant, mode, currency FROM entry WHERE id = NEW.entry))",
        ),
        _refuse(
            "applied",
            "receivables move by what is settled",
            f"({receivable}) <> ({applied})"
            f" AND (SELECT kind FROM entry WHERE id = NEW.entry) NOT IN ({_list(UNBOUND)})",
        ),
        _refuse(
            "walls",
            "what is settled is owed by the customer whose receivable moves",
            "EXISTS (SELECT 1 FROM allocation s JOIN payable o ON o.id = s.payable WHERE s.entry = NEW.entry"
            f" AND NOT EXISTS (SELECT 1 {accounts} AND a.kind = 'receivable' AND a.owner = o.customer))",
        ),
        _refuse(
            "intake",
            "credit moves by what is brought in, allocated and drawn",
            f"({credit}) <> ({used}) OR EXISTS (SELECT 1 FROM allocation WHERE entry = NEW.entry"
            " AND effect = 'allocated' AND intake IS NULL)",
        ),
        _refuse(
            "chain",
            "a seal follows the last one",
            "NEW.seq <> 1 + coalesce((SELECT seq FROM chain WHERE merchant = NEW.merchant AND mode = NEW.mode), 0)"
            " OR NEW.prev_hash <> coalesce((SELECT hash FROM chain WHERE merchant = NEW.merchant"
            f" AND mode = NEW.mode), '{CHAIN_START}')",
        ),
    )


def _sealed() -> Trigger:
    return Trigger(
        "seal_books",
        "AFTER INSERT ON seal",
        "INSERT INTO chain (merchant, mode, seq, hash) VALUES (NEW.merchant, NEW.mode, NEW.seq, NEW.hash)"
        " ON CONFLICT (merchant, mode) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;"
        " INSERT INTO balance (ledger_account, amount)"
        " SELECT ledger_account, sum(amount) FROM posting WHERE entry = NEW.entry GROUP BY ledger_account"
        " ON CONFLICT (ledger_account) DO UPDATE SET amount = balance.amount + excluded.amount; "
        + _refuse(
            "credit",
            "more is taken than the customer or the suspense account has",
            "EXISTS (SELECT 1 FROM posting p JOIN ledger_account a ON a.id = p.ledger_account"
            " JOIN balance b ON b.ledger_account = a.id"
            f" WHERE p.entry = NEW.entry AND a.kind IN ({_list(CREDIT_SIDE)}) AND b.amount > 0)",
        ),
    )


def _documents() -> Iterator[Trigger]:
    yield _fixed(
        "cash_receipt",
        *("id", "merchant", "mode", "series", "number", "customer", "payment", "movement", "received_on", "issued_at"),
        *("issued_by", "means", "currency", "cash", "advance", "lines", "words", "clause", "concept", "issuer"),
        *("received_from", "notes", "bank_account", "provider", "provider_reference", "authorisation"),
    )
    yield _guard(
        "cash_receipt_void_once",
        "BEFORE UPDATE OF void_reason, voided_at ON cash_receipt WHEN OLD.voided_at IS NOT NULL",
        _refuse("append_only", "a receipt is voided once"),
    )
    yield _kept("cash_receipt")
    here = "merchant = NEW.merchant AND mode = NEW.mode AND series = NEW.series"
    left_out = f"SELECT 1 FROM series_gap WHERE {here} AND last = NEW.next - 1"
    stands = f"coalesce((SELECT next FROM series WHERE {here}), 1)"
    yield _guard(
        "series_begins",
        "BEFORE INSERT ON series",
        _refuse(
            "append_only",
            "a series begins at one",
            f"NEW.next <> 2 AND NOT EXISTS ({left_out} AND first = {stands})",
        ),
    )
    yield _guard(
        "series_forward",
        "BEFORE UPDATE ON series",
        _refuse(
            "append_only",
            "a series counts on by one, but for a gap that is accounted for",
            f"NEW.next <> OLD.next + 1 AND NOT EXISTS ({left_out} AND first = OLD.next)",
        ),
    )
    yield _kept("series")
    yield _guard(
        "series_gap_fits",
        "BEFORE INSERT ON series_gap",
        _refuse(
            "append_only",
            "a gap begins where its series stands",
            f"NEW.first <> {stands}",
        ),
    )
    yield Trigger(
        "series_gap_moves",
        "AFTER INSERT ON series_gap",
        "INSERT INTO series (merchant, mode, series, next) VALUES (NEW.merchant, NEW.mode, NEW.series, NEW.last + 1)"
        " ON CONFLICT (merchant, mode, series) DO UPDATE SET next = excluded.next;",
    )
    yield from _append_only("series_gap")


def _settlements() -> Iterator[Trigger]:
    yield _guard(
        "settlement_line_fits",
        "BEFORE INSERT ON settlement_line",
        _refuse(
            "walls",
            "line and account are of one merchant and mode",
            "NOT EXISTS (SELECT 1 FROM account WHERE id = NEW.account AND merchant = NEW.merchant AND mode = NEW.mode)",
        ),
    )
    yield _fixed(
        "settlement_line",
        *("id", "account", "merchant", "mode", "line", "reference", "provider_reference", "authorisation", "movement"),
        *("currency", "gross", "fee", "fee_tax", "withheld", "withholdings", "net", "occurred_at", "settled_on"),
        *("source", "imported_at"),
    )
    yield _guard(
        "settlement_line_forward",
        "BEFORE UPDATE OF state, settles, payment ON settlement_line WHEN OLD.state <> 'open'",
        _refuse(
            "append_only",
            "a booked line is withdrawn at most",
            "OLD.state <> 'booked' OR NEW.state <> 'withdrawn' OR NEW.payment IS NOT OLD.payment",
        ),
    )
    yield _kept("settlement_line")


TRIGGERS: tuple[Trigger, ...] = (
    *(
        *_payments(),
        *_operations(),
        *_decisions(),
        *_requests(),
        *_payables(),
        *_ledger(),
        *_documents(),
        *_settlements(),
    ),
)
