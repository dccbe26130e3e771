"""Money in another currency settles what is owed at a rate that a person states, and never by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from sqlalchemy import text

from hub.cli.conversion import _tell as tell_on_the_command_line
from hub.documents.mails import conversion
from hub.domain.conversion import Conversion, Doubt, Rate, doubt_of, read_rate
from hub.domain.decision import Signed
from hub.domain.identity import Invalid
from hub.domain.refusals import Conflict
from hub.flows.books import take_back_conversion
from hub.flows.corrections import convert_money as module
from hub.flows.corrections.approve_decision import approve_decision
from hub.flows.corrections.convert_money import Converted, Wanted, convert_money
from hub_hookspecs import Money
from tests.bookkeeping.desk import Desk, run
from tests.spoken import spoken

ANA, LUIS = Signed(by="Ana", why="así lo pagó"), Signed(by="Luis", why="de acuerdo")
DAY = date(2026, 3, 2)


def rate(value: str, base: str = "USD", quote: str = "CRC") -> Rate:
    return Rate(base=base, quote=quote, value=Decimal(value), source="BCCR", on=DAY)


@pytest.fixture
def owing(desk_for: Callable[[str], Desk]) -> Desk:
    desk = desk_for("CR")
    desk.do("invoice FE-1 1000.00 USD")
    return desk


def convert(desk: Desk, value: str, signed: Signed = ANA, **more: Any) -> Converted:
    wanted = Wanted(
        customer_id="c1",
        came=Money(52_000_000, "CRC"),
        settles_in="USD",
        rate=rate(value),
        means="transfer",
        value_on=DAY,
    )
    form = more.pop("form", "")
    return run(convert_money(desk.hub, desk.merchant, attrs.evolve(wanted, **more), signed=signed, form=form))


@pytest.mark.parametrize(
    ("value", "last", "doubt"),
    [
        ("520", None, Doubt.FIRST),
        ("520", "500", None),
        ("525", "500", None),
        ("525.01", "500", Doubt.FAR),
        ("474.99", "500", Doubt.FAR),
        ("0.00192", "520", Doubt.INVERTED),
    ],
)
def test_a_rate_that_may_be_wrong_is_doubted(value: str, last: str | None, doubt: Doubt | None) -> None:
    assert doubt_of(rate(value), rate(last) if last else None) is doubt


def test_a_rate_that_is_said_the_other_way_round_is_compared_with_the_same_pair() -> None:
    assert doubt_of(rate("0.002", base="CRC", quote="USD"), rate("500")) is None


@pytest.mark.parametrize(
    ("came", "value", "settles"),
    [
        (Money(1, "USD"), "0.5", Money(1, "CRC")),
        (Money(1, "USD"), "0.49", Money(0, "CRC")),
        (Money(51_999_900, "CRC"), "520.25", Money(99_952, "USD")),
    ],
)
def test_an_amount_is_rounded_once_half_up(came: Money, value: str, settles: Money) -> None:
    assert rate(value).converted(came) == settles


@pytest.mark.parametrize("written", ["0", "-1", "NaN", "1e400", "", "quinientos"])
def test_what_is_no_rate_is_not_read(written: str) -> None:
    assert read_rate(written) is None


def test_the_first_rate_of_a_pair_waits_for_a_second_person_and_a_near_one_does_not(
    owing: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    first = convert(owing, "520")

    assert (first.conversion, first.doubt) == (None, Doubt.FIRST)
    tell_on_the_command_line(first)
    assert f"nothing happened yet. {spoken(Doubt.FIRST.told, 'en')} Another person" in capsys.readouterr().out
    assert first.decision
    made = run(approve_decision(owing.hub, first.decision.id, signed=LUIS))
    assert made.people == "Ana and Luis"
    assert owing._payable("FE-1").due == 0
    owing.do("invoice FE-2 1000.00 USD")
    assert convert(owing, "521").conversion
    assert convert(owing, "600").doubt is Doubt.FAR


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": attrs.evolve(rate("520"), value=Decimal(0))},
        {"rate": attrs.evolve(rate("520"), value=Decimal(-1))},
        {"rate": attrs.evolve(rate("520"), on=DAY + timedelta(days=1))},
        {"rate": attrs.evolve(rate("520"), source=" ")},
        {"rate": rate("4000", quote="COP")},
        {"value_on": DAY + timedelta(days=1)},
        {"invoices": ("FE-9",)},
    ],
)
def test_a_rate_that_cannot_be_is_refused_and_nothing_is_booked(owing: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        convert(owing, "520", **wrong)

    assert owing._payable("FE-1").due == 100_000


def test_an_invoice_that_a_payment_holds_is_not_settled(owing: Desk) -> None:
    owing.do("pays A FE-1 1000.00")

    with pytest.raises(Invalid):
        convert(owing, "520", invoices=("FE-1",))


def test_one_form_converts_once(owing: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "doubt_of", lambda *_given: None)
    first = convert(owing, "520", form="form-1")

    assert convert(owing, "520", form="form-1").conversion == first.conversion
    assert owing.balances()["bank", "CRC"] == 52_000_000


def test_a_rate_that_was_changed_is_not_what_was_sealed(owing: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "doubt_of", lambda *_given: None)
    made = convert(owing, "520").conversion
    assert isinstance(made, Conversion)

    def forge(tx: Any) -> None:
        tx.run(text("DROP TRIGGER IF EXISTS conversion_fixed"))
        tx.run(text("UPDATE conversion SET rate = '500'"))

    owing.opened.store.write_now(forge)

    assert owing.read(lambda tx: tx.ledger.verify()) == (f"L9: conversion {made.id} is not what was sealed",)


def test_control_a_rate_that_nobody_doubts_is_booked_by_one_person(
    owing: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "doubt_of", lambda *_given: None)

    assert convert(owing, "0.00192").conversion


def mails_of(desk: Desk, made: Conversion) -> list[tuple[str, str]]:
    """Who is owed a mail of a conversion, and what it says in plain text."""

    def read(tx: Any) -> list[tuple[str, str]]:
        owed = [item for item in tx.deliveries.of(merchant_id=desk.merchant.id) if item.subject_id == made.id]
        assert {item.kind for item in owed} <= {"conversion"}
        return sorted((item.recipient, words_of(tx, item)) for item in owed)

    def words_of(tx: Any, delivery: Any) -> str:
        value, locale = conversion.gather(tx, desk.hub, delivery, desk.clock.now)
        return " ".join(
            desk.hub.documents.mail(value, recipient=delivery.recipient, message_id="m@x", locale=locale).text.split()
        )

    return desk.read(read)


def told_company(desk: Desk) -> None:
    options = attrs.evolve(desk.merchant.options, notify=("cobros@empresa.example",))
    named = attrs.evolve(desk.merchant, options=options)
    desk.opened.store.write_now(lambda tx: tx.merchants.save(named))


def converted_twice_over(desk: Desk) -> Conversion:
    """What came settles the invoice, and a rest of it is credit."""
    told_company(desk)
    assert convert(desk, "500").conversion is None
    made = convert(desk, "500", LUIS).conversion
    assert made is not None
    return made


def test_the_mail_of_a_conversion_says_both_amounts_the_rate_and_its_source(owing: Desk) -> None:
    made = converted_twice_over(owing)

    (customer, to_customer), (company, to_company) = mails_of(owing, made)
    assert (customer, company) == ("c1@correo.example", "cobros@empresa.example")
    for mail in (to_customer, to_company):
        for said in ("CRC", "520 000,00", "USD", "1 040,00", "1 USD = 500 CRC", "BCCR", "FE-1", "40,00"):
            assert said in mail, (said, mail)

    run(module.void_conversion(owing.hub, owing.merchant, made.id, reason="era otra tasa", by="Ana"))

    assert len(mails_of(owing, made)) == 4
    assert all("era otra tasa" in mail for _to, mail in mails_of(owing, made))


def test_control_a_conversion_that_tells_nobody_is_found(owing: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "tell_conversion", lambda *_all: None)
    assert mails_of(owing, converted_twice_over(owing)) == []


def held(desk: Desk) -> Conversion:
    """What came is credit, and a payment that is under way is about to use a part of it."""
    for line in ("converted cash 100.00 USD to CRC at 500 as X", "invoice FE-2 100000.00"):
        desk.do(line)
    desk.do("pays A FE-2 80000.00 credit FE-2 20000.00")
    made: Conversion = desk.read(lambda tx: tx.conversions.get(desk.receipts["X"]))
    return made


def test_a_conversion_whose_credit_a_payment_holds_is_not_voided(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    made = held(desk)

    with pytest.raises(Invalid) as refused:
        run(module.void_conversion(desk.hub, desk.merchant, made.id, reason="otra tasa", by="Ana"))

    assert [problem.message.id for problem in refused.value.problems] == ["credit.held"]
    assert desk.balances()["customer_credit", "CRC"] == -5_000_000
    desk.do("paid A")
    assert desk._payable("FE-2").due == 0


def test_control_a_void_that_knows_no_held_credit_takes_what_a_payment_was_to_use(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "keeping_held", lambda *_given, **_more: contextlib.nullcontext())
    desk = desk_for("CR")
    made = held(desk)

    run(module.void_conversion(desk.hub, desk.merchant, made.id, reason="otra tasa", by="Ana"))

    desk.do("paid A")
    assert desk._payable("FE-2").due == 2_000_000


IN_BOTH = (
    *("invoice FE-1 100.00", "invoice FE-2 100.00", "pays A FE-1 100.00", "paid A 100.00 as M1"),
    *("paid A 10.00 USD as M2", "convert A at 20", "returned A 60.00 as R1", "use-credit FE-2 100.00"),
)
"""The colones that went back were taken of what was free: of the credit that the dollars had made."""


@pytest.mark.parametrize("gone", ["returned A 10.00 USD as R2", "void-conversion X", "chargeback A 10.00 USD as K1"])
def test_converted_money_goes_back_though_colones_took_its_credit(desk_for: Callable[[str], Desk], gone: str) -> None:
    desk = desk_for("CR")
    for line in (*IN_BOTH, gone):
        desk.do(line)

    assert (desk._payable("FE-1").due, desk._payable("FE-2").due) == (6_000, 10_000)
    assert desk.balances().get(("customer_credit", "CRC"), 0) == 0
    assert desk.read(lambda tx: tx.ledger.verify()) == ()


def test_control_a_conversion_that_takes_back_its_own_credit_alone_refuses_the_news(
    desk_for: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take_back_conversion, "_others", lambda *_given: ())

    with pytest.raises(Conflict):
        test_converted_money_goes_back_though_colones_took_its_credit(desk_for, "returned A 10.00 USD as R2")


def test_a_conversion_whose_credit_was_paid_out_says_so(desk_for: Callable[[str], Desk]) -> None:
    desk = desk_for("CR")
    for line in ("converted cash 100.00 USD to CRC at 520 as X", "disburse cash 52000.00"):
        desk.do(line)

    with pytest.raises(Invalid) as refused:
        desk.do("void-conversion X")

    assert [problem.message.id for problem in refused.value.problems] == ["receipt.paid_out"]
