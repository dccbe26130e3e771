"""The keys of entries: how each begins, what it names, and which entry a correction comes down to."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .payment import Payment


def capture_key(account_id: str, movement: str) -> str:
    """The receipt key: one receipt entry per account and movement; ``own_key`` where two payments claim a movement."""
    return f"capture:{account_id}:{movement}"


def own_key(key: str, payment: Payment) -> str:
    """The key of what is reported of a payment under an id that another payment of its account had first."""
    return f"{key}@{payment.reference}"


def movement_in(key: str, payment: Payment) -> str | None:
    """The movement that the key of a payment's capture names, or of its correction; None for any other key."""
    beginning, named = capture_key(payment.account_id, ""), root_of(key)
    return named.removeprefix(beginning).removesuffix(own_key("", payment)) if named.startswith(beginning) else None


CHARGEBACK = "chargeback:"
"""How the keys begin of what a payer's bank took."""

OF_MONEY = ("capture:", "refund:", CHARGEBACK)
"""How the keys begin of what came through a provider and of what went back."""

EXCHANGE = "exchange:"
"""How the keys begin of both halves of a conversion."""

DEBIT_NOTE = "debit:"
"""How the keys of debit notes begin; the return's own key follows."""


def refund_key(account_id: str, reference: str) -> str:
    """The key of a return: one entry per account and reference, one more where a rest could be booked only later."""
    return f"refund:{account_id}:{reference}"


def chargeback_key(account_id: str, case: str) -> str:
    """The key of a chargeback."""
    return f"{CHARGEBACK}{account_id}:{case}"


OF_LINES = ("settle", "fee", "feetax", "reserve", "acqtax")
"""What a payout line is booked under, one entry each; of each tax that was kept back, ``acqtax`` with the tax."""


def line_key(word: str, account_id: str, named: str) -> str:
    """The key of a part of a payout line, or of a payout."""
    return f"{word}:{account_id}:{named}"


def line_keys(account_id: str, named: str, taxes: Iterable[str]) -> frozenset[str]:
    """Every key that a line which stands under this name is booked under."""
    plain = (line_key(word, account_id, named) for word in OF_LINES)
    return frozenset((*plain, *(f"{line_key('acqtax', account_id, named)}:{tax}" for tax in taxes)))


def reverses(key: str) -> str | None:
    """The key of the entry that a correction's key names; None for any other key."""
    return key.removeprefix("fix:").rpartition(":")[0] if key.startswith("fix:") else None


def root_of(key: str) -> str:
    """The key of the entry that a correction comes down to, be it a correction's correction; any other key itself."""
    while (named := reverses(key)) is not None:
        key = named
    return key


def counts_with(key: str, settled: Collection[str], *, apart: bool = False, is_movement: bool = False) -> str:
    """The key of the movement that an entry is part of, where payouts are compared: a correction changes what it names.

    What a bank took and gave again is one movement of what it kept until a payout line settles either; then each is its
    own.

    So is a refund and what of it bounced; one that a person corrected was none.

    Args:
        settled: Keys of what lines have settled.
        apart: Each is its own before that, too.
        is_movement: The correction is one of money, as what was observed of it says.
    """
    named = reverses(key)
    if named is None:
        return key
    moves = named.startswith(CHARGEBACK) or (is_movement and named.startswith("refund:"))
    return key if moves and (apart or key in settled or named in settled) else named
