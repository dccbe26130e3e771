"""A plugin is tried by one command: paid in a browser against its simulator, and begun anew when its code is saved."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from hub.domain.identity import read_document
from hub.flows.merchants.save_company import read_company
from hub.providers.countries import load_countries
from hub.proving.example import example_company
from hub_demo.visitor import Visitor
from hub_hookspecs import Country, IdentityType, ReceiptRules
from tests.conftest import Site

LLAMA = Path(__file__).parents[1] / "plugins" / "llama-pe"
PERU = Country(
    code="PE", name="Perú", currencies=("PEN",), locale="es_PE", zone="America/Lima",
    identity_types=(
        IdentityType(code="DNI", label="DNI", pattern="[0-9]{8}"),
        IdentityType(code="RUC", label="RUC", pattern="(10|15|17|20)[0-9]{9}", legal_person=True),
    ),
    address_parts=(("district", "Distrito"),), mobile="9[0-9]{8}", phone_prefix="+51",
    receipts=ReceiptRules(major={"PEN": ("sol", "soles")}),
)  # fmt: skip
COUNTRY = """
from hub_hookspecs import Country, IdentityType, ReceiptRules
COUNTRY = Country(
    code="PE", name="Perú", currencies=("PEN",), locale="es_PE", zone="America/Lima",
    identity_types=(IdentityType(code="RUC", label="RUC", pattern="(10|15|17|20)[0-9]{9}", legal_person=True),),
    address_parts=(("district", "Distrito"),), mobile="9[0-9]{8}", phone_prefix="+51",
    receipts=ReceiptRules(major={"PEN": ("sol", "soles")}),
)
"""
Start = Callable[..., "subprocess.Popen[str]"]


def checked(number: str) -> str:
    """A check digit that most numbers do not end with."""
    return str(sum(map(int, number)) * 7 % 10)


@pytest.mark.parametrize("code", ["CR", "CO"])
def test_a_company_is_made_up_by_the_rules_of_each_country(code):
    country = load_countries()[code]
    company, warnings = read_company(country, example_company(country))
    assert (company.country, warnings) == (code, ())
    assert all(company.address[part] for part, _label in country.address_parts)


@pytest.mark.parametrize(
    "kind",
    [
        IdentityType(code="RUT", label="RUT", pattern="[1-9][0-9]{6,7}", check_digit=checked, legal_person=True),
        IdentityType(code="RFC", label="RFC", pattern="[A-Z]{3,4}[0-9]{6}", usual="[A-Z]{3}[0-9]{6}"),
    ],
)
def test_its_number_fits_the_pattern_and_the_check_digit(kind):
    country = Country(
        code="XX", name="Equis", identity_types=(kind,), currencies=("USD",), locale="es_XX", zone="UTC",
        address_parts=(), mobile="9[0-9]{8}", phone_prefix="+1", receipts=PERU.receipts,
    )  # fmt: skip
    form = example_company(country)
    reading = read_document(country, form.identity_type, form.identity_number, form.check_digit or None)
    assert (reading.errors, reading.warnings) == ((), ())
    assert re.fullmatch(kind.usual or kind.pattern, form.identity_number)
    assert bool(form.check_digit) == bool(kind.check_digit)


def test_a_country_that_accepts_nothing_says_so():
    kind = IdentityType(code="NO", label="No", pattern="(?!)", legal_person=True)
    country = Country(
        code="XX", name="Equis", identity_types=(kind,), currencies=("USD",), locale="es_XX", zone="UTC",
        address_parts=(), mobile="9[0-9]{8}", phone_prefix="+1", receipts=PERU.receipts,
    )  # fmt: skip
    with pytest.raises(LookupError, match="no identity number could be made that Equis's rules accept"):
        example_company(country)


@pytest.fixture
def llama(site: Site) -> Path:
    """Llama Pay and its country, as if they were installed; the file of the plugin."""
    entries = {
        "hub.providers": {"llama-pe": "llama_pe"},
        "hub.simulators": {"llama-pe": "llama_pe_simulator:SIMULATOR"},
        "hub.countries": {"PE": "llama_pe_country:COUNTRY"},
    }
    plugin, simulator = ((LLAMA / f"{name}.py").read_text(encoding="utf-8") for name in ("llama", "simulator"))
    site.install("llama-pe", entries, llama_pe=plugin, llama_pe_simulator=simulator, llama_pe_country=COUNTRY)
    return site.path / "llama_pe.py"


@pytest.fixture
def started(llama: Path) -> Iterator[Start]:
    """started(): the command in a process of its own, which does not outlive the test."""
    running: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        running.append(
            subprocess.Popen(
                [sys.executable, "-P", "-m", "hub", "plugins", "try", "llama-pe", "--port", "0", *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(llama.parent)},
            )
        )
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def line_of(process: subprocess.Popen[str], beginning: str) -> str:
    """The next line that begins so."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith(beginning):
            return line
    raise AssertionError("".join(said))


def links_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The links, which are told among the lines of the log."""
    links: dict[str, Any] = {}
    while "payer" not in links:
        links = json.loads(line_of(process, "{"))
    return links


def save(file: Path, *change: str) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace(*change), encoding="utf-8")


def is_served(address: str) -> bool:
    split = urlsplit(address)
    try:
        socket.create_connection((split.hostname or "", split.port or 0)).close()
    except OSError:
        return False
    return True


async def pay(links: dict[str, Any], button: str) -> str:
    """A payer presses the button, pays at the simulator, and reads the statement until nothing is owed there."""
    async with Visitor() as payer, httpx.AsyncClient(trust_env=False) as client:
        await payer.open(links["payer"])
        await payer.choose(button)
        assert "SIMULADO" in payer.here.text
        await payer.press("Pagar")
        while "/page/" not in payer.here.url:
            assert "SIMULADO" in payer.here.text
            await payer.open(payer.here.refresh_url)
        reference = payer.here.url.rpartition("/")[2]
        (await client.post(f"{links['control']}/approve", json={"reference": reference})).raise_for_status()
        await payer.open(links["payer"])
        return (await payer.until("No tiene facturas pendientes")).text


async def read(address: str) -> str:
    async with Visitor() as visitor:
        return (await visitor.open(address)).text


async def merchants_payments(address: str) -> str:
    async with Visitor() as owner:
        await owner.open(address)
        assert "SIMULADO" in owner.here.text
        await owner.press("Entrar")
        return (await owner.follow("Pagos")).text


def test_it_is_paid_in_a_browser_and_begun_anew_with_the_code_that_was_saved(started, llama):
    process = started()
    links = links_of(process)
    assert links["provider"] == "llama-pe"
    assert "SIMULADO" in asyncio.run(pay(links, "Paga con Llama"))

    save(llama, 'label="Paga con Llama"', 'label="Paga ya mismo con Llama"')
    assert "llama_pe.py changed: llama-pe begins anew\n" in line_of(process, "llama_pe.py changed")
    again = links_of(process)
    assert again["control"] == links["control"]
    assert "Paga ya mismo con Llama" in asyncio.run(read(again["payer"]))
    assert "E-1001" in asyncio.run(merchants_payments(again["merchant"]))

    save(llama, "import hmac", "import hmac, nothing_of_this_name")
    assert "nothing_of_this_name" in line_of(process, "not ready, and waiting for a file to be saved")
    save(llama, "import hmac, nothing_of_this_name", "import hmac")
    assert "SIMULADO" in asyncio.run(pay(links_of(process), "Paga ya mismo con Llama"))

    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in said) == (0, False)
    assert [address for address in (links["payer"], links["control"]) if is_served(address)] == []


def test_a_kept_folder_is_taken_up_again_and_a_foreign_one_left_alone(started, llama, tmp_path):
    kept = tmp_path / "kept"
    first = started("--data", str(kept))
    links_of(first)
    assert "is running in" in started("--data", str(kept)).communicate(timeout=60)[0]
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    again = started("--data", str(kept))
    assert "E-1001" in asyncio.run(read(links_of(again)["payer"]))
    again.send_signal(signal.SIGTERM)
    assert again.wait(60) == 0

    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "hub.toml").write_text('base_url = "https://pay.example"\n', encoding="utf-8")
    refused = started("--data", str(tmp_path / "theirs"))
    assert "choose another folder with --data" in refused.communicate(timeout=60)[0]
    assert [file.name for file in (tmp_path / "theirs").iterdir()] == ["hub.toml"]
