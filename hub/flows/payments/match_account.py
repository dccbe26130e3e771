"""Match a message with the account by whose keys it is proven, whichever of a merchant's addresses it came to.

A provider goes on sending a retired account's notifications, to its old address or to the new one, wherever somebody
has entered it. Only accounts of the same merchant, provider and mode are tried, so an address opens nobody else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.payment import Payment
from hub.flows.accounts.money_under_way import money_under_way
from hub.flows.accounts.open_account import CACHED_FOR, CannotOpen, Locked, Opened, open_account
from hub.flows.ground.memory import Slot
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import Observation, Reading, Verdict


@attrs.frozen
class Beside:
    """The other accounts whose message it may be.

    Attributes:
        locked: One whose secrets do not open now, so that nobody can say that it is not its.
    """

    opened: tuple[Opened, ...]
    locked: Locked | None
    read_at: datetime


def open_beside(tx: Tx, hub: Hub, own: ProviderAccount, now: datetime) -> Beside:
    """The current account beside a retired one, and retired ones with money under way."""
    opened: list[Opened] = []
    locked: Locked | None = None
    for record in beside(tx, own):
        if record.is_retired and not money_under_way(tx, hub, record, now):
            continue
        try:
            opened.append(open_account(tx, hub, record, now))
        except Locked as error:
            locked = locked or error
        except CannotOpen:  # its provider is not served here, and neither is the account of the address
            continue
    return Beside(tuple(opened), locked, now)


def beside(tx: Tx, own: ProviderAccount) -> tuple[ProviderAccount, ...]:
    """A merchant's other accounts at the same provider; none unless one was retired."""
    return tuple(
        item
        for item in tx.accounts.all_of(own.merchant_id, own.mode)
        if item.provider == own.provider and item.id != own.id
    )


OPENED_BESIDE: Final = Slot[str, Beside]("opened beside")


async def opened_beside(hub: Hub, own: Opened) -> Beside:
    """``open_beside``, cached for two seconds as the account of an address is."""
    now, opened = hub.clock(), hub.cached.of(OPENED_BESIDE)
    cached = opened.get(own.record.id)
    if cached and timedelta() <= now - cached.read_at < CACHED_FOR:
        return cached
    found = await hub.store.read(lambda tx: open_beside(tx, hub, own.record, now))
    opened[own.record.id] = found
    return found


UNPROVEN, PROVEN, KNOWN = range(3)
"""How sure it is whose message it is: not proven by the account's keys, proven, and about payments of the account."""


async def certainty(hub: Hub, opened: Opened, reading: Reading | None) -> int:
    """How sure it is that a message is this account's; one that its plugin wants to ask about has proved itself."""
    if reading is None:
        return KNOWN
    if reading.verdict is not Verdict.VALID:
        return UNPROVEN
    known = await hub.store.read(lambda tx: _all_known(tx, opened.record.id, reading.observations))
    return KNOWN if known else PROVEN


def _all_known(tx: Tx, account_id: str, observations: Sequence[Observation]) -> bool:
    return all(payment_for(tx, account_id, item) for item in observations)


def payment_for(tx: Tx, account_id: str, observation: Observation) -> Payment | None:
    """The payment that a claim is about: by our reference, else by theirs."""
    if observation.reference:
        return tx.payments.by_reference(account_id, observation.reference)
    if observation.provider_reference:
        return tx.payments.by_provider_reference(account_id, observation.provider_reference)
    return None


def payments_named(tx: Tx, own: ProviderAccount, hints: Sequence[str]) -> tuple[Payment, ...]:
    """Payments that are meant by what proves nothing, of whichever of the merchant's accounts with the provider."""
    accounts = (own.id, *(item.id for item in beside(tx, own)))
    found = (tx.payments.by_reference(account, reference) for reference in hints for account in accounts)
    return tuple(payment for payment in found if payment)
