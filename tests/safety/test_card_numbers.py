"""Card numbers that people type are masked or refused; ids that look like them are left alone;
messages stay whole."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Callable
from typing import Any

import attrs
import httpx
import pytest
import structlog

from hub import logs
from hub.bootstrap import DATABASE
from hub.domain import card_numbers
from hub.domain.card_numbers import holds_card_number, mask_card_numbers
from hub.domain.identity import Invalid
from hub.domain.order import OrderItem
from hub.domain.payer_form import FieldRefused, checked_fields
from hub.flows.accounts.catalogue import notification_address
from hub.flows.imports.import_files import import_customers, import_invoices
from hub.flows.merchants.save_company import save_company
from hub.flows.payments.pack_message import unpacked
from hub.flows.statements.place_order import Cart, OrderRefused, checked_total
from hub.logs import set_up_logs
from hub_hookspecs import PayerField
from tests.safety.people import People
from tests.web.conftest import COMPANIES, House

from .people import Clerk, stranger
from .routes import Belongings, belongings

NUMBERS = (
    "4111111111111111",
    "4012888888881881",
    "4222222222222",
    "4000056655665556",
    "4917610000000000",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "378282246310005",
    "371449635398431",
    "30569309025904",
    "38520000023237",
    "36227206271667",
    "6011111111111117",
    "6011000990139424",
    "3530111333300000",
    "6200000000000005",
    "6205500000000000004",
    "6304000000000000",
    "6759649826438453",
    "6771798021000008",
    "5019717010103742",
)
"""Published test numbers of every brand."""


def fours(number: str, between: str) -> str:
    return between.join(number[at : at + 4] for at in range(0, len(number), 4))


WAYS = (
    lambda number: number,
    lambda number: fours(number, " "),
    lambda number: fours(number, "-"),
    lambda number: fours(number, " - "),
    lambda number: fours(number, "."),
    lambda number: fours(number, "\u00a0"),
    lambda number: fours(number, "\u2009"),
    lambda number: fours(number, "\n"),
    lambda number: " ".join(number),
    lambda number: "\u200b".join(number),
    lambda number: "".join(chr(0xFF10 + int(digit)) for digit in number),
    lambda number: f"tarjeta{number}",
)
SENTENCES = ("{}", "Mi tarjeta es {}, vence 12/27 cvv 123", "pago 15000 con {} gracias", "12/27 {}", "({})")
WRITTEN = [way(number) for number in NUMBERS for way in WAYS]

IDS = (
    "00100001010000000421",  # an invoice's consecutive in Costa Rica
    "50621112600310123456700100001010000000421199999999",  # its key
    "350-12345-34000201-60396545535",  # a transaction of Nequi
    "350-3012345678-9232-8944090690",
    "350-12345-10000001-aB3dE5gH7j",
    "7K2M9QX4TBW0A3F5G6H8J1N2PR",
    "e7b1a2f0-612044",
    "FE-4111111111111111",
    "TX_4111111111111111",
    "PAY4111111111111111X",
    "4111111111111112",  # its check digit is wrong
    "0000000000000000",
    "1-1234-0567",
    "3-101-234567",
    "800.197.268-4",
    "155812345678",
    "+57 300 123 4567",
    "+4915123456789",
    "3001234567 3001234568",
    "8888-1234 8888-5678",
    "15201001012345678",
    "CR05015202001026284066",
    "2026-11-21 09:41:15",
    "₡4 111 111,11",
)


def missed() -> list[str]:
    said = [text.format(number) for number in WRITTEN for text in SENTENCES]
    return [text for text in said if not holds_card_number(text)]


def test_a_card_number_is_found_however_it_is_written() -> None:
    assert len(WRITTEN) > 200
    assert missed() == []


def test_control_without_the_detector_all_are_missed(plant: Callable[..., None]) -> None:
    plant(card_numbers, "_found", lambda _text: iter(()))

    assert len(missed()) == len(WRITTEN) * len(SENTENCES)


def test_what_is_masked_keeps_the_last_four_and_the_words_around() -> None:
    for number in WRITTEN:
        text = mask_card_numbers(f"antes {number} y después")
        assert not holds_card_number(text)
        assert "antes " in text
        assert " y después" in text
    assert mask_card_numbers("4111 1111 1111 1111 y 378282246310005.") == "****1111 y ****0005."


def test_ids_are_left_alone(dice: Any) -> None:
    for text in IDS:
        assert mask_card_numbers(text) == text
    transactions = [
        f"350-{dice.randrange(10**5):05d}-{dice.randrange(10**8):08d}-{dice.randrange(10**11):011d}" for _ in range(500)
    ]
    invoices = [f"{dice.randrange(10**20):020d}" for _ in range(500)]
    moments = [
        f"2026-{dice.randrange(1, 13):02d}-21 {dice.randrange(10**6)} {dice.randrange(10**6)}" for _ in range(500)
    ]
    assert [text for text in (*transactions, *invoices, *moments) if holds_card_number(text)] == []


def test_a_long_text_does_not_take_long() -> None:
    mask_card_numbers("4111 " * 2000)
    mask_card_numbers("1" * 100_000)


@pytest.fixture(scope="module")
def mine(house: House, people: People) -> Belongings:
    return belongings(house, people)


@pytest.fixture(scope="module")
def me(people: People, mine: Belongings) -> Clerk:
    clerk: Clerk = people.clerk(mine.merchant)
    return clerk


SPOKEN = "tarjeta 4111 1111 1111 1111 ó 5555-5555-5555-4444"
SECRETS = ("4111 1111 1111 1111", "5555-5555-5555-4444", "4111111111111111")


def stored(house: House) -> list[str]:
    """Tables in which one of the numbers stands."""
    database = sqlite3.connect(f"file:{house.opened.settings.data / DATABASE}?mode=ro", uri=True)
    try:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [
            name
            for name in names
            if any(secret in repr(row) for row in database.execute(f'SELECT * FROM "{name}"') for secret in SECRETS)
        ]
    finally:
        database.close()


def say(house: House, people: People, mine: Belongings, me: Clerk) -> list[httpx.Response]:
    """The number in everything that people write into a form or a file."""
    form = {"form": me.csrf}
    customer, token = mine.customer.id, mine.tokens["s"]
    visitor = people.browser()

    def page_token(path: str) -> str:
        return str(visitor.get(path, headers=stranger()).text.split('name="form" value="')[1].partition('"')[0])

    debtor = house.debtor("CR", (1500000, -30))
    paid = people.paid("CR", debtor)
    receipt = me.browser.get(f"/m/payments/{paid.id}/receipt").text
    drawn = receipt.split('name="drawn" value="')[1].partition('"')[0]
    answers = [
        me.browser.post(f"/m/customers/{customer}/send", data={**form, "note": SPOKEN}),
        me.browser.post(
            f"/m/payments/{paid.id}/receipt",
            data={**form, "drawn": drawn, "notes": SPOKEN, "bank_account": SPOKEN[:90]},
        ),
        me.browser.post(
            "/m/company", data={**form, "legal_name": SPOKEN, "identity_type": "CJ", "identity_number": "3-101-234567"}
        ),
        visitor.post(f"/s/{token}/note", data={"form": page_token(f"/s/{token}/note"), "text": SPOKEN}),
        visitor.post(
            f"/s/{token}/report",
            data={
                "form": page_token(f"/s/{token}/report"),
                "text": SPOKEN,
                "amount": "1000",
                "paid_on": house.today.isoformat(),
            },
        ),
    ]
    customers = (
        f"name;identity_type;identity_number;email;address\nAna {SPOKEN};CF;1-1111-1111;ana@x.example;{SPOKEN}\n"
    )
    house.run(import_customers(house.hub, mine.merchant, customers.encode(), name="a.csv"))
    invoices = f"number;customer;issued_on;total;description\nT-1;1-1111-1111;2026-11-01;1000;{SPOKEN}\n"
    report = house.run(import_invoices(house.hub, mine.merchant, invoices.encode(), name="b.csv"))
    assert report.new + report.changed + report.unchanged == 1, report
    return answers


def test_what_people_write_is_kept_without_card_numbers(
    house: House, people: People, mine: Belongings, me: Clerk
) -> None:
    answers = say(house, people, mine, me)

    assert all(answer.status_code < 500 for answer in answers)
    assert stored(house) == []
    assert "****1111" in repr(house.read(lambda tx: tx.payables.search(mine.merchant.id, mine.merchant.mode, "T-1")))
    house.until(lambda: not house.read(lambda tx: tx.deliveries.of(state="due")))
    assert not [mail.subject for mail in house.mailbox.mails for secret in SECRETS if secret in mail.text + mail.html]


def test_control_without_the_detector_the_number_is_kept(
    house: House, people: People, mine: Belongings, me: Clerk, plant: Callable[..., None]
) -> None:
    merchant = house.read(lambda tx: tx.merchants.get(mine.merchant.id))
    plant(card_numbers, "_found", lambda _text: iter(()))
    say(house, people, mine, me)
    house.write(lambda tx: tx.merchants.save(merchant))

    assert {"delivery", "payable"} <= set(stored(house))


@pytest.mark.parametrize(
    "change",
    [
        {"name": SPOKEN},
        {"phone": "4111111111111111"},
        {"items": (OrderItem(sku="", description=SPOKEN, quantity=1, price=100),)},
    ],
)
def test_an_order_with_a_card_number_is_refused(change: dict[str, Any]) -> None:
    right = {
        "number": "4111111111111111",  # the shop's own numbers may look like anything
        "currency": "CRC",
        "items": (OrderItem(sku="4222222222222", description="T", quantity=1, price=100),),
        "name": "Ana",
        "email": "ana@correo.example",
    }
    assert checked_total(Cart(**right)).minor == 100
    with pytest.raises(OrderRefused, match="card number"):
        checked_total(Cart(**{**right, **change}))


def test_a_payers_field_with_a_card_number_is_refused(house: House) -> None:
    way = house.hub.providers["nequi"].info.way("push")
    asked = attrs.evolve(way, payer_fields=(PayerField(name="code", label="Código", pattern=r"[0-9 -]{1,40}"),))

    with pytest.raises(FieldRefused) as refused:
        checked_fields(asked, {"code": "4111 1111 1111 1111"}, {})
    assert refused.value.name == "code"
    assert checked_fields(asked, {"code": "4111 1111 1111 1112"}, {})


def test_a_company_with_a_card_number_in_its_name_is_refused(house: House) -> None:
    form = attrs.evolve(COMPANIES["CR"], trade_name=SPOKEN)
    with pytest.raises(Invalid) as refused:
        house.run(save_company(house.hub, house.merchants["CR"].id, form))
    assert [problem.field for problem in refused.value.problems] == ["trade_name"]


def logged(**values: Any) -> dict[str, Any]:
    sink = io.StringIO()
    before = structlog.get_config()
    try:
        set_up_logs("debug", stream=sink, as_json=True)
        structlog.get_logger().info("event", **values)
        line: dict[str, Any] = json.loads(sink.getvalue())
        return line
    finally:
        structlog.configure(**before)


def test_log_lines_show_no_card_number_and_whole_ids() -> None:
    line = logged(said=SPOKEN, deep={"a": [SPOKEN]}, reference="4111111111111111", transaction="350-12345-34000201-1")

    assert "****1111" in line["said"]
    assert not holds_card_number(json.dumps([line["said"], line["deep"]]))
    assert line["reference"] == "4111111111111111"
    assert line["transaction"] == "350-12345-34000201-1"


def test_control_logs_without_the_detector_show_it(plant: Callable[..., None]) -> None:
    plant(logs, "mask_card_numbers", lambda text: text)

    assert holds_card_number(logged(said=SPOKEN)["said"])


def test_messages_of_providers_are_kept_to_the_byte_and_shown_nowhere(
    house: House, people: People, mine: Belongings, me: Clerk
) -> None:
    """A detector that touched them would break their signatures."""
    account = house.accounts["CR"]
    body = json.dumps({"orderReference": "X", "card": "4917 6100 0000 0000", "_signature": "00"}).encode()
    with house.browser() as browser:
        assert browser.post(notification_address(house.hub, account), content=body).status_code in (400, 401)
    database = sqlite3.connect(f"file:{house.opened.settings.data / DATABASE}?mode=ro", uri=True)
    rows = database.execute("SELECT id, sealed FROM raw_message WHERE account = ?", [account.id]).fetchall()
    database.close()
    place = {"table": "raw_message", "column": "raw", "merchant": account.merchant_id}
    kept = [unpacked(house.hub.vault.open(sealed, row=row, **place)) for row, sealed in rows]
    assert body in [message.body for message in kept]
    for path in ("/m", "/m/reviews", "/m/payments", f"/m/payments/{mine.payment.id}"):
        assert "4917 6100" not in me.browser.get(path).text
