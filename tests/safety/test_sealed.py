"""Ciphertexts that were moved, cut or changed open nothing, and nothing is sent on their strength."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.bootstrap import DATABASE, KEYS, NotReady, open_hub
from hub.flows.accounts.open_account import Locked, opened_account
from hub.stored_grants import StoredGrants
from hub.vault import sealing
from hub.vault.errors import NotOpened, UnknownKey
from hub.vault.key_changes import create_keys
from hub_hookspecs import Grant
from tests.safety.people import People
from tests.web.conftest import House, forms_in

from .people import stranger


@pytest.fixture
def sealed(house: House) -> Any:
    """change(account, {name: bytes}): put other ciphertexts into an account's rows,
    until the test is over."""
    put_back: list[tuple[str, dict[str, bytes]]] = []

    def change(account_id: str, rows: dict[str, bytes]) -> None:
        before = dict(house.read(lambda tx: tx.accounts.secrets(account_id)))
        put_back.append((account_id, before))
        write(account_id, rows)

    def write(account_id: str, rows: dict[str, bytes]) -> None:
        key = house.hub.vault.current

        def save(tx: Any) -> None:
            for name, content in rows.items():
                tx.accounts.save_secret(account_id, name, content, key)

        house.write(save)
        house.hub.cached.clear()

    yield change
    for account_id, before in reversed(put_back):
        write(account_id, before)


def broken(house: House, country: str, how: str) -> dict[str, bytes]:
    """The account's secrets, spoilt in one way."""
    account = house.accounts[country]
    right = dict(house.read(lambda tx: tx.accounts.secrets(account.id)))
    names = sorted(right)
    one = names[0]
    place = {"table": "account_secret", "column": one, "row": account.id, "merchant": account.merchant_id}
    plain = house.hub.vault.open(right[one], **place)
    match how:
        case "another column":
            return {names[0]: right[names[1]], names[1]: right[names[0]]}
        case "another row":
            return {one: house.hub.vault.seal(plain, **{**place, "row": house.accounts["CO"].id})[0]}
        case "another merchant":
            return {one: house.hub.vault.seal(plain, **{**place, "merchant": house.merchants["CO"].id})[0]}
        case "another table":
            return {one: house.hub.vault.seal(plain, **{**place, "table": "raw_message"})[0]}
        case "truncated":
            return {one: right[one][:-1]}
        case "cut to its head":
            return {one: right[one][:20]}
        case "flipped":
            return {one: right[one][:-5] + bytes([right[one][-5] ^ 1]) + right[one][-4:]}
        case "another key's name":
            return {
                one: right[one].replace(house.hub.vault.current.encode(), b"k00000000"[: len(house.hub.vault.current)])
            }
        case "in the clear":
            return {one: plain}
    return {one: b""}


WAYS = (
    "another column",
    "another row",
    "another merchant",
    "another table",
    "truncated",
    "cut to its head",
    "flipped",
    "another key's name",
    "in the clear",
    "empty",
)


def asked(house: House) -> int:
    """How often the provider was asked for a session."""
    with house.browser() as browser:
        return len(browser.get("/sim/greenpay/_control/book").json())


@pytest.mark.parametrize("how", WAYS)
def test_a_secret_that_does_not_belong_here_does_not_open(house: House, sealed: Any, how: str) -> None:
    country = "CO" if how == "another column" else "CR"
    account = house.accounts[country]
    sealed(account.id, broken(house, country, how))

    with pytest.raises(Locked) as refused:
        house.run(opened_account(house.hub, account.id))
    assert isinstance(refused.value.__cause__, NotOpened | UnknownKey)
    assert "account_secret" in str(refused.value)


def test_control_without_associated_data_it_opens(house: House, plant: Callable[..., None]) -> None:
    plant(sealing, "_joined", lambda *_parts: b"")
    plain = house.hub.vault.seal(b"secret", table="a", column="b", row="c", merchant="d")[0]

    assert house.hub.vault.open(plain, table="x", column="b", row="c", merchant="other") == b"secret"


def test_a_payment_is_not_sent_with_a_secret_that_does_not_open(house: House, people: People, sealed: Any) -> None:
    """Nothing leaves, no payment is made of it, and the payer may choose again at once."""
    debtor, account = house.debtor("CR", (1500000, -30)), house.accounts["CR"]
    before = asked(house)
    browser = people.browser()
    page = browser.get(f"{debtor.path}/pay?provider=greenpay", headers=stranger()).text
    form = next(item for item in forms_in(page) if "total" in item["fields"])
    sealed(account.id, broken(house, "CR", "flipped"))
    started = browser.post(form["action"], data=form["fields"], headers=stranger())

    assert (started.status_code, asked(house)) == (422, before)
    assert house.read(lambda tx: tx.payments.with_payables([debtor.invoices[0].id])) == ()


def test_a_message_of_another_account_does_not_open(house: House) -> None:
    account = house.accounts["CR"]
    place = {"table": "raw_message", "column": "raw", "row": "m1", "merchant": account.merchant_id}
    sealed_message, _key = house.hub.vault.seal(b"body", **place)

    assert house.hub.vault.open(sealed_message, **place) == b"body"
    for part in place:
        with pytest.raises(NotOpened):
            house.hub.vault.open(sealed_message, **{**place, part: "other"})


def test_a_grant_of_another_account_is_not_used(house: House) -> None:
    hub, grants = house.hub, StoredGrants(house.opened.store, house.hub.vault)
    mine, theirs = house.accounts["CR"], house.accounts["CO"]
    version = house.read(lambda tx: tx.accounts.get(mine.id).credentials)
    grant = Grant(headers={"authorization": "Bearer x"}, expires_at=house.time())
    house.run(grants.save(mine.id, version, grant))
    row = house.read(lambda tx: tx.accounts.grant(mine.id))
    kept = house.read(lambda tx: tx.accounts.grant(theirs.id))
    house.write(lambda tx: tx.accounts.save_grant(theirs.id, row))
    fresh = StoredGrants(house.opened.store, hub.vault)
    try:
        assert house.run(fresh.load(mine.id, version)) == grant
        assert house.run(fresh.load(theirs.id, theirs.credentials)) is None
    finally:
        house.write(lambda tx: tx.accounts.save_grant(theirs.id, kept))
        house.write(lambda tx: tx.accounts.save_grant(mine.id, None))


def test_a_data_folder_without_its_keys_is_not_served(house: House, tmp_path: Path) -> None:
    """Keys that were lost, or belong to another folder, are told by name;
    they are never silently made anew."""
    settings = attrs.evolve(house.opened.settings, data=tmp_path)
    source = sqlite3.connect(house.opened.settings.data / DATABASE)
    copy = sqlite3.connect(tmp_path / DATABASE)
    source.backup(copy)
    source.close()
    copy.close()
    with pytest.raises(NotReady, match="restore"):
        open_hub(settings)
    assert not (tmp_path / KEYS).exists()

    create_keys(tmp_path / KEYS)
    opened = open_hub(settings)

    async def read() -> Any:
        try:
            return await opened_account(opened.hub, house.accounts["CR"].id)
        finally:
            await opened.close(1)

    with pytest.raises(Locked, match=r"keys\.json"):
        asyncio.run(read())
