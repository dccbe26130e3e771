"""Remove a member: nobody signs in with that address any more, and open sessions of it end at once."""

from __future__ import annotations

from hub.domain.identity import Problem
from hub.domain.merchant import Merchant, Role

from .ports import Hub, Tx
from .save_company import Invalid


async def remove_member(hub: Hub, merchant: Merchant, email: str) -> None:
    """End a person's access.

    Raises:
        LookupError: No such member of this merchant.
        Invalid: It is the last owner, without whom nobody could configure anything.
    """
    address = email.strip().lower()

    def write(tx: Tx) -> None:
        members = tx.merchants.members(merchant.id)
        there = next((member for member in members if member.email.lower() == address), None)
        if there is None:
            raise LookupError(address)
        owners = [member for member in members if member.role is Role.OWNER]
        if there.role is Role.OWNER and len(owners) == 1:
            raise Invalid((Problem("email", "Es la única persona que administra la empresa; agregue a otra antes."),))
        tx.merchants.remove_member(merchant.id, address)

    await hub.store.write(write)
