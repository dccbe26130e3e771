"""Start a payment: commit *sending* first, then let a task of the process talk to the provider."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import attrs
import structlog

from hub.domain.account import ProviderAccount
from hub.domain.card_numbers import holds_card_number
from hub.domain.intake import Share
from hub.domain.mail_address import AddressRefused, read_address
from hub.domain.merchant import Customer, Link, LinkKind, Merchant
from hub.domain.message import MessageState
from hub.domain.observation import ObservedBy
from hub.domain.offer import Absence, AccountNow, Asked, absence_of
from hub.domain.payable import Payable
from hub.domain.payment import LEASE, Payment, PaymentLine, Phase, Status, Withholding
from hub.domain.text import Text
from hub.flows.accounts.open_account import CannotOpen, open_account
from hub.flows.ground.ports import Conflict, Hub, Tx, Unavailable
from hub.flows.ground.tell import tell
from hub.flows.ground.write_outcome import write_outcome
from hub_hookspecs import (
    CROCKFORD,
    ApproveInApp,
    Channel,
    Conclusion,
    Country,
    Kind,
    Mode,
    Money,
    Observation,
    Order,
    OrderLine,
    Outcome,
    Payer,
    PayerField,
    PaymentStarted,
    PostForm,
    Redirect,
    ShowQr,
    ShowReference,
    Starts,
    Way,
)

from .offer_buttons import conditions_at, floor_for, refusal_text, standing_of
from .record_observations import Claim, record_observations, rule_claim, tell_unknown
from .view_payment import payment_link_id

log = structlog.get_logger()

WAIT_SECONDS = 3.0
"""How long the POST waits for the provider before it shows the payment's page."""

CALL_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@attrs.frozen(kw_only=True)
class PayRequest:
    """What a payer asked for.

    Attributes:
        shares: Payables with the amount of each, minor units.
        fields: Raw values of the way's payer fields.
        warned: The payer confirmed the warning of an unproven close.
        withholdings: What the payer keeps back besides, by payable id; only where merchant and country allow it.
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
    """The payment cannot be started; ``code`` says why and ``culprit`` names the field or invoice. Nothing changed.

    Attributes:
        absence: Why the account may not take the amount, where that is the reason.
    """

    def __init__(self, code: str, culprit: str = "", message: Text | str = "", absence: Absence | None = None) -> None:
        super().__init__(message or code)
        self.code = code
        self.culprit = culprit
        self.message = message
        self.absence = absence


async def start_payment(hub: Hub, request: PayRequest) -> Payment:
    """Start a payment, or return the live one that already holds one of these payables.

    Raises:
        NotPossible: Nothing was sent and nothing changed.
    """
    if hub.stopping:
        raise Unavailable("the process is stopping: nothing new is sent")
    drawn = _fresh(hub)
    payment_id, now = drawn.payment_id, drawn.at

    def commit_sending(tx: Tx) -> Payment:
        payment = _open_payment(tx, hub, request, drawn)
        if payment.id == payment_id:
            lease = now + LEASE
            tx.payments.add(payment)
            tx.payments.begin_sending(payment.id, hub.owner, lease)
            tx.links.add(_link_to(hub, payment, now))
            _remember(tx, hub, payment, request)
            channel = payment.channel.value
            tell(
                tx, "payment_started", payment=payment.id, account=payment.account_id, way=payment.way, channel=channel
            )
            return attrs.evolve(payment, phase=Phase.SENDING, status=Status.UNKNOWN, lease_until=lease)
        return payment

    try:
        payment = await hub.store.write(commit_sending)
    except Conflict:
        payment = await _holder(hub, request)
    if payment.id != payment_id:
        return payment
    task = asyncio.ensure_future(send_payment(hub, payment))
    hub.spawn(task)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(task), WAIT_SECONDS)
    return await hub.store.read(lambda tx: tx.payments.get(payment_id)) or payment


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


def _fresh(hub: Hub) -> Fresh:
    return Fresh(
        payment_id=hub.fresh_id(),
        token=hub.random_text(32, CROCKFORD),
        references={
            code: hub.random_text(provider.info.reference.length, provider.info.reference.alphabet)
            for code, provider in hub.providers.items()
        },
        at=hub.clock(),
    )


def _link_to(hub: Hub, payment: Payment, now: datetime) -> Link:
    """The payment's own page: for the payer, the receipt mail and the merchant."""
    return Link(
        id=payment_link_id(payment.id),
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        kind=LinkKind.PAYMENT,
        target=payment.id,
        version=1,
        expires_at=now + timedelta(days=hub.link_days),
    )


async def _holder(hub: Hub, request: PayRequest) -> Payment:
    """Somebody was first: the payment that holds the payables."""
    ids = [share.payable_id for share in request.shares]
    live = await hub.store.read(lambda tx: tx.payments.live_with(ids))
    if not live:
        raise NotPossible("changed", message=Text("payment.owed_changed"))
    return live[0]


def _open_payment(
    tx: Tx,
    hub: Hub,
    request: PayRequest,
    drawn: Fresh,
) -> Payment:
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
    amount = _amount(payables, account, customer, request, now)
    _refuse_withholdings(hub, merchant, request, payables)
    asked = Asked(
        channel=request.channel, amount=amount, floor=_floor(tx, merchant, account.mode, request, amount, now)
    )
    _refuse_absent(standing_of(tx, hub, merchant, account, conditions_at(tx, now)), asked)
    way = hub.providers[account.provider].info.way(request.way)
    if way is None:
        raise NotPossible("unknown_way", request.way)
    payer = Payer(
        name=request.name or customer.name,
        email=request.email or customer.email,
        document=customer.document,
        country=merchant.company.country,
        address=customer.address,
        fields=checked_fields(way, request.fields, customer),
    )
    earlier = [item for item in tx.payments.with_payables(ids) if item.is_unproven]
    if earlier and not request.warned:
        raise NotPossible("unproven", earlier[0].id, Text("payment.earlier_unconfirmed"))
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
                withholdings=tuple(request.withholdings.get(share.payable_id, ())),
            )
            for share in request.shares
        ),
        return_token=drawn.token,
        locale=request.locale,
        expires_at=now + timedelta(minutes=minutes),
        next_check_at=now + LEASE,
        warned=request.warned,
        created_at=now,
    )


def _amount(
    payables: Mapping[str, Payable],
    account: ProviderAccount,
    customer: Customer,
    request: PayRequest,
    now: datetime,
) -> Money:
    currencies = set()
    if not request.shares:
        raise NotPossible("nothing_chosen")
    if len({share.payable_id for share in request.shares}) != len(request.shares):
        raise NotPossible("chosen_twice")
    for share in request.shares:
        payable = payables.get(share.payable_id)
        if payable is None or payable.customer_id != customer.id or payable.mode is not account.mode:
            raise NotPossible("unknown_payable", share.payable_id)
        if not payable.is_offered(now):
            raise NotPossible("not_owed", payable.number)
        if not 0 < share.amount <= payable.due:
            raise NotPossible("wrong_amount", payable.number)
        currencies.add(payable.currency)
    if len(currencies) != 1:
        raise NotPossible("mixed_currencies")
    return Money(sum(share.amount for share in request.shares), currencies.pop())


def _refuse_withholdings(hub: Hub, merchant: Merchant, request: PayRequest, payables: Mapping[str, Payable]) -> None:
    """Refuse withholdings where they are not allowed, and more than an invoice still owes."""
    declared = {key: kept for key, kept in request.withholdings.items() if kept}
    if not declared:
        return
    country: Country = hub.countries[merchant.company.country]
    allowed = merchant.options.withholdings and country.withholdings and request.channel is Channel.STATEMENT
    if not allowed:
        raise NotPossible("withholdings", message=Text("payment.no_withholding"))
    paid = {share.payable_id: share.amount for share in request.shares}
    for payable_id, kept in declared.items():
        taxes = {item.tax for item in kept}
        known = payable_id in paid and len(taxes) == len(kept) and taxes <= dict(country.withheld_taxes).keys()
        if not known or any(not 0 < item.amount <= item.base for item in kept):
            raise NotPossible("withholdings", payable_id)
        if paid[payable_id] + sum(item.amount for item in kept) > payables[payable_id].due:
            raise NotPossible("wrong_amount", payables[payable_id].number)


def _floor(tx: Tx, merchant: Merchant, mode: Mode, request: PayRequest, amount: Money, now: datetime) -> Money | None:
    """The merchant's minimum where it forbids the amount; a store order is paid whole and knows none."""
    if request.channel is not Channel.STATEMENT:
        return None
    withheld = sum(item.amount for kept in request.withholdings.values() for item in kept)
    return floor_for(tx, merchant, mode, request.customer_id, amount, now, withheld=withheld)


def _refuse_absent(standing: AccountNow, asked: Asked) -> None:
    """Refuse what would not be offered now, by the same rule."""
    absence = absence_of(standing, asked)
    if absence:
        why = refusal_text(standing, asked, absence)
        raise NotPossible(CODES.get(absence, "not_offered"), standing.account.provider, why, absence)


def checked_fields(way: Way, values: Mapping[str, str], customer: Customer) -> dict[str, str]:
    """The way's payer fields, checked; an empty one falls back to what is remembered.

    Raises:
        NotPossible: ``field`` with the field's name and its message.
    """
    checked = {}
    for field in way.payer_fields:
        value = (
            re.sub(r"[\s\-.]", "", values.get(field.name, "")) if field.kind == "tel" else values.get(field.name, "")
        )
        value = value.strip() or customer.remembered.get(field.name, "")
        if not re.fullmatch(field.pattern, value):
            raise NotPossible("field", field.name, field.error or f"Revise: {field.label}")
        if field.kind == "email" and value:
            value = _address(field, value)
        if holds_card_number(value):
            raise NotPossible("field", field.name, Text("payment.card_number"))
        checked[field.name] = value
    return checked


def _address(field: PayerField, text: str) -> str:
    try:
        return read_address(text)
    except AddressRefused as refusal:
        raise NotPossible("field", field.name, field.error or refusal.message) from None


def expiry_minutes(way: Way, account: ProviderAccount) -> float:
    """Life of a session, push or code: the account's own figure, or the way's."""
    text = account.settings.get(way.expiry_setting, "") if way.expiry_setting else ""
    return float(text) if re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", text) else way.expiry_minutes


def _remember(tx: Tx, hub: Hub, payment: Payment, request: PayRequest) -> None:
    way = hub.providers[payment.provider].info.way(request.way)
    kept = {
        field.name: payment.payer.fields[field.name]
        for field in way.payer_fields
        if field.remember and field.name in payment.payer.fields
    }
    if kept:
        tx.customers.remember(payment.customer_id, kept)


async def send_payment(hub: Hub, payment: Payment) -> None:
    """Drive create_payment and commit its outcome through the door; never raises."""
    try:
        with structlog.contextvars.bound_contextvars(payment=payment.id):
            conclusion, steps = await _perform(hub, payment)
    except asyncio.CancelledError:
        raise
    except Exception:  # the exchange's own troubles are conclusions; this is a fault of ours: stay unknown
        log.exception("start_payment_failed", payment=payment.id)
        return
    now = hub.clock()

    def commit(tx: Tx) -> None:
        _commit_outcome(tx, hub, payment.id, conclusion, now)
        tx.requests.add(payment.id, steps, at=now)

    with structlog.contextvars.bound_contextvars(payment=payment.id):
        await write_outcome(hub, commit)


async def _perform(hub: Hub, payment: Payment) -> tuple[Conclusion[PaymentStarted], tuple[Any, ...]]:
    now = hub.clock()

    def read(tx: Tx) -> Any:
        record = tx.accounts.get(payment.account_id)
        assert record is not None
        return open_account(tx, hub, record, now), tx.payables.many([line.payable_id for line in payment.lines])

    try:
        opened, payables = await hub.store.read(read)
    except CannotOpen as error:  # it could a moment ago; nothing has left, and that is certain
        log.error("account_not_opened", payment=payment.id)
        return Conclusion(outcome=Outcome.NEVER_SENT, cause=str(error)), ()
    order = order_for(hub, payment, payables, now)
    ran = await hub.exchanger.run(
        opened.provider,
        "create_payment",
        account=opened.account,
        account_id=payment.account_id,
        credentials=opened.record.credentials,
        lease_until=payment.lease_until,
        order=order,
    )
    return ran.conclusion, ran.steps


def order_for(hub: Hub, payment: Payment, payables: Sequence[Payable], now: datetime) -> Order:
    """The order that the plugin gets; everything but ``now`` and ``call_id`` follows from the payment."""
    by_id = {payable.id: payable for payable in payables}
    lines = tuple(
        OrderLine(
            number=line.number,
            description=by_id[line.payable_id].description or f"Factura {line.number}",
            amount=Money(line.amount, payment.amount.currency),
        )
        for line in payment.lines
    )
    numbers = ", ".join(line.number for line in lines)
    return Order(
        reference=payment.reference,
        way=payment.way,
        amount=payment.amount,
        description=f"Pago {numbers}"[:120],
        lines=lines,
        payer=payment.payer,
        return_url=f"{hub.base_url}/pay/return/{payment.return_token}",
        locale=payment.locale,
        now=now,
        call_id=hub.random_text(10, CALL_ALPHABET),
    )


def _commit_outcome(tx: Tx, hub: Hub, payment_id: str, conclusion: Conclusion[PaymentStarted], now: datetime) -> None:
    payment = tx.payments.get(payment_id)
    if payment is None:
        return
    sent = attrs.evolve(payment, phase=Phase.SENT, ended_at=now)
    started = conclusion.value
    if isinstance(started, PaymentStarted):
        sent = attrs.evolve(sent, memory=dict(started.memory))
        if conclusion.outcome is Outcome.RESULT:
            expires = action_expiry(started)
            sent = attrs.evolve(sent, action=started.action, expires_at=expires or sent.expires_at)
    claims = claims_of(hub, sent, conclusion)
    recorded = record_observations(tx, hub, sent, claims, now=now)
    tell_unknown(tx, recorded.payment)
    if recorded.payment.provider_reference:
        for message_id in tx.messages.parked(payment.account_id):
            tx.messages.settle(message_id, MessageState.DUE, due_at=now)


def action_expiry(started: PaymentStarted) -> datetime | None:
    """When the next action dies, where the plugin says."""
    match started.action:
        case Redirect() | PostForm() | ApproveInApp() | ShowQr() | ShowReference():
            return started.action.expires_at
    return None


def claims_of(hub: Hub, payment: Payment, conclusion: Conclusion[PaymentStarted]) -> list[Claim]:
    """What an exchange's conclusion says of the payment (money.md 1.3)."""
    match conclusion.outcome:
        case Outcome.RESULT if conclusion.value is not None:
            claims = [Claim(observation=item, source=ObservedBy.ANSWER) for item in conclusion.value.observations]
            way = hub.providers[payment.provider].info.way(payment.way)
            if not claims and way and way.starts is Starts.SESSION:
                claims = [rule_claim(Kind.ACCEPTED, "session_handed_out")]
            return claims
        case Outcome.DECLINED:
            refusal = Observation(kind=Kind.DECLINED, reason=conclusion.reason)
            return [Claim(observation=refusal, source=ObservedBy.ANSWER, note=conclusion.cause)]
        case Outcome.NEVER_SENT:
            return [rule_claim(Kind.NEVER_SENT, "never_sent", conclusion.cause)]
    return []
