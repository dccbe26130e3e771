"""Texts and their words: every id has some, every place is filled,
and no sentence is composed where nobody reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from hub.domain.text import Text
from hub.texts.engine import PLACE, texts_for
from hub.texts.words import ROOMS, WORDS
from hub_hookspecs import Money
from tests.spoken import spoken
from tests.web.catalogues import forms_of

HUB: Final = Path(__file__).parents[2] / "hub"
NOT_YET: Final[tuple[str, ...]] = ()
"""Rooms that still compose sentences of their own."""

DATA: Final = frozenset({"countries", "words.py", "known_columns.py", "heading_words.py", "programs.py"})
"""Spanish by nature: what countries declare, amounts in words as they stand on a receipt for good, headings of
files."""

READ: Final = frozenset(
    {"AROUND", "EXCEL_ERROR", "MONTHS", "NAMED_DATE", "LANGUAGES", "LONG_DAY"}
    | {
        "AT_EDGES",
        "CASH",
        "CURRENCY_WORDS",
        "ANY_CUSTOMER",
        "FOREIGN",
        "_BESIDE",
        "_OWED",
        "_CAME",
        "_YES_SAYS",
        "DEBIT_NOTE_CONCEPT",
        "GIVEN_NAME",
        "GIVEN_NUMBER",
        "GOES_ON",
        "NO_LETTER",
        "OWED_BEFORE",
        "STARTS_OF_LABELS",
        "WRITTEN_NUMBERS",
        "WRITTEN_PHONE",
        "WRITTEN_TYPES",
        "ELECTRONIC_INVOICES",
        "FOOTER",
        "IN_HEADINGS",
        "MONTH_NAMED_FIRST",
        "NONE",
        "OF_ALL",
        "OF_ONE",
        "SPANISH_LETTERS",
        "STARTING",
        "WEEKDAY",
    }
)
"""Tables of what people's files say, or of how dates are written; and what is stored with a debit note for good."""

STORED: Final = frozenset({"concept_for", "debit_note_concept", "is_order_in", "order_for", "_place", "reason_of"})
"""Make and read what is stored for good with a receipt or an order of the shop,
and what providers are sent."""

NOBODY: Final = frozenset({"automático", "enlace del correo"})
"""Who issued a receipt where no person did: receipts keep it for good, and pages say it by a table."""

NAMES: Final = frozenset(
    {
        "enlace del correo",  # who recorded a receipt, as it is stored
        "automático",
        "Pago",  # what a provider shows of a payment, in the company's Spanish
        "Factura",
        "Pedido",
        "register its address in Configuración > Tienda en línea",  # to developers: where the page is
        "o",  # ids and separators, no words
        "<>()[]{}\"'«»“”.,;:!*",
    }
)
"""What flows hold that is stored, sent or named, and said to nobody as it stands."""

SPANISH: Final = re.compile(
    r"[áéíóúñ¿¡«»]|\b(el|la|los|las|un|una|del|que|se|su|sus|con|por|para|está|este|esta|al|sin|ya|de|y|o|hay|falta)\b",
    re.IGNORECASE,
)
ENGLISH: Final = re.compile(r"\b(the|of|and|is|are|not|this|that|with|to|it)\b", re.IGNORECASE)
NAMED: Final = re.compile("SINPE Móvil|PRUEBA - SIN VALOR|Configuración > Tienda en línea")
"""A name, the mark that stands on test papers in both languages, and a page by its heading."""


@attrs.frozen
class Said:
    """Where a text is made: file and line, its id where that is written out, the names of its values."""

    where: str
    id: str | None
    values: frozenset[str | None]


@cache
def modules() -> Mapping[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(HUB.rglob("*.py"))}


@cache
def texts_made() -> tuple[Said, ...]:
    return tuple(said for path, tree in modules().items() for said in made_in(tree, str(path.relative_to(HUB))))


def made_in(tree: ast.Module, file: str) -> Iterator[Said]:
    """Every ``Text(...)`` of a module that has the class from the domain."""
    imported = {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "hub.domain.text"
        for alias in node.names
    }
    for node in ast.walk(tree) if "Text" in imported else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
            id = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            values = frozenset(keyword.arg for keyword in node.keywords)
            yield Said(f"{file}:{node.lineno}", id if isinstance(id, str) else None, values)


def places_of(id: str) -> set[str]:
    return {place for words in forms_of(WORDS[id]) for place in PLACE.findall(words)}


def wrong(texts: tuple[Said, ...]) -> list[str]:
    """Texts without words, with a place that nothing fills, or a value without a place."""
    return [
        f"{said.where}: {said.id}"
        for said in texts
        if said.id is None or said.id not in WORDS or said.values != places_of(said.id)
    ]


def test_every_text_has_words_and_exactly_the_values_that_they_have_places_for() -> None:
    """A text with unprintable letters is made anew by what cleans all that mails show."""
    cleaned = "documents/shown.py"
    assert wrong(tuple(said for said in texts_made() if not said.where.startswith(cleaned))) == []
    assert len([said for said in texts_made() if said.where.startswith(cleaned)]) == 1


@pytest.mark.parametrize(
    "code",
    [
        'Text("cell.no_such_words")',
        'Text("cell.no_month", month=1)',
        'Text("cell.no_amount", month=1)',
        'Text("cell.no_month", **given)',
        "Text(cause)",
        'Text(f"cell.{cause}")',
    ],
)
def test_control_a_text_without_words_or_with_other_values_is_found(code: str) -> None:
    tree = ast.parse(f"from hub.domain.text import Text\n{code}")
    assert len(wrong(tuple(made_in(tree, "x.py")))) == 1


def test_no_id_has_words_in_two_rooms() -> None:
    assert sum(map(len, ROOMS)) == len(WORDS)


def test_no_words_stand_there_for_nobody() -> None:
    """An id is written out, or put together for mails;
    a sentence that comes whole from a flow is recognised."""
    names = {said.id for said in texts_made()} | set(constants("documents"))
    patterns = [re.compile(pattern) for pattern in composed("documents")]
    templates = "".join(path.read_text(encoding="utf-8") for path in (HUB / "documents").rglob("*.html"))
    unused = [
        id
        for id in WORDS
        if id not in names
        and f'"{id}"' not in templates
        and not any(pattern.fullmatch(id) for pattern in patterns)
        and not (NOT_YET and id.startswith("told."))
    ]
    assert unused == []


def constants(room: str) -> Iterator[str]:
    for path, tree in modules().items():
        if path.is_relative_to(HUB / room):
            yield from (
                node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
            )


def composed(room: str) -> Iterator[str]:
    """What ids that are put together look like: ``money.{state}`` as a pattern."""
    for path, tree in modules().items():
        if path.is_relative_to(HUB / room):
            for node in ast.walk(tree):
                if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                    parts = [
                        re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[a-z0-9_.-]*"
                        for part in node.values
                    ]
                    if re.match(r"[a-z_]+(\\\.[a-z_]+)*\\\.", parts[0]):
                        yield "".join(parts)


# ---- what is said


def sample(place: str) -> Any:
    """A value that is of no language."""
    days = {"day", "date", "on", "since", "until", "moment", "at"}
    if place in ("amount", "balance", "total"):
        return Money(500, "CRC")
    if place in days:
        return date(2026, 11, 21) if place != "moment" else datetime(2026, 11, 21, 9, 41, tzinfo=UTC)
    return "FE-1"


def rendered(locale: str, *, at_terminal: bool) -> Mapping[str, str]:
    return {
        id: spoken(Text(id, **{place: sample(place) for place in places_of(id)}), locale, at_terminal=at_terminal)
        for id in WORDS
    }


@pytest.mark.parametrize("at_terminal", [False, True])
def test_english_words_hold_no_spanish(at_terminal: bool) -> None:
    said = rendered("en", at_terminal=at_terminal)
    assert {id: words for id, words in said.items() if SPANISH.search(NAMED.sub("", words))} == {}


@pytest.mark.parametrize("locale", ["es_CR", "es_CO"])
@pytest.mark.parametrize("at_terminal", [False, True])
def test_spanish_words_hold_no_english(locale: str, at_terminal: bool) -> None:
    said = rendered(locale, at_terminal=at_terminal)
    assert {id: words for id, words in said.items() if ENGLISH.search(words)} == {}


def test_every_text_is_said_whole_wherever_it_is_read() -> None:
    """No place stays empty, and a page names no option of the command line."""
    for locale in ("es_CR", "es_CO", "en"):
        for at_terminal in (False, True):
            said = rendered(locale, at_terminal=at_terminal)
            assert [id for id, words in said.items() if re.search(r"[{}]", words) or not words.strip()] == []
        assert [id for id, words in rendered(locale, at_terminal=False).items() if "--" in words] == []


# ---- where no words are made


def spanish_in(path: Path, tree: ast.Module) -> Iterator[str]:
    """Literals for people: those with Spanish words, and those that the catalogue says in English."""
    english = texts_for("en").catalogue
    unsaid = {id(node) for part in skipped(tree) for node in ast.walk(part)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in unsaid:
            text = NAMED.sub("", re.sub("%[A-Za-z]", "", node.value)).strip()
            known = len(text) > 1 and english.get(text, (text,))[0] != text
            sentence = " " in text and SPANISH.search(text) and not ENGLISH.search(text)
            if text not in NOBODY and (known or sentence or re.search("[áéíóúñ¿¡«»]", text)):
                yield f"{path.relative_to(HUB)}:{node.lineno}: {text[:60]}"


def skipped(tree: ast.Module) -> Iterator[ast.AST]:
    """Docstrings, which speak to developers, tables of what files say, and what is stored for good."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                yield node
            case ast.AnnAssign(target=ast.Name(id=name)) if name in READ:
                yield node
            case ast.Assign(targets=[ast.Name(id=name)]) if name in READ:
                yield node
            case ast.FunctionDef(name=name) if name in STORED:
                yield node


@pytest.mark.parametrize("room", sorted({"domain", "flows"} - set(NOT_YET)))
def test_no_words_are_composed_where_nobody_knows_who_reads_them(room: str) -> None:
    found = [
        text
        for path, tree in modules().items()
        if path.is_relative_to(HUB / room) and not DATA & set(path.relative_to(HUB / room).parts)
        for text in spanish_in(path, tree)
        if text.partition(": ")[2].strip() not in NAMES
    ]
    assert found == []


def test_control_a_sentence_in_the_code_is_found() -> None:
    code = 'raise Invalid((Problem("amount", f"La factura {number} debe {balance}"),))\nLABEL = "Efectivo"'
    assert len(list(spanish_in(HUB / "domain" / "x.py", ast.parse(code)))) == 2
