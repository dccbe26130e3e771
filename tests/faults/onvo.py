"""ONVO Pay in a world, beside the provider that its Costa Rican company has already."""

from __future__ import annotations

from typing import Any

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.payment import Payment
from hub.flows.accounts.catalogue import notification_address
from hub_demo import connections
from tests.faults.harness import Debtor, News, World

MINUTES = 30
"""The life of a session by the hub's clock."""


@attrs.define
class Onvo:
    """A company's account at ONVO Pay; what is told goes where a test delivers it."""

    world: World
    account: ProviderAccount

    @classmethod
    def connected(cls, world: World) -> Onvo:
        """The operator enables it, the company connects it."""
        world.run(connections.enable(world.town, "CR", "onvo"))
        account = world.run(connections.connect_onvo(world.town)).account
        world.control("onvo", "notify", merchant=world.town.configs["onvo"]["merchants"][0]["id"], url="")
        return cls(world, account)

    def pay(self, debtor: Debtor) -> Payment:
        """A session for everything that is owed is open."""
        return self.world.pay(debtor, account_id=self.account.id, way="checkout")

    def play(self, payment: Payment, action: str, **more: Any) -> None:
        """What its payer, a bank or the company's panel does there."""
        self.world.control("onvo", action, reference=payment.reference, **more)

    def post(self, news: News) -> int:
        """Hand a notification over; the status of the answer."""
        url = notification_address(self.world.hub, self.account)
        return self.world.run(self.world._post(url, news)).status_code

    def deliver(self, payment: Payment) -> list[int]:
        """Hand over what it owes for a payment, and do what it leads to."""
        statuses = [self.post(item) for item in self.world.news(payment)]
        self.world.work()
        return statuses

    def asked(self, end: str) -> int:
        """How often something was asked at an address of its API that ends so."""
        return sum(path.startswith("/sim/onvo/api/") and path.endswith(end) for path in self.world.front.paths)

    def held(self, payment: Payment) -> int:
        """How much of a payment its book holds, minor units."""
        rows = [row for row in self.world.book("onvo") if row["reference"] == payment.reference]
        return sum(row["minor"] * row["captures"] - row["returned"] for row in rows)

    def booked(self) -> int:
        """What the ledger says that it holds of the company's colones."""
        merchant = self.world.companies["CR"]
        rows = self.world.read(lambda tx: tx.ledger.balances(merchant.id, merchant.mode))
        return sum(row[3] for row in rows if row[:3] == ("provider_clearing", self.account.id, "CRC"))
