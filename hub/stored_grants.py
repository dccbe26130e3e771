"""Grants that providers gave, encrypted in the database and cached in memory."""

from __future__ import annotations

import json
from datetime import datetime

import structlog

from hub.storage import SqliteStore, SqliteTx
from hub.vault.errors import VaultError
from hub.vault.sealing import Vault
from hub_hookspecs import Grant

log = structlog.get_logger()


class StoredGrants:
    """Grants in the database, encrypted, so that all workers share them; cached in memory for speed.

    Each belongs to one version of the account's credentials: what another process replaces is noticed by whoever opens
    the account, and asks here for a grant of the version that it found.
    """

    def __init__(self, store: SqliteStore, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._cached: dict[str, tuple[int, Grant]] = {}

    async def load(self, account_id: str, credentials: int) -> Grant | None:
        """The stored grant of this version of the account's credentials, if there is one that opens."""
        version, grant = self._cached.get(account_id, (0, None))
        if version == credentials:
            return grant

        def read(tx: SqliteTx) -> tuple[bytes, str] | None:
            sealed, account = tx.accounts.grant(account_id), tx.accounts.get(account_id)
            return (sealed, account.merchant_id) if sealed and account else None

        found = await self._store.read(read)
        version, grant = self._open(account_id, *found) if found else (0, None)
        if grant is None or version != credentials:
            return None
        self._cache(account_id, credentials, grant)
        return grant

    def _open(self, account_id: str, sealed: bytes, merchant_id: str) -> tuple[int, Grant | None]:
        try:
            plain = self._vault.open(sealed, table="account", column="grant", row=account_id, merchant=merchant_id)
        except VaultError as error:  # another is fetched in its place
            log.warning("grant_not_opened", account=account_id, why=str(error))
            return 0, None
        raw = json.loads(plain)
        grant = Grant(headers=raw["headers"], expires_at=datetime.fromisoformat(raw["expires_at"]))
        return raw.get("credentials", 0), grant  # those of earlier releases do not say of which credentials they are

    def _cache(self, account_id: str, credentials: int, grant: Grant) -> None:
        version, _grant = self._cached.get(account_id, (0, None))
        if credentials >= version:
            self._cached[account_id] = (credentials, grant)

    async def save(self, account_id: str, credentials: int, grant: Grant) -> None:
        """Store a fresh grant; one of credentials that were replaced meanwhile serves nobody any more."""
        self._cache(account_id, credentials, grant)
        plain = json.dumps(
            {
                "headers": dict(grant.headers),
                "expires_at": grant.expires_at.isoformat(),
                "credentials": credentials,
            }
        ).encode()

        def write(tx: SqliteTx) -> None:
            account = tx.accounts.get(account_id)
            if account is None:
                return
            sealed, _key = self._vault.seal(
                plain, table="account", column="grant", row=account_id, merchant=account.merchant_id
            )
            tx.accounts.save_grant(account_id, sealed, of=credentials)

        await self._store.write(write)

    async def drop(self, account_id: str) -> None:
        """Forget a grant that was refused."""
        self._cached.pop(account_id, None)
        await self._store.write(lambda tx: tx.accounts.save_grant(account_id, None))
