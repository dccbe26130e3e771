"""The report of a whole play: what must hold at its end, and each payment as it ended."""

from __future__ import annotations

from typing import Any

from hub.domain.merchant import Merchant
from hub.domain.observation import Seen
from hub.domain.payment import Payment, Status
from hub.flows.ground.ports import Tx
from hub.flows.payments.payment_view import PaymentView
from hub.flows.payments.view_payment import view_of

from .books import book_differences
from .companies import OWNERS
from .mailbox import StoredMail
from .story import APPROVED_CARD, Check, Story
from .town import Town


def check_outcomes(story: Story, views: dict[str, PaymentView], *payments: Payment) -> None:
    """Check what became of each payment of the whole play, in the order in which they are given."""
    shown = [views[payment.id] for payment in payments]
    first, second, expiring, approved, rejected, by_qr, order_cr, order_co = shown[:8]
    by_card, by_halves, in_dollars, late = shown[8:]
    wanted = [
        ("CR: two invoices in one payment", first, Status.PAID, ""),
        ("CR: declined, then paid on the second try", second, Status.PAID, ""),
        ("CO: approved on the phone", approved, Status.PAID, ""),
        ("CO: rejected on the phone", rejected, Status.CLOSED, "cancelled declined"),
        ("CO: left until it expired", expiring, Status.CLOSED, "expired"),
        ("CO: paid by QR", by_qr, Status.PAID, ""),
        ("CR: store order", order_cr, Status.PAID, ""),
        ("CO: store order", order_co, Status.PAID, ""),
        ("CR: paid by card on ONVO Pay's page while Greenpay was paused", by_card, Status.PAID, ""),
        ("CR: paid by SINPE Móvil in two halves", by_halves, Status.PAID, ""),
        ("CR: given up, then paid in dollars", in_dollars, Status.PAID, ""),
        ("CR: given up too late, and paid", late, Status.PAID, ""),
    ]
    for name, view, status, reasons in wanted:
        payment = view.payment
        ok = payment.status is status and (not reasons or payment.reason in reasons.split())
        story.checks.append(Check(name, ok, f"{payment.status} {payment.reason}".strip()))
    story.checks.append(Check("two invoices settled by one payment", len(first.lines) == 2))
    story.checks.append(Check("two tries in one session", second.tries == 2, f"{second.tries}"))
    label = second.instrument.label if second.instrument else ""
    story.checks.append(Check("the receipt names the card that paid", label.endswith(APPROVED_CARD[-4:]), label))
    story.checks.append(Check("automatic cash receipt", first.cash_receipt is not None))
    for view in views.values():
        paid = view.payment.status is Status.PAID
        receipts = _receipts(story.town, view.payment.payer.email, view.payment.reference)
        story.checks.append(
            Check(f"{view.payment.reference}: {int(paid)} receipt mail", receipts == int(paid), f"{receipts}")
        )


def _receipts(town: Town, address: str, reference: str) -> int:
    """How many receipts of a payment were mailed to an address."""
    return sum(
        1 for mail in town.mailbox.mails if address in mail.recipients and reference in mail.text and _is_receipt(mail)
    )


async def report_of(story: Story) -> dict[str, Any]:
    """Check the books, and report everything that was played."""
    hub = story.town.opened.hub
    problems = await hub.store.read(lambda tx: tx.ledger.verify())
    differences = await book_differences(story.town)
    counts = await hub.store.read(lambda tx: tx.messages.counts())
    duplicates, forged = counts.get("duplicates_ignored", 0), counts.get("forged_refused", 0)
    story.checks += [
        Check("ledger balanced", not problems, "; ".join(problems)),
        Check("the providers' books equal the ledger", not differences, "; ".join(differences)),
        Check("duplicates ignored", duplicates >= 1, f"{duplicates}"),
        Check("forged refused", forged >= 4, f"{forged}"),
    ]
    rows = [await _row(story, payment_id) for payment_id in story.played]
    return {
        "payments": rows,
        "ledger_balanced": not problems,
        "provider_books_match": not differences,
        "duplicates_ignored": duplicates,
        "forged_refused": forged,
        "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in story.checks],
    }


async def _row(story: Story, payment_id: str) -> dict[str, Any]:
    hub = story.town.opened.hub

    def read(tx: Tx) -> tuple[PaymentView, dict[str, int]]:
        payment = tx.payments.get(payment_id)
        if payment is None:
            raise LookupError(payment_id)
        payables = tx.payables.many([line.payable_id for line in payment.lines])
        return view_of(tx, hub, payment, hub.clock()), {item.number: item.due for item in payables}

    view, after = await hub.store.read(read)
    payment = view.payment
    owner = _country_of(story.town, view.merchant)
    addresses = (payment.payer.email, OWNERS[owner])
    return {
        "reference": payment.reference,
        "account": payment.account_id,
        "provider": payment.provider,
        "status": payment.status.value,
        "reason": reason_of(payment, view.seen),
        "amount": {"minor": view.amount.minor, "currency": view.amount.currency},
        "provider_reference": payment.provider_reference,
        "authorisation": view.authorisation or None,
        "instrument": view.instrument.label if view.instrument else None,
        "tries": view.tries,
        "invoices": [
            {"number": number, "before": due, "after": after[number]}
            for number, due in story.before[payment_id].items()
        ],
        "receipt": payment.reference if payment.status is Status.PAID else None,
        "cash_receipt": view.cash_receipt.label if view.cash_receipt else None,
        "mails": [
            {"to": address, "subject": mail.subject}
            for address in addresses
            for mail in story.town.mailbox.mails
            if address in mail.recipients and payment.reference in mail.text
        ],
    }


def _country_of(town: Town, merchant: Merchant) -> str:
    return next(country for country, other in town.companies.items() if other.id == merchant.id)


def _is_receipt(mail: StoredMail) -> bool:
    return any(word in mail.subject.casefold() for word in ("soporte", "comprobante"))


def reason_of(payment: Payment, seen: tuple[Seen, ...]) -> str | None:
    """The reason of a closed payment, with the provider's code where there is one."""
    if payment.status is not Status.CLOSED:
        return None
    codes = [item.observation.reason.code for item in seen if item.observation.reason and item.observation.reason.code]
    return f"{payment.reason} ({codes[-1]})" if codes else payment.reason
