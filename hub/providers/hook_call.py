"""One hook call on its way, and what its answers say of the account."""

from __future__ import annotations

import asyncio
import secrets
import string
from datetime import datetime
from typing import Any

import attrs

from hub_hookspecs import Account, Conclusion

from .grants import GrantStore
from .ran import StepRecord
from .registry import Provider

ALPHANUMERIC = string.ascii_uppercase + string.digits
NOT_LET_IN = (401, 403)


@attrs.define
class HookCall:
    """One hook call on its way.

    Attributes:
        grants: Where its grants are stored, and ``turn`` lets one task at a time fetch one.
        not_let_in: Why no grant was to be had, each time that the plugin asked for an alert.
    """

    provider: Provider
    account: Account
    account_id: str
    credentials: int
    lease_until: datetime | None
    deadline: float
    grants: GrantStore
    turn: asyncio.Lock
    records: list[StepRecord] = attrs.Factory(list)
    not_let_in: list[str] = attrs.Factory(list)


def new_call_id() -> str:
    """10 fresh alphanumerics, for one hook call."""
    return "".join(secrets.choice(ALPHANUMERIC) for _ in range(10))


def refusal_of(call: HookCall, hook: str, conclusion: Conclusion[Any]) -> str:
    """Why the account's merchant or the operator should look; empty when all is well.

    Of a request that was repeated the last answer counts: a grant that had run out is no refusal.
    """
    last = {(record.hook, record.number): record for record in call.records}
    for record in last.values():
        # Reports are a product of their own: who does not have it is let in everywhere else.
        if record.status in NOT_LET_IN and hook != "fetch_settlement":
            return f"HTTP {record.status} to {record.hook}"
    if call.not_let_in:
        return call.not_let_in[-1]
    return f"the provider's refusal is about the settings: {conclusion.cause}" if conclusion.alert else ""
