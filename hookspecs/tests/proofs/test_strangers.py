"""Providers of other people, sound and broken: nothing is found in the ones, something in each other."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from hub_hookspecs.testing import PROOFS, Subject, run_proofs
from hub_hookspecs.testing.bench import Bench

from .strangers import COUNTRIES, FOUND_BY

BROKEN = {name: proof for proof, names in FOUND_BY.items() for name in names}


def stranger(room, name):
    module = importlib.import_module(f"hookspecs.tests.{room}.{name}")
    return Subject(plugin=module, simulator=module.SIMULATOR)


@pytest.mark.parametrize("name", ["llave", "empuje", "codigo", "reten"])
def test_nothing_is_found_in_a_sound_provider(name):
    assert list(map(str, run_proofs(stranger("sound", name)))) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_provider_is_found_by_the_proof_that_is_about_its_fault(name):
    check = next(proof.check for proof in PROOFS if proof.name == BROKEN[name])
    with Bench(stranger("broken", name)) as bench:
        assert next(iter(check(bench)), None)


def test_references_in_both_cases_are_sound_where_the_provider_tells_them_apart():
    plugin, simulator = stranger("broken", "case_blind").plugin, stranger("sound", "codigo").simulator
    check = next(proof.check for proof in PROOFS if proof.name == BROKEN["case_blind"])
    with Bench(Subject(plugin=plugin, simulator=simulator)) as bench:
        assert list(check(bench)) == []


def test_each_broken_provider_is_looked_at():
    files = (Path(__file__).parents[1] / "broken").glob("*.py")
    assert {file.stem for file in files} == {*BROKEN, *COUNTRIES}
