"""What payers withhold: the accountant's table of rates, and the payer who chooses a concept from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest

from hub.domain.merchant import Merchant, Role
from hub.domain.payment import Status
from hub.domain.withholding import WithholdingRate
from hub.flows.merchants.withholding_rates import list_rates
from tests.web.conftest import Debtor, House, Seat

Forms = Callable[[str], list[dict[str, Any]]]
PHONE = {"field.push.phone": "300 123 45 67"}
PAGE = "/m/options/withholdings"
SERVICES = {
    "tax": "retefuente",
    "concept": "Servicios generales",
    "rate": "4",
    "unit": "percent",
    "minimum_base": "100000",
    "valid_from": "2026-01-01",
}
OF_VAT = {"tax": "reteiva", "concept": "General", "rate": "15", "unit": "percent", "valid_from": "2026-01-01"}
ICA = {"tax": "reteica", "concept": "Comercio", "rate": "9,66", "unit": "per_mille", "valid_from": "2026-01-01"}


def form_of(forms: Forms, html: str, action: str) -> dict[str, Any]:
    return next(form for form in forms(html) if form["action"].endswith(action))


def rates(house: House, merchant: Merchant) -> list[WithholdingRate]:
    return list(house.run(list_rates(house.hub, merchant)))


@pytest.fixture
def withholds(house: House) -> Iterator[Callable[..., None]]:
    """The Colombian merchant lets customers declare what they withhold, on these terms."""
    before = house.merchants["CO"]

    def on(**terms: Any) -> None:
        options = attrs.evolve(before.options, withholdings=True, **terms)
        house.write(lambda tx: tx.merchants.save(attrs.evolve(before, options=options)))
        house.hub.cached.clear()

    on()
    yield on
    for rate in rates(house, before):
        if rate.used_at is None:
            house.write(lambda tx, rate=rate: tx.withholding_rates.drop(rate.id))
    house.write(lambda tx: tx.merchants.save(before))


@pytest.fixture
def table(house: House, seat: Callable[..., Seat]) -> dict[str, WithholdingRate]:
    """The table of three rates, by tax, as the accountant of the Colombian merchant typed it."""
    desk = seat(house.merchants["CO"], Role.ACCOUNTANT)
    known = {rate.tax for rate in rates(house, house.merchants["CO"]) if rate.valid_to is None}
    for typed in (SERVICES, OF_VAT, ICA):
        if typed["tax"] not in known:
            assert desk.post(f"{PAGE}/rates", **typed).status_code == 303
    return {rate.tax: rate for rate in rates(house, house.merchants["CO"]) if rate.valid_to is None}


def test_the_accountant_adds_a_rate_and_the_one_before_it_ends_the_day_before(
    house: House, company: Callable[..., Merchant], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    merchant = company("CO", "tarifas")
    desk = seat(merchant, Role.ACCOUNTANT)
    assert "El sistema no trae ninguna" in seen(desk.read(PAGE)) or "no trae ninguna" in seen(desk.read(PAGE))
    desk.go(f"{PAGE}/rates", **SERVICES)
    desk.go(f"{PAGE}/rates", **{**SERVICES, "rate": "6", "valid_from": "2026-07-01"})

    found = [(rate.parts, rate.valid_from.isoformat(), str(rate.valid_to)) for rate in rates(house, merchant)]
    assert found == [(60_000, "2026-07-01", "None"), (40_000, "2026-01-01", "2026-06-30")]
    page = seen(desk.read(PAGE))
    assert "Tarifas que ya no rigen" in page
    assert "del 01/01/2026 al 30/06/2026" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rate": "muchos"}, "Escribe la tarifa solo con cifras"),
        ({"concept": " "}, "Escribe el concepto"),
        ({"tax": "renta"}, "Elige qué se retuvo"),
        ({"minimum_base": "mil"}, "Escribe el monto sin separador de miles"),
        ({"valid_from": "mañana"}, "fecha"),
    ],
)
def test_a_rate_that_cannot_be_is_named_and_what_was_typed_stays(
    house: House,
    company: Callable[..., Merchant],
    seat: Callable[..., Seat],
    seen: Callable[[str], str],
    changes: dict[str, str],
    said: str,
) -> None:
    merchant = company("CO", f"mal-{next(house.numbers)}")
    desk = seat(merchant)
    answer = desk.post(f"{PAGE}/rates", **{**SERVICES, **changes})

    assert answer.status_code == 422
    assert said in seen(answer.text)
    assert 'value="100000"' in answer.text or "minimum_base" in changes
    assert rates(house, merchant) == []


def test_a_rate_that_begins_on_a_taken_day_is_refused_in_words(
    house: House, company: Callable[..., Merchant], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    merchant = company("CO", "ocupado")
    desk = seat(merchant)
    desk.go(f"{PAGE}/rates", **SERVICES)
    same_day = desk.post(f"{PAGE}/rates", **{**SERVICES, "concept": "servicios  GENERALES"})
    desk.go(f"{PAGE}/rates/{rates(house, merchant)[0].id}/close", valid_to="2026-03-31")
    in_it = desk.post(f"{PAGE}/rates", **{**SERVICES, "valid_from": "2026-03-01"})

    assert "ya tiene una tarifa que rige desde el 01/01/2026" in seen(same_day.text)
    assert "ya rige otra tarifa de ese concepto" in seen(in_it.text)
    assert len(rates(house, merchant)) == 1


def test_a_rate_that_was_closed_stays_closed_and_one_of_nobody_is_removed(
    house: House, company: Callable[..., Merchant], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    merchant = company("CO", "cierres")
    desk = seat(merchant)
    desk.go(f"{PAGE}/rates", **SERVICES)
    (rate,) = rates(house, merchant)
    desk.go(f"{PAGE}/rates/{rate.id}/close", valid_to="2026-03-31")
    again = desk.post(f"{PAGE}/rates/{rate.id}/close", valid_to="2026-04-30")
    assert "ya se cerró" in seen(again.text)

    desk.go(f"{PAGE}/rates/{rate.id}/remove")
    assert rates(house, merchant) == []


def declared(invoice: Any, **fields: str) -> dict[str, str]:
    return {f"{name.replace('_', '.', 1)}.{invoice.id}": value for name, value in fields.items()}


def stepped(house: House, forms: Forms, debtor: Debtor, **fields: str) -> tuple[Any, Any, Any]:
    """What the payer sees after he pressed Actualizar, what he sends then, and the answer."""
    with house.browser() as browser:
        form = form_of(forms, browser.get(f"{debtor.path}/pay?provider=nequi").text, "/pay")
        typed = {**form["fields"], **PHONE, **declared(debtor.invoices[0], **fields)}
        shown = browser.post(form["action"], data={**typed, "update": "1"})
        seen = form_of(forms, shown.text, "/pay")
        chosen = {name: value for name, value in typed.items() if ".concept." in name}
        return shown, seen, browser.post(seen["action"], data={**seen["fields"], **chosen, **PHONE})


@pytest.mark.usefixtures("withholds")
def test_the_payer_chooses_concepts_and_the_amounts_follow_from_the_rates_of_the_invoices_day(
    house: House, forms: Forms, table: dict[str, WithholdingRate], seen: Callable[[str], str]
) -> None:
    debtor = house.debtor("CO", (119_000_000, -30))
    shown, _form, paid = stepped(
        house,
        forms,
        debtor,
        base_subtotal="1.000.000",
        retefuente_concept=table["retefuente"].id,
        reteiva_concept=table["reteiva"].id,
        reteica_concept=table["reteica"].id,
    )
    # 4 % of 1.000.000, 15 % of the VAT of 190.000, 9,66 per mille of 1.000.000
    assert "Pagar $1.111.840" in seen(shown.text)
    payment = house.payment(urlsplit(paid.headers["location"]).path)
    kept = {part.tax: (part.base, part.amount, part.rate_id, part.waits) for part in payment.lines[0].withholdings}
    assert kept == {
        "retefuente": (100_000_000, 4_000_000, table["retefuente"].id, False),
        "reteiva": (19_000_000, 2_850_000, table["reteiva"].id, False),
        "reteica": (100_000_000, 966_000, table["reteica"].id, False),
    }
    used = {rate.tax for rate in rates(house, house.merchants["CO"]) if rate.used_at}
    assert used == {"retefuente", "reteiva", "reteica"}
    house.control("nequi", "approve", reference=payment.reference)
    house.until(lambda: house.payment(urlsplit(paid.headers["location"]).path).status is Status.PAID)
    invoice = house.read(lambda tx: tx.payables.get(debtor.invoices[0].id))
    assert (invoice.due, invoice.withheld) == (0, 7_816_000)


@pytest.mark.usefixtures("withholds")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"base_subtotal": ""}, "Escribe el subtotal antes de IVA"),
        ({"base_subtotal": "9.000.000"}, "Escribe el subtotal antes de IVA"),
        ({"retefuente_concept": "otro"}, "Elige el concepto"),
        ({"retefuente_amount": "39.000"}, "se retienen $40.000"),
        ({"retefuente_amount": "40.000,50"}, "pesos enteros"),
    ],
)
def test_what_the_table_does_not_give_is_refused_beside_its_field(
    house: House,
    forms: Forms,
    table: dict[str, WithholdingRate],
    seen: Callable[[str], str],
    typed: dict[str, str],
    said: str,
) -> None:
    debtor = house.debtor("CO", (119_000_000, -30))
    usual = {"base_subtotal": "1.000.000", "retefuente_concept": table["retefuente"].id}
    shown, _form, paid = stepped(house, forms, debtor, **{**usual, **typed})

    assert said in seen(shown.text)
    assert paid.status_code in (303, 422)
    payments = house.read(lambda tx: tx.payments.of_customer(debtor.customer.id, debtor.invoices[0].mode))
    assert all(not line.withholdings for payment in payments for line in payment.lines)


@pytest.mark.usefixtures("withholds")
def test_below_the_minimum_base_nothing_is_withheld_and_the_page_says_so(
    house: House, forms: Forms, table: dict[str, WithholdingRate], seen: Callable[[str], str]
) -> None:
    debtor = house.debtor("CO", (119_000_000, -30))
    shown, _form, paid = stepped(
        house, forms, debtor, base_subtotal="99.999", retefuente_concept=table["retefuente"].id
    )

    assert "debajo del mínimo de $100.000: no se retiene nada" in seen(shown.text)
    payment = house.payment(urlsplit(paid.headers["location"]).path)
    assert (payment.amount.minor, payment.lines[0].withholdings) == (119_000_000, ())


def test_an_amount_within_the_merchants_tolerance_is_taken(
    house: House, forms: Forms, table: dict[str, WithholdingRate], withholds: Callable[..., None]
) -> None:
    withholds(withholding_tolerance={"COP": 100_000})
    debtor = house.debtor("CO", (119_000_000, -30))
    _shown, _form, paid = stepped(
        house,
        forms,
        debtor,
        base_subtotal="1.000.000",
        retefuente_concept=table["retefuente"].id,
        retefuente_amount="39.500",
    )
    payment = house.payment(urlsplit(paid.headers["location"]).path)
    assert payment.lines[0].withheld == 3_950_000


def test_above_the_cap_the_payer_pays_and_the_rest_is_owed_until_the_merchant_accepts_it(
    house: House,
    forms: Forms,
    table: dict[str, WithholdingRate],
    withholds: Callable[..., None],
    seat: Callable[..., Seat],
    seen: Callable[[str], str],
) -> None:
    withholds(withholding_cap={"COP": 3_999_900})
    debtor = house.debtor("CO", (119_000_000, -30))
    shown, _form, paid = stepped(
        house, forms, debtor, base_subtotal="1.000.000", retefuente_concept=table["retefuente"].id
    )
    assert "los $40.000 de retención de esta factura se siguen debiendo" in seen(shown.text)
    path = urlsplit(paid.headers["location"]).path
    payment = house.payment(path)
    house.control("nequi", "approve", reference=payment.reference)
    house.until(lambda: house.payment(path).status is Status.PAID)
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 4_000_000
    with house.browser() as browser:
        assert "La retención de $40.000 de la factura" in seen(browser.get(path).text)
        assert "está por confirmar" in seen(browser.get(debtor.path).text)

    desk = seat(house.merchants["CO"], Role.ACCOUNTANT)
    page = desk.read(f"/m/payments/{payment.id}")
    assert "sobre una base declarada de $1.000.000" in seen(page)
    answer = next(form for form in forms(page) if "/withheld/" in form["action"])
    fields = {name: value for name, value in answer["fields"].items() if name in ("form", "drawn", "csrf")}
    nothing = desk.post(answer["action"], **fields, why="trajo el certificado")
    assert "Elige si la empresa acepta" in seen(nothing.text)
    assert desk.post(answer["action"], **fields, withheld="accept", why="trajo el certificado").status_code == 303

    invoice = house.read(lambda tx: tx.payables.get(debtor.invoices[0].id))
    assert (invoice.due, invoice.withheld) == (0, 4_000_000)
    with house.browser() as browser:
        assert "está por confirmar" not in seen(browser.get(path).text)
    assert not house.read(lambda tx: tx.ledger.verify())


def test_the_terms_are_saved_by_the_owner_alone_and_a_wrong_one_is_named(
    house: House, company: Callable[..., Merchant], seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    merchant = company("CO", "topes")
    owner, accountant = seat(merchant), seat(merchant, Role.ACCOUNTANT)
    owner.post(PAGE, **{"tolerance-COP": "500", "cap-COP": "100.000", "cap_share": "12,5"})
    saved = house.read(lambda tx: tx.merchants.get(merchant.id)).options
    assert (saved.withholding_tolerance, saved.withholding_cap, saved.withholding_cap_parts) == (
        {"COP": 50_000},
        {"COP": 10_000_000},
        125_000,
    )
    assert 'value="12,5"' in owner.read(PAGE)
    assert accountant.post(PAGE, cap_share="50").status_code == 403
    wrong = owner.post(PAGE, cap_share="mucho")
    assert "un porcentaje entre 0,01 y 100" in seen(wrong.text)
    assert house.read(lambda tx: tx.merchants.get(merchant.id)).options == saved
