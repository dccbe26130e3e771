"""Who opened a statement: its customer, and neither a program that previews the link nor the company itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from hub.flows.mails.view_deliveries import DeliveryRow, list_customer_mails
from hub.flows.statements.send_statement import send_statement
from hub.web import looks
from hub.web.looks import is_program
from tests.web.conftest import FIREFOX, House, Seat

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
    " Mobile/15E148 Safari/604.1"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
)
CUBOT = ANDROID.replace("K)", "CUBOT X19 Build/QP1A)")
IN_FACEBOOK = IPHONE + " [FBAN/FBIOS;FBAV/500.0]"
NAVIGATES = {"sec-fetch-mode": "navigate"}
PROGRAMS = {
    "WhatsApp": "WhatsApp/2.23.20.0 A",
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Meta": "meta-externalagent/1.1",
    "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Telegram": "TelegramBot (like TwitterBot)",
    "Twitter": "Twitterbot/1.0",
    "Googlebot": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Google": "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
    "Google's pictures": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Google's translator": "Mozilla/5.0 AppleWebKit/537.36 Chrome/41 Safari/537.36,gzip(gfe) Google-Read-Aloud",
    "Outlook": "Mozilla/5.0 (Windows NT 10.0; Microsoft Outlook 16.0.1; ms-office; MSOffice 16)",
    "Teams": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "Bing": "Mozilla/5.0 (compatible) BingPreview/1.0b",
    "LinkedIn": "LinkedInBot/1.0",
    "Apple": "Mozilla/5.0 AppleWebKit/605.1.15 (KHTML, like Gecko) (Applebot/0.1)",
    "Discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "a library": "python-httpx/0.28",
    "curl": "curl/8.5.0",
    "nobody": "",
}


@pytest.mark.parametrize("agent", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_that_names_itself_is_known(agent: str) -> None:
    assert is_program({"user-agent": agent, **NAVIGATES}, is_secure=False)


@pytest.mark.parametrize(
    "header",
    [("purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("x-moz", "prefetch"), ("x-purpose", "preview")],
)
def test_a_browser_that_fetches_ahead_of_its_reader_is_known(header: tuple[str, str]) -> None:
    assert is_program({"user-agent": FIREFOX, header[0]: header[1]}, is_secure=False)


@pytest.mark.parametrize("agent", [FIREFOX, IPHONE, ANDROID, CUBOT, IN_FACEBOOK])
def test_a_persons_browser_is_no_program(agent: str) -> None:
    assert not is_program({"user-agent": agent, **NAVIGATES}, is_secure=True)


def test_who_claims_to_be_a_browser_of_today_says_over_https_what_it_does() -> None:
    """Scanners of mails call themselves Chrome, and forget what Chrome says with every navigation."""
    assert is_program({"user-agent": ANDROID}, is_secure=True)
    assert not is_program({"user-agent": ANDROID}, is_secure=False)
    assert not is_program({"user-agent": IPHONE}, is_secure=True)


@pytest.fixture
def sent(house: House) -> Any:
    """A statement that left, and its link."""
    debtor = house.debtor("CR", (10_000, -3), email="mira@x.example")
    mail = house.run(send_statement(house.hub, house.merchants["CR"], debtor.customer.id))
    house.until(lambda: any(row.delivery.state == "sent" for row in mails_of(house, debtor)))
    assert mail.recipient == "mira@x.example"
    return debtor


def mails_of(house: House, debtor: Any) -> tuple[DeliveryRow, ...]:
    return house.run(list_customer_mails(house.hub, house.merchants["CR"], debtor.customer.id))


def is_opened(house: House, debtor: Any) -> bool:
    return mails_of(house, debtor)[0].opened


def look(house: House, debtor: Any, **headers: str) -> None:
    with house.browser() as browser:
        assert browser.get(debtor.path, headers=headers).status_code == 200


def after_a_person(house: House, debtor: Any) -> bool:
    """Whether it was opened until a person opens it too, which is noted behind whatever was noted before."""
    house.write(lambda tx: None)
    before = is_opened(house, debtor)
    look(house, debtor)
    house.until(lambda: is_opened(house, debtor))
    return before


def test_a_statement_is_opened_by_its_customer_and_by_no_preview_of_the_link(house: House, sent: Any) -> None:
    for agent in ("WhatsApp/2.23.20.0 A", "TelegramBot (like TwitterBot)", ""):
        look(house, sent, **{"user-agent": agent})
    look(house, sent, purpose="prefetch")
    with house.browser() as browser:
        browser.head(sent.path)
    assert not after_a_person(house, sent)


def test_the_companys_own_look_is_none(house: House, sent: Any, seat: Callable[..., Seat]) -> None:
    clerk = seat(house.merchants["CR"])
    answer = clerk.post(f"/m/customers/{sent.customer.id}/link", view="1")
    assert answer.status_code == 303
    assert clerk.browser.get(answer.headers["location"]).status_code == 200
    assert not after_a_person(house, sent)


def test_who_is_signed_in_at_another_company_is_a_customer_as_any(
    house: House, sent: Any, seat: Callable[..., Seat]
) -> None:
    assert seat(house.merchants["CO"]).browser.get(sent.path).status_code == 200
    house.until(lambda: is_opened(house, sent))


@pytest.mark.parametrize("planted", ["programs", "own"])
def test_control_a_look_that_is_none_and_counts_is_found(
    house: House, sent: Any, seat: Callable[..., Seat], monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    if planted == "programs":
        monkeypatch.setattr(looks, "PROGRAMS", re.compile("^nobody$"))
        look(house, sent, **{"user-agent": "WhatsApp/2.23.20.0 A"})
    else:
        monkeypatch.setattr(looks, "SESSION", "none")
        assert seat(house.merchants["CR"]).browser.get(sent.path).status_code == 200
    house.until(lambda: is_opened(house, sent))
