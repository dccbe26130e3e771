"""Every provider that can be asked for, and few of them that hold all pairs of options."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, cycle, product

import attrs

from hub.authoring.wanted import PROOFS, REFUNDS, STARTS, Wanted, faults

COUNTRIES = ("CL", "CR", "PE", "MX", "CO", "BR", "UY", "GT")
NEWS = (frozenset({"notification"}), frozenset({"query"}), frozenset({"notification", "query"}))


def everything() -> Iterator[Wanted]:
    """All combinations that are not refused."""
    for starts, news, proof, refunds, cancel in product(STARTS, NEWS, PROOFS, REFUNDS, (True, False)):
        words = f"{starts[:4]}-{'-'.join(sorted(word[0] for word in news))}-{proof[:4]}-{refunds[:4]}{'-c' * cancel}"
        wanted = Wanted(
            code=words,
            name="Andino",
            country="CL",
            starts=starts,
            news=news,
            proof=proof,
            refunds=refunds,
            cancel=cancel,
        )
        if not list(faults(wanted)):
            yield wanted


def spread(providers: list[Wanted]) -> list[Wanted]:
    """The same, in one country after the other, known to the hub or not."""
    return [attrs.evolve(wanted, country=country) for wanted, country in zip(providers, cycle(COUNTRIES), strict=False)]


def pairs_of(wanted: Wanted) -> frozenset[tuple[object, ...]]:
    """Each two of its options, with their values."""
    options = [(name, getattr(wanted, name)) for name in ("starts", "news", "proof", "refunds", "cancel")]
    return frozenset(combinations(options, 2))


def all_pairs() -> list[Wanted]:
    """Providers that together have every pair of values that any provider has."""
    known = [(wanted, pairs_of(wanted)) for wanted in everything()]
    missing = frozenset[tuple[object, ...]]().union(*(pairs for _, pairs in known))
    chosen = []
    while missing:
        best, covered = max(known, key=lambda item: len(item[1] & missing))
        chosen.append(best)
        missing -= covered
    return chosen


def code(wanted: Wanted) -> str:
    """How a test names it."""
    return wanted.code


ALL = spread(list(everything()))
PAIRS = spread(all_pairs())
