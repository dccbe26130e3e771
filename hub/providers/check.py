"""Proving an installed plugin against its simulator: what ``payment-hub plugins check CODE`` runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hub_hookspecs.testing import Finding, Result, Subject, prove

from .load import load_providers, load_simulators
from .registry import Provider, Registry

if TYPE_CHECKING:
    from hub_hookspecs.testing.simulator import Simulator


class NoSimulator(LookupError):
    """The provider's simulator is not installed, or cannot be imported; the message names the remedy."""


def check_provider(
    code: str, *, registry: Registry | None = None, simulators: Mapping[str, Simulator] | None = None
) -> list[Finding]:
    """Everything in which an installed plugin breaks the contract; empty when it keeps it.

    Runs an event loop of its own, so call it from a thread that has none.

    Raises:
        ProviderNotServed: The plugin is not installed, or quarantined.
        NoSimulator: There is nothing to prove it against.
    """
    results = prove_provider(code, registry=registry, simulators=simulators)
    return [finding for result in results for finding in result.findings]


def prove_provider(
    code: str, *, registry: Registry | None = None, simulators: Mapping[str, Simulator] | None = None
) -> tuple[Result, ...]:
    """How each proof ended: held, broken with findings, or excused because the provider does not have it.

    Raises:
        ProviderNotServed: The plugin is not installed, or quarantined.
        NoSimulator: There is nothing to prove it against.
    """
    provider = (registry if registry is not None else load_providers())[code]
    simulator = _simulator_of(provider, load_simulators() if simulators is None else simulators)
    return prove(Subject(plugin=provider.module, simulator=simulator))


def _simulator_of(provider: Provider, simulators: Mapping[str, Simulator]) -> Simulator:
    remedy = f"Install it with: pip install '{provider.distribution}[simulator]'"
    if provider.code not in simulators:
        raise NoSimulator(f"{provider.distribution} {provider.version} brings no simulator.")
    try:
        return simulators[provider.code]
    except ImportError as error:
        raise NoSimulator(f"the simulator of {provider.code} cannot be imported: {error}. {remedy}") from error
