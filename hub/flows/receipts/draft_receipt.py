"""Draft the cash receipts of a payment: one a movement, as they would be issued now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import attrs

from hub.domain.captures import Capture, captures_in, claims_in
from hub.domain.intake import Intake, Share
from hub.domain.merchant import Merchant
from hub.domain.observation import Seen
from hub.domain.payment import Payment
from hub.domain.receipt import Means, ReceiptLine, concept_for, is_order_in, purpose_of
from hub.domain.text import Text
from hub.domain.words import amount_in_words
from hub.flows.books.read_intakes import by_movement, intakes_in, left_by_movement
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.read_held import deducted_of
from hub_hookspecs import Money

from .receipt_lines import is_for_order, lines_for
from .series import series_in_use

MEANS_OF_INSTRUMENT = {"card": Means.CARD, "wallet": Means.WALLET}


@attrs.frozen(kw_only=True)
class ReceiptDraft:
    """What the form *Agregar recibo de caja* is filled with.

    Attributes:
        observation: The claim that proves the movement.
    """

    series: str
    received_on: date
    means: Means
    cash: Money
    lines: tuple[ReceiptLine, ...]
    advance: Money
    words: str
    concept: str
    provider: str
    provider_reference: str
    authorisation: str
    payment: Payment
    movement: str
    observation: str

    @property
    def purpose(self) -> Text:
        """What the money was for, for people."""
        return purpose_of(self.lines, is_order=is_order_in(self.concept))


def drafts_for_payment(tx: Tx, hub: Hub, merchant: Merchant, payment: Payment) -> tuple[ReceiptDraft, ...]:
    """The receipts of a proven payment as they would be issued, one a movement; none once all of a movement went back.

    What went back before is no money received: it would stand there as the customer's credit.
    """
    seen = tx.payments.seen(payment.id)
    captures = own_captures(payment, seen)
    drafts = [_draft(tx, hub, merchant, payment, seen, taken, first=taken is captures[0]) for taken in captures]
    return tuple(draft for draft in drafts if draft is not None)


def own_captures(payment: Payment, seen: Iterable[Seen]) -> tuple[Capture, ...]:
    """The captures in the currency that was asked for; another one waits in suspense and has no receipt."""
    return tuple(taken for taken in captures_in(payment, seen) if taken.amount.currency == payment.amount.currency)


def _draft(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    payment: Payment,
    seen: tuple[Seen, ...],
    taken: Capture,
    *,
    first: bool,
) -> ReceiptDraft | None:
    intakes = _intakes_of(tx, payment, taken.movement)
    cash = Money(left_by_movement(tx, payment).get(taken.movement, 0), payment.amount.currency)
    if not cash:
        return None
    country = hub.countries[merchant.company.country]
    shares = _within([share for intake in intakes for share in intake.shares], cash.minor)
    lines = lines_for(tx, shares, {intake.key for intake in intakes}, deducted_of(tx, payment, taken.key))
    applied = sum(line.applied for line in lines)
    theirs = payment.provider_reference if first else taken.provider_reference or payment.provider_reference
    return ReceiptDraft(
        series=series_in_use(tx, merchant.id, payment.mode, country),
        received_on=taken.at.astimezone(ZoneInfo(merchant.company.zone)).date(),
        means=means_of(payment, seen, taken.movement),
        cash=cash,
        lines=lines,
        advance=Money(cash.minor - applied, cash.currency),
        words=amount_in_words(cash, country),
        concept=concept_for(lines, is_order=is_for_order(tx, lines)),
        provider=payment.provider,
        provider_reference=theirs or "",
        authorisation=taken.authorisation or "",
        payment=payment,
        movement=taken.movement,
        observation=taken.key,
    )


def _intakes_of(tx: Tx, payment: Payment, movement: str) -> tuple[Intake, ...]:
    """What one movement brought in: its capture, and what a person found it to be more."""
    return tuple(by_movement(payment, intakes_in(tx, payment, payment.amount.currency)).get(movement, ()))


def _within(shares: Sequence[Share], cash: int) -> list[Share]:
    """The first shares, as far as the money reaches."""
    found = []
    for share in shares:
        part = min(share.amount, cash)
        cash -= part
        if part > 0:
            found.append(Share(share.payable_id, part))
    return found


def means_of(payment: Payment, seen: tuple[Seen, ...], movement: str) -> Means:
    """How the money of a movement came, as the provider says."""
    own = [item.observation for name, item in claims_in(payment, seen) if name == movement]
    kinds = [claim.instrument.kind for claim in own if claim.instrument]
    return MEANS_OF_INSTRUMENT.get(kinds[0], Means.ONLINE) if kinds else Means.ONLINE
