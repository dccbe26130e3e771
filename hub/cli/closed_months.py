"""What a command dates into a closed month needs a reason, as on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from hub.domain.month_close import MonthClose
    from hub.flows.ground.ports import Hub

REASON: Final = "hub.into_closed"
FACTS: Final = frozenset({"import"})
"""Commands whose files say days of their own."""


def _keep(ctx: click.Context, _param: click.Parameter, why: str | None) -> None:
    ctx.meta[REASON] = why or ""


reason_option = click.option(
    "--into-closed",
    metavar="WHY",
    expose_value=False,
    callback=_keep,
    help="Why the command after it dates something into a closed month.",
)


def looked_at(hub: Hub, by: str) -> Hub:
    """The hub for a command: what it dates into a closed month is refused without a reason."""
    ctx = click.get_current_context(silent=True)
    if ctx is None or FACTS & set(ctx.command_path.split()[1:2]):
        return hub
    from hub.flows.ground.closed_months import looking

    return looking(hub, merchant_id=None, by=by, why=ctx.meta.get(REASON, ""), refuse=_refused)


def _refused(close: MonthClose, _owners: tuple[str, ...]) -> Exception:
    return click.ClickException(
        f"the books are closed until {close.month.last}, and nothing was written. Give a later day; or open the month"
        f" again: payment-hub close reopen {close.month} --why TEXT; or say why it counts for a closed day:"
        " payment-hub --into-closed WHY, and then the command"
    )
