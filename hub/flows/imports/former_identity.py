"""An identity that a person corrected: what files that still have the old one may mean by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hub.domain.customer_edit import CustomerField
from hub.domain.files.columns import reduced
from hub.domain.files.sheet import RowError
from hub.domain.merchant import Customer, Merchant
from hub.domain.text import Text
from hub.flows.ground.ports import Tx
from hub_hookspecs import Country


def is_named(customer: Customer, name: str) -> bool:
    """Whether a row means this customer by his name as well."""
    return bool(name) and reduced(name) == reduced(customer.name)


def was_corrected(line: int, number: str) -> RowError:
    """Why a row is nobody's: its number was somebody's until a person corrected it, and its name is another."""
    return RowError(line, "identity_number", number, Text("import.number_corrected"))


def formerly_had(tx: Tx, merchant: Merchant, country: Country, numbers: Collection[str]) -> Mapping[str, Customer]:
    """Which customer had one of these numbers, of whatever type, until a person corrected it; nobody where several."""
    texts = {f"{kind.code} {number}": number for kind in country.identity_types for number in numbers}
    ids: dict[str, set[str]] = {}
    for text, customers in tx.customer_edits.formerly(merchant.id, CustomerField.DOCUMENT, texts).items():
        ids.setdefault(texts[text], set()).update(customers)
    who = {number: tx.customers.get(next(iter(found))) for number, found in ids.items() if len(found) == 1}
    return {number: customer for number, customer in who.items() if customer}
