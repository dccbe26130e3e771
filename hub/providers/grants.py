"""Where grants are kept between requests; the hub gives a store that encrypts and shares them."""

from __future__ import annotations

from typing import Protocol

from hub_hookspecs import Grant


class GrantStore(Protocol):
    """Grants by account, each of one version of its credentials."""

    async def load(self, account_id: str, credentials: int) -> Grant | None:
        """The kept grant of this version of an account's credentials, fresh or not."""

    async def save(self, account_id: str, credentials: int, grant: Grant) -> None:
        """Keep a grant in place of an older one; one of credentials that were
        replaced meanwhile is not kept."""

    async def drop(self, account_id: str) -> None:
        """Forget the account's grant."""


class GrantsInMemory:
    """Grants of this process, forgotten with it."""

    def __init__(self) -> None:
        self._grants: dict[str, tuple[int, Grant]] = {}

    async def load(self, account_id: str, credentials: int) -> Grant | None:
        """The kept grant of this version of an account's credentials, fresh or not."""
        version, grant = self._grants.get(account_id, (0, None))
        return grant if version == credentials else None

    async def save(self, account_id: str, credentials: int, grant: Grant) -> None:
        """Keep a grant in place of an older one; one of credentials that were
        replaced meanwhile is not kept."""
        version, _grant = self._grants.get(account_id, (0, None))
        if credentials >= version:
            self._grants[account_id] = (credentials, grant)

    async def drop(self, account_id: str) -> None:
        """Forget the account's grant."""
        self._grants.pop(account_id, None)
