"""Store orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .options import company_option, data_option, json_option

if TYPE_CHECKING:
    from hub.flows.ground.ports import Hub


@click.group()
def command() -> None:
    """Store orders."""


@command.command("list")
@company_option
@json_option
@data_option
def list_(slug: str | None, as_json: bool, data: str | None) -> None:
    """List a company's store orders."""
    from hub.flows.statements.view_order import held_for

    from .finding import company_in
    from .printing import print_json, print_table, when
    from .running import run

    def work(hub: Hub) -> Any:
        now = hub.clock()

        def read(tx: Any) -> Any:
            merchant = company_in(tx, slug)
            orders = tx.orders.of(merchant.id, merchant.mode)
            return merchant.company.zone, [
                _facts(order, tx.payables.get(order.id), held_for(tx, order), tx.customers.get(order.customer_id), now)
                for order in orders
            ]

        return hub.store.read(read)

    zone, found = run(data, work)
    if as_json:
        print_json(found)
        return
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


def _facts(order: Any, payable: Any, money: Any, customer: Any, now: Any) -> dict[str, Any]:
    settled = "charged back" if money.charged_back else "paid"
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
