"""Agregar recibo de caja for money received outside the hub: typed, shown as understood, then recorded once."""

from __future__ import annotations

import re
from datetime import date

import attrs
from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from hub.domain.bank_reference import LONGEST, AnotherAmount, plain_reference
from hub.domain.cells import Unreadable, read_typed
from hub.domain.figures import written
from hub.domain.identity import FieldError, Invalid
from hub.domain.intake import Share, shares_of
from hub.domain.lengths import BANK_ACCOUNT, REMARKS, too_long
from hub.domain.payable import Payable
from hub.domain.receipt import IN_HAND, means_by_hand
from hub.domain.reported import ReportedPayment
from hub.domain.text import Text
from hub.domain.typed_day import read_typed_day
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.corrections.settle_report import view_report
from hub.flows.ground.read_drawn import Subject
from hub.flows.views.view_customers import CustomerView, view_customer
from hub.web.responses import Page, redirect
from hub_hookspecs import EXPONENTS, Country, Money

from .context import Context, MerchantContext, unknown_is_404
from .form import CheckedForm, FieldErrors, SubmittedForm, by_field
from .rights import Right

FRESH_ID = re.compile(r"[0-9A-Za-z-]{20,40}")
ONE_AMOUNT = Text("typed.one_amount")
OF_A_FILE = frozenset({"cell.excel_error", "cell.digits_lost", "cell.two_readings"})
"""What is said of a cell, with a remedy that a form has not."""


@attrs.frozen(kw_only=True)
class ByHand:
    """A receipt by hand as it was understood; shown once more before it is recorded."""

    means: str
    cash: Money
    received_on: date
    shares: tuple[tuple[Payable, Money], ...]
    notes: str
    bank_account: str = ""
    bank_reference: str = ""

    @property
    def advance(self) -> Money:
        """What settles nothing."""
        return self.cash - sum((amount for _, amount in self.shares), Money(0, self.cash.currency))


@get("/customers/{customer:str}/receipt", right=Right.BOOK)
async def show_by_hand(
    context: Context, customer: FromPath[str], report: FromQuery[str] = "", invoice: FromQuery[str] = ""
) -> Page:
    """Ask what was received, and for which invoices; begun with what the customer reported, where that is recorded, or
    with the invoice from whose page one comes."""
    drawn = await context.drawn_from(Subject.CUSTOMER, customer)
    with unknown_is_404():
        view = await view_customer(context.hub, context.merchant, customer)
        reported = await view_report(context.hub, context.merchant, report) if report else None
        if reported and reported.customer_id != customer:
            raise LookupError(report)
    if reported:
        typed = prefilled(reported, view, context.country)
    else:
        typed = _all_of(view.statement.payables.get(invoice), context.country)
    return _page(context, view, typed, {}, drawn=drawn)


def _all_of(payable: Payable | None, country: Country) -> SubmittedForm:
    """The form as one invoice that is paid whole fills it in."""
    if payable is None or payable.due <= 0:
        return SubmittedForm({})
    owed = written(payable.balance, country.decimal_sign or ",")
    return SubmittedForm({"amount": owed, "currency": payable.currency, f"share-{payable.id}": owed})


def prefilled(reported: ReportedPayment, view: CustomerView, country: Country) -> SubmittedForm:
    """The form as a customer's report fills it in; the means are left to a person where a receipt knows none such."""
    payables = {key: item for key, item in view.statement.payables.items() if key not in view.statement.live}
    shares = reported.shares(payables)
    currency, sign = reported.amount.currency, country.decimal_sign or ","
    return SubmittedForm(
        {
            "report": reported.review_id,
            "amount": written(reported.amount, sign),
            "currency": currency,
            "received_on": reported.paid_on.isoformat(),
            "bank_reference": reported.bank_reference,
            "means": reported.means if reported.means in means_by_hand(country) else "",
            **{f"share-{share.payable_id}": written(Money(share.amount, currency), sign) for share in shares},
        }
    )


@post("/customers/{customer:str}/receipt", status_code=200, right=Right.BOOK, drawn=Subject.CUSTOMER)
async def record(context: Context, form: CheckedForm, customer: FromPath[str]) -> Page:
    """Show what was understood; with the second button, record it."""
    drawn = await context.drawn_from(Subject.CUSTOMER, customer)
    with unknown_is_404():
        view = await view_customer(context.hub, context.merchant, customer)
    if form.has("change"):
        return _page(context, view, form, {}, drawn=drawn)
    try:
        understood = understand(view, context.country, form, context.today)
        if not form.has("record"):
            return _page(context, view, form, {}, understood, drawn=drawn)
        with unknown_is_404():
            receipt = await record_by_hand(
                context.hub,
                context.merchant,
                customer,
                means=understood.means,
                cash=understood.cash,
                shares=[Share(payable.id, amount.minor) for payable, amount in understood.shares],
                received_on=understood.received_on,
                by=context.session.email,
                notes=understood.notes,
                receipt_id=form.get("receipt_id"),
                bank_account=understood.bank_account,
                bank_reference=understood.bank_reference,
                is_other=form.has("is_other"),
                report_id=form.get("report"),
            )
    except AnotherAmount as known:
        return _page(context, view, form, by_field(known.problems), asks_other=True, drawn=drawn)
    except Invalid as invalid:
        return _page(context, view, form, by_field(invalid.problems), drawn=drawn)
    return redirect(f"/m/receipts/{receipt.id}")


def _page(
    context: MerchantContext,
    view: CustomerView,
    form: SubmittedForm,
    field_errors: FieldErrors,
    understood: ByHand | None = None,
    *,
    drawn: str,
    asks_other: bool = False,
) -> Page:
    payables = [payable for payable in view.statement.payables.values() if payable.id not in view.statement.live]
    return context.page(
        "by_hand.html",
        status=422 if field_errors else 200,
        customer=view.customer,
        means=means_by_hand(context.country),
        currencies=_currencies(context, view),
        payables=payables,
        held=[payable for payable in view.statement.payables.values() if payable.id in view.statement.live],
        today=context.today,
        typed=form,
        field_errors=field_errors,
        understood=understood,
        asks_other=asks_other or form.has("is_other"),
        bank_account=form.get("bank_account") if form.has("bank_account") else context.merchant.options.bank_account,
        receipt_id=form.get("receipt_id") or context.hub.fresh_id(),
        drawn=drawn,
    )


def _currencies(context: MerchantContext, view: CustomerView) -> tuple[str, ...]:
    """Those that the customer owes in first, then the country's."""
    owed = (part.currency for part in view.statement.statement.sections)
    return tuple(dict.fromkeys((*owed, *context.country.currencies)))


def understand(view: CustomerView, country: Country, form: SubmittedForm, today: date) -> ByHand:
    """Read the form; without amounts beside the invoices the oldest are settled first.

    Raises:
        Invalid: Every fault that can be seen without the books.
    """
    problems: list[FieldError] = []
    currency = form.get("currency")
    if currency not in EXPONENTS:
        raise Invalid((FieldError("currency", Text("currency.choose")),))
    if form.get("means") not in means_by_hand(country):
        problems.append(FieldError("means", Text("means.choose")))
    if not FRESH_ID.fullmatch(form.get("receipt_id")):
        problems.append(FieldError("amount", Text("form.old")))
    cash = typed_amount(form.get("amount"), currency, "amount", problems, country)
    day = typed_day(form.get("received_on"), "received_on", today, problems)
    shares = _typed_shares(view, form, currency, problems, country)
    if not shares and cash and not form.has("advance"):
        shares = _oldest_first(view, cash)
    if cash and sum(amount.minor for _, amount in shares) > cash.minor:
        problems.append(FieldError("amount", Text("share.more_than_received")))
    problems += too_long("notes", form.get("notes"), REMARKS)
    problems += too_long("bank_account", form.get("bank_account"), BANK_ACCOUNT)
    problems += too_long("bank_reference", form.get("bank_reference"), LONGEST)
    if problems or cash is None:
        raise Invalid(tuple(problems))
    return ByHand(
        means=form.get("means"),
        cash=cash,
        received_on=day,
        shares=shares,
        notes=form.get("notes"),
        bank_account="" if form.get("means") in IN_HAND else form.get("bank_account"),
        bank_reference=plain_reference(form.get("bank_reference")),
    )


def wrong_amount(text: str, unreadable: Unreadable) -> Text:
    """Why what somebody typed is no amount: how to type it, rather than what is wrong with a cell of a file."""
    if unreadable.message.id == "cell.other_currency":
        said = dict(unreadable.message.values)
        return Text("typed.other_currency", mark=said["mark"], currency=said["currency"])
    return ONE_AMOUNT if unreadable.message.id in OF_A_FILE or not text else unreadable.message


def typed_amount(text: str, currency: str, field: str, problems: list[FieldError], country: Country) -> Money | None:
    """An amount that somebody typed; None where it is none, which is then among the problems."""
    try:
        money = read_typed(text, currency, country.decimal_sign)
    except Unreadable as unreadable:
        problems.append(FieldError(field, wrong_amount(text, unreadable)))
        return None
    if money.minor <= 0:
        problems.append(FieldError(field, Text("typed.not_positive")))
        return None
    return money


def typed_day(text: str, field: str, today: date, problems: list[FieldError]) -> date:
    """A day that somebody typed; today where nothing was, and where it is none, which is then among the problems."""
    try:
        return read_typed_day(text) if text else today
    except Unreadable as unreadable:
        problems.append(FieldError(field, unreadable.message))
        return today


def _typed_shares(
    view: CustomerView, form: SubmittedForm, currency: str, problems: list[FieldError], country: Country
) -> tuple[tuple[Payable, Money], ...]:
    found = []
    for payable_id, text in form.beginning("share-").items():
        payable = view.statement.payables.get(payable_id)
        if not text:
            continue
        if payable is None:
            problems.append(FieldError("amount", Text("share.not_pending")))
            continue
        field = f"share-{payable_id}"
        amount = typed_amount(text, payable.currency, field, problems, country)
        if amount is None:
            continue
        if payable.currency != currency:
            problems.append(FieldError(field, Text("share.other_currency", currency=payable.currency)))
        elif amount > payable.balance:
            problems.append(FieldError(field, Text("share.more_than_owed")))
        else:
            found.append((payable, amount))
    return tuple(found)


def _oldest_first(view: CustomerView, cash: Money) -> tuple[tuple[Payable, Money], ...]:
    """The oldest that are asked for; what a live payment holds or is in clarification only a person settles by name."""
    left_out = {*view.statement.live, *view.statement.unclear}
    payables = {
        payable.id: payable
        for payable in view.statement.payables.values()
        if payable.currency == cash.currency and payable.id not in left_out
    }
    due = {payable.id: payable.due for payable in payables.values()}
    wanted = [Share(payable_id, owed) for payable_id, owed in due.items()]
    return tuple(
        (payables[share.payable_id], Money(share.amount, cash.currency))
        for share in shares_of(cash.minor, wanted, due)
        if share.amount
    )


HANDLERS: list[ControllerRouterHandler] = [show_by_hand, record]
