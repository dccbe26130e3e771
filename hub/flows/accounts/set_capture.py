"""Set capture: whether the hub takes what payers authorised as soon as it is, or a person says when."""

from __future__ import annotations

import attrs

from hub.domain.account import CaptureChoice, ProviderAccount
from hub.domain.identity import FieldError, Invalid
from hub.domain.merchant import Merchant
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx


def only_authorises(hub: Hub, code: str) -> bool:
    """Whether a provider has ways of paying that only authorise."""
    provider = hub.providers.get(code)
    return provider is not None and any(way.authorises for way in provider.info.ways)


async def set_capture(hub: Hub, merchant: Merchant, code: str, choice: CaptureChoice) -> ProviderAccount:
    """Capture what is authorised with the merchant's account from now on so; what is held already, too.

    Raises:
        LookupError: The merchant has no account with it.
        Invalid: Its provider captures by itself.
    """
    now = hub.clock()
    if not only_authorises(hub, code):
        raise Invalid((FieldError("capture", Text("capture.by_provider", provider=code)),))

    def write(tx: Tx) -> ProviderAccount:
        current = tx.accounts.current_of(merchant.id, merchant.mode)
        there = next((item for item in current if item.provider == code), None)
        if there is None:
            raise LookupError(code)
        after = attrs.evolve(there, capture=choice, updated_at=now)
        tx.accounts.save(after)
        return after

    saved = await hub.store.write(write)
    hub.cached.clear()
    return saved
