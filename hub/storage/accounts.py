"""Provider accounts, their sealed secrets and grants."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.dialects.sqlite import insert

from hub.domain.account import AccountStatus, CaptureChoice, ProviderAccount
from hub_hookspecs import Channel, Mode

from .rows import (
    json_list,
    json_text,
    maybe_micros,
    maybe_moment,
    micros,
    moment,
    report_from,
    report_text,
    webhook_from,
    webhook_text,
)
from .schema import account, account_secret
from .statements import Runs, changed, inserted

ADD = inserted(account)
FREE = (
    *(account.c.status, account.c.path_token, account.c.settings, account.c.secret_names, account.c.channels),
    *(account.c.report, account.c.confirmed_by, account.c.confirmed_at, account.c.last_heard_at, account.c.paused),
    *(account.c.credentials, account.c.updated_at, account.c.retired_at, account.c.retired_by, account.c.retired_why),
    *(account.c.webhook, account.c.capture),
)
SAVE = changed(account, *FREE)
GET = select(account).where(account.c.id == bindparam("id"))
BY_TOKEN = select(account).where(account.c.path_token == bindparam("path_token"))
CURRENT_LAST = (account.c.retired_at.is_(None), account.c.retired_at, account.c.id)
ALL_OF = (
    select(account)
    .where(account.c.merchant == bindparam("merchant"))
    .order_by(account.c.provider, account.c.mode, *CURRENT_LAST)
)
ALL_OF_MODE = ALL_OF.where(account.c.mode == bindparam("mode"))
CURRENT_OF = ALL_OF.where(account.c.retired_at.is_(None))
CURRENT_OF_MODE = ALL_OF_MODE.where(account.c.retired_at.is_(None))
ALL = select(account).order_by(account.c.merchant, account.c.provider, account.c.mode, *CURRENT_LAST)
NOTIFIED = changed(account, account.c.last_heard_at)
SET_STATUS = changed(account, account.c.status, account.c.updated_at)
REPLACE = SAVE.where(account.c.credentials == bindparam("before"))
SAVE_GRANT = changed(account, account.c.grant_sealed)
SAVE_GRANT_OF = SAVE_GRANT.where(account.c.credentials == bindparam("of"))
NAME_SECRET = changed(account, account.c.secret_names)

SECRETS = select(account_secret).where(account_secret.c.account == bindparam("account")).order_by(account_secret.c.name)
_secret = insert(account_secret).values({column.name: bindparam(column.name) for column in account_secret.columns})
SAVE_SECRET = _secret.on_conflict_do_update(
    index_elements=[account_secret.c.account, account_secret.c.name],
    set_={"sealed": _secret.excluded.sealed, "key_id": _secret.excluded.key_id},
)
ALL_SECRETS = (
    select(account_secret, account.c.merchant)
    .join(account, account.c.id == account_secret.c.account)
    .order_by(account_secret.c.account, account_secret.c.name)
)


class Accounts:
    """Provider accounts; at most one per merchant, provider and mode that is not retired."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, account: ProviderAccount) -> None:
        """Insert an account.

        Raises:
            Conflict: ``unique`` when the merchant has one with this provider in this mode.
        """
        fixed = {
            "id": account.id,
            "merchant": account.merchant_id,
            "provider": account.provider,
            "mode": account.mode.value,
            "grant_sealed": None,
            "created_at": micros(account.created_at),
        }
        self._tx.run(ADD, {**_values(account), **fixed})

    def save(self, account: ProviderAccount) -> None:
        """Write everything but merchant, provider and mode."""
        self._tx.change(SAVE, {**_values(account), "this": account.id})

    def replace(self, account: ProviderAccount) -> bool:
        """Write an account with its next version of credentials; False when somebody else's came before."""
        values = {**_values(account), "this": account.id, "before": account.credentials - 1}
        return self._tx.run(REPLACE, values).rowcount == 1

    def get(self, account_id: str) -> ProviderAccount | None:
        """An account by id."""
        return _maybe(self._tx.run(GET, {"id": account_id}).fetchone())

    def by_token(self, path_token: str) -> ProviderAccount | None:
        """The account that a notification address names."""
        return _maybe(self._tx.run(BY_TOKEN, {"path_token": path_token}).fetchone())

    def current_of(self, merchant_id: str, mode: Mode | None = None) -> tuple[ProviderAccount, ...]:
        """A merchant's accounts that are not retired, by provider: what is offered, configured, shown as connected."""
        return self._of(CURRENT_OF, CURRENT_OF_MODE, merchant_id, mode)

    def all_of(self, merchant_id: str, mode: Mode | None = None) -> tuple[ProviderAccount, ...]:
        """A merchant's accounts, by provider, retired ones first: whatever looks for money or for keys."""
        return self._of(ALL_OF, ALL_OF_MODE, merchant_id, mode)

    def _of(
        self, in_both: Select[Any], in_one: Select[Any], merchant_id: str, mode: Mode | None
    ) -> tuple[ProviderAccount, ...]:
        if mode is None:
            return tuple(_account(row) for row in self._tx.run(in_both, {"merchant": merchant_id}))
        return tuple(_account(row) for row in self._tx.run(in_one, {"merchant": merchant_id, "mode": mode.value}))

    def all(self) -> tuple[ProviderAccount, ...]:
        """Every account, retired ones too."""
        return tuple(_account(row) for row in self._tx.run(ALL))

    def record_notification(self, account_id: str, at: datetime) -> None:
        """Note when the last genuine notification came."""
        self._tx.change(NOTIFIED, {"this": account_id, "last_heard_at": micros(at)})

    def set_status(self, account_id: str, status: AccountStatus, at: datetime) -> None:
        """Move an account to another status."""
        self._tx.change(SET_STATUS, {"this": account_id, "status": status.value, "updated_at": micros(at)})

    def secrets(self, account_id: str) -> Mapping[str, bytes]:
        """Sealed secrets by setting name; the vault opens them."""
        return {row["name"]: row["sealed"] for row in self._tx.run(SECRETS, {"account": account_id})}

    def save_secret(self, account_id: str, name: str, sealed: bytes, key_id: str) -> None:
        """Store a sealed secret; the account's list of secret names follows."""
        self._tx.run(SAVE_SECRET, {"account": account_id, "name": name, "sealed": sealed, "key_id": key_id})
        record = self.get(account_id)
        if record is not None and name not in record.secret_names:
            names = json_list(record.secret_names | {name})
            self._tx.change(NAME_SECRET, {"this": account_id, "secret_names": names})

    def all_secrets(self) -> tuple[tuple[str, str, str, bytes, str], ...]:
        """(account id, merchant id, name, sealed, key id) of every secret, for key rotation."""
        return tuple(
            (row["account"], row["merchant"], row["name"], row["sealed"], row["key_id"])
            for row in self._tx.run(ALL_SECRETS)
        )

    def grant(self, account_id: str) -> bytes | None:
        """The sealed grant."""
        row = self._tx.run(GET, {"id": account_id}).fetchone()
        return row["grant_sealed"] if row else None

    def save_grant(self, account_id: str, sealed: bytes | None, *, of: int | None = None) -> None:
        """Store or drop the sealed grant; ``of``: only while this is the version of the account's credentials."""
        values = {"this": account_id, "grant_sealed": sealed}
        if of is None:
            self._tx.change(SAVE_GRANT, values)
        else:
            self._tx.run(SAVE_GRANT_OF, {**values, "of": of})

    def key_fingerprint_users(self, fingerprint: str) -> tuple[str, ...]:
        """Ids of accounts with a setting that is this fingerprint, or whose value without blanks has this SHA-256."""
        return tuple(
            record.id
            for record in self.all()
            if any(fingerprint in (value, _fingerprint(value)) for value in record.settings.values())
        )


def _fingerprint(value: str) -> str:
    return hashlib.sha256("".join(value.split()).encode()).hexdigest()


def _values(record: ProviderAccount) -> dict[str, object]:
    return {
        "status": record.status.value,
        "path_token": record.path_token,
        "settings": json_text(dict(record.settings)),
        "secret_names": json_list(record.secret_names),
        "channels": json_list(record.channels),
        "report": report_text(record.report),
        "confirmed_by": record.confirmed_by,
        "confirmed_at": maybe_micros(record.confirmed_at),
        "last_heard_at": maybe_micros(record.last_heard_at),
        "paused": record.paused,
        "credentials": record.credentials,
        "updated_at": micros(record.updated_at),
        "retired_at": maybe_micros(record.retired_at),
        "retired_by": record.retired_by,
        "retired_why": record.retired_why,
        "webhook": webhook_text(record.webhook),
        "capture": record.capture.value,
    }


def _maybe(row: sqlite3.Row | None) -> ProviderAccount | None:
    return None if row is None else _account(row)


def _account(row: sqlite3.Row) -> ProviderAccount:
    return ProviderAccount(
        id=row["id"],
        merchant_id=row["merchant"],
        provider=row["provider"],
        mode=Mode(row["mode"]),
        status=AccountStatus(row["status"]),
        path_token=row["path_token"],
        settings=json.loads(row["settings"]),
        secret_names=frozenset(json.loads(row["secret_names"])),
        channels=frozenset(Channel(name) for name in json.loads(row["channels"])),
        report=report_from(row["report"]),
        confirmed_by=row["confirmed_by"],
        confirmed_at=maybe_moment(row["confirmed_at"]),
        last_heard_at=maybe_moment(row["last_heard_at"]),
        paused=row["paused"],
        credentials=row["credentials"],
        created_at=moment(row["created_at"]),
        updated_at=moment(row["updated_at"]),
        retired_at=maybe_moment(row["retired_at"]),
        retired_by=row["retired_by"],
        retired_why=row["retired_why"],
        webhook=webhook_from(row["webhook"]),
        capture=CaptureChoice(row["capture"]),
    )
