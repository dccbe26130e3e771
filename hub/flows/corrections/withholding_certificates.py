"""Record the certificates of what customers withheld, void one, and keep what was booked with one."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.attachment import kind_of, plain_name
from hub.domain.identity import FieldError, Invalid
from hub.domain.ids import derived_id
from hub.domain.merchant import Merchant
from hub.domain.receipt import CERTIFICATE_NUMBER, Certificate, Deduction
from hub.domain.refusals import Conflict
from hub.domain.text import Text
from hub.domain.withholding_certificate import CertificateFile, Every, Period, WithholdingCertificate
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Country, Money

FILE_NAME: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@attrs.frozen(kw_only=True)
class WantedCertificate:
    """A certificate as somebody typed it.

    Attributes:
        file: Name and content of the document, where it was handed in.
    """

    customer_id: str
    tax: str
    number: str
    period: Period
    issued_on: date
    amount: Money
    by: str
    file: tuple[str, bytes] | None = None


async def record_certificate(hub: Hub, merchant: Merchant, wanted: WantedCertificate) -> WithholdingCertificate:
    """Keep a certificate over many receipts; nothing is booked, for what it proves was booked with the payments.

    Raises:
        LookupError: No such customer of this merchant.
        NotTaken: A file that is no picture and no PDF.
        Invalid: Every fault, by its field; nothing changed.
    """
    now, country = hub.clock(), hub.countries[merchant.company.country]
    number = numbered_as(wanted.number)
    _refuse(wanted, number, country, now.astimezone(ZoneInfo(merchant.company.zone)).date())
    file = await _kept(hub, wanted.file)
    paper = WithholdingCertificate(
        id=hub.fresh_id(),
        merchant_id=merchant.id,
        mode=merchant.mode,
        customer_id=wanted.customer_id,
        tax=wanted.tax,
        number=number,
        period=wanted.period,
        issued_on=wanted.issued_on,
        amount=wanted.amount,
        file=file,
        recorded_by=wanted.by,
        recorded_at=now,
    )

    def write(tx: Tx) -> None:
        customer_of(tx, merchant, wanted.customer_id)
        refuse_identity(tx, country, number, wanted.customer_id)
        try:
            tx.withholding_certificates.add(paper)
        except Conflict as conflict:
            if conflict.rule not in ("one_certificate", "unique"):
                raise
            raise Invalid((FieldError("number", Text("certificate.known", number=number)),)) from conflict

    try:
        await hub.store.write(write)
    except BaseException:
        if file and hub.files is not None:
            hub.files.drop(file.file)
        raise
    return paper


def _refuse(wanted: WantedCertificate, number: str, country: Country, today: date) -> None:
    problems = []
    if wanted.tax not in dict(country.withheld_taxes):
        problems.append(FieldError("tax", Text("withholding.choose_tax")))
    if not re.fullmatch(CERTIFICATE_NUMBER, number):
        problems.append(FieldError("number", Text("withholding.number_missing")))
    if wanted.issued_on > today:
        problems.append(FieldError("issued_on", Text("date.in_future")))
    if wanted.period.first > wanted.period.last:
        problems.append(FieldError("period_to", Text("certificate.period_backwards")))
    if wanted.amount.minor <= 0:
        problems.append(FieldError("amount", Text("typed.not_positive")))
    if problems:
        raise Invalid(tuple(problems))


async def _kept(hub: Hub, file: tuple[str, bytes] | None) -> CertificateFile | None:
    if file is None or hub.files is None:
        return None
    name, content = file
    kind, ending = kind_of(content)
    stored = hub.random_text(32, FILE_NAME)
    await asyncio.to_thread(hub.files.write, stored, content)
    digest = hashlib.sha256(content).hexdigest()
    return CertificateFile(file=stored, name=plain_name(name, ending), kind=kind, sha256=digest)


async def void_certificate(hub: Hub, merchant: Merchant, certificate_id: str, *, reason: str, by: str) -> None:
    """Say that a certificate is none; it stays in the list, and what is booked stays booked.

    Raises:
        LookupError: No such certificate of this merchant.
        Invalid: Nobody said why, or it is void already.
    """
    now, why = hub.clock(), " ".join(reason.split())

    def write(tx: Tx) -> None:
        paper = own_certificate(tx, merchant, certificate_id)
        if not why:
            raise Invalid((FieldError("reason", Text("decision.why_missing")),))
        if paper.voided_at is not None:
            raise Invalid((FieldError("reason", Text("certificate.void_already", number=paper.number)),))
        tx.withholding_certificates.void(certificate_id, why, now, by=by)

    await hub.store.write(write)


def own_certificate(tx: Tx, merchant: Merchant, certificate_id: str) -> WithholdingCertificate:
    """A certificate of this merchant and mode.

    Raises:
        LookupError: There is none.
    """
    paper = tx.withholding_certificates.get(certificate_id)
    if paper is None or (paper.merchant_id, paper.mode) != (merchant.id, merchant.mode):
        raise LookupError(f"no certificate {certificate_id}")
    return paper


async def open_certificate(hub: Hub, merchant: Merchant, certificate_id: str) -> tuple[str, bytes]:
    """Name and content of a certificate's file.

    Raises:
        LookupError: No such certificate, it came without a file, or the file is no longer what it was.
    """
    paper = await hub.store.read(lambda tx: own_certificate(tx, merchant, certificate_id))
    if paper.file is None or hub.files is None:
        raise LookupError(certificate_id)
    try:
        content = await asyncio.to_thread(hub.files.read, paper.file.file)
    except FileNotFoundError:
        raise LookupError(certificate_id) from None
    if hashlib.sha256(content).hexdigest() != paper.file.sha256:
        raise LookupError(certificate_id)
    return paper.file.name, content


def numbered_as(text: str) -> str:
    """A certificate's number as it is kept: in capitals, with single blanks."""
    return " ".join(text.upper().split())


def refuse_identity(tx: Tx, country: Country, number: str, customer_id: str) -> None:
    """The number is sealed with the books, where nothing of a person may stand for ever.

    Raises:
        Invalid: It holds the customer's own document number.
    """
    customer = tx.customers.get(customer_id)
    document = customer.document if customer else None
    companies = {kind.code for kind in country.identity_types if kind.legal_person}
    if document and document.type not in companies and document.number in re.sub(r"[^0-9A-Z]", "", number):
        message = Text("withholding.number_is_identity")
        raise Invalid((FieldError("certificate", message),))


def keep_booked(
    tx: Tx,
    merchant: Merchant,
    customer_id: str,
    certificate: Certificate,
    booked: Sequence[Deduction],
    *,
    by: str,
    now: datetime,
) -> None:
    """Keep what was booked with a certificate on its own record, which is made here where nobody recorded it before."""
    payables = {payable.id: payable for payable in tx.payables.many([less.payable_id for less in booked])}
    sums: dict[tuple[str, str], int] = {}
    for less in booked:
        key = (less.tax or "", payables[less.payable_id].currency)
        sums[key] = sums.get(key, 0) + less.amount
    papers = tx.withholding_certificates
    for (tax, currency), minor in sums.items():
        known = papers.standing(merchant.id, merchant.mode, customer_id, tax, certificate.number)
        if known is None:
            papers.add(
                WithholdingCertificate(
                    id=derived_id("certificate", customer_id, tax, certificate.number, now.isoformat()),
                    merchant_id=merchant.id,
                    mode=merchant.mode,
                    customer_id=customer_id,
                    tax=tax,
                    number=certificate.number,
                    period=Period.of(certificate.issued_on, Every.MONTH),
                    issued_on=certificate.issued_on,
                    amount=Money(minor, currency),
                    booked=minor,
                    recorded_by=by,
                    recorded_at=now,
                )
            )
        elif known.amount.currency == currency:
            total = known.booked + minor
            papers.grow(known.id, max(known.amount.minor, total), total)
