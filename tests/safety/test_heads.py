"""HEAD: every page and the API answer it as GET without the body, and it does nothing."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from hub.domain.merchant import LinkKind
from hub.flows.merchants.sign_in import request_sign_in
from tests.web.conftest import Debtor, House

from .people import Clerk, People, stranger
from .routes import Belongings, Route, belongings, routes_of
from .test_routes import changed, settled

PLAIN = {"Accept-Encoding": "identity"}
OF_THE_MOMENT = frozenset({"date", "set-cookie", "transfer-encoding"})
BESIDE = ("/pay/return/none", "/nothing/at/all", "/s/none", "/static/none.css", "/static/hub.css")


@pytest.fixture(scope="module")
def mine(house: House, people: People) -> Belongings:
    return belongings(house, people)


@pytest.fixture(scope="module")
def me(people: People, mine: Belongings) -> Clerk:
    return people.clerk(mine.merchant)


@pytest.fixture(scope="module")
def paths(front: Any, mine: Belongings) -> tuple[str, ...]:
    """The address of every page, with something on it."""
    routes: tuple[Route, ...] = routes_of(front)
    read = tuple(mine.path(route) for route in routes if "GET" in route.methods)
    assert len(read) > 50
    return (*read, *BESIDE, f"/pay/return/{mine.live.return_token}")


def seen(answer: httpx.Response) -> tuple[int, Mapping[str, str]]:
    kept = {name: value for name, value in answer.headers.items() if name not in OF_THE_MOMENT}
    return answer.status_code, {**kept, "cookies": re.sub(r"=[^;]*", "", answer.headers.get("set-cookie", ""))}


def otherwise(me: Clerk, key: str, paths: tuple[str, ...]) -> dict[str, Any]:
    """Addresses at which HEAD is not answered as GET is."""
    found = {}
    for path in paths:
        headers = {**stranger(), **PLAIN, **({"Authorization": f"Bearer {key}"} if path.startswith("/v1/") else {})}
        for _ in range(3):  # a minute may pass between the two
            answers = [me.browser.request(method, path, headers=headers) for method in ("HEAD", "GET")]
            if seen(answers[0]) == seen(answers[1]) and not answers[0].content:
                break
        else:
            found[path] = [seen(answer) for answer in answers]
    return found


def test_head_is_answered_as_get_without_the_body(me: Clerk, mine: Belongings, paths: tuple[str, ...]) -> None:
    assert otherwise(me, mine.key, paths) == {}


def test_control_pages_that_are_asked_by_their_own_method_refuse_head(
    me: Clerk, mine: Belongings, paths: tuple[str, ...], plant: Callable[..., None]
) -> None:
    plant("hub.web.heads.as_get", lambda scope: scope)

    assert len(otherwise(me, mine.key, paths)) > 40


def test_no_byte_follows_the_head(house: House) -> None:
    address = urlsplit(house.base)
    asked = b"HEAD /m/sign-in HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=30) as line:
        line.sendall(asked)
        told = b"".join(iter(lambda: line.recv(65536), b""))

    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert int(re.findall(rb"content-length: (\d+)", head.lower())[0]) > 100
    assert body == b""


def test_a_static_file_names_its_letters_once(house: House) -> None:
    with house.browser() as browser:
        assert browser.head("/static/hub.css").headers["content-type"] == "text/css; charset=utf-8"


def test_what_takes_forms_alone_says_so(front: Any, mine: Belongings, me: Clerk) -> None:
    for route in routes_of(front):
        if "GET" not in route.methods:
            answer = me.browser.head(mine.path(route), headers=stranger())
            assert answer.status_code == 405, route.path
            assert "POST" in answer.headers["allow"], route.path


def test_who_is_refused_learns_what_is_answered(house: House, mine: Belongings) -> None:
    with house.browser() as browser:
        refused = [
            browser.request("DELETE", path, headers=stranger())
            for path in (f"/s/{mine.tokens['s']}", "/healthz", f"/v1/orders/{mine.things['order_id']}", "/pay/return/x")
        ]
        news = browser.request("HEAD", "/n/greenpay/none")
    assert [answer.status_code for answer in (*refused, news)] == [405] * 5
    assert [{"GET", "HEAD"} <= set(answer.headers["allow"].split(", ")) for answer in refused] == [True] * 4
    assert news.headers["allow"] == "GET, POST"


def done_by_heads(house: House, me: Clerk, paths: tuple[str, ...], links: tuple[str, ...]) -> list[str]:
    """What is otherwise after a HEAD of every address."""
    before = settled(house)
    asked = {path: me.browser.head(path, headers=stranger()).status_code for path in (*paths, *links)}
    assert {asked[path] for path in links} <= {200, 303}
    return changed(before, settled(house))


def looked_at(house: House, debtor: Debtor, payment: Any) -> tuple[Any, Any]:
    """When a statement was opened, and when its payment is asked about again."""
    link = house.read(lambda tx: tx.links.find(LinkKind.STATEMENT, debtor.customer.id, payment.mode, house.time()))
    known = house.read(lambda tx: tx.payments.get(payment.id))
    return link.opened_at, known.next_check_at


def test_a_head_changes_nothing_is_no_look_and_is_no_return(
    house: House, people: People, me: Clerk, mine: Belongings, paths: tuple[str, ...]
) -> None:
    debtor = house.debtor("CR", (1500000, -30))
    payment = people.start("CR", debtor)
    links = (debtor.path, people.page_of(payment), f"/pay/return/{payment.return_token}?approved=1")
    before = looked_at(house, debtor, payment)

    assert done_by_heads(house, me, paths, links) == []
    assert looked_at(house, debtor, payment) == before
    with house.browser() as browser:
        answers = [browser.get(link, headers=stranger()) for link in links]
    assert [answer.status_code for answer in answers] == [200, 200, 303]
    house.until(lambda: looked_at(house, debtor, payment)[0])
    assert looked_at(house, debtor, payment)[1] != before[1]


def mailed_sign_in(house: House) -> str:
    """The address in a mail that was asked for now."""
    before = len(house.mailbox.mails)
    house.run(request_sign_in(house.hub, "duena@cr.example"))
    mail = house.until(lambda: next((item for item in house.mailbox.mails[before:] if "/sign-in/" in item.text), None))
    (path,) = set(re.findall(r"/m/sign-in/[\w.-]+", mail.text))
    return str(path)


def test_a_mailed_sign_in_is_used_up_by_neither_head_nor_get(house: House, people: People) -> None:
    path = mailed_sign_in(house)
    before = settled(house)
    with house.browser() as browser:
        told = [browser.request(method, path, headers=stranger()).status_code for method in ("HEAD", "GET", "HEAD")]
        (form,) = re.findall(r'name="form" value="([^"]+)"', browser.get(path, headers=stranger()).text)
        entered = browser.post(path, data={"form": form}, headers=stranger())
    assert told == [200, 200, 200]
    assert changed(before, settled(house)) == []
    assert entered.status_code == 303
