"""The store is what the flows ask for, method by method."""

import inspect
from typing import Any, get_type_hints

import pytest

from hub.flows.ground import ports
from hub.storage import SqliteStore, SqliteTx

NOUNS = {
    name: get_type_hints(member.fget)["return"]
    for name, member in vars(ports.Tx).items()
    if isinstance(member, property)
}


def parameters_of(function: Any) -> list[tuple[str, Any, Any]]:
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_has_the_methods_of_its_protocol(noun: str, store: SqliteStore) -> None:
    adapter = store.read_now(lambda tx: getattr(tx, noun))
    for name, asked in vars(NOUNS[noun]).items():
        if not name.startswith("_"):
            found = getattr(type(adapter), name)
            assert parameters_of(found) == parameters_of(asked), name
            assert inspect.signature(found).return_annotation == inspect.signature(asked).return_annotation, name


def test_store_and_transaction_have_the_methods_of_theirs() -> None:
    assert NOUNS.keys() >= {"payments", "ledger", "payables"}
    for protocol, adapter in ((ports.Store, SqliteStore), (ports.Tx, SqliteTx)):
        for name, asked in vars(protocol).items():
            if inspect.isfunction(asked) and not name.startswith("_"):
                assert parameters_of(getattr(adapter, name)) == parameters_of(asked), name
