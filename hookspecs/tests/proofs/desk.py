"""A made-up provider, as its documents have it: bearer token, payments by our reference, signed notifications,
refunds in parts with ids of their own."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import uuid
from decimal import Decimal
from typing import Any

import attrs
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from hub_hookspecs import Money, MoneyError
from hub_hookspecs.testing.simulator import News, Simulator, Stage


@attrs.define
class Row:
    """One payment at the provider; ``back`` are refunds and disputes, by their ids."""

    id: str
    ref: str
    amount: Money
    status: str = "pending"
    refunds: dict[str, Money] = attrs.Factory(dict)
    disputes: dict[str, Money] = attrs.Factory(dict)

    def left(self) -> Money:
        """What has not gone back."""
        return sum((-amount for amount in (*self.refunds.values(), *self.disputes.values())), self.amount)


class Desk:
    """The provider's own side."""

    def __init__(self, config: Any) -> None:
        (self.merchant,) = config["merchants"]
        self.rows: list[Row] = []
        self.ids = itertools.count(1)
        self.stage = Stage(forge=self.forge, forget=self.rows.clear)
        self.stage.actions.update(
            approve=self.approve,
            reject=self.end("rejected"),
            expire=self.end("expired"),
            verify=self.verify,
            give_back=self.give_back,
            dispute=self.dispute,
        )

    def app(self) -> Any:
        routes = [
            Route("/v1/token", self.token, methods=["POST"]),
            Route("/v1/terminal", self.guarded(self.terminal)),
            Route("/v1/payments", self.guarded(self.create), methods=["POST"]),
            Route("/v1/settlements", self.guarded(self.settle)),
            Route("/v1/payments/{ref}", self.guarded(self.show)),
            Route("/v1/payments/{ref}/cancel", self.guarded(self.cancel), methods=["POST"]),
            Route("/v1/payments/{ref}/refunds", self.guarded(self.refund), methods=["POST"]),
        ]
        return self.stage.wrap(routes)

    async def token(self, request: Request) -> JSONResponse:
        body = json.loads(await request.body())
        if body.get("key") != self.merchant["key"]:
            return JSONResponse({"error": "unknown key"}, 401)
        return JSONResponse({"token": f"token-{self.merchant['key']}", "seconds": 600})

    def guarded(self, handle: Any) -> Any:
        async def guard(request: Request) -> JSONResponse:
            if request.headers.get("authorization") != f"Bearer token-{self.merchant['key']}":
                return JSONResponse({"message": "Unauthorized"}, 401)
            body = json.loads(await request.body() or b"{}", parse_float=Decimal)
            return handle(body, self.row(request.path_params.get("ref")))

        return guard

    def row(self, ref: Any) -> Row | None:
        return next((row for row in self.rows if row.ref == ref), None)

    def terminal(self, _body: Any, _row: Any) -> JSONResponse:
        return JSONResponse({"terminal": "T1"})

    def create(self, body: Any, _row: Any) -> JSONResponse:
        amount = Money.parse(str(round(Decimal(str(body["amount"])), 2)), body["currency"])
        self.rows.append(Row(f"P{next(self.ids)}", body["ref"], amount))
        return self.told(self.rows[-1])

    def told(self, row: Row | None) -> JSONResponse:
        if row is None:
            return JSONResponse({"error": "not_found"}, 404)
        return JSONResponse(self.facts(row))

    def facts(self, row: Row) -> dict[str, Any]:
        return {
            "id": row.id,
            "ref": row.ref,
            "status": row.status,
            "amount": f"{row.amount.decimal:f}",
            "currency": row.amount.currency,
            "took": 12,
            "refunds": [{"id": id, "amount": f"{back.decimal:f}"} for id, back in row.refunds.items()],
            "disputes": [{"id": id, "amount": f"{back.decimal:f}"} for id, back in row.disputes.items()],
        }

    def settle(self, _body: Any, _row: Any) -> JSONResponse:
        lines = [f"{row.id};{row.ref};{row.amount.minor};100" for row in self.rows if row.status == "paid"]
        return JSONResponse({"lines": lines})

    def show(self, _body: Any, row: Row | None) -> JSONResponse:
        return self.told(row)

    def cancel(self, _body: Any, row: Row | None) -> JSONResponse:
        if row and row.status in ("paid", "returned"):
            return JSONResponse({"error": "already_paid"}, 409)
        if row and row.status in ("pending", "verifying"):
            row.status = "cancelled"
        return self.told(row)

    def refund(self, body: Any, row: Row | None) -> JSONResponse:
        if row is None:
            return self.told(row)
        try:
            amount = Money.parse(body["amount"], row.amount.currency) if "amount" in body else row.left()
        except MoneyError:
            return JSONResponse({"error": "bad_amount"}, 422)
        if not self.take_back(row, amount, row.refunds, "R"):
            return JSONResponse({"error": "not_refundable"}, 409)
        id, back = list(row.refunds.items())[-1]
        told = {"ref": row.ref, "refund": id, "amount": f"{back.decimal:f}", "currency": back.currency}
        return JSONResponse({**told, "status": "returned"})

    def take_back(self, row: Row, amount: Money, where: dict[str, Money], letter: str) -> bool:
        if row.status != "paid" or not self.stage.give_back(row.id, amount):
            return False
        where[f"{row.id}{letter}{next(self.ids)}"] = amount
        if not row.left().minor:
            row.status = "returned"
        self.tell(row)
        return True

    async def approve(self, reference: str, _body: Any) -> None:
        pending = [row for row in self.rows if row.ref == reference and row.status in ("pending", "verifying")]
        if not pending:
            raise LookupError(reference)
        for row in pending:
            row.status = "paid"
            self.stage.capture(row.ref, row.id, self.merchant["id"], row.amount)
            self.tell(row)

    async def verify(self, reference: str, _body: Any) -> None:
        if (row := self.row(reference)) is None or row.status != "pending":
            raise LookupError(reference)
        row.status = "verifying"
        self.tell(row)

    async def give_back(self, reference: str, _body: Any) -> None:
        """The merchant gives a part back in the provider's panel."""
        row = self.row(reference)
        if row is None or not self.take_back(
            row, Money(row.amount.minor // 200 * 100, row.amount.currency), row.refunds, "R"
        ):
            raise LookupError(reference)

    async def dispute(self, reference: str, _body: Any) -> None:
        """The payer's bank takes all back."""
        row = self.row(reference)
        if row is None or not self.take_back(row, row.left(), row.disputes, "D"):
            raise LookupError(reference)

    def end(self, status: str) -> Any:
        async def act(reference: str, _body: Any) -> None:
            if (row := self.row(reference)) is None or row.status != "pending":
                raise LookupError(reference)
            row.status = status
            self.tell(row)

        return act

    def tell(self, row: Row) -> None:
        body = json.dumps(self.facts(row)).encode()
        signature = hmac.new(self.merchant["hook"].encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-signature": signature}
        self.stage.notify(News(reference=row.ref, merchant=self.merchant["id"], path="/", headers=headers, body=body))

    @staticmethod
    def forge(news: News) -> News:
        return attrs.evolve(news, headers={**news.headers, "x-signature": "0" * 64})


def configure(config: Any) -> dict[str, Any]:
    fresh = {"id": "m1", "name": "Bodega Lima", "key": f"k-{uuid.uuid4().hex}", "hook": f"h-{uuid.uuid4().hex}"}
    return {"merchants": [fresh], **config}


def simulator(desk: type[Desk] = Desk) -> Simulator:
    """The provider, or one that is a little otherwise."""
    return Simulator(
        code="tiny",
        configure=configure,
        app=lambda config: desk(config).app(),
        endpoints=lambda base: {"api": f"{base}/v1"},
        settings=lambda config, _merchant: {name: config["merchants"][0][name] for name in ("key", "hook")},
    )


SIMULATOR = simulator()
