"""A payment that a customer reports leads the merchant to its receipt, filled in; the receipt resolves the report."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from hub.documents.mails import review as review_mail
from hub.domain.message import DeliveryKind, Review
from hub.flows.corrections import record_receipt
from hub.flows.receipts import void_receipt
from tests.web.conftest import Debtor, House, Seat

Forms = Callable[[str], list[dict[str, Any]]]
Sit = Callable[..., Seat]


def reported(house: House, forms: Forms, debtor: Debtor, **changes: Any) -> Review:
    """The review of a report from the customer's statement."""
    with house.browser() as browser:
        form = next(
            item for item in forms(browser.get(f"{debtor.path}/report").text) if item["action"].endswith("/report")
        )
        data = {
            **form["fields"],
            "invoice": [debtor.invoices[1].id, debtor.invoices[0].id],
            "amount": "10.000,50",
            "means": "deposit",
            "number": f"dep  {debtor.invoices[0].number}",
            **changes,
        }
        sent = browser.post(form["action"], data=data, files={"proof": ("", b"")})
    assert sent.status_code == 303
    return next(
        item
        for item in house.read(lambda tx: tx.reviews.of(merchant_id=debtor.customer.merchant_id))
        if item.subject.startswith(debtor.customer.id)
    )


def filled_in(forms: Forms, html: str) -> dict[str, str]:
    """What the receipt form of a page carries; the boxes and choices are a person's."""
    form = next(item for item in forms(html) if item["action"].endswith("/receipt"))
    return {name: value[0] if isinstance(value, list) else value for name, value in form["fields"].items()}


def recorded(seat: Seat, forms: Forms, review: Review, debtor: Debtor, **changes: str) -> httpx.Response:
    """Record what the link of a report fills in; the means are the person's own choice where the form has them."""
    path = f"/m/customers/{debtor.customer.id}/receipt"
    fields = filled_in(forms, seat.read(f"{path}?report={review.id}"))
    return seat.post(path, **{**fields, "means": "transfer", "currency": "CRC", "record": "1", **changes})


def test_a_report_leads_to_its_receipt_and_is_resolved_by_it(house: House, forms: Forms, seat: Sit) -> None:
    debtor = house.debtor("CR", (600_000, -30), (900_000, -5))
    review = reported(house, forms, debtor)
    clerk = seat(house.merchants["CR"])
    link = f"/m/customers/{debtor.customer.id}/receipt?report={review.id}"

    assert link in clerk.read("/m/reviews")
    page = clerk.read(link)
    fields = filled_in(forms, page)
    assert (fields["amount"], fields["bank_reference"]) == ("10000,50", f"DEP {debtor.invoices[0].number}".upper())
    assert re.search(r'<option value="CRC" selected', page)
    assert re.search(r'value="transfer" checked', page)
    assert fields["report"] == review.id
    first, second = debtor.invoices
    asked = {name.removeprefix("share-"): value for name, value in fields.items() if name.startswith("share-")}
    assert asked == {second.id: "9000,00", first.id: "1000,50"}

    receipt_id = recorded(clerk, forms, review, debtor).headers["location"].rpartition("/")[2]

    receipt = house.read(lambda tx: tx.receipts.get(receipt_id))
    assert (receipt.cash.minor, receipt.bank_reference, receipt.means) == (
        1_000_050,
        f"DEP {debtor.invoices[0].number}".upper(),
        "transfer",
    )
    resolved = house.read(lambda tx: tx.reviews.get(review.id))
    assert (resolved.resolution, resolved.resolved_by) == (receipt.label, clerk.email)
    assert house.read(lambda tx: [tx.payables.get(item.id).due for item in debtor.invoices]) == [499_950, 0]
    assert clerk.browser.get(link).status_code == 404


def test_a_report_is_recorded_once_whoever_comes_second(house: House, forms: Forms, seat: Sit) -> None:
    debtor = house.debtor("CR", (600_000, -30), (900_000, -5))
    review = reported(house, forms, debtor)
    clerk = seat(house.merchants["CR"])
    path = f"/m/customers/{debtor.customer.id}/receipt"
    late = filled_in(forms, clerk.read(f"{path}?report={review.id}"))
    assert recorded(clerk, forms, review, debtor).status_code == 303

    typed = {name: value for name, value in late.items() if not name.startswith("share-")}
    other = {
        "means": "transfer",
        "currency": "CRC",
        "bank_reference": f"other {debtor.invoices[0].number}",
        "advance": "on",
        "record": "1",
    }
    refused = clerk.post(path, **{**typed, **other})

    assert refused.status_code == 422
    assert "RC-" in refused.text
    assert house.read(lambda tx: tx.payables.get(debtor.invoices[0].id)).due == 499_950


def test_a_report_of_another_customer_resolves_nothing(house: House, forms: Forms, seat: Sit) -> None:
    debtor, other = (house.debtor("CR", (600_000, -30), (900_000, -5)) for _ in range(2))
    review = reported(house, forms, debtor)
    clerk = seat(house.merchants["CR"])
    assert clerk.browser.get(f"/m/customers/{other.customer.id}/receipt?report={review.id}").status_code == 404
    fields = filled_in(forms, clerk.read(f"/m/customers/{other.customer.id}/receipt"))
    given = {"means": "transfer", "currency": "CRC", "amount": "10", "report": review.id, "record": "1"}

    refused = clerk.post(f"/m/customers/{other.customer.id}/receipt", **{**fields, **given})

    assert refused.status_code == 422
    assert house.read(lambda tx: tx.reviews.get(review.id)).resolved_at is None


def test_the_mail_about_a_report_leads_to_the_receipt(house: House, forms: Forms) -> None:
    debtor = house.debtor("CR", (600_000, -30), (900_000, -5))
    review = reported(house, forms, debtor)

    def read(tx: Any) -> review_mail.ReviewMail:
        owed = tx.deliveries.of(merchant_id=debtor.customer.merchant_id)
        delivery = next(item for item in owed if (item.kind, item.subject_id) == (DeliveryKind.REVIEW, review.id))
        return review_mail.gather(tx, house.hub, delivery, house.hub.clock())[0]

    mail = house.read(read)

    assert mail.url == f"{house.hub.base_url}/m/customers/{debtor.customer.id}/receipt?report={review.id}"
    assert mail.amount is not None
    assert (mail.amount.minor, mail.bank_reference, mail.customer) == (
        1_000_050,
        f"DEP {debtor.invoices[0].number}".upper(),
        debtor.customer.name,
    )


def test_control_a_receipt_that_resolves_nothing_lets_the_report_be_recorded_again(
    house: House, forms: Forms, seat: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_receipt, "resolve_report", lambda *_all: None)
    debtor = house.debtor("CR", (600_000, -30), (900_000, -5))
    review = reported(house, forms, debtor)
    clerk = seat(house.merchants["CR"])
    recorded(clerk, forms, review, debtor)

    assert (
        recorded(clerk, forms, review, debtor, bank_reference=f"other {debtor.invoices[0].number}").status_code == 303
    )


def voided_again(house: House, forms: Forms, seat: Sit) -> tuple[Seat, Review, Debtor, str]:
    """A report that was recorded, and whose receipt was voided."""
    debtor = house.debtor("CR", (600_000, -30), (900_000, -5))
    review = reported(house, forms, debtor)
    clerk = seat(house.merchants["CR"])
    receipt_id = recorded(clerk, forms, review, debtor).headers["location"].rpartition("/")[2]
    assert clerk.post(f"/m/receipts/{receipt_id}/void", reason="era de otro cliente").status_code == 303
    return clerk, review, debtor, receipt_id


def test_a_report_waits_again_once_its_receipt_is_voided(house: House, forms: Forms, seat: Sit) -> None:
    clerk, review, debtor, receipt_id = voided_again(house, forms, seat)

    again = house.read(lambda tx: tx.reviews.get(review.id))
    assert (again.resolved_at, again.resolution, again.resolved_by) == (None, "", "")
    assert f"/m/customers/{debtor.customer.id}/receipt?report={review.id}" in clerk.read("/m/reviews")

    anew = recorded(clerk, forms, review, debtor).headers["location"].rpartition("/")[2]

    assert anew != receipt_id
    label = house.read(lambda tx: tx.receipts.get(anew)).label
    assert house.read(lambda tx: tx.reviews.get(review.id)).resolution == label


def test_a_receipt_that_was_of_no_report_reopens_none(house: House, forms: Forms, seat: Sit) -> None:
    debtor = house.debtor("CR", (600_000, -30), (900_000, -5))
    review = reported(house, forms, debtor)
    clerk = seat(house.merchants["CR"])
    recorded(clerk, forms, review, debtor)
    fields = filled_in(forms, clerk.read(f"/m/customers/{debtor.customer.id}/receipt"))
    other = {"means": "cash", "currency": "CRC", "amount": "10", "record": "1"}
    path = clerk.post(f"/m/customers/{debtor.customer.id}/receipt", **{**fields, **other}).headers["location"]

    assert clerk.post(f"{path}/void", reason="se contó dos veces").status_code == 303

    assert house.read(lambda tx: tx.reviews.get(review.id)).resolved_at is not None


def test_control_a_void_that_asks_nobody_again_loses_the_customers_word(
    house: House, forms: Forms, seat: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(void_receipt, "_ask_again", lambda *_all: None)
    _clerk, review, _debtor, _receipt = voided_again(house, forms, seat)

    assert house.read(lambda tx: tx.reviews.get(review.id)).resolved_at is not None
