"""The guide's second provider: an order opens a page, and a signed notification says how it went."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import attrs

from hub_hookspecs.testing import Subject, run_proofs
from hub_hookspecs.testing.simulator import Simulator, Stage

FOLDER = Path(__file__).parents[1] / "plugins" / "llama-pe"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"llama_pe_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LLAMA, SIMULATED = loaded("llama"), loaded("simulator")


def test_it_keeps_the_contract():
    assert run_proofs(Subject(plugin=LLAMA, simulator=SIMULATED.SIMULATOR)) == []


def test_a_simulator_that_cannot_forge_is_told_so_and_not_its_plugin(monkeypatch):
    def without(**given: object) -> Stage:
        return Stage(**{name: value for name, value in given.items() if name != "forge"})

    monkeypatch.setattr(SIMULATED, "Stage", without)
    simulator: Simulator = attrs.evolve(SIMULATED.SIMULATOR)
    (finding,) = run_proofs(Subject(plugin=LLAMA, simulator=simulator))
    assert "the simulator cannot be told to forge a notification; give its Stage forge=" in str(finding)
