"""Issue an API key to a merchant's shop: shown once, stored as a hash."""

from __future__ import annotations

from hub.domain.identity import Invalid
from hub.domain.lengths import KEY_NAME, too_long
from hub.domain.merchant import Merchant
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub_hookspecs import CROCKFORD

from .sign_in import token_hash


async def issue_api_key(hub: Hub, merchant: Merchant, name: str) -> str:
    """A fresh key for the merchant's mode; nobody can read it again.

    Raises:
        Invalid: Its name is too long.
    """
    if problems := too_long("name", name.strip(), KEY_NAME):
        raise Invalid(problems)
    key = f"phk_{merchant.mode.value}_{hub.random_text(40, CROCKFORD)}"
    now = hub.clock()

    def add(tx: Tx) -> None:
        tx.merchants.add_api_key(token_hash(key), merchant.id, merchant.mode, name.strip(), now)
        tell(tx, "api_key_issued", key_id=token_hash(key).hex()[:12], merchant=merchant.id, mode=merchant.mode.value)

    await hub.store.write(add)
    return key
