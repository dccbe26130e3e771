"""Card numbers in what people type: found however they are written, and masked; look-alike ids are left alone.

Nobody is ever asked for a card number here. People write one all the same, into a note or a
comment, and what is not stored cannot be stolen. Messages of providers are not looked at: changing
them would break their signatures, and they are sealed and never shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

import attrs

MASK: Final = "****"
BRANDS: Final = (
    (re.compile(r"4"), frozenset({13, 16, 19})),  # Visa
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), frozenset({16})),  # Mastercard
    (re.compile(r"3[47]"), frozenset({15})),  # American Express
    (re.compile(r"30[0-5]|3095|36|3[89]"), frozenset({14, 16})),  # Diners
    (re.compile(r"6011|64[4-9]|65"), frozenset({16, 19})),  # Discover
    (re.compile(r"352[89]|35[3-8]"), frozenset({16})),  # JCB
    (re.compile(r"62|81"), frozenset({16, 17, 18, 19})),  # UnionPay
    (re.compile(r"5018|5020|5038|5893|6304|67"), frozenset({16, 18, 19})),  # Maestro
    (re.compile(r"606282|6370|220[0-4]|5019|9792"), frozenset({16})),  # Hipercard, Mir, Dankort, Troy
)
"""Beginnings and lengths of the brands' numbers."""

MIN_DIGITS: Final = min(min(lengths) for _, lengths in BRANDS)
MAX_DIGITS: Final = max(max(lengths) for _, lengths in BRANDS)
MAX_GROUP: Final = 7
MAX_BETWEEN: Final = 3
"""Blanks and dashes between two groups of digits."""

WORD_BEFORE: Final = re.compile(r"([^\W\d_]+)[-_]?$|_$")
CARD_WORDS: Final = frozenset({"visa", "mastercard", "mc", "amex", "tarjeta", "card", "pan", "tc", "td", "no", "num"})
"""What may stand right before the digits without a blank;
after any other letters they are part of an id."""


@attrs.frozen
class _Group:
    """Digits without anything between them, and where they stand."""

    digits: str
    start: int
    end: int


def holds_card_number(text: str) -> bool:
    """Whether a card number stands in a text."""
    return next(_found(text), None) is not None


def mask_card_numbers(text: str) -> str:
    """The text with all but the last four digits of each card number gone."""
    masked = text
    for start, end in sorted(_found(text), reverse=True):
        last = "".join(_digit(char) for char in text[start:end])[-4:]
        masked = f"{masked[:start]}{MASK}{last}{masked[end:]}"
    return masked


def _found(text: str) -> Iterator[tuple[int, int]]:
    if sum(map(str.isdigit, text)) < MIN_DIGITS:
        return
    for chain in _chains(text):
        at = 0
        while at < len(chain):
            length = _card_at(chain[at : at + MAX_DIGITS])
            if length:
                yield chain[at].start, chain[at + length - 1].end
            at += length or 1


def _chains(text: str) -> Iterator[list[_Group]]:
    """Runs of digit groups with nothing but blanks and dashes between them."""
    chain: list[_Group] = []
    for group in _groups(text):
        if chain and not _is_gap(text[chain[-1].end : group.start]):
            yield chain
            chain = []
        chain.append(group)
    if chain:
        yield chain


def _groups(text: str) -> Iterator[_Group]:
    at = 0
    while at < len(text):
        if not _digit(text[at]):
            at += 1
            continue
        start = at
        digits = ""
        while at < len(text) and (_digit(text[at]) or unicodedata.category(text[at]) == "Cf"):
            digits += _digit(text[at])
            at += 1
        if _may_begin(text, start) and not _goes_on(text, at):
            yield _Group(digits, start, at)
        else:
            yield _Group("", start, at)  # part of an id: it ends a chain and is in none


def _digit(char: str) -> str:
    """The digit that a character is, in whatever script; empty for others."""
    if not char.isdigit():
        return ""
    try:
        return str(unicodedata.digit(char))
    except ValueError:
        return ""


def _may_begin(text: str, start: int) -> bool:
    before = text[max(0, start - MAX_DIGITS) : start]
    if before.endswith("+"):
        return False  # a telephone
    word = WORD_BEFORE.search(before)
    return word is None or (word[1] or "").casefold() in CARD_WORDS


def _goes_on(text: str, end: int) -> bool:
    return end < len(text) and (text[end].isalpha() or text[end] == "_")


def _is_gap(between: str) -> bool:
    visible = [char for char in between if unicodedata.category(char) != "Cf"]
    return 0 < len(visible) <= MAX_BETWEEN and all(
        char.isspace() or unicodedata.category(char) == "Pd" or char in "._·•/−" for char in visible
    )


def _card_at(groups: list[_Group]) -> int:
    """How many of the groups, from the first one, make a card number; 0 when none do."""
    digits = ""
    for count, group in enumerate(groups, 1):
        if not group.digits:
            return 0
        digits += group.digits
        if len(digits) > MAX_DIGITS:
            return 0
        if _is_card(digits) and _is_written_so([len(item.digits) for item in groups[:count]]):
            after = groups[count].digits if count < len(groups) else ""
            # 4444 4444 4444 4444 444 is one number of nineteen, not one of sixteen and a security code.
            if not (len(digits + after) <= MAX_DIGITS and after and _is_card(digits + after)):
                return count
    return 0


def _is_card(digits: str) -> bool:
    of_brand = any(brand.match(digits) and len(digits) in lengths for brand, lengths in BRANDS)
    return of_brand and len(set(digits)) > 1 and _luhn(digits)


def _luhn(digits: str) -> bool:
    total = 0
    for at, char in enumerate(reversed(digits)):
        value = int(char) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_written_so(sizes: list[int]) -> bool:
    """Whether people group the digits of a card so; dates,
    telephones and ids are grouped otherwise."""
    if len(sizes) == 1:
        return True
    *first, last = sizes
    if max(sizes) > MAX_GROUP:
        return False
    alike = len(set(first)) == 1 and last <= first[0]
    return alike or (min(first) >= 4 and last >= 3)
