"""Patterns that a country declares, judged: texts that one lets through, and whether one ever comes to an end."""

from __future__ import annotations

import importlib
import random
import re
import string
import time
from collections.abc import Iterable, Iterator
from typing import Any, Final

MAX_REPEATS: Final = 4
"""How often more than the least a part is repeated in a made text."""

TRIES: Final = 20
"""Texts made for one that is wanted, of which a look around refuses some."""

MAX_PUMPED: Final = 60
"""Length of the longest text that anybody types into the field of a number."""

SLOW_SECONDS: Final = 0.1
"""Of computing for one text; an honest pattern takes some microseconds."""

ANY: Final = f"{string.digits}{string.ascii_uppercase}{string.ascii_lowercase} -./"

_parser: Any = importlib.import_module(
    "re._parser"
)  # what the library itself reads patterns with; it has no other door


def texts_for(pattern: str, count: int = 24) -> tuple[str, ...]:
    """Texts that a pattern lets through in full, always the same ones; none where it lets nothing through
    that can be made.

    Raises:
        re.error: It does not compile.
    """
    compiled, tree = re.compile(pattern), _parser.parse(pattern)
    dice = random.Random(pattern)
    found: dict[str, None] = {}
    for _ in range(count * TRIES):
        text = _made(tree, dice, groups={})
        if compiled.fullmatch(text):
            found[text] = None
        if len(found) == count:
            break
    return tuple(found)


def _made(tree: Iterable[Any], dice: random.Random, groups: dict[int, str]) -> str:
    return "".join(_part(str(kind), value, dice, groups) for kind, value in tree)


def _part(kind: str, value: Any, dice: random.Random, groups: dict[int, str]) -> str:
    match kind:
        case "LITERAL":
            return chr(value)
        case "ANY" | "NOT_LITERAL":
            return dice.choice([char for char in ANY if kind == "ANY" or ord(char) != value])
        case "IN":
            return dice.choice(_members(value))
        case "BRANCH":
            return _made(dice.choice(value[1]), dice, groups)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, part = value
            times = dice.randint(least, min(int(most), least + MAX_REPEATS))
            return "".join(_made(part, dice, groups) for _ in range(times))
        case "SUBPATTERN":
            text = _made(value[3], dice, groups)
            groups[value[0]] = text
            return text
        case "ATOMIC_GROUP":
            return _made(value, dice, groups)
        case "GROUPREF":
            return groups.get(value, "")
    return ""  # an anchor or a look around, which the text as a whole then fits or not


def _members(items: Iterable[Any]) -> list[str]:
    found: set[str] = set()
    negated = False
    for kind, value in items:
        match str(kind):
            case "NEGATE":
                negated = True
            case "LITERAL":
                found.add(chr(value))
            case "RANGE":
                found.update(map(chr, range(value[0], min(value[1], value[0] + 255) + 1)))
            case "CATEGORY":
                found.update(char for char in ANY if re.match(CATEGORIES[str(value)], char))
    return sorted(set(ANY) - found if negated else found) or [""]


CATEGORIES: Final = {
    "CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W",
}  # fmt: skip


def slow_text(pattern: str, texts: Iterable[str]) -> str:
    """A text of at most ``MAX_PUMPED`` characters at which a pattern hangs; empty where none was found.

    Each text is repeated, longer and longer, before a character that the pattern does not expect there. The time is
    that of this thread, which no busy machine lengthens, and ends with the first text that takes too long.
    """
    compiled = re.compile(pattern)
    for text in _pumped(texts):
        began = time.thread_time()
        compiled.fullmatch(text)
        if time.thread_time() - began > SLOW_SECONDS:
            return text
    return ""


def _pumped(texts: Iterable[str]) -> Iterator[str]:
    pieces = dict.fromkeys(text[at : at + size] for text in texts for size in (1, 2, 3) for at in (0, len(text) // 2))
    for length in range(
        4, MAX_PUMPED, 2
    ):  # shortest first: what doubles with each character is found while it is short
        for piece in filter(None, pieces):
            yield (piece * length)[:length] + "\0"
