"""Whether what is told of payments is what the books have of them, to the last unit."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from hub.domain.entry_keys import reverses
from hub.domain.ledger import Entry, EntryKind, LedgerKind
from hub.flows.payments.payment_view import PaymentView
from hub.flows.payments.view_payment import view_of
from hub.flows.receipts.draft_receipt import drafts_for_payment
from tests.bookkeeping.desk import Desk

MOVES = (EntryKind.CAPTURE, EntryKind.REFUND, EntryKind.CHARGEBACK)
BESIDE_MONEY = (EntryKind.WITHHELD, EntryKind.DISCOUNT, EntryKind.WRITE_OFF, EntryKind.CORRECTION)


def besides(desk: Desk, view: PaymentView) -> int:
    """What settled bills beside this payment's money: with the payment itself, or with a receipt of it."""
    book = desk.read(lambda tx: tx.ledger.entries(view.payment.merchant_id, view.payment.mode))
    kinds = {entry.key: entry.kind for entry in book}
    own = re.compile(rf"(fix:)*(withheld|discount|writeoff):{re.escape(view.payment.id)}(-rc\d*)?:")
    return sum(
        row.amount
        for entry in book
        if (own.match(entry.key) or ("withheld:certificate-" in entry.key and entry.payment_id == view.payment.id))
        and kinds[entry.key] in BESIDE_MONEY
        for row in entry.applied
    )


def untrue(desk: Desk) -> dict[str, list[str]]:
    """What is told of the desk's payments and is not so, by reference."""
    shown = views(desk)
    found = {view.payment.reference: found for view in shown if (found := wrong(desk, view))}
    return found | ({"account": apart} if (apart := counted_apart(desk, shown)) else {})


def counted_apart(desk: Desk, shown: list[PaymentView]) -> list[str]:
    """Where what is under way at the account is not what its payments hold: both are counted,
    each for itself."""
    lists = desk.read(lambda tx: (tx.settlements.held(desk.account.id), tx.settlements.taken_back(desk.account.id)))
    holding = {view.payment.id for view in shown if any(item.left > 0 for item in view.held)}
    disputed = {view.payment.id for view in shown if any(item.charged_back > 0 for item in view.held)}
    pairs = zip(("held", "taken back"), (holding, disputed), lists, strict=True)
    return [f"{name}: {own} by the payments, {set(at)} by the account" for name, own, at in pairs if own != at]


def views(desk: Desk) -> list[PaymentView]:
    def read(tx: Any) -> list[PaymentView]:
        found = [tx.payments.get(payment_id) for payment_id in desk.payments.values()]
        return [view_of(tx, desk.hub, payment, desk.clock.now) for payment in found]

    return desk.read(read)


def entries_of(desk: Desk, view: PaymentView) -> tuple[Entry, ...]:
    return desk.read(
        lambda tx: tx.ledger.entries(view.payment.merchant_id, view.payment.mode, payment_id=view.payment.id)
    )


def wrong(desk: Desk, view: PaymentView) -> list[str]:
    """What is told of a payment and is not so, read once more from its entries."""
    entries = entries_of(desk, view)
    kinds = {entry.key: entry.kind for entry in entries}
    clearing: Counter[str] = Counter()
    for entry in entries:
        if kinds.get(reverses(entry.key) or entry.key) in MOVES:
            clearing[entry.currency] += entry.moved(LedgerKind.PROVIDER_CLEARING)
    told = {item.currency: item.left for item in view.held}
    found = [] if told == dict(clearing) else [f"left: told {told}, booked {dict(clearing)}"]
    lost = sum(entry.moved(LedgerKind.CHARGEBACK_LOSS) for entry in entries)
    own = told.get(view.payment.amount.currency, 0)
    settled = sum(line.applied.minor for line in (*view.lines, *view.used)) + (view.credit.minor if view.credit else 0)
    settled += (view.paid_out.minor if view.paid_out else 0) - (view.billed_again.minor if view.billed_again else 0)
    settled -= view.exchanged.minor if view.exchanged else 0
    if settled != own + lost:
        found.append(f"{settled} settle something or are credit, {own} are left and {lost} lost")
    less = sum(amount.minor for _name, amount in view.less)
    if less != (booked := besides(desk, view)):
        found.append(f"told {less} withheld or let off, booked {booked}")
    drafts = desk.read(lambda tx: drafts_for_payment(tx, desk.hub, desk.merchant, view.payment))
    if (received := sum(draft.cash.minor for draft in drafts)) != max(0, own):
        found.append(f"receipts for {received}, {own} are left")
    return found
