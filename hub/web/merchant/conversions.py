"""Cobro en otra moneda: money that came in another currency, by hand or in suspense, at a rate that a person states."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.conversion import SUSPENSE, Rate, read_rate
from hub.domain.decision import Signed
from hub.domain.identity import FieldError, Invalid
from hub.domain.merchant import Customer
from hub.domain.payment import Payment
from hub.domain.receipt import means_by_hand
from hub.domain.text import Text
from hub.flows.corrections.convert_money import (
    Wanted,
    convert_money,
    own_conversion,
    void_conversion,
    waiting_in_suspense,
)
from hub.flows.ground.own_customer import customer_of
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Tx
from hub.flows.ground.read_drawn import Subject, state_of
from hub.flows.payments.decide import NotAllowed
from hub.web.responses import Page, redirect
from hub_hookspecs import EXPONENTS, Money

from .by_hand import FRESH_ID, typed_amount, typed_day
from .context import Context, MerchantContext, unknown_is_404
from .form import NOTHING, CheckedForm, FieldErrors, SubmittedForm, by_field, why_not
from .rights import Right

VIA = "page"


@attrs.frozen(kw_only=True)
class Asked:
    """What the form is about: a customer, or a payment whose money waits.

    Attributes:
        waiting: What waits in suspense; None for money by hand.
        owed: Currencies that it may settle.
        due: What is owed, by currency.
        drawn: What all this was read from.
    """

    customer: Customer
    payment: Payment | None = None
    waiting: Money | None = None
    owed: tuple[str, ...] = ()
    due: Mapping[str, Money] = attrs.Factory(dict)
    drawn: str

    @property
    def path(self) -> str:
        """Where the form is sent."""
        about = f"payments/{self.payment.id}" if self.payment else f"customers/{self.customer.id}"
        return f"/m/{about}/conversion"


async def _by_hand(context: MerchantContext, customer_id: str) -> Asked:
    def read(tx: Tx) -> Asked:
        customer = customer_of(tx, context.merchant, customer_id)
        due: dict[str, Money] = {}
        for item in tx.payables.open_of(customer.id, context.merchant.mode):
            due[item.currency] = due.get(item.currency, Money(0, item.currency)) + item.balance
        known = tuple(dict.fromkeys((*due, *context.country.currencies)))
        drawn = state_of(Subject.CUSTOMER, customer.id, context.merchant.mode)(tx).mark
        return Asked(customer=customer, owed=known, due=due, drawn=drawn)

    with unknown_is_404():
        return await context.hub.store.read(read)


async def _in_suspense(context: MerchantContext, payment_id: str) -> Asked:
    def read(tx: Tx) -> Asked:
        merchant = context.merchant
        payment = own_record(tx.payments.get(payment_id), merchant, payment_id)
        customer = customer_of(tx, merchant, payment.customer_id)
        waiting = waiting_in_suspense(tx, payment)
        drawn = state_of(Subject.PAYMENT, payment.id, merchant.mode)(tx).mark
        return Asked(customer=customer, payment=payment, waiting=waiting, owed=(payment.amount.currency,), drawn=drawn)

    with unknown_is_404():
        return await context.hub.store.read(read)


def _form(
    context: MerchantContext,
    asked: Asked,
    typed: SubmittedForm,
    *,
    field_errors: FieldErrors | None = None,
    form_error: Text | str = "",
    notice: tuple[Text, ...] = (),
    understood: Wanted | None = None,
) -> Page:
    every = tuple(dict.fromkeys((*context.country.currencies, "USD")))
    came = (asked.waiting.currency,) if asked.waiting else tuple(sorted(every, key=lambda code: code == asked.owed[0]))
    return context.page(
        "conversion_form.html",
        status=422 if field_errors or form_error else 200,
        asked=asked,
        came=came,
        bases=tuple(dict.fromkeys(("USD", *came, *asked.owed))),
        means=means_by_hand(context.country),
        today=context.today,
        typed=typed,
        field_errors=field_errors or {},
        form_error=form_error,
        notice=notice,
        understood=understood,
        drawn=asked.drawn,
        settles=understood.rate.converted(understood.came) if understood else None,
        form_id=typed.get("form_id") or context.hub.fresh_id(),
    )


@get("/customers/{customer:str}/conversion", right=Right.BOOK)
async def show_by_hand(context: Context, customer: FromPath[str]) -> Page:
    """Ask what came, in which currency, and at which rate it settles."""
    return _form(context, await _by_hand(context, customer), NOTHING)


@post("/customers/{customer:str}/conversion", status_code=200, right=Right.BOOK, drawn=Subject.CUSTOMER)
async def record_by_hand(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Show what was understood; with the second button, book it."""
    return await _record(context, await _by_hand(context, customer), form)


@get("/payments/{payment:str}/conversion", right=Right.BOOK)
async def show_in_suspense(context: Context, payment: FromPath[str]) -> Page:
    """Ask at which rate what waits settles what the payment was for."""
    return _form(context, await _in_suspense(context, payment), NOTHING)


@post("/payments/{payment:str}/conversion", status_code=200, right=Right.BOOK, drawn=Subject.PAYMENT)
async def record_in_suspense(context: Context, form: CheckedForm, payment: FromPath[str]) -> Page:
    """Show what was understood; with the second button, book it."""
    return await _record(context, await _in_suspense(context, payment), form)


async def _record(context: MerchantContext, asked: Asked, form: SubmittedForm) -> Page:
    try:
        wanted = _understood(context, asked, form)
        if not form.has("record"):
            if form.has("change"):
                return _form(context, asked, form)
            return _form(context, asked, form, understood=wanted)
        made = await convert_money(
            *(context.hub, context.merchant, wanted),
            signed=Signed(by=context.session.email, why=form.get("why"), via=VIA),
            form=form.get("form_id"),
        )
    except Invalid as invalid:
        return _form(context, asked, form, field_errors=by_field(invalid.problems))
    except NotAllowed as refusal:
        return _form(context, asked, form, form_error=refusal.message)
    if made.conversion is None:
        why = (made.doubt.told,) if made.doubt else ()
        return _form(context, asked, form, notice=(Text("rate.proposed"), *why))
    return redirect(f"/m/conversions/{made.conversion.id}")


def _understood(context: MerchantContext, asked: Asked, form: SubmittedForm) -> Wanted:
    """The form as it was typed.

    Raises:
        Invalid: Every fault that can be seen without the books.
    """
    problems: list[FieldError] = []
    currency = asked.waiting.currency if asked.waiting else form.get("currency")
    settles_in = asked.payment.amount.currency if asked.payment else form.get("settles_in")
    if currency not in EXPONENTS or settles_in not in EXPONENTS or currency == settles_in:
        raise Invalid((FieldError("currency", Text("currency.choose")),))
    if not FRESH_ID.fullmatch(form.get("form_id")):
        problems.append(FieldError("amount", Text("form.old")))
    if asked.payment and not asked.waiting:
        problems.append(FieldError("amount", Text("rate.nothing_waits")))
    if not asked.payment and form.get("means") not in means_by_hand(context.country):
        problems.append(FieldError("means", Text("means.choose")))
    if not form.get("why"):
        problems.append(FieldError("why", Text("decision.why_missing")))
    value, base = read_rate(form.get("rate")), form.get("base")
    if value is None:
        problems.append(FieldError("rate", Text("rate.not_positive")))
    if base not in (currency, settles_in):
        problems.append(FieldError("rate", Text("rate.other_pair", came=currency, owed=settles_in)))
    if not form.get("source"):
        problems.append(FieldError("source", Text("rate.source_missing")))
    came = asked.waiting or typed_amount(form.get("amount"), currency, "amount", problems, context.country)
    rate_on = typed_day(form.get("rate_on"), "rate_on", context.today, problems)
    value_on = typed_day(form.get("value_on"), "value_on", context.today, problems)
    if problems or came is None or value is None:
        raise Invalid(tuple(problems))
    quote = settles_in if base == currency else currency
    return Wanted(
        customer_id=asked.customer.id,
        payment_id=asked.payment.id if asked.payment else None,
        came=came,
        settles_in=settles_in,
        rate=Rate(base=base, quote=quote, value=value, source=form.get("source"), on=rate_on),
        means=SUSPENSE if asked.payment else form.get("means"),
        value_on=value_on,
    )


@get("/conversions/{conversion:str}", right=Right.SEE)
async def show_conversion(context: Context, conversion: FromPath[str]) -> Page:
    """One conversion, with everything that was stated."""
    return await _page(context, conversion)


async def _page(
    context: MerchantContext, conversion: str, *, form_error: Text | str = "", typed: SubmittedForm = NOTHING
) -> Page:
    drawn = await context.drawn_from(Subject.CONVERSION, conversion)
    with unknown_is_404():
        made = await context.hub.store.read(lambda tx: own_conversion(tx, context.merchant, conversion))
        customer = await context.hub.store.read(lambda tx: customer_of(tx, context.merchant, made.customer_id))
        receipt = await context.hub.store.read(lambda tx: tx.receipts.get(made.id))
    return context.page(
        "conversion.html",
        status=422 if form_error else 200,
        made=made,
        receipt=receipt,
        customer=customer,
        mode=made.mode,
        form_error=form_error,
        typed=typed,
        drawn=drawn,
    )


@post("/conversions/{conversion:str}/void", status_code=200, right=Right.BOOK, fresh=True, drawn=Subject.CONVERSION)
async def void(context: Context, form: CheckedForm, conversion: FromPath[str]) -> Page:
    """Anular: both halves are reversed at the old rate."""
    with unknown_is_404():
        try:
            await void_conversion(
                context.hub, context.merchant, conversion, reason=form.get("reason"), by=context.session.email
            )
        except Invalid as invalid:
            return await _page(context, conversion, form_error=why_not(invalid), typed=form)
    return redirect(f"/m/conversions/{conversion}")


HANDLERS: list[ControllerRouterHandler] = [
    show_by_hand,
    record_by_hand,
    show_in_suspense,
    record_in_suspense,
    show_conversion,
    void,
]
