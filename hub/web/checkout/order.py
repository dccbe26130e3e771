"""The page of a store order: what was ordered, until when it is held, and how to pay it."""

from __future__ import annotations

from litestar import get, post

from hub.domain.figures import mask_email, mask_phone
from hub.domain.letterhead import letterhead_for
from hub.domain.no_way import no_way, why_text
from hub.flows.statements.place_order import is_of_shop
from hub.flows.statements.view_order import OrderView, view_order
from hub.web.basket import Basket, PayableLine
from hub.web.markup import button_style, minutes_left, time_left_style
from hub.web.pages import Pages, reader_pages_of
from hub.web.pay_step import pay, show_step
from hub.web.portal.method import way_back
from hub.web.request import Request, hub_of
from hub.web.responses import Page, redirect
from hub_hookspecs import Channel, Money


@get("/o/{token:str}", include_in_schema=False)
async def show_order(request: Request) -> Page:
    """The order; the mail's provider button leads straight to the pay step."""
    hub = hub_of(request)
    provider = request.query_params.get("provider", "")
    if provider in hub.providers:
        return redirect(f"{address_of(request)}/pay?provider={provider}")
    pages, view = await _opened(request)
    order, customer, now = view.order, view.customer, hub.clock()
    currency = order.total.currency
    is_live = view.is_live
    held = time_left_style(order.created_at, order.hold_until, now) if view.is_held else ""
    return pages.page(
        "checkout/order.html",
        merchant=view.merchant,
        mode=order.mode,
        style=button_style(view.buttons) + held,
        view=view,
        order=order,
        letterhead=letterhead_for(view.merchant, hub.countries[view.merchant.company.country], order.mode),
        items=[
            (item, Money(item.price, currency), Money(item.price * item.quantity, currency)) for item in order.items
        ],
        contact=" · ".join(filter(None, (customer.email and mask_email(customer.email), mask_phone(customer.phone)))),
        minutes_left=minutes_left(order.hold_until, now),
        way_back=way_back(hub, view.payment, pages.reader_of(view.merchant)) if view.payment else "",
        no_way=no_way(view.buttons),
        why_text=why_text,
        currency=currency,
        offers=view.buttons,
        remedy="",
        address=address_of(request),
        is_live=is_live,
        shop=shop_of(view),
    )


@get("/o/{token:str}/pay", include_in_schema=False)
async def show_pay_step(request: Request) -> Page:
    """Method and payer fields for the order."""
    pages, view = await _opened(request)
    basket = basket_of(request, view)
    if basket is None:
        return redirect(elsewhere(request, view))
    query = request.query_params
    return await show_step(pages, basket, provider=query.get("provider", ""), way=query.get("way", ""))


@post("/o/{token:str}/pay", include_in_schema=False)
async def pay_order(request: Request) -> Page:
    """Start the payment, or lead to the one that already holds the order."""
    pages, view = await _opened(request)
    basket = basket_of(request, view)
    if basket is None:
        return redirect(elsewhere(request, view))
    return await pay(pages, basket, await request.form())


async def _opened(request: Request) -> tuple[Pages, OrderView]:
    """The order, and its pages: in the language that the shopper asked for, else the order's, else the browser's."""
    hub, token = hub_of(request), request.path_params["token"]
    view = await view_order(hub, token)
    pages = reader_pages_of(request, view.language)
    locale = pages.reader_of(view.merchant).locale
    return pages, view if locale == view.locale else await view_order(hub, token, locale=locale)


def address_of(request: Request) -> str:
    """The order's own address, below the hub's."""
    return f"/o/{request.path_params['token']}"


def basket_of(request: Request, view: OrderView) -> Basket | None:
    """The whole order, as long as it may be paid; None once it is held by a payment, paid, cancelled or over."""
    offered = view.payable.is_offered(hub_of(request).clock())
    if view.link is None or not offered or view.is_live:
        return None
    return Basket(
        merchant=view.merchant,
        country=hub_of(request).countries[view.merchant.company.country],
        customer=view.customer,
        mode=view.order.mode,
        link=view.link,
        channel=Channel.CHECKOUT,
        currency=view.order.total.currency,
        lines=(PayableLine(payable=view.payable, asked=view.payable.balance),),
        address=f"{address_of(request)}/pay",
        back=address_of(request),
        partial=False,
    )


def elsewhere(request: Request, view: OrderView) -> str:
    """Where a payer goes when the order cannot be paid now: to the payment that holds it, else to the order."""
    return view.payment_url if view.is_live else address_of(request)


def shop_of(view: OrderView) -> str:
    """The shop's address to go back to, while it is one of the merchant's shops."""
    url = view.order.return_url
    return url if url and is_of_shop(view.merchant, url) else ""
