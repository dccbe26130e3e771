"""What is proven of an installed plugin, and how what foreign code raises is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import attrs
import pytest

from hub.providers.load import load_providers
from hub.providers.simulators import load_simulators
from hub.proving import check
from hub.proving.check import UnknownProof, check_provider
from hub_hookspecs.testing.simulator import Simulator

LIMA = 'zone="America/Lima"'


def raising(_config: object) -> object:
    raise ZeroDivisionError("no such configuration")


def raising_app(_config: object) -> object:
    async def app(_scope: object, _receive: object, _send: object) -> None:
        raise ZeroDivisionError("out of order")

    return app


def otherwise(simulator: Simulator, **changes: object) -> dict[str, Simulator]:
    return {simulator.code: attrs.evolve(simulator, **changes)}


def test_the_countries_of_the_plugins_distribution_are_proven_beside_it(dummy_pe: Path) -> None:
    names = {result.proof.name: result.holds for result in check_provider("dummy-pe", words="country PE:")}
    assert len(names) == 5
    assert set(names.values()) == {True}
    with pytest.raises(UnknownProof, match="no proof's name holds 'country PE:'"):
        check_provider("nequi", words="country PE:")


def test_a_country_in_quarantine_is_a_finding_of_its_distributions_plugin(
    dummy_pe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(dummy_pe / "src", tmp_path / "copy")
    module = tmp_path / "copy" / "hub_dummy_pe" / "__init__.py"
    module.write_text(module.read_text(encoding="utf-8").replace(LIMA, 'zone="America/Linma"'), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "copy")
    (result,) = check_provider("dummy-pe", words="country")
    assert "country PE of payment-hub-dummy-pe 0.1.0 is quarantined at stage check: zone: no" in str(result.findings[0])


def test_only_proofs_that_hold_every_word_are_run() -> None:
    results = check_provider("nequi", words="Harmless MONEY")
    assert [result.proof.name for result in results] == [
        "a request marked harmless moves no money when it is sent twice"
    ]
    with pytest.raises(UnknownProof, match=r"holds .harmles twise.; near are: .*a request marked harmless"):
        check_provider("nequi", words="harmles twise")


def test_a_simulator_that_raises_is_a_finding_with_its_file_and_line_and_no_traceback() -> None:
    nequi = load_simulators()["nequi"]
    results = check_provider("nequi", simulators=otherwise(nequi, app=raising_app))
    told = [str(finding) for result in results for finding in result.findings]
    assert any("ZeroDivisionError: out of order, at proving/test_check.py, line 26" in text for text in told), told
    assert not any("Traceback" in text for text in told)


def test_what_is_raised_before_anything_can_be_proven_is_a_finding_too() -> None:
    nequi = load_simulators()["nequi"]
    (result,) = check_provider("nequi", simulators=otherwise(nequi, configure=raising))
    (finding,) = result.findings
    assert "setting up nequi and its simulator raised ZeroDivisionError: no such configuration, at " in str(finding)


def test_the_hubs_own_books_are_among_the_proofs() -> None:
    provider = load_providers()["nequi"]
    (result,) = check_provider(provider, words=check.books.NAME)
    assert result.holds
    assert not result.excuse
