"""The page of providers says what plugins declare, and that they were proven only where the program wrote so."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import attrs
import pytest

from hub.providers.load import load_providers
from hub.proving.green import green_of, read_greens, record_green, sources_digest
from hub_hookspecs.testing import Finding, Proof, Result
from tests.cli.conftest import call
from tests.house.providers_page import CHECKED, PAGE, _proven, folders, page

REMEDY = (
    "for each plugin whose code changed: ./run payment-hub plugins check CODE --record docs/checked.json; "
    "then: ./run python tests/house/providers_page.py"
)


def test_the_page_is_as_its_program_writes_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), REMEDY


@pytest.mark.parametrize("code", sorted(folders()))
def test_each_plugin_was_proven_as_its_code_stands_now(code: str) -> None:
    provider, green = load_providers()[code], read_greens(CHECKED)[code]
    assert (green.distribution, green.version) == (provider.distribution, provider.version), REMEDY
    assert green.sources == sources_digest(provider.module), REMEDY
    assert green.proofs > green.excused > 0
    assert green.on <= datetime.now(UTC).date()


def test_a_plugin_whose_code_changed_since_is_not_called_proven() -> None:
    provider, green = load_providers()["nequi"], read_greens(CHECKED)["nequi"]
    assert "its code changed since" not in _proven(provider, green)
    assert _proven(provider, attrs.evolve(green, sources="0" * 64)).endswith("; its code changed since")
    assert _proven(provider, None) == "never"


def test_the_digest_is_of_code_and_catalogues_with_their_names(dummy_pe: Path, tmp_path: Path, monkeypatch) -> None:
    def digest() -> str:
        for name in [name for name in sys.modules if name.partition(".")[0] == "hub_dummy_pe"]:
            del sys.modules[name]
        importlib.invalidate_caches()
        return sources_digest(importlib.import_module("hub_dummy_pe"))

    package = Path(shutil.copytree(dummy_pe / "src", tmp_path / "copy")) / "hub_dummy_pe"
    monkeypatch.syspath_prepend(tmp_path / "copy")
    seen = [digest()]
    for change in (
        lambda: (package / "simulator.py").write_text("# nothing", encoding="utf-8"),
        lambda: (package / "locale" / "en.po").write_text('msgid "a"\nmsgstr "b"\n', encoding="utf-8"),
        lambda: (package / "simulator.py").rename(package / "other.py"),
    ):
        change()
        seen.append(digest())
    assert len(set(seen)) == 4
    (package / "notes.txt").write_text("nothing", encoding="utf-8")
    assert digest() == seen[-1]


def test_only_a_check_in_which_every_proof_holds_is_recorded(dummy_pe: Path, tmp_path: Path) -> None:
    provider, today = load_providers()["dummy-pe"], date(2026, 11, 30)
    proof = Proof("it is sound", lambda _bench: ())
    assert green_of(provider, (Result(proof, (Finding(proof.name, "it is not"),)),), today) is None
    assert green_of(provider, (), today) is None
    file = tmp_path / "checked.json"
    green = green_of(provider, (Result(proof, ()), Result(proof, (), excuse="no refund_payment")), today)
    assert green is not None
    record_green(file, "dummy-pe", green)
    record_green(file, "another", attrs.evolve(green, version="9"))
    assert read_greens(file) == {"another": attrs.evolve(green, version="9"), "dummy-pe": green}
    assert json.loads(file.read_text(encoding="utf-8"))["dummy-pe"]["on"] == "2026-11-30"


def test_a_part_of_the_proofs_or_an_option_is_not_recorded(tmp_path: Path) -> None:
    for words in (("-k", "own books"), ("--option", "strict_keys=true")):
        ended = call("plugins", "check", "nequi", *words, "--record", str(tmp_path / "checked.json"))
        assert (ended.code, "--record is of all proofs" in ended.err) == (2, True)
    assert not (tmp_path / "checked.json").exists()
