"""What people write is kept whole or refused with its limit, never cut in silence."""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs
import pytest

from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.identity import Invalid
from hub.domain.lengths import too_long
from hub.domain.merchant import Merchant
from hub.domain.order import OrderItem
from hub.domain.receipt import Means
from hub.domain.round import Choice, Every
from hub.flows.books.erase_note import erase_note
from hub.flows.corrections.correct_entry import correct_entry
from hub.flows.corrections.record_receipt import record_by_hand, record_for_payment
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.merchants.save_company import CompanyForm, read_company
from hub.flows.merchants.save_options import save_options
from hub.flows.receipts.skip_numbers import skip_numbers
from hub.flows.receipts.void_receipt import void_receipt
from hub.flows.statements.place_order import Cart, OrderRefused, checked_total
from hub.flows.statements.schedule_rounds import schedule_round
from hub.flows.statements.send_round import start_round
from hub.flows.statements.send_statement import send_statement
from hub_demo import companies as demo
from hub_hookspecs import Mode, Money
from tests.faults.harness import World
from tests.spoken import spoken

FORM: CompanyForm = attrs.evolve(demo.CR, address={"province": "San José", "details": "Barrio Escalante"})


@pytest.mark.parametrize(
    ("field", "longest", "form"),
    [
        ("legal_name", 200, lambda text: attrs.evolve(FORM, legal_name=text)),
        ("trade_name", 200, lambda text: attrs.evolve(FORM, trade_name=text)),
        ("address-details", 200, lambda text: attrs.evolve(FORM, address={"details": text})),
        ("phone", 40, lambda text: attrs.evolve(FORM, phone=text)),
    ],
)
def test_a_company_keeps_what_fits_and_is_told_what_does_not(
    field: str, longest: int, form: Callable[[str], CompanyForm]
) -> None:
    company, _warnings = read_company(CR, form("ñ" * longest))
    assert "ñ" * longest in (company.legal_name, company.trade_name, company.phone, *company.address.values())

    with pytest.raises(Invalid) as refused:
        read_company(CR, form("ñ" * (longest + 1)))
    (problem,) = refused.value.problems
    assert (problem.field, spoken(problem.message)) == (field, told(longest))


def told(longest: int) -> str:
    return f"Es demasiado largo: {longest + 1} caracteres, y caben {longest}."


def test_blanks_and_ends_of_lines_count_as_they_are_seen() -> None:
    company, _warnings = read_company(
        CR, attrs.evolve(FORM, legal_name=f" {'a' * 99}  \n {'b' * 100} ".replace("\n", "\t"))
    )
    assert len(company.legal_name) == 200
    assert too_long("note", "a\r\nb", 3) == ()


Writes = Callable[[World, Merchant, str], object]
WRITERS: dict[str, tuple[str, int, Writes]] = {
    "a key's name": ("name", 100, lambda world, merchant, text: world.run(issue_api_key(world.hub, merchant, text))),
    "a bank account": (
        "bank_account",
        100,
        lambda world, merchant, text: world.run(save_options(world.hub, merchant.id, bank_account=text)),
    ),
    "a reason to void": (
        "reason",
        400,
        lambda world, merchant, text: world.run(void_receipt(world.hub, merchant, "none", reason=text, by="ana")),
    ),
    "a reason to skip": (
        "reason",
        400,
        lambda world, merchant, text: world.run(skip_numbers(world.hub, merchant, "x", reason=text, by="ana")),
    ),
    "a reason to erase": (
        "reason",
        400,
        lambda world, merchant, text: world.run(
            erase_note(world.hub, merchant, Mode.TEST, "none", by="ana", reason=text)
        ),
    ),
    "a reason to correct": (
        "reason",
        400,
        lambda world, merchant, text: world.run(correct_entry(world.hub, merchant, "none", by="ana", reason=text)),
    ),
    "remarks of a receipt": (
        "notes",
        500,
        lambda world, merchant, text: world.run(record_for_payment(world.hub, merchant, "none", by="ana", notes=text)),
    ),
    "remarks of money by hand": (
        "notes",
        500,
        lambda world, merchant, text: world.run(
            record_by_hand(
                *(world.hub, merchant, "none"),
                means=Means.CASH,
                cash=Money(100, "CRC"),
                shares=(),
                by="ana",
                notes=text,
            )
        ),
    ),
    "words with a statement": (
        "note",
        1000,
        lambda world, merchant, text: world.run(send_statement(world.hub, merchant, "none", note=text)),
    ),
    "words with a round": (
        "note",
        1000,
        lambda world, merchant, text: world.run(
            start_round(world.hub, merchant, Choice(), round_id="r1", by="ana", note=text)
        ),
    ),
    "words with every round": (
        "note",
        1000,
        lambda world, merchant, text: world.run(
            schedule_round(world.hub, merchant, every=Every.WEEK, weekday=0, choice=Choice(), by="ana", note=text)
        ),
    ),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_words_that_are_too_long_are_refused_with_their_limit(world: World, writer: str) -> None:
    field, longest, write = WRITERS[writer]

    def problems(text: str) -> list[tuple[str, str]]:
        try:
            write(world, world.companies["CR"], text)
        except Invalid as refused:
            return [(problem.field, spoken(problem.message)) for problem in refused.problems]
        except LookupError:  # what they are about is not there, which is looked at afterwards
            return []
        return []

    assert (field, told(longest)) in problems("a" * (longest + 1))
    assert not [message for _field, message in problems("a" * longest) if "largo" in message]


def test_a_reason_stands_whole_beside_whoever_gave_it(world: World) -> None:
    merchant, reason = world.companies["CR"], "x" * 400
    gap = world.run(skip_numbers(world.hub, merchant, "RC-000002", by="ana", reason=reason))
    assert gap.why == reason


def test_a_shoppers_name_is_refused_with_its_limit() -> None:
    item = OrderItem(sku="T", description="Taladro", quantity=1, price=100)
    cart = Cart(number="W-1", currency="CRC", items=(item,), name="ñ" * 200, email="ana@correo.example")
    checked_total(cart)
    with pytest.raises(OrderRefused, match=re.escape("customer.name: at most 200 characters")):
        checked_total(attrs.evolve(cart, name="ñ" * 201))
