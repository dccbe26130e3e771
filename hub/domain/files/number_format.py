"""What a workbook's number formats show: the currency, letters around the figure, leading zeros, days and moments.

A format has up to four parts, for amounts above zero, below, of zero, and for texts; each may carry a condition, a
colour, a place's customs (``[$-140A]``), letters between quotes, and the places of digits.
"""

from __future__ import annotations

import enum
import functools
import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

import attrs

from hub_hookspecs import EXPONENTS

from .sheet import NumberFormat

BUILT_IN: Final = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0_);("$"#,##0)', 6: '"$"#,##0_);[Red]("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)', 8: '"$"#,##0.00_);[Red]("$"#,##0.00)', 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 14: "dd/mm/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "dd/mm/yyyy h:mm", 37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);[Red](#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)', 42: '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0",
    48: "##0.0E+0", 49: "@",
    **dict.fromkeys((*range(27, 37), *range(50, 59)), "dd/mm/yyyy"),
}  # fmt: skip
"""Those that a workbook names by number alone, as the standard lists them."""

TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>General)|(?P<noon>AM/PM|A/P)'
    r"|(?P<power>E[+-])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)")
ELAPSED: Final = re.compile(r"h+|m+|s+", re.IGNORECASE)
SCALED: Final = re.compile(r",+(?=\.|$)")
MAX_CODE: Final = 1000
MAX_ZEROS: Final = 60
CODE_ZEROS: Final = 3
"""So many leading zeros make a name of a number: letters before it are a series, no currency."""

SIGNS: Final = frozenset(
    "US$ U$S U$D RD$ MX$ COL$ CLP$ AR$ R$ C$ CA$ NT$ HK$ A$ S/ S/. B/. Bs Bs. Bs.F Gs Gs. Q Q. L L.".split()  # noqa: SIM905
)
CODES: Final = frozenset(
    {*EXPONENTS, *"ARS BOB BRL CAD CHF CLP COP CRC CUP DOP EUR GBP GTQ HNL JPY MXN NIO PAB PEN PYG USD UYU VES".split()}  # noqa: SIM905
)
CURRENCY_WORDS: Final = re.compile(
    r"col[oó]n(?:es)?|d[oó]lar(?:es)?|pesos?|euros?|quetzal(?:es)?|lempiras?|soles|balboas?", re.I
)
OF_PLACE: Final = {
    "140a": "CRC", "es-cr": "CRC", "240a": "COP", "es-co": "COP", "340a": "CLP", "es-cl": "CLP", "080a": "MXN",
    "es-mx": "MXN", "2c0a": "ARS", "es-ar": "ARS", "380a": "UYU", "es-uy": "UYU", "300a": "USD", "es-ec": "USD",
    "440a": "USD", "es-sv": "USD", "500a": "USD", "es-pr": "USD", "0409": "USD", "en-us": "USD", "540a": "USD",
    "es-us": "USD", "1c0a": "DOP", "es-do": "DOP", "280a": "PEN", "es-pe": "PEN", "100a": "GTQ", "es-gt": "GTQ",
    "480a": "HNL", "es-hn": "HNL", "4c0a": "NIO", "es-ni": "NIO", "180a": "PAB", "es-pa": "PAB", "400a": "BOB",
    "es-bo": "BOB", "3c0a": "PYG", "es-py": "PYG", "0c0a": "EUR", "es-es": "EUR", "1009": "CAD", "en-ca": "CAD",
}  # fmt: skip
"""The money of a place, by Microsoft's number for it or by its name."""
OF_SOFTWARE: Final = frozenset({"0409", "en-us", "540a", "es-us", "0c0a", "es-es"})
"""Places that programs name by default: where they show no sign, they say nothing of the currency."""
DOLLARS: Final = frozenset({"USD", "COP", "CLP", "MXN", "ARS", "UYU", "DOP", "CAD"})


class Shows(enum.Enum):
    """What becomes of a number under a format."""

    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"


@attrs.frozen
class Format:
    """A format as it is read: what it shows, and how, by the sections that numbers fall in.

    Attributes:
        always: What every number is shown with; None where that depends on the number.
    """

    shows: Shows = Shows.NUMBER
    always: NumberFormat | None = None
    sections: tuple[tuple[Callable[[Decimal], bool], NumberFormat], ...] = ()

    def of(self, value: Decimal) -> NumberFormat | None:
        """What a number is shown with; None for a bare one."""
        if self.always or not self.sections:
            return self.always
        return next((shown for holds, shown in self.sections if holds(value)), self.sections[-1][1])


def format_numbered(number: int, own: str | None) -> Format:
    """The format that a workbook names by number; ``own`` is the code that it declares for it."""
    return read_format(own if own is not None else BUILT_IN.get(number, ""))


@functools.lru_cache(maxsize=1024)
def read_format(code: str) -> Format:
    """What a format's code shows."""
    if not code or len(code) > MAX_CODE:
        return Format()
    parts = _parts(code)
    if parts[0].is_day:
        return Format(shows=Shows.MOMENT if parts[0].is_time else Shows.DAY)
    numeric = [part for part in parts if part.is_figure]
    if not numeric or all(part.is_bare for part in numeric):
        return Format()
    first = numeric[0].shown(code)
    shown = [part.shown(code) if part.is_figure and set(part.figure) & set("0#") else first for part in parts[:3]]
    if all(one == first for one in shown):
        return Format(always=first)
    return Format(sections=tuple(zip(_conditions(parts[:3]), shown, strict=True)))


# ---- one part of a format


@attrs.define
class _Part:
    """What one part of a format is made of."""

    before: str = ""
    after: str = ""
    figure: str = ""
    sign: str = ""
    place: str = ""
    condition: str = ""
    letters: str = ""
    is_general: bool = False
    is_percent: bool = False
    is_power: bool = False
    is_fraction: bool = False

    @property
    def is_day(self) -> bool:
        has_month_alone = "m" in self.letters and not set(self.letters) & set("hs") and not self.figure
        return bool(set(self.letters) & set("dy")) or has_month_alone

    @property
    def is_time(self) -> bool:
        return bool(set(self.letters) & set("hs"))

    @property
    def is_figure(self) -> bool:
        return (bool(self.figure) or self.is_general) and not self.is_time

    @property
    def is_bare(self) -> bool:
        """It shows a number as it stands."""
        return self.is_general and not (self.before.strip() or self.after.strip() or self.sign or self.place)

    def add(self, text: str) -> None:
        """Letters that are shown as they are."""
        if self.figure or self.is_general:
            self.after += text
        else:
            self.before += text

    def shown(self, code: str) -> NumberFormat:
        """What it shows besides the digits."""
        whole, point, rest = self.figure.rpartition(".") if "." in self.figure else (self.figure, "", "")
        is_exact = not (self.is_general or self.is_power or self.is_fraction or SCALED.search(self.figure))
        before, after = self.before.strip(), self.after.strip()
        is_code = is_exact and not point and "," not in whole and whole.count("0") >= CODE_ZEROS
        ahead, behind = ("", "") if is_code else (_currency_in(before), _currency_in(after))
        currency = self.sign or ahead or behind
        if currency == "$" and self.place and OF_PLACE.get(self.place) in DOLLARS:
            currency = OF_PLACE[self.place]
        elif not currency and self.place not in OF_SOFTWARE:
            currency = OF_PLACE.get(self.place, "")
        return NumberFormat(
            code=code,
            currency=currency,
            prefix="" if ahead or not before.strip("-+() ") else before,
            suffix="" if behind or not after.strip("-+() ") else after,
            zeros=min(whole.count("0"), MAX_ZEROS),
            places=(sum(rest.count(digit) for digit in "0#?") if point else 0) if is_exact else None,
            is_percent=self.is_percent,
        )


def _parts(code: str) -> list[_Part]:
    parts = [_Part()]
    for found in TOKEN.finditer(code):
        part = parts[-1]
        kind, text = found.lastgroup, found[found.lastgroup] if found.lastgroup else ""
        if kind == "other" and text == ";":
            parts.append(_Part())
        elif kind in ("quoted", "escaped"):
            part.add(text)
        elif kind == "bracket":
            _bracket(part, text)
        elif kind == "general":
            part.is_general = True
        elif kind == "power":
            part.is_power = True
        elif kind == "noon":
            part.letters += "h"
        elif kind == "other":
            _letter(part, text)
    return parts


def _bracket(part: _Part, text: str) -> None:
    if text.startswith("$"):
        sign, _, place = text[1:].partition("-")
        part.sign = part.sign or sign.strip()
        named = place.lower()
        part.place = named[-4:].rjust(4, "0") if re.fullmatch("[0-9a-f]{1,8}", named) else named.replace("_", "-")
    elif CONDITION.fullmatch(text):
        part.condition = text
    elif ELAPSED.fullmatch(text):
        part.letters += "h"


def _letter(part: _Part, text: str) -> None:
    if text in "0#?":
        if part.after and part.figure:
            part.after = ""  # letters between digits: ``0-0000-0000``
        part.figure += text
    elif text in ".," and (part.figure or text == "."):
        part.figure += text
    elif text == "%":
        part.is_percent = True
    elif text.lower() in "dmyhsea" and not part.figure.strip("0."):
        part.letters += text.lower()
    elif text == "/":
        part.is_fraction = bool(part.figure)
        part.add("" if part.is_fraction or part.letters else text)
    elif text != "@":
        part.add(text)


def _currency_in(text: str) -> str:
    """The currency that letters beside a figure name, as a code or as its sign; empty where they are something else."""
    words = text.strip("-+() ").split()
    if not words or not all(map(_is_currency, words)):
        return ""
    return next((word for word in words if word.upper() in CODES), words[0])


def _is_currency(word: str) -> bool:
    if word in SIGNS or word.upper() in CODES or CURRENCY_WORDS.fullmatch(word):
        return True
    return len(word) == 1 and unicodedata.category(word) == "Sc"


def _conditions(parts: Sequence[_Part]) -> list[Callable[[Decimal], bool]]:
    """When each part is used; the last one is for the rest."""
    usual: tuple[Callable[[Decimal], bool], ...] = (lambda value: value > 0, lambda value: value < 0, _always)
    if len(parts) == 2:
        usual = (lambda value: value >= 0, _always)
    if not any(part.condition for part in parts):
        return list(usual)
    return [_condition(part.condition) if part.condition else _always for part in parts]


def _always(_value: Decimal) -> bool:
    return True


def _condition(text: str) -> Callable[[Decimal], bool]:
    found = CONDITION.fullmatch(text)
    try:
        limit = Decimal(found[2]) if found else Decimal(0)
    except ArithmeticError:
        return _always
    compare: dict[str, Callable[[Decimal], bool]] = {
        "<": lambda value: value < limit,
        "<=": lambda value: value <= limit,
        ">": lambda value: value > limit,
        ">=": lambda value: value >= limit,
        "=": lambda value: value == limit,
        "<>": lambda value: value != limit,
    }
    return compare[found[1]] if found else _always
