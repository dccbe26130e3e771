"""The headline of a mailed statement and its button say and lead to the same amount; an old button is kind."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import attrs
import pytest

from hub.domain.merchant import Merchant
from hub.flows.corrections.void_bill import void_bill
from hub.flows.statements.send_statement import send_statement
from hub.flows.views import print_statement
from tests.web.conftest import Debtor, House, seen_in
from tests.web.test_instalments import planned
from tests.web.test_pay_with_credit import debtor_with

FIGURE = re.compile(r"[$₡][\d .\xa0,]*\d")


def save(house: House, merchant: Merchant) -> None:
    house.write(lambda tx: tx.merchants.save(merchant))


def mail_of(house: House, debtor: Debtor, country: str = "CR") -> str:
    """The statement as it is mailed now."""
    seen = len(house.mailbox.to(debtor.customer.email))
    house.run(send_statement(house.hub, house.merchants[country], debtor.customer.id))
    return str(house.until(lambda: house.mailbox.to(debtor.customer.email)[seen:])[0].html)


def headline(html: str) -> str:
    """The large amount of a mail."""
    found = re.search(r"font-size:\s*(?:2\d|3\d)px[^>]*>\s*([^<]*\d)\s*<", html)
    assert found, seen_in(html)
    return unescape(found[1]).replace("\xa0", " ")


def button(house: House, html: str) -> str:
    """Where the first pay button of a mail leads, below the hub's address."""
    return next(unescape(url) for url in re.findall(r'href="([^"]*/pay\?[^"]*)"', html)).removeprefix(house.base)


def opened(house: House, path: str) -> str:
    """What its reader sees of a page."""
    with house.browser() as browser:
        return seen_in(browser.get(path, follow_redirects=True).text).replace("\xa0", " ")


def says_what_it_leads_to(house: House, debtor: Debtor, amount: str) -> str:
    """The mail's headline and what its button asks for are this amount; the mail."""
    html = mail_of(house, debtor)
    assert headline(html) == amount
    assert f"Pagar {amount}" in opened(house, button(house, html))
    return html


OWED = {
    "a part is overdue": (((1_500_050, -30), (4_825_000, 10)), "₡15 000,50"),
    "all is overdue": (((1_500_050, -30), (4_825_000, -1)), "₡63 250,50"),
    "nothing is overdue": (((1_500_050, 0), (4_825_000, 10)), "₡63 250,50"),
}


@pytest.mark.parametrize(("owed", "amount"), OWED.values(), ids=OWED)
def test_the_headline_is_what_the_button_asks_for(house: House, owed: Any, amount: str) -> None:
    says_what_it_leads_to(house, house.debtor("CR", *owed, email="ana@correo.example"), amount)


def test_the_total_is_said_beside_what_is_overdue(house: House) -> None:
    debtor = house.debtor("CR", (1_500_050, -30), (4_825_000, 10), email="ana@correo.example")

    said = seen_in(says_what_it_leads_to(house, debtor, "₡15 000,50")).replace("\xa0", " ")

    assert "30 días de atraso. Total pendiente, con lo que aún no vence: ₡63 250,50" in said
    assert "Con el botón que prefiera paga ₡15 000,50." in said


def test_credit_and_instalments_are_counted_as_the_pay_step_counts_them(house: House) -> None:
    credited = debtor_with(house, 400_000, (1_500_000, -30), (900_000, 12), email="credito2@correo.example")
    says_what_it_leads_to(house, credited, "₡11 000,00")
    parts = planned(house, -40, -5, 25)
    with_mail = attrs.evolve(parts, customer=attrs.evolve(parts.customer, email="cuotas@correo.example"))
    house.write(lambda tx: tx.customers.save(with_mail.customer))
    says_what_it_leads_to(house, with_mail, "₡20 000,00")


def test_control_a_button_that_leads_to_the_usual_choice_is_found(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = planned(house, -40, -5, 25)
    with_mail = attrs.evolve(parts, customer=attrs.evolve(parts.customer, email="control@correo.example"))
    house.write(lambda tx: tx.customers.save(with_mail.customer))
    monkeypatch.setattr(print_statement, "query_of", lambda _demand: "")

    with pytest.raises(AssertionError):
        says_what_it_leads_to(house, with_mail, "₡20 000,00")


def test_the_address_of_a_button_is_short_however_many_invoices_it_is_for(house: House) -> None:
    debtor = house.debtor("CR", *((100_000 + at, -at) for at in range(1, 60)), email="muchas@correo.example")

    assert len(button(house, mail_of(house, debtor))) < 250


def close(house: House, debtor: Debtor, *at: int) -> None:
    """Nothing is owed of these invoices from now on."""
    for index in at:
        number = str(debtor.invoices[index].number)
        house.run(void_bill(house.hub, house.merchants["CR"], number, by="ana", reason="ya se pagó"))


def test_an_old_button_whose_invoices_are_paid_says_so_and_offers_what_is_owed_now(house: House) -> None:
    debtor = house.debtor("CR", (1_500_000, -30), (4_825_000, 10), email="vieja2@correo.example")
    path = button(house, mail_of(house, debtor))
    close(house, debtor, 0)

    said = opened(house, path)

    assert "Lo que pedía ese mensaje ya no está pendiente. ¡Muchas gracias! No se le cobró nada ahora." in said
    assert "Abajo está lo que debe hoy." in said
    assert "₡48 250,00" in said


def test_an_old_button_of_a_currency_that_is_paid_asks_for_no_other_one(house: House) -> None:
    debtor = house.debtor("CR", (1_500_000, -30), email="dos2@correo.example")
    path = button(house, mail_of(house, debtor))
    house.add_invoice(debtor, f"USD-{debtor.invoices[0].number}", 12_500, "USD")
    close(house, debtor, 0)

    assert "Lo que pedía ese mensaje ya no está pendiente." in opened(house, path)


def test_an_old_button_of_which_a_part_is_paid_says_that_it_changed(house: House) -> None:
    debtor = house.debtor("CR", (1_500_000, -30), (400_000, -20), (4_825_000, 10), email="parte@correo.example")
    path = button(house, mail_of(house, debtor))
    assert "cambió desde" not in opened(house, path)
    close(house, debtor, 0)

    said = opened(house, path)

    assert "Lo que debe cambió desde que le enviamos ese mensaje. Esto es lo que queda por pagar hoy." in said
    assert "Pagar ₡4 000,00" in said


def test_a_button_of_what_is_being_paid_leads_to_that_payment(house: House, forms: Any) -> None:
    from tests.web.test_payer_screens import Screens

    debtor = house.debtor("CR", (1_500_000, -30), email="vivo@correo.example")
    path = button(house, mail_of(house, debtor))
    _debtor, payment = Screens(house, forms).start("CR", debtor)
    with house.browser() as browser:
        answer = browser.get(path)

    assert answer.status_code == 303
    assert payment in answer.headers["location"]


def test_a_mail_says_how_little_may_be_paid(house: House) -> None:
    merchant = house.merchants["CR"]
    debtor = house.debtor("CR", (1_500_000, -30), email="poco@correo.example")
    assert "pagar una parte" not in seen_in(mail_of(house, debtor))
    for minimum, words in (({}, "También puede pagar una parte."), ({"CRC": 200_000}, "una parte: desde ₡2 000,00.")):
        options = attrs.evolve(merchant.options, partial=True, minimum=minimum)
        save(house, attrs.evolve(merchant, options=options))
        assert words in seen_in(mail_of(house, debtor)).replace("\xa0", " ")
    save(house, merchant)


def test_whoever_types_an_address_himself_is_led_to_what_is_owed(house: House) -> None:
    debtor = house.debtor("CR", (1_500_000, -30))
    for query in ("due=x", "due=2026-13-01", "asked=1", "all=1&asked=9999999999999999999", "all=1&asked=%C2%B2"):
        assert "Pagar ₡15 000,00" in opened(house, f"{debtor.path}/pay?currency=CRC&{query}")
