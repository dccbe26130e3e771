"""What a result of Greenpay's claims of a payment, and why a card was refused.

V1 answers carry neither amount nor currency, so no observation here ever has one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from hub_hookspecs import Instrument, Kind, Observation, Reason, ReasonKind

from .wire import Answer

REASONS: Final[Mapping[str, ReasonKind]] = {
    "01": ReasonKind.DENIED,  # refer to issuer
    "03": ReasonKind.METHOD_UNAVAILABLE,  # invalid merchant
    "04": ReasonKind.CARD_BLOCKED,  # pick up card
    "05": ReasonKind.DENIED,
    "12": ReasonKind.NOT_PERMITTED,  # invalid transaction
    "13": ReasonKind.INVALID_AMOUNT,
    "14": ReasonKind.CARD_INVALID,
    "19": ReasonKind.ISSUER_UNAVAILABLE,  # re-enter
    "30": ReasonKind.OTHER,  # format error
    "31": ReasonKind.NOT_PERMITTED,  # bank not supported
    "41": ReasonKind.CARD_BLOCKED,  # lost
    "43": ReasonKind.CARD_BLOCKED,  # hold and call
    "51": ReasonKind.INSUFFICIENT_FUNDS,
    "54": ReasonKind.CARD_EXPIRED,
    "55": ReasonKind.WRONG_PIN,
    "58": ReasonKind.NOT_PERMITTED,
    "62": ReasonKind.DENIED,
    "63": ReasonKind.DENIED,
    "65": ReasonKind.DENIED,
    "78": ReasonKind.DENIED,
    "89": ReasonKind.METHOD_UNAVAILABLE,  # invalid terminal
    "91": ReasonKind.ISSUER_UNAVAILABLE,
    "96": ReasonKind.METHOD_UNAVAILABLE,  # not supported
    # BAC and BNCR put 200 before the code.
    "201": ReasonKind.DENIED,
    "203": ReasonKind.METHOD_UNAVAILABLE,
    "205": ReasonKind.DENIED,
    "212": ReasonKind.NOT_PERMITTED,
    "241": ReasonKind.CARD_BLOCKED,
    "251": ReasonKind.INSUFFICIENT_FUNDS,
    "255": ReasonKind.WRONG_PIN,
    "262": ReasonKind.DENIED,
    "278": ReasonKind.DENIED,
    "899": ReasonKind.ISSUER_UNAVAILABLE,  # Greenpay: time-out, reversal applied
    "996": ReasonKind.FRAUD_SUSPECTED,  # Greenpay: fraud check
}
"""What ``result.resp_code`` means for the payer; a code that is not listed is still a decline, of reason *other*."""

_CODE: Final = re.compile(r"[0-9A-Za-z]{1,8}")
_AUTHORISATION: Final = re.compile(r"[0-9A-Za-z-]{1,12}")  # shorter than any card number
_LAST4: Final = re.compile(r"[0-9]{4}")
_BRAND: Final = re.compile(r"[A-Za-z][A-Za-z ]{1,19}")
_VOUCHED: Final = frozenset({"status", "reference"})


def observations_for(answer: Answer, *, decline_ends_session: bool) -> tuple[Observation, ...]:
    """What a **verified** answer claims; the same on both channels, so that it counts once.

    The signature covers status and orderId alone. A status that is not documented leads to no conclusion.
    """
    paid, declined = answer.status == 200, answer.status == 500
    if not paid and not declined:
        return ()
    no = Kind.DECLINED if decline_ends_session else Kind.TRY_DECLINED
    claim = Observation(
        kind=Kind.PAID if paid else no,
        reference=answer.order_id,
        movement=answer.order_id if paid else None,
        vouched=_VOUCHED,
        authorisation=_authorisation(answer.body) if paid else None,
        instrument=_instrument(answer.body),
        reason=None if paid else reason_for(answer.body),
    )
    return (claim,)


def reason_for(body: Mapping[str, Any]) -> Reason:
    """Why the bank or Greenpay said no; ``result`` is null where it never came to the bank."""
    code = _member(body.get("result"), "resp_code", _CODE)
    return Reason(REASONS.get(code or "", ReasonKind.OTHER), code)


def _authorisation(body: Mapping[str, Any]) -> str | None:
    own = _member(body, "authorization", _AUTHORISATION)
    return own or _member(body.get("result"), "authorization_id_resp", _AUTHORISATION)


def _instrument(body: Mapping[str, Any]) -> Instrument | None:
    last4 = _member(body, "last4", _LAST4)
    if not last4:
        return None
    brand = _member(body, "brand", _BRAND)
    return Instrument("card", f"{brand if brand and brand.upper() != 'ND' else 'Tarjeta'} ****{last4}")


def _member(value: Any, name: str, pattern: re.Pattern[str]) -> str | None:
    """A short text out of an unsigned part, and only if it looks as documented."""
    found = value.get(name) if isinstance(value, dict) else None
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    return found if isinstance(found, str) and pattern.fullmatch(found) else None
