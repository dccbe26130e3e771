"""What became of a payment's money is told from the books, with what remains,
wherever the payment is told of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import attrs
import pytest

from hub.domain.entry_keys import capture_key, chargeback_key
from hub.domain.held import MoneyState
from hub.domain.intake import Share
from hub.domain.message import DeliveryKind
from hub.domain.observation import ObservedBy
from hub.domain.payable import PayableKind
from hub.domain.payment import Payment, Status, Withholding
from hub.flows.books.settle_bill import apply_credit
from hub.flows.corrections.correct_entry import correct_amount, correct_entry
from hub.flows.mails.deliver import value_of
from hub.flows.payments import view_payment as view_payment_module
from hub.flows.payments.open_payment import PayRequest
from hub.flows.payments.payment_view import Shown
from hub.flows.payments.record_observations import Claim, record_observations
from hub.flows.payments.start_payment import start_payment
from hub.flows.payments.view_payment import view_payment
from hub.flows.statements.place_order import order_mail_id
from hub.flows.statements.view_order import OrderView
from hub.flows.views.print_receipt import verify_token
from hub.web.merchant import words
from hub_hookspecs import Channel, Kind, Money, Observation
from tests.web.conftest import House, Seat, forms_in
from tests.web.test_checkout import order, state
from tests.web.test_papers import words_of

PHONE = "3998764643"
TOTAL = 100_000_00


@pytest.fixture(autouse=True)
def withholds(house: House) -> Iterator[None]:
    """The Colombian merchant lets customers declare what they withhold."""
    merchant = house.merchants["CO"]
    options = attrs.evolve(merchant.options, withholdings=True)
    house.write(lambda tx: tx.merchants.save(attrs.evolve(merchant, options=options)))
    yield
    house.write(lambda tx: tx.merchants.save(merchant))


def pay(house: House, *, kept: int = 0) -> Payment:
    """A customer of its own pays 100.000 pesos, less what it keeps back, and the provider says so."""
    invoice = (debtor := house.debtor("CO", (TOTAL, -2))).invoices[0]
    withheld = [Withholding(tax="retefuente", base=TOTAL, amount=kept)] if kept else []
    request = PayRequest(
        account_id=house.accounts["CO"].id,
        way="push",
        channel=Channel.STATEMENT,
        customer_id=debtor.customer.id,
        shares=[Share(invoice.id, TOTAL - kept)],
        withholdings={invoice.id: withheld},
        fields={"phone": PHONE},
        email=f"pagador{invoice.number.lower()}@correo.example",
        name="Pagadora",
    )
    payment = house.run(start_payment(house.hub, request))
    sent = house.until(lambda: in_status(house, payment, Status.PENDING))
    house.control("nequi", "approve", reference=sent.memory["message_id"])
    paid: Payment = house.until(lambda: in_status(house, payment, Status.PAID))
    return paid


def in_status(house: House, payment: Payment, status: Status) -> Payment | None:
    found: Payment = house.read(lambda tx: tx.payments.get(payment.id))
    return found if found.status is status else None


def tell(house: House, payment: Payment, kind: Kind, minor: int, event: str, currency: str = "COP") -> None:
    """News of money that moved goes through the door."""
    vouched = frozenset({"event_id", "amount"})
    news = Observation(kind=kind, amount=Money(minor, currency), event_id=event, vouched=vouched)
    claim = Claim(observation=news, source=ObservedBy.NOTIFICATION)

    def record(tx: Any) -> None:
        record_observations(tx, house.hub, tx.payments.get(payment.id), [claim], now=house.time())

    house.write(record)


def shown(house: House, seat: Callable[..., Seat], seen: Callable[[str], str], payment: Payment) -> dict[str, str]:
    """Every page on which people read of a payment."""
    desk = seat(house.merchants["CO"])
    page = house.run(view_payment(house.hub, payment.id)).url.removeprefix(house.base)
    with house.browser() as browser:
        pages = {
            "payer": browser.get(page).text,
            "verify": browser.get(f"/v/{verify_token(house.hub, payment.id)}").text,
            "desk": desk.read(f"/m/payments/{payment.id}"),
            "list": desk.read(f"/m/payments?q={payment.reference}"),
        }
    return {name: seen(page.partition("<main")[2]).replace("\u00a0", " ") for name, page in pages.items()}


WHAT: dict[str, tuple[Callable[[Any, Payment], Any], dict[str, tuple[str, ...]], dict[str, str]]] = {
    "all went back": (
        lambda house, payment: tell(house, payment, Kind.RETURNED, TOTAL, f"R-{payment.id}"),
        {
            "payer": ("Devuelta", "$100.000"),
            "verify": ("el dinero fue devuelto", "quedan $0"),
            "desk": ("Devuelto",),
            "list": ("Devuelto",),
        },
        {"list": "Aprobado $", "verify": "Este soporte es verdadero"},
    ),
    "a part went back": (
        lambda house, payment: tell(house, payment, Kind.RETURNED, 1_000_00, f"R-{payment.id}"),
        {
            "payer": ("Devuelta en parte $1.000 de $100.000", "quedan $99.000"),
            "verify": ("después se devolvió una parte. Volvieron $1.000 de $100.000", "quedan $99.000"),
            "desk": ("Devuelto en parte", "$1.000 de $100.000", "quedan $99.000"),
            "list": ("Devuelto en parte", "quedan $99.000"),
        },
        {"verify": "Este soporte es verdadero"},
    ),
    "the bank took it back": (
        lambda house, payment: tell(house, payment, Kind.CHARGED_BACK, TOTAL, f"D-{payment.id}"),
        {
            "payer": ("Contracargo",),
            "verify": ("el banco de quien pagó retiró el dinero", "quedan $0"),
            "desk": ("Contracargo",),
            "list": ("Contracargo",),
        },
        {"payer": "Aprobada", "verify": "Este soporte es verdadero", "list": "Aprobado $"},
    ),
}


@pytest.mark.parametrize("what", WHAT)
def test_every_page_says_what_became_of_the_money_and_what_remains(
    house: House, seat: Callable[..., Seat], seen: Callable[[str], str], what: str
) -> None:
    happens, parts, absent = WHAT[what]
    payment = pay(house)
    happens(house, payment)

    pages = shown(house, seat, seen, payment)

    missing = [(name, part) for name, wanted in parts.items() for part in wanted if part not in pages[name]]
    assert missing == [], {name: pages[name][:1500] for name, _ in missing}
    assert [name for name, part in absent.items() if part in pages[name]] == []


def dispute_won(house: House, payment: Payment) -> None:
    """The bank takes the money back, and gives it again."""
    tell(house, payment, Kind.CHARGED_BACK, TOTAL, f"D-{payment.id}")
    key = chargeback_key(payment.account_id, f"D-{payment.id}")
    house.run(correct_entry(house.hub, house.merchants["CO"], key, by="Ana", reason="ganada"))


def corrected(house: House, payment: Payment, minor: int) -> None:
    """A person says what was truly captured."""
    found = house.read(lambda tx: tx.payments.seen(payment.id))
    movement = next(item.observation.movement for item in found if item.observation.kind is Kind.PAID)
    key = capture_key(payment.account_id, movement or payment.reference)
    wanted = Money(minor, "COP")
    house.run(correct_amount(house.hub, house.merchants["CO"], key, wanted, by="Ana", reason="panel"))


def test_a_correction_and_a_dispute_that_was_won_are_told_from_the_books(
    house: House, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    payment = pay(house)
    dispute_won(house, payment)

    pages = shown(house, seat, seen, payment)

    assert "Este soporte es verdadero" in pages["verify"]
    assert "Aprobada" in pages["payer"]
    assert "Aprobado" in pages["list"]
    assert "hasta $100.000" in pages["desk"]

    corrected(house, payment, 60_000_00)
    pages = shown(house, seat, seen, payment)

    assert "$60.000" in pages["payer"]
    assert "$60.000" in pages["list"]
    assert "corregido de $100.000 a $60.000" in pages["desk"]
    assert f"Contacto: {house.merchants['CO'].company.email} Resumen" in pages["payer"]
    assert "hasta $60.000" in pages["desk"]


def test_what_was_withheld_stands_wherever_the_payment_is(
    house: House, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    payment = pay(house, kept=1_925_00)

    pages = shown(house, seat, seen, payment)
    form = seen(seat(house.merchants["CO"]).read(f"/m/payments/{payment.id}/receipt"))

    for name, text in {**pages, "form": form}.items():
        if name not in ("verify", "list"):
            assert "$1.925" in text, name
    assert "Retefuente" in form


def test_control_a_page_that_asks_the_observations_calls_a_receipt_true_after_a_chargeback(
    house: House, seat: Callable[..., Seat], seen: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was: approved is approved, and only the provider's own return is a return, of whatever size."""

    def of_old(payment: Payment, *_given: Any) -> Shown:
        news = house.opened.store.read_now(lambda tx: tx.payments.seen(payment.id))
        return Shown.RETURNED if any(item.observation.kind is Kind.RETURNED for item in news) else Shown.PAID

    monkeypatch.setattr(view_payment_module, "shown_for", of_old)
    monkeypatch.setattr(words, "state_of", lambda _held: MoneyState.HELD)

    for what in WHAT:
        with pytest.raises(AssertionError):
            test_every_page_says_what_became_of_the_money_and_what_remains(house, seat, seen, what)


def test_control_a_page_that_tells_the_money_alone_hides_what_was_withheld(
    house: House, seat: Callable[..., Seat], seen: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_payment_module, "deducted_of", lambda _tx, _payment, _observation: ())

    with pytest.raises(AssertionError):
        test_what_was_withheld_stands_wherever_the_payment_is(house, seat, seen)


def test_papers_and_mails_say_what_went_back_and_what_remains(house: House) -> None:
    payment = pay(house)
    page = house.run(view_payment(house.hub, payment.id)).url.removeprefix(house.base)
    tell(house, payment, Kind.RETURNED, 1_000_00, f"R-{payment.id}")

    mail = house.until(lambda: mail_with(house, payment, "Devolución"))
    receipt = house.run(mail_again(house, payment, DeliveryKind.RECEIPT))
    received = house.run(mail_again(house, payment, DeliveryKind.PAYMENT_RECEIVED))
    with house.browser() as browser:
        paper = words_of(browser.get(f"{page}/soporte.pdf").content)

    for text in (mail, receipt, paper, received):
        assert "devuelto en parte" in text.casefold()
        assert "$99.000" in text
    assert "aprobad" not in (receipt + paper + received).casefold()

    tell(house, payment, Kind.CHARGED_BACK, 99_000_00, f"D-{payment.id}")
    with house.browser() as browser:
        assert browser.get(f"{page}/soporte.pdf").status_code == 404
    assert "quedan $0" in house.run(mail_again(house, payment, DeliveryKind.RECEIPT))


def mail_with(house: House, payment: Payment, subject: str) -> str:
    mails = [mail for mail in house.mailbox.to(payment.payer.email) if subject in mail.subject]
    return plain(mails[0].text) if mails else ""


async def mail_again(house: House, payment: Payment, kind: DeliveryKind) -> str:
    """What a mail of this payment would say if it were drawn now."""

    def read(tx: Any) -> str:
        found = [item for item in tx.deliveries.of(subject_id=payment.id) if item.kind == kind]
        value, locale = value_of(tx, house.hub, found[0], house.time())
        return plain(house.hub.documents.mail(value, recipient="x@correo.example", message_id="m", locale=locale).text)

    return str(await house.hub.store.read(read))


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def test_a_store_order_that_the_bank_took_back_is_not_called_paid(house: House, seen: Callable[[str], str]) -> None:
    placed = order(house, "CO")
    with house.browser() as browser:
        html = browser.get(f"{placed['path']}/pay?provider=nequi").text
        form = next(form for form in forms_in(html) if "total" in form["fields"])
        answer = browser.post(form["action"], data={**form["fields"], "field.push.phone": PHONE})
    payment = house.payment(answer.headers["location"].removeprefix(house.base))
    house.until(lambda: in_status(house, payment, Status.PENDING))
    house.control("nequi", "approve", reference=payment.reference)
    house.until(lambda: in_status(house, payment, Status.PAID))
    paid = state(house, placed)
    tell(house, payment, Kind.CHARGED_BACK, paid["total"]["minor"], f"D-{payment.id}")

    after = state(house, placed)
    with house.browser() as browser:
        page = seen(browser.get(placed["path"]).text)

    assert (paid["status"], paid["remaining"], paid["charged_back"]["minor"]) == ("paid", paid["total"], 0)
    assert (after["status"], after["due"]["minor"], after["remaining"]["minor"]) == ("charged_back", 0, 0)
    assert after["charged_back"] == after["received"] == paid["total"]
    assert (paid["disputes"], [item["stage"] for item in after["disputes"]]) == ([], ["chargeback"])
    assert "Contracargo" in page
    assert "Gracias por su compra" not in page
    assert "Gracias por tu compra" not in page


def paid_order(house: House) -> tuple[dict[str, Any], Payment]:
    """An order of a shopper's, and the payment that paid it."""
    placed = order(house, "CO")
    with house.browser() as browser:
        html = browser.get(f"{placed['path']}/pay?provider=nequi").text
        form = next(form for form in forms_in(html) if "total" in form["fields"])
        answer = browser.post(form["action"], data={**form["fields"], "field.push.phone": PHONE})
    payment = house.payment(answer.headers["location"].removeprefix(house.base))
    house.until(lambda: in_status(house, payment, Status.PENDING))
    assert "Tu pago está en proceso" in order_mail(house, placed)
    house.control("nequi", "approve", reference=payment.reference)
    return placed, house.until(lambda: in_status(house, payment, Status.PAID))


def order_mail(house: House, placed: Any) -> str:
    """What the mail of an order would say if it were drawn now, in one line with its subject."""

    def read(tx: Any) -> str:
        delivery = tx.deliveries.get(order_mail_id(placed["id"].removeprefix("ord_")))
        value, locale = value_of(tx, house.hub, delivery, house.time())
        mail = house.hub.documents.mail(value, recipient="x@correo.example", message_id="m", locale=locale)
        return plain(f"{mail.subject} {mail.text}")

    return str(house.read(read))


ORDER_WENT: dict[str, tuple[Kind, bool, str]] = {
    "returned": (Kind.RETURNED, True, "El dinero de este pedido se devolvió; no hay nada que pagar."),
    "partly returned": (Kind.RETURNED, False, "Una parte del dinero de este pedido se devolvió"),
    "charged back": (Kind.CHARGED_BACK, True, "El banco de quien pagó retiró dinero de este pedido."),
    "partly charged back": (Kind.CHARGED_BACK, False, "El banco de quien pagó retiró dinero de este pedido."),
}


@pytest.mark.parametrize("went", ORDER_WENT)
def test_the_mail_of_an_order_whose_money_went_back_opens_with_that(house: House, went: str) -> None:
    kind, whole, says = ORDER_WENT[went]
    placed, payment = paid_order(house)
    assert "Recibimos el pago de tu pedido" in order_mail(house, placed)

    tell(house, payment, kind, payment.amount.minor if whole else 100, f"W-{payment.id}")
    mail = order_mail(house, placed)

    assert says in mail
    assert "Se confirma en cuanto" not in mail
    assert "Recibimos el pago" not in mail
    assert "Pagar en línea" not in mail
    assert "guardamos los artículos" not in mail
    assert payment.reference in mail


def test_the_mail_of_an_order_whose_hold_is_over_does_not_ask_for_money(house: House) -> None:
    placed = order(house, "CO", hold_minutes=1)
    asks = order_mail(house, placed)
    house.time.ahead = timedelta(minutes=2)
    try:
        over = order_mail(house, placed)
    finally:
        house.time.ahead = timedelta()

    assert "Se confirma en cuanto lo pagues" in asks
    assert "La reserva de este pedido venció" in over
    assert "Se confirma en cuanto" not in over
    assert "Pagar en línea" not in over


def test_control_a_mail_that_is_not_told_what_became_of_the_money_asks_for_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed, payment = paid_order(house)
    tell(house, payment, Kind.RETURNED, payment.amount.minor, f"W-{payment.id}")
    monkeypatch.setattr(OrderView, "went", None)
    with pytest.raises(AssertionError):
        assert ORDER_WENT["returned"][2] in order_mail(house, placed)


def test_another_currency_a_second_capture_and_credit_that_was_used_stand_on_the_pages(
    house: House, seat: Callable[..., Seat], seen: Callable[[str], str]
) -> None:
    payment = pay(house)
    captured(house, payment, 40_000_00, "M2")
    captured(house, payment, 25_00, "M3", "USD")
    number = f"X-{payment.reference}"
    debtor = house.debtor("CO", (1_00, -2))
    own = attrs.evolve(debtor.invoices[0], customer_id=payment.customer_id)
    house.add_invoice(attrs.evolve(debtor, invoices=(own,)), number, 30_000_00, "COP")
    other = house.read(lambda tx: tx.payables.by_number(payment.merchant_id, payment.mode, PayableKind.INVOICE, number))
    merchant = house.merchants["CO"]
    house.run(apply_credit(house.hub, merchant, payment.customer_id, [Share(other.id, 30_000_00)], by="Ana"))

    pages = shown(house, seat, seen, payment)

    for name in ("payer", "desk"):
        assert "$140.000" in pages[name], name
        assert f"{number}" in pages[name], name
        assert "En otra moneda" in pages[name], name
        assert "$10.000" in pages[name], name
    assert "$140.000" in pages["list"]


def captured(house: House, payment: Payment, minor: int, movement: str, currency: str = "COP") -> None:
    """The provider took money once more."""
    vouched = frozenset({"movement", "amount"})
    named = f"{movement}-{payment.reference}"
    news = Observation(kind=Kind.PAID, movement=named, amount=Money(minor, currency), vouched=vouched)
    claim = Claim(observation=news, source=ObservedBy.NOTIFICATION)

    def record(tx: Any) -> None:
        record_observations(tx, house.hub, tx.payments.get(payment.id), [claim], now=house.time())

    house.write(record)
