"""What every provider must prove, as plain checks: no pytest, no network, no hub.

subject = Subject(plugin=hub_acme, simulator=SIMULATOR)
for finding in run_proofs(subject):
    print(finding)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from .bench import Bench as Bench
from .causes import is_everywhere, joined
from .finding import Finding as Finding
from .finding import Proof as Proof
from .finding import Result as Result
from .proofs import (
    acts,
    amounts,
    asked,
    captures,
    copies,
    counted,
    declaration,
    harmless,
    identity,
    losses,
    notifications,
    payments,
    promises,
    purity,
    returns,
    secrets,
    settlements,
    shown,
    webhooks,
    wires,
    words,
)
from .subject import Subject as Subject

PROOFS: Final[tuple[Proof, ...]] = (
    *declaration.PROOFS,
    *identity.PROOFS,
    *payments.PROOFS,
    *losses.PROOFS,
    *words.PROOFS,
    *amounts.PROOFS,
    *wires.PROOFS,
    *counted.PROOFS,
    *acts.PROOFS,
    *asked.PROOFS,
    *promises.PROOFS,
    *shown.PROOFS,
    *notifications.PROOFS,
    *returns.PROOFS,
    *settlements.PROOFS,
    *captures.PROOFS,
    *webhooks.PROOFS,
    *secrets.PROOFS,
    *purity.PROOFS,
    *copies.PROOFS,
    *harmless.PROOFS,
    *acts.LAST,
)


def prove(subject: Subject, proofs: tuple[Proof, ...] = PROOFS) -> tuple[Result, ...]:
    """Run the proofs on a plugin, one after the other."""
    with Bench(subject) as bench:
        return tuple(_only_new([prove_one(proof, bench) for proof in proofs]))


def _only_new(results: list[Result]) -> Iterator[Result]:
    """What any proof may come upon is told by the first that did."""
    known: dict[str, str] = {}
    for result in results:
        new = tuple(item for item in result.findings if item.cause not in known)
        found = next((known[item.cause] for item in result.findings if item.cause in known), "")
        known |= {item.cause: result.proof.name for item in new if is_everywhere(item.cause)}
        if new or not found:
            yield attrs.evolve(result, findings=new)
        else:
            yield Result(result.proof, excuse=f"not seen to its end, see: {found}")


def run_proofs(subject: Subject) -> list[Finding]:
    """Everything in which a plugin breaks the contract; empty when it keeps it."""
    return [finding for result in prove(subject) for finding in result.findings]


def prove_one(proof: Proof, bench: Bench) -> Result:
    """Run one proof; what several proofs need is played once on a bench."""
    if excuse := proof.excuse(bench.subject):
        return Result(proof, excuse=excuse)
    found = joined(proof.check(bench))  # the same fault shows in several ways of starting
    return Result(proof, tuple(Finding(proof.name, text, cause) for cause, text in found.items()))
