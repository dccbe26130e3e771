"""Store orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .options import company_option, json_option
from .printing import print_json, print_table, when
from .running import operator, pass_merchant

if TYPE_CHECKING:
    from datetime import datetime

    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub


@click.group()
def command() -> None:
    """Store orders."""


@command.command("list")
@company_option
@json_option
@pass_merchant
async def list_(hub: Hub, merchant: Merchant, as_json: bool) -> None:
    """List a company's store orders."""
    now = hub.clock()
    found = await hub.store.read(lambda tx: _orders(tx, merchant, now))
    if as_json:
        print_json(found)
        return
    zone = merchant.company.zone
    print_table(
        ("ORDER", "PLACED", "CUSTOMER", "TOTAL", "STATE", "HELD UNTIL"),
        [
            (
                item["number"],
                when(item["created_at"], zone),
                item["customer"],
                item["total"],
                item["state"],
                when(item["hold_until"], zone),
            )
            for item in found
        ],
        right=("TOTAL",),
        cut=("CUSTOMER",),
    )


@command.command()
@click.argument("number", metavar="NUMBER")
@click.argument("customer", metavar="[CUSTOMER]", default="")
@company_option
@json_option
@pass_merchant
async def join(hub: Hub, merchant: Merchant, number: str, customer: str, as_json: bool) -> None:
    """Say that the shopper of order NUMBER is CUSTOMER (identity number or mail); without one, nobody known."""
    from hub.domain.payable import PayableKind
    from hub.flows.statements.join_shopper import join_shopper

    order = await hub.store.read(
        lambda tx: tx.payables.by_number(merchant.id, merchant.mode, PayableKind.ORDER, number)
    )
    if order is None:
        raise click.ClickException(f"{merchant.slug} has no order {number!r}")
    shopper = await join_shopper(hub, merchant, order.customer_id, customer, by=operator())
    if as_json:
        print_json(
            {
                "order": number,
                "shopper": shopper.id,
                "customer": shopper.joined_to or None,
                "joined_by": shopper.joined_by or None,
                "joined_at": shopper.joined_at,
            }
        )
    else:
        click.echo(f"{shopper.name} of order {number}: {'joined' if shopper.joined_to else 'no customer'}")


def _orders(tx: Any, merchant: Merchant, now: datetime) -> list[dict[str, Any]]:
    from hub.flows.statements.view_order import held_for

    return [
        _facts(order, tx.payables.get(order.id), held_for(tx, order), tx.customers.get(order.customer_id), now)
        for order in tx.orders.of(merchant.id, merchant.mode)
    ]


def _facts(order: Any, payable: Any, money: Any, customer: Any, now: Any) -> dict[str, Any]:
    from hub.domain.held import state_of

    settled = "paid"
    if money.gone and money.left < order.total.minor:
        settled = state_of((money,)).value.replace("_", " ")
    return {
        "number": order.number,
        "customer": customer.name,
        "total": order.total,
        "due": payable.balance,
        "remaining": money.money(money.left),
        "state": settled if payable.due == 0 else "held" if now < order.hold_until else "over",
        "hold_until": order.hold_until,
        "created_at": order.created_at,
    }
