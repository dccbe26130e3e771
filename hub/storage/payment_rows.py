"""A payment and its lines as rows, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from hub.domain.payment import Flag, Payment, PaymentLine, Phase, Status, Withholding
from hub_hookspecs import Channel, Mode, Money

from .rows import (
    action_from,
    action_text,
    json_list,
    json_text,
    maybe_micros,
    maybe_moment,
    micros,
    moment,
    payer_from,
    payer_text,
    terms_from,
    terms_text,
)


def derived_values(record: Payment) -> dict[str, Any]:
    """What a payment may have changed, by column."""
    return {
        "phase": record.phase.value,
        "status": record.status.value,
        "live": int(record.is_live),
        "reason": record.reason,
        "flags": json_list(record.flags),
        "memory": json_text(dict(record.memory)),
        "action": action_text(record.action),
        "provider_reference": record.provider_reference,
        "expires_at": maybe_micros(record.expires_at),
        "ended_at": maybe_micros(record.ended_at),
        "next_check_at": maybe_micros(record.next_check_at),
        "checks": record.checks,
    }


def payment_values(record: Payment) -> dict[str, Any]:
    """A payment by column."""
    return {
        "id": record.id,
        "merchant": record.merchant_id,
        "mode": record.mode.value,
        "account": record.account_id,
        "provider": record.provider,
        "way": record.way,
        "channel": record.channel.value,
        "customer": record.customer_id,
        "payer": payer_text(record.payer),
        "payer_email": record.payer.email,
        "reference": record.reference,
        "currency": record.amount.currency,
        "amount": record.amount.minor,
        "return_token": record.return_token,
        "locale": record.locale,
        "owner": record.owner,
        "lease_until": maybe_micros(record.lease_until),
        "warned": int(record.warned),
        "terms": terms_text(record.terms),
        "created_at": micros(record.created_at),
        **derived_values(record),
    }


def line_values(record: Payment) -> list[dict[str, Any]]:
    """The lines of a payment by column."""
    return [
        {
            "payment": record.id,
            "position": position,
            "payable": line.payable_id,
            "number": line.number,
            "amount": line.amount,
            "live": int(record.is_live),
            "withheld": line.withheld,
            "withholdings": json_text([_withheld(part) for part in line.withholdings]),
            "credit": line.credit,
            "rest": line.rest,
        }
        for position, line in enumerate(record.lines)
    ]


def payment_from(row: sqlite3.Row, lines: Iterable[sqlite3.Row]) -> Payment:
    """The payment of a row and of the rows of its lines."""
    return Payment(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        account_id=row["account"],
        provider=row["provider"],
        way=row["way"],
        channel=Channel(row["channel"]),
        customer_id=row["customer"],
        payer=payer_from(row["payer"]),
        reference=row["reference"],
        provider_reference=row["provider_reference"],
        amount=Money(row["amount"], row["currency"]),
        lines=tuple(_line(line) for line in lines),
        phase=Phase(row["phase"]),
        status=Status(row["status"]),
        reason=row["reason"],
        flags=frozenset(Flag(name) for name in json.loads(row["flags"])),
        memory=json.loads(row["memory"]),
        action=action_from(row["action"]),
        return_token=row["return_token"],
        locale=row["locale"],
        owner=row["owner"],
        lease_until=maybe_moment(row["lease_until"]),
        ended_at=maybe_moment(row["ended_at"]),
        expires_at=maybe_moment(row["expires_at"]),
        next_check_at=maybe_moment(row["next_check_at"]),
        checks=row["checks"],
        warned=bool(row["warned"]),
        terms=terms_from(row["terms"]),
        created_at=moment(row["created_at"]),
    )


def _line(row: sqlite3.Row) -> PaymentLine:
    withholdings = json.loads(row["withholdings"]) if row["withheld"] else ()
    return PaymentLine(
        payable_id=row["payable"],
        number=row["number"],
        amount=row["amount"],
        withholdings=tuple(map(_withholding, withholdings)),
        credit=row["credit"],
        rest=row["rest"],
    )


def _withheld(part: Withholding) -> list[str | int]:
    """What a payer keeps back, as a list; what is usual is left out at its end."""
    plain: list[str | int] = [part.tax, part.base, part.amount]
    return [*plain, part.rate_id, int(part.waits)] if part.rate_id or part.waits else plain


def _withholding(stored: Sequence[Any]) -> Withholding:
    tax, base, amount, rate_id, waits = (*stored, "", 0)[:5] if len(stored) == 3 else stored
    return Withholding(tax=tax, base=base, amount=amount, rate_id=rate_id, waits=bool(waits))
