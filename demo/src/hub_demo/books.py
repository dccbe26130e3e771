"""Compares the ledger with the providers' own books."""

from __future__ import annotations

from .town import Town


async def book_differences(town: Town) -> list[str]:
    """Where a provider's book and the ledger's clearing account of a merchant differ."""
    differences = []
    for country, code in (("CR", "greenpay"), ("CO", "nequi")):
        merchant = town.companies[country]
        book: dict[str, int] = {}
        for row in await town.book(code):
            held = row["minor"] * row["captures"] - row["returned"]
            book[row["currency"]] = book.get(row["currency"], 0) + held
        ledger: dict[str, int] = {}
        rows = await town.opened.hub.store.read(
            lambda tx, m=merchant: tx.ledger.balances(m.id, m.mode)  # type: ignore[misc]
        )
        for kind, _owner, currency, amount in rows:
            if kind == "provider_clearing":
                ledger[currency] = ledger.get(currency, 0) + amount
        for currency in sorted({*book, *ledger}):
            if book.get(currency, 0) != ledger.get(currency, 0):
                differences.append(
                    f"{code} holds {book.get(currency, 0)} {currency}, the ledger says {ledger.get(currency, 0)}"
                )
    return differences
