"""How a payment stands, in words and as data: its status, and of its money what the books say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from hub.domain.held import Held, MoneyState, held_as, state_of
from hub.domain.payment import Payment, Status


def standing(payment: Payment, held: Sequence[Held]) -> str:
    """``closed (declined)``, ``paid``, ``paid, partly returned``."""
    status = payment.status.value
    if payment.status is Status.PAID and (state := state_of(held)) is not MoneyState.HELD:
        return f"{status}, {state.value.replace('_', ' ')}"
    return f"{status} ({payment.reason})" if payment.reason else status


def remains(payment: Payment, held: Sequence[Held]) -> Decimal | None:
    """What is left of the money, in major units; nothing while none came."""
    here = held_as(held, payment.amount.currency)
    return here.money(here.left).decimal if held else None


def money_facts(held: Iterable[Held]) -> list[dict[str, object]]:
    """What the books hold, a record a currency."""
    return [
        {
            "stated": item.money(item.stated),
            "received": item.money(item.came),
            "returned": item.money(item.returned),
            "charged_back": item.money(item.charged_back),
            "remaining": item.money(item.left),
        }
        for item in held
    ]
