"""The step between choosing what to pay and paying it: amounts, method, payer fields, and one button.

The same for a statement and for a store order. Showing it starts nothing; what is sent starts one payment, and only of
the total that the payer has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs
from litestar.datastructures import FormMultiDict

from hub.domain.identity import Invalid
from hub.domain.intake import Share
from hub.domain.letterhead import letterhead_for
from hub.domain.mail_address import AddressRefused, read_address
from hub.domain.no_way import no_way, why_text
from hub.domain.offer import Offered
from hub.domain.text import Text
from hub.flows.books.settle_bill import apply_credit
from hub.flows.ground.as_drawn import FormChanged, as_drawn
from hub.flows.ground.ports import Hub
from hub.flows.ground.read_drawn import Subject, drawn_from, state_of
from hub.flows.payments.least_part import least_part
from hub.flows.payments.offer_buttons import offers_for
from hub.flows.payments.open_payment import NotPossible, PayRequest
from hub.flows.payments.start_payment import start_payment
from hub.flows.payments.view_payment import view_payment
from hub.texts.engine import message as _
from hub_hookspecs import Channel

from .basket import Basket, in_units, with_amounts
from .form_token import form_token, is_form_token
from .markup import button_style
from .pages import Pages
from .payer_form import WayForm, answered, forms_for, hiding_rules
from .responses import Page, redirect

PURPOSE: Final = "pay"
GO_ON: Final = "continuar"
"""Query parameter of a payment's page right after the payment was started: it leads on by itself."""

REFUSALS: Final[Mapping[str, str]] = {
    "nothing_chosen": _("Elija al menos una factura."),
    "provider_down": _(
        "{provider} no responde en este momento. No se cobró nada; elija otro medio o intente en unos minutos."
    ),
    "limits": _("{provider} no recibe pagos de este monto. No se cobró nada."),
    "too_fine": _("{provider} no recibe pagos con céntimos de este tamaño. No se cobró nada."),
    "currency": _("{provider} no recibe pagos en esta moneda. No se cobró nada."),
}
CHANGED: Final = _("Lo que debe cambió mientras tanto. No se cobró nada; revise los montos y confirme.")
NOT_OFFERED: Final = _("Este medio de pago no está disponible ahora. No se cobró nada; elija otro.")
EXPIRED: Final = _("Esta página venció. No se cobró nada; confirme de nuevo.")
TERMS_AGAIN: Final = Text("payment.terms_again")
REVISE: Final = _("Revise los montos.")
NEW_TOTAL: Final = _("Este es el nuevo total. Confírmelo para pagar.")


@attrs.frozen(kw_only=True)
class PayErrors:
    """Why nothing was started, and what the payer must see to."""

    message: str = ""
    field: str = ""
    field_error: str = ""
    terms: str = ""
    way: str = ""
    unproven: bool = False
    mild: bool = False


async def show_step(
    pages: Pages,
    basket: Basket,
    *,
    provider: str = "",
    way: str = "",
    typed: Mapping[str, str] | None = None,
    errors: PayErrors | None = None,
    status: int = 200,
) -> Page:
    """The page of the step; one provider alone is chosen already."""
    basket = _in_units(pages, basket, typed or {})
    drawn = await drawn_from(pages.hub, Subject.CUSTOMER, basket.customer.id, basket.mode)
    offers = await _offers(pages, basket)
    payable = [offer for offer in offers if offer.button]
    chosen = next((offer for offer in payable if offer.provider == provider), None)
    if chosen is None and len(payable) == 1:
        chosen = payable[0]
    errors, typed = errors or PayErrors(), typed or {}
    forms = await _forms(pages, basket, chosen, typed, errors)
    return pages.page(
        "portal/pay.html",
        merchant=basket.merchant,
        letterhead=letterhead_for(basket.merchant, basket.country, basket.mode),
        no_way=no_way(offers),
        why_text=why_text,
        currency=basket.currency,
        remedy=basket.back if basket.channel is Channel.STATEMENT else "",
        taxes=basket.country.withheld_taxes,
        mode=basket.mode,
        status=status,
        style=button_style(payable) + hiding_rules(forms),
        basket=basket,
        least=least_part(pages.hub, basket.merchant, payable, basket.balance),
        offers=offers,
        payable=payable,
        absent=[offer for offer in offers if not offer.button],
        wanted=next((offer for offer in offers if offer.provider == provider and not offer.button), None),
        chosen=chosen,
        way=_way_of(chosen, way, forms),
        forms=forms,
        usable=[code for code, form in forms.items() if not form.is_missing],
        ask_email=not basket.customer.email,
        typed=typed,
        errors=errors,
        token=form_token(pages.hub, PURPOSE, basket.link),
        drawn=drawn,
    )


def _in_units(pages: Pages, basket: Basket, typed: Mapping[str, str]) -> Basket:
    """The basket as the provider can carry it, where the payer asked for that part; an order is paid whole."""
    provider = pages.hub.providers.get(typed.get("whole", ""))
    return in_units(basket, provider.info) if provider and basket.channel is Channel.STATEMENT else basket


def _way_of(offer: Offered | None, code: str, forms: Mapping[str, WayForm]) -> str:
    codes = [way.code for way in offer.ways if not forms[way.code].is_missing] if offer else []
    return code if code in codes else codes[0] if codes else ""


async def _forms(
    pages: Pages, basket: Basket, offer: Offered | None, typed: Mapping[str, str], errors: PayErrors
) -> dict[str, WayForm]:
    """What each way of the chosen provider asks."""
    if offer is None:
        return {}
    wrong = (errors.field, errors.field_error)
    locale = _locale(pages, basket)
    return await forms_for(pages.hub, offer, basket.customer, basket.link, typed, locale=locale, wrong=wrong)


def _locale(pages: Pages, basket: Basket) -> str:
    return pages.language or basket.merchant.locale


async def pay(pages: Pages, basket: Basket, form: FormMultiDict) -> Page:
    """Start the payment that the form asks for and lead to its page; else show the step again, with the fault named."""
    typed = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    provider, way = typed.get("provider", ""), typed.get("way", "")
    say = pages.reader_of(basket.merchant).say
    basket = _in_units(pages, with_amounts(basket, typed), typed)
    if not is_form_token(pages.hub, PURPOSE, basket.link, typed.get("form")):
        errors = PayErrors(message=say(EXPIRED))
        return await show_step(pages, basket, provider=provider, way=way, typed=typed, errors=errors, status=403)
    if typed.get("update"):
        wrong = any(line.error or line.wrong for line in basket.lines)
        errors = PayErrors(message=say(REVISE)) if wrong else PayErrors()
        return await show_step(pages, basket, provider=provider, way=way, typed=typed, errors=errors)
    seen_otherwise = _seen_otherwise(basket, typed)
    hub = as_drawn(pages.hub, state_of(Subject.CUSTOMER, basket.customer.id, basket.mode), typed.get("drawn", ""))
    if seen_otherwise is None:
        try:
            if basket.is_covered:
                return await _use_credit(hub, basket)
            return await _start(hub, pages, basket, provider, way, typed)
        except FormChanged:
            errors = PayErrors(message=say(CHANGED))
        except NotPossible as refusal:
            errors = _errors_of(pages, basket, provider, way, refusal)
    else:
        errors = attrs.evolve(seen_otherwise, message=say(seen_otherwise.message))
    return await show_step(pages, basket, provider=provider, way=way, typed=typed, errors=errors, status=422)


async def _offers(pages: Pages, basket: Basket) -> tuple[Offered, ...]:
    if basket.is_covered:
        return ()
    return await offers_for(
        pages.hub,
        basket.merchant,
        basket.mode,
        channel=basket.channel,
        amount=basket.total,
        customer_id=basket.customer.id if basket.channel is Channel.STATEMENT else "",
        besides=basket.withheld.minor + basket.credit.minor,
        locale=pages.language,
    )


def _seen_otherwise(basket: Basket, typed: Mapping[str, str]) -> PayErrors | None:
    """Nobody pays a total that he has not seen."""
    if any(line.error or line.wrong for line in basket.lines):
        return PayErrors(message=REVISE)
    seen = (typed.get("total"), typed.get("credit") or "0")
    if not basket.lines or seen == (str(basket.total.minor), str(basket.credit.minor)):
        return None
    return PayErrors(message=NEW_TOTAL, mild=True) if basket.partial or basket.withholds else PayErrors(message=CHANGED)


async def _start(hub: Hub, pages: Pages, basket: Basket, provider: str, way: str, typed: Mapping[str, str]) -> Page:
    offers = await _offers(pages, basket)
    offer = next((item for item in offers if item.provider == provider), None)
    if offer is None or offer.button is None:
        reason = offer.reason if offer else ""
        raise NotPossible("not_offered", provider, reason)
    locale, prefix = _locale(pages, basket), f"field.{way}."
    form, accepted = await answered(hub, offer, way, basket.link, typed, locale=locale)
    payment = await start_payment(
        hub,
        PayRequest(
            account_id=offer.account_id,
            way=way,
            channel=basket.channel,
            customer_id=basket.customer.id,
            shares=[Share(line.payable.id, line.amount.minor) for line in basket.lines],
            withholdings={line.payable.id: line.withholdings for line in basket.lines if line.withholdings},
            credits={line.payable.id: line.credit for line in basket.lines if line.credit},
            fields={name.removeprefix(prefix): value for name, value in typed.items() if name.startswith(prefix)},
            email=_email(basket, typed),
            locale=locale,
            form=form,
            accepted=accepted,
            warned=typed.get("warned") == "1",
        ),
    )
    view = await view_payment(hub, payment.id)
    return redirect(f"{view.url}?{GO_ON}=1" if view and view.url else basket.back)


async def _use_credit(hub: Hub, basket: Basket) -> Page:
    """Nobody is asked for money: the payer's confirmation applies the credit, once for what it was drawn from."""
    if basket.withheld:
        raise NotPossible("credit", message=Text("payment.credit_and_withholding"))
    shares = [Share(line.payable.id, line.credit) for line in basket.lines]
    merchant = attrs.evolve(basket.merchant, mode=basket.mode)
    try:
        await apply_credit(hub, merchant, basket.customer.id, shares, by="payer", is_payer=True)
    except FormChanged:
        raise
    except Invalid as refusal:
        raise NotPossible("changed", message=refusal.problems[0].message) from refusal
    return redirect(f"{basket.back}?said=credit")


def _email(basket: Basket, typed: Mapping[str, str]) -> str:
    """The customer's own address; where there is none, the one that was typed."""
    text = typed.get("email", "").strip()
    if basket.customer.email or not text:
        return basket.customer.email
    try:
        return read_address(text)
    except AddressRefused as refusal:
        raise NotPossible("field", "email", refusal.message) from None


def _errors_of(pages: Pages, basket: Basket, provider: str, way: str, refusal: NotPossible) -> PayErrors:
    reader, found = pages.reader_of(basket.merchant), pages.hub.providers.get(provider)
    say = reader.say
    if refusal.code == "field":
        name = refusal.subject if refusal.subject == "email" else f"field.{way}.{refusal.subject}"
        if isinstance(refusal.message, Text):
            return PayErrors(field=name, field_error=reader.words(refusal.message))
        return PayErrors(
            field=name, field_error=found.said(refusal.message, reader.locale) if found else refusal.message
        )
    if refusal.code == "terms":
        return PayErrors(terms=say(refusal.message or TERMS_AGAIN), way=way)
    if refusal.code == "unproven":
        return PayErrors(unproven=True)
    name = found.info.name if found else provider
    if refusal.code in REFUSALS:
        return PayErrors(message=say(REFUSALS[refusal.code], provider=name))
    if refusal.code in ("not_offered", "in_clarification", "credit", "not_installed", "unknown_account", "unknown_way"):
        return PayErrors(message=say(refusal.message or NOT_OFFERED))
    return PayErrors(message=say(CHANGED))
