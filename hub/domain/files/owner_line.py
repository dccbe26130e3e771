"""A line of a report that names the customer of the rows below it: ``Cliente: 0012 Ana Mora, cédula 1-1234-0567``.

Nothing is guessed: two numbers, two names, or a code alone, and it names nobody.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from .heading_words import heading_key


class Label(enum.Enum):
    """What a word before a colon, or in a cell before another, says of what follows."""

    PERSON = "person"
    IDENTITY = "identity"
    CODE = "code"
    DETAIL = "detail"


_LABELS: Final = {
    Label.PERSON: "cliente clientes tercero terceros deudor customer client nombre nombre_cliente nombre_tercero name"
    " razon_social razon_social_cliente nombre_razon_social nombre_o_razon_social customer_name socio_negocio",
    Label.IDENTITY: "identificacion identificacion_cliente numero_identificacion nit nit_cliente numero_nit nit_cc"
    " cc_nit nit_cedula nit_o_cedula cedula cedula_cliente numero_cedula cedula_juridica cedula_fisica rut rfc ruc dni"
    " nif cc c_c id_fiscal identificacion_fiscal documento_identidad tax_id identificacion_tercero ced ced_juridica",
    Label.CODE: "codigo cod codigo_cliente cod_cliente numero_cliente id_cliente id cuenta codigo_tercero",
    Label.DETAIL: "telefono telefonos tel_1 celular movil whatsapp phone fax correo correo_electronico email e_mail"
    " mail direccion address ciudad city contacto vendedor agente cobrador zona ruta plazo dias_credito limite_credito"
    " cupo_credito cupo condicion condicion_pago condiciones_pago categoria tipo_cliente provincia",
}
LABELS: Final = {heading_key(name): label for label, names in _LABELS.items() for name in names.split()}
_SURE: Final = "cliente clientes tercero terceros deudor customer client nombre_cliente nombre_tercero"
OF_CUSTOMERS: Final = frozenset(map(heading_key, _SURE.split()))
"""Labels that are nobody's but a customer's: above the headings the company names itself too."""
WORDS: Final = 4
STARTS_OF_LABELS: Final = frozenset(
    word[:2] for names in _LABELS.values() for name in names.split() for word in name.split("_")
) | frozenset(["nú", "no", "n°", "nº", "có", "cé", "ra", "té", "di"])
"""How a line begins that may name a customer."""
WRITTEN_TYPES: Final = (
    r"(?:nit|n\.i\.t|c\.?\s?c|c[eé]d(?:ula)?(?:\s+(?:jur[ií]dica|f[ií]sica))?|rut|rfc|ruc|dni|id"
    r"|identificaci[oó]n)\b[.:#º°]*\s*"
)
WRITTEN_PHONE: Final = r"(?:tel[eé]?f?(?:ono)?s?|cel(?:ular)?|m[oó]vil)\b[.:#]*\s*[+0-9][0-9 +-]{6,}"
WRITTEN_NUMBERS: Final = (
    r"[A-ZÑ&]{3,4}[0-9]{6}[A-Z0-9]{3}|[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-[0-9Kk]|[0-9] [0-9]{3,4} [0-9]{4,6}"
    r"|[0-9](?:[0-9.-]*[0-9])?"
)
BARE_PHONE: Final = re.compile(r"[2-8][0-9]{3}-[0-9]{4}")
TYPED: Final = re.compile(rf"(?<![\w.-])(?:{WRITTEN_TYPES})(?P<number>{WRITTEN_NUMBERS})(?![\w-])", re.IGNORECASE)
NUMBER: Final = re.compile(rf"(?<![\w.-])(?P<number>{WRITTEN_NUMBERS})(?![\w-])")
CODE: Final = re.compile(r"(?P<code>[0-9]{1,7})(?P<apart>\s*[-–—:|/]\s+|\s+)(?=\S)")
GOES_ON: Final = re.compile(r"\(?\bcont(?:in[uú]a(?:ci[oó]n)?)?\b\.*\)?$", re.IGNORECASE)
NO_LETTER: Final = re.compile("[^A-Za-zéó.]")
AROUND: Final = " \t-–—:|/,;()[]#*"
LONG, SHORT = 8, 5
"""Digits of what is an identity number wherever it stands, and of what is one only below its own label."""


@attrs.frozen(kw_only=True)
class Owner:
    """What lines of a report say of a customer.

    Attributes:
        names: Each that they give; of one customer that is one.
        numbers: Each identity number, as written.
        code: A short number before the name, which is the program's own.
        whole: The name with that number, which it may belong to.
    """

    line: int
    written: str = ""
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    code: str = ""
    whole: str = ""

    @property
    def number(self) -> str:
        """The one identity number; empty for none, or for several."""
        return self.numbers[0] if len({*map(_digits, self.numbers)}) == 1 else ""

    @property
    def name(self) -> str:
        """The one name; empty for none, or for several."""
        return self.names[0] if len({*map(heading_key, self.names)}) == 1 else ""

    @property
    def is_clear(self) -> bool:
        """Whether it says which customer."""
        return bool(self.number or (not self.numbers and self.name))

    def with_more(self, other: Owner) -> Owner:
        """The same with what a further line says."""
        return attrs.evolve(self, names=(*self.names, *other.names), numbers=(*self.numbers, *other.numbers))

    def uncoded(self, are_codes: bool) -> Owner:
        """The same with its short number as part of the name, unless all customers of the file have one."""
        return self if are_codes or not self.whole else attrs.evolve(self, names=(self.whole, *self.names[1:]))


def label_of(cell: str) -> Label | None:
    """What a whole cell is the label of."""
    return LABELS.get(heading_key(cell.rstrip(" :.#"))) if len(cell) <= 40 else None


def first_label(cells: Iterable[str]) -> str:
    """The label that a line begins with, as ``heading_key`` has it; empty where it begins with none."""
    filled = [cell for cell in cells if cell]
    if not filled or filled[0][:2].casefold() not in STARTS_OF_LABELS:
        return ""
    first = filled[0]
    if len(filled) > 1 and label_of(first):
        return heading_key(first.rstrip(" :.#"))
    before, colon, _after = first.partition(":")
    if colon and label_of(before):
        return heading_key(before)
    typed = TYPED.match(first)
    return heading_key(NO_LETTER.split(first, maxsplit=1)[0]) if typed else ""


def owner_of(line: int, cells: Sequence[str], label: Label | None = None) -> Owner:
    """What a line says of a customer; ``label`` is what its first cell is without a word of its own."""
    found = Owner(line=line, written=" ".join(filter(None, cells)))
    is_first = True
    if label is None and TYPED.match(next(filter(None, cells), "")):
        label = Label.IDENTITY
    for cell in filter(None, cells):
        for said, text in _pieces(cell):
            if said:
                label, is_first = said, True
            if not text:
                continue
            if label is Label.CODE and is_first:
                label, is_first = Label.PERSON, False
                continue
            if label in (Label.PERSON, Label.IDENTITY):
                found = _read(found, text, label if is_first else Label.PERSON)
            is_first = False
    return found


def _pieces(text: str) -> list[tuple[Label | None, str]]:
    """A cell cut at the labels within it: ``Ana, Cédula: 1-1234-0567``."""
    if (whole := label_of(text)) and (":" in text or not NUMBER.search(text)):
        return [(whole, "")]
    pieces: list[tuple[Label | None, str]] = [(None, "")]
    parts = re.split(r":(?!\S*[0-9]{2}:)", text)
    for part in parts[:-1]:
        words = part.split()
        most = range(min(WORDS, len(words)), 0, -1)
        taken = next((count for count in most if label_of(" ".join(words[-count:]).strip(AROUND))), 0)
        label, before = pieces[-1]
        rest = " ".join(words[: len(words) - taken])
        pieces[-1] = (label, f"{before} {rest}".strip() if taken else f"{before} {rest}:".strip())
        if taken:
            pieces.append((label_of(" ".join(words[-taken:]).strip(AROUND)), ""))
    label, before = pieces[-1]
    pieces[-1] = (label, f"{before} {parts[-1]}".strip())
    return [(label, said) for label, said in pieces if label or said]


def _read(owner: Owner, text: str, label: Label) -> Owner:
    """With the numbers and the name of a text."""
    rest = re.sub(WRITTEN_PHONE, " ", text, flags=re.IGNORECASE)
    numbers = [found["number"] for found in TYPED.finditer(rest) if len(_digits(found["number"])) >= SHORT]
    rest = TYPED.sub(" | ", rest)
    least = SHORT if label is Label.IDENTITY else LONG
    for found in NUMBER.finditer(rest):
        number = found["number"]
        is_punctuated = not number.isdecimal() and len(_digits(number)) >= SHORT + 2
        is_alone = number == rest.strip(AROUND)
        if BARE_PHONE.fullmatch(number):
            rest = rest.replace(number, " | ", 1)
        elif is_punctuated or len(_digits(number)) >= (SHORT if is_alone else least):
            numbers.append(number)
            rest = rest.replace(number, " | ", 1)
    rest = GOES_ON.sub("", rest.strip()).strip(AROUND)
    owner = attrs.evolve(owner, numbers=(*owner.numbers, *numbers))
    if rest.isdecimal() or not rest:
        return owner
    code, whole = "", ""
    if not owner.names and (found_code := CODE.match(rest)):
        code, name = found_code["code"], rest[found_code.end() :].strip(AROUND)
        is_sure = code[0] == "0" or found_code["apart"].strip() or numbers or owner.numbers
        whole = "" if is_sure else rest
    else:
        name = rest
    several = [part.strip(AROUND) for part in name.split("|") if sum(map(str.isalpha, part)) >= 3]
    if "@" in name or not several:
        return owner
    return attrs.evolve(owner, names=(*owner.names, *several), code=owner.code or code, whole=owner.whole or whole)


def _digits(number: str) -> str:
    return "".join(char for char in number.upper() if char.isalnum())
