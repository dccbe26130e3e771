"""Secrets at rest open in their own place only; tokens are computed and compared, never stored."""

from __future__ import annotations

import base64
import itertools
import json
import os
import secrets
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

import hub.vault.key_file
from hub.domain.merchant import Link, LinkKind
from hub.vault.errors import KeyFileExists, KeyFileMissing, KeyFileUnusable, NotOpened, UnknownKey, VaultError
from hub.vault.key_changes import add_keys, create_keys, drop_key, rotate_keys
from hub.vault.sealing import Vault, open_vault
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
    assert (open_vault(key_file).current, open_vault(key_file).key_ids) == (rotated.current, rotated.key_ids)
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
        lambda ring: ring | {"current": "ñ", "keys": {"ñ": ring["link"]}},
        lambda ring: ring | {"current": "a" * 256, "keys": {"a" * 256: ring["link"]}},
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


def test_a_key_file_that_nests_without_an_end_is_refused(vault: Vault, key_file: Path) -> None:
    key_file.write_text("[" * 100_000)
    with pytest.raises(KeyFileUnusable, match="restore it from the backup"):
        open_vault(key_file)


def test_no_key_shows_when_the_vault_is_printed(vault: Vault, key_file: Path) -> None:
    ring = json.loads(key_file.read_text())
    secrets_of = [base64.b64decode(text) for text in (ring["link"], *ring["keys"].values())]
    assert not [key for key in secrets_of if repr(key) in repr(vault)]


def test_a_link_token_is_the_same_each_time_and_names_its_link(vault: Vault, key_file: Path) -> None:
    token = vault.link_token(LINK)
    assert token == open_vault(key_file).link_token(LINK)
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


@attrs.define
class Ticks:
    """Seconds that a test lets pass."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    made = Ticks()
    monkeypatch.setattr("hub.vault.sealing.time.monotonic", made)
    return made


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every time that a key file is read."""
    real, seen = hub.vault.key_file._read_private, []

    def read(path: Path) -> object:
        seen.append(path)
        return real(path)

    monkeypatch.setattr(hub.vault.key_file, "_read_private", read)
    return seen


def test_a_vault_opens_what_was_sealed_under_a_key_that_came_after_it(vault: Vault, key_file: Path) -> None:
    sealed, fresh = rotate_keys(key_file).seal(b"secret", **PLACE)
    assert not vault.knows(fresh)
    assert vault.open(sealed, **PLACE) == b"secret"
    assert (vault.knows(fresh), vault.changes) == (True, 1)


def test_a_vault_seals_under_the_key_that_is_current_at_that_moment(vault: Vault, key_file: Path) -> None:
    old = vault.current
    fresh = rotate_keys(key_file).current
    assert vault.needs_resealing(old)
    assert vault.seal(b"secret", **PLACE)[1] == fresh
    drop_key(key_file, old)
    sealed, _ = vault.seal(b"secret", **PLACE)
    assert open_vault(key_file).open(sealed, **PLACE) == b"secret"
    assert vault.key_ids == (fresh,)


def test_what_a_process_sealed_itself_still_opens_in_it_after_its_key_was_dropped(vault: Vault, key_file: Path) -> None:
    sealed, old = vault.seal(b"secret", **PLACE)
    rotate_keys(key_file)
    drop_key(key_file, old)
    vault.follow()
    assert vault.open(sealed, **PLACE) == b"secret"
    assert vault.seal(b"secret", **PLACE)[1] != old


def test_a_flood_of_unknown_keys_does_not_read_the_file_each_time(
    vault: Vault, tmp_path: Path, reads: list[Path]
) -> None:
    strange, _ = create_keys(tmp_path / "other.json").seal(b"secret", **PLACE)
    reads.clear()
    for _ in range(100):
        with pytest.raises(UnknownKey):
            vault.open(strange, **PLACE)
    assert len(reads) <= 1


def test_a_lost_file_changes_nothing_in_a_process_that_holds_its_keys(vault: Vault, key_file: Path) -> None:
    sealed, key_id = vault.seal(b"secret", **PLACE)
    text = key_file.read_bytes()
    key_file.unlink()
    assert vault.open(sealed, **PLACE) == b"secret"
    assert vault.seal(b"secret", **PLACE)[1] == key_id
    assert "is missing: restore it" in vault.trouble
    key_file.write_bytes(text)
    key_file.chmod(0o600)
    vault.follow()
    assert vault.trouble == ""


def test_a_file_that_cannot_be_read_is_tried_again_once_a_second(
    key_file: Path, ticks: Ticks, reads: list[Path]
) -> None:
    vault = create_keys(key_file)
    key_file.unlink()
    key_file.mkdir()  # nobody can read that, not even root
    reads.clear()
    for _ in range(100):
        vault.follow()
    assert len(reads) == 1
    assert "cannot be read (Is a directory): move it aside, and restore the file" in vault.trouble
    ticks.now += 1.0
    vault.follow()
    assert len(reads) == 2
    with pytest.raises(KeyFileUnusable, match="cannot be read"):
        open_vault(key_file)


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="needs unix: open files are counted")
def test_a_folder_in_the_files_place_leaves_nothing_open(key_file: Path, ticks: Ticks) -> None:
    vault = create_keys(key_file)
    key_file.unlink()
    key_file.mkdir()
    before = len(os.listdir("/dev/fd"))
    for _ in range(100):
        ticks.now += 1.0
        vault.follow()
    assert len(os.listdir("/dev/fd")) == before


def test_a_link_to_the_key_file_stays_one_when_keys_are_rotated(key_file: Path, tmp_path: Path) -> None:
    vault = create_keys(key_file)
    kept = tmp_path / "elsewhere" / "kept.json"
    kept.parent.mkdir()
    key_file.replace(kept)
    key_file.symlink_to(kept)
    fresh = rotate_keys(key_file).current
    assert (key_file.is_symlink(), open_vault(kept).current) == (True, fresh)
    assert vault.seal(b"secret", **PLACE)[1] == fresh


def test_another_hubs_file_is_not_followed(vault: Vault, key_file: Path, tmp_path: Path, reads: list[Path]) -> None:
    token, own = vault.link_token(LINK), vault.current
    sealed, _ = vault.seal(b"secret", **PLACE)
    create_keys(tmp_path / "other.json")
    (tmp_path / "other.json").replace(key_file)
    reads.clear()
    for _ in range(10):
        assert vault.seal(b"secret", **PLACE)[1] == own
    assert "belongs to another hub" in vault.trouble
    assert vault.is_token_of(LINK, token)
    assert vault.open(sealed, **PLACE) == b"secret"
    assert len(reads) == 1


def test_the_right_file_is_taken_up_by_a_process_that_began_with_another_hubs(key_file: Path, tmp_path: Path) -> None:
    right = create_keys(tmp_path / "right.json")
    sealed, _ = right.seal(b"secret", **PLACE)
    token = right.link_token(LINK)
    vault = create_keys(key_file)
    meanwhile, _ = vault.seal(b"what came meanwhile", **PLACE)
    (tmp_path / "right.json").replace(key_file)

    assert vault.open(sealed, **PLACE) == b"secret"
    assert (vault.current, vault.trouble) == (right.current, "")
    assert vault.is_token_of(LINK, token)
    assert vault.open(meanwhile, **PLACE) == b"what came meanwhile"


def test_another_hubs_key_that_opens_nothing_proves_nothing(vault: Vault, key_file: Path, tmp_path: Path) -> None:
    other = create_keys(tmp_path / "other.json")
    strange, _ = other.seal(b"secret", **{**PLACE, "row": "elsewhere"})
    (tmp_path / "other.json").replace(key_file)
    with pytest.raises(NotOpened):
        vault.open(strange, **PLACE)
    assert vault.current != other.current


def test_keys_of_another_file_are_taken_over_and_the_current_one_stays(
    vault: Vault, key_file: Path, tmp_path: Path
) -> None:
    other = create_keys(tmp_path / "other.json")
    sealed, key_id = other.seal(b"what came meanwhile", **PLACE)
    token = vault.link_token(LINK)
    assert add_keys(key_file, tmp_path / "other.json") == (key_id,)
    assert vault.open(sealed, **PLACE) == b"what came meanwhile"
    assert open_vault(key_file).current == vault.current
    assert open_vault(key_file).is_token_of(LINK, token)
    assert add_keys(key_file, tmp_path / "other.json") == ()


def test_threads_that_seal_and_open_while_keys_are_rotated_lose_nothing(vault: Vault, key_file: Path) -> None:
    done = threading.Event()
    sealed: list[bytes] = []
    faults: list[Exception] = []

    def work() -> None:
        try:
            while not done.is_set():
                sealed.append(vault.seal(b"secret", **PLACE)[0])
                assert vault.open(sealed[-1], **PLACE) == b"secret"
        except Exception as error:  # noqa: BLE001 - the test tells it
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        rotate_keys(key_file)
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []
    whole = open_vault(key_file)
    assert len(whole.key_ids) == 21
    assert {whole.open(item, **PLACE) for item in sealed} == {b"secret"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root: gives a file away")
def test_a_rotated_file_keeps_its_owner(vault: Vault, key_file: Path) -> None:
    os.chown(key_file, 12345, 12346)
    rotate_keys(key_file)
    found = key_file.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (12345, 12346, 0o600)
