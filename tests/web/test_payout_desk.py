"""What a bookkeeper does about payout lines on the page, each act by its button."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from hub.domain.account import ProviderAccount
from hub.domain.settlement import StatedLine
from hub.flows.corrections.keep_line import store_line
from hub.flows.settlements.reconcile import import_settlement
from hub_hookspecs import Money, SettlementLine
from tests.strangers.files import cells_of, saved_anew
from tests.web.conftest import Debtor, House, Seat, forms_in
from tests.web.test_merchant_desk import account_of, pay

Seen = Callable[[str], str]


@pytest.fixture(scope="module")
def clerk(company: Callable[..., Any], seat: Callable[..., Seat]) -> Seat:
    """The owner of a company of its own."""
    return seat(company("CR", "depositos", connected=True))


@pytest.fixture
def account(house: House, clerk: Seat) -> ProviderAccount:
    found: ProviderAccount = account_of(house, clerk.merchant)
    return found


def imported(house: House, account: ProviderAccount, *rows: str) -> None:
    data = "\n".join(("line_id,reference,gross,fee,kind", *rows, ""))
    house.run(import_settlement(house.hub, account, data.encode(), name="pagos.csv", decimal="."))


def state(house: House, account: ProviderAccount, line: str) -> str:
    return house.read(lambda tx: tx.settlements.get(account.id, line)).state.value  # type: ignore[no-any-return]


def balance(house: House, account: ProviderAccount, kind: str) -> int:
    rows = house.read(lambda tx: tx.ledger.balances(account.merchant_id, account.mode))
    return sum(amount for named, _owner, _currency, amount in rows if named == kind)


def test_a_line_is_charged_withdrawn_and_taken_up_again(
    house: House, clerk: Seat, account: ProviderAccount, seen: Seen
) -> None:
    imported(house, account, "M-1,CONTRATO,0.00,5000.00,")
    path = f"/m/settlements/{account.id}/line"
    assert "Es un cargo del proveedor" in seen(clerk.read("/m/settlements"))

    assert clerk.post(path, line="M-1", act="charge", reason="").status_code == 422
    assert "Cargo del proveedor" in seen(clerk.go(path, line="M-1", act="charge", reason="mensualidad"))
    assert (state(house, account, "M-1"), balance(house, account, "fees")) == ("booked", 500_000)
    clerk.go(path, line="M-1", act="withdraw", reason="es de otra empresa")
    assert (state(house, account, "M-1"), balance(house, account, "fees")) == ("withdrawn", 0)
    clerk.go(path, line="M-1", act="reopen", reason="sí era nuestra")
    assert state(house, account, "M-1") == "open"
    assert "Elija qué hacer" in seen(clerk.post(path, line="M-1", act="dance", reason="x").text)
    assert clerk.post(path, line="M-9", act="withdraw", reason="x").status_code == 404
    assert clerk.post("/m/settlements/nobodys/line", line="M-1", act="charge", reason="x").status_code == 404


def test_the_payments_page_names_the_line_that_paid_it_out_in_its_language(
    house: House, clerk: Seat, account: ProviderAccount, seen: Seen
) -> None:
    payment = pay(house, account, house.debtor("CR", (100_000, -3), merchant=clerk.merchant))
    imported(house, account, f"P-1,{payment.reference},1000.00,10.00,")

    page = seen(clerk.read(f"/m/payments/{payment.id}"))

    assert "Línea P-1 de pagos.csv" in page
    assert "line P-1" not in page


def test_what_reached_the_bank_is_recorded_once_and_taken_back(
    house: House, clerk: Seat, account: ProviderAccount, seen: Seen
) -> None:
    debtor: Debtor = house.debtor("CR", (4_000_000, -3), merchant=clerk.merchant)
    payment, money = pay(house, account, debtor), Money(4_000_000, "CRC")
    line = SettlementLine(line_id="S-1", reference=payment.reference, gross=money, net=money)
    told = StatedLine(line=line, in_transit=True)
    house.hub.store.write_now(lambda tx: store_line(tx, account, told, "fetched", house.hub.clock()))
    imported(house, account, "X-1,NADIE,1.00,,")
    page = seen(clerk.read("/m/settlements"))
    assert "En camino al banco ₡40 000,00" in page

    today = house.today.isoformat()
    exported = clerk.browser.get(f"/m/exports/payments?since={today}&kind=csv").content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(exported), delimiter=";")
    (row,) = [item for item in rows if item["Referencia"] == payment.reference]
    assert (row["Comisión"], row["Neto"]) == ("", "")  # nobody knows yet

    before = balance(house, account, "bank")
    path = f"/m/settlements/{account.id}/payout"
    fields = {"currency": "CRC", "amount": "38 600,00", "fee": "1 400,00", "on": today, "reference": "DEP-1"}
    for wrong in ({"amount": "x"}, {"amount": "40 000,01"}, {"reference": ""}, {"on": ""}, {"currency": "XXX"}):
        refused = clerk.post(path, **{**fields, **wrong})
        (named,) = wrong
        assert refused.status_code == 422, wrong
        assert named == "currency" or re.search(rf'name="{named}"[^>]* aria-invalid="true"', refused.text), wrong
    clerk.go(path, **fields)
    shown = clerk.go(path, **fields)
    assert "En camino al banco ₡" not in seen(shown)
    assert (balance(house, account, "in_transit"), balance(house, account, "bank") - before) == (0, 3_860_000)

    found = re.search(r'name="key" value="(payout:[^"]+)"', shown)
    assert found
    assert clerk.post(f"{path}/correct", key="settle:x:y", reason="x").status_code == 422
    assert clerk.post(f"{path}/correct", key=found[1], reason="").status_code == 422
    assert "En camino al banco ₡40 000,00" in seen(clerk.go(f"{path}/correct", key=found[1], reason="era otra"))
    assert not house.read(lambda tx: tx.ledger.verify())


def test_a_payout_file_with_columns_of_its_own_is_understood_when_somebody_says_which_is_which(
    house: House, clerk: Seat, seen: Callable[[str], str]
) -> None:
    account = account_of(house, clerk.merchant)

    def bring(text: str) -> httpx.Response:
        return clerk.browser.post(
            "/m/settlements/file",
            data={"form": clerk.csrf, "account": account.id},
            files={"file": ("abonos.csv", text.encode())},
            follow_redirects=True,
        )

    shown = bring("K1;K2;K3\nZ-1;NADIE;10,00\n")
    assert "Falta decir qué columna es" in seen(shown.text)
    assert 'name="take"' not in shown.text
    chosen = {"column:K1": "line_id", "column:K2": "reference", "column:K3": "gross"}
    answer = {"form": clerk.csrf, "run": shown.url.params["run"], **chosen}
    read = clerk.browser.post("/m/settlements/read", data=answer, follow_redirects=True)
    assert "Todavía no se anotó nada" in seen(read.text)
    assert "Líneas 1" in seen(read.text)
    (form,) = [item["fields"] for item in forms_in(read.text) if item["action"] == "/m/settlements"]
    fields = {name: values[0] for name, values in form.items()}
    taken = clerk.browser.post("/m/settlements", data={**fields, "take": "1"})
    assert "quedó comparado con los libros" in seen(taken.text)
    assert "Líneas 1" in seen(bring("K1;K2;K3\nZ-2;NADIE;12,00\n").text)
    assert "1 líneas, 0 cuadran" in seen(clerk.read("/m/imports"))


def test_lines_that_cannot_be_read_are_given_back_and_say_by_themselves_what_was_said_of_the_file(
    house: House, clerk: Seat, seen: Callable[[str], str]
) -> None:
    account = account_of(house, clerk.merchant)

    def bring(content: bytes, name: str) -> httpx.Response:
        fields = {"form": clerk.csrf, "account": account.id}
        files = {"file": (name, content)}
        return clerk.browser.post("/m/settlements/file", data=fields, files=files, follow_redirects=True)

    shown = bring(b"K1;K2;K3;K4\nY-1;NADIE;10,00;09/14/2026\nY-2;;12,00;09/02/2026\n", "abonos.csv")
    chosen = {"column:K1": "line_id", "column:K2": "reference", "column:K3": "gross", "column:K4": "settled_on"}
    answer = {"form": clerk.csrf, "run": shown.url.params["run"], **chosen}
    clerk.browser.post("/m/settlements/read", data=answer, follow_redirects=True)
    read = clerk.browser.post("/m/settlements/read", data={**answer, "answer:order": "mdy"}, follow_redirects=True)
    (here,) = set(re.findall(r'href="(/m/import/\w+/set-aside)"', read.text))
    file = clerk.browser.get(here).content
    assert cells_of(file)[1][:5] == ["Y-2", "", "CRC", "CRC 12,00", "2026-09-02"]
    again = bring(saved_anew(file, {"B2": "NADIE"}), "apartadas.xlsx")
    assert "Todavía no se anotó nada" in seen(again.text)
    assert "Líneas 1" in seen(again.text)


def test_what_is_withheld_can_be_said_and_a_file_without_a_net_is_no_dead_end(
    house: House, clerk: Seat, seen: Callable[[str], str]
) -> None:
    account = account_of(house, clerk.merchant)
    text = "LINE_ID;Referencia;Bruto;Comision;Algo;Otro\nW-1;NADIE;100,00;5,00;2,00;7,00\n"
    shown = clerk.browser.post(
        "/m/settlements/file",
        data={"form": clerk.csrf, "account": account.id},
        files={"file": ("neto.csv", text.encode())},
        follow_redirects=True,
    )
    assert "Si el archivo no trae el neto" in seen(shown.text)
    assert '<option value="withholding:retefuente">Retención en la fuente</option>' in shown.text
    chosen = {"column:Algo": "withholding:retefuente", "column:Otro": "-"}
    answer = {"form": clerk.csrf, "run": shown.url.params["run"], **chosen}
    read = clerk.browser.post("/m/settlements/read", data=answer, follow_redirects=True)
    assert "Todavía no se anotó nada" in seen(read.text)
    assert "Líneas 1" in seen(read.text)
    assert "No se usa: Otro." in seen(read.text)
