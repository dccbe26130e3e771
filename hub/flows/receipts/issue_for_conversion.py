"""Issue the cash receipt of a conversion: money that came in another currency is receipted when it is counted, once.

It has the conversion's id, in the transaction that books that; and it is void when that is.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hub.domain.captures import captures_in
from hub.domain.conversion import CameIn, Conversion
from hub.domain.merchant import Parties
from hub.domain.payment import Payment
from hub.domain.receipt import IN_HAND, CashReceipt, clause_for, concept_for
from hub.domain.words import amount_in_words
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub_hookspecs import Money

from .draft_receipt import means_of
from .issue_receipt import add_receipt, issuer_of, payer_of
from .receipt_lines import is_for_order, lines_for
from .series import series_in_use


def issue_for_conversion(tx: Tx, hub: Hub, parties: Parties, made: Conversion, payment: Payment | None) -> CashReceipt:
    """Issue the receipt of what was just converted: in what it settles, with what came and the rate."""
    merchant, country = parties.merchant, hub.countries[parties.merchant.company.country]
    key = made.keys[1]
    intake = tx.ledger.intake(made.merchant_id, made.mode, key)
    lines = lines_for(tx, intake.shares if intake else (), {key}, ())
    seen = tx.payments.seen(payment.id) if payment else ()
    captures = captures_in(payment, seen) if payment else ()
    taken = next((item for item in captures if item.amount.currency == made.came.currency), None)
    in_hand = made.means in IN_HAND
    series = series_in_use(tx, made.merchant_id, made.mode, country)
    return add_receipt(
        tx,
        CashReceipt(
            id=made.id,
            merchant_id=made.merchant_id,
            mode=made.mode,
            series=series,
            number=tx.receipts.next_number(made.merchant_id, made.mode, series),
            customer_id=made.customer_id,
            payment_id=payment.id if payment else None,
            movement=key if payment else None,
            received_on=taken.at.astimezone(ZoneInfo(merchant.company.zone)).date() if taken else made.value_on,
            issued_at=made.at,
            issued_by=made.by,
            means=means_of(payment, seen, taken.movement) if payment and taken else made.means,
            cash=made.settles,
            advance=Money(made.settles.minor - sum(line.applied for line in lines), made.settles.currency),
            lines=lines,
            words=amount_in_words(made.settles, country),
            clause=clause_for(lines),
            concept=concept_for(lines, is_order=is_for_order(tx, lines)),
            issuer=issuer_of(merchant, country),
            received_from=payer_of(parties.customer, country),
            bank_account="" if in_hand else merchant.options.bank_account,
            provider=payment.provider if payment else "",
            provider_reference=((taken and taken.provider_reference) or payment.provider_reference or "")
            if payment
            else "",
            authorisation=(taken.authorisation or "") if taken else "",
            came=CameIn(made.came, made.rate),
        ),
    )


def void_for_conversion(tx: Tx, made: Conversion, reason: str, now: datetime, *, by: str) -> None:
    """The receipt of a conversion that is void is void too; it keeps its number."""
    receipt = tx.receipts.get(made.id)
    if receipt is None or receipt.voided_at is not None:
        return
    tx.receipts.void(receipt.id, reason, now, by=by)
    tell(tx, "cash_receipt_voided", receipt=receipt.id, merchant=receipt.merchant_id, payment=receipt.payment_id)
