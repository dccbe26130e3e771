"""Connects the sample companies to their simulated providers, as operator and merchants would."""

from __future__ import annotations

from hub.flows.accounts.connect_account import Connected, connect_account
from hub.flows.accounts.validate_account import confirm_account
from hub_hookspecs import EnteredBy

from .companies import OWNERS
from .town import Town


async def enable(town: Town, country: str, code: str) -> None:
    """The operator enables a provider in a country."""
    await town.opened.hub.store.write(lambda tx: tx.countries.set(country, code, True))


async def connect_greenpay(town: Town) -> Connected:
    """The merchant fills the form, presses Activar, and confirms its identity by hand."""
    return await _connect(town, "CR", "greenpay")


async def connect_onvo(town: Town) -> Connected:
    """The same beside it: with two providers the payer chooses."""
    return await _connect(town, "CR", "onvo")


async def request_nequi(town: Town) -> Connected:
    """The merchant presses Activar pagos en línea and Guardar: no form, so it is requested."""
    return await connect_account(town.opened.hub, town.companies["CO"].id, "nequi", {}, by=OWNERS["CO"])


async def provision_nequi(town: Town) -> Connected:
    """The operator puts the credentials in; the waiting request is validated at once."""
    return await _connect(town, "CO", "nequi", by="operator", entered_by=EnteredBy.OPERATOR)


async def _connect(
    town: Town, country: str, code: str, *, by: str = "", entered_by: EnteredBy = EnteredBy.MERCHANT
) -> Connected:
    """Credentials that the simulator knows, the owner's word for whose account it is, and the notification address."""
    hub, owner, config = town.opened.hub, OWNERS[country], town.configs[code]
    known = town.simulators[code].settings(config, config["merchants"][0]["id"])
    values = {item.name: known[item.name] for item in hub.providers[code].info.settings if item.name in known}
    connected = await connect_account(
        hub, town.companies[country].id, code, values, by=by or owner, entered_by=entered_by
    )
    account = connected.account
    if account.status == "needs_confirmation":
        account = await confirm_account(hub, account.id, by=owner)
    await town.send_notifications_to(account)
    return Connected(account=account)
