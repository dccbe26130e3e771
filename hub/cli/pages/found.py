"""What was found, one page each: what it is, how it stands, and what may be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from hub.domain.account import ProviderAccount
from hub.domain.merchant import Customer, Member, Merchant
from hub.domain.message import Delivery, Review, StoredMessage
from hub.domain.payable import Payable
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt
from hub.flows.ground.ports import Hub
from hub.flows.merchants.remove_member import Removal
from hub.flows.merchants.revoke_api_key import KeyLine
from hub.flows.views.find_anything import LinkFound, Thing

from .companies import account_page, api_key_page, company_page, member_page, removal_page
from .mails import link_page, mail_page, message_page, review_page
from .owed import customer_page, payable_page
from .page import ThingPage
from .payments import payment_page, receipt_page
from .snapshot import Snapshot


async def pages_of(hub: Hub, things: Sequence[Thing]) -> tuple[ThingPage, ...]:
    """A page for each thing, as all stands at one moment."""
    now = hub.clock()
    return await hub.store.read(lambda tx: tuple(_page(Snapshot(tx, hub, now), thing) for thing in things))


def _page(snapshot: Snapshot, thing: Thing) -> ThingPage:
    match thing:
        case Payable():
            return payable_page(snapshot, thing)
        case Customer():
            return customer_page(snapshot, thing)
        case Payment():
            return payment_page(snapshot, thing)
        case CashReceipt():
            return receipt_page(snapshot, thing)
        case LinkFound():
            return link_page(snapshot, thing)
        case StoredMessage():
            return message_page(snapshot, thing)
        case Review():
            return review_page(snapshot, thing)
        case Delivery():
            return mail_page(snapshot, thing)
        case ProviderAccount():
            return account_page(snapshot, thing)
        case Merchant():
            return company_page(snapshot, thing)
        case Member():
            return member_page(snapshot, thing)
        case Removal():
            return removal_page(snapshot, thing)
        case KeyLine():
            return api_key_page(snapshot, thing)
