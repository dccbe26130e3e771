"""Proving an installed plugin against its simulator: what ``payment-hub plugins check CODE`` runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import attrs

from hub.providers.countries import load_countries
from hub.providers.load import load_providers
from hub.providers.registry import LoadFailure, Provider
from hub.providers.simulators import load_simulators
from hub_hookspecs.testing import PROOFS, Finding, Proof, Result, Subject, prove
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.countries import proofs_for
from hub_hookspecs.testing.options import WrongOption
from hub_hookspecs.testing.raised import told

from . import books

if TYPE_CHECKING:
    from hub_hookspecs.testing.simulator import Simulator

NEAR: Final = 5
LIKE: Final = 0.6
"""How like a word must be to be named as near, of 1."""


class UnknownProof(LookupError):
    """No proof's name holds these words; the message lists the near ones."""


class NoSimulator(LookupError):
    """The provider's simulator is not installed, or cannot be imported; the message names the remedy."""


def check_provider(
    provider: Provider | str,
    *,
    simulators: Mapping[str, Simulator] | None = None,
    options: Mapping[str, Any] = MappingProxyType({}),
    words: str = "",
) -> tuple[Result, ...]:
    """How each proof ended: held, broken with findings, or excused because the provider does not have it.

    Runs an event loop of its own, so call it from a thread that has none.

    Args:
        options: What the simulator plays.
        words: Only proofs whose name holds each of them.

    Raises:
        WrongOption: The simulator does not have an option, or does not take its value.
        ProviderNotServed: The plugin of this code is not installed, or quarantined.
        NoSimulator: There is nothing to prove it against.
        UnknownProof: No proof's name holds the words.
    """
    served = load_providers()[provider] if isinstance(provider, str) else provider
    simulator = _simulator_of(served, load_simulators() if simulators is None else simulators)
    chosen = _chosen((*PROOFS, *books.PROOFS, *_of_countries(served)), words)
    try:
        subject = subject_of(served, simulator=simulator, options=options)
    except WrongOption:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever foreign code raises is told, with its line
        what = told(error, str(getattr(served.module, "__name__", "")))
        return (Result(SET_UP, (Finding(SET_UP.name, f"setting up {served.code} and its simulator raised {what}"),)),)
    return prove(subject, tuple(map(_tolerant, chosen)))


def subject_of(
    provider: Provider, *, simulator: Simulator | None = None, options: Mapping[str, Any] = MappingProxyType({})
) -> Subject:
    """A plugin with its simulator, ready to be played.

    Raises:
        WrongOption: The simulator does not have an option, or does not take its value.
        NoSimulator: It is not installed, or cannot be imported.
    """
    config = {"options": dict(options)} if options else {}
    faked = simulator or _simulator_of(provider, load_simulators())
    return Subject(plugin=provider.module, simulator=faked, config=config)


SET_UP: Final = Proof("the plugin and its simulator can be set up", lambda _bench: ())


def _of_countries(provider: Provider) -> Iterator[Proof]:
    """Proofs of the countries that the plugin's distribution brings."""
    records = load_countries()
    for country in records:
        distribution, _version = records.origins.get(country.code, ("", ""))
        if distribution == provider.distribution:
            yield from proofs_for(country)
    for failure in records.failures:
        if failure.distribution == provider.distribution:
            yield Proof(f"country {failure.code}: it is served", partial(_quarantined, failure))


def _quarantined(failure: LoadFailure, _bench: Bench) -> Iterator[str]:
    yield str(failure)


def _chosen(proofs: tuple[Proof, ...], words: str) -> tuple[Proof, ...]:
    wanted = words.casefold().split()
    chosen = tuple(proof for proof in proofs if all(word in proof.name.casefold() for word in wanted))
    if not chosen:
        names = _near(wanted, [proof.name for proof in proofs])
        near = f"; near are: {'; '.join(names)}" if names else "; without -k all are run, and named"
        raise UnknownProof(f"no proof's name holds {words!r}{near}")
    return chosen


def _near(wanted: list[str], names: list[str]) -> list[str]:
    """Names with a word like one that was wanted, the likest first."""

    def likeness(name: str) -> float:
        parts = name.casefold().replace(",", " ").replace(":", " ").split()
        return max(SequenceMatcher(None, word, part).ratio() for word in wanted for part in parts)

    return [name for name in sorted(names, key=likeness, reverse=True)[:NEAR] if likeness(name) >= LIKE]


def _tolerant(proof: Proof) -> Proof:
    """The proof, of which what foreign code raises is one more finding."""

    def check(bench: Bench) -> Iterator[str]:
        try:
            yield from proof.check(bench)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - see above
            yield f"not proven to its end, for it raised {told(error, bench.subject.package)}"

    return attrs.evolve(proof, check=check)


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
