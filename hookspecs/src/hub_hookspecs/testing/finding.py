"""What a proof is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from .bench import Bench
from .subject import Subject


@attrs.frozen
class Finding:
    """One way in which a plugin breaks the contract.

    Attributes:
        proof: Name of the proof that it fails.
        text: The hook, the request, what the plugin did, and what the contract allows.
        cause: What findings have in common that one mending ends.
    """

    proof: str
    text: str
    cause: str = ""

    def __str__(self) -> str:
        return self.text


def applies(_subject: Subject) -> str:
    """To every provider."""
    return ""


@attrs.frozen
class Proof:
    """One thing that every provider must prove.

    Attributes:
        name: A sentence about the provider.
        check: Yields what it finds; nothing means that it holds.
        excuse: Why the proof does not apply to a provider; empty when it does.
    """

    name: str
    check: Callable[[Bench], Iterable[str]]
    excuse: Callable[[Subject], str] = applies


@attrs.frozen
class Result:
    """How one proof ended.

    Attributes:
        excuse: Why it did not apply; empty when it did.
    """

    proof: Proof
    findings: tuple[Finding, ...] = ()
    excuse: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.findings
