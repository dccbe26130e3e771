"""Whatever a person has at hand is found: what it is, how it stands, and what may be done,
ready to be pasted."""

import asyncio
import json
import re
import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

import hub.cli.finding
import hub.flows.views.find_anything
import hub.flows.views.find_person
import hub.storage.payments
from hub.domain.merchant import Role
from hub.domain.order import OrderItem
from hub.domain.payment import Payment
from hub.flows.accounts.catalogue import notification_address
from hub.flows.merchants.add_member import add_member
from hub.flows.merchants.issue_api_key import issue_api_key
from hub.flows.statements.place_order import Cart, place_order
from hub.flows.statements.send_statement import copy_link, revoke_link, send_statement
from hub.flows.views.find_anything import find_anything
from hub_hookspecs import Kind, Mode, Observation
from tests.cli.conftest import Ended, call
from tests.faults.harness import Desk

Find = Callable[..., Ended]
NAME = "Ferretería La Única de Ñuble"


@pytest.fixture
def find(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Find:
    """find("FE-1"): what an operator types."""
    monkeypatch.setenv("HUB_DATA", str(desk.data))
    desk.clock.now = datetime.now(UTC)  # as the command's own clock says
    return lambda *words, **given: call("find", *words, **given)


def debtor(desk: Desk, country: str = "CR", *owed: int) -> Any:
    """A customer with everything that a customer has, and no payment."""
    made = desk.debtor(country, *(owed or (123_450_00,)))
    customer = attrs.evolve(
        made.customer, name=f"{NAME} {country}", email="caja@launica.example", phone="+506 8888-7777"
    )
    desk.write(lambda tx: tx.customers.save(customer))
    return attrs.evolve(made, customer=customer)


def hits(find: Find, text: str, *more: str) -> list[dict[str, Any]]:
    ended = find(text, *more, "--json")
    assert ended.code == 0, (text, ended)
    found: list[dict[str, Any]] = json.loads(ended.out)
    return found


def commands(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("payment-hub ")]


def can_be_typed(command: str) -> None:
    """Its words lead to a command that has these options."""
    words = shlex.split(command)
    deep = 2 if words[1] in ("find", "doctor") else 4 if words[1:3] == ["company", "member"] else 3
    helped = call(*words[1:deep], "--help")
    assert helped.code == 0, command
    assert all(word in helped.out for word in words[deep:] if word.startswith("--")), command


def test_an_invoice_without_a_payment_is_found_with_what_may_be_done(desk: Desk, find: Find) -> None:
    made = debtor(desk)
    (invoice,) = made.payables
    for text in (invoice.number, invoice.number.lower(), f"  {invoice.number} "):
        page = find(text)
        assert page.out.startswith(f"Invoice {invoice.number}: open"), page
    slug = desk.companies["CR"].slug
    assert NAME in page.out
    assert "no payment of it" in page.out
    offered = commands(page.out)
    assert f"payment-hub statement send {made.customer.document.number} --company {slug}" in offered
    assert [line for line in offered if line.startswith("payment-hub receipt record") and invoice.number in line]
    for command in offered:
        can_be_typed(command)
    for command in offered:
        if "show" in command or command.startswith("payment-hub find"):
            assert call(*shlex.split(command)[1:]).code == 0, command
    (hit,) = hits(find, invoice.number)
    assert (hit["kind"], hit["company"], hit["mode"], hit["state"]) == ("invoice", slug, "test", "open")
    assert hit["may_do"]


def test_a_customer_is_found_by_whatever_is_known_of_them(desk: Desk, find: Find) -> None:
    made = debtor(desk)
    number = made.customer.document.number
    dashed = f"{number[0]}-{number[1:5]}-{number[5:]}"
    assert find(*NAME.split(), "CR").out.startswith(f"Customer {NAME} CR: owes")
    for text in (
        number,
        dashed,
        made.customer.email.upper(),
        "8888-7777",
        "88887777",
        NAME,
        "ferreteria la unica",
        made.customer.id,
    ):
        page = find(text)
        assert page.out.startswith(f"Customer {NAME} CR: owes"), (text, page)
    assert [word for word in ("show", "send", "link") if f"payment-hub statement {word} {number}" not in page.out] == []


def test_many_hits_are_listed_shortly_with_what_narrows_them(desk: Desk, find: Find) -> None:
    for country in ("CR", "CO", "CR"):
        debtor(desk, country)
    page = find("launica.example")
    assert page.code == 0
    lines = [line for line in page.out.splitlines() if NAME in line]
    assert len(lines) == 3
    assert len(commands(page.out)) >= 3
    slug = desk.companies["CO"].slug
    assert len(hits(find, "launica.example")) == 3
    assert len(hits(find, "launica.example", "--company", slug)) == 1
    for command in commands(page.out):
        assert call(*shlex.split(command)[1:]).out.startswith("Customer"), command
    desk.write(lambda tx: [desk.put_debtor(tx, "CR", 100) for _ in range(60)])
    many = find("persona")
    assert "narrow it" in many.out
    assert len(many.out.splitlines()) < 120
    assert find("ZZZ-nothing").code == 1
    assert "nothing is known here of 'ZZZ-nothing'" in find("ZZZ-nothing").err
    assert find(" ").code == 1


def test_a_payment_is_found_as_its_own_page_shows_it(desk: Desk, find: Find) -> None:
    made = debtor(desk)
    payment = desk.sent(made)
    paid = Observation(
        kind=Kind.PAID, reference=payment.reference, movement="m", amount=payment.amount, authorisation="A77X19"
    )
    desk.tell(payment, paid)
    shown = call("payment", "show", payment.reference).out
    for text in (payment.reference, payment.id, f"T-{payment.reference}", "A77X19"):
        assert find(text).out == shown, text
    page = find(made.payables[0].number).out
    assert page.startswith(f"Invoice {made.payables[0].number}: paid")
    assert f"payment-hub payment show {payment.reference}" in page
    receipt = find("RC-000001")
    assert receipt.out.startswith("Cash receipt RC-000001"), receipt
    assert f"payment-hub payment show {payment.reference}" in receipt.out


def test_an_order_is_found_by_the_shops_number(desk: Desk, find: Find) -> None:
    items = (OrderItem(sku="A", description="Taladro", quantity=1, price=2_500_000),)
    cart = Cart(number="W-77", currency="CRC", items=items, name="Ana", email="ana@correo.example")
    asyncio.run(place_order(desk.hub, desk.companies["CR"], Mode.TEST, "k", cart))
    page = find("W-77").out
    assert page.startswith("Order W-77: held")
    no_payment = call("payment", "show", "W-77")
    assert (no_payment.code, "payment-hub find" in no_payment.err) == (1, True)
    assert "no payment of it" in page


def test_a_link_as_a_payer_forwards_it_says_what_it_opens(desk: Desk, find: Find) -> None:
    made, company = debtor(desk), desk.companies["CR"]
    url = asyncio.run(copy_link(desk.hub, company, made.customer.id))
    token = url.rpartition("/")[2]
    for text in (
        url,
        f"<{url}>",
        f"{url}.",
        f"{url}/pay",
        f"https://pagos.otra.example/s/{token}",
        f"/s/{token}",
        f"{url}?lang=en#x",
    ):
        page = find(text)
        assert page.out.startswith("Link to a statement: opens"), (text, page)
        assert NAME in page.out
    assert token not in page.out
    assert f"payment-hub statement revoke {made.customer.document.number}" in page.out
    forged = find(f"{url[:-3]}000")
    assert (forged.code, "no link of this hub" in forged.err) == (1, True), forged
    asyncio.run(revoke_link(desk.hub, company, made.customer.id))
    page = find(url)
    assert page.out.startswith("Link to a statement: revoked"), page
    assert f"payment-hub statement send {made.customer.document.number}" in page.out


def test_a_mail_is_found_by_its_message_id_and_by_whom_it_went_to(desk: Desk, find: Find) -> None:
    made, company = debtor(desk), desk.companies["CR"]
    asyncio.run(send_statement(desk.hub, company, made.customer.id))
    (mail,) = desk.read(lambda tx: tx.deliveries.of(merchant_id=company.id, state="due"))
    for text in (mail.id, f"<{mail.id}@hub.example>", f"Message-ID: <{mail.id}@hub.example>", mail.id[:12]):
        page = find(text)
        assert page.out.startswith("Mail statement: due"), (text, page)
        assert made.customer.email in page.out
    assert f"payment-hub delivery retry {mail.id}" in page.out


def test_an_account_is_found_by_its_notification_address(desk: Desk, find: Find) -> None:
    account = desk.accounts["CR"]
    address = notification_address(desk.hub, account)
    page = find(address)
    slug = desk.companies["CR"].slug
    assert page.out.startswith(f"Account greenpay of {slug}: active"), page
    assert f"payment-hub account show greenpay --company {slug}" in page.out
    assert account.path_token not in page.out
    assert find(f"{address}/").out == page.out
    assert find("greenpay").out == page.out


def test_a_company_a_member_and_a_key_are_found(desk: Desk, find: Find) -> None:
    company = desk.companies["CO"]
    for text in (company.slug, company.company.document.number, "900.123.456-8", company.company.legal_name):
        page = find(text)
        assert page.out.startswith(f"Company {company.slug}:"), (text, page)
    asyncio.run(add_member(desk.hub, company, "luis@cafe.example", Role.ACCOUNTANT))
    page = find("Luis@cafe.example")
    assert page.out.startswith("Member luis@cafe.example: accountant"), page
    assert f"payment-hub company member remove luis@cafe.example --company {company.slug}" in page.out
    key = asyncio.run(issue_api_key(desk.hub, company, "Tienda"))
    page = find(key)
    assert page.out.startswith("API key Tienda: in use"), page
    assert key not in page.out
    assert [line for line in commands(page.out) if line.startswith("payment-hub api-key revoke ")]


def test_a_kept_message_and_a_review_are_found_by_some_of_their_ids(desk: Desk, find: Find) -> None:
    from hub.domain.message import MessageState
    from tests.operator.test_alerts import reviewed
    from tests.operator.test_rejected import kept

    stored = kept(desk, "CR", MessageState.REJECTED, trouble="the body is no JSON")
    page = find(stored.id[:10])
    assert page.out.startswith(f"Message {stored.id[:10]}: rejected"), page
    assert "the body is no JSON" in page.out
    assert f"payment-hub message replay {stored.id[:10]}" in page.out
    reviewed(desk)
    (review,) = desk.read(lambda tx: tx.reviews.of())
    assert find(review.id[:10]).out.startswith(f"Review {review.cause}: open")


def test_what_is_of_the_other_mode_is_found_and_says_so(desk: Desk, find: Find) -> None:
    made = debtor(desk)
    company = desk.companies["CR"]
    desk.write(lambda tx: tx.merchants.save(attrs.evolve(company, mode=Mode.LIVE)))
    page = find(made.payables[0].number).out
    assert page.startswith(f"Invoice {made.payables[0].number}: open  TEST - NO VALUE"), page
    assert "works in live mode" in page
    assert not [line for line in commands(page) if "statement" in line]


def test_control_a_search_among_payments_alone_finds_no_invoice_without_one(desk: Desk) -> None:
    made = debtor(desk)
    found = desk.read(lambda tx: hub.cli.finding.payments_in(tx, desk.hub, made.payables[0].number))
    assert found == ()


def test_control_an_address_shown_with_its_token_is_seen(desk: Desk) -> None:
    account = desk.accounts["CR"]
    assert account.path_token in notification_address(desk.hub, account)
    assert re.search(r"/n/greenpay/\S+", notification_address(desk.hub, account))


def of_phones(desk: Desk, *phones: str) -> list[Payment]:
    """Payments for which these were typed, the oldest first."""
    typed = []
    for phone in phones:
        desk.clock.now += timedelta(seconds=1)
        payment = desk.made(desk.debtor("CO", 90_000))
        typed.append(attrs.evolve(payment, payer=attrs.evolve(payment.payer, fields={"phone": phone})))
    return desk.write(lambda tx: [desk.start(tx, payment) for payment in typed])


def of_phone(desk: Desk, text: str) -> set[str]:
    found = asyncio.run(find_anything(desk.hub, text))
    return {thing.id for thing in found if isinstance(thing, Payment)}


def test_a_payment_is_found_by_the_phone_that_was_typed_however_it_is_written(desk: Desk) -> None:
    mine, _others = of_phones(desk, "3112345678", "3998764643")
    for text in ("3112345678", "311 234 5678", "+57 311 2345678", "(57) 311-234-5678", "2345678"):
        assert of_phone(desk, text) == {mine.id}, text
    assert of_phone(desk, "3112345679") == set()


def test_a_payment_is_found_by_its_phone_however_many_came_since(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, *_others = of_phones(desk, "3112345678", *("3998764643" for _ in range(60)))
    monkeypatch.setattr(hub.flows.views.find_anything, "MAX_HITS", 50)
    monkeypatch.setattr(hub.flows.views.find_person, "MAX_HITS", 50)
    assert of_phone(desk, "3112345678") == {mine.id}


def test_control_a_search_among_the_newest_payments_misses_an_older_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_phones(desk, "3112345678", *("3998764643" for _ in range(60)))
    monkeypatch.setattr(hub.flows.views.find_anything, "MAX_HITS", 50)
    monkeypatch.setattr(hub.flows.views.find_person, "MAX_HITS", 50)
    newest = lambda payments, _digits, *, limit: payments.search(limit=limit)  # noqa: E731
    monkeypatch.setattr(hub.storage.payments.Payments, "typed", newest)
    assert of_phone(desk, "3112345678") == set()
