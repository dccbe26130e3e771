"""What was observed of payments, in the order in which it was stored."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import attrs
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from hub.domain.observation import ObservedBy, Seen
from hub_hookspecs import (
    Dispute,
    DisputeStage,
    Instrument,
    Kind,
    Mode,
    Money,
    Observation,
    Reason,
    ReasonKind,
    Sender,
)

from .rows import json_list, json_text, maybe_micros, maybe_moment, micros, moment
from .schema import observation
from .statements import Runs, next_of

_added = insert(observation).values(
    {
        **{column.name: bindparam(column.name) for column in observation.columns},
        "seq": next_of(observation.c.seq, observation.c.merchant),
    }
)
ADD = _added.on_conflict_do_nothing(index_elements=[observation.c.id])
OF = select(observation).where(observation.c.payment == bindparam("payment")).order_by(observation.c.seq)


def add_observation(tx: Runs, seen: Seen, merchant_id: str, mode: Mode) -> bool:
    """Insert an observation; False when its key is already there."""
    return tx.run(ADD, _values(seen, merchant_id, mode)).rowcount == 1


def observations_of(tx: Runs, payment_id: str) -> tuple[Seen, ...]:
    """The observations of a payment in stored order."""
    return tuple(_seen(row) for row in tx.run(OF, {"payment": payment_id}))


def _values(seen: Seen, merchant_id: str, mode: Mode) -> dict[str, Any]:
    claim = seen.observation
    return {
        "id": seen.key,
        "payment": seen.payment_id,
        "account": seen.account_id,
        "merchant": merchant_id,
        "mode": mode.value,
        "source": seen.source.value,
        "kind": claim.kind.value,
        "reference": claim.reference,
        "provider_reference": claim.provider_reference,
        "movement": claim.movement,
        "amount": None if claim.amount is None else claim.amount.minor,
        "currency": None if claim.amount is None else claim.amount.currency,
        "vouched": json_list(claim.vouched),
        "occurred_at": maybe_micros(claim.occurred_at),
        "reason_kind": claim.reason.kind.value if claim.reason else None,
        "reason_code": claim.reason.code if claim.reason else None,
        "authorisation": claim.authorisation,
        "instrument_kind": claim.instrument.kind if claim.instrument else None,
        "instrument_label": claim.instrument.label if claim.instrument else None,
        "event_id": claim.event_id,
        "seen_at": micros(seen.seen_at),
        "note": seen.note,
        "digest": seen.digest,
        "operation": seen.operation,
        "besides": json_list(seen.besides),
        "details": json_text(_details(claim)),
        "sender": None if claim.sender is None else json_text(attrs.asdict(claim.sender)),
    }


def _seen(row: sqlite3.Row) -> Seen:
    reason = None if row["reason_kind"] is None else Reason(ReasonKind(row["reason_kind"]), row["reason_code"])
    label = row["instrument_label"]
    instrument = None if label is None else Instrument(row["instrument_kind"], label)
    claim = Observation(
        kind=Kind(row["kind"]),
        reference=row["reference"],
        provider_reference=row["provider_reference"],
        movement=row["movement"],
        amount=None if row["amount"] is None else Money(row["amount"], row["currency"]),
        vouched=frozenset(json.loads(row["vouched"])),
        occurred_at=maybe_moment(row["occurred_at"]),
        reason=reason,
        authorisation=row["authorisation"],
        instrument=instrument,
        event_id=row["event_id"],
        sender=None if row["sender"] is None else Sender(**json.loads(row["sender"])),
        **_detailed(json.loads(row["details"])),
    )
    return Seen(
        key=row["id"],
        payment_id=row["payment"],
        account_id=row["account"],
        source=ObservedBy(row["source"]),
        observation=claim,
        seen_at=moment(row["seen_at"]),
        note=row["note"],
        digest=row["digest"],
        operation=row["operation"],
        besides=frozenset(json.loads(row["besides"])),
    )


def _details(claim: Observation) -> dict[str, Any]:
    """What few observations say, as JSON; nothing where nothing is said."""
    dispute = claim.dispute
    said = {
        "expires_at": maybe_micros(claim.expires_at),
        "settled_amount": claim.settled_amount and [claim.settled_amount.minor, claim.settled_amount.currency],
        "settled_rate": claim.settled_rate,
        "fee": claim.fee and [claim.fee.minor, claim.fee.currency],
        "dispute": dispute and [dispute.case, dispute.stage.value, dispute.reason, maybe_micros(dispute.answer_by)],
        "learned": dict(claim.learned) or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _detailed(said: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = {
        "expires_at": maybe_moment,
        "settled_amount": lambda pair: Money(*pair),
        "fee": lambda pair: Money(*pair),
        "dispute": lambda row: Dispute(
            case=row[0], stage=DisputeStage(row[1]), reason=row[2], answer_by=maybe_moment(row[3])
        ),
    }
    return {name: read[name](value) if name in read else value for name, value in said.items()}
