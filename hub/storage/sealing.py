"""An entry is written with all that belongs to it, and sealed into its chain."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from hub.domain.ledger import Entry, LedgerKind
from hub.domain.refusals import Conflict
from hub_hookspecs import Mode

from .chain import CHAIN_START, FORMAT, SEALED, chained, derived, digest_of, new_salt
from .entries import entry_id
from .rows import micros
from .schema import allocation, chain, drawn, entry, intake, ledger_account, posting, seal
from .statements import Runs, inserted
from .withholding_certificates import count_withheld

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
        return _write(tx, (entry,))


def write_entries(tx: Runs, entries: Sequence[Entry]) -> None:
    """The same of many, which are sealed in this order: all of them or none.

    Raises:
        Conflict: As for one; and ``unique`` where a key is already there.
    """
    with tx.whole():
        if entries and not _write(tx, entries):
            raise Conflict("unique", "the key of an entry is already there")


def head_of(tx: Runs, merchant_id: str, mode: Mode) -> tuple[int, str]:
    """How many entries the hash chain holds, and its last hash."""
    row = tx.run(HEAD, {"merchant": merchant_id, "mode": mode.value}).fetchone()
    return (row["seq"], row["hash"]) if row else (0, CHAIN_START)


def _write(tx: Runs, entries: Sequence[Entry]) -> bool:
    """Whether no key was there; else some of it may have been written."""
    ids = [entry_id(record.merchant_id, record.mode, record.key) for record in entries]
    values = [_entry_values(record, this) for record, this in zip(entries, ids, strict=True)]
    if tx.add(ADD, values) != len(values):
        return False
    _post(tx, entries, ids)
    each = list(zip(entries, ids, strict=True))
    for add, rows in (
        (ADD_INTAKE, [_intake_values(record, this) for record, this in each if record.intake_of is not None]),
        (ADD_ALLOCATION, [row for record, this in each for row in _allocation_values(record, this)]),
        (ADD_DRAWN, [row for record, this in each for row in _drawn_values(record, this)]),
    ):
        if rows:
            tx.add(add, rows)
    _seal(tx, entries, values)
    count_withheld(tx, entries)
    return True


def _post(tx: Runs, entries: Sequence[Entry], ids: Sequence[str]) -> None:
    accounts: dict[tuple[str, ...], Mapping[str, Any]] = {}
    legs: list[dict[str, Any]] = []
    for record, this in zip(entries, ids, strict=True):
        for position, leg in enumerate(record.postings):
            parts = (record.merchant_id, record.mode.value, leg.kind.value, leg.owner, record.currency)
            account = accounts.get(parts) or accounts.setdefault(parts, _account_values(parts))
            legs.append({"entry": this, "position": position, "ledger_account": account["id"], "amount": leg.amount})
    tx.add(ADD_ACCOUNT, list(accounts.values()))
    tx.add(ADD_POSTING, legs)


def _seal(tx: Runs, entries: Sequence[Entry], values: Sequence[Mapping[str, Any]]) -> None:
    heads: dict[tuple[str, Mode], tuple[int, str]] = {}
    seals = []
    for record, row in zip(entries, values, strict=True):
        book = record.merchant_id, record.mode
        seq, before = heads.get(book) or head_of(tx, *book)
        legs = [field for leg in record.postings for field in (leg.kind.value, leg.owner, leg.amount)]
        sealed = chained(before, [FORMAT, *(row[name] for name in SEALED), *legs])
        heads[book] = seq + 1, sealed
        place = {"merchant": record.merchant_id, "mode": record.mode.value, "seq": seq + 1}
        seals.append({"entry": row["id"], **place, "version": FORMAT, "prev_hash": before, "hash": sealed})
    tx.add(ADD_SEAL, seals)


def _intake_values(entry: Entry, this: str) -> dict[str, Any]:
    amount = -sum(posting.amount for posting in entry.postings if posting.kind is LedgerKind.CUSTOMER_CREDIT)
    values = {"entry": this, "customer": entry.intake_of, "payment": entry.payment_id}
    return {**values, "currency": entry.currency, "amount": amount}


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


@functools.lru_cache(maxsize=4096)
def _account_values(parts: tuple[str, ...]) -> Mapping[str, Any]:
    """Of a ledger account; those of one file are the same again and again."""
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
