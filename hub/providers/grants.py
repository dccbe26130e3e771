"""Where grants are kept between requests; the hub gives a store that encrypts and shares them."""

from __future__ import annotations

from typing import Protocol

from hub_hookspecs import Grant


class GrantStore(Protocol):
    """Grants by account."""

    async def load(self, account_id: str) -> Grant | None:
        """The kept grant of an account, fresh or not."""

    async def save(self, account_id: str, grant: Grant) -> None:
        """Keep a grant in place of an older one."""

    async def drop(self, account_id: str) -> None:
        """Forget the account's grant."""


class GrantsInMemory:
    """Grants of this process, forgotten with it."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}

    async def load(self, account_id: str) -> Grant | None:
        """The kept grant of an account, fresh or not."""
        return self._grants.get(account_id)

    async def save(self, account_id: str, grant: Grant) -> None:
        """Keep a grant in place of an older one."""
        self._grants[account_id] = grant

    async def drop(self, account_id: str) -> None:
        """Forget the account's grant."""
        self._grants.pop(account_id, None)
