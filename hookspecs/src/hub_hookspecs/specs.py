"""The hooks: one request record in, one result record out.

Each plugin is registered in a ``pluggy.PluginManager`` of its own, so a call
reaches that plugin or nobody. Required are describe_provider,
validate_identity, create_payment, render_pay_button, and at least one of
handle_notification and query_payment; the rest are capabilities, and a plugin
has those it implements. An implementation may take fewer arguments than the
spec.

No hook performs I/O, sleeps, repeats a request, reads the clock or the
environment, or keeps state between calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .markers import hookspec

if TYPE_CHECKING:
    from .exchange import Exchange
    from .form import FormRequest, PaymentForm
    from .identity import IdentityCheck, IdentityReport
    from .messages import Message, Reading
    from .payment import (
        Cancel,
        CaptureOrder,
        Grant,
        GrantRequest,
        Observation,
        Order,
        PaymentStarted,
        Period,
        Query,
        Refund,
        SettlementFile,
        SettlementLine,
    )
    from .provider import Account, Offer, PayButton, ProviderInfo
    from .webhook import WebhookReport, WebhookRequest

REQUIRED: Final = ("describe_provider", "validate_identity", "create_payment", "render_pay_button")
"""Hooks that every plugin has."""

NEWS: Final = ("handle_notification", "query_payment")
"""At least one of these must be there."""


@hookspec(firstresult=True)
def describe_provider() -> ProviderInfo:  # type: ignore[empty-body]
    """Say what the provider is and can do.

    Called once, at load. Must return the same value each time; must not look at anything outside.
    """


@hookspec(firstresult=True)
def validate_identity(check: IdentityCheck, account: Account) -> Exchange[IdentityReport]:  # type: ignore[empty-body]
    """Try the account's credentials, and compare the company with what the provider has on record.

    Called when the merchant connects or tests an account, or when company data or credentials
    changed. Must report each field of ``verified_fields`` as equal, near, different or unavailable,
    with both values masked; must say *unclear*, not *refused*, when the provider did not answer
    properly. May open a session (it is thrown away); must not charge.
    """


@hookspec(firstresult=True)
def create_payment(order: Order, account: Account) -> Exchange[PaymentStarted]:  # type: ignore[empty-body]
    """Ask the provider to collect one payment.

    Called when the payer pressed pay, after the payment was committed as *sending*.

    Must derive every identifier it sends from ``order`` alone, so that an equal order is the same
    order to the provider. Must report an amount only where the provider stated one. Must not treat
    a missing or unreadable answer as a refusal: let ``NotSent`` and ``OutcomeUnknown`` pass, or
    raise ``OutcomeUnknown``.

    Example, a complete implementation::

        @hookimpl
        def create_payment(order, account):
            answer = yield Request(  # unmarked: it may move money
                "POST",
                f"{account.endpoints['api']}/orders",
                content=json_bytes({"ref": order.reference, "amount": number(order.amount)}),
                headers={"content-type": "application/json"},
            )
            url = json_object(answer).get("url")  # raises OutcomeUnknown when it is none
            if answer.status_code != 201 or not str(url).startswith(f"{account.endpoints['page']}/"):
                raise OutcomeUnknown("no order came back")
            return PaymentStarted(action=Redirect(url))
    """


@hookspec(firstresult=True)
def render_pay_button(offer: Offer) -> PayButton:  # type: ignore[empty-body]
    """Describe the pay button: a value, never markup.

    Called whenever a button is drawn, for page, mail or PDF. Must be quick; must not need a
    request.
    """


@hookspec(firstresult=True)
def handle_notification(message: Message, account: Account) -> Exchange[Reading]:  # type: ignore[empty-body]
    """Read a notification or a browser return.

    Called with the raw message as it arrived for this account. Must verify the raw bytes before
    decoding them and compare signatures in constant time; algorithm and key come from the account's
    settings, never from the message. Must verify every item of a batch. Must answer INVALID where a
    key is set and the proof is missing or wrong, UNSIGNED where no key is set, and say as
    ``reason`` which check failed, in words that repeat nothing.

    May yield harmless requests; a scheme with a signature verifies before it yields. The hub
    acknowledges first and runs the hook again from the start, so it must be safe to run twice.
    """


@hookspec(firstresult=True)
def authorize(request: GrantRequest, account: Account) -> Exchange[Grant]:  # type: ignore[empty-body]
    """Fetch a grant (an access token) for the account.

    Called when a grant is needed and none is fresh; the hub caches it, encrypted, and adds its
    headers to every request not marked ``without_grant``. The token request is
    ``without_grant(harmless(...))``.
    """


@hookspec(firstresult=True)
def query_payment(query: Query, account: Account) -> Exchange[tuple[Observation, ...]]:  # type: ignore[empty-body]
    """Ask what became of a payment.

    Called when a check is due. A status that the provider's documents do not list leads to no
    observation, never to a decline; an empty tuple means nothing was learnt.
    """


@hookspec(firstresult=True)
def cancel_payment(cancel: Cancel, account: Account) -> Exchange[tuple[Observation, ...]]:  # type: ignore[empty-body]
    """Withdraw a pending payment; called after the operation was committed as *sending*."""


@hookspec(firstresult=True)
def refund_payment(refund: Refund, account: Account) -> Exchange[tuple[Observation, ...]]:  # type: ignore[empty-body]
    """Give money back, or undo a payment whose outcome is unknown (``refund.kind``).

    Called after the operation was committed as *sending*. Must report ``returned`` only on the
    provider's word, with the provider's own ``event_id``, ``movement`` and ``amount`` where it
    names them; for an undo, ``not_found`` says that there was nothing to give back.
    """


@hookspec(firstresult=True)
def capture_payment(capture: CaptureOrder, account: Account) -> Exchange[tuple[Observation, ...]]:  # type: ignore[empty-body]
    """Take money that was authorised, or a part of it; what is not taken lapses.

    Called once, after the operation was committed as *sending*; never repeated. Must report ``paid`` only on the
    provider's word, with the same ``movement`` that every other channel names for it.
    """


@hookspec(firstresult=True)
def fetch_form(request: FormRequest, account: Account) -> Exchange[PaymentForm]:  # type: ignore[empty-body]
    """Fetch what the payer chooses among and accepts before a payment starts: banks, terms.

    Called before the payer's form of a way is drawn that has ``fetched`` fields or ``terms``. Harmless requests alone.
    """


@hookspec(firstresult=True)
def register_webhook(webhook: WebhookRequest, account: Account) -> Exchange[WebhookReport]:  # type: ignore[empty-body]
    """Look at, set or remove the address to which the provider sends this account's notifications.

    Called when the merchant connects, tests or removes an account. Reading is ``harmless``; a request that changes
    something at the provider is unmarked, and so is never repeated: where its answer was lost the hub looks first.
    Must never replace or delete an address that the hub did not set, but for ``may_replace``.
    """


@hookspec(firstresult=True)
def fetch_settlement(period: Period, account: Account) -> Exchange[tuple[SettlementLine, ...]]:  # type: ignore[empty-body]
    """Ask for the settlement lines of a period. Must return a tuple, not a generator of lines."""


@hookspec(firstresult=True)
def parse_settlement(file: SettlementFile, account: Account) -> tuple[SettlementLine, ...]:  # type: ignore[empty-body]
    """Read a settlement file.

    Must refuse a file it does not understand with ``ValueError`` naming line and column.
    """
