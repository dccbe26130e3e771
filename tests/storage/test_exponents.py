"""A currency in which something is stored keeps its decimals, or the database is not opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import attrs
import pytest

import hub.storage.exponents
from hub.storage import SqliteStore, UnusableDatabase, check, migrate, open_store
from hub.storage.migrations import OfAnotherVersion
from hub_hookspecs import EXPONENTS
from tests.storage.conftest import World


def recorded(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT currency, exponent FROM currency_exponent"))


def install(monkeypatch: pytest.MonkeyPatch, **exponents: int) -> Mapping[str, int]:
    """Another contract is installed."""
    table = {**EXPONENTS, **exponents}
    monkeypatch.setattr(hub.storage.exponents, "EXPONENTS", table)
    return table


@pytest.fixture
def owing(furnished: SqliteStore) -> Path:
    """A database in which somebody owes colones, closed again."""
    path = furnished.path
    furnished.close_now()
    return path


def test_a_new_database_knows_the_decimals_of_every_currency_before_anything_is_stored(tmp_path: Path) -> None:
    migrate(tmp_path / "hub.db")

    assert recorded(tmp_path / "hub.db") == EXPONENTS


def test_a_database_that_recorded_none_records_them_when_it_is_opened_and_then_writes_nothing_more(
    owing: Path,
) -> None:
    with closing(sqlite3.connect(owing)) as connection:
        connection.execute("DELETE FROM currency_exponent")
        connection.commit()
    open_store(owing).close_now()
    first = owing.read_bytes()
    open_store(owing).close_now()

    assert recorded(owing) == EXPONENTS
    assert owing.read_bytes() == first


def test_other_decimals_of_a_currency_with_stored_amounts_keep_the_database_closed(
    owing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = recorded(owing)
    install(monkeypatch, CRC=0)
    said = "amounts in CRC are stored with 2 decimals, and the payment-hub-hookspecs here has 0"

    with pytest.raises(UnusableDatabase, match=said):
        open_store(owing)
    with pytest.raises(OfAnotherVersion, match=said):
        migrate(owing)
    assert check(owing) == [said]
    assert recorded(owing) == before


def test_a_currency_with_stored_amounts_that_is_not_known_any_more_keeps_it_closed(
    owing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {currency: exponent for currency, exponent in EXPONENTS.items() if currency != "CRC"}
    monkeypatch.setattr(hub.storage.exponents, "EXPONENTS", known)

    assert check(owing) == [
        "amounts in CRC are stored with 2 decimals, and the payment-hub-hookspecs here does not know it"
    ]


def test_a_currency_without_stored_amounts_may_change_and_a_new_one_may_come(
    owing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = install(monkeypatch, ISK=2, XXQ=5)
    open_store(owing).close_now()

    assert recorded(owing) == table


def test_the_first_row_of_any_table_holds_its_currency(
    furnished: SqliteStore, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order that nobody paid is in no books, and its amount is stored all the same."""
    furnished.write_now(lambda tx: tx.payables.add(attrs.evolve(world.payable("o9"), currency="CLP")))
    furnished.close_now()
    install(monkeypatch, CLP=2)

    with pytest.raises(UnusableDatabase, match="amounts in CLP are stored with 0 decimals"):
        open_store(furnished.path)


def test_control_a_start_that_trusts_the_installed_table_opens_a_hundredfold_debt(
    owing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, CRC=0)
    monkeypatch.setattr(hub.storage.exponents, "_is_stored", lambda *_given: False)
    open_store(owing).close_now()

    assert recorded(owing)["CRC"] == 0
