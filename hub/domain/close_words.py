"""What entries, ledger accounts and open things are called in a month's close, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hub.domain.ledger import EntryKind, LedgerKind
from hub.domain.month_close import OpenKind
from hub.domain.text import Text

ENTRIES: Final[Mapping[str, Text]] = {
    EntryKind.BILL: Text("booked.bill"),
    EntryKind.CAPTURE: Text("moved.payment"),
    EntryKind.OFFLINE_RECEIPT: Text("moved.receipt"),
    EntryKind.PAID_ELSEWHERE: Text("booked.paid_elsewhere"),
    EntryKind.ALLOCATION: Text("booked.allocation"),
    EntryKind.WITHHELD: Text("moved.withheld"),
    EntryKind.DISCOUNT: Text("booked.discount"),
    EntryKind.CREDIT_NOTE: Text("booked.credit_note"),
    EntryKind.REFUND: Text("moved.refund"),
    EntryKind.SETTLEMENT: Text("booked.settlement"),
    EntryKind.FEE: Text("booked.fee"),
    EntryKind.FEE_TAX: Text("booked.fee_tax"),
    EntryKind.ACQUIRER_TAX: Text("booked.acquirer_tax"),
    EntryKind.CHARGEBACK: Text("moved.chargeback"),
    EntryKind.WRITE_OFF: Text("booked.write_off"),
    EntryKind.DISBURSEMENT: Text("moved.disbursement"),
    EntryKind.DEBIT_NOTE: Text("booked.debit_note"),
    EntryKind.EXCHANGE: Text("moved.exchange"),
    EntryKind.RESERVE: Text("booked.reserve"),
    EntryKind.PAYOUT: Text("booked.payout"),
    EntryKind.CORRECTION: Text("moved.correction"),
}

ACCOUNTS: Final[Mapping[str, Text]] = {
    LedgerKind.RECEIVABLE: Text("account.receivable"),
    LedgerKind.PROVIDER_CLEARING: Text("account.provider_clearing"),
    LedgerKind.BANK: Text("account.bank"),
    LedgerKind.CASH: Text("account.cash"),
    LedgerKind.WITHHOLDING_RECEIVABLE: Text("account.withholding_receivable"),
    LedgerKind.TAX_WITHHELD: Text("account.tax_withheld"),
    LedgerKind.OUTSIDE: Text("account.outside"),
    LedgerKind.EXCHANGE: Text("account.exchange"),
    LedgerKind.PROVIDER_RESERVE: Text("account.provider_reserve"),
    LedgerKind.IN_TRANSIT: Text("account.in_transit"),
    LedgerKind.CUSTOMER_CREDIT: Text("account.customer_credit"),
    LedgerKind.SUSPENSE: Text("account.suspense"),
    LedgerKind.BILLED: Text("account.billed"),
    LedgerKind.FEES: Text("account.fees"),
    LedgerKind.FEE_TAX: Text("account.fee_tax"),
    LedgerKind.DISCOUNTS: Text("account.discounts"),
    LedgerKind.WRITE_OFF: Text("account.write_off"),
    LedgerKind.CHARGEBACK_LOSS: Text("account.chargeback_loss"),
}

OPEN: Final[Mapping[str, Text]] = {
    OpenKind.PAYOUT_LINES: Text("open.payout_lines"),
    OpenKind.CERTIFICATES: Text("open.certificates"),
    OpenKind.AWAITED: Text("open.awaited"),
    OpenKind.REVIEWS: Text("open.reviews"),
    OpenKind.UNRECORDED: Text("open.unrecorded"),
    OpenKind.DIFFERENCES: Text("open.differences"),
    OpenKind.DISPUTES: Text("open.disputes"),
    OpenKind.PAYMENT_RECEIPTS: Text("open.payment_receipts"),
}
