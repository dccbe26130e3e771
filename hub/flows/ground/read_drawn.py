"""Read what a money form is drawn from, and refuse one that was drawn from something else."""

from __future__ import annotations

from hub.domain.drawn_from import DrawnFrom
from hub.domain.identity import FieldError, Invalid
from hub.domain.text import Text
from hub_hookspecs import Mode

from .ports import Hub, Tx

CHANGED = Text("form.changed")


def drawn_from(tx: Tx, customer_id: str, mode: Mode) -> DrawnFrom:
    """How a customer stands now."""
    return DrawnFrom(
        due={payable.id: payable.due for payable in tx.payables.open_of(customer_id, mode)},
        credit={currency: minor for currency, minor in tx.ledger.free_credit(customer_id, mode).items() if minor},
        live=frozenset(payment.id for payment in tx.payments.of_customer(customer_id, mode) if payment.is_live),
    )


async def digest_of(hub: Hub, customer_id: str, mode: Mode) -> str:
    """What a form of this customer's carries; read before what the form shows, so that it is never newer."""
    return await hub.store.read(lambda tx: drawn_from(tx, customer_id, mode).digest)


async def digest_for_payment(hub: Hub, payment_id: str) -> str:
    """The same for a form about a payment; empty where there is none."""

    def read(tx: Tx) -> str:
        payment = tx.payments.get(payment_id)
        return drawn_from(tx, payment.customer_id, payment.mode).digest if payment else ""

    return await hub.store.read(read)


def is_changed(tx: Tx, customer_id: str, mode: Mode, drawn: str) -> bool:
    """Whether a form says something else than holds now; who is no form says nothing."""
    return bool(drawn) and drawn != drawn_from(tx, customer_id, mode).digest


def refuse_changed(tx: Tx, customer_id: str, mode: Mode, drawn: str) -> None:
    """Book nothing on what was shown and holds no more.

    Raises:
        Invalid: Due, credit or a live payment changed since the form was drawn.
    """
    if is_changed(tx, customer_id, mode, drawn):
        raise Invalid((FieldError("drawn", CHANGED),))
