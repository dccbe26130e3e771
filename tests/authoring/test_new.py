"""``payment-hub plugins new``: what it writes, what it refuses and why."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.authoring.country_facts import facts_of
from hub.cli.plugins import command

ASKED = ("--country", "CL", "--starts", "redirect", "--news", "notification,query")


def plugins(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def test_a_whole_distribution_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "payment-hub-llave"
    done = plugins("new", "llave", *ASKED, "--refunds", "partial", "--cancel", "--into", str(folder), "--json")
    assert done.exit_code == 0, done.output
    files = json.loads(done.stdout)["files"]
    assert set(files) == {
        ".copier-answers.yml", ".github/workflows/check.yml", ".gitignore", "CHANGELOG.md", "README.md",
        "pyproject.toml", "src/hub_llave/__init__.py", "src/hub_llave/country.py", "src/hub_llave/info.py",
        "src/hub_llave/locale/en.po", "src/hub_llave/proof.py", "src/hub_llave/py.typed",
        "src/hub_llave/simulator.py", "src/hub_llave/states.py", "src/hub_llave/wire.py", "tests/test_contract.py",
        "tests/test_plugin.py",
    }  # fmt: skip
    assert "## Never tried against the live service" in (folder / "README.md").read_text("utf-8")
    assert "LOOK UP" in (folder / "src/hub_llave/country.py").read_text("utf-8")


def test_its_name_is_made_of_its_code_and_its_folder_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = plugins("new", "el-condor", *ASKED)
    assert done.exit_code == 0, done.output
    assert "the hub does not know Chile yet" in done.stdout
    assert "El Condor (Chile, CLP)" in (tmp_path / "payment-hub-el-condor/README.md").read_text("utf-8")


def test_a_country_that_the_hub_knows_is_not_brought_again(tmp_path: Path) -> None:
    words = ("new", "llave", "--country", "co", "--starts", "qr", "--news", "query", "--into", str(tmp_path))
    assert plugins(*words).exit_code == 0
    assert not (tmp_path / "src/hub_llave/country.py").exists()
    assert "hub.countries" not in (tmp_path / "pyproject.toml").read_text("utf-8")


def test_a_country_that_nobody_knows_is_filled_in_from_the_worlds_tables() -> None:
    facts = facts_of("CL", None)
    assert (facts.name, facts.currency, facts.decimals, facts.locale) == ("Chile", "CLP", 0, "es_CL")
    assert (facts.zone, facts.phone_prefix, facts.decimal_sign) == ("America/Santiago", "+56", ",")
    assert facts_of("BR", None).locale == "pt_BR"


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    done = plugins("new", "llave", *ASKED, "--into", str(tmp_path))
    assert done.exit_code == 1
    assert "is not empty: name another folder with --into" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


REFUSED = [
    (("--news", "notification", "--proof", "none"), "nothing ever proves a payment"),
    (("--news", "query", "--proof", "rsa"), "a proof is a notification's, and none is sent"),
    (("--starts", "push", "--news", "notification"), "--starts push needs query in --news"),
    (("--starts", "redirct"), "'redirct' is none of redirect, form, push, qr, reference; did you mean redirect?"),
    (("--news", "notifications"), "did you mean notification?"),
    (("--proof", "hmac"), "did you mean hmac-sha256?"),
    (("--refunds", "parcial"), "did you mean partial?"),
    (("--refund", "full"), "--refunds"),
    (("--country", "Chile"), "did you mean CL?"),
    (("--country", "QQ"), "is no ISO 3166-1 code"),
    (("--name", 'Señor "X"'), "it stands on a button"),
]


@pytest.mark.parametrize(
    ("words", "told"), REFUSED, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_what_cannot_be_is_refused_with_its_reason(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = plugins("new", "llave", *ASKED, "--into", str(tmp_path), *words)
    assert done.exit_code == 2
    assert told in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "told"),
    [("nequi", "nequi is taken"), ("demo", "demo is taken"), ("Llave", "is no code"), ("llave-", "is no code")],
)
def test_a_code_that_cannot_be_served_is_refused(tmp_path: Path, code: str, told: str) -> None:
    done = plugins("new", code, *ASKED, "--into", str(tmp_path))
    assert done.exit_code == 2
    assert told in done.output


def test_without_its_library_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "copier", None)
    done = plugins("new", "llave", *ASKED, "--into", str(tmp_path))
    assert done.exit_code == 1
    assert "python -m pip install 'payment-hub[author]'" in done.output
