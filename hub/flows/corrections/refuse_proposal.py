"""Refuse what somebody proposed: nothing of it happens. Its own person takes it back in the same way."""

from __future__ import annotations

from hub.domain.decision import Decision, Signed
from hub.domain.identity import Invalid
from hub.domain.lengths import REASON, too_long
from hub.domain.merchant import Merchant
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.proposals import standing_proposals, withdraw


async def refuse_proposal(hub: Hub, merchant: Merchant, decision_id: str, *, signed: Signed) -> Decision:
    """End a proposal of this merchant, for good.

    Raises:
        LookupError: Nothing of this id waits.
        Invalid: The reason is too long.
    """
    if problems := too_long("why", signed.why.strip(), REASON):
        raise Invalid(problems)
    now = hub.clock()

    def write(tx: Tx) -> Decision:
        waiting = standing_proposals(tx, now)
        own = (item for item in waiting if (item.merchant_id, item.mode) == (merchant.id, merchant.mode))
        proposed = next((item for item in own if item.id == decision_id), None)
        if proposed is None:
            raise LookupError(decision_id)
        return withdraw(tx, proposed, by=signed.by, why=signed.why.strip())

    return await hub.store.write(write)
