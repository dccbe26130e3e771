"""Desks that are a little otherwise."""

from __future__ import annotations

from typing import Any

from .desk import Desk


class Careless(Desk):
    """Reads an amount however it is written."""

    def create(self, body: Any, row: Any) -> Any:
        return super().create({**body, "amount": str(body["amount"]).replace(",", "")}, row)


class PaidTwice(Desk):
    """A payer may pay the same payment once more; the second money has an id of its own."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.stage.actions["approve_again"] = self.approve_again

    async def approve_again(self, reference: str, _body: Any) -> None:
        if (row := self.row(reference)) is None or row.status != "paid":
            raise LookupError(reference)
        self.stage.capture(row.ref, f"{row.id}B", self.merchant["id"], row.amount)
        self.tell(row)


class Falls(Desk):
    """Its simulator fails at one of its actions."""

    async def verify(self, reference: str, _body: Any) -> None:
        raise RuntimeError(f"nobody wrote what {'verify' if reference else ''} does")
