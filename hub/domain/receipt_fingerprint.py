"""The fingerprint of a cash receipt: a hash of all that never changes of it, which its paper shows too."""

from __future__ import annotations

import hashlib
import json
from typing import Final

import attrs

from .receipt import CashReceipt

SHOWN: Final = 32
"""How many letters of the hash stand on the paper: 128 bits."""


def fingerprint_of(receipt: CashReceipt) -> str:
    """The hash of a receipt as it was issued; notes and what voided it are left out, since they come later."""
    told = {
        "receipt": receipt.label,
        "merchant": receipt.merchant_id,
        "mode": receipt.mode.value,
        "received_on": receipt.received_on.isoformat(),
        "issued_at": receipt.issued_at.isoformat(),
        "means": str(receipt.means),
        "cash": [receipt.cash.minor, receipt.cash.currency],
        "advance": receipt.advance.minor,
        "lines": [
            [line.number, line.before, line.applied, line.after, sorted(line.withholdings.items()), line.discount]
            for line in receipt.lines
        ],
        "words": receipt.words,
        "issuer": attrs.asdict(receipt.issuer),
        "received_from": attrs.asdict(receipt.received_from),
        "bank": [receipt.bank_account, receipt.bank_reference],
        "provider": [receipt.provider, receipt.provider_reference, receipt.authorisation],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def shown_fingerprint(receipt: CashReceipt) -> str:
    """The hash as people compare it, four letters at a time."""
    letters = fingerprint_of(receipt)[:SHOWN]
    return " ".join(letters[at : at + 4] for at in range(0, SHOWN, 4))
