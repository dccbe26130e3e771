"""What the payer is shown once a payment was started: it can be drawn, and speaks every language that is brought."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from hub_hookspecs.actions import ApproveInApp, Barcode, NextAction, ShowReference, Symbology
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.finding import Proof
from hub_hookspecs.testing.scenes import Unplayable, an_order, start
from hub_hookspecs.texts import read_catalogues

PLACE: Final = re.compile(r"\\\{\w+\\\}")
"""A name in braces, as an escaped message has it."""


def _shown(bench: Bench) -> Iterator[str]:
    for way in bench.subject.info.ways:
        world = bench.world()
        try:
            action = start(world, an_order(world, way)).started.action
        except Unplayable:
            continue
        title = f"create_payment ({way.code})"
        if isinstance(action, ShowReference) and action.barcode and (fault := _barcode_fault(action.barcode)):
            yield f"{title}: the barcode {action.barcode.payload!r} is never drawn: {fault}"
        yield from (f"{title}: {text}" for text in _unsaid(bench, action))


def _unsaid(bench: Bench, action: NextAction) -> Iterator[str]:
    """Texts of the action that a catalogue lacks."""
    try:
        catalogues = read_catalogues(bench.subject.plugin)
    except ValueError:
        return  # another proof tells
    for language, catalogue in catalogues.items():
        for text in _texts(action):
            if not any(_says(message, text) for message in catalogue):
                yield f"locale/{language}.po: {text!r} is shown, and missing there"


def _says(message: str, text: str) -> bool:
    """Whether a text is this message, whatever its places (a telephone number) are filled with."""
    return re.fullmatch(PLACE.sub(".+", re.escape(message)), text, re.DOTALL) is not None


def _texts(action: NextAction) -> tuple[str, ...]:
    match action:
        case ShowReference(label=label, instructions=instructions):
            return tuple(filter(None, (label, *instructions)))
        case ApproveInApp(hint):
            return (hint,) if hint else ()
    return ()


def _barcode_fault(code: Barcode) -> str:
    """Why no scanner would read it as it was given; empty when one would."""
    digits = code.payload
    if code.symbology is Symbology.CODE128:
        return "" if digits.isascii() and digits.isprintable() and digits else "it holds printable ASCII alone"
    if not (digits.isascii() and digits.isdigit()):
        return "it holds digits alone"
    if code.symbology is Symbology.ITF:
        return "" if len(digits) % 2 == 0 else "its digits come in pairs"
    if len(digits) not in (12, 13):
        return "it has 12 digits and a check digit"
    check = str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:12])) % 10)
    return "" if digits[12:] in ("", check) else f"its check digit is {check}"


PROOFS: Final = (Proof("what the payer is shown can be drawn, in every language that it brings", _shown),)
