"""Beancount, which shares nothing with our code but the file."""

from __future__ import annotations

from beancount import loader
from beancount.core import data

from hub.domain.beancount import PLACES
from hub_hookspecs import Money

KINDS = {place: kind.value for kind, place in PLACES.items()}


def complaints(text: str) -> list[str]:
    """What Beancount finds wrong with the books."""
    _entries, errors, _options = loader.load_string(text)
    return [str(error.message) for error in errors]


def agreed(text: str) -> dict[tuple[str, str], int]:
    """What Beancount's own sums come to, as ``Desk.balances`` has ours; it must find nothing wrong."""
    entries, errors, _options = loader.load_string(text)
    assert not errors, [error.message for error in errors]
    found: dict[tuple[str, str], int] = {}
    for entry in entries:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                parts = posting.account.split(":")
                kind, currency = KINDS[":".join(parts[:2])], posting.units.currency
                owner = parts[3].removeprefix("T-").replace("-5f-", "_") if parts[3].startswith("T-") else ""
                name = f"{kind} {owner}".strip()
                minor = Money.parse(str(posting.units.number), currency).minor
                found[name, currency] = found.get((name, currency), 0) + minor
    return {name: amount for name, amount in found.items() if amount}
