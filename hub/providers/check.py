"""Proving an installed plugin against its simulator: what ``payment-hub plugins check CODE`` runs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hub_hookspecs.testing import Result, Subject, prove

from .load import load_providers
from .registry import Provider
from .simulators import load_simulators

if TYPE_CHECKING:
    from hub_hookspecs.testing.simulator import Simulator


class NoSimulator(LookupError):
    """The provider's simulator is not installed, or cannot be imported; the message names the remedy."""


def check_provider(
    provider: Provider | str,
    *,
    simulators: Mapping[str, Simulator] | None = None,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Result, ...]:
    """How each proof ended: held, broken with findings, or excused because the provider does not have it.

    Runs an event loop of its own, so call it from a thread that has none.

    Args:
        options: What the simulator plays.

    Raises:
        WrongOption: The simulator does not have an option, or does not take its value.
        ProviderNotServed: The plugin of this code is not installed, or quarantined.
        NoSimulator: There is nothing to prove it against.
    """
    served = load_providers()[provider] if isinstance(provider, str) else provider
    simulator = _simulator_of(served, load_simulators() if simulators is None else simulators)
    return prove(
        Subject(plugin=served.module, simulator=simulator, config={"options": dict(options)} if options else {})
    )


def _simulator_of(provider: Provider, simulators: Mapping[str, Simulator]) -> Simulator:
    remedy = f"Install it with: pip install '{provider.distribution}[simulator]'"
    if provider.code not in simulators:
        raise NoSimulator(
            f"{provider.distribution} {provider.version} brings no simulator. "
            f'Name one in its pyproject.toml, in group hub.simulators: {provider.code} = "MODULE:SIMULATOR"'
        )
    try:
        return simulators[provider.code]
    except ImportError as error:
        raise NoSimulator(f"the simulator of {provider.code} cannot be imported: {error}. {remedy}") from error
