"""Tell the log what a transaction did: one line a fact, once it is on the disk.

A transaction may be rolled back or run again with others; what it tells is written once, after its
commit. The events with their fields stand in docs/logs.md. Fields are ids, codes and counts:
nothing that a person is, wrote or may open.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial

import structlog

from hub.domain.account import AccountStatus, ProviderAccount

from .ports import Tx

log = structlog.get_logger()

Field = str | int | None


def tell(tx: Tx, event: str, /, **fields: Field) -> None:
    """One line at level info; a field that is None or empty is left out."""
    tx.after_commit(partial(_write, log.info, event, fields))


def warn(tx: Tx, event: str, /, **fields: Field) -> None:
    """``tell`` at level warning: somebody may have to look."""
    tx.after_commit(partial(_write, log.warning, event, fields))


def _write(line: Callable[..., object], event: str, fields: dict[str, Field]) -> None:
    with contextlib.suppress(OSError):  # what was done is done, also where the log cannot be written
        line(event, **{name: value for name, value in fields.items() if value is not None and value != ""})


def tell_account(tx: Tx, before: ProviderAccount, after: ProviderAccount) -> None:
    """What became of an account, where its status changed."""
    if before.status is after.status:
        return
    match after.status:
        case AccountStatus.ACTIVE:
            tell(tx, "account_connected", account=after.id, merchant=after.merchant_id, provider=after.provider)
        case AccountStatus.FAILED:
            warn(tx, "account_failed", account=after.id, merchant=after.merchant_id, provider=after.provider)
        case AccountStatus.SUSPENDED:
            warn(tx, "account_suspended", account=after.id, merchant=after.merchant_id, provider=after.provider)
