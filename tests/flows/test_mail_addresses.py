"""Whoever reads a mail address reads it by the same rule."""

from __future__ import annotations

import json
from collections.abc import Callable

import attrs
import pytest

from hub.documents.drawing import mail_address
from hub.domain.countries.cr import COUNTRY as CR
from hub.domain.files.customer_file import parse_customers
from hub.domain.identity import Invalid
from hub.domain.mail import MailRefused
from hub.domain.merchant import Options
from hub.domain.order import OrderItem
from hub.domain.payer_form import FieldRefused, checked_fields
from hub.flows.merchants.add_member import checked_address
from hub.flows.merchants.save_company import create_company, read_company
from hub.flows.merchants.save_options import save_options
from hub.flows.statements.place_order import Cart, OrderRefused, checked_total
from hub_demo import companies as demo
from hub_hookspecs import Mode, PayerField, QueryBy, Starts, Way
from tests.faults.harness import World
from tests.spoken import spoken

Reads = Callable[[World, str], object]


def _imported(world: World, text: str) -> None:
    """A file's cell may hold several, or a name beside one: what is taken is then not the text itself."""
    row = {"nombre": "Ana", "tipo": "CF", "identificación": "1-1234-0567", "correo": text}
    (customer,) = parse_customers(json.dumps([row]).encode(), name="a.json", country=CR).rows
    if customer.email != text.lower() or customer.other_emails:
        raise ValueError(text)


def _registered(world: World, *, owner: str = "duena@nueva.example", options: Options | None = None) -> None:
    form = attrs.evolve(demo.CR, email="pagos@nueva.example")
    slug = f"nueva-{len(world.read(lambda tx: tx.merchants.all()))}"
    world.run(create_company(world.hub, form, slug=slug, mode=Mode.TEST, owner_email=owner, options=options))


def _ordered(world: World, text: str) -> None:
    item = OrderItem(sku="T-20", description="Taladro", quantity=1, price=100)
    checked_total(Cart(number="W-1", currency="CRC", items=(item,), name="", email=text))


def _typed_for_a_provider(world: World, text: str) -> None:
    field = PayerField(name="mail", label="Correo", pattern=".*", kind="email")
    outcome = frozenset({"notification"})
    way = Way(code="x", label="X", starts=Starts.SESSION, outcome=outcome, query_by=QueryBy.NONE, payer_fields=(field,))
    checked_fields(way, {"mail": text}, {})


READERS: dict[str, Reads] = {
    "import": _imported,
    "company": lambda world, text: read_company(CR, attrs.evolve(demo.CR, email=text)),
    "owner": lambda world, text: _registered(world, owner=text),
    "told from the start": lambda world, text: _registered(world, options=Options(notify=(text,))),
    "told": lambda world, text: world.run(save_options(world.hub, world.companies["CR"].id, notify=[text])),
    "member": lambda world, text: checked_address(text),
    "order": _ordered,
    "provider's field": _typed_for_a_provider,
    "wire": lambda world, text: mail_address(text),
}
REFUSALS = (ValueError, Invalid, OrderRefused, FieldRefused, MailRefused)


def takes(read: Reads, world: World, text: str) -> bool:
    try:
        read(world, text)
    except REFUSALS:
        return False
    return True


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_takes_and_refuses_the_same(world: World, reader: str) -> None:
    taken = ("a@b.c", "Ana.Mora+1@CORREO.example", f"{'a' * 64}@correo.example")
    refused = (
        "ana@x.com.",
        "ana..mora@correo.example",
        "ana@-correo.example",
        "ana@correo.example,b@correo.example",
        "Ana <ana@correo.example>",
        "josé@correo.example",
        "ana@cor\u202ereo.example",
        f"{'a' * 65}@correo.example",
    )
    assert {text: takes(READERS[reader], world, text) for text in (*taken, *refused)} == {
        **dict.fromkeys(taken, True),
        **dict.fromkeys(refused, False),
    }


def test_a_domain_with_accents_is_taken_wherever_a_person_writes(world: World) -> None:
    """A shop's program writes it in ASCII, as browsers send it."""
    readers = {name: takes(read, world, "ana@señal.example") for name, read in READERS.items()}
    assert readers == {**dict.fromkeys(READERS, True), "order": False}


def test_the_refusal_names_the_address_and_the_limit(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        world.run(
            save_options(world.hub, world.companies["CR"].id, notify=["ana@correo.example", f"{'a' * 65}@x.example"])
        )
    (problem,) = refused.value.problems
    assert problem.field == "notify"
    assert f"«{'a' * 65}@x.example»" in spoken(problem.message)
    assert "65 caracteres, y caben 64" in spoken(problem.message)


def test_what_was_stored_before_is_still_read(world: World) -> None:
    """Nothing is judged on its way out of the database."""
    merchant = world.companies["CR"]
    old = attrs.evolve(
        merchant,
        company=attrs.evolve(merchant.company, email="ana@x.com."),
        options=attrs.evolve(merchant.options, notify=("josé@correo.example",)),
    )
    world.run(world.hub.store.write(lambda tx: tx.merchants.save(old)))
    found = world.read(lambda tx: tx.merchants.get(merchant.id))
    assert (found.company.email, found.options.notify) == ("ana@x.com.", ("josé@correo.example",))
