"""What is booked of money: what came in, what went back, and what the provider paid out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from hub_hookspecs import Mode, Money, SettlementLine

from . import entry_keys
from .captures import Capture
from .ledger import Applied, Drawn, Entry, EntryKind, LedgerKind, Posting, debit_and_credit
from .payment import Payment
from .settlement import RESERVE, LineKind


def capture(payment: Payment, taken: Capture, *, at: datetime | None = None, on: date | None = None) -> Entry:
    """Book a proven capture: it is the customer's credit until it is allocated; another currency is in suspense.

    Args:
        at: When it is booked, unless when it was captured.
        on: The day of the capture, where the merchant is.
    """
    strange = taken.amount.currency != payment.amount.currency
    credit = (LedgerKind.SUSPENSE, payment.account_id) if strange else (LedgerKind.CUSTOMER_CREDIT, payment.customer_id)
    return Entry(
        key=entry_keys.capture_key(payment.account_id, taken.movement),
        kind=EntryKind.CAPTURE,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        currency=taken.amount.currency,
        postings=debit_and_credit(LedgerKind.PROVIDER_CLEARING, payment.account_id, *credit, taken.amount.minor),
        at=at or taken.at,
        value_on=on,
        intake_of=None if strange else payment.customer_id,
        payment_id=payment.id,
        observation=taken.key,
        own_record=taken.own_record,
    )


def offline_receipt(
    *,
    receipt_id: str,
    merchant_id: str,
    mode: Mode,
    customer_id: str,
    currency: str,
    amount: int,
    into: LedgerKind,
    at: datetime,
    on: date | None = None,
) -> Entry:
    """Book money that a person received: cash, or a transfer seen in the bank."""
    return Entry(
        key=f"manual:{receipt_id}",
        kind=EntryKind.OFFLINE_RECEIPT,
        merchant_id=merchant_id,
        mode=mode,
        currency=currency,
        postings=debit_and_credit(into, "", LedgerKind.CUSTOMER_CREDIT, customer_id, amount),
        at=at,
        value_on=on,
        intake_of=customer_id,
    )


def refund(
    payment: Payment,
    *,
    key: str,
    currency: str,
    drawn: Sequence[Drawn],
    suspended: int = 0,
    at: datetime,
    on: date | None = None,
    observation: str | None = None,
) -> Entry:
    """Book money that went back to the payer, out of credit; what was allocated is taken back first.

    Args:
        suspended: What goes back of money that was never anybody's credit.
    """
    total = sum(row.amount for row in drawn)
    return _goes_back(payment, EntryKind.REFUND, key, currency, total, suspended, (), 0, drawn, at, on, observation)


def chargeback(
    payment: Payment,
    *,
    key: str,
    currency: str,
    drawn: Sequence[Drawn] = (),
    suspended: int = 0,
    reopened: Sequence[Applied] = (),
    lost: int = 0,
    at: datetime,
    on: date | None = None,
    observation: str | None = None,
) -> Entry:
    """Book money that the payer's bank took back: out of unapplied credit, payables re-opened, or a loss."""
    total = sum(row.amount for row in drawn)
    return _goes_back(
        payment, EntryKind.CHARGEBACK, key, currency, total, suspended, reopened, lost, drawn, at, on, observation
    )


def _goes_back(
    payment: Payment,
    kind: EntryKind,
    key: str,
    currency: str,
    credit: int,
    suspended: int,
    reopened: Sequence[Applied],
    lost: int,
    drawn: Sequence[Drawn],
    at: datetime,
    on: date | None,
    observation: str | None,
) -> Entry:
    owed = sum(row.amount for row in reopened)
    debits = (
        Posting(LedgerKind.RECEIVABLE, payment.customer_id, owed),
        Posting(LedgerKind.CUSTOMER_CREDIT, payment.customer_id, credit),
        Posting(LedgerKind.SUSPENSE, payment.account_id, suspended),
        Posting(LedgerKind.CHARGEBACK_LOSS, payment.account_id, lost),
    )
    total = owed + credit + suspended + lost
    return Entry(
        key=key,
        kind=kind,
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        currency=currency,
        postings=(
            *(leg for leg in debits if leg.amount),
            Posting(LedgerKind.PROVIDER_CLEARING, payment.account_id, -total),
        ),
        at=at,
        value_on=on,
        applied=tuple(reopened),
        drawn=tuple(drawn),
        payment_id=payment.id,
        observation=observation,
    )


def settlement(
    line: SettlementLine,
    *,
    account_id: str,
    merchant_id: str,
    mode: Mode,
    at: datetime,
    on: date | None = None,
    named: str = "",
    kind: LineKind = LineKind.PAYMENT,
    in_transit: bool = False,
    payment_id: str | None = None,
    observation: str | None = None,
) -> tuple[Entry, ...]:
    """Book a settlement line: what reached the bank, the fee, its tax, each tax and the reserve that was kept back.

    Args:
        named: What stands for the line in the keys, unless its own id.
        kind: A charge without a payment is a fee, whatever part of the line states it.
        in_transit: What reached the bank is not known yet.
    """
    named = named or line.line_id
    fee = _minor(line.fee) - (line.gross.minor if kind is LineKind.CHARGE else 0)
    arrives, whose = (LedgerKind.IN_TRANSIT, account_id) if in_transit else (LedgerKind.BANK, "")
    parts = [
        (EntryKind.SETTLEMENT, entry_keys.line_key("settle", account_id, named), arrives, whose, line.net.minor),
        (EntryKind.FEE, entry_keys.line_key("fee", account_id, named), LedgerKind.FEES, account_id, fee),
        (
            EntryKind.FEE_TAX,
            entry_keys.line_key("feetax", account_id, named),
            LedgerKind.FEE_TAX,
            account_id,
            _minor(line.fee_tax),
        ),
        *(_kept(tax, amount.minor, account_id, named) for tax, amount in sorted(line.withholdings.items())),
    ]
    return tuple(
        Entry(
            key=key,
            kind=entry_kind,
            merchant_id=merchant_id,
            mode=mode,
            currency=line.gross.currency,
            postings=debit_and_credit(debit, debtor, LedgerKind.PROVIDER_CLEARING, account_id, amount),
            at=at,
            value_on=on,
            payment_id=payment_id,
            observation=observation,
        )
        for entry_kind, key, debit, debtor, amount in parts
        if amount
    )


def _kept(tax: str, minor: int, account_id: str, named: str) -> tuple[EntryKind, str, LedgerKind, str, int]:
    """A tax that a provider kept back; or what it keeps, or releases, of its reserve."""
    if tax == RESERVE:
        key = entry_keys.line_key("reserve", account_id, named)
        return EntryKind.RESERVE, key, LedgerKind.PROVIDER_RESERVE, account_id, minor
    key = f"{entry_keys.line_key('acqtax', account_id, named)}:{tax}"
    return EntryKind.ACQUIRER_TAX, key, LedgerKind.TAX_WITHHELD, tax, minor


def payout(
    *,
    account_id: str,
    merchant_id: str,
    mode: Mode,
    named: str,
    arrived: Money,
    fee: int,
    fee_tax: int,
    at: datetime,
    on: date,
    note: str,
) -> Entry:
    """Book what reached the bank of money in transit, and what the provider kept of it."""
    legs = (
        Posting(LedgerKind.BANK, "", arrived.minor),
        Posting(LedgerKind.FEES, account_id, fee),
        Posting(LedgerKind.FEE_TAX, account_id, fee_tax),
        Posting(LedgerKind.IN_TRANSIT, account_id, -(arrived.minor + fee + fee_tax)),
    )
    return Entry(
        key=entry_keys.line_key("payout", account_id, named),
        kind=EntryKind.PAYOUT,
        merchant_id=merchant_id,
        mode=mode,
        currency=arrived.currency,
        postings=tuple(leg for leg in legs if leg.amount),
        at=at,
        value_on=on,
        note=note,
    )


def _minor(amount: Money | None) -> int:
    return 0 if amount is None else amount.minor
