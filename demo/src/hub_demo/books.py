"""Compares the ledger with the providers' own books."""

from __future__ import annotations

from collections.abc import Mapping

from hub.flows.ground.ports import Tx

from .town import SIMULATED, Town


async def book_differences(town: Town) -> list[str]:
    """Where a provider's book and the ledger's clearing accounts of a merchant with it differ."""
    differences = []
    for code, country in SIMULATED.items():
        held, booked = await _held(town, code), await _booked(town, code, country)
        differences += [
            f"{code} holds {held.get(currency, 0)} {currency}, the ledger says {booked.get(currency, 0)}"
            for currency in sorted({*held, *booked})
            if held.get(currency, 0) != booked.get(currency, 0)
        ]
    return differences


async def _held(town: Town, code: str) -> Mapping[str, int]:
    """What a provider's book says that it holds, by currency."""
    held: dict[str, int] = {}
    for row in await town.book(code):
        held[row["currency"]] = held.get(row["currency"], 0) + row["minor"] * row["captures"] - row["returned"]
    return held


async def _booked(town: Town, code: str, country: str) -> Mapping[str, int]:
    """What the ledger says that it holds, by currency."""
    merchant = town.companies[country]

    def read(tx: Tx) -> dict[str, int]:
        accounts = {account.id for account in tx.accounts.all() if account.provider == code}
        booked: dict[str, int] = {}
        for kind, owner, currency, amount in tx.ledger.balances(merchant.id, merchant.mode):
            if kind == "provider_clearing" and owner in accounts:
                booked[currency] = booked.get(currency, 0) + amount
        return booked

    return await town.opened.hub.store.read(read)
