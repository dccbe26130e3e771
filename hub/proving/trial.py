"""A hub on trial: a database in a folder that goes again, one company, and its account with a plugin's simulator.

Everything goes through the flows that serve merchants, payers and providers; nothing leaves the process.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import attrs

from hub.bootstrap import migrate_data, open_hub, watch_exchanges
from hub.domain.account import ProviderAccount
from hub.domain.intake import Share
from hub.domain.merchant import Merchant
from hub.domain.offer import currencies_of
from hub.domain.payer_form import NO_FORM, choices_of, goes_with
from hub.domain.payment import Payment
from hub.flows.accounts.enable_provider import enable_provider
from hub.flows.ground.ports import Hub
from hub.flows.payments.fetch_form import fetch_form
from hub.flows.payments.open_payment import PayRequest
from hub.flows.payments.read_message import read_message
from hub.flows.payments.receive_message import receive_notification
from hub.flows.payments.start_payment import start_payment
from hub.providers.exchange import Exchanger
from hub.providers.limits import Limits
from hub.providers.registry import Provider, Registry
from hub.settings import Settings
from hub.stored_grants import StoredGrants
from hub_hookspecs import AcceptedTerms, Channel, Message, Mode, Money, PaymentForm, Way
from hub_hookspecs.patterns import texts_for
from hub_hookspecs.testing import Subject

from .example import NotConnected as NotConnected
from .example import connect_example, owe
from .simulated import BASE, Simulated

LOCALE: Final = "es"
BY: Final = "payment-hub plugins check"
UNHURRIED: Final = Limits(rate=10_000, burst=10_000, pauses=(0.01, 0.01))
"""The hub's own limits, but nobody here has to be spared."""


class NoMailer:
    """Mails are owed here, and never sent."""

    async def send(self, mail: Any) -> None:
        """Nobody is written to."""


@attrs.frozen(kw_only=True)
class Trial:
    """A hub with a company whose account with the plugin's provider is active."""

    hub: Hub
    merchant: Merchant
    account: ProviderAccount
    simulated: Simulated

    @property
    def currencies(self) -> tuple[str, ...]:
        """Those that the account takes."""
        return currencies_of(self.account, self.simulated.subject.info)

    async def start(self, way: Way, amount: Money) -> Payment:
        """A customer owes an invoice, and presses pay.

        Raises:
            NotPossible: Nothing was sent.
        """
        hub, subject = self.hub, self.simulated.subject
        owed = await hub.store.write(lambda tx: owe(tx, hub, self.merchant, hub.fresh_id(), amount))
        channels = subject.info.channels
        form = (await fetch_form(hub, self.account.id, way, locale=LOCALE)).form or NO_FORM
        now = hub.clock()
        request = PayRequest(
            account_id=self.account.id,
            way=way.code,
            channel=Channel.STATEMENT if Channel.STATEMENT in channels else next(iter(channels)),
            customer_id=owed.customer_id,
            shares=[Share(owed.id, owed.total)],
            fields=_filled(way, form, subject.payer_fields),
            locale=LOCALE,
            form=form,
            accepted=tuple(AcceptedTerms(code=item.code, version=item.version, accepted_at=now) for item in form.terms),
        )
        payment = await start_payment(hub, request)
        await self.simulated.browse(payment.action)
        await self.simulated.pass_time()
        return payment

    async def receive(self, message: Message) -> int:
        """A notification arrives at the door, and what its plugin wants to ask first is asked.

        Returns:
            The status that it is answered with.
        """
        answer = await receive_notification(self.hub, self.account.path_token, message)
        now = self.hub.clock()
        due = await self.hub.store.write(lambda tx: tx.messages.claim_due(now, now + timedelta(minutes=2), 100))
        for message_id in due:
            await read_message(self.hub, message_id)
        return answer.status


def _filled(way: Way, form: PaymentForm, given: Mapping[str, str]) -> dict[str, str]:
    """What the payer types, and the first of what may be chosen."""
    values: dict[str, str] = {}
    for field in way.payer_fields:
        offered = [item.value for item in choices_of(field, form) if goes_with(item.only_with, values)]
        made = (*offered, *filter(None, [field.example]), *texts_for(field.pattern, 1))
        values[field.name] = given.get(field.name) or next(iter(made), "")
    return values


@asynccontextmanager
async def open_trial(subject: Subject, data: Path | None = None) -> AsyncIterator[Trial]:
    """A trial of a plugin, for as long as it lasts.

    Args:
        data: A new folder, which stays; without it nothing does.

    Raises:
        NotConnected: Its account does not become active.
        SimulatorRaised: Its simulator fell over a request.
    """
    with tempfile.TemporaryDirectory(prefix="payment-hub-check-") as folder:
        settings = Settings(data=data or Path(folder), reconcile_daily=False)
        migrate_data(settings)
        simulated = Simulated.of(subject)
        opened = open_hub(settings, clock=simulated.clock, mailer=NoMailer())
        provider = _provider_of(subject)
        registry = Registry({provider.code: provider})
        grants = StoredGrants(opened.store, opened.hub.vault)
        exchanger = Exchanger(
            registry, grants=grants, limits=UNHURRIED, clock=simulated.clock, transport=simulated.carried
        )
        hub = attrs.evolve(opened.hub, registry=registry, exchanger=exchanger)
        watch_exchanges(hub, exchanger)
        try:
            await simulated.pass_time()
            merchant = await _found(hub, subject)
            account = await _connect(hub, merchant, subject)
            yield Trial(hub=hub, merchant=merchant, account=account, simulated=simulated)
        finally:
            await exchanger.close()
            await opened.close(grace=5)


def _provider_of(subject: Subject) -> Provider:
    return Provider(
        code=subject.info.code,
        info=subject.info,
        hooks=subject.hooks,
        module=subject.plugin,
        distribution=subject.package,
        version="",
        capabilities=subject.capabilities,
        overrides=dict(subject.simulator.endpoints(BASE)),
    )


def home_of(subject: Subject, countries: Mapping[str, Any]) -> str:
    """The first of the plugin's countries that is installed; empty where none is."""
    return next((code for code in subject.info.countries if code in countries), "")


async def _found(hub: Hub, subject: Subject) -> Merchant:
    country = hub.countries[home_of(subject, hub.countries)]
    merchant = Merchant(
        id=hub.fresh_id(),
        slug="ejemplo",
        company=attrs.evolve(subject.merchant(), country=country.code, zone=country.zone),
        locale=country.locale,
        mode=Mode.TEST,
        created_at=hub.clock(),
    )
    await hub.store.write(lambda tx: tx.merchants.add(merchant))
    await enable_provider(hub, country.code, subject.info.code, True)
    return merchant


async def _connect(hub: Hub, merchant: Merchant, subject: Subject) -> ProviderAccount:
    filled = subject.filled
    given = {**subject.simulator.settings(filled, filled["merchants"][0]["id"]), **subject.settings}
    return await connect_example(hub, merchant, subject.info, given, by=BY)
