"""What people call the fields of files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hub.domain.text import Text

LABELS: Final[Mapping[str, Text]] = {
    "number": Text("field.number"),
    "customer": Text("field.customer"),
    "customer_name": Text("field.customer_name"),
    "kind": Text("field.kind"),
    "issued_on": Text("field.issued_on"),
    "due_on": Text("field.due_on"),
    "currency": Text("field.currency"),
    "total": Text("field.total"),
    "total_means": Text("field.total_means"),
    "balance": Text("field.balance"),
    "paid": Text("field.paid"),
    "state": Text("field.state"),
    "description": Text("field.description"),
    "credits": Text("field.credits"),
    "terms": Text("field.terms"),
    "branch": Text("field.branch"),
    "email": Text("field.email"),
    "other_email": Text("field.other_email"),
    "phone": Text("field.phone"),
    "name": Text("field.name"),
    "check_digit": Text("field.check_digit"),
    "address": Text("field.address"),
    "language": Text("field.language"),
    "line_id": Text("field.line_id"),
    "reference": Text("field.reference"),
    "provider_reference": Text("field.provider_reference"),
    "authorisation": Text("field.authorisation"),
    "movement": Text("field.movement"),
    "gross": Text("field.gross"),
    "fee": Text("field.fee"),
    "fee_tax": Text("field.fee_tax"),
    "net": Text("field.net"),
    "reserve": Text("field.reserve"),
    "settled_on": Text("field.settled_on"),
    "withholding:retefuente": Text("field.retefuente"),
    "withholding:reteiva": Text("field.reteiva"),
    "withholding:reteica": Text("field.reteica"),
    "withholding:retencion": Text("field.retencion"),
    "identity_type": Text("field.identity_type"),
    "identity_number": Text("field.identity_number"),
}


def field_label(field: str) -> Text | str:
    """What people call one of our fields; a tax that is withheld is called as it is written."""
    return LABELS.get(field, field)
