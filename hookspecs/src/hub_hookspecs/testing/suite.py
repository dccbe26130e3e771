"""The proofs as tests of a plugin's own suite.

class TestContract(ProviderContract):
    plugin = hub_acme
    simulator = SIMULATOR
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from hub_hookspecs.identity import EMPTY, Company

from .contract import PROOFS, Bench, Proof, prove_one
from .simulator import Simulator
from .subject import Subject


class ProviderContract:
    """One test for each proof; a plugin's tests inherit it and name the plugin and its simulator.

    Attributes:
        plugin: Module with the hook implementations.
        simulator: Its provider, faked.
        config: Changes to the simulator's configuration.
        settings: Settings of the account beside those that the simulator gives.
        payer_fields: What the payer types, where a field's example would not do.
        company: The merchant.
    """

    plugin: ClassVar[object]
    simulator: ClassVar[Simulator]
    config: ClassVar[Mapping[str, Any]] = EMPTY
    settings: ClassVar[Mapping[str, str]] = EMPTY
    payer_fields: ClassVar[Mapping[str, str]] = EMPTY
    company: ClassVar[Company | None] = None

    @pytest.fixture(scope="class")
    @classmethod
    def bench(cls) -> Iterator[Bench]:
        """The plugin with what is needed to examine it."""
        subject = Subject(
            plugin=cls.plugin,
            simulator=cls.simulator,
            config=cls.config,
            settings=cls.settings,
            payer_fields=cls.payer_fields,
            company=cls.company,
        )
        with Bench(subject) as bench:
            yield bench

    @pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name.replace(" ", "-"))
    def test_the_contract(self, proof: Proof, bench: Bench) -> None:
        """The provider proves what every provider must."""
        result = prove_one(proof, bench)
        if result.excuse:
            pytest.skip(f"does not apply: {result.excuse}")
        assert not result.findings, "\n".join(map(str, result.findings))
