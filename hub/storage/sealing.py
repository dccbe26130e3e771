"""An entry is written with all that belongs to it, and sealed into its chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from hub.domain.ledger import Entry, LedgerKind, Posting
from hub_hookspecs import Mode

from .chain import CHAIN_START, FORMAT, SEALED, chained, derived, digest_of, new_salt
from .entries import entry_id
from .rows import micros
from .schema import allocation, chain, drawn, entry, intake, ledger_account, posting, seal
from .statements import Runs, inserted

ADD = (
    insert(entry)
    .values({column.name: bindparam(column.name) for column in entry.columns})
    .on_conflict_do_nothing(index_elements=[entry.c.merchant, entry.c.mode, entry.c.key])
)
ADD_ACCOUNT = (
    insert(ledger_account)
    .values({column.name: bindparam(column.name) for column in ledger_account.columns})
    .on_conflict_do_nothing(index_elements=[ledger_account.c.id])
)
ADD_POSTING = inserted(posting)
ADD_INTAKE = inserted(intake)
ADD_ALLOCATION = inserted(allocation)
ADD_DRAWN = inserted(drawn)
ADD_SEAL = inserted(seal)
HEAD = select(chain.c.seq, chain.c.hash).where(
    chain.c.merchant == bindparam("merchant"), chain.c.mode == bindparam("mode")
)


def write_entry(tx: Runs, entry: Entry) -> bool:
    """Insert and seal an entry with its postings, applied rows and intake; False when its key is already there.

    Raises:
        Conflict: ``payable_due`` (more than is due), ``intake_unapplied``, ``credit``, ``applied``, ``walls``.
    """
    with tx.whole():
        this = entry_id(entry.merchant_id, entry.mode, entry.key)
        values = _entry_values(entry, this)
        if tx.run(ADD, values).rowcount != 1:
            return False
        _post(tx, entry, this)
        if entry.intake_of is not None:
            _take_in(tx, entry, this)
        if entry.applied:
            tx.run(ADD_ALLOCATION, _allocation_values(entry, this))
        if entry.drawn:
            tx.run(ADD_DRAWN, _drawn_values(entry, this))
        _seal(tx, entry, values)
        return True


def head_of(tx: Runs, merchant_id: str, mode: Mode) -> tuple[int, str]:
    """How many entries the hash chain holds, and its last hash."""
    row = tx.run(HEAD, {"merchant": merchant_id, "mode": mode.value}).fetchone()
    return (row["seq"], row["hash"]) if row else (0, CHAIN_START)


def _post(tx: Runs, entry: Entry, this: str) -> None:
    legs = [(posting, _account_values(entry, posting)) for posting in entry.postings]
    tx.run(ADD_ACCOUNT, [account for _, account in legs])
    tx.run(
        ADD_POSTING,
        [
            {"entry": this, "position": position, "ledger_account": account["id"], "amount": posting.amount}
            for position, (posting, account) in enumerate(legs)
        ],
    )


def _take_in(tx: Runs, entry: Entry, this: str) -> None:
    amount = -sum(posting.amount for posting in entry.postings if posting.kind is LedgerKind.CUSTOMER_CREDIT)
    values = {"entry": this, "customer": entry.intake_of, "payment": entry.payment_id}
    tx.run(ADD_INTAKE, {**values, "currency": entry.currency, "amount": amount})


def _seal(tx: Runs, entry: Entry, values: Mapping[str, Any]) -> None:
    seq, before = head_of(tx, entry.merchant_id, entry.mode)
    legs = [field for leg in entry.postings for field in (leg.kind.value, leg.owner, leg.amount)]
    sealed = chained(before, [FORMAT, *(values[name] for name in SEALED), *legs])
    chain = {"merchant": entry.merchant_id, "mode": entry.mode.value, "seq": seq + 1}
    tx.run(ADD_SEAL, {"entry": values["id"], **chain, "version": FORMAT, "prev_hash": before, "hash": sealed})


def _entry_values(entry: Entry, this: str) -> dict[str, Any]:
    salt = new_salt() if entry.note else ""
    return {
        "id": this,
        "merchant": entry.merchant_id,
        "mode": entry.mode.value,
        "key": entry.key,
        "kind": entry.kind.value,
        "currency": entry.currency,
        "at": micros(entry.at),
        "value_on": entry.value_on and entry.value_on.isoformat(),
        "payment": entry.payment_id,
        "payable": entry.payable_id,
        "observation": entry.observation,
        "own_record": int(entry.own_record),
        "note": entry.note,
        "note_salt": salt,
        "note_digest": digest_of(entry.note, salt),
    }


def _account_values(entry: Entry, posting: Posting) -> dict[str, Any]:
    parts = (entry.merchant_id, entry.mode.value, posting.kind.value, posting.owner, entry.currency)
    names = ("merchant", "mode", "kind", "owner", "currency")
    return {"id": derived(*parts), **dict(zip(names, parts, strict=True))}


def _allocation_values(entry: Entry, this: str) -> list[dict[str, Any]]:
    return [
        {
            "entry": this,
            "position": position,
            "payable": applied.payable_id,
            "effect": applied.effect.value,
            "amount": applied.amount,
            "intake": None if applied.intake is None else entry_id(entry.merchant_id, entry.mode, applied.intake),
        }
        for position, applied in enumerate(entry.applied)
    ]


def _drawn_values(entry: Entry, this: str) -> list[dict[str, Any]]:
    return [
        {
            "entry": this,
            "position": position,
            "intake": entry_id(entry.merchant_id, entry.mode, row.intake),
            "amount": row.amount,
        }
        for position, row in enumerate(entry.drawn)
    ]
