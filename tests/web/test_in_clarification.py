"""An invoice whose money went back, until somebody says whether it is still owed: shown, and asked for nowhere."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs
import pytest

from hub.domain.conversion import Rate
from hub.domain.decision import Signed
from hub.domain.identity import Invalid
from hub.domain.intake import Share
from hub.domain.merchant import Merchant
from hub.domain.observation import ObservedBy
from hub.domain.payment import Payment, Status
from hub.domain.statement import Section
from hub.flows.books.settle_bill import apply_credit
from hub.flows.corrections.answer_return import ReturnedBill, answer_return
from hub.flows.corrections.convert_money import Wanted, convert_money
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.payments.open_payment import NotPossible, PayRequest
from hub.flows.payments.record_observations import Claim, record_observations
from hub.flows.payments.start_payment import start_payment
from hub.flows.payments.view_payment import view_payment
from hub.flows.statements.send_statement import send_statement
from hub.flows.statements.view_statement import preview_statement
from hub.flows.views.print_receipt import proof_of, still_owed
from hub.flows.views.print_statement import preview_statement_pdf
from hub.storage.payables import Payables
from hub_hookspecs import Channel, Kind, Money, Observation
from tests.spoken import refused
from tests.web.conftest import House, Seat
from tests.web.test_papers import words_of
from tests.web.test_portal import press_pay, step, words

PHONE = {"phone": "3991234567"}
UNCLEAR = "todavía no ha dicho si se debe. No hay que pagarlo por ahora"
CLARIFIED, OTHER = 10_000_000, 4_000_000


@attrs.frozen
class Case:
    """A customer who paid one invoice and got that money back, and owes another one."""

    debtor: Any
    payment: Payment


def start(house: House, debtor: Any, *invoices: Any, amount: int = 0) -> Payment:
    request = PayRequest(
        account_id=house.accounts["CO"].id,
        way="push",
        channel=Channel.STATEMENT,
        customer_id=debtor.customer.id,
        shares=[Share(invoice.id, amount or invoice.total) for invoice in invoices],
        fields=PHONE,
        email=debtor.customer.email,
    )
    return house.run(start_payment(house.hub, request))


def returned(house: House, *others: tuple[int, int], email: str = "") -> Case:
    debtor = house.debtor("CO", (CLARIFIED, -30), *others, email=email)
    payment = start(house, debtor, debtor.invoices[0])
    sent = house.until(lambda: status(house, payment, Status.PENDING))
    house.control("nequi", "approve", reference=sent.memory["message_id"])
    paid = house.until(lambda: status(house, payment, Status.PAID))
    give_back(house, paid, paid.amount.minor)
    return Case(debtor, paid)


def give_back(house: House, payment: Payment, minor: int) -> None:
    hear(house, payment, Kind.RETURNED, minor)


def hear(house: House, payment: Payment, kind: Kind, minor: int) -> None:
    """News of money that moved goes through the door."""
    vouched, event = frozenset({"event_id", "amount"}), f"{kind}-{payment.id}-{minor}"
    news = Observation(kind=kind, amount=Money(minor, "COP"), event_id=event, vouched=vouched)
    claim = Claim(observation=news, source=ObservedBy.NOTIFICATION)

    def record(tx: Any) -> None:
        record_observations(tx, house.hub, tx.payments.get(payment.id), [claim], now=house.time())

    house.write(record)


def status(house: House, payment: Payment, wanted: Status) -> Payment | None:
    found: Payment = house.read(lambda tx: tx.payments.get(payment.id))
    return found if found.status is wanted else None


def merchant(house: House) -> Merchant:
    return house.merchants["CO"]


def still_due(house: House, case: Case) -> None:
    """The answer: it is still owed."""
    (review,) = (
        item
        for item in house.read(lambda tx: tx.reviews.of(payment_id=case.payment.id))
        if item.cause == "returned_bill"
    )
    signed = Signed(by="Ana", why="todavía se debe")
    house.run(answer_return(house.hub, merchant(house), review.id, ReturnedBill.STILL_OWED, signed=signed))


def page_of(house: House, case: Case) -> str:
    with house.browser() as browser:
        return str(browser.get(case.debtor.path).text)


def section_of(house: House, case: Case) -> Section:
    view = house.run(preview_statement(house.hub, merchant(house), case.debtor.customer.id))
    (section,) = view.statement.sections
    return section


def mailed(house: House, case: Case) -> str:

    def statements() -> list[Any]:
        mails = house.mailbox.to(case.debtor.customer.email)
        return [mail for mail in mails if "estado de cuenta" in mail.subject]

    before = len(statements())
    house.run(send_statement(house.hub, merchant(house), case.debtor.customer.id))
    house.until(lambda: len(statements()) > before)
    mail = statements()[-1]
    return " ".join(f"{mail.subject} {mail.text}".split())


def printed(house: House, case: Case) -> str:
    paper = house.run(preview_statement_pdf(house.hub, merchant(house), case.debtor.customer.id))
    return words_of(paper.content)


def test_the_page_shows_it_as_what_it_is_and_asks_for_the_others_alone(house: House) -> None:
    case = returned(house, (OTHER, -10), (OTHER, -5))
    questioned, *others = case.debtor.invoices
    page, text = page_of(house, case), words(page_of(house, case))

    assert "En aclaración con la empresa" in text
    assert questioned.number in text
    assert f"invoice={questioned.id}" not in page
    assert f'value="{questioned.id}"' not in page
    assert all(f"invoice={other.id}" in page for other in others)
    assert "Marcadas: $80.000" in text
    assert "Total pendiente $80.000" in text
    assert "$180.000" not in text
    assert "Antigüedad: hasta 10 días de mora" in text

    still_due(house, case)
    page, text = page_of(house, case), words(page_of(house, case))
    assert "En aclaración" not in text
    assert f"invoice={questioned.id}" in page
    assert "$180.000" in text


def test_whoever_owes_nothing_else_is_asked_for_nothing_and_not_told_that_all_is_paid(house: House) -> None:
    case = returned(house)
    page, text = page_of(house, case), words(page_of(house, case))

    assert "En aclaración con la empresa" in text
    assert "No tiene facturas pendientes" not in text
    assert "Pagar en línea" not in text
    assert "/pay?" not in page


def test_mail_and_paper_say_the_same_and_sum_up_what_is_asked_alone(house: House) -> None:
    case = returned(house, (OTHER, -10), email="aclara@correo.example")
    for said in (mailed(house, case), printed(house, case)):
        assert UNCLEAR in said
        assert case.debtor.invoices[0].number in said
        assert "Total pendiente $40.000" in said.replace(": ", " ")
        assert "$140.000" not in said

    still_due(house, case)
    for said in (mailed(house, case), printed(house, case)):
        assert UNCLEAR not in said
        assert "Total pendiente $140.000" in said.replace(": ", " ")


def test_a_mail_of_it_alone_has_no_pay_button_and_does_not_say_that_nothing_is_open(house: House) -> None:
    case = returned(house, email="solo.aclara@correo.example")
    for said in (mailed(house, case), printed(house, case)):
        assert UNCLEAR in said
        assert "Pagar en línea" not in said
        assert "No tiene facturas pendientes" not in said


def test_an_old_link_that_pays_it_opens_a_page_that_says_so(house: House) -> None:
    case = returned(house, (OTHER, -10))
    number, key = case.debtor.invoices[0].number, case.debtor.invoices[0].id
    with house.browser() as browser:
        answer = browser.get(f"{case.debtor.path}/pay?currency=COP&invoice={key}&provider=nequi", follow_redirects=True)
        text = words(answer.text)
        usual = browser.get(f"{case.debtor.path}/pay?currency=COP&provider=nequi", follow_redirects=True)

    assert answer.status_code == 200
    assert f"La factura {number} está en aclaración con la empresa" in text
    assert "No hay que pagarla por ahora" in text
    assert 'name="total"' not in answer.text
    assert number not in words(usual.text)
    assert "$40.000" in words(usual.text)

    still_due(house, case)
    with house.browser() as browser:
        assert "Pagar $100.000" in words(step(browser, case.debtor.path, "nequi", key))


def test_a_form_that_was_open_meanwhile_pays_nothing(house: House, forms: Callable[..., Any]) -> None:
    debtor = house.debtor("CO", (CLARIFIED, -30))
    payment = start(house, debtor, debtor.invoices[0], amount=6_000_000)
    sent = house.until(lambda: status(house, payment, Status.PENDING))
    house.control("nequi", "approve", reference=sent.memory["message_id"])
    paid = house.until(lambda: status(house, payment, Status.PAID))
    with house.browser() as browser:
        html = step(browser, debtor.path, "nequi")
        give_back(house, paid, 6_000_000)
        answer = press_pay(browser, forms, html, **{"field.push.phone": "3991234567"})
        text = words(browser.get(answer.headers["location"]).text)

    assert "está en aclaración con la empresa" in text
    assert len(house.read(lambda tx: tx.payments.of_customer(debtor.customer.id, payment.mode))) == 1


def test_nothing_starts_a_payment_of_it(house: House) -> None:
    case = returned(house)
    with refused(NotPossible, match="aclaración"):
        start(house, case.debtor, case.debtor.invoices[0])
    still_due(house, case)
    assert start(house, case.debtor, case.debtor.invoices[0]).id != case.payment.id


def test_a_payer_does_not_use_credit_for_it(house: House) -> None:
    case = returned(house)
    money = Money(CLARIFIED * 2, "COP")
    house.run(
        record_by_hand(
            *(house.hub, merchant(house), case.debtor.customer.id), means="transfer", cash=money, shares=[], by="Ana"
        )
    )
    assert "Usar mi saldo a favor" not in words(page_of(house, case))
    shares = [Share(case.debtor.invoices[0].id, CLARIFIED)]
    with refused(Invalid, match="aclaración"):
        house.run(apply_credit(house.hub, merchant(house), case.debtor.customer.id, shares, by="payer", is_payer=True))
    still_due(house, case)
    assert "Usar mi saldo a favor" in words(page_of(house, case))


def test_the_merchants_minimum_lets_the_others_be_paid_whole(house: House) -> None:
    known = merchant(house)
    options = attrs.evolve(known.options, minimum={"COP": 9_000_000})
    house.write(lambda tx: tx.merchants.save(attrs.evolve(known, options=options)))
    try:
        case = returned(house, (OTHER, -10))
        assert start(house, case.debtor, case.debtor.invoices[1]).amount.minor == OTHER
    finally:
        house.write(lambda tx: tx.merchants.save(known))


def test_what_the_receipt_and_the_mail_of_a_return_say_is_owed_leaves_it_out(house: House) -> None:
    case = returned(house, (OTHER, -10))
    view = house.run(view_payment(house.hub, case.payment.id))
    owed = house.read(lambda tx: (still_owed(tx, view), proof_of(tx, house.hub, view).left))
    assert owed == ((Money(OTHER, "COP"),),) * 2
    still_due(house, case)
    assert house.read(lambda tx: still_owed(tx, view)) == (Money(OTHER + CLARIFIED, "COP"),)


def test_the_payments_own_page_offers_no_way_to_pay_it_again(house: House) -> None:
    case = returned(house)
    path = house.run(view_payment(house.hub, case.payment.id)).url.removeprefix(house.base)
    with house.browser() as browser:
        before = words(browser.get(path).text)
        still_due(house, case)
        after = words(browser.get(path).text)
    assert "Ver lo pendiente" not in before
    assert "Ver lo pendiente" in after


def dues(house: House, case: Case) -> list[int]:
    return house.read(lambda tx: [tx.payables.get(item.id).due for item in case.debtor.invoices])


def test_money_that_a_person_records_without_naming_an_invoice_leaves_it_alone(
    house: House, seat: Callable[..., Seat], forms: Callable[[str], list[dict[str, Any]]]
) -> None:
    case, desk = returned(house, (OTHER, -10)), seat(merchant(house))
    path = f"/m/customers/{case.debtor.customer.id}/receipt"
    (form,) = [form for form in forms(desk.read(path)) if form["fields"].get("drawn")]
    shown = desk.post(path, **{**form["fields"], "means": "cash", "currency": "COP", "amount": "120000"}).text
    (form,) = [form for form in forms(shown) if form["fields"].get("drawn")]

    assert desk.post(path, **form["fields"], record="1").status_code == 303
    assert dues(house, case) == [CLARIFIED, 0]


def test_money_in_another_currency_settles_it_only_by_name(house: House) -> None:
    case = returned(house, (OTHER, -10))
    rate = Rate(base="USD", quote="COP", value=Decimal(4000), source="TRM", on=house.today)
    wanted = Wanted(
        customer_id=case.debtor.customer.id,
        came=Money(100_00, "USD"),
        settles_in="COP",
        rate=rate,
        means="cash",
        value_on=house.today,
    )
    for who in ("Ana", "Luis"):
        signed = Signed(by=who, why="así pagó")
        house.run(convert_money(house.hub, merchant(house), wanted, signed=signed, form="form-clarified"))

    assert dues(house, case) == [CLARIFIED, 0]


def test_the_merchant_sees_it_named_so_wherever_it_is_listed(house: House, seat: Callable[..., Seat]) -> None:
    case = returned(house, (OTHER, -10))
    desk, number = seat(merchant(house)), case.debtor.invoices[0].number
    for path in (
        f"/m/customers/{case.debtor.customer.id}",
        f"/m/invoices?q={number}",
        f"/m/invoices/{case.debtor.invoices[0].id}",
    ):
        assert "En aclaración" in words(desk.read(path)), path


def test_control_a_store_that_knows_no_question_asks_for_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Payables, "in_clarification", lambda _self, _ids: frozenset())
    case = returned(house, (OTHER, -10))
    assert section_of(house, case).outstanding == Money(OTHER + CLARIFIED, "COP")
    with pytest.raises(AssertionError):
        assert "En aclaración" in words(page_of(house, case))
