"""Place a store order: a cart becomes something that is owed, once per idempotency key."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from hub.domain.card_numbers import holds_card_number
from hub.domain.ids import derived_id
from hub.domain.lengths import NAME
from hub.domain.mail_address import MAX_ADDRESS_LENGTH, AddressRefused, read_address
from hub.domain.merchant import Customer, Link, LinkKind, Merchant
from hub.domain.message import DeliveryKind, owed_mail
from hub.domain.order import OrderItem, StoreOrder
from hub.domain.payable import Payable, PayableKind
from hub.flows.ground.open_link import url_of
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell
from hub.flows.merchants.save_options import origin_of
from hub.flows.merchants.sign_in import token_hash
from hub_hookspecs import EXPONENTS, LIMIT, Mode, Money

VISIBLE: Final = re.compile(r"[^\s\ufeff]")


@attrs.frozen(kw_only=True)
class Cart:
    """What a shop sends.

    Attributes:
        number: The shop's own order number, unique for the merchant.
        items: Prices are of one unit, minor units.
        hold_minutes: How long the stock is reserved.
        language: Of the order's mails and page: ``es``, ``en``; empty for the customer's own.
    """

    number: str
    currency: str
    items: tuple[OrderItem, ...]
    name: str
    email: str
    phone: str = ""
    hold_minutes: int = 60
    return_url: str = ""
    language: str = ""


class KeyReused(Exception):
    """The idempotency key was used with another body; nothing happened."""


class OrderRefused(Exception):
    """The cart cannot be an order; says which field, and nothing happened."""


@attrs.frozen(kw_only=True)
class Placed:
    """The stored answer to an order: the same one for the same key and body."""

    status: int
    body: dict[str, Any]


async def caller_of(hub: Hub, api_key: str) -> tuple[Merchant, Mode] | None:
    """The merchant and mode of an API key."""

    def read(tx: Tx) -> tuple[Merchant, Mode] | None:
        found = tx.merchants.api_key(token_hash(api_key))
        merchant = tx.merchants.get(found[0]) if found else None
        return (merchant, found[1]) if found and merchant else None

    return await hub.store.read(read)


async def place_order(hub: Hub, merchant: Merchant, mode: Mode, key: str, cart: Cart) -> Placed:
    """Place an order, or give the stored answer of the same key and body.

    Raises:
        KeyReused: Same key, other body.
        OrderRefused: An error in the cart, named.
    """
    total = checked_total(cart)
    if cart.return_url and not is_of_shop(merchant, cart.return_url):
        known = ", ".join(merchant.options.shop_origins) or "none yet"
        remedy = "register its address in Configuración > Tienda en línea"
        raise OrderRefused(f"return_url: not of a registered shop ({known}); {remedy}")
    wanted = OrderAsked(
        mode=mode,
        key=key,
        cart=cart,
        total=total,
        order_id=hub.fresh_id(),
        shopper_id=hub.fresh_id(),
        at=hub.clock(),
    )
    placed = await hub.store.write(lambda tx: _place(tx, hub, merchant, wanted))
    hub.wake()
    return placed


@attrs.frozen(kw_only=True)
class OrderAsked:
    """An order as it was asked for, with what was drawn for it before the transaction.

    Attributes:
        key: Of idempotency, from the shop.
        total: Our own sum of the cart.
        shopper_id: For a customer who is not known yet.
    """

    mode: Mode
    key: str
    cart: Cart
    total: Money
    order_id: str
    shopper_id: str
    at: datetime


def digest_of(cart: Cart) -> str:
    """What distinguishes one cart from another; a language that nobody gave is no part of it."""
    given = {name: value for name, value in attrs.asdict(cart).items() if name != "language" or value}
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()


def checked_total(cart: Cart) -> Money:
    """The server's own sum of the cart.

    Raises:
        OrderRefused: An empty cart, a quantity or price out of range, a field that is not what it must be.
    """
    if not cart.items or len(cart.items) > 200:
        raise OrderRefused("items: an order has 1 to 200 items")
    for at, item in enumerate(cart.items):
        if not 1 <= item.quantity <= 100_000:
            raise OrderRefused(f"items[{at}].quantity: from 1 to 100000")
        if not 0 <= item.price <= 10**12:
            raise OrderRefused(f"items[{at}].price: from 0 to 10^12 minor units")
    for name, text in _typed(cart):
        if holds_card_number(text):
            raise OrderRefused(f"{name}: a card number must never be sent here")
    for name, text in (("number", cart.number), *_typed(cart), *_skus(cart)):
        if any(unicodedata.category(char) == "Cc" for char in text):
            raise OrderRefused(f"{name}: one line without control characters")
    if not VISIBLE.search(cart.number) or len(cart.number) > 60:
        raise OrderRefused("number: 1 to 60 characters, not blanks alone")
    if len(cart.name.strip()) > NAME:
        raise OrderRefused(f"customer.name: at most {NAME} characters")
    if not _is_address(cart.email):
        wanted = f"one mail address in ASCII of at most {MAX_ADDRESS_LENGTH} characters, such as name@example.com"
        raise OrderRefused(f"customer.email: {wanted}; the receipt goes there")
    if cart.currency not in EXPONENTS:
        raise OrderRefused(f"currency: {cart.currency[:10]!r} is not known here; known are {', '.join(EXPONENTS)}")
    if not 1 <= cart.hold_minutes <= 10_080:
        raise OrderRefused("hold_minutes: from 1 to 10080")
    total = sum(item.quantity * item.price for item in cart.items)
    if total <= 0:
        raise OrderRefused("items: the order's total must be above zero")
    if total > LIMIT:
        raise OrderRefused(f"items: the order's total is at most the limit of {LIMIT} minor units")
    return Money(total, cart.currency)


def _is_address(text: str) -> bool:
    """Whether it is a mail address as programs write it: what OpenAPI calls ``email``, nothing around it."""
    try:
        return text.isascii() and text == text.strip() and bool(read_address(text))
    except AddressRefused:
        return False


def _typed(cart: Cart) -> Iterator[tuple[str, str]]:
    """What people typed; numbers and codes of the shop may look like a card's."""
    yield from (("customer.name", cart.name), ("customer.phone", cart.phone), ("customer.email", cart.email))
    yield from ((f"items[{at}].description", item.description) for at, item in enumerate(cart.items))


def _skus(cart: Cart) -> Iterator[tuple[str, str]]:
    yield from ((f"items[{at}].sku", item.sku) for at, item in enumerate(cart.items))


def order_mail_id(order_id: str) -> str:
    """The id of the mail about an order; it also stores the order's language."""
    return derived_id("delivery", DeliveryKind.ORDER, order_id)


def is_of_shop(merchant: Merchant, url: str) -> bool:
    """Whether an address belongs to a shop that the merchant has registered: the same scheme, host and port.

    Whoever holds an API key would otherwise lend our pages' good name to any address.
    """
    return "@" not in url and url.isprintable() and origin_of(url) in merchant.options.shop_origins


def _place(tx: Tx, hub: Hub, merchant: Merchant, wanted: OrderAsked) -> Placed:
    mode, key, cart, total, now = wanted.mode, wanted.key, wanted.cart, wanted.total, wanted.at
    digest, order_id = digest_of(cart), wanted.order_id
    answer = tx.orders.saved_answer(merchant.id, mode, key)
    if answer:
        if answer[0] != digest:
            raise KeyReused(key)
        return Placed(status=200, body=_with_page(tx, hub, json.loads(answer[2])))
    if tx.payables.by_number(merchant.id, mode, PayableKind.ORDER, cart.number):
        raise OrderRefused(f"number: there is an order {cart.number!r} already, under another Idempotency-Key")
    customer = _shopper(tx, merchant, cart, wanted.shopper_id)
    hold = now + timedelta(minutes=cart.hold_minutes)
    payable = Payable(
        id=order_id,
        merchant_id=merchant.id,
        mode=mode,
        kind=PayableKind.ORDER,
        number=cart.number,
        customer_id=customer.id,
        currency=total.currency,
        total=total.minor,
        issued_on=now.astimezone(ZoneInfo(merchant.company.zone)).date(),
        description=f"Pedido {cart.number}",
        offered_until=hold,
        created_at=now,
    )
    tx.payables.add(payable)
    order = StoreOrder(
        id=order_id,
        merchant_id=merchant.id,
        mode=mode,
        number=cart.number,
        customer_id=customer.id,
        items=cart.items,
        total=total,
        hold_until=hold,
        return_url=cart.return_url,
        created_at=now,
    )
    tx.orders.add(order)
    link = Link(
        id=f"o{order_id}",
        merchant_id=merchant.id,
        mode=mode,
        kind=LinkKind.ORDER,
        target=order_id,
        version=1,
        expires_at=now + timedelta(days=hub.link_days),
    )
    tx.links.add(link)
    body = {
        "id": f"ord_{order_id}",
        "number": cart.number,
        "total": {"minor": total.minor, "currency": total.currency},
        "hold_until": hold.isoformat(),
    }
    tx.orders.save_answer(merchant.id, mode, key, digest, 201, json.dumps(body), now)
    details = {"language": cart.language} if cart.language else {}
    tx.deliveries.add(owed_mail(order_mail_id(order_id), DeliveryKind.ORDER, cart.email, order, now, details=details))
    tell(tx, "order_placed", order=order_id, merchant=merchant.id, customer=customer.id)
    return Placed(status=201, body=_with_page(tx, hub, body))


def _with_page(tx: Tx, hub: Hub, body: dict[str, Any]) -> dict[str, Any]:
    """The answer with the order's page; its token is computed here and never stored."""
    link = tx.links.get(f"o{body['id'].removeprefix('ord_')}")
    return {**body, "page": url_of(hub, link) if link else ""}


def _shopper(tx: Tx, merchant: Merchant, cart: Cart, fresh_id: str) -> Customer:
    """The shopper with this mail, or a new one, whose id does not follow from it.

    Anybody can type any mail in a store, so a customer with it is somebody else until the merchant joins them.
    """
    found = tx.customers.find(merchant.id, email=cart.email.lower(), shoppers=True)
    if shoppers := [person for person in found if person.is_shopper]:
        return shoppers[0]
    customer = Customer(
        id=fresh_id,
        merchant_id=merchant.id,
        name=cart.name.strip() or cart.email,
        email=cart.email.lower(),
        phone=cart.phone,
        language=cart.language,
        is_shopper=True,
    )
    tx.customers.save(customer)
    return customer
