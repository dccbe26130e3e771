"""Amounts as people and programs write them, read by the column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.cells import Unreadable, own_currency, read_amount, read_typed
from hub.domain.currencies import currency_named
from hub.domain.files.amounts import AmountColumns
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.layout import DECIMAL, Layout
from hub.domain.files.question import Question
from hub.domain.files.sheet import FormattedNumber, JsonNumber, NumberFormat
from hub_hookspecs import EXPONENTS, Money
from tests.spoken import spoken
from tests.strangers.readings import readings

CR, CO = ("CRC", "USD"), ("COP", "USD")
"""Currencies of the two countries."""


def refusal(read: Callable[..., object], *given: object) -> str:
    """Why a cell cannot be read, as a terminal says it."""
    with pytest.raises(Unreadable) as refused:
        read(*given)
    return spoken(refused.value.message, at_terminal=True)


def columns(*cells: tuple[str, str], balances: Sequence[tuple[str, str]] = (), **answers: str) -> AmountColumns:
    """Amounts with their currencies, one below the other, and those of a second column."""
    layout = Layout(answers={key.replace("_", ":"): sign for key, sign in answers.items()})
    rows = {
        field: [(line, *cell) for line, cell in enumerate(of, 2)]
        for field, of in (("total", cells), ("balance", balances))
    }
    return AmountColumns.of(rows, layout)


def as_read(*cells: tuple[str, str], **answers: str) -> list[str]:
    """What is read of each cell of a column: an amount, or the id of the reason why not."""
    read = columns(*cells, **answers)
    return [told(read, cell, currency) for cell, currency in cells]


def said(read: Callable[..., Money], *given: object) -> str:
    """The amount, or the id of the reason why it is none."""
    try:
        return str(read(*given))
    except Unreadable as unreadable:
        return unreadable.message.id


def told(read: AmountColumns, cell: str, currency: str) -> str:
    return said(read.read, "total", cell, currency)


def invoices(text: str, currencies: tuple[str, ...] = CR, **answers: str) -> InvoiceFile:
    layout = Layout(answers=answers)
    return parse_invoices(text.encode(), layout=layout, default_currency=currencies[0], currencies=currencies)


def shown(digits: str, **of_format: object) -> FormattedNumber:
    return FormattedNumber(digits, NumberFormat(**of_format))  # type: ignore[arg-type]


def asked(question: Question) -> tuple[str, dict[str, list[str]]]:
    """A question's key, and its examples by answer."""
    return question.key, {choice.value: [spoken(text) for text in choice.examples] for choice in question.choices}


# ---- one amount


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1.234.567,50", 123456750), ("1,234,567.50", 123456750), ("1 234 567,50", 123456750),
        ("1\u00a0234\u00a0567,50", 123456750), ("1\u202f234\u2009567,50", 123456750), ("1'234'567.50", 123456750),
        ("1'234.567,50", 123456750), ("1’234.567,50", 123456750), ("1´234,567.50", 123456750),
        ("1'234 567,50", 123456750), ("1'234567,50", 123456750), ("+1.234.567,50", 123456750),
        ("₡ 1.234.567,50.-", 123456750), ("1.234.567,-", 123456700), ("'1.234.567,50", 123456750),
        ("\ufeff1.234.567,50\u200e", 123456750), ("12,50 -", -1250),
        ("12.500'000.000,00", 1250000000000), ("1'250.000", 125000000),
        ("1234567,5", 123456750), ("₡1.234.567,50", 123456750), ("₡ 1 234 567,50", 123456750),
        ("¢1.234.567,50", 123456750), ("CRC 1.234.567,50", 123456750), ("1,234,567.50 crc", 123456750),
        ("1.234.567,50 colones", 123456750), ("Colones costarricenses 1.234.567,50", 123456750),
        ("0,50", 50), ("0.5", 50), ("0.500", 50), ("12", 1200), ("12,00", 1200), ("1250.000", 125000),
        ("1 234", 123400), ("1234.50000", 123450), ("0", 0), ("1.234.567", 123456700),
        ("-12,5", -1250), ("12,5-", -1250), ("(12,50)", -1250), ("₡-12,50", -1250), ("-₡   12,50", -1250),
        ("₡(12,50)", -1250), ("(₡12,50)", -1250), ("₡ 12,50-", -1250), ("−12", -1200), ("- 12", -1200),
        ("-", 0), ("–", 0), ("₡-", 0), ("₡ -   ", 0), ("-  ₡", 0), ("$-", None), ("- -", None),
        (JsonNumber("1234.5"), 123450), (JsonNumber("1.234"), None),
        ("850.000", 85000000), ("850,000", 85000000), ("1.234", 123400), ("₡ 999.999", 99999900), ("-1,234", -123400),
    ],
)  # fmt: skip
def test_an_amount_with_one_reading_is_read(text: str, minor: int | None) -> None:
    """Grouping, signs, words, dashes and spaces as people and programs write them; thousandths are thousands."""
    if minor is None:
        assert refusal(read_amount, text, "CRC")
    else:
        assert read_amount(text, "CRC") == Money(minor, "CRC")


@pytest.mark.parametrize("currency", ["USD", "EUR"])
@pytest.mark.parametrize("text", ["1.234", "1,234", "185.000", "$ 999.999", "-1,234"])
def test_an_amount_of_small_money_with_two_readings_is_refused_unless_the_sign_is_known(
    text: str, currency: str
) -> None:
    text = text.replace("$ ", "€" if currency == "EUR" else "$")
    assert "--decimal" in refusal(read_amount, text, currency)

    group = "." if "." in text else ","
    whole = int("".join(char for char in text if char in "-0123456789")) * 100
    assert read_amount(text, currency, "," if group == "." else ".") == Money(whole, currency)


@pytest.mark.parametrize(
    ("text", "currency", "style", "word"),
    [
        ("12,345,6", "CRC", None, "monto"), ("1.23.456", "CRC", None, "monto"),
        ("1.234 567", "CRC", None, "monto"),
        ("1'250.000,500", "CRC", None, "monto"), ("1'250'000.500", "CRC", None, "monto"),
        ("1.250'000", "CRC", None, "monto"),
        ("0.500.000", "CRC", None, "monto"), ("1234.567,00", "CRC", None, "monto"), ("1..234", "CRC", None, "monto"),
        ("1,234.567,50", "CRC", None, "monto"), ("", "CRC", None, "monto"), ("abc", "CRC", None, "monto"),
        ("12%", "CRC", None, "monto"), ("1/2", "CRC", None, "monto"), ("١٢", "CRC", None, "monto"),
        ("12 13", "CRC", None, "monto"), (",50", "CRC", None, "monto"), ("--5", "CRC", None, "monto"),
        ("CRC - 1.000", "CRC", None, "monto"), ("1.000 - CRC", "CRC", None, "monto"), ("CRC.50", "CRC", None, "monto"),
        ("1000 c/u", "CRC", None, "monto"), ("12 colonias", "CRC", None, "monto"), ("C$ 12", "NIO", None, "monto"),
        ("1" * 61, "CRC", None, "monto"), ("12 XYZ", "CRC", None, "monto"),
        ("1.50", "CRC", ",", "coma"), ("1,50", "CRC", ".", "punto"), ("1,2345", "CRC", None, "decimales"),
        ("12,5", "CLP", None, "decimales"), ("99999999999999", "CRC", None, "grande"),
        ("9" * 40, "CRC", None, "grande"), ("-(5)", "CRC", None, "monto"), ("(-5)", "CRC", None, "monto"),
        ("(5", "CRC", None, "monto"), ("-5-", "CRC", None, "monto"),
        ("COP 100", "CRC", None, "COP"), ("$100", "CRC", None, "«$»"), ("₡100", "COP", None, "«₡»"),
        ("US$100", "COP", None, "US"), ("$100 USD", "COP", None, "USD"), ("100 dólares", "CRC", None, "DOLARES"),
        ("$ -", "CRC", None, "«$»"),
        ("1,23E+06", "CRC", None, "Excel"), ("#N/A", "CRC", None, "Excel"), ("#¡REF!", "CRC", None, "Excel"),
        ("#####", "CRC", None, "Excel"), (JsonNumber("1E999999"), "CRC", None, "monto"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_the_reason(text: str, currency: str, style: str | None, word: str) -> None:
    """An amount of another currency, or too fine, or too large, is refused as such."""
    assert word in refusal(read_amount, text, currency, style)


@given(
    st.integers(-(10**15), 10**15), st.sampled_from([(",", "."), (".", ","), (",", " "), (".", "'"), (",", "\u00a0")])
)
def test_every_amount_is_read_back_exactly(minor: int, signs: str) -> None:
    """Whatever the signs, with two decimals there is one reading."""
    decimal, group = signs
    text = f"{Decimal(minor).scaleb(-2):,.2f}".translate(str.maketrans({",": group, ".": decimal}))

    assert read_amount(text, "COP") == Money(minor, "COP")


@given(st.text(alphabet="0123456789.,' -()$₡CRCUSD\u00a0E+#", max_size=20), st.sampled_from([None, ",", "."]))
def test_a_text_is_an_amount_or_unreadable_and_never_depends_on_luck(text: str, style: str | None) -> None:
    """Whatever is read without a known sign is read the same with the sign that fits."""
    try:
        amount = read_amount(text, "USD", style)
    except Unreadable:
        return

    found = set()
    for sign in ",.":
        try:
            found.add(read_amount(text, "USD", sign))
        except Unreadable:
            continue
    assert amount in found
    assert style is not None or found == {amount}


PIECES = st.sampled_from(
    [
        *(
            "1",
            "12",
            "123",
            "000",
            "500",
            "0",
            ".",
            ",",
            "'",
            "´",
            " ",
            "\u00a0",
            "-",
            "–",
            "(",
            ")",
            "+",
            "₡",
            "$",
            "US$",
        ),
        *("CRC", "USD", "colones", ".-", "%", "M.N.", "1.250", "850.000", "1,200", "12'345", "CR", "pesos", "\u200b"),
    ]
)


@given(st.lists(PIECES, max_size=7).map("".join), st.sampled_from(["CRC", "USD"]), st.sampled_from([None, ",", "."]))
def test_no_text_is_read_as_what_a_referee_would_not_read(text: str, currency: str, sign: str | None) -> None:
    """Whatever is read is among the readings of an enumerator that shares nothing with the reader."""
    try:
        amount = read_amount(text, currency, sign)
    except Unreadable:
        return
    assert amount.decimal in readings(text, currency)


@pytest.mark.parametrize(
    ("text", "currency", "sign", "read"),
    [
        ("1.500", "COP", ",", "1500.00 COP"), ("1.500", "USD", ",", "1500.00 USD"),
        ("1.500", "CRC", "", "1500.00 CRC"),
        ("1,500", "CRC", "", "1500.00 CRC"), ("1,500.00", "CRC", "", "1500.00 CRC"),
        ("1500,5", "COP", ",", "1500.50 COP"),
        ("1,500", "COP", ",", "cell.two_readings"), ("1,500", "USD", "", "cell.two_readings"),
        ("1.500", "USD", "", "cell.two_readings"), ("1.500", "USD", ".", "cell.two_readings"),
        ("1500.50", "COP", ",", "cell.other_decimal"), ("", "COP", ",", "cell.no_amount"),
    ],
)  # fmt: skip
def test_what_a_person_types_is_read_by_the_sign_of_the_country(text: str, currency: str, sign: str, read: str) -> None:
    """A sign that is decimal there and stands before three digits is asked about, and so is all that may be either."""
    assert said(read_typed, text, currency, sign) == read


# ---- columns


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        ([("$1'250.000", "COP"), ("$850.000", "COP")], ["1250000.00 COP", "850000.00 COP"]),
        ([("1'250.000", "USD"), ("1.200", "USD")], ["1250000.00 USD", "1200.00 USD"]),
        ([("850.000", "CRC"), ("0", "CRC")], ["850000.00 CRC", "0.00 CRC"]),
        ([("850,000", "CRC"), ("1,250,000", "CRC")], ["850000.00 CRC", "1250000.00 CRC"]),
        ([("850.000", "CRC"), ("1.250,50", "CRC")], ["850000.00 CRC", "1250.50 CRC"]),
        ([("1.200", "USD"), ("15,50", "USD")], ["1200.00 USD", "15.50 USD"]),
        ([("1.200", "USD"), ("1.200.000", "USD")], ["1200.00 USD", "1200000.00 USD"]),
        ([("1,200", "USD"), ("1.50", "USD")], ["1200.00 USD", "1.50 USD"]),
        ([("1.200", "USD"), ("15.000,50", "CRC")], ["1200.00 USD", "15000.50 CRC"]),
        ([("850.000", "CLP"), ("1.200", "CLP")], ["850000 CLP", "1200 CLP"]),
        ([("1,200.50", "USD"), ("15.000,50", "CRC"), ("1,200", "USD"), ("15.000", "CRC")],
         ["1200.50 USD", "15000.50 CRC", "1200.00 USD", "15000.00 CRC"]),
        ([("1.200", "USD"), (JsonNumber("1.5"), "USD")], ["cell.two_readings", "1.50 USD"]),
    ],
)  # fmt: skip
def test_what_one_cell_leaves_open_the_others_of_its_column_say(cells: list[tuple[str, str]], read: list[str]) -> None:
    """Currencies share the signs unless each proves its own; an exact number proves nothing about texts."""
    assert as_read(*cells) == read
    assert bool(columns(*cells).questions) == ("cell.two_readings" in read)


@pytest.mark.parametrize(
    ("cells", "key", "doubtful"),
    [
        ([("1,200", "USD"), ("15.000,50", "CRC")], "decimal:USD", 0),
        ([("850.000", "COP"), ("1250000.50", "COP")], "decimal", 0),
        ([("850.000", "CRC"), ("0.500", "CRC")], "decimal", 0),
        ([("850.000", "CRC"), ("1250.000", "CRC")], "decimal", 0),
        ([("1.200", "USD")], "decimal", 0),
        ([("1,200", "EUR"), ("100", "EUR")], "decimal", 0),
        ([("1.200", "USD"), ("850.000", "CRC")], "decimal", 1),
        ([("1.200", "USD"), ("100", "CRC")], "decimal", 0),
        ([("850.000", "CRC"), ("1,200", "CRC")], "decimal", 0),
        ([("1.200", "USD"), ("12.34567", "CRC")], "decimal:USD", 0),
        ([("850.000", "CLP"), ("1250.50", "CLP")], "decimal", 0),
    ],
)  # fmt: skip
def test_where_both_readings_stand_the_file_asks_once(cells: list[tuple[str, str]], key: str, doubtful: int) -> None:
    """A separator that is proven decimal, dollars and euros that prove nothing, and what shares signs with them."""
    read = columns(*cells)

    (question,) = read.questions
    assert question.key == key
    assert {choice.value for choice in question.choices} == {",", "."}
    assert told(read, *cells[doubtful]) == "cell.two_readings"


@pytest.mark.parametrize(
    ("cells", "signs", "read"),
    [
        ([("1,200", "USD"), ("15.000,50", "CRC")], {"decimal_USD": "."}, ["1200.00 USD", "15000.50 CRC"]),
        ([("1,200", "USD"), ("15.000,50", "CRC")], {"decimal": ","}, ["1.20 USD", "15000.50 CRC"]),
        ([("850.000", "COP"), ("1250000.50", "COP")], {"decimal": "."}, ["850.00 COP", "1250000.50 COP"]),
        ([("850.000", "COP"), ("1250000.50", "COP")], {"decimal": ","}, ["850000.00 COP", "cell.other_decimal"]),
        ([("1.200", "USD"), ("850.000", "CRC")], {"decimal": ","}, ["1200.00 USD", "850000.00 CRC"]),
        ([("1.200", "USD"), ("850.000", "CRC")], {"decimal_USD": ","}, ["1200.00 USD", "850000.00 CRC"]),
        ([("1.200", "USD"), ("850.000", "CRC")], {"decimal_USD": "."}, ["1.20 USD", "cell.two_readings"]),
        ([("1.200", "USD"), ("850.000", "CRC")], {"decimal": ";"}, ["cell.two_readings", "cell.two_readings"]),
    ],
)  # fmt: skip
def test_an_answer_is_what_the_file_is_read_by(
    cells: list[tuple[str, str]], signs: dict[str, str], read: list[str]
) -> None:
    """What cannot be written so is set aside; of one currency alone it says something of what shares its signs."""
    assert as_read(*cells, **signs) == read
    assert bool(columns(*cells, **signs).questions) == ("cell.two_readings" in read)


def test_a_question_shows_rows_of_the_file_read_both_ways() -> None:
    """With the reading first that makes thousands of what is doubtful."""
    (question,) = columns(("850.000", "COP"), ("120.000", "COP"), ("1250000.50", "COP"), ("5.000", "COP")).questions

    assert asked(question) == (
        "decimal",
        {
            ",": ["Línea 2: «850.000» es 850000.00 COP.", "Línea 3: «120.000» es 120000.00 COP.",
                  "Línea 5: «5.000» es 5000.00 COP."],
            ".": ["Línea 2: «850.000» es 850.00 COP.", "Línea 3: «120.000» es 120.00 COP.",
                  "Línea 5: «5.000» es 5.00 COP."],
        },
    )  # fmt: skip
    assert question.option == "--answer decimal=,"


def test_a_column_that_proves_both_signs_is_asked_and_what_the_answer_does_not_fit_is_set_aside() -> None:
    """Nothing of it is guessed, nor read before."""
    cells = (("1.234,50", "CRC"), ("1,234.50", "CRC"), ("100", "CRC"))
    (question,) = columns(*cells).questions

    assert as_read(*cells) == ["cell.two_signs", "cell.two_signs", "100.00 CRC"]
    assert as_read(*cells, decimal=",") == ["1234.50 CRC", "cell.other_decimal", "100.00 CRC"]
    assert asked(question)[1][","] == [
        "Línea 2: «1.234,50» es 1234.50 CRC.",
        "Línea 3: «1,234.50» no se puede leer así, y la fila queda aparte.",
    ]


def test_columns_of_one_file_share_what_is_proven_unless_they_contradict() -> None:
    """One program wrote them."""
    shares = columns(("1.200", "USD"), balances=[("200,50", "USD")])
    stands_alone = columns(("1.200", "USD"), ("1.200,00", "USD"), balances=[("200.50", "USD")])
    is_open = columns(("850.000", "CRC"), balances=[("200.50", "CRC")])

    assert told(shares, "1.200", "USD") == "1200.00 USD"
    assert told(stands_alone, "1.200", "USD") == "1200.00 USD"
    assert str(stands_alone.read("balance", "200.50", "USD")) == "200.50 USD"
    assert not shares.questions
    assert not stands_alone.questions
    assert [question.key for question in is_open.questions] == ["decimal"]


STYLES = [
    (",", "."),
    (".", ","),
    (",", " "),
    (".", "'"),
    (",", "\u00a0"),
    (",", ""),
    (".", ""),
    (",", "'."),
    (".", "',"),
]
"""Decimal sign and grouping; the last two as in Colombia, with an apostrophe at the millions."""

AMOUNT = st.one_of(st.integers(-(10**11), 10**11), st.integers(-999, 999).map(lambda whole: whole * 100_000))


def grouped(whole: str, group: str) -> str:
    """Digits in groups of three, from the right."""
    if len(group) < 2:
        return f"{int(whole):,}".replace(",", group)
    parts = f"{int(whole):,}".split(",")
    text = parts[-1]
    for at, part in enumerate(reversed(parts[:-1])):
        text = part + (group[1] if at % 2 == 0 else group[0]) + text
    return text


def write(money: Money, style: tuple[str, str], places: int | None, mark: str, minus: str) -> str:
    """An amount as somebody honest writes it; with no places given, decimals stand only where there are any."""
    decimal, group = style
    exponent = EXPONENTS[money.currency]
    digits = f"{abs(money.minor):0{exponent + 1}d}"
    whole, part = (digits[:-exponent], digits[-exponent:]) if exponent else (digits, "")
    part = part.rstrip("0") if places is None else part.ljust(places, "0")
    text = grouped(whole, group) + (decimal + part if part else "")
    beside = {"$": "$", "word": f" {money.currency}"}.get(mark, "")
    text = text + beside if mark == "word" else beside + text
    if money.minor >= 0:
        return text
    return f"({text})" if minus == "(" else f"{text}-" if minus == "after" and not mark else f"-{text}"


def honest(draw: Callable[..., object], currency: str, style: tuple[str, str], three: bool) -> tuple[str, str, Money]:
    exponent = EXPONENTS[currency]
    minor = draw(AMOUNT)
    assert isinstance(minor, int)
    money = Money(minor, currency)
    places = 3 if three else draw(st.sampled_from([None, exponent, exponent]))
    mark = draw(st.sampled_from(["", "", "word", "$" if currency in ("USD", "COP", "CLP", "MXN") else ""]))
    minus = draw(st.sampled_from(["-", "(", "after"]))
    return write(money, style, places, mark, minus), currency, money  # type: ignore[arg-type]


@st.composite
def written_columns(draw: Callable[..., object]) -> tuple[tuple[str, str], list[tuple[str, str, Money]]]:
    """A column that one program wrote, in one style: of one currency or of two."""
    style = draw(st.sampled_from(STYLES))
    three = "'" not in style[1] and draw(st.sampled_from([False, False, False, True]))
    currencies = draw(
        st.sampled_from([("CRC",), ("USD",), ("COP",), ("CLP",), ("EUR",), ("CRC", "USD"), ("MXN", "USD")])
    )
    count = draw(st.integers(1, 6))
    cells = [
        honest(draw, currency, style, three)  # type: ignore[arg-type]
        for currency in draw(st.lists(st.sampled_from(currencies), min_size=count, max_size=count))  # type: ignore[arg-type, attr-defined]
    ]
    return style, cells  # type: ignore[return-value]


@st.composite
def typed_columns(draw: Callable[..., object]) -> list[tuple[str, str, Money]]:
    """A column that somebody typed: every amount in another style, none with thousandths."""
    currencies = draw(st.lists(st.sampled_from(["CRC", "USD", "COP", "CLP"]), min_size=1, max_size=6))
    return [honest(draw, currency, draw(st.sampled_from(STYLES)), False) for currency in currencies]  # type: ignore[arg-type, attr-defined]


Reader = Callable[[AmountColumns, str, str], Money]


def by_column(read: AmountColumns, cell: str, currency: str) -> Money:
    return read.read("total", cell, currency)


def exact_or_asked(cells: Sequence[tuple[str, str, Money]], read_cell: Reader = by_column) -> None:
    """Every amount comes back, or a question is asked; none is ever another one."""
    read = columns(*((cell, currency) for cell, currency, _ in cells))
    for cell, currency, money in cells:
        try:
            assert read_cell(read, cell, currency) == money, (cell, currency)
        except Unreadable:
            assert read.questions, (cell, currency)


def has_proof(cells: Sequence[tuple[str, str, Money]]) -> bool:
    """Whether some amount with three decimals is not as good as thousands; in dollars that is not needed."""
    return all(money.currency in ("USD", "EUR") for *_, money in cells) or any(
        abs(money.decimal) >= 1000 or abs(money.decimal) < 1 for *_, money in cells
    )


@given(written_columns())
def test_every_amount_of_every_currency_in_every_honest_style_comes_back_or_is_asked(
    written: tuple[tuple[str, str], list[tuple[str, str, Money]]],
) -> None:
    """And comes back exactly once the question is answered."""
    (decimal, _group), cells = written
    if not has_proof(cells):
        return
    exact_or_asked(cells)

    answered = columns(*((cell, currency) for cell, currency, _ in cells), decimal=decimal)
    assert not answered.questions
    for cell, currency, money in cells:
        assert answered.read("total", cell, currency) == money


@given(typed_columns())
def test_a_column_in_which_every_amount_is_typed_otherwise_is_never_read_as_another(
    cells: list[tuple[str, str, Money]],
) -> None:
    exact_or_asked(cells)


PROGRAM = [("1.250.000", "COP", Money(125000000, "COP")), ("850.000", "COP", Money(85000000, "COP"))]
MIXED = [("850.000", "COP", Money(85000000, "COP")), ("1250000.50", "COP", Money(125000050, "COP"))]


def test_control_a_reader_for_which_a_point_is_always_decimal_is_found() -> None:
    def planted(read: AmountColumns, cell: str, currency: str) -> Money:
        return Money.parse(cell, currency) if cell.count(".") == 1 else read.read("total", cell, currency)

    exact_or_asked(PROGRAM)
    with pytest.raises(AssertionError):
        exact_or_asked(PROGRAM, planted)


def test_control_a_reader_that_ignores_what_is_proven_is_found() -> None:
    """It makes thousands of every doubtful amount, also where the column's own amounts have three decimals."""
    cells = [("850.000", "CRC", Money(85000, "CRC")), ("0.500", "CRC", Money(50, "CRC"))]

    def planted(read: AmountColumns, cell: str, currency: str) -> Money:
        return attrs.evolve(read, proofs={}).read("total", cell, currency)

    exact_or_asked(cells)
    with pytest.raises(AssertionError):
        exact_or_asked(cells, planted)


def test_control_a_reader_that_takes_a_proven_sign_for_every_amount_is_found() -> None:
    def planted(read: AmountColumns, cell: str, currency: str) -> Money:
        return read_amount(cell, currency, ".")

    exact_or_asked(MIXED)
    with pytest.raises(AssertionError):
        exact_or_asked(MIXED, planted)


# ---- numbers of workbooks


@pytest.mark.parametrize(
    ("cell", "currency", "read", "told"),
    [
        (shown("8849.55752212389", places=2), "CRC", "8849.56 CRC", ""),
        (shown("-8849.555", places=2), "CRC", "-8849.56 CRC", ""),
        (shown("8849.56", places=0), "CRC", "8849.56 CRC", "muestra 8,850"),
        (shown("8849.5575", places=0), "COP", "8849.56 COP", "muestra 8,850"),
        (shown("8849.5575", places=0), "CLP", "8850 CLP", ""),
        (shown("8849.5575", places=1), "CRC", "8849.56 CRC", "muestra 8,849.6"),
        (shown("8849", places=0), "CRC", "8849.00 CRC", ""),
        (shown("8849.5", places=4), "CRC", "8849.50 CRC", ""),
        (shown("8849.55752", places=4), "CRC", "cell.more_decimals_kept", ""),
        (shown("8849.55752212389"), "CRC", "cell.more_decimals_kept", ""),
        (shown("1250000", code="#,##0,", places=0), "COP", "1250000.00 COP", "miles o millones"),
        (shown("1250000", code='#,##0.0,,"M"', places=1), "COP", "1250000.00 COP", "miles o millones"),
        (shown("1250000", code="#,##0", places=0), "COP", "1250000.00 COP", ""),
        (shown("0.13", code="0%", is_percent=True), "COP", "cell.percent", ""),
        (shown("1200", currency="$", places=2), "USD", "1200.00 USD", ""),
        (shown("1200", currency="$", places=2), "CRC", "cell.other_currency", ""),
        (shown("1200", currency="₡", places=2), "CRC", "1200.00 CRC", ""),
        (shown("1200", currency="US$", places=2), "CRC", "cell.other_currency", ""),
        (shown("1200", suffix=" USD", places=2), "CRC", "cell.other_currency", ""),
        (shown("1200", prefix="FE-", places=2), "CRC", "1200.00 CRC", ""),
        (shown("1.234", places=3), "USD", "cell.more_decimals_kept", ""),
    ],
)  # fmt: skip
def test_the_stored_number_counts_and_its_format_says_what_people_see(
    cell: str, currency: str, read: str, told: str
) -> None:
    """Digits that the format cuts beyond the currency's own are not seen by anybody; cents that it hides are told."""
    columns = AmountColumns.of({"total": [(2, cell, currency)]})
    assert said(columns.read, "total", cell, currency) == read
    assert [told in spoken(one.message) for one in columns.told] == ([True] if told else [])
    assert not columns.questions


@pytest.mark.parametrize(
    ("cell", "currencies", "usual", "named"),
    [
        ("$1.200", CR, "CRC", "USD"), ("$1.200", CO, "COP", "COP"), ("$1.200", CO, "USD", "USD"),
        ("1.200", CR, "CRC", None),
        ("US$ 1,200.00", CO, "COP", "USD"), ("₡5", CR, "USD", "CRC"), ("5 colones", CR, None, "CRC"),
        (shown("1200", currency="$"), CR, "CRC", "USD"), (shown("1200", currency="$"), CO, "COP", "COP"),
        (shown("1200", suffix=" USD"), CO, "COP", "USD"), (JsonNumber("5"), CR, "CRC", None), ("Bs 5", CR, "CRC", None),
        ("no es", CR, "CRC", None), ("USD 5 CRC", CR, "CRC", None),
    ],
)  # fmt: skip
def test_an_amount_may_name_its_own_currency(
    cell: str, currencies: tuple[str, ...], usual: str, named: str | None
) -> None:
    assert own_currency(cell, currencies, usual) == named


@pytest.mark.parametrize(
    ("text", "currencies", "code"),
    [
        ("Colones", CR, "CRC"), ("₡", CR, "CRC"), ("¢", CR, "CRC"), ("US$", CR, "USD"), ("U$S", CR, "USD"),
        ("Dólares", CR, "USD"), ("DOLARES AMERICANOS", CO, "USD"), ("usd", CR, "USD"), ("Crc", CR, "CRC"),
        ("$", CR, "USD"), ("$", CO, "COP"), ("Pesos", CO, "COP"), ("pesos", ("MXN", "USD"), "MXN"),
        ("pesos", CR, None),
        ("Peso colombiano", CR, "COP"), ("Pesos mexicanos", CO, "MXN"), ("CRC - Colón costarricense", CR, "CRC"),
        ("Dólar (USD)", CR, "USD"), ("COP $", CO, "COP"), ("Moneda nacional", CR, "CRC"), ("Euros", CR, "EUR"),
        ("€", CR, "EUR"),
        ("bitcoin", CR, None), ("USD/CRC", CR, None), ("", CR, None), ("1", CR, None), ("colonia", CR, None),
    ],
)  # fmt: skip
def test_a_currency_is_known_by_code_sign_and_word(text: str, currencies: tuple[str, ...], code: str | None) -> None:
    """The company's country decides what *pesos* are."""
    assert currency_named(text, currencies) == code


# ---- files


def understood(file: InvoiceFile) -> dict[str, str]:
    return {row.number: f"{row.total}" + (f" / {row.balance}" if row.balance is not None else "") for row in file.rows}


def test_millions_with_an_apostrophe_are_millions() -> None:
    text = "factura;cliente;fecha;total\nFV-1;9;02/09/2026;$1'250.000\nFV-2;9;02/09/2026;$850.000\n"

    assert understood(invoices(text, CO)) == {"FV-1": "1250000.00 COP", "FV-2": "850000.00 COP"}


def test_dollars_are_not_read_with_the_decimal_comma_of_the_colones_beside_them() -> None:
    """They are asked, and then read as was said."""
    text = "factura;cliente;fecha;moneda;total\nF1;9;02/09/2026;CRC;15.000,50\nF2;9;02/09/2026;USD;1,200\n"
    file, answered = invoices(text), invoices(text, **{"decimal:USD": "."})

    assert [question.key for question in file.questions] == ["decimal:USD"]
    assert file.is_open
    assert file.set_aside == ()
    assert not answered.questions
    assert understood(answered) == {"F1": "15000.50 CRC", "F2": "1200.00 USD"}


def test_currencies_are_known_as_people_call_them() -> None:
    rows = "".join(
        f"F{at};9;02/09/2026;{name};1000,00\n" for at, name in enumerate(("Colones", "₡", "US$", "Dólares", "?"))
    )

    file = invoices(f"factura;cliente;fecha;moneda;total\n{rows}")

    assert understood(file) == {"F0": "1000.00 CRC", "F1": "1000.00 CRC", "F2": "1000.00 USD", "F3": "1000.00 USD"}
    assert [(error.line, error.column) for error in file.set_aside] == [(6, "moneda")]


def test_an_amount_names_its_currency_where_no_column_does() -> None:
    """And one that says another than its row is set aside."""
    text = (
        "factura;cliente;fecha;total;saldo\nF1;9;02/09/2026;$1,200.00;1,200.00\nF2;9;02/09/2026;15,000.00;₡15,000.00\n"
    )
    contradicts = "factura;cliente;fecha;total;saldo\nF1;9;02/09/2026;US$1,200.00;₡1,200.00\n"

    assert understood(invoices(text)) == {"F1": "1200.00 USD / 1200.00 USD", "F2": "15000.00 CRC / 15000.00 CRC"}
    (error,) = invoices(contradicts).set_aside
    assert (error.column, spoken(error.message)) == ("saldo", "El monto lleva «₡», pero la moneda de la fila es USD.")


def test_a_dash_is_zero_as_accounting_formats_write_it() -> None:
    text = "factura;cliente;fecha;moneda;total;saldo\nF1;9;02/09/2026;CRC; ₡15.000,00 ; ₡-   \n"

    assert understood(invoices(text)) == {"F1": "15000.00 CRC / 0.00 CRC"}


def test_amounts_in_dollars_are_asked_and_taken_as_was_said() -> None:
    text = "factura;cliente;fecha;moneda;total\nA;9;01/10/2026;USD;1.234\nB;9;01/10/2026;USD;50\n"

    file = invoices(text)
    (question,) = file.questions
    assert question.key == DECIMAL
    assert understood(invoices(text, decimal=",")) == {"A": "1234.00 USD", "B": "50.00 USD"}
    assert understood(invoices(text, decimal=".")) == understood(file) == {"B": "50.00 USD"}


def test_a_file_that_mixes_decimal_signs_is_asked() -> None:
    """Nothing is guessed from the side that has more of them."""
    rows = "".join(f"{at};9;01/10/2026;{total}\n" for at, total in enumerate(("1.234", "1,50", "1.50", "1,75")))

    file = invoices(f"number;customer;issued_on;total\n{rows}")

    assert [question.key for question in file.questions] == [DECIMAL]
    assert understood(file) == {}


def test_exact_numbers_of_json_ask_nothing() -> None:
    text = '[{"number":"A","customer":"9","issued_on":"2026-09-02","currency":"USD","total":1.2},' \
        '{"number":"B","customer":"9","issued_on":"2026-09-02","currency":"USD","total":"1.200"}]'  # fmt: skip

    file = parse_invoices(text.encode(), default_currency="CRC", currencies=CR)

    assert understood(file) == {"A": "1.20 USD"}
    assert [question.key for question in file.questions] == [DECIMAL]


def test_answers_that_are_no_signs_answer_nothing() -> None:
    given: Mapping[str, str] = {"decimal": "coma"}
    assert AmountColumns.of({"total": [(2, "1.200", "USD")]}, Layout(answers=given)).questions
