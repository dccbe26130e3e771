"""What browsers are told: cookies that travel nowhere else, pages that are neither framed,
kept nor told on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import attrs
import httpx
import pytest

from hub.flows.merchants.sign_in import request_sign_in, sign_in_token
from hub.web import cookies
from hub.web.app import create_app
from hub.web.merchant import sign_in as pages
from tests.safety.people import People
from tests.web.conftest import House

from .people import Clerk, stranger
from .routes import FILES, FRAMED, FRAMES, Belongings, belongings, routes_of

SITE = "https://pagos.example.com"
POLICY = {
    "default-src": "'none'",
    "img-src": "'self' data:",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


@pytest.fixture(scope="module")
def mine(house: House, people: People) -> Belongings:
    return belongings(house, people)


@pytest.fixture(scope="module")
def me(people: People, mine: Belongings) -> Clerk:
    clerk: Clerk = people.clerk(mine.merchant)
    return clerk


@pytest.fixture(scope="module")
def public(house: House) -> Any:
    """ask(method, path, ...) -> the answer of the same hub, reached by https under its public name."""
    app = create_app(attrs.evolve(house.hub, base_url=SITE))

    def ask(method: str, path: str, **given: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=app, client=("203.0.113.9", 1))
            async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
                return await client.request(method, path, **given)

        answer: httpx.Response = house.run(send())
        return answer

    return ask


def directives(answer: httpx.Response) -> dict[str, str]:
    parts = answer.headers["content-security-policy"].split(";")
    return {name: value for name, _, value in (part.strip().partition(" ") for part in parts if part.strip())}


def lax_file(answer: httpx.Response) -> list[str]:
    """What a file's headers lack."""
    headers = answer.headers
    found = [] if headers["content-disposition"].startswith("attachment; filename") else ["shown, not saved"]
    if headers["content-type"].startswith(("text/html", "image/svg")):
        found.append(headers["content-type"])
    wanted = {"x-content-type-options": "nosniff", "cache-control": "no-store", "referrer-policy": "no-referrer"}
    found += [f"{name}: {headers.get(name)}" for name, value in wanted.items() if headers.get(name) != value]
    return found if directives(answer).get("default-src") == "'none'" else [*found, "no policy"]


def lax_framed(answer: httpx.Response) -> list[str]:
    """What the headers of a mail in our frame lack."""
    policy = directives(answer)
    found = [] if "sandbox" in policy and not policy["sandbox"] else ["no sandbox"]
    found += [] if policy["frame-ancestors"] == "'self'" and policy["default-src"] == "'none'" else [str(policy)]
    return found + [name for name in ("script-src", "connect-src", "frame-src") if name in policy]


STATEMENT = "/s/{token}"
"""The only page with a script."""


def allowed_script(answer: httpx.Response, path: str) -> str | None:
    """The script that a page may run, by its whole address; none anywhere but on the payer's statement."""
    shown = path == STATEMENT and answer.status_code == 200
    return f"{answer.url.copy_with(path='/static/tally.js', query=None)}" if shown else None


def lax(answer: httpx.Response, path: str = "") -> list[str]:
    """What a page's headers lack."""
    found = []
    policy, headers = directives(answer), answer.headers
    if answer.status_code == 200 and path in FILES:
        return lax_file(answer)
    if answer.status_code == 200 and path in FRAMED:
        return lax_framed(answer)
    if path in FRAMES:
        assert policy.get("frame-src", "'self'") == "'self'"
    found += [f"{name} {policy.get(name)}" for name, value in POLICY.items() if policy.get(name) != value]
    if "unsafe" in str(policy) or "*" in str(policy) or policy.get("script-src") != allowed_script(answer, path):
        found.append(str(policy))
    if not re.fullmatch(r"'self'( 'sha256-[\w+/=]+')?", policy.get("style-src", "")):
        found.append(f"style-src {policy.get('style-src')}")
    if not re.match(r"'self'( |$)", policy.get("form-action", "")):
        found.append(f"form-action {policy.get('form-action')}")
    wanted = {
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "cross-origin-opener-policy": "same-origin",
    }
    found += [f"{name}: {headers.get(name)}" for name, value in wanted.items() if headers.get(name) != value]
    found += [f"{name} names us" for name in ("server", "x-powered-by") if name in headers]
    found += [f"a cookie: {cookie}" for cookie in headers.get_list("set-cookie") if not is_strict(cookie)]
    return found


def is_strict(cookie: str, *, https: bool = False) -> bool:
    """HttpOnly, SameSite, for the whole site and no other one;
    over https also Secure and tied to the host."""
    name, *flags = (part.strip().lower() for part in cookie.split(";"))
    wanted = {"httponly", "path=/"} | ({"secure"} if https else set())
    strict = wanted <= set(flags) and bool({"samesite=lax", "samesite=strict"} & set(flags))
    return (
        strict
        and not [flag for flag in flags if flag.startswith("domain")]
        and (not https or name.startswith("__host-"))
    )


def crawl(people: People, front: Any, mine: Belongings, me: Clerk) -> list[str]:
    """Every page by GET and every form by POST, signed in and not: what their headers lack."""
    wrong, pages = [], 0
    nobody = people.browser()
    for browser in (me.browser, nobody):
        for route in routes_of(front):
            if route.path.startswith(("/v1/", "/static/", "/healthz", "/readyz")):
                continue
            for method in sorted(route.methods):
                path = mine.path(route)
                given = {"data": {"form": "x"}} if method == "POST" else {}
                nobody.cookies.clear()
                answer = browser.request(method, path, headers=stranger(), **given)
                pages += 1
                wrong += [f"{method} {route.path}: {item}" for item in lax(answer, route.path)]
    assert pages > 60
    return wrong


def test_every_page_is_told_to_be_kept_and_shown_nowhere_else(
    people: People, front: Any, mine: Belongings, me: Clerk
) -> None:
    assert crawl(people, front, mine, me) == []


def test_the_pages_of_faults_and_shut_links_too(house: House, mine: Belongings) -> None:
    with house.browser() as browser:
        for method, path in (
            ("GET", "/nothing"),
            ("PUT", "/m"),
            ("DELETE", "/s/x"),
            ("GET", "/s/x"),
            ("POST", "/m/sign-in"),
        ):
            answer = browser.request(method, path, headers=stranger())
            assert answer.status_code >= 400
            assert lax(answer) == [], path


@pytest.mark.parametrize(
    "source", ["'self'", "{base}/static/", "{base}/static/tally.js data:", "https://cdn.example/tally.js"]
)
def test_control_a_policy_that_allows_more_than_the_one_script_is_seen(
    house: House, mine: Belongings, source: str
) -> None:
    with house.browser() as browser:
        answer = browser.get(f"/s/{mine.tokens['s']}")
    assert lax(answer, STATEMENT) == []
    right = answer.headers["content-security-policy"]
    answer.headers["content-security-policy"] = right.replace(
        f"{house.base}/static/tally.js", source.format(base=house.base)
    )

    assert lax(answer, STATEMENT)


@pytest.mark.parametrize("header", ["X-Frame-Options", "Referrer-Policy", "Cache-Control", "Content-Security-Policy"])
def test_control_a_header_that_is_missing_is_seen(house: House, header: str) -> None:
    with house.browser() as browser:
        answer = browser.get("/m/sign-in")
    answer.headers[header] = "default-src *" if header == "Content-Security-Policy" else ""

    assert lax(answer)


COOKIES = {"sign-in form": ("GET", "/m/sign-in"), "wish": ("GET", "/m/payments")}


@pytest.mark.parametrize(("method", "path"), COOKIES.values(), ids=COOKIES)
def test_over_https_every_cookie_is_tied_to_our_host(public: Any, method: str, path: str) -> None:
    answer = public(method, path)
    cookies = answer.headers.get_list("set-cookie")

    assert cookies
    assert all(is_strict(cookie, https=True) for cookie in cookies)
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


def signed_in(house: House, public: Any) -> list[str]:
    """The cookies of a whole sign-in over https."""
    house.run(request_sign_in(house.hub, "duena@cr.example"))
    sent = house.read(lambda tx: tx.deliveries.of(merchant_id=house.merchants["CR"].id))
    newest = max((item for item in sent if item.kind == "sign_in"), key=lambda item: item.created_at)
    path = f"/m/sign-in/{sign_in_token(house.hub, newest.id)}"
    shown = public("GET", path)
    entry = shown.headers["set-cookie"].partition(";")[0]
    token = re.search(r'name="form" value="([^"]+)"', shown.text)
    assert token
    answer = public("POST", path, data={"form": token[1]}, headers={"Cookie": entry, "Origin": SITE})
    assert answer.status_code == 303
    return list(answer.headers.get_list("set-cookie"))


def test_over_https_the_session_is_tied_to_our_host_and_no_script_reads_it(house: House, public: Any) -> None:
    cookies = signed_in(house, public)
    sessions = [cookie for cookie in cookies if cookie.startswith("__Host-session=")]

    assert len(sessions) == 1
    assert all(is_strict(cookie, https=True) for cookie in cookies)


@pytest.mark.parametrize("flag", ["HttpOnly", "Secure", "SameSite"])
def test_control_a_flag_that_is_off_is_seen(house: House, public: Any, plant: Callable[..., None], flag: str) -> None:
    right = cookies.cookie

    def lenient(*given: Any, **more: Any) -> Any:
        made = right(*given, **more)
        return attrs_of(made, **{flag.lower(): "none" if flag == "SameSite" else False})

    plant(pages, "cookie", lenient)

    assert not all(is_strict(cookie, https=True) for cookie in signed_in(house, public))


def attrs_of(cookie: Any, **changes: Any) -> Any:
    return replace(cookie, **changes)


def test_a_session_of_the_plain_name_is_not_taken_over_https(house: House, public: Any, me: Clerk) -> None:
    """A neighbour under our domain can set a plain cookie, and never one with the host's mark."""
    token = me.browser.cookies["session"]

    assert public("GET", "/m/payments", headers={"Cookie": f"session={token}"}).status_code == 303
    assert public("GET", "/m/payments", headers={"Cookie": f"__Host-session={token}"}).status_code == 200


def test_no_page_of_ours_lets_itself_be_framed(house: House, mine: Belongings, chromium: Any) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{house.base}/healthz")
    page.set_content(
        f'<iframe src="{house.base}/s/{mine.tokens["s"]}"></iframe><iframe src="{house.base}/m/sign-in"></iframe>'
    )
    page.wait_for_timeout(300)
    shown = [frame.content() for frame in page.frames[1:]]
    context.close()

    assert len(shown) == 2
    assert not [html for html in shown if "<form" in html]
