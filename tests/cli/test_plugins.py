"""What commands say of installed plugins and of the countries that come with them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Site

from .conftest import Run

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
