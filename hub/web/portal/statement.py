"""The statement page, and the pay step that it leads to; a GET never starts a payment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

import attrs
from litestar import get, post

from hub.domain.demand import rows_due
from hub.domain.identity import show_document
from hub.domain.letterhead import letterhead_for
from hub.domain.no_way import no_way, why_text
from hub.domain.open_item import StatementRow
from hub.domain.statement import Section, default_selection, number_of
from hub.domain.withholding import terms_of
from hub.flows.statements.promise import Promise, promise_in
from hub.flows.statements.view_statement import StatementView, note_look, owed_no_more, view_statement
from hub.flows.views.view_activity import ActivityView
from hub.texts.engine import message as _
from hub.web.basket import Basket, PayableLine, with_amounts
from hub.web.declared import declaring_of
from hub.web.live_total import SCRIPT, tally_of
from hub.web.looks import is_own_look, may_be_a_look
from hub.web.markup import button_style
from hub.web.pages import Pages, reader_pages_of
from hub.web.pay_step import pay, show_step
from hub.web.request import Request, hub_of
from hub.web.responses import Page, redirect
from hub_hookspecs import Channel, Country

from .method import way_back

GONE: Final = "gone"
"""Query parameter of the statement: what somebody wanted to pay and cannot, since nothing is owed of it."""
OF_MAIL: Final = "mail"
"""Value of it: all that a message asked for."""
SUM: Final = "sum"
"""The same: its form asks only what is ticked comes to."""
CHOSEN: Final = "chosen"
"""Query parameter of the pay step: it comes from a form, where nothing ticked means nothing."""
NOTHING: Final = "nothing"
NOTICES: Final = {
    "credit": _("Quedó aplicado el saldo a favor."),
    "promise": _("Gracias por avisar. Hasta ese día no le enviamos recordatorios."),
    "note": _("Su mensaje quedó enviado. La empresa le responderá."),
    "report": _("Recibimos la información. El saldo cambia cuando la empresa confirme el pago."),
}
"""What the statement says when the form was taken."""


@get("/s/{token:str}", include_in_schema=False)
async def show_statement(request: Request) -> Page:
    """What the customer owes now, with the bar "Pagar en línea"."""
    hub = hub_of(request)
    asked = reader_pages_of(request).language
    view = await statement_for(request, locale=asked)
    pages = pages_for(request, view)
    if pages.language != asked:  # the buttons speak as the page does
        view = await statement_for(request, locale=pages.language)
    country, reader = hub.countries[view.merchant.company.country], pages.reader_of(view.merchant)
    document = view.customer.document
    said = request.query_params.get("said", "")
    write = reader.amount if len(view.statement.sections) > 1 else reader.money
    return pages.page(
        "portal/statement.html",
        merchant=view.merchant,
        mode=view.mode,
        style=button_style(offer for offers in view.buttons.values() for offer in offers),
        script=SCRIPT if any(section.rows for section in view.statement.sections) else "",
        view=view,
        statement=view.statement,
        letterhead=letterhead_for(view.merchant, country, view.mode, simulated=view.simulated),
        document=show_document(country, document, with_type=True) if document else "",
        tallies={
            section.currency: tally_of(section, ticked_in(request, section), write)
            for section in view.statement.sections
        },
        ways_back={key: way_back(hub, payment, reader) for key, payment in view.live.items()},
        no_ways={
            section.currency: no_way(view.buttons.get(section.currency, ()))
            for section in view.statement.sections
            if section.rows and not section.is_covered
        },
        why_text=why_text,
        money=write,
        tomorrow=view.statement.cut_off + timedelta(days=1),
        notice=NOTICES.get(said, ""),
        chose_nothing=said == NOTHING,
        waits=view.waits,
        gone=await owed_no_more(hub, view, request.query_params.getall(GONE, [])),
        chosen_is_gone=GONE in request.query_params,
        promise_is_kept=request.query_params.get(GONE) == OF_MAIL,
        address=address_of(request),
        expires=view.link.expires_at if view.link else None,
        number=number_of(view.link.id, view.statement.cut_off) if view.link else "",
    )


def ticked_in(request: Request, section: Section) -> Collection[str]:
    """What is ticked: what the form says that asks for its sum, else the usual choice."""
    query = request.query_params
    if SUM in query and query.get("currency") == section.currency:
        return frozenset(query.getall("invoice", []))
    return default_selection(section)


@get("/s/{token:str}/pay", include_in_schema=False)
async def show_pay_step(request: Request) -> Page:
    """Amounts, method and payer fields of what was chosen."""
    view = await statement_for(request)
    query = request.query_params
    typed = {name: value for name, value in query.multi_items() if isinstance(value, str)}
    asked, currency = query.getall("invoice", []), query.get("currency", "")
    promise = None if asked else promise_in(typed)
    if held := held_by(view, asked):
        return redirect(held)
    if CHOSEN in query and not asked:
        return redirect(f"{address_of(request)}?said={NOTHING}")
    basket = basket_of(request, view, currency, asked, promise)
    if basket is None and (unclear := unclear_in(view, asked)):
        return _unclear_page(request, view, unclear)
    if basket is None and promise:
        return redirect(held_by(view, promised_in(view, currency, promise)) or _kept(request))
    if basket is None:
        return redirect(_without(request, asked))
    basket = with_amounts(attrs.evolve(basket, gone=await owed_no_more(hub_of(request), view, asked)), typed)
    return await show_step(
        pages_for(request, view),
        attrs.evolve(basket, is_news=bool(promise and promise.asked not in (None, basket.total.minor))),
        provider=query.get("provider", ""),
        way=query.get("way", ""),
        typed=typed,
    )


@post("/s/{token:str}/pay", include_in_schema=False)
async def pay_chosen(request: Request) -> Page:
    """Start the payment, or lead to the one that already holds an invoice."""
    view = await statement_for(request)
    form = await request.form()
    asked = [str(value) for value in form.getall("invoice", [])]
    if held := held_by(view, asked):
        return redirect(held)
    basket = basket_of(request, view, str(form.get("currency", "")), asked) if asked else None
    if basket is None and unclear_in(view, asked):
        return redirect(f"{address_of(request)}/pay?{urlencode([('invoice', key) for key in asked])}")
    if basket is None:
        return redirect(_without(request, asked))
    basket = attrs.evolve(basket, gone=await owed_no_more(hub_of(request), view, asked))
    return await pay(pages_for(request, view), basket, form)


async def statement_for(request: Request, *, locale: str = "") -> StatementView:
    """The statement of the link that was opened; a look is noted, but no program's and not the company's own."""
    hub, token = hub_of(request), request.path_params["token"]
    view = await view_statement(hub, token, locale=locale)
    if may_be_a_look(request) and not await is_own_look(request, view.merchant):
        note_look(hub, view)
    return view


def pages_for(request: Request, view: StatementView | ActivityView) -> Pages:
    """In the language that the reader asked for, else the customer's, else the browser's."""
    return reader_pages_of(request, view.customer.language)


def address_of(request: Request) -> str:
    """The statement's own address, below the hub's."""
    return f"/s/{request.path_params['token']}"


def _without(request: Request, asked: Sequence[str]) -> str:
    """The statement, which says that nothing is to be paid for what was chosen."""
    return f"{address_of(request)}?{urlencode([(GONE, key) for key in asked])}" if asked else address_of(request)


def _kept(request: Request) -> str:
    """The statement, which says that nothing is left of what a message asked for."""
    return f"{address_of(request)}?{GONE}={OF_MAIL}"


def held_by(view: StatementView, asked: Iterable[str]) -> str:
    """The page of the live payment that holds one of these invoices, if any."""
    return next((view.live_urls[key] for key in asked if view.live_urls.get(key)), "")


def promised_in(view: StatementView, currency: str, promise: Promise) -> tuple[str, ...]:
    """The invoices of the currency that a message asked for."""
    section = view.statement.section(currency)
    return tuple(row.item.payable_id for row in rows_due(section, promise.due_before)) if section else ()


def unclear_in(view: StatementView, asked: Iterable[str]) -> tuple[StatementRow, ...]:
    """Which of these invoices are in clarification."""
    wanted = set(asked)
    rows = (row for section in view.statement.sections for row in section.in_clarification)
    return tuple(row for row in rows if row.item.payable_id in wanted)


def _unclear_page(request: Request, view: StatementView, rows: Sequence[StatementRow]) -> Page:
    """What an old link paid is not asked for now, and why."""
    country: Country = hub_of(request).countries[view.merchant.company.country]
    return pages_for(request, view).page(
        "portal/unclear.html",
        merchant=view.merchant,
        mode=view.mode,
        letterhead=letterhead_for(view.merchant, country, view.mode),
        rows=rows,
        address=address_of(request),
    )


def basket_of(
    request: Request, view: StatementView, currency: str, asked: Sequence[str], promise: Promise | None = None
) -> Basket | None:
    """What is about to be paid: the chosen invoices of one currency, what a message asked for, or the usual choice.

    None where there is none.
    """
    section = view.statement.section(currency) if promise else _section(view, currency, asked)
    if section is None or view.link is None:
        return None
    wanted = set(asked or (promised_in(view, currency, promise) if promise else default_selection(section)))
    country: Country = hub_of(request).countries[view.merchant.company.country]
    terms = terms_of(view.merchant.options, section.currency)
    lines = tuple(
        PayableLine(
            payable=view.payables[row.item.payable_id],
            asked=row.item.balance,
            row=row,
            decimal_sign=country.decimal_sign,
            declaring=declaring_of(view.payables[row.item.payable_id], country, view.rates, terms)
            if view.withholds
            else None,
        )
        for row in section.rows
        if row.item.payable_id in wanted and row.is_payable
    )
    if not lines:
        return None
    return Basket(
        merchant=view.merchant,
        country=country,
        customer=view.customer,
        mode=view.mode,
        link=view.link,
        channel=Channel.STATEMENT,
        currency=section.currency,
        lines=lines,
        address=f"{address_of(request)}/pay",
        back=address_of(request),
        partial=view.merchant.options.partial,
        withholds=view.withholds,
        free_credit=section.free_credit.minor,
    )


def _section(view: StatementView, currency: str, asked: Sequence[str]) -> Section | None:
    """The section of the currency that was named, of the first invoice that was chosen, or the first one."""
    sections = [section for section in view.statement.sections if section.rows]
    named = next((section for section in sections if section.currency == currency), None)
    if named:
        return named
    chosen = set(asked)
    holding = (section for section in sections if chosen & {row.item.payable_id for row in section.rows})
    return next(holding, sections[0] if sections and not asked else None)
