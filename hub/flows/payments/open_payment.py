"""Open a payment: what a payer asked for, checked against what is owed and offered, becomes a payment or a refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.acts import RULES, Act, Pending, Rule
from hub.domain.intake import Share
from hub.domain.merchant import Customer, Merchant
from hub.domain.offer import Absence, AccountNow, Asked, absence_of, carried
from hub.domain.payable import Payable, PayableKind
from hub.domain.payer_form import NO_FORM, FieldRefused, checked_fields, has_accepted, lacks
from hub.domain.payment import LEASE, Payment, PaymentLine, Withholding
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.refuse_while import objection_to
from hub_hookspecs import AcceptedTerms, Channel, Country, Mode, Money, Payer, PaymentForm, ProviderInfo, Way

from .declared_withholdings import can_be, may_withhold, with_waiting
from .offer_buttons import conditions_at, floor_for, refusal_text, standing_of


@attrs.frozen(kw_only=True)
class PayRequest:
    """What a payer asked for.

    Attributes:
        shares: Payables with the amount of each, minor units.
        fields: Raw values of the way's payer fields.
        warned: The payer confirmed the warning of an unproven close.
        withholdings: What the payer keeps back besides, by payable id; only where merchant and country allow it.
        credits: What of the customer's credit is used besides, by payable id; a statement's alone.
        form: What the provider lets choose and has accepted, for a way that fetches it.
        accepted: What the payer accepted, in the versions that stood before him.
    """

    account_id: str
    way: str
    channel: Channel
    customer_id: str
    shares: Sequence[Share]
    fields: Mapping[str, str] = attrs.Factory(dict)
    email: str = ""
    name: str = ""
    locale: str = "es"
    warned: bool = False
    withholdings: Mapping[str, Sequence[Withholding]] = attrs.Factory(dict)
    credits: Mapping[str, int] = attrs.Factory(dict)
    form: PaymentForm = NO_FORM
    accepted: tuple[AcceptedTerms, ...] = ()


CODES: Final[Mapping[Absence, str]] = {
    Absence.NOT_INSTALLED: "not_installed",
    Absence.CURRENCY: "currency",
    Absence.BELOW_MINIMUM: "limits",
    Absence.ABOVE_MAXIMUM: "limits",
    Absence.TOO_FINE: "too_fine",
    Absence.PROVIDER_DOWN: "provider_down",
}
"""What a refusal is called where an account may not take the amount; ``not_offered`` for all other reasons."""


class NotPossible(Exception):
    """The payment cannot be started; ``code`` says why and ``subject`` names the field or invoice. Nothing changed.

    Attributes:
        absence: Why the account may not take the amount, where that is the reason.
    """

    def __init__(self, code: str, subject: str = "", message: Text | str = "", absence: Absence | None = None) -> None:
        super().__init__(message or code)
        self.code = code
        self.subject = subject
        self.message = message
        self.absence = absence


@attrs.frozen
class Fresh:
    """What is drawn before the transaction, which reads no clock and draws no number.

    Attributes:
        references: Ours of the payment, by provider.
    """

    payment_id: str
    token: str
    references: Mapping[str, str]
    at: datetime


def open_payment(tx: Tx, hub: Hub, request: PayRequest, drawn: Fresh) -> Payment:
    """The payment that is asked for, not stored yet, or the live one that already holds one of its payables.

    Raises:
        NotPossible: It may not be started.
    """
    now = drawn.at
    ids = [share.payable_id for share in request.shares]
    live = tx.payments.live_with(ids)
    if live:
        return live[0]
    account = tx.accounts.get(request.account_id)
    customer = tx.customers.get(request.customer_id)
    merchant = tx.merchants.get(account.merchant_id) if account else None
    if account is None or customer is None or merchant is None or merchant.id != customer.merchant_id:
        raise NotPossible("unknown_account")
    payables = {payable.id: payable for payable in tx.payables.many(ids)}
    _refuse_unclear(tx, payables)
    amount = _checked_amount(payables, account, customer, request, now)
    kept = _withheld(tx, hub, merchant, request, payables)
    _refuse_credit(tx, request, account.mode, amount.currency)
    asked = Asked(
        channel=request.channel, amount=amount, floor=_floor(tx, merchant, account.mode, request, amount, now)
    )
    standing = standing_of(tx, hub, merchant, account, conditions_at(tx, now))
    _refuse_absent(standing, asked)
    is_sure = merchant.options.write_off_rest and not any(part.waits for parts in kept.values() for part in parts)
    rests = _rests(payables, request, amount, standing.info) if is_sure else {}
    way = hub.providers[account.provider].info.way(request.way)
    if way is None:
        raise NotPossible("unknown_way", request.way)
    payer = Payer(
        name=request.name or customer.name,
        email=request.email or customer.email,
        document=customer.document,
        country=merchant.company.country,
        address=customer.address,
        fields=_fields(way, request, customer),
    )
    if not has_accepted(way, request.form, request.accepted):
        raise NotPossible("terms")
    if why := objection_to(tx, Act.START_PAYMENT, now, payables=ids):
        raise NotPossible("not_offered", account.provider, why)
    _refuse_unwarned(tx, request, ids)
    minutes = expiry_minutes(way, account)
    return Payment(
        id=drawn.payment_id,
        merchant_id=account.merchant_id,
        mode=account.mode,
        account_id=account.id,
        provider=account.provider,
        way=way.code,
        channel=request.channel,
        customer_id=customer.id,
        payer=payer,
        reference=drawn.references[account.provider],
        amount=amount,
        lines=tuple(
            PaymentLine(
                payable_id=share.payable_id,
                number=payables[share.payable_id].number,
                amount=share.amount,
                withholdings=kept.get(share.payable_id, ()),
                credit=request.credits.get(share.payable_id, 0),
                rest=rests.get(share.payable_id, 0),
            )
            for share in request.shares
        ),
        return_token=drawn.token,
        locale=request.locale,
        expires_at=now + timedelta(minutes=minutes),
        next_check_at=now + LEASE,
        warned=request.warned,
        terms=tuple(attrs.evolve(item, accepted_at=now) for item in request.accepted),
        created_at=now,
    )


def _refuse_unwarned(tx: Tx, request: PayRequest, ids: Sequence[str]) -> None:
    """After an unproven close the payer is warned, also once nobody watches any more: its money may still come."""
    earlier = [item for item in tx.payments.with_payables(ids) if item.is_unproven]
    if earlier and not request.warned and RULES[Act.START_PAYMENT][Pending.UNPROVEN] is Rule.WARNED:
        raise NotPossible("unproven", earlier[0].id, Text("payment.earlier_unconfirmed"))


def _refuse_unclear(tx: Tx, payables: Mapping[str, Payable]) -> None:
    """Nobody pays what may be owed no longer: a person says first whether it is."""
    for payable_id in tx.payables.in_clarification(payables):
        number = payables[payable_id].number
        raise NotPossible("in_clarification", number, Text("bill.in_clarification", number=number))


def _checked_amount(
    payables: Mapping[str, Payable],
    account: ProviderAccount,
    customer: Customer,
    request: PayRequest,
    now: datetime,
) -> Money:
    """The sum of the shares, each of a payable that is owed by this customer, offered now and not exceeded."""
    currencies = set()
    if not request.shares:
        raise NotPossible("nothing_chosen")
    if len({share.payable_id for share in request.shares}) != len(request.shares):
        raise NotPossible("chosen_twice")
    for share in request.shares:
        payable = payables.get(share.payable_id)
        if payable is None or payable.customer_id != customer.id or payable.mode is not account.mode:
            raise NotPossible("unknown_payable", share.payable_id)
        if payable.kind is PayableKind.ORDER and request.channel is Channel.STATEMENT:
            raise NotPossible("unknown_payable", share.payable_id)  # a statement, with its credit, lists invoices alone
        if not payable.is_offered(now):
            raise NotPossible("not_owed", payable.number)
        credit = request.credits.get(share.payable_id, 0)
        if min(share.amount, credit) < 0 or not 0 < share.amount + credit <= payable.due:
            raise NotPossible("wrong_amount", payable.number)
        currencies.add(payable.currency)
    if len(currencies) != 1:
        raise NotPossible("mixed_currencies")
    amount = sum(share.amount for share in request.shares)
    if not amount:
        raise NotPossible("wrong_amount", request.shares[0].payable_id)
    return Money(amount, currencies.pop())


def _refuse_credit(tx: Tx, request: PayRequest, mode: Mode, currency: str) -> None:
    """Refuse more credit than is free, and any for what is not a statement's."""
    wanted = sum(request.credits.values())
    if not wanted:
        return
    free = tx.ledger.free_credit(request.customer_id, mode).get(currency, 0)
    known = request.credits.keys() <= {share.payable_id for share in request.shares}
    if wanted > free or not known or request.channel is not Channel.STATEMENT:
        raise NotPossible("changed", message=Text("payment.owed_changed"))


def _rests(
    payables: Mapping[str, Payable], request: PayRequest, amount: Money, info: ProviderInfo | None
) -> Mapping[str, int]:
    """What is left of each payable, where only the provider's unit keeps the payment from being of the whole due."""
    left = {
        share.payable_id: payables[share.payable_id].due
        - share.amount
        - sum(item.amount for item in request.withholdings.get(share.payable_id, ()))
        - request.credits.get(share.payable_id, 0)
        for share in request.shares
    }
    rest = sum(left.values())
    is_whole = rest > 0 and info is not None and carried(Money(amount.minor + rest, amount.currency), info) == amount
    return {key: minor for key, minor in left.items() if minor > 0} if is_whole and min(left.values()) >= 0 else {}


def _withheld(
    tx: Tx, hub: Hub, merchant: Merchant, request: PayRequest, payables: Mapping[str, Payable]
) -> Mapping[str, tuple[Withholding, ...]]:
    """What the payer declares to keep back, and what of it waits for the merchant; used rates are remembered."""
    paid = {share.payable_id: share.amount + request.credits.get(share.payable_id, 0) for share in request.shares}
    declared = {key: parts for key, parts in request.withholdings.items() if parts}
    if not declared:
        return {}
    country: Country = hub.countries[merchant.company.country]
    is_allowed = may_withhold(tx, merchant, country, request.customer_id) and request.channel is Channel.STATEMENT
    if not is_allowed:
        raise NotPossible("withholdings", message=Text("payment.no_withholding"))
    for payable_id, parts in declared.items():
        payable = payables.get(payable_id)
        if payable is None or not can_be(tx, merchant, country, payable, parts):
            raise NotPossible("withholdings", payable_id)
        if paid[payable_id] + sum(item.amount for item in parts) > payable.due:
            raise NotPossible("wrong_amount", payable.number)
    return {key: with_waiting(tx, merchant, payables[key], parts) for key, parts in declared.items()}


def _floor(tx: Tx, merchant: Merchant, mode: Mode, request: PayRequest, amount: Money, now: datetime) -> Money | None:
    """The merchant's minimum where it forbids the amount; a store order is paid whole and knows none."""
    if request.channel is not Channel.STATEMENT:
        return None
    withheld = sum(item.amount for items in request.withholdings.values() for item in items)
    besides = withheld + sum(request.credits.values())
    return floor_for(tx, merchant, mode, request.customer_id, amount, now, besides=besides)


def _fields(way: Way, request: PayRequest, customer: Customer) -> dict[str, str]:
    """What the way asks the payer, checked against what its provider offers now."""
    if lacks(way, request.form):
        raise NotPossible("provider_down", way.code)
    try:
        return checked_fields(way, request.fields, customer.remembered, request.form)
    except FieldRefused as refusal:
        raise NotPossible("field", refusal.name, refusal.message) from None


def _refuse_absent(standing: AccountNow, asked: Asked) -> None:
    """Refuse what would not be offered now, by the same rule."""
    absence = absence_of(standing, asked)
    if absence:
        why = refusal_text(standing, asked, absence)
        raise NotPossible(CODES.get(absence, "not_offered"), standing.account.provider, why, absence)


def expiry_minutes(way: Way, account: ProviderAccount) -> float:
    """Life of a session, push or code: the account's own figure, or the way's."""
    text = account.settings.get(way.expiry_setting, "") if way.expiry_setting else ""
    return float(text) if re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", text) else way.expiry_minutes
