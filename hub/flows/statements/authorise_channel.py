"""Record whether a customer authorised a channel: by whom it was recorded, and when."""

from __future__ import annotations

from hub.domain.merchant import Merchant
from hub.domain.reminder import ChannelWish
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell


async def authorise_channel(
    hub: Hub, merchant: Merchant, customer_id: str, channel: str, *, is_authorised: bool, by: str
) -> None:
    """Write what the customer said.

    Raises:
        LookupError: No such customer of this merchant, or no such channel.
    """
    now = hub.clock()

    def write(tx: Tx) -> None:
        customer = customer_of(tx, merchant, customer_id)
        wish = ChannelWish(customer_id=customer.id, channel=channel, is_authorised=is_authorised, by=by, at=now)
        tx.contacts.save_wish(wish)
        tell(tx, "channel_said", customer=customer.id, channel=channel, said="yes" if is_authorised else "no")

    await hub.store.write(write)
