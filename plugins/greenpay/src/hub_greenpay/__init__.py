"""Greenpay (Costa Rica) as a payment provider of Payment Hub: the hosted card form of its V1 API.

The order request opens a session and charges nothing; the card is charged on Greenpay's own page. The outcome
comes back twice, as a notification and as a browser return, both with the same signature. There is no query, so what
was not heard stays unheard: nothing is concluded here from silence.
"""

from __future__ import annotations

from hub_hookspecs import (
    Account,
    Credentials,
    Exchange,
    IdentityCheck,
    IdentityReport,
    Message,
    NotSent,
    Offer,
    Order,
    OutcomeUnknown,
    PayButton,
    PaymentStarted,
    ProviderInfo,
    Reading,
    Reason,
    ReasonKind,
    Refused,
    Reply,
    Source,
    Verdict,
    hookimpl,
    opens_session,
)

from . import observations, signature, wire
from .info import INFO
from .logo import LOGO

OTHER_ROUTES = ("newCard", "bulkResume", "subscription")
"""Routes below the notification address that carry no payment of ours."""

NO_ANSWER = Reading(verdict=Verdict.UNSIGNED, reason="a return without an answer in its path proves nothing")
NO_KEY = Reading(verdict=Verdict.UNSIGNED, reason="the account has no public_key, so nothing can be proved")
UNKNOWN_STATUS = "it is genuine, and of a status that is not documented"
OTHER_UNREADABLE = "a message of another kind (card, subscription or bulk result) that is not as documented"
OTHER_UNPROVEN = "a message of another kind (card, subscription or bulk result) whose signature does not hold"


def _unreadable(error: ValueError) -> Reading:
    """What cannot be parsed far enough to verify it; our own words say why, without what was sent."""
    return Reading(verdict=Verdict.INVALID, reason=str(error), reply=Reply(status=400))


@hookimpl
def describe_provider() -> ProviderInfo:
    """Say what Greenpay is and can do."""
    return INFO


@hookimpl
def validate_identity(check: IdentityCheck, account: Account) -> Exchange[IdentityReport]:
    """Open and forget one session for each terminal; identity cannot be asked for, so it is confirmed by hand."""
    culprits: list[str] = []
    code: str | None = None
    unclear = False
    tried = 0
    if not signature.is_usable(account.settings.get("public_key", "")):
        culprits.append("public_key")
        code = "public_key"
    for currency in check.currencies:
        terminal = wire.terminal_for(currency, account)
        if not terminal:
            continue
        tried += 1
        try:
            answer = yield opens_session(wire.check_request(check, currency, terminal, account))
            outcome = wire.read_order(answer, account)
        except (NotSent, OutcomeUnknown):
            unclear = True
            continue
        if isinstance(outcome, str):
            continue
        code = outcome.code
        named = [wire.terminal_setting(currency) if name == "terminal" else name for name in outcome.culprits]
        culprits += named
        unclear = unclear or not named
        if "secret" in named:
            break
    if culprits:
        credentials = Credentials.REFUSED
    else:
        credentials = Credentials.UNCLEAR if unclear or not tried else Credentials.ACCEPTED
    return IdentityReport(
        credentials=credentials,
        culprits=tuple(culprits),
        code=code,
        fields=wire.incomparable_fields(account.company),
    )


@hookimpl
def create_payment(order: Order, account: Account) -> Exchange[PaymentStarted]:
    """Open a session with Greenpay and send the payer to its form.

    A lost or unusable answer passes as OutcomeUnknown: nobody knows the session, so nobody can pay in it.
    """
    terminal = wire.terminal_for(order.amount.currency, account)
    if terminal is None:
        raise Refused(Reason(ReasonKind.METHOD_UNAVAILABLE, "no terminal"), alert=True)
    if order.amount.minor <= 0:
        raise Refused(Reason(ReasonKind.INVALID_AMOUNT))
    answer = yield opens_session(wire.order_request(order, terminal, account))
    outcome = wire.read_order(answer, account)
    if isinstance(outcome, str):
        return wire.started(outcome, order, account)
    # Nothing in an order is the payer's choice, so a refusal is always the merchant's business.
    raise Refused(Reason(ReasonKind.METHOD_UNAVAILABLE, outcome.code), alert=True)


@hookimpl
def render_pay_button(offer: Offer) -> PayButton:
    """Describe the pay button."""
    return PayButton(
        label="Greenpay",
        accessible_label="Pagar con Greenpay, tarjeta de crédito o débito",
        background="#0b6b3a",
        foreground="#ffffff",
        logo=LOGO,
        hint="Tarjeta de crédito o débito",
    )


@hookimpl
def handle_notification(message: Message, account: Account) -> Reading:
    """Verify a notification or a browser return; pure, and the same for both."""
    path = message.path.strip("/")
    if message.source is Source.RETURN:
        if path in ("", "cancel"):
            return NO_ANSWER
        try:
            raw = wire.decode_return(message.path)
        except ValueError as error:
            return _unreadable(error)
        return _read(raw, account)
    if path.split("/")[0] in OTHER_ROUTES:
        return _read_other(message.body, account)
    reading = _read(message.body, account)
    if path and reading.verdict is Verdict.INVALID:
        # An unknown route below the address: kept, but the only thing that could make it matter is a payment's proof.
        return Reading(verdict=Verdict.UNSIGNED, reason=f"an unknown route below the address, and {reading.reason}")
    return reading


def _read(raw: bytes, account: Account) -> Reading:
    key = account.settings.get("public_key", "")
    if not key:
        return NO_KEY
    try:
        answer = wire.parse_answer(raw)
    except ValueError as error:
        return _unreadable(error)
    if not signature.is_genuine(signature.payment_text(answer.status, answer.order_id), answer.signature, key):
        # Named, so that a person may look: a verifier at fault here would swallow a payment that nobody can ask for.
        why = signature.doubt_about(answer.signature, key)
        return Reading(verdict=Verdict.INVALID, reason=why, hints=wire.references_in(answer))
    claims = observations.observations_for(answer, decline_ends_session=INFO.decline_ends_session)
    if claims:
        return Reading(verdict=Verdict.VALID, observations=claims)
    return Reading(verdict=Verdict.VALID, hints=wire.references_in(answer), reason=UNKNOWN_STATUS)


def _read_other(raw: bytes, account: Account) -> Reading:
    """Saved cards, subscriptions and bulk results cause nothing here, proven or not."""
    try:
        status, request_id, proof = wire.parse_tokenisation(raw)
    except ValueError:
        return Reading(verdict=Verdict.UNSIGNED, reason=OTHER_UNREADABLE)
    text = signature.tokenisation_text(status, request_id)
    proven = signature.is_genuine(text, proof, account.settings.get("public_key", ""))
    return Reading(verdict=Verdict.VALID) if proven else Reading(verdict=Verdict.UNSIGNED, reason=OTHER_UNPROVEN)
