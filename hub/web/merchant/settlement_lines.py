"""What a person does about single payout lines, and about money that is on its way to the bank."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from hub.domain.account import ProviderAccount
from hub.domain.cells import Unreadable, read_typed
from hub.domain.identity import FieldError, Invalid
from hub.domain.settlement import LineKind
from hub.domain.text import Text
from hub.domain.typed_day import read_typed_day
from hub.flows.corrections.charge_line import charge_line
from hub.flows.corrections.decide_correction import decide_correction
from hub.flows.ground.read_drawn import Subject
from hub.flows.payments.decide import NotAllowed
from hub.flows.settlements.record_payout import Payout, record_payout
from hub.flows.settlements.withdraw_line import reopen_line, withdraw_line
from hub.web.responses import Page, redirect
from hub_hookspecs import EXPONENTS, Country

from .by_hand import wrong_amount
from .context import Context, MerchantContext, unknown_is_404
from .decisions import VIA
from .form import CheckedForm, SubmittedForm, by_field, why_not
from .rights import Right
from .settlements import settlements_page

BACK = "/m/settlements"
T = TypeVar("T")


async def _account(context: MerchantContext, account_id: str) -> ProviderAccount:
    accounts = await context.hub.store.read(lambda tx: tx.accounts.all_of(context.merchant.id, context.merchant.mode))
    with unknown_is_404():
        return next_of(accounts, account_id)


def next_of(accounts: tuple[ProviderAccount, ...], account_id: str) -> ProviderAccount:
    """The account of this id.

    Raises:
        LookupError: The merchant has none.
    """
    for account in accounts:
        if account.id == account_id:
            return account
    raise LookupError(account_id)


@post("/settlements/{account:str}/line", status_code=200, right=Right.BOOK, drawn=Subject.LINE)
async def act(context: Context, form: CheckedForm, account: FromPath[str]) -> Page:
    """Withdraw a line, take it up again, or book it to the account; which of them, the button says."""
    hub, merchant = context.hub, context.merchant
    found = await _account(context, account)
    line, by, reason = form.get("line"), context.session.email, form.get("reason")
    try:
        with unknown_is_404():
            match form.get("act"):
                case "withdraw":
                    await withdraw_line(hub, merchant, found, line, by=by, reason=reason)
                case "reopen":
                    await reopen_line(hub, merchant, found, line, by=by, reason=reason)
                case LineKind.CHARGE | LineKind.RELEASE as kind:
                    await charge_line(hub, merchant, found, line, LineKind(kind), by=by, reason=reason, via=VIA)
                case _:
                    return await settlements_page(context, form_error="Elija qué hacer con la línea.", typed=form)
    except (NotAllowed, Invalid) as refusal:
        return await settlements_page(context, form_error=why_not(refusal), typed=form)
    return redirect(BACK)


@post("/settlements/{account:str}/payout", status_code=200, right=Right.BOOK, drawn=Subject.ACCOUNT)
async def record(context: Context, form: CheckedForm, account: FromPath[str]) -> Page:
    """Record what reached the bank; the bank's reference and day make it one, however often it is sent."""
    found = await _account(context, account)
    try:
        told = _payout(form, context.country)
        await record_payout(context.hub, context.merchant, found, told, by=context.session.email)
    except Invalid as invalid:
        return await settlements_page(
            context, form_error=why_not(invalid), typed=form, field_errors=by_field(invalid.problems)
        )
    return redirect(BACK)


def _payout(form: SubmittedForm, country: Country) -> Payout:
    """The form as it was typed.

    Raises:
        Invalid: Every field that cannot be read.
    """
    currency, problems = form.get("currency"), list[FieldError]()
    if currency not in EXPONENTS:
        raise Invalid((FieldError("amount", Text("settlement.no_currency")),))

    def read(name: str, reader: Callable[[str], T], nothing: str = "") -> T | None:
        try:
            return reader(form.get(name) or nothing)
        except Unreadable as unreadable:
            problems.append(
                FieldError(name, unreadable.message if name == "on" else wrong_amount(form.get(name), unreadable))
            )
            return None

    arrived, fee, fee_tax = (
        read(name, lambda text: read_typed(text, currency, country.decimal_sign), nothing)
        for name, nothing in (("amount", ""), ("fee", "0"), ("fee_tax", "0"))
    )
    day = read("on", read_typed_day)
    if arrived is None or fee is None or fee_tax is None or day is None:
        raise Invalid(tuple(problems))
    return Payout(arrived=arrived, fee=fee, fee_tax=fee_tax, on=day, reference=form.get("reference"))


@post("/settlements/{account:str}/payout/correct", status_code=200, right=Right.BOOK, drawn=Subject.ACCOUNT)
async def correct(context: Context, form: CheckedForm, account: FromPath[str]) -> Page:
    """Take back a payout that was recorded wrongly; it may be recorded anew."""
    found, key = await _account(context, account), form.get("key")
    if not key.startswith(f"payout:{found.id}:"):
        return await settlements_page(context, form_error="Elija el depósito.")
    try:
        with unknown_is_404():
            who, why = context.session.email, form.get("reason")
            await decide_correction(context.hub, context.merchant, key, by=who, reason=why, via=VIA)
    except (NotAllowed, Invalid) as refusal:
        return await settlements_page(context, form_error=why_not(refusal), typed=form)
    return redirect(BACK)


HANDLERS: list[ControllerRouterHandler] = [act, record, correct]
