"""Identity documents as people type them."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.co import nit

from hub.domain.countries.co import COUNTRY as CO
from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.identity import numbers_for, read_document, show_document
from hub_hookspecs import Country, IdentityDocument, IdentityType
from tests.spoken import spoken


@pytest.mark.parametrize(
    ("number", "digit"),
    [
        ("800197268", "4"), ("860002964", "4"), ("890903938", "8"), ("899999068", "1"), ("860034313", "7"),
        ("900373913", "4"), ("1234567890", "2"), ("900123456", "8"), ("213123432", "1"), ("52123456", "2"),
    ],
)  # fmt: skip
def test_a_nit_is_read_with_its_digit_after_a_dash_or_in_its_own_field(number: str, digit: str) -> None:
    """The tax office's own check digits."""
    expected = IdentityDocument("NIT", number, digit)

    assert expected == read_document(CO, "NIT", f"{number}-{digit}").document
    assert expected == read_document(CO, "NIT", number, digit).document
    assert expected == read_document(CO, "nit", show_document(CO, expected)).document


@pytest.mark.parametrize(
    ("raw", "digit", "expected"),
    [
        # nine digits of a company are whole, although the last may check by chance
        ("900123456", None, ("900123456", "8")),
        ("890903938", None, ("890903938", "8")),
        ("900.123.456", None, ("900123456", "8")),
        # ten digits whose last one checks
        ("9001234568", None, ("900123456", "8")),
        ("2131234321", None, ("213123432", "1")),
        ("900 123 456 8", None, ("900123456", "8")),
        # the digit in its own field and at the end of the number as well
        ("9001234568", "8", ("900123456", "8")),
        ("900.123.456-8", "8", ("900123456", "8")),
        # a person's ten digits
        ("1234567890", "2", ("1234567890", "2")),
        ("1.234.567.890-2", None, ("1234567890", "2")),
        ("1234567890-2", "2", ("1234567890", "2")),
        ("12345678902", None, ("1234567890", "2")),
        # typography that comes with copied text
        ("900.123.456–8", None, ("900123456", "8")),
        (" 900\u00a0123\u00a0456 - 8 ", None, ("900123456", "8")),
        ("９００１２３４５６-８", None, ("900123456", "8")),
    ],
)  # fmt: skip
def test_a_nit_is_read_where_only_one_reading_is_likely(raw: str, digit: str | None, expected: tuple[str, str]) -> None:
    """Number and check digit always end up apart."""
    reading = read_document(CO, "NIT", raw, digit)

    assert IdentityDocument("NIT", *expected) == reading.document, reading


@pytest.mark.parametrize(
    ("raw", "digit", "field"),
    [
        ("900123456-7", None, "check_digit"),  # wrong digit
        ("900123456", "7", "check_digit"),
        ("900123456-8", "7", "check_digit"),  # two different digits
        ("9001234567", None, "check_digit"),  # ten digits, neither a person's nor with the right digit
        ("12345678903", None, "check_digit"),  # eleven digits, the last one wrong
        ("1000000003", None, "check_digit"),  # a person's ten digits, or nine and a digit that checks
        ("900123456", "88", "check_digit"),
        ("900123456", "x", "check_digit"),
        ("90012A456", None, "identity_number"),
        ("1234", None, "identity_number"),
        ("", None, "identity_number"),
        ("-8", None, "identity_number"),
        ("9" * 100, None, "identity_number"),
        ("-" * 60, None, "identity_number"),
    ],
)  # fmt: skip
def test_a_nit_that_is_wrong_or_has_two_readings_is_refused_naming_the_field(
    raw: str, digit: str | None, field: str
) -> None:
    """Nothing is guessed: the message says how to write it."""
    reading = read_document(CO, "NIT", raw, digit)

    assert reading.document is None
    assert [field] == [problem.field for problem in reading.errors]


def test_a_persons_nit_without_digit_is_read_with_a_warning_that_names_the_digit() -> None:
    """Ten digits that begin with 1 and do not end in a check digit can only be a person's whole number."""
    assert nit.calc_check_digit("102030405") != "1"

    reading = read_document(CO, "NIT", "1020304051")

    assert IdentityDocument("NIT", "1020304051", nit.calc_check_digit("1020304051")) == reading.document
    assert [problem.field for problem in reading.warnings] == ["check_digit"]


@given(st.integers(10_000, 9_999_999_999))
def test_every_nit_that_is_shown_is_read_back_as_it_was(number: int) -> None:
    """Showing and reading are inverse for whatever number."""
    document = IdentityDocument("NIT", str(number), nit.calc_check_digit(str(number)))

    assert document == read_document(CO, "NIT", show_document(CO, document)).document


@given(st.text(max_size=70), st.none() | st.text(max_size=3), st.sampled_from([CR, CO]))
def test_whatever_is_typed_is_read_or_refused_never_both(raw: str, digit: str | None, country: Country) -> None:
    """A reading has a document or errors."""
    for kind in country.identity_types:
        reading = read_document(country, kind.code, raw, digit)

        assert (reading.document is None) == bool(reading.errors)


@pytest.mark.parametrize(
    ("kind", "raw", "number", "shown", "warned"),
    [
        ("CF", "1-1234-0567", "112340567", "1-1234-0567", False),
        ("CF", "01-1234-0567", "112340567", "1-1234-0567", False),  # as many systems pad it
        ("CF", "0112340567", "112340567", "1-1234-0567", False),
        ("CF", "8 0123 0456", "801230456", "8-0123-0456", False),
        ("CF", "901230456", "901230456", "9-0123-0456", True),
        ("CJ", "3-101-234567", "3101234567", "3-101-234567", False),
        ("CJ", "3-101-a00001", "3101A00001", "3-101-A00001", False),  # from late 2026
        ("CJ", "3-120-123456", "3120123456", "3-120-123456", True),
        ("CJ", "3-534-123559", "3534123559", "3-534-123559", True),
        ("CJ", "3-101-AB0001", "3101AB0001", "3-101-AB0001", True),
        ("DIMEX", "155812345678", "155812345678", "155812345678", False),
        ("DIMEX", "15581234567", "15581234567", "15581234567", False),
        ("NITE", "1234567890", "1234567890", "1234567890", False),
        ("EXT", "ab 12/34-x", "AB12/34X", "AB12/34X", False),
    ],
)
def test_costa_rican_documents_are_normalised_and_unusual_ones_warn(
    kind: str, raw: str, number: str, shown: str, warned: bool
) -> None:
    """A física has nine digits, a jurídica may have letters,
    and a class that is new is no reason to refuse."""
    reading = read_document(CR, kind, raw)

    assert IdentityDocument(kind, number) == reading.document
    assert shown == show_document(CR, reading.document)
    assert warned is bool(reading.warnings)


@pytest.mark.parametrize(
    ("country", "kind", "raw"),
    [
        (CR, "CF", "0-0455-0175"), (CR, "CF", "1-613-584"), (CR, "CF", "00112340567"), (CR, "CF", "1١2340567"),
        (CR, "CJ", "1-101-234567"), (CR, "CJ", "3-101-23456"), (CR, "CJ", "3-1A1-234567"),
        (CR, "DIMEX", "255812345678"), (CR, "NITE", "12345"), (CR, "EXT", "A" * 21), (CR, "EXT", "<b>"),
        (CO, "CC", "0123456"), (CO, "CC", "12"), (CO, "CC", "12345678901"), (CO, "TI", "123"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_document_of_its_type_is_refused_with_an_example(
    country: Country, kind: str, raw: str
) -> None:
    """The message shows how such a number looks."""
    (problem,) = read_document(country, kind, raw).errors

    example = country.identity_type(kind)
    assert example is not None
    assert problem.field == "identity_number"
    assert example.example in spoken(problem.message)


def test_a_type_of_another_country_is_refused_and_the_types_are_named() -> None:
    """A NIT is no Costa Rican document."""
    (problem,) = read_document(CR, "NIT", "900123456").errors

    assert problem.field == "identity_type"
    assert "CJ" in spoken(problem.message)


def test_a_check_digit_where_the_type_has_none_is_refused() -> None:
    """Rather than dropped in silence."""
    (problem,) = read_document(CO, "CC", "52123456", "2").errors

    assert problem.field == "check_digit"


def test_a_document_is_shown_with_its_type_where_asked() -> None:
    """Documents of an unknown type are shown plainly."""
    assert show_document(CO, IdentityDocument("NIT", "800197268", "4"), with_type=True) == "NIT 800.197.268-4"
    assert show_document(CO, IdentityDocument("RUC", "20123", "9"), with_type=True) == "RUC 20123-9"


@pytest.mark.parametrize(
    ("country", "text", "number"),
    [
        (CO, "900.123.456-8", "900123456"), (CO, "9001234568", "900123456"), (CO, "900123456", "900123456"),
        (CO, "890903938", "890903938"), (CO, "1.020.304.050", "1020304050"),
        (CR, "01-1234-0567", "112340567"), (CR, "3-101-a00001", "3101A00001"),
    ],
)  # fmt: skip
def test_a_number_without_its_type_names_every_number_that_may_be_meant(
    country: Country, text: str, number: str
) -> None:
    """An invoice file names its customer by number alone."""
    assert number in numbers_for(country, text)


def test_no_number_is_meant_by_an_empty_text() -> None:
    """Nor by separators."""
    assert numbers_for(CO, " - ") == ()


def test_a_number_that_is_whole_is_never_taken_for_a_shorter_one_with_its_digit() -> None:
    """The last digit of this company's number checks by chance; the shorter number is somebody else's."""
    assert "89090393" not in numbers_for(CO, "890.903.938")
    assert "100000000" not in numbers_for(CO, "1000000003")


def rut_digit(number: str) -> str:
    """Chile's check digit: ten is written K."""
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(number)))
    return "0123456789K0"[11 - total % 11]


RUT = IdentityType(code="RUT", label="RUT", pattern="[0-9]{7,8}", example="76.086.428-5", check_digit=rut_digit)


@pytest.mark.parametrize(
    ("written", "apart"),
    [
        ("10.000.013-K", None),
        ("10000013-k", None),
        ("10000013K", None),
        ("10000013", "K"),
        ("10000013", "k"),
        ("10.000.013-K", "k"),
    ],
)
def test_a_check_digit_may_be_the_letter_k(written: str, apart: str | None) -> None:
    read = read_document(attrs.evolve(CO, identity_types=(RUT,)), "RUT", written, apart)

    assert read.document == IdentityDocument("RUT", "10000013", "K"), read.errors


def test_a_k_where_the_digit_is_another_is_refused_with_the_right_one() -> None:
    read = read_document(attrs.evolve(CO, identity_types=(RUT,)), "RUT", "76086428-K")

    assert [fault.field for fault in read.errors] == ["check_digit"]
    assert read_document(CO, "NIT", "900123456-K").errors[0].field == "check_digit"
