"""Secrets at rest open in their own place only; tokens are computed and compared, never stored."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from hub.domain.merchant import Link, LinkKind
from hub.vault import (
    KeyFileExists,
    KeyFileMissing,
    KeyFileUnusable,
    NotOpened,
    UnknownKey,
    Vault,
    VaultError,
    create_keys,
    drop_key,
    hash_token,
    link_id_of,
    open_vault,
    rotate_keys,
)
from hub_hookspecs import Mode

PLACE = {"table": "account_secret", "column": "sealed", "row": "a1:api_key", "merchant": "m1"}
LINK = Link(
    id="01HZX3",
    merchant_id="m1",
    mode=Mode.LIVE,
    kind=LinkKind.STATEMENT,
    target="c1",
    version=1,
    expires_at=datetime.now(UTC) + timedelta(days=30),
)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keys.json"


@pytest.fixture
def vault(key_file: Path) -> Vault:
    return create_keys(key_file)


def test_what_was_sealed_opens_in_its_place(vault: Vault) -> None:
    for plain in (b"", b"secret", os.urandom(100_000)):
        sealed, key_id = vault.seal(plain, **PLACE)
        assert key_id == vault.current
        assert vault.open(sealed, **PLACE) == plain


def test_two_seals_of_one_secret_differ(vault: Vault) -> None:
    assert vault.seal(b"secret", **PLACE)[0] != vault.seal(b"secret", **PLACE)[0]


@pytest.mark.parametrize("part", list(PLACE))
def test_a_ciphertext_moved_elsewhere_does_not_open(vault: Vault, part: str) -> None:
    sealed, _ = vault.seal(b"secret", **PLACE)
    with pytest.raises(NotOpened):
        vault.open(sealed, **{**PLACE, part: "other"})


def test_parts_of_the_place_do_not_run_into_one_another(vault: Vault) -> None:
    sealed, _ = vault.seal(b"secret", table="ab", column="c", row="d", merchant="e")
    with pytest.raises(NotOpened):
        vault.open(sealed, table="a", column="bc", row="d", merchant="e")


def test_every_changed_byte_is_noticed(vault: Vault) -> None:
    sealed, _ = vault.seal(b"secret", **PLACE)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises((NotOpened, UnknownKey)):
            vault.open(bytes(changed), **PLACE)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01\xff", b"\x02" + bytes(60), bytes(60), b"\x01\x00" + bytes(12)])
def test_what_is_no_ciphertext_is_refused(vault: Vault, sealed: bytes) -> None:
    with pytest.raises(NotOpened):
        vault.open(sealed, **PLACE)


def test_another_data_folders_keys_open_nothing(vault: Vault, tmp_path: Path) -> None:
    sealed, _ = vault.seal(b"secret", **PLACE)
    with pytest.raises(UnknownKey, match=r"keys\.json"):
        create_keys(tmp_path / "other.json").open(sealed, **PLACE)


def test_after_a_rotation_the_old_opens_and_the_new_seals(vault: Vault, key_file: Path) -> None:
    sealed, old = vault.seal(b"secret", **PLACE)
    token = vault.link_token(LINK)
    rotated = rotate_keys(key_file)
    assert open_vault(key_file) == rotated
    assert rotated.open(sealed, **PLACE) == b"secret"
    assert rotated.needs_resealing(old)
    assert not rotated.needs_resealing(rotated.seal(b"secret", **PLACE)[1])
    assert rotated.is_token_of(LINK, token), "mailed links outlive a rotation"


def test_a_dropped_key_opens_nothing_more_and_the_current_one_stays(vault: Vault, key_file: Path) -> None:
    sealed, old = vault.seal(b"secret", **PLACE)
    rotated = rotate_keys(key_file)
    with pytest.raises(UnknownKey):
        drop_key(key_file, old).open(sealed, **PLACE)
    with pytest.raises(VaultError, match="current key"):
        drop_key(key_file, rotated.current)
    with pytest.raises(UnknownKey, match="holds no key 'gone'; it has"):
        drop_key(key_file, "gone")


def test_a_new_key_never_takes_the_name_of_one_that_is_there(
    vault: Vault, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = itertools.chain([vault.current[1:], vault.current[1:]], itertools.repeat("0badcafe"))
    monkeypatch.setattr(secrets, "token_hex", lambda _bytes: next(names))
    assert rotate_keys(key_file).current == "k0badcafe"


def test_the_key_file_belongs_to_its_owner_and_is_never_replaced(vault: Vault, key_file: Path) -> None:
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    rotate_keys(key_file)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    before = key_file.read_bytes()
    with pytest.raises(KeyFileExists):
        create_keys(key_file)
    assert key_file.read_bytes() == before
    assert [file.name for file in key_file.parent.iterdir()] == ["keys.json"]


def test_a_key_file_that_others_can_read_is_refused_with_the_remedy(vault: Vault, key_file: Path) -> None:
    key_file.chmod(0o640)
    with pytest.raises(KeyFileUnusable, match="chmod 600"):
        open_vault(key_file)


def test_a_missing_key_file_is_not_silently_made_anew(tmp_path: Path) -> None:
    with pytest.raises(KeyFileMissing, match="restore it"):
        open_vault(tmp_path / "keys.json")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "change",
    [
        lambda ring: ring | {"current": "gone"},
        lambda ring: ring | {"keys": {ring["current"]: "c2hvcnQ="}},
        lambda ring: ring | {"link": "!!!"},
        lambda ring: ring | {"keys": ["a"]},
        lambda ring: [ring],
        lambda ring: {},
    ],
)
def test_a_damaged_key_file_is_refused_without_telling_its_keys(vault: Vault, key_file: Path, change) -> None:  # type: ignore[no-untyped-def]
    ring = json.loads(key_file.read_text())
    key_file.write_text(json.dumps(change(ring)))
    with pytest.raises(KeyFileUnusable) as refusal:
        open_vault(key_file)
    told = f"{refusal.value!r} {refusal.value.__cause__!r}"
    assert ring["link"] not in told
    assert all(key not in told for key in ring["keys"].values())


def test_a_key_file_that_is_no_text_is_refused(vault: Vault, key_file: Path) -> None:
    key_file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KeyFileUnusable, match="restore it from the backup"):
        open_vault(key_file)


def test_no_key_shows_when_the_vault_is_printed(vault: Vault) -> None:
    assert repr(vault.link) not in repr(vault)
    assert all(repr(key) not in repr(vault) for key in vault.keys.values())


def test_a_link_token_is_the_same_each_time_and_names_its_link(vault: Vault, key_file: Path) -> None:
    token = vault.link_token(LINK)
    assert token == open_vault(key_file).link_token(LINK)
    assert link_id_of(token) == LINK.id
    assert len(token.partition(".")[2]) == 43, "256 bits in base64url"
    assert vault.is_token_of(LINK, token)


@pytest.mark.parametrize("token", ["", "01HZX3", "01HZX3.", ".", "01HZX3.AAAA", "ñ.\udcff", "01HZX3." + "A" * 10_000])
def test_a_guessed_token_is_none(vault: Vault, token: str) -> None:
    assert not vault.is_token_of(LINK, token)


def test_revoking_another_link_and_another_key_make_another_token(vault: Vault, tmp_path: Path) -> None:
    token = vault.link_token(LINK)
    assert not vault.is_token_of(attrs.evolve(LINK, version=2), token)
    assert not vault.is_token_of(attrs.evolve(LINK, id="01HZX4"), token)
    assert not create_keys(tmp_path / "other.json").is_token_of(LINK, token)


def test_a_form_token_holds_for_one_purpose_and_subject(vault: Vault) -> None:
    token = vault.form_token("record", "p1")
    assert vault.is_form_token("record", "p1", token)
    assert not vault.is_form_token("record", "p2", token)
    assert not vault.is_form_token("void", "p1", token)
    assert not vault.is_form_token("recordp", "1", token)
    assert token != vault.link_token(attrs.evolve(LINK, id="record", version=1)).partition(".")[2]


def test_only_the_hash_of_a_random_token_is_stored() -> None:
    assert hash_token("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
