"""Customers in the files that people's programs write.

What is wrong with who they are sets a row aside; an odd phone or mail is told, and the customer is taken without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from hub.domain.cells import Unreadable
from hub.domain.files.columns import errors_read, resolve_columns
from hub.domain.files.heading_words import reduced
from hub.domain.files.identity_types import fits_name, takes_any_text, types_for, types_named
from hub.domain.files.known_columns import CUSTOMER_COLUMNS
from hub.domain.files.layout import FileKind, Layout
from hub.domain.files.listed import read_listed
from hub.domain.files.question import Choice, Question
from hub.domain.files.reading import Reading
from hub.domain.files.row_cells import RowCells, by_line, refuse_duplicates
from hub.domain.files.sheet import RowError, Table
from hub.domain.identity import read_document
from hub.domain.mail_address import read_address
from hub.domain.text import Declared, Text
from hub_hookspecs import Country, IdentityDocument, IdentityType

LANGUAGES: Final = {"es": "es", "espanol": "es", "spanish": "es", "en": "en", "ingles": "en", "english": "en"}
"""How files name the languages of mails."""
IDENTITY_TYPE: Final = "identity_type"
"""Answered with the code of the type of those numbers that may be of several."""
NOTHING: Final = (
    "na n_a sn s_n nd n_d no no_tiene no_aplica ninguno ninguna sin_correo sin_telefono sin_email sin_direccion"
    " none null nulo vacio no_registra no_disponible"
)
"""What people write into a cell that is to stay empty, reduced; signs alone reduce to nothing."""
EXAMPLES: Final = 3
PHONE: Final = re.compile(r"\+?[0-9 ().-]{6,}")


@attrs.frozen(kw_only=True)
class CustomerRow:
    """One customer as the file states it; of what it has no column, or nothing that can be read, it says nothing: None.

    Attributes:
        email: Empty where the file has none.
        other_emails: Further ones of the same cell, or of a column for them.
    """

    line: int
    name: str
    document: IdentityDocument
    email: str | None = None
    other_emails: tuple[str, ...] | None = None
    phone: str | None = None
    address: str | None = None
    language: str = ""


@attrs.frozen(kw_only=True)
class CustomerFile(Reading):
    """The customers of a file, and all that is to be said of it.

    Attributes:
        types: Of which type the document of each line is, also of one that is set aside.
    """

    rows: tuple[CustomerRow, ...] = ()
    types: Mapping[int, IdentityType] = attrs.Factory(dict)


def parse_customers(
    data: bytes | Table, *, name: str = "", country: Country, layout: Layout | None = None
) -> CustomerFile:
    """Read a file of customers; identity documents are read by the rules of the company's
    country."""
    layout = layout or Layout()
    table = read_listed(FileKind.CUSTOMERS, data, name)
    resolved = resolve_columns(table, CUSTOMER_COLUMNS, layout)
    columns, errors = ({} if resolved.is_open else resolved.columns), list(resolved.errors)
    told = errors_read(table, resolved)
    bad_lines = {error.line for error in told}
    every = [RowCells(row, columns, errors, bad_lines) for row in table.rows if columns]
    reader = _CustomerReader(every, country, layout)
    rows = [(cells, reader.customer(cells)) for cells in every]
    refuse_duplicates(((cells, customer.document.number) for cells, customer in rows if customer), "identity_number")
    body, wrong = {row.line for row in table.rows}, by_line((*told, *errors))
    questions = (*resolved.questions, *reader.questions())
    return CustomerFile(
        rows=tuple(customer for cells, customer in rows if customer and not cells.has_errors),
        types=reader.types,
        errors=tuple(error for error in wrong if error.line not in body),
        set_aside=tuple(error for error in wrong if error.line in body),
        warnings=by_line(reader.warnings),
        format=table.format,
        file_type=table.file_type,
        columns={ours: theirs for ours, theirs in resolved.columns.items() if ours not in reader.unused},
        left_out=(*resolved.left_out, *(name for field in reader.unused for name in columns.get(field, ()))),
        questions=questions,
        missing=resolved.missing,
        head=table.head,
        hidden=table.hidden,
        titles=table.titles,
        is_cut=table.is_cut,
        unread_sheets=table.unread_sheets,
        seen=len(table.rows),
        layout=layout,
    )


class _CustomerReader:
    """Reads rows; what is unusual is kept as a warning, and what only a person can say as doubtful."""

    def __init__(self, every: Sequence[RowCells], country: Country, layout: Layout) -> None:
        self.warnings: list[RowError] = []
        self.types: dict[int, IdentityType] = {}
        self._country = country
        self._doubtful: list[tuple[RowCells, tuple[IdentityType, ...]]] = []
        self._answers = layout.answers
        self._has_types = any(types_named(country, cells.raw("identity_type")) for cells in every)

    @property
    def unused(self) -> tuple[str, ...]:
        """A column of types that names none is about something else, such as wholesale and retail."""
        return () if self._has_types else ("identity_type",)

    def customer(self, cells: RowCells) -> CustomerRow | None:
        name = cells.text("name", 200, required=True)
        document = self._document(cells)
        emails = self._emails(cells)
        phone = self._phone(cells)
        address = cells.text("address", 300) if self._says(cells, "address") else None
        language = reduced(cells.text("language", 20))
        if language and language not in LANGUAGES:
            self._warn(cells, "language", Text("cell.unknown_language"))
        if not name or document is None:
            return None
        return CustomerRow(
            line=cells.line,
            name=name,
            document=document,
            email=None if emails is None else "".join(emails[:1]),
            other_emails=None if emails is None else emails[1:],
            phone=phone,
            address=address,
            language=LANGUAGES.get(language, ""),
        )

    def questions(self) -> tuple[Question, ...]:
        """Of which type numbers are that may be of several: asked once, each type with rows that it fits."""
        if not self._answers.get(IDENTITY_TYPE):
            return self._question(IDENTITY_TYPE, self._doubtful)
        apart: dict[str, list[tuple[RowCells, tuple[IdentityType, ...]]]] = {}
        for cells, kinds in self._doubtful:
            apart.setdefault(_key_of(kinds), []).append((cells, kinds))
        return tuple(question for key, doubtful in apart.items() for question in self._question(key, doubtful))

    def _question(
        self, key: str, doubtful: Sequence[tuple[RowCells, tuple[IdentityType, ...]]]
    ) -> tuple[Question, ...]:
        kinds = {kind.code: kind for _cells, kinds in doubtful for kind in kinds}
        choices = tuple(
            Choice(
                value=kind.code,
                label=Text("column.identity_label", type=Declared(kind.label)),
                examples=tuple(self._examples(kind, doubtful)),
            )
            for kind in kinds.values()
        )
        return (Question(key=key, text=Text("column.identity_type"), choices=choices),) if choices else ()

    def _examples(
        self, kind: IdentityType, doubtful: Sequence[tuple[RowCells, tuple[IdentityType, ...]]]
    ) -> Iterable[Text]:
        rows = [cells for cells, kinds in doubtful if kind in kinds]
        for cells in rows[:EXAMPLES]:
            document = read_document(self._country, kind.code, cells.raw("identity_number")).document
            if document:
                number = kind.show(document.number, document.check_digit)
                yield Text("column.cell", line=cells.line, value=f"{number}, {cells.raw('name')}")

    def _document(self, cells: RowCells) -> IdentityDocument | None:
        number = cells.code("identity_number", 60, required=True)
        kind = self._type(cells, number) if number else None
        if kind is None:
            return None
        self.types[cells.line] = kind
        digit = cells.raw("check_digit") if _plain(cells.raw("check_digit")) else ""
        if digit and kind.check_digit is None:
            self._warn(cells, "check_digit", Text("identity.has_no_digit", type=Declared(kind.label)))
            digit = ""
        reading = read_document(self._country, kind.code, number, digit)
        for problem in reading.errors:
            here = problem.field if cells.raw(problem.field) else "identity_number"
            cells.add_error(here, problem.message)
        for problem in reading.warnings:
            self._warn(cells, "identity_number", problem.message)
        return reading.document

    def _type(self, cells: RowCells, number: str) -> IdentityType | None:
        """As it is written, else the one that fits, else as somebody answered."""
        written = cells.text("identity_type", 60) if self._has_types else ""
        named = types_named(self._country, written)
        if len(named) == 1:
            if not named[0].legal_person and not takes_any_text(named[0]) and not fits_name(named, cells.raw("name")):
                self._warn(cells, "identity_type", Text("identity.company_as_person", type=Declared(named[0].label)))
            return named[0]
        if written and not named:
            codes = ", ".join(kind.code for kind in self._country.identity_types)
            message = Text("identity.unknown_type", type=written[:40], country=self._country.name, codes=codes)
            cells.add_error("identity_type", message)
            return None
        fitting = types_for(self._country, number, _plain(cells.raw("check_digit")))
        fitting = tuple(kind for kind in fitting if kind in named) or fitting
        found = fits_name(fitting, cells.raw("name"))
        if len(found) > 1:
            found = self._answered(found) or found
        if len(found) == 1:
            return found[0]
        if found:
            self._doubtful.append((cells, found))
        elif fitting:
            cells.add_error("identity_number", Text("identity.persons_number", type=Declared(fitting[0].label)))
        else:
            cells.add_error("identity_number", Text("identity.fits_none", country=self._country.name))
        return None

    def _answered(self, found: tuple[IdentityType, ...]) -> tuple[IdentityType, ...]:
        """Those that were answered; an answer that was no choice for a number counts nothing for it."""
        said = (self._answers.get(key, "") for key in (IDENTITY_TYPE, _key_of(found)))
        kinds = (tuple(kind for kind in found if kind in types_named(self._country, code)) for code in said if code)
        return next(filter(None, kinds), ())

    def _emails(self, cells: RowCells) -> tuple[str, ...] | None:
        """The addresses of a cell, or of several; None where nothing is said of them."""
        fields = [field for field in ("email", "other_email") if self._says(cells, field)]
        found: dict[str, None] = {}
        wrong = False
        for field in fields:
            cell = re.sub("mailto:", " ", cells.raw(field).strip(), flags=re.IGNORECASE)
            parts = [part for part in re.split(r"[\s;,/|<>]+", cell) if "@" in part] or [cell]
            for part in filter(None, parts):
                try:
                    found[read_address(part).lower()] = None
                except Unreadable as unreadable:
                    wrong = True
                    self._warn(cells, field, unreadable.message)
        return None if not fields or (wrong and not found) else tuple(found)

    def _phone(self, cells: RowCells) -> str | None:
        """As it is written, told where it is odd; None where nothing of it can be kept."""
        if not self._says(cells, "phone"):
            return None
        phone = " ".join(cells.raw("phone").split())
        if not phone or PHONE.fullmatch(phone):
            return phone
        self._warn(cells, "phone", Text("cell.no_phone_number"))
        is_kept = len(phone) <= 60 and phone.isprintable() and sum(map(str.isdigit, phone)) >= 6
        return phone if is_kept else None

    def _says(self, cells: RowCells, field: str) -> bool:
        """Whether a cell says anything: empty, that there is none; ``N/A`` leaves what is known, and is told."""
        if not cells.has(field):
            return False
        if cells.raw(field).strip() and not _plain(cells.raw(field)):
            self._warn(cells, field, Text("cell.says_nothing"))
            return False
        return True

    def _warn(self, cells: RowCells, field: str, message: Text | str) -> None:
        self.warnings.append(cells.error(field, message))


def _key_of(kinds: Iterable[IdentityType]) -> str:
    """Under which answer it stands of which of these types numbers are that the first answer is no choice for."""
    return f"{IDENTITY_TYPE}:{'-'.join(kind.code for kind in kinds)}"


def _plain(text: str) -> str:
    """A cell, empty where people wrote that there is nothing: ``N/A``, ``-``, ``no tiene``."""
    plain = reduced(text)
    return "" if not plain or plain in NOTHING.split() or set(plain) == {"x"} else text.strip()
