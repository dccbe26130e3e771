"""Lines of payouts: what makes two of them the same, and what makes one impossible."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from hub.domain.files import settlement_file
from hub.domain.files.settlement_file import parse_lines
from hub.domain.settlement import (
    RESERVE,
    LineKind,
    StatedLine,
    StoredLine,
    is_said_again,
    line_day,
    line_errors,
    normal,
    reserve_of,
    same_line,
)
from hub_hookspecs import Mode, Money, SettlementLine

LINE = SettlementLine(
    line_id="L1", gross=Money(1000, "COP"), fee=Money(30, "COP"), fee_tax=Money(4, "COP"), net=Money(966, "COP"),
    reference="R1", provider_reference="T1", authorisation="9", movement="M1",
)  # fmt: skip
RELEASE = SettlementLine(
    line_id="L2", gross=Money(0, "COP"), net=Money(40, "COP"), withholdings={RESERVE: Money(-40, "COP")}
)
CHARGE = SettlementLine(line_id="L3", gross=Money(-50, "COP"), net=Money(-50, "COP"))


def test_a_line_that_says_something_everywhere_is_normal() -> None:
    full = attrs.evolve(LINE, net=Money(960, "COP"), withholdings={"income": Money(1, "COP"), "vat": Money(5, "COP")})

    assert normal(full) == full


def test_zeros_and_empty_words_say_nothing() -> None:
    said = {"reference": "", "provider_reference": "", "authorisation": "", "movement": ""}
    zeros = {name: Money(0, "COP") for name in ("fee", "fee_tax")}
    silent = SettlementLine(line_id="L1", gross=Money(5, "COP"), net=Money(5, "COP"))

    assert normal(attrs.evolve(silent, **said, **zeros, withholdings={"vat": Money(0, "COP")})) == silent


@pytest.mark.parametrize(
    "change",
    [
        {"gross": Money(1001, "COP")},
        {"net": Money(965, "COP")},
        {"fee": Money(31, "COP")},
        {"fee_tax": Money(5, "COP")},
        {"fee_tax": None},
        {"withholdings": {"vat": Money(1, "COP")}},
        {"reference": "R2"},
        {"movement": "M2"},
    ],
    ids=str,
)
def test_another_amount_reference_or_movement_is_another_line(change: dict[str, Any]) -> None:
    assert not same_line(LINE, attrs.evolve(LINE, **change))


STORED = StoredLine(
    account_id="acct", merchant_id="m1", mode=Mode.TEST, line=LINE, source="a.csv",
    imported_at=datetime(2026, 3, 5, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "kind", "again"),
    [
        ({}, LineKind.PAYMENT, True),
        ({"occurred_at": datetime(2026, 3, 4, tzinfo=UTC)}, LineKind.PAYMENT, True),
        ({"withholdings": {"vat": Money(0, "COP")}}, LineKind.PAYMENT, True),
        ({"settled_on": date(2026, 3, 9)}, LineKind.PAYMENT, False),
        ({"authorisation": "8"}, LineKind.PAYMENT, False),
        ({"fee": Money(31, "COP"), "net": Money(965, "COP")}, LineKind.PAYMENT, False),
        ({}, LineKind.CHARGE, False),
    ],
)
def test_a_line_that_waits_is_said_again_whenever_its_payment_was_made(
    change: dict[str, Any], kind: LineKind, again: bool
) -> None:
    told = attrs.evolve(LINE, **change)

    assert is_said_again(STORED, StatedLine(line=told, kind=kind)) is again
    assert is_said_again(attrs.evolve(STORED, line=told), StatedLine(line=LINE, kind=kind)) is again


def test_what_a_person_said_a_line_is_about_is_not_unsaid_by_a_file_that_does_not_declare_it() -> None:
    stored = attrs.evolve(STORED, line=CHARGE, kind=LineKind.CHARGE)

    assert is_said_again(stored, StatedLine(line=CHARGE))
    assert is_said_again(stored, StatedLine(line=CHARGE, kind=LineKind.CHARGE))
    assert not is_said_again(stored, StatedLine(line=CHARGE, kind=LineKind.RELEASE))


def faults(line: SettlementLine, kind: LineKind = LineKind.PAYMENT) -> list[tuple[str, dict[str, object]]]:
    return [(text.id, dict(text.values)) for text in line_errors(line, kind)]


def test_a_line_is_known_by_two_hundred_characters_that_can_be_printed() -> None:
    assert faults(attrs.evolve(LINE, line_id="x" * 200)) == []
    for name in ("", "x" * 201, "a\nb"):
        assert faults(attrs.evolve(LINE, line_id=name)) == [("settlement.line_unnamed", {"line": repr(name[:40])})]


def test_what_is_wrong_with_a_line_names_the_line() -> None:
    assert faults(attrs.evolve(LINE, net=Money(965, "COP"))) == [("settlement.does_not_add_up", {"line": "L1"})]
    assert faults(attrs.evolve(LINE, fee=Money(30, "USD"))) == [("settlement.currencies_differ", {"line": "L1"})]
    strange = attrs.evolve(LINE, net=Money(961, "COP"), withholdings={"IVA 2": Money(5, "COP")})
    assert faults(strange) == [("settlement.no_tax", {"line": "L1", "tax": "IVA 2"})]


def test_a_charge_takes_money_and_a_release_pays_out_what_was_kept_and_nothing_else() -> None:
    assert faults(CHARGE, LineKind.CHARGE) == faults(RELEASE, LineKind.RELEASE) == []
    assert faults(LINE, LineKind.CHARGE) == [("settlement.no_charge", {"line": "L1"})]
    for other in (LINE, CHARGE, attrs.evolve(RELEASE, line_id="L1", gross=Money(1, "COP"), net=Money(41, "COP"))):
        assert faults(other, LineKind.RELEASE) == [("settlement.no_release", {"line": other.line_id})]


def test_the_smallest_release_is_one_and_a_line_of_nothing_is_none() -> None:
    one = attrs.evolve(RELEASE, net=Money(1, "COP"), withholdings={RESERVE: Money(-1, "COP")})
    nothing = attrs.evolve(RELEASE, net=Money(0, "COP"), withholdings={})

    assert faults(one, LineKind.RELEASE) == []
    assert faults(nothing, LineKind.RELEASE) == [("settlement.no_release", {"line": "L2"})]
    assert faults(nothing, LineKind.CHARGE) == []
    assert faults(attrs.evolve(nothing, gross=Money(1, "COP"), net=Money(1, "COP")), LineKind.CHARGE) != []


def test_what_is_kept_back_is_positive_and_what_is_released_negative() -> None:
    assert reserve_of(RELEASE) == -40
    assert reserve_of(LINE) == 0


def test_a_line_stands_on_the_day_of_the_payment_where_the_company_is_else_of_the_payout() -> None:
    zone = ZoneInfo("America/Bogota")
    late = attrs.evolve(LINE, occurred_at=datetime(2026, 3, 5, 3, 0, tzinfo=UTC), settled_on=date(2026, 3, 9))

    assert line_day(late, zone) == date(2026, 3, 4)
    assert line_day(attrs.evolve(late, occurred_at=None), zone) == date(2026, 3, 9)
    assert line_day(LINE, zone) is None


MINUS = (
    "LINE_ID;Referencia;Bruto;Comision;Ret. fuente;Neto\n"
    "M1;A1;2.000,00;-70,00;-40,00;1.890,90\n"
    "M2;A2;20.000,00;-700,00;-400,00;18.900,00\n"
)


def one_wrong_line_leaves_the_others() -> None:
    file = parse_lines(MINUS.encode(), name="p.csv", currency="CRC")
    assert [stated.line.line_id for stated in file.lines] == ["M2"]
    assert {error.line for error in file.set_aside} == {2}
    assert file.lines[0].line.withholdings == {"retefuente": Money(40_000, "CRC")}


def test_a_line_that_does_not_add_up_leaves_the_others_of_a_file_that_writes_fees_with_a_minus() -> None:
    one_wrong_line_leaves_the_others()


def test_control_a_file_that_is_turned_only_whole_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settlement_file, "_is_turned", lambda lines: False)

    with pytest.raises(AssertionError):
        one_wrong_line_leaves_the_others()


def test_a_file_whose_lines_add_up_either_way_is_read_as_it_stands() -> None:
    mixed = MINUS.encode() + b"M3;A3;1.000,00;100,00;0;900,00\n"
    file = parse_lines(mixed, name="p.csv", currency="CRC")
    assert [stated.line.line_id for stated in file.lines] == ["M3"]


@pytest.mark.parametrize("heading", ["Ret. fuente", "Ret. fte", "ReteICA", "Rte. fte.", "Rte. ICA"])
def test_usual_headings_of_what_is_withheld_are_known(heading: str) -> None:
    file = parse_lines(MINUS.replace("Ret. fuente", heading).encode(), name="p.csv", currency="CRC")
    assert file.left_out == ()
