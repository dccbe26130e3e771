"""Examine an installed plugin with the conformance kit, against its own simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .load import load_simulators
from .registry import Provider

if TYPE_CHECKING:
    from hub_hookspecs.testing import Result


class NoSimulator(LookupError):
    """The plugin cannot be examined: its simulator is not installed; the text says what to install."""


def check_provider(provider: Provider) -> tuple[Result, ...]:
    """Every proof of the contract, run on this plugin without a network.

    Raises:
        NoSimulator: There is nothing to run it against.
    """
    simulators = load_simulators()
    if provider.code not in simulators:
        raise NoSimulator(f"{provider.distribution} brings no simulator, and the proofs need one (hub.simulators)")
    try:
        simulator = simulators[provider.code]
    except ImportError as missing:
        remedy = f"install {provider.distribution}[simulator]"
        raise NoSimulator(f"the simulator of {provider.code} cannot be imported ({missing}): {remedy}") from missing
    from hub_hookspecs.testing import Subject, prove

    return prove(Subject(plugin=provider.module, simulator=simulator))
