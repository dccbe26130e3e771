"""One payment's status at Nequi: how it is asked for, and what the answer proves."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from hub_hookspecs import Account, Cancel, Exchange, Kind, Observation, Query, Reason, Refund, harmless
from hub_nequi import wire
from hub_nequi.codes import CODES, OK, REASONS, STATUSES, UNKNOWN_BY_THAT_NAME
from hub_nequi.info import QR_WAY

Named = dict[str, str]
"""One payment as a status call names it."""


def observed(answer: wire.Answer, about: Query | Cancel | Refund, account: Account) -> tuple[Observation, ...]:
    """What the answer to a status call proves of the payment that the hook is about."""
    return observations_from(answer, movement=about.reference, asked=their_reference(about), sent=wire.sent_by(account))


def their_reference(about: Query | Cancel | Refund) -> str | None:
    """Nequi's own reference of the payment; None when we never learnt it."""
    return about.provider_reference or memory_text(about, "transactionId") or memory_text(about, "codeQR") or None


def named_by(about: Query | Cancel | Refund) -> Named:
    """How a status call names the payment; empty when we never learnt it."""
    if about.way == QR_WAY:
        if value := memory_text(about, "qrValue"):
            return {"qrValue": value}
        return {"codeQR": code} if (code := memory_text(about, "codeQR")) else {}
    return {"codeQR": theirs} if (theirs := about.provider_reference or memory_text(about, "transactionId")) else {}


def _also_named_by(about: Query | Cancel | Refund, asked: Named) -> Named:
    """What else a code may be found by; empty where there is nothing else."""
    other = memory_text(about, "transactionId") or memory_text(about, "codeQR") if about.way == QR_WAY else ""
    return {"codeQR": other} if other and {"codeQR": other} != asked else {}


def memory_text(about: Query | Cancel | Refund, key: str) -> str:
    """A text of the payment's memory; empty when it is absent or something else."""
    value = about.memory.get(key)
    return value if isinstance(value, str) else ""


def ask_for_status(
    about: Query | Cancel | Refund, account: Account, asked: Named, *, first: int
) -> Exchange[tuple[wire.Answer, Named]]:
    """Ask by one name, and where that finds nothing once by the other; the last answer, and the name that it is to.

    Args:
        first: Which request of the hook call this is.
    """
    answer = yield from _answer_to(about, account, asked, wire.message_id_for(about.call_id, first))
    other = _also_named_by(about, asked)
    if not other or answer.code not in UNKNOWN_BY_THAT_NAME:
        return answer, asked
    return (yield from _answer_to(about, account, other, wire.message_id_for(about.call_id, first + 1))), other


def _answer_to(
    about: Query | Cancel | Refund, account: Account, named: Named, message_id: str
) -> Exchange[wire.Answer]:
    service = wire.CODE_STATUS if about.way == QR_WAY else wire.STATUS
    response = yield harmless(wire.request_for(service, named, account=account, message_id=message_id, now=about.now))
    return wire.answer_from(response, service, message_id)


def observations_from(
    answer: wire.Answer, *, movement: str, asked: str | None, reference: str | None = None, sent: Iterable[str] = ()
) -> tuple[Observation, ...]:
    """What a status answer proves of the payment asked for by ``asked``.

    Its ``date`` is when the payment was pushed to the phone, also once it is paid (recorded of the sandbox); when it
    was accepted Nequi does not say.

    Args:
        movement: Our reference: trnId changes once a payment is paid, so theirs would not do.
        reference: Our reference, where a signed message named it beside ``asked``.
        sent: As ``sent_by`` has it.
    """
    if answer.code != OK:
        code = CODES.get(answer.code)
        kind, word = (code.says if code else None), answer.code
    else:
        word = answer.text("status")
        kind = STATUSES.get(word)
    if kind is None:
        return ()
    claim = Observation(kind=kind, reference=reference, provider_reference=asked)
    if kind is Kind.PAID:
        phone = answer.text("phoneNumber")
        claim = attrs.evolve(
            claim,
            movement=movement,
            amount=wire.amount_from(answer.body.get("value")),
            authorisation=wire.number_in(answer.body.get("trnId"), (*sent, movement, asked or "", phone)),
            instrument=wire.wallet_from(phone),
        )
    elif kind in REASONS:
        claim = attrs.evolve(claim, reason=Reason(REASONS[kind], word))
    return (wire.vouched(claim, "provider_reference", "amount", "authorisation", "instrument"),)
