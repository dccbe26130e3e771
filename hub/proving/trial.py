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
from hub.domain import billing
from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.identity import Invalid
from hub.domain.intake import Share
from hub.domain.merchant import Customer, Merchant
from hub.domain.offer import currencies_of
from hub.domain.payable import Payable, PayableKind
from hub.domain.payer_form import NO_FORM, choices_of, goes_with
from hub.domain.payment import Payment
from hub.flows.accounts.connect_account import connect_account
from hub.flows.accounts.enable_provider import enable_provider
from hub.flows.accounts.validate_account import confirm_account
from hub.flows.ground.ports import Hub, Tx
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
from hub_hookspecs import AcceptedTerms, Channel, Credentials, EnteredBy, Message, Mode, Money, PaymentForm, Way
from hub_hookspecs.patterns import texts_for
from hub_hookspecs.testing import Subject

from .simulated import BASE, Simulated

LOCALE: Final = "es"
BY: Final = "payment-hub plugins check"
UNHURRIED: Final = Limits(rate=10_000, burst=10_000, pauses=(0.01, 0.01))
"""The hub's own limits, but nobody here has to be spared."""


class NotConnected(Exception):
    """The plugin's account does not work; the text says what became of it."""


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
        owed = await hub.store.write(lambda tx: self._bill(tx, hub.fresh_id(), amount))
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

    def _bill(self, tx: Tx, number: str, amount: Money) -> Payable:
        now, merchant = self.hub.clock(), self.merchant
        customer = Customer(id=number, merchant_id=merchant.id, name="Ana Prueba", email="ana@ejemplo.test")
        tx.customers.save(customer)
        payable = Payable(
            id=number,
            merchant_id=merchant.id,
            mode=merchant.mode,
            kind=PayableKind.INVOICE,
            number=number,
            customer_id=customer.id,
            currency=amount.currency,
            total=amount.minor,
            issued_on=now.date(),
            created_at=now,
        )
        tx.payables.add(payable)
        tx.ledger.write(billing.bill(payable, difference=payable.total, at=now))
        return payable

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
async def open_trial(subject: Subject) -> AsyncIterator[Trial]:
    """A trial of a plugin, for as long as it lasts.

    Raises:
        NotConnected: Its account does not become active.
        SimulatorRaised: Its simulator fell over a request.
    """
    with tempfile.TemporaryDirectory(prefix="payment-hub-check-") as folder:
        settings = Settings(data=Path(folder), reconcile_daily=False)
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
    """What the merchant enters, then what the operator does; a person confirms what the provider cannot tell."""
    simulator, filled, info = subject.simulator, subject.filled, subject.info
    given = {**simulator.settings(filled, filled["merchants"][0]["id"]), **subject.settings}
    account = None
    try:
        for hand in (EnteredBy.MERCHANT, EnteredBy.OPERATOR):
            names = {setting.name for setting in info.settings if setting.entered_by is hand}
            values = {name: value for name, value in given.items() if name in names}
            if values or hand is EnteredBy.MERCHANT:
                connected = await connect_account(hub, merchant.id, info.code, values, by=BY, entered_by=hand)
                account = connected.account
        assert account is not None
        if account.status is AccountStatus.NEEDS_CONFIRMATION:
            account = await confirm_account(hub, account.id, by=BY)
    except Invalid as invalid:
        raise NotConnected(f"the settings that its simulator gives are refused: {invalid}") from None
    return account if account.status is AccountStatus.ACTIVE else await _activate(hub, account)


async def _activate(hub: Hub, account: ProviderAccount) -> ProviderAccount:
    """Where its credentials work, the simulator's merchant may be another company than the one that is made up here."""
    said = account.report.credentials if account.report else "nothing"
    if said is not Credentials.ACCEPTED:
        raise NotConnected(f"its account is {account.status} after validate_identity said {said} of the credentials")
    now = hub.clock()
    await hub.store.write(lambda tx: tx.accounts.set_status(account.id, AccountStatus.ACTIVE, now))
    hub.cached.clear()
    return attrs.evolve(account, status=AccountStatus.ACTIVE)
