"""Customers as programs write them: types of identity, mails, phones, names in pieces."""

from __future__ import annotations

import pytest

from hub.domain.countries.co import COUNTRY as CO
from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.files import customer_file, identity_types
from hub.domain.files.customer_file import CustomerFile, CustomerRow, parse_customers
from hub.domain.files.layout import Layout
from hub.domain.files.sheet import RowError
from hub_hookspecs import Country
from tests.spoken import spoken


def customers(text: str, country: Country = CR, **answers: str) -> CustomerFile:
    return parse_customers(text.encode(), country=country, layout=Layout(answers=answers))


def only(file: CustomerFile) -> CustomerRow:
    assert (file.wrong, len(file.rows)) == ((), 1)
    return file.rows[0]


def places(errors: tuple[RowError, ...]) -> list[tuple[int, str]]:
    return [(error.line, error.column) for error in errors]


# ---- who they are


@pytest.mark.parametrize(
    ("written", "number", "country", "code"),
    [
        ("CF", "1-1111-0567", CR, "CF"),
        ("01", "1-1111-0567", CR, "CF"),
        ("1", "1-1111-0567", CR, "CF"),
        ("Física", "1-1111-0567", CR, "CF"),
        ("Persona física", "1-1111-0567", CR, "CF"),
        ("Cédula", "1-1111-0567", CR, "CF"),
        ("02", "3-101-555445", CR, "CJ"),
        ("Persona jurídica", "3-101-555445", CR, "CJ"),
        ("Cédula Jurídica", "3-101-555445", CR, "CJ"),
        ("02 - Cédula Jurídica", "3-101-555445", CR, "CJ"),
        ("02 Jurídica", "3-101-555445", CR, "CJ"),
        ("Cédula", "3-101-555445", CR, "CJ"),
        ("03", "155812345678", CR, "DIMEX"),
        ("04", "3101555445", CR, "NITE"),
        ("31", "800197268", CO, "NIT"),
        ("N.I.T.", "800197268", CO, "NIT"),
        ("31 - NIT", "800.197.268-4", CO, "NIT"),
        ("13", "1020304051", CO, "CC"),
        ("CC - Cédula de ciudadanía", "1020304051", CO, "CC"),
        ("C.C.", "1020304051", CO, "CC"),
        ("Cédula de extranjería (CE)", "345678", CO, "CE"),
        ("22", "345678", CO, "CE"),
        ("41", "AV123456", CO, "PP"),
    ],
)
def test_a_type_of_identity_is_read_as_programs_write_it(
    written: str, number: str, country: Country, code: str
) -> None:
    found = customers(f"tipo;identificación;nombre\n{written};{number};Ana\n", country)

    assert only(found).document.type == code


def test_a_word_that_is_no_type_sets_its_row_aside() -> None:
    found = customers("tipo;identificación;nombre\nCFX;1-1111-0570;A\nCF;1-1111-0571;B\n")

    assert [row.name for row in found.rows] == ["B"]
    assert places(found.set_aside) == [(2, "tipo")]


def test_a_column_that_names_no_type_at_all_is_about_something_else() -> None:
    found = customers("tipo;cédula;nombre\nMinorista;1-1234-0567;Ana\n")

    assert only(found).document.type == "CF"
    assert (found.left_out, "identity_type" in found.columns) == (("tipo",), False)


@pytest.mark.parametrize(
    ("number", "country", "code"),
    [
        ("1-1234-0567", CR, "CF"),
        ("3-101-234567", CR, "CJ"),
        ("155812345678", CR, "DIMEX"),
        ("900.123.456-8", CO, "NIT"),
        ("900123456", CO, "NIT"),
    ],
)
def test_without_a_type_the_one_that_fits_is_taken(number: str, country: Country, code: str) -> None:
    assert only(customers(f"cédula;nombre\n{number};Ana\n", country)).document.type == code


def test_a_check_digit_of_its_own_tells_a_nit() -> None:
    found = customers("identificación;DV;nombre\n1020304050;8;Ana\n", CO)

    assert (only(found).document.type, only(found).document.check_digit) == ("NIT", "8")


def test_a_check_digit_beside_a_document_that_has_none_is_told() -> None:
    found = customers("tipo;identificación;DV;nombre\nCC;1020304050;8;Ana\n", CO)

    assert only(found).document.check_digit is None
    assert places(found.warnings) == [(2, "DV")]


def asked_once() -> None:
    text = "nit;nombre\n1020304050;Ana\n1020304051;Luis\n900123456;Ferre\n"
    found = customers(text, CO)

    assert [question.key for question in found.questions] == ["identity_type"]
    (question,) = found.questions
    assert [choice.value for choice in question.choices] == ["NIT", "CC"]
    assert spoken(question.choices[1].examples[0]) == "línea 2: 1.020.304.050, Ana"
    answered = customers(text, CO, identity_type="CC")
    assert [row.document.type for row in answered.rows] == ["CC", "CC", "NIT"]
    assert answered.questions == ()


def test_a_number_that_may_be_of_two_types_is_asked_about_once() -> None:
    asked_once()


def test_control_the_first_type_that_fits_is_taken_by_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = customer_file.types_for
    monkeypatch.setattr(customer_file, "types_for", lambda *number: exact(*number)[:1])

    with pytest.raises(AssertionError):
        asked_once()


def nobody_becomes_somebody_else(answer: str) -> None:
    text = (
        "TERCERO,NIT\nGOMEZ MARIA,52.123.456\nFERRETERIA ABC SAS,900.555.444-8\nTIENDA LA 15,79123456\n"
        "FERRETERIA BUENA SAS,900.555.444-3\nOTRA SAS,9005554448\nPERSONA,1020304050\n"
    )
    asked = customers(text, CO)
    (question,) = asked.questions
    assert [choice.value for choice in question.choices] == ["NIT", "CC"]
    found = customers(text, CO, identity_type=answer)
    assert (found.questions, [(row.line, row.document.type) for row in found.rows]) == (
        (),
        [(2, answer), (4, answer), (5, "NIT"), (7, answer)],
    )
    assert places(found.set_aside) == [(3, "NIT"), (6, "NIT")]


@pytest.mark.parametrize("answer", ["CC", "NIT"])
def test_an_answer_counts_only_for_numbers_that_fit_no_other_type_better(answer: str) -> None:
    nobody_becomes_somebody_else(answer)


def test_control_whoever_drops_the_dash_makes_a_citizen_of_a_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity_types, "_with_digit_apart", lambda *_given: ())
    monkeypatch.setattr(identity_types, "_is_digit_doubted", lambda _reading: False)
    with pytest.raises(AssertionError):
        nobody_becomes_somebody_else("CC")


@pytest.mark.parametrize(
    ("number", "name", "country", "reason"),
    [
        ("3-101-99988", "Mala", CR, "identity.fits_none"),
        ("3-101-99988", "Mala S.A.", CR, "identity.fits_none"),
        ("310199988", "Mala S.A.", CR, "identity.persons_number"),
        ("310199988", "Mala Sociedad Anónima", CR, "identity.persons_number"),
        ("2-099-0999", "Ana", CR, "identity.fits_none"),
        ("1-12340-567", "Ana", CR, "identity.fits_none"),
        ("52.123.456-9", "Ana", CO, "identity.digit_wrong"),
        ("900555444-8", "Ferre", CO, "identity.digit_wrong"),
    ],
)
def test_a_number_that_is_of_a_type_only_without_its_form_or_its_name_is_set_aside(
    number: str, name: str, country: Country, reason: str
) -> None:
    found = customers(f"cédula;nombre\n{number};{name}\n", country)
    assert (found.questions, found.rows) == ((), ())
    assert [getattr(error.message, "id", "") for error in found.set_aside] == [reason]


@pytest.mark.parametrize(
    ("number", "name", "country", "code"),
    [
        ("01-1234-0567", "Ana", CR, "CF"),
        ("0-1-1234-0567", "Ana", CR, "CF"),
        ("1-1234-0567", "Luis de Sá", CR, "CF"),
        ("112340567", "Casa Lasa", CR, "CF"),
        ("3-101-555445", "Buena S.A.", CR, "CJ"),
        ("3101555445", "Buena, S. A.", CR, "CJ"),
        ("1558-1234-5678", "Ana", CR, "DIMEX"),
        ("900.555.444-3", "Ferre S.A.S.", CO, "NIT"),
        ("900555444 - 3", "Ferre", CO, "NIT"),
        ("1020304050", "Ana y Cía. Ltda.", CO, "NIT"),
    ],
)
def test_usual_writings_are_of_their_type(number: str, name: str, country: Country, code: str) -> None:
    assert only(customers(f"cédula;nombre\n{number};{name}\n", country)).document.type == code


def test_a_company_with_the_type_of_a_person_is_told() -> None:
    found = customers("tipo;cédula;nombre\nCF;310199988;Mala S.A.\n")
    assert [getattr(error.message, "id", "") for error in found.warnings] == ["identity.company_as_person"]


def test_names_in_pieces_are_one_name() -> None:
    head = "tipo;cédula;primer nombre;segundo nombre;primer apellido;segundo apellido;razón social"
    found = customers(f"{head}\nCF;1-1234-0567;Ana;;Solís;Paz;\nCJ;3-101-234567;;;;;Ferre S.A.\n")

    assert [row.name for row in found.rows] == ["Ana Solís Paz", "Ferre S.A."]


def test_what_is_wrong_with_who_they_are_is_told_apart_from_what_is_unusual() -> None:
    text = "name;identity_type;identity_number;email;phone\n"
    text += "A;CJ;3-534-123559;;\nB;CJ;12;;\nC;XX;1-1234-0567;;\nD;CF;1-1234-0567;d@;llámame\n"
    text += "E;CF;2-1234-0567;;\nF;CF;212340567;;\n;CF;3-1234-0567;;\nG;;3-1234-0568;;\n"

    found = customers(text)

    assert [row.name for row in found.rows] == ["A", "D", "G"]
    assert places(found.warnings) == [(2, "identity_number"), (5, "email"), (5, "phone")]
    assert places(found.wrong) == [
        (3, "identity_number"), (4, "identity_type"), (6, "identity_number"), (7, "identity_number"), (8, "name"),
    ]  # fmt: skip


# ---- how they are reached


@pytest.mark.parametrize(
    "cell",
    [
        "a@x.example; b@x.example",
        "a@x.example,b@x.example",
        "a@x.example / B@X.example",
        '"a@x.example\nb@x.example"',
        "Ana <a@x.example>; Luis <b@x.example>",
        "a@x.example b@x.example",
        "mailto:a@x.example b@x.example",
    ],
)
def test_two_mails_in_a_cell_are_both_kept(cell: str) -> None:
    cell = cell if cell.startswith('"') else f'"{cell}"'
    row = only(customers(f"tipo;cédula;nombre;correo\nCF;1-1234-0567;Ana;{cell}\n"))

    assert (row.email, row.other_emails) == ("a@x.example", ("b@x.example",))


def test_a_second_column_of_mails_is_kept_beside_the_first() -> None:
    row = only(customers("tipo;cédula;nombre;correo;correo 2\nCF;1-1234-0567;Ana;a@x.example;b@x.example\n"))

    assert (row.email, row.other_emails) == ("a@x.example", ("b@x.example",))


def test_a_bad_mail_is_told_and_the_customer_is_taken_without_it() -> None:
    found = customers("tipo;cédula;nombre;correo\nCF;1-1234-0567;Ana;ana@\n")

    assert only(found).email is None
    assert places(found.warnings) == [(2, "correo")]


@pytest.mark.parametrize("cell", ["N/A", "-", "S/N", "no tiene", "n.a.", "--", "Sin correo", "xxx", "NO APLICA"])
def test_what_people_write_for_nothing_says_nothing_and_is_told(cell: str) -> None:
    """What is known of the customer stays."""
    found = customers(f"tipo;cédula;nombre;correo;teléfono;dirección\nCF;1-1234-0567;Ana;{cell};{cell};{cell}\n")

    row = only(found)
    assert (row.email, row.other_emails, row.phone, row.address) == (None, None, None, None)
    assert sorted(places(found.warnings)) == [(2, "correo"), (2, "dirección"), (2, "teléfono")]


def test_no_column_says_nothing_and_an_empty_cell_says_that_there_is_none() -> None:
    without, emptied = (
        only(customers("tipo;cédula;nombre\nCF;1-1234-0567;Ana\n")),
        only(customers("tipo;cédula;nombre;correo;teléfono\nCF;1-1234-0567;Ana;;\n")),
    )

    assert (without.email, without.phone, without.other_emails) == (None, None, None)
    assert (emptied.email, emptied.phone) == ("", "")


@pytest.mark.parametrize(
    ("cell", "kept", "told"),
    [
        ("8888-8888", "8888-8888", 0),
        ("2222-3333 ext 12", "2222-3333 ext 12", 1),
        ("8888-8888 / 7777-7777", "8888-8888 / 7777-7777", 1),
        ("llamar a Ana", None, 1),
        ("8,88E+07", None, 1),
    ],
)
def test_an_odd_phone_is_told_and_never_stops_its_customer(cell: str, kept: str | None, told: int) -> None:
    found = customers(f"tipo;cédula;nombre;teléfono\nCF;1-1234-0567;Ana;{cell}\n")

    assert (only(found).phone, len(found.warnings)) == (kept, told)


def test_an_unknown_language_is_told() -> None:
    found = customers("tipo;cédula;nombre;idioma\nCF;1-1234-0567;Ana;klingon\n")

    assert (only(found).language, places(found.warnings)) == ("", [(2, "idioma")])
