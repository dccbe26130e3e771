"""The step between choosing what to pay and paying it: amounts, method, payer fields, and one button.

The same for a statement and for a store order. Showing it starts nothing; what is sent starts one payment, and only of
the total that the payer has seen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import attrs
from litestar.datastructures import FormMultiDict

from hub.domain.cells import Unreadable, read_amount
from hub.domain.figures import mask_email, mask_phone
from hub.domain.ledger import Share
from hub.domain.merchant import Customer, Link, Merchant
from hub.domain.offer import Offered
from hub.domain.payable import Payable
from hub.flows.offer_buttons import offers_for
from hub.flows.ports import Hub
from hub.flows.start_payment import NotPossible, PayRequest, start_payment
from hub.flows.view_payment import view_payment
from hub_hookspecs import Channel, Mode, Money, PayerField, plain

from .pages import Page, Pages, button_style, form_token, is_form_token, reader_for, redirect

PURPOSE: Final = "pay"
GO_ON: Final = "continuar"
"""Query parameter of a payment's page right after the payment was started: it leads on by itself."""

REFUSALS: Final[Mapping[str, tuple[str, str]]] = {
    "nothing_chosen": ("Elija al menos una factura.", "Elige al menos una factura."),
    "provider_down": (
        "{provider} no responde en este momento. No se cobró nada; elija otro medio o intente en unos minutos.",
        "{provider} no responde en este momento. No se cobró nada; elige otro medio o intenta en unos minutos.",
    ),
    "limits": (
        "{provider} no recibe pagos de este monto. No se cobró nada.",
        "{provider} no recibe pagos de este valor. No se cobró nada.",
    ),
    "too_fine": (
        "{provider} no recibe pagos con céntimos de este tamaño. No se cobró nada.",
        "{provider} no recibe pagos con centavos. No se cobró nada.",
    ),
    "currency": (
        "{provider} no recibe pagos en esta moneda. No se cobró nada.",
        "{provider} no recibe pagos en esta moneda. No se cobró nada.",
    ),
}
CHANGED: Final = (
    "Lo que debe cambió mientras tanto. No se cobró nada; revise los montos y confirme.",
    "Lo que debes cambió mientras tanto. No se cobró nada; revisa los valores y confirma.",
)
NOT_OFFERED: Final = (
    "Este medio de pago no está disponible ahora. No se cobró nada; elija otro.",
    "Este medio de pago no está disponible ahora. No se cobró nada; elige otro.",
)


@attrs.frozen(kw_only=True)
class Line:
    """A payable that is about to be paid, whole or in part."""

    payable: Payable
    amount: Money
    error: str = ""
    typed: str = ""

    @property
    def field(self) -> str:
        """Name of its amount's field."""
        return f"amount.{self.payable.id}"

    @property
    def text(self) -> str:
        """What stands in its amount's field."""
        return self.typed or plain(self.amount).replace(".", ",")


@attrs.frozen(kw_only=True)
class Field:
    """A payer field as it is drawn.

    Attributes:
        kept: The remembered value, masked; leaving the field empty uses it.
    """

    way: str
    field: PayerField
    typed: str = ""
    kept: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        """Name of the input; two ways may ask for the same thing."""
        return f"field.{self.way}.{self.field.name}"


@attrs.frozen(kw_only=True)
class Basket:
    """What may be paid, by whom, and where the step lives.

    Attributes:
        address: Of the step itself.
        back: Of the statement or the order.
        partial: Parts of an invoice may be paid.
    """

    merchant: Merchant
    customer: Customer
    mode: Mode
    link: Link
    channel: Channel
    currency: str
    lines: tuple[Line, ...]
    address: str
    back: str
    partial: bool

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return Money(sum(line.amount.minor for line in self.lines), self.currency)

    def query(self, provider: str = "") -> str:
        """The step's address with this choice, and another provider."""
        pairs = [("currency", self.currency), *(("invoice", line.payable.id) for line in self.lines)]
        if self.partial:
            pairs += [(line.field, line.text) for line in self.lines]
        return f"{self.address}?{urlencode([*pairs, ('provider', provider)] if provider else pairs)}"


@attrs.frozen(kw_only=True)
class Trouble:
    """Why nothing was started, and what the payer must see to."""

    message: str = ""
    field: str = ""
    field_error: str = ""
    unproven: bool = False


def with_amounts(basket: Basket, typed: Mapping[str, str]) -> Basket:
    """The basket with the amounts that the payer typed; one that cannot be used stays whole, with its fault named."""
    if not basket.partial:
        return basket
    return attrs.evolve(basket, lines=tuple(_with_amount(line, typed, basket.merchant.locale) for line in basket.lines))


def _with_amount(line: Line, typed: Mapping[str, str], locale: str) -> Line:
    text = typed.get(line.field, "").strip()
    if not text:
        return line
    due = line.payable.balance
    try:
        amount = read_amount(text, due.currency, "," if locale == "es_CO" else None)
    except Unreadable as error:
        return attrs.evolve(line, error=str(error), typed=text)
    if not 0 < amount.minor <= due.minor:
        return attrs.evolve(line, error="El monto va de más de cero hasta el saldo.", typed=text)
    return attrs.evolve(line, amount=amount)


async def show_step(
    pages: Pages,
    basket: Basket,
    *,
    provider: str = "",
    way: str = "",
    typed: Mapping[str, str] | None = None,
    trouble: Trouble | None = None,
    status: int = 200,
) -> Page:
    """The page of the step; one provider alone is chosen already."""
    offers = await offers_for(pages.hub, basket.merchant, basket.mode, channel=basket.channel, amount=basket.total)
    payable = [offer for offer in offers if offer.button]
    chosen = next((offer for offer in payable if offer.provider == provider), None)
    if chosen is None and len(payable) == 1:
        chosen = payable[0]
    return pages.page(
        "portal/pay.html",
        merchant=basket.merchant,
        mode=basket.mode,
        status=status,
        style=button_style(payable),
        basket=basket,
        offers=payable,
        absent=[offer for offer in offers if not offer.button],
        wanted=next((offer for offer in offers if offer.provider == provider and not offer.button), None),
        chosen=chosen,
        way=_way_of(chosen, way),
        fields=_fields(chosen, basket.customer, typed or {}, trouble),
        ask_email=not basket.customer.email,
        typed=typed or {},
        trouble=trouble or Trouble(),
        token=form_token(pages.hub, PURPOSE, basket.link),
    )


def _way_of(offer: Offered | None, code: str) -> str:
    codes = [way.code for way in offer.ways] if offer else []
    return code if code in codes else codes[0] if codes else ""


def _fields(
    offer: Offered | None, customer: Customer, typed: Mapping[str, str], trouble: Trouble | None
) -> dict[str, list[Field]]:
    fields: dict[str, list[Field]] = {}
    for way in offer.ways if offer else ():
        for field in way.payer_fields:
            drawn = Field(way=way.code, field=field, kept=_kept(field, customer))
            wrong = trouble.field_error if trouble and trouble.field == drawn.name else ""
            fields.setdefault(way.code, []).append(attrs.evolve(drawn, typed=typed.get(drawn.name, ""), error=wrong))
    return fields


def _kept(field: PayerField, customer: Customer) -> str:
    kept = customer.remembered.get(field.name, "") if field.remember else ""
    return masked(field, kept) if kept else ""


def masked(field: PayerField, value: str) -> str:
    """What a payer typed, so that its owner recognises it and nobody else learns it."""
    if field.kind == "tel":
        return mask_phone(value)
    return mask_email(value) if field.kind == "email" else f"{value[:1]}***"


async def pay(pages: Pages, basket: Basket, form: FormMultiDict) -> Page:
    """Start the payment that the form asks for and lead to its page; else show the step again, with the fault named."""
    typed = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    provider, way = typed.get("provider", ""), typed.get("way", "")
    if not is_form_token(pages.hub, PURPOSE, basket.link, typed.get("form")):
        return await show_step(
            pages, basket, provider=provider, way=way, typed=typed, status=403,
            trouble=Trouble(message="Esta página venció. No se cobró nada; confirme de nuevo."),
        )  # fmt: skip
    basket = with_amounts(basket, typed)
    trouble = _seen_otherwise(basket, typed)
    if trouble is None:
        try:
            return await _start(pages.hub, basket, provider, way, typed)
        except NotPossible as refusal:
            trouble = _trouble(pages.hub, basket, provider, way, refusal)
    return await show_step(pages, basket, provider=provider, way=way, typed=typed, trouble=trouble, status=422)


def _seen_otherwise(basket: Basket, typed: Mapping[str, str]) -> Trouble | None:
    """Nobody pays a total that he has not seen."""
    you = reader_for(basket.merchant).you
    if any(line.error for line in basket.lines):
        return Trouble(message=you("Revise los montos.", "Revisa los valores."))
    if not basket.lines or typed.get("total") == str(basket.total.minor):
        return None
    if basket.partial:
        return Trouble(message=you("Confirme el nuevo total.", "Confirma el nuevo total."))
    return Trouble(message=you(*CHANGED))


async def _start(hub: Hub, basket: Basket, provider: str, way: str, typed: Mapping[str, str]) -> Page:
    offers = await offers_for(hub, basket.merchant, basket.mode, channel=basket.channel, amount=basket.total)
    offer = next((item for item in offers if item.provider == provider), None)
    if offer is None or offer.button is None:
        raise NotPossible("not_offered", provider, offer.reason if offer else "")
    prefix = f"field.{way}."
    payment = await start_payment(
        hub,
        PayRequest(
            account_id=offer.account_id,
            way=way,
            channel=basket.channel,
            customer_id=basket.customer.id,
            shares=[Share(line.payable.id, line.amount.minor) for line in basket.lines],
            fields={name.removeprefix(prefix): value for name, value in typed.items() if name.startswith(prefix)},
            email=_email(basket, typed),
            locale=basket.merchant.locale,
            warned=typed.get("warned") == "1",
        ),
    )
    view = await view_payment(hub, payment.id)
    return redirect(f"{view.url}?{GO_ON}=1" if view and view.url else basket.back)


def _email(basket: Basket, typed: Mapping[str, str]) -> str:
    """The customer's own address; where there is none, the one that was typed."""
    text = typed.get("email", "").strip()
    if basket.customer.email or not text:
        return basket.customer.email
    if not re.fullmatch(r"[^@\s,;<>\"]{1,100}@[^@\s,;<>\"]{1,150}", text):
        raise NotPossible("field", "email", "Revise la dirección de correo.")
    return text


def _trouble(hub: Hub, basket: Basket, provider: str, way: str, refusal: NotPossible) -> Trouble:
    you = reader_for(basket.merchant).you
    if refusal.code == "field":
        name = refusal.culprit if refusal.culprit == "email" else f"field.{way}.{refusal.culprit}"
        return Trouble(field=name, field_error=refusal.message)
    if refusal.code == "unproven":
        return Trouble(unproven=True)
    found = hub.providers.get(provider)
    name = found.info.name if found else provider
    if refusal.code in REFUSALS:
        return Trouble(message=you(*REFUSALS[refusal.code]).format(provider=name))
    if refusal.code in ("not_offered", "not_installed", "unknown_account", "unknown_way"):
        return Trouble(message=refusal.message or you(*NOT_OFFERED))
    return Trouble(message=you(*CHANGED))
