"""Report a payment made outside the hub, with a proof: a review for the merchant, never a change of balance."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date

import attrs

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.figures import date_text, money_text
from hub.domain.merchant import LinkKind, Merchant
from hub.domain.proof import NotTaken, Proof, kind_of, plain_name
from hub.flows.ground.open_link import open_link
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import CROCKFORD, Money

from .write_note import Said, parties_of, tell_merchant

REPORTED = "payment_reported"


@attrs.frozen(kw_only=True)
class Report:
    """What a customer says that he paid.

    Attributes:
        means: In words for people.
        number: Of the transfer or deposit.
        invoices: Numbers.
        file: Name and content of the proof, where there is one.
    """

    amount: Money
    paid_on: date
    means: str
    number: str = ""
    invoices: tuple[str, ...] = ()
    words: str = ""
    file: tuple[str, bytes] | None = None


async def report_payment(hub: Hub, token: str, report: Report) -> None:
    """Hand the report to the merchant; the file is on disk before its row is written.

    Raises:
        LinkShut: The statement's link is unknown, expired or revoked.
        NotTaken: The file is none of those that are taken; nothing was kept.
    """
    now, review_id, proof_id = hub.clock(), hub.fresh_id(), hub.fresh_id()
    stored = hub.random_text(32, CROCKFORD)
    kind, ending = kind_of(report.file[1]) if report.file else ("", "")

    def write(tx: Tx) -> None:
        link = open_link(tx, hub, LinkKind.STATEMENT, token, now)
        parties = parties_of(tx, link)
        merchant, customer = parties.merchant, parties.customer
        proof: Proof | None = None
        if report.file:
            name, content = report.file
            proof = Proof(
                id=proof_id,
                merchant_id=merchant.id,
                mode=link.mode,
                customer_id=customer.id,
                review_id=review_id,
                name=plain_name(name, ending),
                kind=kind,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                file=stored,
                stored_at=now,
            )
        details = words_of(report, merchant, proof)
        tell_merchant(tx, hub, parties, link, Said(REPORTED, review_id, details, now))
        if proof:
            tx.proofs.add(proof)

    if report.file is None:
        await hub.store.write(write)
        return
    if hub.files is None:
        raise NotTaken("kind")
    await hub.store.read(lambda tx: open_link(tx, hub, LinkKind.STATEMENT, token, now))
    await asyncio.to_thread(hub.files.keep, stored, report.file[1])
    try:
        await hub.store.write(write)
    except Exception:
        hub.files.drop(stored)
        raise


def words_of(report: Report, merchant: Merchant, proof: Proof | None) -> str:
    """The report as the merchant reads it."""
    amount = money_text(report.amount, merchant.locale, with_code=True)
    parts = [f"{report.means}: {amount}, {date_text(report.paid_on, merchant.locale)}."]
    if report.number:
        parts.append(f"Comprobante número {report.number}.")
    if report.invoices:
        parts.append(f"Facturas: {', '.join(report.invoices)}.")
    parts.append(f"Archivo: {proof.name} ({proof.size // 1024 or 1} kB)." if proof else "Sin archivo.")
    text = "\n".join([" ".join(parts), mask_card_numbers(report.words.strip())])
    return text.strip()
