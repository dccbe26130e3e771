"""Which letters the bytes of a text file stand for: never guessed where that would change a name in silence.

A file that is no UTF-8 is of one of three families of old programs; each byte above ASCII is a Spanish letter in a
plausible place in one of them, and a line of a box or a sign between letters in the others.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import Final

from hub.domain.text import Text

from .sheet import RowError

FAMILIES: Final = {"cp1252": "Windows-1252", "cp850": "CP850", "mac_roman": "Mac Roman"}
HIGH: Final = re.compile(rb"[\x80-\xff]")
SPANISH_LETTERS: Final = frozenset("áéíóúüñÁÉÍÓÚÜÑ")
AROUND_FIGURES: Final = frozenset("\u00a0\u202f€£°ºª§²³±¢")
AT_EDGES: Final = frozenset("¿¡«»“”‘’–—…·•©®™")
LAST_LETTER: Final = "\u0180"
SURE: Final = 0.8
"""Share of a file's high bytes that must be plausible in the family that is taken."""
UTF_ALONE: Final = frozenset("₡€‘’“”–—…•")
NULS: Final = 0.3
LOOKED_AT: Final = 1000
BLANKS: Final = str.maketrans("", "", "\t\r\n")


class NotText(Exception):
    """The bytes are no text, or nobody can say which; the error says what to do."""

    def __init__(self, line: int, message: Text) -> None:
        super().__init__(str(message))
        self.error = RowError(line, "", "", message)


def decoded(data: bytes) -> tuple[str, str]:
    """The text, and what its encoding is called.

    Raises:
        NotText: The bytes are no text, or have two readings.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16"), "UTF-16"
    if data.startswith(codecs.BOM_UTF8):
        return _strict(data, "utf-8-sig"), "UTF-8"
    if wide := _wide(data):
        return _strict(data, wide), "UTF-16"
    try:
        return _strict(data, "utf-8"), "UTF-8"
    except NotText as not_text:
        # Such text hardly ever holds a valid UTF-8 letter by chance; a file that has both kinds is damaged.
        if b"\x00" in data or any(map(_is_western, set(data.decode("utf-8", "ignore")))):
            raise
        family = _family(data)
        if family is None:
            raise NotText(not_text.error.line, Text("file.letters_unsure")) from not_text
        return _strict(data, family), FAMILIES[family]


def _strict(data: bytes, codec: str) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        name = "UTF-16" if codec.startswith("utf-16") else "UTF-8"
        raise NotText(data.count(b"\n", 0, error.start) + 1, Text("file.not_encoded", encoding=name)) from error
    if "\x00" in text:
        raise NotText(text.count("\n", 0, text.index("\x00")) + 1, Text("file.no_text"))
    return text


def _is_western(char: str) -> bool:
    return "\x80" <= char < LAST_LETTER or char in UTF_ALONE


def _wide(data: bytes) -> str:
    """UTF-16 without its mark: every other byte of Western text is zero."""
    half = len(data) // 2
    if not half or len(data) % 2:
        return ""
    first, second = data[0::2].count(0), data[1::2].count(0)
    codec = (
        "utf-16-le" if second > NULS * half and not first else "utf-16-be" if first > NULS * half and not second else ""
    )
    return codec if codec and data.decode(codec, "replace")[:LOOKED_AT].translate(BLANKS).isprintable() else ""


def _family(data: bytes) -> str | None:
    """The one family in which nearly all high bytes are plausible; None for several, or none.

    Names of other languages, and small letters among capitals, count only where nothing else decides.
    """
    found = _contexts(data)
    for strictly in (True, False):
        shares = {codec: _share(found, codec, strictly=strictly) for codec in FAMILIES}
        best = max(FAMILIES, key=lambda codec: shares[codec])
        if shares[best] < SURE:
            continue
        high = bytes({middle for _before, middle, _after in found})
        rivals = [codec for codec in FAMILIES if shares[codec] == shares[best]]
        return best if len({high.decode(codec, "replace") for codec in rivals}) == 1 else None
    return None


def _contexts(data: bytes) -> Counter[tuple[int, int, int]]:
    """Each high byte between its neighbours, and how often it stands there."""
    padded = b"\n" + data + b"\n"
    places = (found.start() for found in HIGH.finditer(padded))
    return Counter((padded[at - 1], padded[at], padded[at + 1]) for at in places)


def _share(found: Counter[tuple[int, int, int]], codec: str, *, strictly: bool) -> float:
    plausible = sum(times for triple, times in found.items() if _is_plausible(triple, codec, strictly=strictly))
    return plausible / found.total()


def _is_plausible(triple: tuple[int, int, int], codec: str, *, strictly: bool) -> bool:
    try:
        before, middle, after = (bytes([byte]).decode(codec) for byte in triple)
    except UnicodeDecodeError:
        return False
    beside = [char for char in (before, after) if char.isalpha() and (char.isascii() or char in SPANISH_LETTERS)]
    if not strictly and middle.isalpha() and middle < LAST_LETTER:
        return bool(beside)
    if middle in SPANISH_LETTERS:
        if middle.islower():
            return bool(beside) and not after.isupper()
        return not before.islower() and (bool(beside) or not (before.isdigit() or after.isdigit()))
    if middle in "ºª°":
        return (before.isalnum() or before in " .") and not after.isalpha()
    if middle == "’":
        return len(beside) < 2 or after.isupper()
    return (middle in AROUND_FIGURES or middle in AT_EDGES) and len(beside) < 2
