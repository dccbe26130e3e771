"""What an import changed of an invoice or a customer, as it was before: kept row by row, and given back by an undo.

Whoever imports keeps a row for every record that is another than before, though it be only what a file stated or
counted; of one that is new, or was taken back and is billed anew, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import attrs

from hub_hookspecs import IdentityDocument, Money

from .instalment import Instalment
from .merchant import Customer
from .payable import Payable, Voided
from .stated import Stated


def before_of(payable: Payable) -> dict[str, Any]:
    """The values of an invoice that an import may change, to be kept as text."""
    return {
        "customer": payable.customer_id,
        "total": payable.total,
        "outside": payable.outside,
        "issued_on": payable.issued_on.isoformat(),
        "due_on": payable.due_on.isoformat() if payable.due_on else None,
        "description": payable.description,
        "branch": payable.branch,
        "terms": payable.terms,
        "plan": [[part.due_on.isoformat(), part.amount] for part in payable.plan],
        "stated": [payable.stated.total, payable.stated.balance] if payable.stated else None,
        "counted": payable.counted,
        "counted_back": payable.counted_back,
        "voided": _voided(payable.voided),
    }


def restored(payable: Payable, before: Mapping[str, Any]) -> Payable:
    """The invoice with the values that it had before; the ledger alone moves what was paid elsewhere."""
    return attrs.evolve(
        payable,
        customer_id=before["customer"],
        total=before["total"],
        issued_on=date.fromisoformat(before["issued_on"]),
        due_on=date.fromisoformat(before["due_on"]) if before["due_on"] else None,
        description=before["description"],
        branch=before["branch"],
        terms=before["terms"],
        plan=tuple(Instalment(date.fromisoformat(day), amount) for day, amount in before["plan"]),
        stated=Stated(*before["stated"]) if before["stated"] else None,
        counted=before["counted"],
        counted_back=before["counted_back"],
        voided=_voided_before(before["voided"]),
    )


def outside_before(before: Mapping[str, Any]) -> int:
    """What files had said of it that was paid elsewhere, minor units."""
    amount: int = before["outside"]
    return amount


NOTES: Final = "notes"
"""Beside an invoice's values: the keys of the credit notes that the import booked of it."""


def notes_in(before: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of the credit notes that the import booked."""
    return tuple(before.get(NOTES, ()))


def _voided(voided: Voided | None) -> dict[str, Any] | None:
    if voided is None:
        return None
    return {
        "at": voided.at.isoformat(),
        "by": voided.by,
        "reason": voided.reason,
        "total": [voided.total.minor, voided.total.currency],
        "rebilled_at": voided.rebilled_at.isoformat() if voided.rebilled_at else None,
        "rebilled_by": voided.rebilled_by,
    }


def _voided_before(kept: Mapping[str, Any] | None) -> Voided | None:
    if kept is None:
        return None
    return Voided(
        at=datetime.fromisoformat(kept["at"]),
        by=kept["by"],
        reason=kept["reason"],
        total=Money(*kept["total"]),
        rebilled_at=datetime.fromisoformat(kept["rebilled_at"]) if kept["rebilled_at"] else None,
        rebilled_by=kept["rebilled_by"],
    )


def customer_before(customer: Customer) -> dict[str, Any]:
    """The values of a customer that an import may change, to be kept as text."""
    document = customer.document
    return {
        "name": customer.name,
        "document": [document.type, document.number, document.check_digit] if document else None,
        "email": customer.email,
        "other_emails": list(customer.other_emails),
        "phone": customer.phone,
        "address": customer.address,
        "language": customer.language,
    }


def customer_restored(customer: Customer, before: Mapping[str, Any]) -> Customer:
    """The customer with the values that it had before."""
    return attrs.evolve(
        customer,
        name=before["name"],
        document=IdentityDocument(*before["document"]) if before["document"] else None,
        email=before["email"],
        other_emails=tuple(before["other_emails"]),
        phone=before["phone"],
        address=before["address"],
        language=before["language"],
    )
