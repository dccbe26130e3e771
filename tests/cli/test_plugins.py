"""What commands say of installed plugins and of the countries that come with them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Site

from .conftest import Run

CONDOR = Path(__file__).parents[1] / "plugins" / "condor-pe"

ANDES = """
from hub_hookspecs import Country, ReceiptRules
COUNTRY = Country(
    code="{code}", name="{name}", identity_types=(), currencies=("USD",), locale="es_{code}", zone="{zone}",
    address_parts=(), mobile="9[0-9]{{8}}", phone_prefix="+51",
    receipts=ReceiptRules(major={{"USD": ("dólar", "dólares")}}),
)
"""


def test_countries_are_listed_with_their_distribution_and_those_in_quarantine_with_the_reason(
    run: Run, bare: Path, site: Site
) -> None:
    for code, name, zone in (("PE", "Perú", "America/Lima"), ("EC", "Ecuador", "America/Quitto")):
        module = f"country_{code}".lower()
        source = ANDES.format(code=code, name=name, zone=zone)
        site.install(code.lower(), {"hub.countries": {code: f"{module}:COUNTRY"}}, **{module: source})

    rows = {item["country"]: item for item in json.loads(run("plugins", "list", "--json").out) if item["country"]}

    assert (rows["CR"]["distribution"], rows["CR"]["state"]) == ("payment-hub", "served")
    assert (rows["PE"]["distribution"], rows["PE"]["version"], rows["PE"]["state"]) == ("pe", "1.2.0", "served")
    assert (rows["EC"]["distribution"], rows["EC"]["version"]) == ("ec", "1.2.0")
    assert (rows["EC"]["state"], rows["EC"]["provider"]) == ("quarantined", None)
    assert rows["EC"]["reason"].startswith("check: zone: no time zone 'America/Quitto' is known")
    listed = {line.split()[0]: line.split() for line in run("plugins", "list").out.splitlines() if line}
    assert listed["PE"][:5] == ["PE", "Perú", "pe", "1.2.0", "served"]
    assert listed["EC"][:4] == ["EC", "ec", "1.2.0", "quarantined"]


def test_a_code_that_nobody_has_names_what_may_be_meant(run: Run, bare: Path) -> None:
    for words in (("plugins", "check", "nequii"), ("plugins", "show", "nequii")):
        ended = run(*words)
        assert (ended.code, ended.err) == (1, "Error: no provider 'nequii' is installed; did you mean nequi?\n")
    assert "no provider 'zzz' is installed; there are: greenpay, nequi" in run("plugins", "check", "zzz").err


def test_a_part_of_the_proofs_is_run_by_words_of_their_names(run: Run, bare: Path) -> None:
    ended = run("plugins", "check", "nequi", "-k", "own books")
    name = "the hub's own books say what the provider's book says, whatever the order of its news"
    assert (ended.code, ended.out) == (0, f"ok   {name}\nnequi: 1 of 1 proofs hold\n")
    (row,) = json.loads(run("plugins", "check", "nequi", "-k", "own books", "--json").out)
    assert (row["proof"], row["holds"], row["findings"]) == (name, True, [])
    wrong = run("plugins", "check", "nequi", "-k", "boks")
    assert (wrong.code, f"no proof's name holds 'boks'; near are: {name}" in wrong.err) == (2, True)


def test_what_a_simulator_raises_is_told_in_a_line(run: Run, bare: Path, site: Site) -> None:
    source = (CONDOR / "condor.py").read_text(encoding="utf-8")
    simulator = (
        (CONDOR / "simulator.py")
        .read_text(encoding="utf-8")
        .replace("state, ref, _body):", "state, ref, _body):\n        1 // 0")
    )
    site.install(
        "condor",
        {
            "hub.providers": {"condor-pe": "condor"},
            "hub.simulators": {"condor-pe": "condor_simulator:SIMULATOR"},
            "hub.countries": {"PE": "condor_country:COUNTRY"},
        },
        condor=source,
        condor_simulator=simulator,
        condor_country=ANDES.format(code="PE", name="Perú", zone="America/Lima"),
    )
    ended = run("plugins", "check", "condor-pe", "-k", "own books")
    assert ended.code == 1
    assert ended.out.splitlines()[1].startswith("     the simulator raised ZeroDivisionError: ")
    assert "/condor_simulator.py, line 38" in ended.out
    assert "Traceback" not in ended.out + ended.err
