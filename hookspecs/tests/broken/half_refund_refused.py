"""Llave whose refund may take from several payments of an order: a refused second part refuses the whole.

Wrong: a refund that is larger than what is left of one payment goes out in parts, one request each; where Llave says no
to a later part (the bank has frozen that payment), ``Refused`` leaves the hook although the first part went back. The
hub books that nothing went back, and the merchant sends it again, or sends a transfer: the merchant pays twice. Rule:
*declined* means that no money moved in the whole exchange.
"""

from __future__ import annotations

import attrs
from starlette.responses import JSONResponse
from starlette.routing import Route

import hub_hookspecs as hub
from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound import llave_simulator as theirs
from hookspecs.tests.sound.llave import *
from hub_hookspecs import Kind, ReasonKind, hookimpl

NO_REFUND = sound.NO_REFUND | {"frozen"}


@hookimpl
def refund_payment(refund, account):
    if not refund.captures:
        return (yield from sound.refund_payment(refund, account))
    done = []
    for number, (payment, part) in enumerate(parts(refund), 1):
        wanted = {"op": f"{refund.operation}-{number}", "amount": hub.plain(part, 2), "currency": part.currency}
        answer = yield sound.call(account, "POST", f"payments/{payment}/refunds", wanted)
        body = hub.json_object(answer)
        sound.refuse(answer, body, (404, 409, 422), NO_REFUND)
        if answer.status_code != 201 or body.get("op") != wanted["op"] or body.get("ref") != refund.reference:
            raise hub.OutcomeUnknown("the refund was not confirmed")
        done.append(sound.gone(Kind.RETURNED, body, body))
    return tuple(done)


def parts(refund):
    """Which payment gives how much, the oldest first."""
    rest, found = refund.amount, []
    for capture in refund.captures:
        if capture.amount.currency == rest.currency and sound.ID.fullmatch(capture.movement):
            part = min(capture.amount - capture.returned, rest)
            if part.minor > 0:
                found.append((capture.movement, part))
                rest -= part
    if rest.minor or not found:
        raise hub.Refused(hub.Reason(ReasonKind.NOT_PERMITTED, "exceeds"))
    return found


class Shop(theirs.Shop):
    """Action ``freeze``: the bank looks into the last payment, of which nothing goes back meanwhile."""

    def __init__(self, merchants):
        super().__init__(merchants)
        self.frozen = set()
        self.stage.actions["freeze"] = self.freeze

    async def freeze(self, ref, _body):
        order = self.find(ref)
        self.frozen.update(row["id"] for row in order["payments"][-1:] if row["state"] == "captured")

    def refund_row(self, order, row, body):
        if row["id"] in self.frozen:
            return JSONResponse({"error": "frozen"}, 409)
        return super().refund_row(order, row, body)


def app(config):
    shop = Shop(theirs.configure(config)["merchants"])
    guarded = shop.guarded
    return shop.stage.wrap([
        Route("/store", guarded(shop.store)),
        Route("/orders", guarded(shop.open), methods=["POST"]),
        Route("/orders/{ref}", guarded(shop.show)),
        Route("/orders/{ref}/cancel", guarded(shop.cancel), methods=["POST"]),
        Route("/payments/{payment}/refunds", guarded(shop.refund), methods=["POST"]),
        Route("/payouts", guarded(shop.payouts)),
        Route("/page/{order}", theirs.page),
    ])  # fmt: skip


SIMULATOR = attrs.evolve(theirs.SIMULATOR, app=app)
