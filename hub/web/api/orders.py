"""``POST /v1/orders`` places an order once per idempotency key; ``GET /v1/orders/{id}`` says how it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from hub.domain.conversion import Conversion
from hub.domain.dispute import Dispute
from hub.domain.held import MoneyState
from hub.domain.merchant import Merchant
from hub.domain.order import OrderItem
from hub.domain.payable import Payable
from hub.flows.statements.place_order import Cart, KeyReused, OrderRefused, caller_of, place_order
from hub.flows.statements.view_order import FoundOrder, OrderView, PaidOutOfOrder, find_order
from hub.web.request import Request, hub_of
from hub_hookspecs import Mode, Money, strict_json

from .problems import problem
from .records import (
    Amount,
    NewOrder,
    OrderConversion,
    OrderDebitNote,
    OrderDisbursement,
    OrderDispute,
    OrderState,
    Progress,
)

MAX_KEY: Final = 200
KEY: Final = re.compile("[!-~]+")
MAX_BODY: Final = 1024 * 1024
"""The longest order that the description allows fits, however its letters are escaped."""

ID: Final = "ord_"
BEARER: Final = re.compile(r"(?i)bearer +([\x21-\x7e]{1,200})")
WENT: Final[Mapping[MoneyState, Progress]] = {
    MoneyState.HELD: "paid",
    MoneyState.PARTLY_RETURNED: "partly_refunded",
    MoneyState.RETURNED: "refunded",
    MoneyState.PARTLY_CHARGED_BACK: "partly_charged_back",
    MoneyState.CHARGED_BACK: "charged_back",
    MoneyState.NOT_RECEIVED: "open",
}
"""What a shop is told of an order whose money went, in part or in full."""

NO_STORE: Final = {"Cache-Control": "no-store"}


@post("/v1/orders", include_in_schema=False, request_max_body_size=MAX_BODY)
async def create_order(request: Request) -> Response[Any]:
    """Place an order, or give the answer of the same key and body again."""
    caller = await _caller(request)
    if caller is None:
        return _unauthorized(request)
    key = request.headers.get("idempotency-key", "")
    if not (KEY.fullmatch(key) and len(key) <= MAX_KEY):
        return problem(400, f"Idempotency-Key: 1 to {MAX_KEY} printable characters are needed")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return problem(415, "the body must be application/json")
    try:
        body = strict_json(await request.body())
    except RequestEntityTooLarge:
        return problem(413, f"the body is larger than {MAX_BODY} bytes")
    except ValueError as error:
        return problem(400, f"the body is not acceptable JSON: {error}")
    merchant, mode = caller
    try:
        cart = _cart(msgspec.convert(body, NewOrder, strict=True))
        placed = await place_order(hub_of(request), merchant, mode, key, cart)
    except KeyReused:
        return problem(422, "Idempotency-Key: it was used with another body; nothing happened")
    except (msgspec.ValidationError, OrderRefused) as error:
        return problem(422, str(error))
    return Response(placed.body, status_code=placed.status, headers=NO_STORE)


@get("/v1/orders/{order_id:str}", include_in_schema=False)
async def read_order(request: Request) -> Response[Any]:
    """How an order of the caller stands."""
    caller = await _caller(request)
    if caller is None:
        return _unauthorized(request)
    merchant, mode = caller
    given = request.path_params["order_id"]
    found = await find_order(hub_of(request), merchant, mode, given.removeprefix(ID)) if given.startswith(ID) else None
    if found is None:
        return problem(404, "no such order")
    return Response(msgspec.to_builtins(_state(found)), headers=NO_STORE)


async def _caller(request: Request) -> tuple[Merchant, Mode] | None:
    found = BEARER.fullmatch(request.headers.get("authorization", ""))
    return await caller_of(hub_of(request), found[1]) if found else None


def _unauthorized(request: Request) -> Response[bytes]:
    given = BEARER.fullmatch(request.headers.get("authorization", ""))
    unknown = "this API key is unknown here, or was withdrawn; another one: Configuración > Tienda en línea"
    detail = unknown if given else "an API key is needed: Authorization: Bearer KEY"
    return problem(401, detail, headers={"WWW-Authenticate": "Bearer"})


def _cart(order: NewOrder) -> Cart:
    return Cart(
        number=order.number,
        currency=order.currency,
        items=tuple(
            OrderItem(sku=item.sku, description=item.description, quantity=item.quantity, price=item.price)
            for item in order.items
        ),
        name=order.customer.name,
        email=order.customer.email,
        phone=order.customer.phone,
        hold_minutes=order.hold_minutes,
        return_url=order.return_url,
        language=order.language,
    )


def _state(found: FoundOrder) -> OrderState:
    view, payment, proof = found.view, found.view.payment, found.proof
    held = view.held
    return OrderState(
        id=f"{ID}{view.order.id}",
        number=view.order.number,
        status=_status(view),
        total=_amount(view.order.total),
        due=_amount(view.payable.balance),
        received=_amount(held.money(held.came)),
        returned=_amount(held.money(held.returned)),
        charged_back=_amount(held.money(held.charged_back)),
        remaining=_amount(held.money(held.left)),
        credit=_amount(held.money(view.credit)),
        disbursements=[_disbursement(out) for out in view.disbursements],
        debit_notes=[_debit_note(note) for note in view.debit_notes],
        conversions=[_conversion(made) for made in view.conversions],
        disputes=[_dispute(dispute) for dispute in view.disputes],
        hold_until=view.order.hold_until.isoformat(),
        paid_at=proof.paid_at.isoformat() if proof and proof.paid_at else None,
        provider=payment.provider if proof and payment else None,
        provider_reference=payment.provider_reference if proof and payment else None,
        authorisation=(proof.authorisation or None) if proof else None,
        reference=payment.reference if proof and payment else None,
        page=found.page,
    )


def _dispute(dispute: Dispute) -> OrderDispute:
    return OrderDispute(
        case=dispute.case,
        amount=_amount(dispute.amount),
        stage=dispute.stage.value,
        respond_by=dispute.respond_by.isoformat() if dispute.respond_by else None,
        outcome=dispute.outcome.value if dispute.outcome else None,
        won=_amount(dispute.won) if dispute.won else None,
    )


def _disbursement(out: PaidOutOfOrder) -> OrderDisbursement:
    return OrderDisbursement(
        number=out.made.label,
        amount=_amount(out.amount),
        paid_on=out.made.paid.paid_on.isoformat(),
        void_reason=out.made.void_reason if out.made.voided_at else None,
    )


def _debit_note(note: Payable) -> OrderDebitNote:
    total = Money(note.total, note.currency)
    return OrderDebitNote(number=note.number, amount=_amount(total), due=_amount(note.balance))


def _conversion(made: Conversion) -> OrderConversion:
    return OrderConversion(
        came=_amount(made.came),
        settles=_amount(made.settles),
        rate=f"{made.rate.value:f}",
        base=made.rate.base,
        quote=made.rate.quote,
        source=made.rate.source,
        rate_on=made.rate.on.isoformat(),
        value_on=made.value_on.isoformat(),
        void_reason=made.void_reason if made.voided_at else None,
    )


def _status(view: OrderView) -> Progress:
    if view.went:
        return WENT[view.went]
    if view.is_paid:
        return "paid"
    if view.is_live:
        return "in_process"
    return "open" if view.is_held else "expired"


def _amount(money: Money) -> Amount:
    return Amount(minor=money.minor, currency=money.currency)
