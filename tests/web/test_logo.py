"""The merchant's logo: handed in by the owner, redrawn, seen where customers look, and taken away again."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader

from hub.domain.decision import Signed
from hub.domain.disbursement import PaidOut
from hub.domain.logo import MAX_BYTES
from hub.domain.merchant import Merchant, Role
from hub.flows.corrections.disburse_credit import disburse_credit
from hub.flows.corrections.record_receipt import record_by_hand
from hub.flows.statements.send_statement import send_statement
from hub_hookspecs import Money
from tests.web.conftest import House, Seat

ADDRESS = re.compile(r'<img class="logo[^"]*" src="(/logo/[^"]+)" alt="([^"]*)"')


def png(ink: str = "#a01c1c") -> bytes:
    drawn = Image.new("RGBA", (900, 300))
    ImageDraw.Draw(drawn).ellipse((0, 0, 300, 300), fill=ink)
    written = io.BytesIO()
    drawn.save(written, format="PNG")
    return written.getvalue()


def hand_in(person: Any, content: bytes, *, name: str = "../../secreto.png", form: str | None = None) -> Any:
    return person.browser.post(
        "/m/company/logo",
        data={"form": person.csrf if form is None else form},
        files={"logo": (name, content, "image/svg+xml")},
    )


@pytest.fixture(scope="module")
def shop(company: Callable[..., Merchant]) -> Merchant:
    return company("CR", "con-logo", connected=True)


@pytest.fixture(scope="module")
def owner(seat: Callable[..., Seat], shop: Merchant) -> Seat:
    return seat(shop)


def test_customers_see_it_from_the_moment_it_is_saved_until_it_is_taken_away(
    house: House, shop: Merchant, owner: Seat
) -> None:
    debtor = house.debtor("CR", (1500000, -3), merchant=shop, email="ana@logo.example")
    with house.browser() as payer:
        before = payer.get(debtor.path).text
        assert not ADDRESS.search(before)

        page = hand_in(owner, png())
        assert page.status_code == 200, page.text
        assert "El logo quedó guardado." in page.text

        address = ""
        for path in (debtor.path, f"{debtor.path}/pay", f"{debtor.path}/note", f"{debtor.path}/report"):
            found = ADDRESS.search(payer.get(path, follow_redirects=True).text)
            assert found, path
            assert found[2] == shop.company.name
            address = found[1]
        picture = payer.get(address)
        assert picture.status_code == 200
        assert hashlib.sha256(picture.content).hexdigest() in address
        assert "secreto" not in str(picture.headers) + address
        assert {name: picture.headers[name] for name in HEADERS} == HEADERS
        assert "set-cookie" not in picture.headers

        house.run(send_statement(house.hub, shop, debtor.customer.id))
        mail = house.until(lambda: house.mailbox.to("ana@logo.example"))[0]
        pictures = [part.get_content() for part in mail.message.walk() if part.get_content_type() == "image/png"]
        assert picture.content in pictures

        removed = owner.post("/m/company/logo/remove")
        assert "El logo se quitó." in removed.text
        assert not ADDRESS.search(payer.get(debtor.path).text)
        assert payer.get(address).status_code == 404


HEADERS = {
    "content-type": "image/png",
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
}


def test_another_one_takes_its_place_at_another_address(owner: Seat) -> None:
    one = ADDRESS.search(hand_in(owner, png("#0b5c48")).text)
    other = ADDRESS.search(hand_in(owner, png("#1d4f8a")).text)
    assert one
    assert other
    assert one[1] != other[1]
    assert [owner.browser.get(found[1]).status_code for found in (one, other)] == [404, 200]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Elija un archivo que no esté vacío."),
        (png() + b"\0" * MAX_BYTES, "El archivo pasa de 1 MB."),
        (b"<svg onload='alert(1)'/>", "Los archivos SVG no se aceptan"),
        (b"%PDF-1.7", "El archivo no es una imagen PNG, JPEG o WebP."),
        (png()[:400], "La imagen está dañada o vacía."),
    ],
    ids=["empty", "too large", "SVG", "PDF", "half"],
)
def test_what_is_not_taken_changes_nothing_and_says_why(
    owner: Seat, seen: Callable[[str], str], content: bytes, reason: str
) -> None:
    before = ADDRESS.search(owner.read("/m/company"))
    answer = hand_in(owner, content)
    assert (answer.status_code, reason in seen(answer.text)) == (422, True), seen(answer.text)
    after = ADDRESS.search(owner.read("/m/company"))
    assert (before and before[1]) == (after and after[1])


def test_a_request_far_above_the_limit_is_not_read(owner: Seat) -> None:
    assert hand_in(owner, b"\0" * (2 * MAX_BYTES)).status_code == 413


def test_only_the_owner_with_a_form_of_the_session_changes_it(
    house: House, owner: Seat, shop: Merchant, seat: Callable[..., Seat]
) -> None:
    helper = seat(shop, Role.ACCOUNTANT)
    assert hand_in(helper, png()).status_code == 403
    assert helper.post("/m/company/logo/remove").status_code == 403
    assert hand_in(owner, png(), form="").status_code == 403
    with house.browser() as stranger:
        answer = stranger.post("/m/company/logo", data={"form": ""}, files={"logo": ("a.png", png(), "image/png")})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/m/sign-in"


def test_a_logo_is_not_found_under_another_company(house: House, owner: Seat) -> None:
    found = ADDRESS.search(hand_in(owner, png("#333333")).text)
    assert found
    digest = found[1].rpartition("/")[2]
    other = house.merchants["CR"]
    with house.browser() as browser:
        assert browser.get(f"/logo/{other.id}/{digest}").status_code == 404
        assert browser.get(f"/logo/{owner.merchant.id}/{'0' * 64}.png").status_code == 404


def test_the_numbered_documents_of_a_company_carry_its_logo_on_page_and_paper(
    house: House, shop: Merchant, owner: Seat
) -> None:
    assert hand_in(owner, png()).status_code == 200
    company = house.read(lambda tx: tx.merchants.get(shop.id))
    customer = house.debtor("CR", merchant=shop).customer
    by, cash = Signed(by="Ana", why="lo pidió"), Money(100_000, "CRC")
    receipt = house.run(record_by_hand(house.hub, company, customer.id, means="cash", cash=cash, shares=[], by="Ana"))
    out = PaidOut(amount=cash, means="cash", paid_on=house.today)
    made = house.run(disburse_credit(house.hub, company, customer.id, out, signed=by)).disbursement
    assert made

    for path in (f"/m/receipts/{receipt.id}", f"/m/disbursements/{made.id}"):
        found = ADDRESS.search(owner.read(path).partition("<article")[2])
        assert found, path
        assert found[2] == shop.company.name
        paper = PdfReader(io.BytesIO(owner.browser.get(f"{path}/pdf").content))
        assert [image for page in paper.pages for image in page.images], path
    owner.post("/m/company/logo/remove")
