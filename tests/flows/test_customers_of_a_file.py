"""What a file of customers says, and what it does not say, of customers who are known."""

from __future__ import annotations

import pytest

from hub.domain.merchant import Customer
from hub.flows.imports import save_customers
from hub.flows.imports.import_files import import_customers
from hub.flows.imports.import_report import ImportReport
from tests.faults.harness import World

FIRST = "tipo;cédula;nombre;correo;teléfono\nCF;1-1234-9567;Ana;a@x.example, b@x.example;8888-8888\n"


def taken(world: World, text: str) -> ImportReport:
    return world.run(import_customers(world.hub, world.companies["CR"], text.encode(), name="clientes.csv"))


def ana(world: World) -> Customer:
    (found,) = world.read(lambda tx: tx.customers.find(world.companies["CR"].id, number="112349567"))
    return found


def three_things(world: World) -> None:
    """An emptied cell, an absent column and an unchanged cell."""
    assert taken(world, FIRST).new == 1
    assert (ana(world).email, ana(world).other_emails) == ("a@x.example", ("b@x.example",))

    absent = taken(world, "tipo;cédula;nombre\nCF;1-1234-9567;Ana\n")
    assert (absent.unchanged, ana(world).email, ana(world).phone) == (1, "a@x.example", "8888-8888")

    unread = taken(world, "tipo;cédula;nombre;correo\nCF;1-1234-9567;Ana;ana@\n")
    assert (unread.unchanged, ana(world).email) == (1, "a@x.example")

    emptied = taken(world, "tipo;cédula;nombre;correo;teléfono\nCF;1-1234-9567;Ana;;8888-8888\n")
    assert (emptied.changed, ana(world).email, ana(world).other_emails) == (1, "", ())
    assert ana(world).phone == "8888-8888"
    assert [change.values["what"].id for change in emptied.described[0].changes] == [  # type: ignore[union-attr]
        "change.email", "change.other_emails"
    ]  # fmt: skip


def test_an_emptied_cell_an_absent_column_and_an_unchanged_cell_are_three_things(world: World) -> None:
    three_things(world)


def test_control_an_emptied_mail_that_is_kept_in_silence_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_customers, "STATED", ("phone", "address"))

    with pytest.raises(AssertionError):
        three_things(world)


def test_a_customer_is_found_by_a_further_mail(world: World) -> None:
    taken(world, FIRST)

    found = world.read(lambda tx: tx.customers.of(world.companies["CR"].id, "b@x.example"))

    assert [customer.name for customer in found] == ["Ana"]
