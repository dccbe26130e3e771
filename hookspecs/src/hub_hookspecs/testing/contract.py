"""What every provider must prove, as plain checks: no pytest, no network, no hub.

subject = Subject(plugin=hub_acme, simulator=SIMULATOR)
for finding in run_proofs(subject):
    print(finding)
"""

from __future__ import annotations

from typing import Final

from .bench import Bench as Bench
from .finding import Finding as Finding
from .finding import Proof as Proof
from .finding import Result as Result
from .proofs import amounts, declaration, identity, losses, notifications, payments, purity, secrets, settlements, words
from .subject import Subject as Subject

PROOFS: Final[tuple[Proof, ...]] = (
    *declaration.PROOFS,
    *identity.PROOFS,
    *payments.PROOFS,
    *losses.PROOFS,
    *words.PROOFS,
    *amounts.PROOFS,
    *notifications.PROOFS,
    *settlements.PROOFS,
    *secrets.PROOFS,
    *purity.PROOFS,
)


def prove(subject: Subject, proofs: tuple[Proof, ...] = PROOFS) -> tuple[Result, ...]:
    """Run the proofs on a plugin, one after the other."""
    with Bench(subject) as bench:
        return tuple(prove_one(proof, bench) for proof in proofs)


def run_proofs(subject: Subject) -> list[Finding]:
    """Everything in which a plugin breaks the contract; empty when it keeps it."""
    return [finding for result in prove(subject) for finding in result.findings]


def prove_one(proof: Proof, bench: Bench) -> Result:
    """Run one proof; what several proofs need is played once on a bench."""
    if excuse := proof.excuse(bench.subject):
        return Result(proof, excuse=excuse)
    texts = dict.fromkeys(proof.check(bench))  # the same fault shows in several ways of starting
    return Result(proof, tuple(Finding(proof.name, text) for text in texts))
