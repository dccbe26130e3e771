"""A provider as some in Latin America are: the id that starting gives is not the one that a refund wants.

Starting gives a *preference*; the payment gets an id of its own when the payer has paid, which the notification tells.
It stands in the place of another provider of a world, with its own little server on loopback.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import attrs
import pluggy

import hub_hookspecs
from hub.domain.payment import LEASE
from hub.flows.payments.send_payment import send_payment
from hub.providers.registry import Provider
from hub_hookspecs import Kind, Money, Observation, Reading, Refunds, Verdict, hookimpl
from tests.faults.harness import WAY, Debtor, World

COUNTRY = "CO"
VOUCHED = frozenset({"reference", "provider_reference", "movement", "amount"})


class Plugin:
    """Its hooks."""

    @staticmethod
    @hookimpl
    def create_payment(order: Any, account: Any) -> Any:
        answer = yield asked(account, "POST", "preferences")
        preference = hub_hookspecs.json_object(answer)["id"]
        told = Observation(kind=Kind.ACCEPTED, provider_reference=preference, vouched=VOUCHED)
        url = f"{account.endpoints['api']}/pay/{preference}"
        return hub_hookspecs.PaymentStarted(
            action=hub_hookspecs.Redirect(url), memory={"preference": preference}, observations=(told,)
        )

    @staticmethod
    @hookimpl
    def handle_notification(message: Any, account: Any) -> Any:
        told = json.loads(message.body)
        return Reading(verdict=Verdict.VALID, observations=(news(**told),))
        yield

    @staticmethod
    @hookimpl
    def query_payment(query: Any, account: Any) -> Any:
        answer = yield hub_hookspecs.harmless(asked(account, "GET", f"payments/{query.memory.get('payment', 'none')}"))
        if answer.status_code != 200:
            raise hub_hookspecs.OutcomeUnknown("no answer")
        told = hub_hookspecs.json_object(answer).get("told", ())
        return tuple(news(**{**item, "reference": query.reference}) for item in told)

    @staticmethod
    @hookimpl
    def cancel_payment(cancel: Any, account: Any) -> Any:
        yield asked(account, "POST", f"cancels/{cancel.memory.get('payment', 'none')}")
        return (Observation(kind=Kind.CANCELLED),)

    @staticmethod
    @hookimpl
    def refund_payment(refund: Any, account: Any) -> Any:
        left = refund.amount.minor
        for taken in refund.captures:
            part = min(left, taken.amount.minor - taken.returned.minor)
            if part > 0:
                yield asked(account, "POST", f"payments/{taken.provider_reference}/refunds/{part}")
                left -= part
        return (Observation(kind=Kind.RETURNED),)


def asked(account: Any, method: str, path: str) -> Any:
    return hub_hookspecs.Request(method, f"{account.endpoints['api']}/{path}")


def news(*, kind: str, reference: str, id: str, minor: int | None = None, learned: bool = True) -> Observation:
    """What the provider tells of one payment of its own."""
    return Observation(
        kind=Kind(kind),
        reference=reference,
        provider_reference=id,
        movement=id,
        amount=None if minor is None else Money(minor, "COP"),
        vouched=VOUCHED,
        learned={"payment": id} if learned else {},
    )


@attrs.define
class Preferences:
    """The provider's server: what was asked of it, in order, and what it answers to queries."""

    world: World
    base: str
    asked: list[str] = attrs.Factory(list)
    told: list[dict[str, Any]] = attrs.Factory(list)
    silent: bool = False

    def started(self, debtor: Debtor) -> Any:
        """A payment that was started there for real."""
        payment = self.world.made(debtor)
        way = self.world.hub.providers[payment.provider].info.way(payment.way)
        expires = payment.created_at + timedelta(minutes=way.expiry_minutes)
        self.world.write(lambda tx: tx.payments.add(attrs.evolve(payment, memory={}, expires_at=expires)))
        self.world.write(lambda tx: tx.payments.begin_sending(payment.id, "p", self.world.clock.now + LEASE))
        self.world.run(send_payment(self.world.hub, self.world.payment(payment)))
        return self.world.payment(payment)

    def take(self) -> list[str]:
        """What was asked since the last time."""
        taken, self.asked[:] = list(self.asked), []
        return taken


def info_of(world: World, **way: Any) -> Any:
    """What it declares: the other's code, since its account is what there is."""
    provider = world.hub.providers[world.accounts[COUNTRY].provider]
    own = provider.info.way(WAY[COUNTRY])
    declared = {"starts": hub_hookspecs.Starts.SESSION, "payer_fields": (), "undo": False, "cancel": True, **way}
    ways = (attrs.evolve(own, **declared),)
    return attrs.evolve(provider.info, ways=ways, refunds=Refunds.PARTIAL, refund_days=None, not_executed=())


@contextmanager
def preferences(world: World, **way: Any) -> Iterator[Preferences]:
    """Let it stand where the world's provider stood."""
    there = Preferences(world=world, base="")

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            there.asked.append(f"{self.command} {self.path}")
            body = json.dumps({"id": "PREF-1", "told": there.told}).encode()
            self.send_response(503 if there.silent else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_given: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    there.base = f"http://127.0.0.1:{server.server_port}"
    code = world.accounts[COUNTRY].provider
    manager = pluggy.PluginManager(hub_hookspecs.PROJECT)
    manager.add_hookspecs(hub_hookspecs.specs)
    manager.register(Plugin)
    hooks = frozenset(name for name in vars(Plugin) if not name.startswith("_"))
    world.hub.providers[code] = Provider(
        code=code,
        info=info_of(world, **way),
        hooks=manager.hook,
        module=Plugin,
        distribution="payment-hub-preferences",
        version="1.0.0",
        capabilities=hooks,
        overrides={"api": there.base},
    )
    try:
        yield there
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
