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
    merchant = town.companies["CR"]
    values = town.simulators["greenpay"].settings(
        town.configs["greenpay"], town.configs["greenpay"]["merchants"][0]["id"]
    )
    connected = await connect_account(town.opened.hub, merchant.id, "greenpay", values, by=OWNERS["CR"])
    account = connected.account
    if account.status == "needs_confirmation":
        account = await confirm_account(town.opened.hub, account.id, by=OWNERS["CR"])
    await town.send_notifications_to(account)
    return Connected(account=account)


async def request_nequi(town: Town) -> Connected:
    """The merchant presses Activar pagos en línea and Guardar: no form, so it is requested."""
    return await connect_account(town.opened.hub, town.companies["CO"].id, "nequi", {}, by=OWNERS["CO"])


async def provision_nequi(town: Town) -> Connected:
    """The operator puts the credentials in; the waiting request is validated at once."""
    config = town.configs["nequi"]
    values = town.simulators["nequi"].settings(config, config["merchants"][0]["id"])
    connected = await connect_account(
        town.opened.hub, town.companies["CO"].id, "nequi", values, by="operator", entered_by=EnteredBy.OPERATOR
    )
    account = connected.account
    if account.status == "needs_confirmation":
        account = await confirm_account(town.opened.hub, account.id, by=OWNERS["CO"])
    await town.send_notifications_to(account)
    return Connected(account=account)
