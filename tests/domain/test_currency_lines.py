"""What titles, lines between the rows and sums say of the currency."""

from __future__ import annotations

import pytest

from hub.domain.files import currency_lines
from hub.domain.files.currency_lines import CurrencyLines, is_scaled
from hub.domain.files.invoice_file import InvoiceFile, parse_invoices
from hub.domain.files.layout import Layout
from hub.domain.files.sheet import HeadLine, Table
from tests.spoken import spoken
from tests.strangers.files import html_of, xlsx

CR, CO = ("CRC", "USD"), ("COP", "USD")
HEAD = "factura;cédula;fecha;total;saldo"


def row(number: str, total: str = "1.200,00", balance: str = "350,00") -> str:
    return f"{number};1-1234-0567;01/10/2026;{total};{balance}"


def read(*lines: str, currencies: tuple[str, ...] = CR, **answers: str) -> InvoiceFile:
    data = "\n".join(lines).encode()
    layout = Layout(answers={"decimal": ",", **answers})
    return parse_invoices(data, default_currency=currencies[0], currencies=currencies, layout=layout)


def balances(file: InvoiceFile) -> list[str]:
    return [str(one.balance) for one in file.rows]


def lines(*words: str, currencies: tuple[str, ...] = CR) -> CurrencyLines:
    table = Table(words=tuple(HeadLine(at, (text,)) for at, text in enumerate(words, 1)), header_line=99)
    return CurrencyLines.of(table, currencies)


# ---- which words are about the rows


@pytest.mark.parametrize(
    "text",
    [
        "Cuentas por cobrar en dólares", "Moneda: USD", "Moneda USD", "(Cifras en US$)", "Expresado en dólares (US$)",
        "Reporte de cuentas por cobrar - Moneda: Dólares", "Moneda: Dólares (USD)", "Moneda: USD - Dólar americano",
        "Moneda del reporte: Dólares", "Antigüedad de saldos en dólares al 30/09/2026", "Currency: USD", "DÓLARES",
        "Amounts in US dollars", "Cuentas por cobrar (USD)", "Cartera - US$", "Valores en dólares, por cliente",
        "Moneda: USD. Tipo de cambio: 510,25 colones", "Montos expresados en USD desde enero",
    ],
)  # fmt: skip
def test_a_title_that_plainly_speaks_of_the_currency_says_it(text: str) -> None:
    assert lines(text).titled == ("USD",), text


@pytest.mark.parametrize(
    "text",
    [
        "Dólar S.A.", "Inversiones en Dólares S.A.", "Tipo de cambio: 510,25 colones por dólar",
        "Tipo de cambio (USD): 510,25", "Cartera dólares", "Saldo en USD: 1.200,00", "Clientes que no pagan en dólares",
        "Cuenta del Banco de Prueba en dólares", "Cartera en moneda extranjera", "Total (USD) 350,00",
    ],
)  # fmt: skip
def test_one_that_names_a_currency_otherwise_leaves_it_open(text: str) -> None:
    said = lines(text)

    assert (said.titled, "USD" in said.open_codes()) == ((), True), text


@pytest.mark.parametrize(
    "text", ["Cliente: Dólar Express S.A.", "Ferretería Colón S.A.", "Del 01/01/2026 al 30/09/2026", "Peso: 20 kg"]
)
def test_one_that_names_none_says_nothing(text: str) -> None:
    assert (lines(text).titled, lines(text).open_codes()) == ((), ())


def test_what_a_sign_or_pesos_are_the_country_decides() -> None:
    assert lines("Cifras en pesos", currencies=CO).titled == lines("Moneda: $", currencies=CO).titled == ("COP",)
    assert len(lines("Cifras en pesos").titled) > 1
    assert lines("Expresado en moneda nacional", currencies=CO).titled == ("COP",)


# ---- whose rows they are


def no_currency_of_a_title_is_lost() -> None:
    for titles in (
        ["Cuentas por cobrar en dólares"], ["Moneda: USD"], ["(Cifras en US$)"], ["Ferretería S.A.", "Moneda;USD"],
        ["Reporte de cuentas por cobrar - Moneda: Dólares"],
    ):  # fmt: skip
        file = read(*titles, HEAD, row("U-1"))
        assert (balances(file), file.wrong, file.questions) == (["350.00 USD"], (), ()), titles


def test_a_title_says_the_currency_of_rows_that_name_none() -> None:
    """And whoever looks at the file is told so."""
    no_currency_of_a_title_is_lost()
    (told,) = read("Cuentas por cobrar en dólares", "Moneda: USD", HEAD, row("U-1")).warnings

    assert (told.line, "USD" in spoken(told.message)) == (1, True)
    assert read("Expresado en colones", HEAD, row("U-1")).warnings == ()


def test_control_a_reader_that_is_deaf_to_titles_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(currency_lines, "_said", lambda *_given: None)

    with pytest.raises(AssertionError):
        no_currency_of_a_title_is_lost()
    with pytest.raises(AssertionError):
        each_block_has_its_currency()


def test_a_workbook_and_a_page_are_heard_too() -> None:
    rows = [["Expresado en dólares (US$)"], HEAD.split(";"), ["F1", "1-1234-0567", "01/10/2026", 1200, 350]]
    page = html_of(rows[1:], before="<h2>Cuentas por cobrar en dólares</h2>")

    for data in (xlsx(rows), page):
        assert balances(parse_invoices(data, default_currency="CRC", currencies=CR)) == ["350.00 USD"]
    (question,) = parse_invoices(xlsx(rows[1:], sheet="Dólares"), default_currency="CRC", currencies=CR).questions
    assert question.key == "currency:dolares"


def test_what_a_column_a_cell_or_a_heading_says_comes_first() -> None:
    named = read("Tipo de cambio del dólar: 510", f"{HEAD};moneda", f"{row('F1')};CRC", f"{row('F2')};USD")
    headed = read("Tipo de cambio del dólar: 510", HEAD.replace("total", "total (CRC)"), row("F1"))
    signed = read("Moneda: dólares", HEAD, row("F1", "₡1.200,00", "₡350,00"))

    for file, expected in ((named, ["350.00 CRC", "350.00 USD"]), (headed, ["350.00 CRC"]), (signed, ["350.00 CRC"])):
        assert (balances(file), file.questions) == (expected, ())


def doubt_is_asked_about() -> None:
    for given in (
        ["Cartera dólares", HEAD, row("F1")],
        ["Dólar S.A.", HEAD, row("F1")],
        ["Moneda: dólares y colones", HEAD, row("F1")],
        ["Moneda: USD", "Moneda: CRC", HEAD, row("F1")],
        ["Moneda: USD", HEAD, row("F1"), row("F2", "₡1.200,00", "₡350,00")],
        ["Moneda: USD", HEAD.replace("total", "total (CRC)"), row("F1")],
        [HEAD, row("F1"), "Nota: cifras expresadas en dólares"],
        [HEAD, row("F1"), "Moneda: Dólares", row("F2")],
    ):
        file = read(*given)
        assert [question.key[:9] for question in file.questions] == ["currency:"], given
        assert {choice.value for choice in file.questions[0].choices} == {"CRC", "USD"}, given


def test_where_it_is_not_plain_the_file_is_asked_about() -> None:
    doubt_is_asked_about()
    (question,) = read("Cartera dólares 30/09/2026", HEAD, row("F1")).questions

    assert [spoken(text) for text in question.choices[0].examples] == ["Línea 3: «1.200,00» en CRC."]
    answered = read("Cartera dólares 31/10/2026", HEAD, row("F1"), **{question.key: "USD"})
    assert (balances(answered), answered.questions) == (["350.00 USD"], ())


def test_control_a_reader_that_takes_the_usual_one_where_it_is_not_plain_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CurrencyLines, "open_codes", lambda _self: ())

    with pytest.raises(AssertionError):
        doubt_is_asked_about()


def test_a_sign_of_several_currencies_is_that_of_the_title() -> None:
    given = (HEAD, row("F1", "$1.200,00", "$350,00"))

    assert balances(read("Cartera en dólares", *given, currencies=CO)) == ["350.00 USD"]
    assert balances(read("Cartera en pesos", *given, currencies=CO)) == ["350.00 COP"]
    assert [one.key[:9] for one in read("Cartera dólares", *given, currencies=CO).questions] == ["currency:"]


def test_an_answer_for_other_files_does_not_silence_a_title() -> None:
    """Whoever said once that such files are in colones is asked about one that says dollars."""
    assert [one.key[:9] for one in read("Moneda: USD", HEAD, row("F1"), currency="CRC").questions] == ["currency:"]
    assert balances(read("Moneda: USD", HEAD, row("F1"), currency="USD")) == ["350.00 USD"]


# ---- blocks


def each_block_has_its_currency() -> None:
    for crc, usd in (
        ("Moneda: Colones", "Moneda: Dólares"), ("Moneda:;CRC", "Moneda:;USD"), ("Colones", "Dólares"),
        ("CRC", "USD"), ("Facturas en colones", "Facturas en dólares"),
        ("Moneda;Colones;T.C.;1", "Moneda;USD;T.C.;510"),
    ):  # fmt: skip
        file = read(
            HEAD, crc, row("B-1", "15.000,00", "15.000,00"), "Total Colones;;;15.000,00;15.000,00",
            usd, row("B-2"), "Total Dólares;;;1.200,00;350,00",
        )  # fmt: skip
        assert (balances(file), file.wrong, file.questions) == (["15000.00 CRC", "350.00 USD"], (), ()), usd
        assert [(total.agrees, total.read[-3:]) for total in file.totals] == [
            *[(True, "CRC")] * 2, *[(True, "USD")] * 2,
        ], usd  # fmt: skip


def test_a_line_between_the_rows_says_the_currency_of_those_below_it() -> None:
    each_block_has_its_currency()


def test_a_block_that_names_several_sets_its_rows_aside() -> None:
    file = read(HEAD, "Moneda: colones", row("F1"), "Moneda: dólares y euros", row("F2"))

    assert balances(file) == ["350.00 CRC"]
    assert [(error.line, "línea 4" in spoken(error.message)) for error in file.set_aside] == [(5, True)]


def rows_that_a_sum_contradicts_are_set_aside() -> None:
    file = read(HEAD, row("F1"), "Total colones;;;1.200,00;350,00", row("F2"), "Total dólares;;;1.200,00;350,00")
    assert (balances(file), [error.line for error in file.set_aside]) == (["350.00 CRC"], [4])


def test_rows_above_a_sum_of_another_currency_are_set_aside() -> None:
    """And no sum is told without a figure."""
    rows_that_a_sum_contradicts_are_set_aside()
    file = read(HEAD, row("F1"), "Total dólares;;;1.200,00;350,00")

    assert {total.read for total in file.totals} == {"0.00 USD"}


def test_control_a_reader_that_does_not_hold_rows_against_their_sum_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CurrencyLines, "sum_of", lambda *_given: None)

    with pytest.raises(AssertionError):
        rows_that_a_sum_contradicts_are_set_aside()


# ---- thousands


def no_thousandth_is_taken_for_the_whole() -> None:
    for given in (
        ["Valores en miles", HEAD, row("F1")], ["Cifras en miles de colones", HEAD, row("F1")],
        ["Amounts in thousands", HEAD, row("F1")], ["Montos expresados en millones de pesos", HEAD, row("F1")],
        [HEAD, row("F1"), "Nota: valores en miles"], [HEAD.replace("total", "total (miles)"), row("F1")],
        ["Saldos (miles)", HEAD, row("F1")], [HEAD.replace("total", "total M$"), row("F1")],
    ):  # fmt: skip
        file = read(*given)
        assert file.rows == (), given
        assert file.errors or file.missing, given


def test_amounts_in_thousands_are_refused_by_name() -> None:
    no_thousandth_is_taken_for_the_whole()
    (error,) = read("Valores en miles", HEAD, row("F1")).errors

    assert (error.line, error.value) == (1, "Valores en miles")
    assert not is_scaled("Miles de Sonrisas S.A.")


def test_control_a_reader_that_takes_thousands_as_they_stand_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.domain.files.value_columns.scaled_line", lambda _words: None)

    with pytest.raises(AssertionError):
        no_thousandth_is_taken_for_the_whole()
