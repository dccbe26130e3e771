"""The store is what the flows ask for, method by method; of a transaction they use the storage's own type."""

import inspect
import subprocess
import sys
from typing import Any

from hub.flows.ground import ports
from hub.storage import SqliteStore, Tx
from hub.storage.transaction import NOUNS


def parameters_of(function: Any) -> list[tuple[str, Any, Any]]:
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


def test_the_store_has_the_methods_of_its_protocol() -> None:
    for name, asked in vars(ports.Store).items():
        if inspect.isfunction(asked) and not name.startswith("_"):
            assert parameters_of(getattr(SqliteStore, name)) == parameters_of(asked), name


def test_the_nouns_that_a_type_checker_sees_are_those_that_are_made(store: SqliteStore) -> None:
    assert inspect.get_annotations(Tx) == {name: noun.__name__ for name, noun in NOUNS.items()}
    for name, noun in NOUNS.items():
        assert type(store.read_now(lambda tx, name=name: getattr(tx, name))) is noun


FLOWS_ALONE = """
import pkgutil, sys
import hub.flows
for module in pkgutil.walk_packages(hub.flows.__path__, "hub.flows."):
    __import__(module.name)
print(len([name for name in sys.modules if name.startswith("hub.flows.")]))
OUTSIDE = "hub.storage", "hub.vault", "hub.providers", "hub.documents", "sqlalchemy", "sqlite3"
print(*sorted(name for name in sys.modules if name.startswith(OUTSIDE)))
"""


def test_flows_know_nothing_of_what_stands_beside_them_while_they_run() -> None:
    done = subprocess.run([sys.executable, "-c", FLOWS_ALONE], capture_output=True, text=True, check=True)
    count, others = done.stdout.splitlines()

    assert int(count) > 70
    assert others == ""
