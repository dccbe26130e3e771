"""Every broken invariant of the books, in words, whether or not a constraint refuses it too."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from sqlalchemy import text

from hub.domain.billing import DEBIT_NOTES
from hub.domain.ledger import Effect, EntryKind

from .chain import CHAIN_START, SEALED, Field, chained, digest_of
from .schema import DUE
from .statements import Runs
from .verify_closes import close_problems
from .verify_conversions import conversion_problems

CLEARED_BY = ", ".join(
    f"'{kind}'"
    for kind in (
        *(EntryKind.CAPTURE, EntryKind.REFUND, EntryKind.CHARGEBACK, EntryKind.SETTLEMENT, EntryKind.FEE),
        *(EntryKind.FEE_TAX, EntryKind.ACQUIRER_TAX, EntryKind.RESERVE, EntryKind.CORRECTION),
    )
)

SETTLED_BY = ", ".join(
    f"'{kind}'"
    for kind in (*(EntryKind.SETTLEMENT, EntryKind.FEE, EntryKind.FEE_TAX, EntryKind.ACQUIRER_TAX, EntryKind.RESERVE),)
)
SETTLING_FIX = " OR ".join(f"e.key LIKE 'fix:{word}:%'" for word in ("settle", "fee", "feetax", "acqtax", "reserve"))

CREDIT_MOVED = (
    "SELECT coalesce(-sum(p.amount), 0) FROM posting p JOIN entry e ON e.id = p.entry"
    " JOIN ledger_account a ON a.id = p.ledger_account AND a.kind = 'customer_credit'"
    " WHERE a.merchant = h.merchant AND a.mode = h.mode AND a.owner = h.customer AND a.currency = h.currency"
)
"""What customer ``h`` has of credit; with a condition more, a part of what moved it."""

BILLED_OF = (
    "(SELECT coalesce(-sum(x.amount), 0) FROM entry e JOIN posting x ON x.entry = e.id"
    " JOIN ledger_account a ON a.id = x.ledger_account AND a.kind = 'billed'"
    " WHERE e.merchant = p.merchant AND e.mode = p.mode"
    " AND e.key > 'bill:' || p.id || ':' AND e.key < 'bill:' || p.id || ';')"
)
"""What is billed of payable ``p``: an order that nobody paid is not."""

CHECKS: tuple[tuple[str, str], ...] = (
    (
        "I1: a request of payment {reference} was written before it was committed as sending",
        "SELECT DISTINCT p.reference FROM request_sent r JOIN payment p ON p.id = r.payment"
        " WHERE r.wrote = 1 AND r.hook = 'create_payment' AND r.mark <> 'harmless' AND p.phase = 'created'",
    ),
    (
        "L1: entry {key} has {postings} postings that sum to {total}",
        "SELECT e.key, count(p.entry) AS postings, coalesce(sum(p.amount), 0) AS total FROM entry e"
        " LEFT JOIN posting p ON p.entry = e.id GROUP BY e.id, e.key"
        " HAVING count(p.entry) < 2 OR coalesce(sum(p.amount), 0) <> 0",
    ),
    (
        "L1: entry {key} is not sealed",
        "SELECT e.key FROM entry e LEFT JOIN seal s ON s.entry = e.id WHERE s.entry IS NULL",
    ),
    (
        "L1: entry {key} posts to a ledger account of another merchant, mode or currency",
        "SELECT DISTINCT e.key FROM posting p JOIN entry e ON e.id = p.entry JOIN ledger_account a"
        " ON a.id = p.ledger_account"
        " WHERE a.merchant <> e.merchant OR a.mode <> e.mode OR a.currency <> e.currency",
    ),
    (
        "L2: the {currency} postings of merchant {merchant} in {mode} mode sum to {total}",
        "SELECT a.merchant, a.mode, a.currency, sum(p.amount) AS total FROM posting p"
        " JOIN ledger_account a ON a.id = p.ledger_account GROUP BY a.merchant, a.mode, a.currency"
        " HAVING sum(p.amount) <> 0",
    ),
    *(
        (
            f"L3: payable {{number}} says {effect} {{stated}}, its allocations say {{found}}",
            f"SELECT p.number, p.{effect} AS stated, coalesce(a.found, 0) AS found FROM payable p"
            " LEFT JOIN (SELECT payable, sum(amount) AS found FROM allocation"
            f" WHERE effect = '{effect}' GROUP BY payable) a ON a.payable = p.id"
            f" WHERE p.{effect} <> coalesce(a.found, 0) OR p.{effect} < 0",
        )
        for effect in Effect
    ),
    (
        "L4: payable {number} owes {due} of {total}",
        f"SELECT number, due, total FROM payable WHERE due <> {DUE} OR due < 0 OR due > total OR reopened > allocated",
    ),
    (
        "L4: order {number} of {total} is billed with {billed}, and owes {due}",
        "SELECT number, total, due, billed FROM"
        f" (SELECT p.number, p.total, p.due, {BILLED_OF} AS billed FROM payable p WHERE p.kind = 'order') o"
        " WHERE billed NOT IN (0, total) OR billed = 0 AND due <> total",
    ),
    (
        "L4: customer {customer} owes {owed} {currency} by the payables in {mode} mode, {booked} by the ledger",
        "SELECT c.customer, c.mode, c.currency, sum(c.owed) AS owed, sum(c.booked) AS booked FROM"
        " (SELECT merchant, customer, mode, currency, due AS owed, 0 AS booked FROM payable p"
        f" WHERE kind <> 'order' OR {BILLED_OF} <> 0"
        " UNION ALL SELECT a.merchant, a.owner, a.mode, a.currency, 0, p.amount FROM posting p"
        " JOIN ledger_account a ON a.id = p.ledger_account AND a.kind = 'receivable') c"
        " GROUP BY c.merchant, c.customer, c.mode, c.currency HAVING sum(c.owed) <> sum(c.booked)",
    ),
    (
        "L3: customer {customer} withheld {booked} {currency} of {tax} in {mode} mode, the months say {counted}",
        "SELECT customer, mode, tax, currency, sum(booked) AS booked, sum(counted) AS counted FROM"
        " (SELECT r.merchant, r.owner AS customer, r.mode, w.owner AS tax, w.currency, p.amount AS booked, 0 AS counted"
        " FROM posting p JOIN ledger_account w ON w.id = p.ledger_account AND w.kind = 'withholding_receivable'"
        " JOIN posting o ON o.entry = p.entry"
        " JOIN ledger_account r ON r.id = o.ledger_account AND r.kind = 'receivable'"
        " UNION ALL SELECT merchant, customer, mode, tax, currency, 0, amount FROM withheld_month) m"
        " GROUP BY merchant, customer, mode, tax, currency HAVING sum(booked) <> sum(counted)",
    ),
    (
        "L5: intake {key} of {amount} says allocated {allocated}, its allocations say {found}; returned {returned}",
        "SELECT e.key, i.amount, i.allocated, i.returned, coalesce(a.found, 0) AS found FROM intake i"
        " JOIN entry e ON e.id = i.entry LEFT JOIN (SELECT intake, sum(amount) AS found FROM allocation"
        " WHERE effect = 'allocated' AND intake IS NOT NULL GROUP BY intake) a ON a.intake = i.entry"
        " WHERE i.allocated <> coalesce(a.found, 0) OR i.allocated < 0 OR i.returned < 0"
        " OR i.allocated + i.returned > i.amount",
    ),
    (
        "L5: intake {key} says returned {returned}, what was drawn from it says {found}",
        "SELECT e.key, i.returned, coalesce(d.found, 0) AS found FROM intake i JOIN entry e ON e.id = i.entry"
        " LEFT JOIN (SELECT intake, sum(amount) AS found FROM drawn GROUP BY intake) d ON d.intake = i.entry"
        " WHERE i.returned <> coalesce(d.found, 0)",
    ),
    (
        "L5: customer {customer} has {booked} {currency} of credit in {mode} mode, the intakes have {unapplied} left",
        "SELECT c.customer, c.mode, c.currency, sum(c.unapplied) AS unapplied, sum(c.booked) AS booked FROM"
        " (SELECT i.customer, e.mode, i.currency, i.amount - i.allocated - i.returned AS unapplied, 0 AS booked"
        " FROM intake i JOIN entry e ON e.id = i.entry"
        " UNION ALL SELECT a.owner, a.mode, a.currency, 0, -p.amount FROM posting p"
        " JOIN ledger_account a ON a.id = p.ledger_account AND a.kind = 'customer_credit') c"
        " GROUP BY c.customer, c.mode, c.currency HAVING sum(c.unapplied) <> sum(c.booked)",
    ),
    (
        "L6: {kind} of {owner} is on the wrong side by {amount} {currency}",
        "SELECT a.kind, a.owner, a.currency, sum(p.amount) AS amount FROM posting p"
        " JOIN ledger_account a ON a.id = p.ledger_account AND a.kind IN ('customer_credit', 'suspense')"
        " GROUP BY a.id, a.kind, a.owner, a.currency HAVING sum(p.amount) > 0",
    ),
    (
        "L7: the cached balance of {kind} {owner} in {currency} is {cached}, its postings say {found}",
        "SELECT a.kind, a.owner, a.currency, b.amount AS cached, coalesce(f.found, 0) AS found FROM ledger_account a"
        " LEFT JOIN balance b ON b.ledger_account = a.id"
        " LEFT JOIN (SELECT ledger_account, sum(amount) AS found FROM posting GROUP BY ledger_account) f"
        " ON f.ledger_account = a.id WHERE coalesce(b.amount, 0) <> coalesce(f.found, 0)",
    ),
    (
        "L7: the list says that customer {customer} owes {cached} {currency} in {mode} mode, the invoices say {found}",
        "SELECT c.customer, c.mode, c.currency, sum(c.cached) AS cached, sum(c.found) AS found FROM"
        " (SELECT customer, mode, currency, due AS cached, 0 AS found, bills FROM customer_debt"
        " UNION ALL SELECT customer, mode, currency, 0, due, -1 FROM payable WHERE kind = 'invoice' AND due > 0) c"
        " GROUP BY c.customer, c.mode, c.currency HAVING sum(c.cached) <> sum(c.found) OR sum(c.bills) <> 0",
    ),
    (
        "L10: entry {key} moves what account {owner} has to pay out, but it is a {kind}",
        "SELECT e.key, a.owner, e.kind FROM posting p JOIN entry e ON e.id = p.entry JOIN ledger_account a"
        f" ON a.id = p.ledger_account WHERE a.kind = 'provider_clearing' AND e.kind NOT IN ({CLEARED_BY})",
    ),
    (
        "L10: the settled lines of account {account} come to {stated} {currency}, {booked} is booked of them",
        "SELECT m.account, m.currency, sum(m.stated) AS stated, sum(m.booked) AS booked FROM"
        " (SELECT account, currency, CASE kind WHEN 'payment' THEN gross ELSE 0 END AS stated, 0 AS booked"
        " FROM settlement_line WHERE state = 'booked'"
        " UNION ALL SELECT a.owner, a.currency, 0, -p.amount FROM posting p JOIN entry e ON e.id = p.entry"
        " JOIN ledger_account a ON a.id = p.ledger_account AND a.kind = 'provider_clearing'"
        f" WHERE e.kind IN ({SETTLED_BY}) OR e.kind = 'correction' AND ({SETTLING_FIX})) m"
        " GROUP BY m.account, m.currency HAVING sum(m.stated) <> sum(m.booked)",
    ),
    (
        "L10: {settles} is settled by line {line} of account {account} with {gross}, but it is booked with {booked}",
        "SELECT l.settles, l.line, l.account, l.gross, coalesce(sum(p.amount), 0) AS booked FROM settlement_line l"
        " LEFT JOIN entry e ON e.merchant = l.merchant AND e.mode = l.mode"
        " AND (e.key = l.settles OR (e.key > 'fix:' || l.settles || ':' AND e.key < 'fix:' || l.settles || ';'))"
        " LEFT JOIN posting p ON p.entry = e.id AND EXISTS (SELECT 1 FROM ledger_account a"
        " WHERE a.id = p.ledger_account AND a.kind = 'provider_clearing')"
        " WHERE l.settles IS NOT NULL GROUP BY l.id HAVING coalesce(sum(p.amount), 0) <> l.gross"
        # one line may tell of what a bank took or of a refund alone, or together with what came back of it
        " AND (l.settles NOT LIKE 'chargeback:%' AND l.settles NOT LIKE 'refund:%'"
        " OR sum(CASE e.key WHEN l.settles THEN p.amount END) <> l.gross)",
    ),
    (
        "L10: {kind} of account {owner} is below zero by {amount} {currency}",
        "SELECT a.kind, a.owner, a.currency, -sum(p.amount) AS amount FROM posting p"
        " JOIN ledger_account a ON a.id = p.ledger_account AND a.kind IN ('provider_reserve', 'in_transit')"
        " GROUP BY a.id, a.kind, a.owner, a.currency HAVING sum(p.amount) < 0",
    ),
    (
        "L10: {kind} of account {owner} is {booked} {currency}, its lines and what was corrected come to {stated}",
        "SELECT m.kind, m.owner, m.currency, sum(m.booked) AS booked, sum(m.stated) AS stated FROM"
        " (SELECT a.kind, a.owner, a.currency, p.amount AS booked, 0 AS stated FROM posting p JOIN ledger_account a"
        " ON a.id = p.ledger_account AND a.kind IN ('provider_reserve', 'in_transit') JOIN entry e ON e.id = p.entry"
        " WHERE e.kind <> 'payout' AND e.key NOT LIKE 'fix:payout:%' AND e.key NOT LIKE 'fix:fix:payout:%'"
        " UNION ALL SELECT 'in_transit', account, currency, 0, net FROM settlement_line"
        " WHERE state = 'booked' AND in_transit = 1"
        " UNION ALL SELECT 'provider_reserve', account, currency, 0, json_extract(withholdings, '$.reserve')"
        " FROM settlement_line WHERE state = 'booked' AND json_extract(withholdings, '$.reserve') IS NOT NULL) m"
        " GROUP BY m.kind, m.owner, m.currency HAVING sum(m.booked) <> sum(m.stated)",
    ),
    (
        "L6: {held} {currency} of the credit of customer {customer} is held in {mode} mode, there is {credit};"
        " {gone} went back since",
        "SELECT * FROM (SELECT h.customer, h.mode, h.currency, h.held,"
        f" ({CREDIT_MOVED}) AS credit,"
        f" -({CREDIT_MOVED} AND p.amount > 0 AND e.at >= h.since"
        " AND (e.kind IN ('refund', 'chargeback') OR e.kind = 'correction' AND e.observation IS NOT NULL)) AS gone"
        " FROM (SELECT t.merchant, t.customer, t.mode, t.currency, sum(l.credit) AS held, min(t.created_at) AS since"
        " FROM payment t JOIN payment_line l ON l.payment = t.id WHERE l.live = 1 AND l.credit > 0"
        " GROUP BY t.merchant, t.customer, t.mode, t.currency) h) c WHERE held > credit + gone",
    ),
    (
        "L10: of payment {reference} {missing} {currency} more went back than came",
        "SELECT t.reference, a.currency, -sum(p.amount) AS missing FROM posting p JOIN entry e ON e.id = p.entry"
        " JOIN ledger_account a ON a.id = p.ledger_account AND a.kind = 'provider_clearing'"
        " JOIN payment t ON t.id = e.payment WHERE e.kind IN ('capture', 'refund', 'chargeback')"
        f" OR e.kind = 'correction' AND NOT ({SETTLING_FIX})"
        " GROUP BY t.id, t.reference, a.currency HAVING sum(p.amount) < 0",
    ),
    (
        "I2: payable {payable} is in {payments} live payments",
        "SELECT l.payable, count(*) AS payments FROM payment_line l JOIN payment t ON t.id = l.payment"
        " WHERE t.status IN ('created', 'pending', 'unknown') GROUP BY l.payable HAVING count(*) > 1",
    ),
    (
        "I6: payment {reference} is {status}, but an observation says it was paid",
        "SELECT reference, status FROM payment t WHERE status <> 'paid'"
        " AND EXISTS (SELECT 1 FROM observation WHERE payment = t.id AND kind = 'paid')",
    ),
    (
        "I6: payment {reference} is paid, but no observation says so",
        "SELECT reference FROM payment t WHERE status = 'paid'"
        " AND NOT EXISTS (SELECT 1 FROM observation WHERE payment = t.id AND kind = 'paid')",
    ),
    (
        "I7: payment {reference} is paid, but nothing is booked",
        "SELECT reference FROM payment t WHERE status = 'paid'"
        " AND NOT EXISTS (SELECT 1 FROM entry WHERE payment = t.id AND kind = 'capture')",
    ),
    (
        "I8: entry {key} books money that no paid observation of its payment claims",
        "SELECT e.key FROM entry e LEFT JOIN observation o ON o.id = e.observation AND o.payment = e.payment"
        " AND o.kind = 'paid' WHERE e.kind = 'capture' AND o.id IS NULL",
    ),
    (
        "documents {series} of merchant {merchant} in {mode} mode: {count} of {last} numbers are there,"
        " {skipped} are left out",
        "SELECT * FROM (SELECT s.merchant, s.mode, s.series, s.next - 1 AS last,"
        " (SELECT count(*) FROM cash_receipt r WHERE r.merchant = s.merchant AND r.mode = s.mode"
        " AND r.series = s.series)"
        " + (SELECT count(*) FROM disbursement d WHERE d.merchant = s.merchant AND d.mode = s.mode"
        " AND d.series = s.series)"
        " + (SELECT count(*) FROM entry e WHERE e.merchant = s.merchant AND e.mode = s.mode AND e.kind = 'debit_note'"
        f" AND s.series = '{DEBIT_NOTES}') AS count,"
        " (SELECT coalesce(sum(g.last - g.first + 1), 0) FROM series_gap g WHERE g.merchant = s.merchant"
        " AND g.mode = s.mode AND g.series = s.series) AS skipped FROM series s) c WHERE count + skipped <> last",
    ),
    (
        "document {number} of series {series} of merchant {merchant} in {mode} mode has a number that is left out",
        "SELECT r.merchant, r.mode, r.series, r.number FROM (SELECT merchant, mode, series, number FROM cash_receipt"
        " UNION ALL SELECT merchant, mode, series, number FROM disbursement) r JOIN series_gap g"
        " ON g.merchant = r.merchant AND g.mode = r.mode AND g.series = r.series"
        " AND r.number BETWEEN g.first AND g.last",
    ),
)

STATEMENTS = tuple((words, text(sql)) for words, sql in CHECKS)

CHAINS = text(
    "SELECT s.merchant, s.mode, s.seq, s.version, s.prev_hash, s.hash, e.key, e.kind, e.currency, e.at, e.value_on,"
    " e.payment, e.payable, e.observation, e.own_record, e.note, e.note_salt, e.note_digest,"
    " e.merchant AS entry_merchant, e.mode AS entry_mode,"
    " a.kind AS account_kind, a.owner, p.amount FROM seal s"
    " JOIN entry e ON e.id = s.entry JOIN posting p ON p.entry = e.id JOIN ledger_account a ON a.id = p.ledger_account"
    " ORDER BY s.merchant, s.mode, s.seq, p.position"
)
HEADS = text("SELECT merchant, mode, seq, hash FROM chain")


def problems_in(tx: Runs) -> Iterator[str]:
    """Every broken invariant in words."""
    for words, statement in STATEMENTS:
        for row in tx.run(statement):
            yield words.format(**dict(zip(row.keys(), row, strict=True)))
    yield from _chain_problems(tx)
    yield from conversion_problems(tx)
    yield from close_problems(tx)


def _chain_problems(tx: Runs) -> Iterator[str]:
    """L9: every seal follows the one before and still fits its entry; the head is the last one."""
    ends: dict[tuple[str, str], tuple[int, str]] = {}
    rows = tx.run(CHAINS)
    for (merchant, mode, seq), group in itertools.groupby(rows, lambda row: (row["merchant"], row["mode"], row["seq"])):
        legs = list(group)
        first = legs[0]
        last_seq, before = ends.get((merchant, mode), (0, CHAIN_START))
        if seq != last_seq + 1 or first["prev_hash"] != before:
            yield f"L9: seal {seq} of merchant {merchant} in {mode} mode does not follow seal {last_seq}"
        fields: list[Field] = [first["version"], first["entry_merchant"], first["entry_mode"]]
        fields += [first[name] for name in SEALED[2:]]
        for leg in legs:
            fields += [leg["account_kind"], leg["owner"], leg["amount"]]
        if chained(first["prev_hash"], fields) != first["hash"]:
            yield f"L9: entry {first['key']} is not what was sealed"
        if first["note"] and digest_of(first["note"], first["note_salt"]) != first["note_digest"]:
            yield f"L9: the note of entry {first['key']} is not the one that was sealed"
        ends[merchant, mode] = (seq, first["hash"])
    heads = {(row["merchant"], row["mode"]): (row["seq"], row["hash"]) for row in tx.run(HEADS)}
    for book in sorted(heads.keys() | ends.keys()):
        if heads.get(book) != ends.get(book):
            yield f"L9: the chain of merchant {book[0]} in {book[1]} mode ends at {ends.get(book)}, not at its head"
