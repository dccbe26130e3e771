"""What a workbook's number formats show: of the format's code alone, and of cells as other programs write them."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from hub.domain.files import workbook, worksheet
from hub.domain.files.number_format import Shows, format_numbered, read_format
from hub.domain.files.sheet import FormattedNumber, JsonNumber, NumberFormat
from hub.domain.files.table_file import read_table

SHOWN = [
    ("#,##0.00", "", "", "", 1, 2),
    ("0.00", "", "", "", 1, 2),
    ("#,##0", "", "", "", 1, 0),
    ("$#,##0.00", "$", "", "", 1, 2),
    ('"$"#,##0.00', "$", "", "", 1, 2),
    ('"US$" #,##0.00', "US$", "", "", 1, 2),
    ('"₡"#,##0.00', "₡", "", "", 1, 2),
    ("₡#,##0.00", "₡", "", "", 1, 2),
    ("[$₡-140A]#,##0.00", "₡", "", "", 1, 2),
    ("[$₡-es-CR] #,##0", "₡", "", "", 1, 0),
    ("[$CRC] #,##0.00", "CRC", "", "", 1, 2),
    ("#,##0.00 [$USD]", "USD", "", "", 1, 2),
    ("[$$-409]#,##0.00", "USD", "", "", 1, 2),
    ("[$$-en-US]#,##0.00", "USD", "", "", 1, 2),
    (r"[$$-240A]\ #,##0", "COP", "", "", 1, 0),
    ("[$$-80A]#,##0.00", "MXN", "", "", 1, 2),
    ("[$$-340A]#,##0", "CLP", "", "", 1, 0),
    ("[$-es-CR]#,##0.00", "CRC", "", "", 1, 2),
    ("[$-409]#,##0.00", "", "", "", 1, 2),
    ("[$€-2] #,##0.00", "€", "", "", 1, 2),
    ('_-"₡"* #,##0.00_-;-"₡"* #,##0.00_-;_-"₡"* "-"??_-;_-@_-', "₡", "", "", 1, 2),
    ('_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)', "$", "", "", 1, 2),
    ('"₡"#,##0.00;[Red]-"₡"#,##0.00', "₡", "", "", 1, 2),
    ('#,##0.00" dólares"', "dólares", "", "", 1, 2),
    ('"FE-"00000000', "", "FE-", "", 8, 0),
    (r"\F\E\-000", "", "FE-", "", 3, 0),
    ("00000", "", "", "", 5, 0),
    ("0-0000-0000", "", "", "", 9, 0),
    ('"Q-"0000', "", "Q-", "", 4, 0),
    ('"L"00000', "", "L", "", 5, 0),
    ('"L "#,##0.00', "L", "", "", 1, 2),
    ('#,##0,"K"', "", "", "K", 1, None),
    ("0.00E+00", "", "", "", 1, None),
    ('General" USD"', "USD", "", "", 0, None),
    ("#,##0.###", "", "", "", 1, 3),
    ("[Blue][>=1000]#,##0.0;0.0", "", "", "", 1, 1),
]  # fmt: skip


@pytest.mark.parametrize(("code", "currency", "prefix", "suffix", "zeros", "places"), SHOWN)
def test_a_format_shows_a_currency_letters_zeros_and_places(
    code: str, currency: str, prefix: str, suffix: str, zeros: int, places: int | None
) -> None:
    form = read_format(code)
    for value in (Decimal(-5), Decimal(0), Decimal(1200)):
        assert form.of(value) == NumberFormat(code, currency, prefix, suffix, zeros, places)


def test_a_format_may_depend_on_the_number() -> None:
    """Its parts for what is above zero, below and zero, or by conditions of their own."""
    signed = read_format('"FE-"000;"NC-"000')
    assert [shown.prefix for shown in map(signed.of, map(Decimal, (1, 0, -1))) if shown] == ["FE-", "FE-", "NC-"]
    by_size = read_format('[>=1000]"A-"0;[<0]"B-"0;"C-"0')
    assert [shown.prefix for shown in map(by_size.of, map(Decimal, (1000, -1, 5))) if shown] == ["A-", "B-", "C-"]


@pytest.mark.parametrize(
    ("code", "shows"),
    [
        ("dd/mm/yyyy", Shows.DAY), ("dd/mm/yyyy;@", Shows.DAY), ('[$-140A]d" de "mmmm" de "yyyy', Shows.DAY),
        (r"[$-F800]dddd\, mmmm dd\, yyyy", Shows.DAY), ("mmm-yy", Shows.DAY), ("mmmm", Shows.DAY),
        ("dd/mm/yyyy hh:mm", Shows.MOMENT), ("yyyy-mm-dd hh:mm:ss.000", Shows.MOMENT),
        ("d/m/yy h:mm AM/PM", Shows.MOMENT),
        ("[h]:mm", Shows.NUMBER), ("mm:ss", Shows.NUMBER), ("General", Shows.NUMBER), ('0 "días"', Shows.NUMBER),
        ("@", Shows.NUMBER), ('"d"0', Shows.NUMBER), ("[Red]0", Shows.NUMBER), (r"\d0", Shows.NUMBER),
    ],
)  # fmt: skip
def test_a_format_shows_a_day_a_moment_or_a_number(code: str, shows: Shows) -> None:
    assert read_format(code).shows is shows


def test_formats_that_are_named_by_number_are_those_of_the_standard() -> None:
    """And a workbook's own code for one of them counts more."""
    assert [format_numbered(number, None).shows for number in (14, 22, 20)] == [Shows.DAY, Shows.MOMENT, Shows.NUMBER]
    shown = [format_numbered(number, None).of(Decimal(1)) for number in (0, 4, 10, 44, 49)]
    assert [(one.currency, one.places, one.is_percent) if one else None for one in shown] == [
        None, ("", 2, False), ("", 2, True), ("$", 2, False), None,
    ]  # fmt: skip
    own = format_numbered(44, '"₡"#,##0').of(Decimal(1))
    assert own is not None
    assert own.currency == "₡"


def test_a_number_that_is_a_name_is_shown_with_its_letters_and_zeros() -> None:
    number = FormattedNumber("123", NumberFormat(prefix="FE-", zeros=8))
    assert (number, number.as_code, number.shown_as.zeros) == ("123", "FE-00000123", 8)
    assert isinstance(number, JsonNumber)


# ---- cells as other programs write and read them


CODES = [code for code, *_shown in SHOWN if "dólares" not in code]
TEXTS = [
    "Ana & Luis",
    "<b>",
    "José",
    'con "comillas"',
    "dos\nlíneas",
    "00123",
    "1-1234-0567",
    "a]]>b",
    "'",
    "É",
    "x" * 300,
    "5",
]


def generated(dice: Random, count: int) -> list[list[tuple[Any, str]]]:
    """Rows of values with the format that each is shown in."""

    def one() -> tuple[Any, str]:
        match dice.randrange(6):
            case 0:
                return dice.choice(TEXTS), "General"
            case 1:
                day = date(2026, 1, 1).replace(month=dice.randrange(1, 13), day=dice.randrange(1, 29))
                return day, dice.choice(("dd/mm/yyyy", '[$-140A]d" de "mmmm" de "yyyy', "yyyy-mm-dd;@"))
            case 2:
                day = datetime(2026, dice.randrange(1, 13), 28)  # noqa: DTZ001 - Excel knows no zones
                moment = day + timedelta(seconds=dice.randrange(1, 86_400))
                return moment, "dd/mm/yyyy hh:mm:ss"
            case 3:
                return None, "General"
            case 4:
                return dice.randrange(-(10**9), 10**9), dice.choice(CODES)
        return round(dice.uniform(-1e9, 1e9), dice.randrange(1, 6)), dice.choice(CODES)

    return [[one() for _ in range(9)] for _ in range(count)]


def written(rows: list[list[tuple[Any, str]]], *, is_1904: bool = False) -> bytes:
    book = openpyxl.Workbook()
    if is_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet.append([f"c{at}" for at in range(9)])
    for line, row in enumerate(rows, 2):
        for at, (value, code) in enumerate(row, 1):
            cell = sheet.cell(line, at, value)
            cell.number_format = code
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def as_peer(cell: str, peer: Any) -> Any:
    """Our text in the kind of value that the peer has."""
    if isinstance(peer, bool) or not cell:
        return cell
    if isinstance(peer, datetime):
        return datetime.fromisoformat(cell)
    if isinstance(peer, date):
        return date.fromisoformat(cell)
    return float(cell) if isinstance(peer, int | float) else cell


@pytest.mark.parametrize("is_1904", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_generated_cells_are_what_two_other_readers_find_and_shown_as_their_formats_say(
    seed: int, *, is_1904: bool
) -> None:
    rows = generated(Random(seed), 60)
    data = written(rows, is_1904=is_1904)
    table = read_table(data)
    calamine = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1:]
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active

    assert not table.errors
    found = {row.line: list(row.cells.values()) for row in table.rows}
    for line, row in enumerate(rows, 2):
        cells = found.get(line, [""] * 9)
        for at, ((value, code), peer) in enumerate(zip(row, calamine[line - 2], strict=True)):
            own, third = cells[at], sheet.cell(line, at + 1).value
            assert as_peer(own, peer) == peer or own == str(peer).strip(), (line, at, value, code)
            assert as_peer(own, third) == third or (own, third) == ("", None), (line, at, value, code)
            if isinstance(value, int | float):
                assert isinstance(own, FormattedNumber)
                assert own.shown_as == read_format(code).of(Decimal(own))


@pytest.mark.parametrize("seed", range(3))
def test_many_rows_at_once_are_read_as_the_parser_reads_them(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(generated(Random(seed), 200))
    at_once = workbook.read_workbook(data)
    asked: list[bool] = []
    usual = worksheet.SheetReader.usual
    monkeypatch.setattr(worksheet.SheetReader, "usual", lambda read, text: asked.append(usual(read, text)) or asked[-1])
    assert workbook.read_workbook(data) == at_once
    assert any(asked)
    monkeypatch.setattr(worksheet.SheetReader, "usual", lambda _read, _text: False)
    one_by_one = workbook.read_workbook(data)

    assert one_by_one == at_once
    kinds = [[type(cell).__mro__[-3:] for cell in cells] for _line, cells in at_once.lines]
    assert kinds == [[type(cell).__mro__[-3:] for cell in cells] for _line, cells in one_by_one.lines]


def test_control_a_reader_that_forgets_the_sign_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worksheet, "figure", lambda value: str(abs(value)))
    monkeypatch.setattr(worksheet, "PLAIN_LENGTH", 0)
    with pytest.raises(AssertionError):
        test_generated_cells_are_what_two_other_readers_find_and_shown_as_their_formats_say(0, is_1904=False)
