"""Report a payment made outside the hub, with a proof: a review for the merchant, never a change of balance."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import date
from typing import TypeAlias

import attrs

from hub.domain.attachment import Attachment, NotTaken, kind_of, plain_name
from hub.domain.bank_reference import plain_reference
from hub.domain.merchant import LinkKind, Merchant, Parties
from hub.domain.reported import MEANS_REPORTED, REPORTED, ReportedPayment
from hub.flows.ground.open_link import open_link
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import CROCKFORD, Mode, Money

from .write_note import CustomerMessage, notify_merchant, parties_of


@attrs.frozen(kw_only=True)
class Report:
    """What a customer says that he paid.

    Attributes:
        means: In words for people.
        code: The same as its form names it.
        number: Of the transfer or deposit.
        invoices: Numbers.
        payable_ids: The same invoices.
        file: Name and content of the proof, where there is one.
    """

    amount: Money
    paid_on: date
    means: str
    code: str = "other"
    number: str = ""
    invoices: tuple[str, ...] = ()
    payable_ids: tuple[str, ...] = ()
    words: str = ""
    file: tuple[str, bytes] | None = None


Letter: TypeAlias = Callable[[Report, Merchant, Attachment | None], str]
"""Writes a report as its merchant reads it; it is stored as the customer's own words are."""


async def report_payment(hub: Hub, token: str, report: Report, letter: Letter) -> None:
    """Hand the report to the merchant, as ``letter`` writes it; the file is on disk before its row is written.

    Raises:
        LinkClosed: The statement's link is unknown, expired or revoked.
        NotTaken: The file is none of those that are taken; nothing was stored.
    """
    now, review_id, proof_id = hub.clock(), hub.fresh_id(), hub.fresh_id()
    stored = hub.random_text(32, CROCKFORD)
    kind, ending = kind_of(report.file[1]) if report.file else ("", "")

    def write(tx: Tx) -> None:
        link = open_link(tx, hub, LinkKind.STATEMENT, token, now)
        parties = parties_of(tx, link)
        merchant, customer = parties.merchant, parties.customer
        proof: Attachment | None = None
        if report.file:
            name, content = report.file
            proof = Attachment(
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
        details = letter(report, merchant, proof)
        notify_merchant(tx, hub, parties, link, CustomerMessage(REPORTED, review_id, details, now))
        tx.reported.add(_facts(report, parties, link.mode, review_id))
        if proof:
            tx.attachments.add(proof)

    if report.file is None:
        await hub.store.write(write)
        return
    if hub.files is None:
        raise NotTaken("kind")
    await hub.store.read(lambda tx: open_link(tx, hub, LinkKind.STATEMENT, token, now))
    await asyncio.to_thread(hub.files.write, stored, report.file[1])
    try:
        await hub.store.write(write)
    except Exception:
        hub.files.drop(stored)
        raise


def _facts(report: Report, parties: Parties, mode: Mode, review_id: str) -> ReportedPayment:
    """What the form that records it begins with."""
    return ReportedPayment(
        review_id=review_id,
        merchant_id=parties.merchant.id,
        mode=mode,
        customer_id=parties.customer.id,
        amount=report.amount,
        paid_on=report.paid_on,
        means=MEANS_REPORTED.get(report.code, report.code),
        bank_reference=plain_reference(report.number),
        payable_ids=report.payable_ids,
    )
