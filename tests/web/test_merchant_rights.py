"""Who may do what: every route of the merchant's pages, tried by every role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hub.domain.merchant import Role
from hub.web.merchant import routes
from hub.web.merchant.rights import RIGHTS, Right
from tests.web.conftest import House, Seat

SEE, TEND, SEND, BOOK, EXPORT, OWN = Right.SEE, Right.TEND, Right.SEND, Right.BOOK, Right.EXPORT, Right.OWN

WANTED: dict[str, dict[str, Right]] = {
    "GET": {
        "/m": SEE,
        "/m/close": SEE,
        "/m/close/{}": SEE,
        "/m/close/{}/package": EXPORT,
        "/m/close/{}/payment-receipts": SEE,
        "/m/certificates": SEE,
        "/m/certificates/missing": EXPORT,
        "/m/certificates/{}/file": SEE,
        "/m/company": SEE,
        "/m/conversions/{}": SEE,
        "/m/customers": SEE,
        "/m/customers/new": SEND,
        "/m/customers/{}": SEE,
        "/m/customers/{}/activity": SEE,
        "/m/customers/{}/activity/csv": SEE,
        "/m/customers/{}/activity/pdf": SEE,
        "/m/customers/{}/certificate": BOOK,
        "/m/customers/{}/conversion": BOOK,
        "/m/customers/{}/correct": BOOK,
        "/m/customers/{}/credit": BOOK,
        "/m/customers/{}/disbursement": OWN,
        "/m/customers/{}/edit": SEND,
        "/m/customers/{}/history": SEE,
        "/m/customers/{}/mail": SEE,
        "/m/customers/{}/mail/body": SEE,
        "/m/customers/{}/pdf": SEE,
        "/m/customers/{}/receipt": BOOK,
        "/m/disbursements/{}": SEE,
        "/m/disbursements/{}/pdf": SEE,
        "/m/exports": EXPORT,
        "/m/exports/payments": EXPORT,
        "/m/exports/report": EXPORT,
        "/m/guide": SEE,
        "/m/guide/try": SEND,
        "/m/import": SEND,
        "/m/import/help": SEND,
        "/m/import/{}": SEND,
        "/m/import/{}/set-aside": SEND,
        "/m/import/{}/undo": BOOK,
        "/m/imports": SEND,
        "/m/integrations": SEE,
        "/m/integrations/{}": SEE,
        "/m/invoices": SEE,
        "/m/invoices/{}": SEE,
        "/m/invoices/{}/correct": BOOK,
        "/m/invoices/{}/credit-note": BOOK,
        "/m/invoices/{}/plan": BOOK,
        "/m/mails": SEE,
        "/m/live": SEE,
        "/m/mails/{}": SEE,
        "/m/mails/{}/body": SEE,
        "/m/mails/{}/test": SEE,
        "/m/members": OWN,
        "/m/online-payments": SEE,
        "/m/options": SEE,
        "/m/options/withholdings": SEE,
        "/m/payments": SEE,
        "/m/payments/{}": SEE,
        "/m/payments/{}/conversion": BOOK,
        "/m/payments/{}/correct": BOOK,
        "/m/payments/{}/receipt": BOOK,
        "/m/proofs/{}": SEE,
        "/m/receipt-series": SEE,
        "/m/proposals": SEE,
        "/m/receipts": SEE,
        "/m/receipts/{}": SEE,
        "/m/receipts/{}/pdf": SEE,
        "/m/reports": SEE,
        "/m/reports/{}": SEE,
        "/m/reports/{}/file": EXPORT,
        "/m/reviews": SEE,
        "/m/reminders": SEE,
        "/m/rounds": SEE,
        "/m/rounds/{}": SEE,
        "/m/settings": SEE,
        "/m/settlements": SEE,
        "/m/shop": OWN,
        "/m/solutions": SEE,
    },
    "POST": {
        "/m/close/{}": BOOK,
        "/m/close/{}/reopen": OWN,
        "/m/company": OWN,
        "/m/company/logo": OWN,
        "/m/company/logo/remove": OWN,
        "/m/conversions/{}/void": BOOK,
        "/m/certificates/{}/void": BOOK,
        "/m/customers/{}/certificate": BOOK,
        "/m/customers/{}/withholds": BOOK,
        "/m/customers/{}/conversion": BOOK,
        "/m/customers/{}/correct": BOOK,
        "/m/customers/{}/credit": BOOK,
        "/m/customers/{}/disbursement": OWN,
        "/m/customers/new": SEND,
        "/m/customers/{}/edit": SEND,
        "/m/customers/{}/join": SEND,
        "/m/customers/{}/language": SEND,
        "/m/customers/{}/link": SEND,
        "/m/customers/{}/reminders": SEND,
        "/m/customers/{}/receipt": BOOK,
        "/m/customers/{}/erase-note": OWN,
        "/m/customers/{}/revoke": TEND,
        "/m/customers/{}/send": SEND,
        "/m/disbursements/{}/void": OWN,
        "/m/guide/try": SEND,
        "/m/import": SEND,
        "/m/import/{}": SEND,
        "/m/import/{}/closing": BOOK,
        "/m/import/{}/undo": BOOK,
        "/m/integrations/{}": OWN,
        "/m/integrations/{}/capture": OWN,
        "/m/integrations/{}/channels": OWN,
        "/m/integrations/{}/confirm": OWN,
        "/m/integrations/{}/disable": OWN,
        "/m/integrations/{}/validate": OWN,
        "/m/integrations/{}/webhook": OWN,
        "/m/invoices/{}/correct": BOOK,
        "/m/invoices/{}/credit-note": BOOK,
        "/m/invoices/{}/plan": BOOK,
        "/m/invoices/{}/erase-note": OWN,
        "/m/invoices/{}/link": SEND,
        "/m/invoices/{}/rebill": BOOK,
        "/m/invoices/{}/void": BOOK,
        "/m/invoices/{}/write-off": OWN,
        "/m/live": OWN,
        "/m/mails/test": TEND,
        "/m/mails/{}/again": TEND,
        "/m/members": OWN,
        "/m/members/invite": OWN,
        "/m/switch": SEE,
        "/m/members/remove": OWN,
        "/m/options": OWN,
        "/m/options/withholdings": OWN,
        "/m/options/withholdings/rates": BOOK,
        "/m/options/withholdings/rates/{}/close": BOOK,
        "/m/options/withholdings/rates/{}/remove": BOOK,
        "/m/payments/{}/cancel": OWN,
        "/m/payments/{}/capture": OWN,
        "/m/payments/{}/conversion": BOOK,
        "/m/payments/{}/check": TEND,
        "/m/payments/{}/concluded": OWN,
        "/m/payments/{}/correct": BOOK,
        "/m/payments/{}/dispute": OWN,
        "/m/payments/{}/dispute-end": OWN,
        "/m/payments/{}/receipt": BOOK,
        "/m/payments/{}/erase-note": OWN,
        "/m/payments/{}/recorded": OWN,
        "/m/payments/{}/refund": OWN,
        "/m/payments/{}/release": OWN,
        "/m/payments/{}/returned": OWN,
        "/m/payments/{}/bounced": OWN,
        "/m/payments/{}/reviews/{}": TEND,
        "/m/payments/{}/reviews/{}/answer": BOOK,
        "/m/receipt-series": OWN,
        "/m/receipt-series/skip": OWN,
        "/m/payments/{}/withheld/{}": BOOK,
        "/m/proposals/{}/approve": BOOK,
        "/m/prove": SEE,
        "/m/proposals/{}/refuse": BOOK,
        "/m/receipts/{}/leave": BOOK,
        "/m/receipts/{}/mail": BOOK,
        "/m/receipts/{}/notes": BOOK,
        "/m/receipts/{}/void": BOOK,
        "/m/receipts/{}/withheld": BOOK,
        "/m/reviews/{}/resolve": TEND,
        "/m/reminders": SEND,
        "/m/reminders/activate": SEND,
        "/m/reminders/stop": SEND,
        "/m/customers/{}/promise": SEND,
        "/m/customers/{}/channel": SEND,
        "/m/promises/{}/withdraw": SEND,
        "/m/rounds": SEND,
        "/m/rounds/preview": SEND,
        "/m/schedules": SEND,
        "/m/schedules/{}/drop": SEND,
        "/m/settlements": BOOK,
        "/m/settlements/file": BOOK,
        "/m/settlements/read": BOOK,
        "/m/settlements/{}/line": BOOK,
        "/m/settlements/{}/payout": BOOK,
        "/m/settlements/{}/payout/correct": BOOK,
        "/m/shop": OWN,
        "/m/shop/keys": OWN,
        "/m/shop/keys/{}/revoke": OWN,
        "/m/sign-out": SEE,
    },
}
"""What each route asks for, written down a second time: a route that is new,
or that asks for less, shows here."""

CASES = [(role, method, path) for role in Role for method, paths in WANTED.items() for path in paths]


def declared() -> Iterator[tuple[str, str, Right]]:
    """(method, path, right) of every signed-in route."""
    desk: Any = routes()[0]
    for route in desk.routes:
        for handler in route.route_handlers:
            for method in handler.http_methods & {"GET", "POST"}:
                if "/sign-in" not in route.path and "/new/" not in route.path:
                    right = handler.opt.get("right", Right.OWN)
                    yield method, re.sub(r"{\w+:str}", "{}", route.path).rstrip("/") or "/", right


def test_every_route_asks_for_the_right_that_is_written_down() -> None:
    found = {(method, path): right for method, path, right in declared()}
    wanted = {(method, path): right for method, paths in WANTED.items() for path, right in paths.items()}
    assert found == wanted


@pytest.fixture(scope="module")
def seats(house: House, seat: Callable[..., Seat]) -> dict[Role, Any]:
    """One person of each role at the same merchant's desk."""
    return {role: seat(house.merchants["CR"], role) for role in Role}


@pytest.mark.parametrize(("role", "method", "path"), CASES)
def test_each_role_reaches_what_it_may_and_nothing_else(
    seats: dict[Role, Any], role: Role, method: str, path: str
) -> None:
    if path == "/m/sign-out":
        return  # it would end the session of the tests that follow
    seat = seats[role]
    address = path.replace("{}", "anything")
    # A form without its token is refused after the right was looked at: 403 by both, told apart by what is said.
    answer = seat.browser.get(address) if method == "GET" else seat.browser.post(address, data={})
    turned_away = answer.status_code == 403 and "Solo quien administra la empresa puede hacer esto" in answer.text
    assert turned_away != (WANTED[method][path] in RIGHTS[role]), (answer.status_code, answer.text[:300])


def test_a_person_who_was_removed_is_out_at_once(
    seats: dict[Role, Any], house: House, seat: Callable[..., Seat]
) -> None:
    owner, out = seats[Role.OWNER], seat(house.merchants["CR"], Role.ACCOUNTANT)
    assert out.browser.get("/m/payments").status_code == 200
    owner.go("/m/members/remove", email=out.email)
    assert out.browser.get("/m/payments").status_code == 303
    assert out.email not in owner.read("/m/members")


def test_the_last_owner_cannot_be_removed(seats: dict[Role, Any], seen: Callable[[str], str]) -> None:
    owner = seats[Role.OWNER]
    answer = owner.post("/m/members/remove", email=owner.email)
    assert answer.status_code == 422
    assert "única persona que administra" in seen(answer.text)
    assert owner.read("/m")
