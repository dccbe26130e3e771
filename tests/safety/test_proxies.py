"""Behind a proxy each visitor is counted alone, and nobody makes up an address: a served hub,
and real proxies."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import textwrap
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hub.domain.visitor import LOOPBACK, networks_of
from hub.web.door import GUESSES
from hub.web.merchant.sign_in import TRIES_FROM_ONE_PLACE
from hub.web.proxies import MAX_ADDRESSES, TOLD_AN_HOUR, WATCHED, BlindSpots
from tests.cli.conftest import call
from tests.cli.conftest import made as made
from tests.conftest import Require
from tests.web.conftest import forms_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs linux: every address of 127.0.0.0/8 is there")

OPERATING = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
HOST = "pagos.example.com"
PUBLIC = f"https://{HOST}"
PROXY = "127.0.0.9"
"""Where the proxy asks from: an address that is trusted because a setting names it."""

ELSEWHERE = "127.0.0.8"
WRONG = f"/s/{'0' * 26}.{'A' * 43}"
SECONDS = 60.0
NUMBERS = itertools.count(1)
PLANTED = "import os, runpy; exec(os.environ['PLANTED']); runpy.run_module('hub', run_name='__main__')"


@attrs.define
class Served:
    """``payment-hub serve`` in a process of its own, and a link of one of its customers."""

    data: Path
    base: str
    link: str
    told: list[str]

    def lines(self, *words: str) -> list[str]:
        """The lines of the log in which all of this stands."""
        return [line for line in self.told if all(word in line for word in words)]

    def doctor(self, trusted: str) -> list[Mapping[str, str]]:
        """What is wrong, as the command says it where these proxies are trusted."""
        with pytest.MonkeyPatch.context() as around:
            around.setenv("HUB_BASE_URL", PUBLIC)
            around.setenv("HUB_TRUSTED_PROXIES", trusted)
            return list(json.loads(call("doctor", "--json", "--no-mail", "--data", str(self.data)).out)["findings"])

    def until_told(self, address: str) -> Mapping[str, str]:
        """What doctor says of an address, once it does."""
        end = time.monotonic() + SECONDS
        while not (found := self.told_of(address)):
            assert time.monotonic() < end
        (told,) = found
        return told

    def told_of(self, address: str, trusted: str = PROXY) -> list[Mapping[str, str]]:
        return [item for item in self.doctor(trusted) if address in item["what"]]


@contextlib.contextmanager
def serving(data: Path, *, planted: str = "", **environment: str) -> Iterator[Served]:
    """A serving process with these settings; what is planted is run in it first."""
    seen = {"HUB_BASE_URL": PUBLIC, "HUB_SMTP_HOST": "127.0.0.1", "HUB_SMTP_PORT": "1", **environment}
    link = call("statement", "link", "1-1234-0567", "--company", "tornillo", "--data", str(data)).out.strip()
    words = [sys.executable, *(("-c", PLANTED) if planted else ("-m", "hub")), "serve", "--port", "0"]
    process = subprocess.Popen(
        [*words, "--data", str(data)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **seen, "PLANTED": textwrap.dedent(planted)},
    )
    assert process.stderr is not None
    told: list[str] = []
    while not (told and "Listening on" in told[-1]):
        assert process.poll() is None, told
        told.append(process.stderr.readline())
    found = re.search(r"http://127\.0\.0\.1:\d+", told[-1])
    assert found
    reader = threading.Thread(target=lambda: told.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        yield Served(data, found[0], re.sub(r"^https?://[^/]+", "", link), told)
    finally:
        process.terminate()
        process.wait(SECONDS)
        reader.join(5)
        process.stderr.close()


@pytest.fixture(scope="module")
def shop(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """shop(): a data folder with a company and its customers."""
    return lambda: Path(shutil.copytree(made / "shop", tmp_path_factory.mktemp("proxies") / "data"))


@pytest.fixture(scope="module")
def served(shop: Callable[[], Path]) -> Iterator[Served]:
    """A hub that trusts one proxy, which is not the machine's own address."""
    with serving(shop(), HUB_TRUSTED_PROXIES=f"{PROXY}, fd00::/8") as made:
        yield made


def browser(base: str, forwarded: str = "", *, through: str = PROXY) -> httpx.Client:
    """Somebody who asks from an address, and whom that address says it asks for."""
    return httpx.Client(
        base_url=base,
        transport=httpx.HTTPTransport(local_address=through, verify=False),
        headers={"X-Forwarded-For": forwarded} if forwarded else {},
        timeout=SECONDS,
    )


def statuses(asking: httpx.Client, path: str, times: int) -> list[int]:
    return [asking.get(path).status_code for _ in range(times)]


def sign_in(asking: httpx.Client) -> int:
    """Ask for a link, with the form of the page."""
    (form,) = forms_in(asking.get("/m/sign-in").text)
    entry = asking.cookies.get("__Host-entry") or ""
    given = {**form["fields"], "email": f"nadie{next(NUMBERS)}@correo.example"}
    return asking.post("/m/sign-in", data=given, headers={"Cookie": f"__Host-entry={entry}"}).status_code


def shut_out(served: Served, guesser: str, other: str) -> list[str]:
    """Who else is shut out when one visitor of the proxy guesses links,
    and asks to sign in again and again."""
    with browser(served.base, guesser) as asking:
        told = statuses(asking, WRONG, GUESSES + 2)
        asked = [sign_in(asking) for _ in range(TRIES_FROM_ONE_PLACE + 2)]
    assert (told.count(429), told[-1], asked[-1]) == (2, 429, 429), "the guesser is shut out"
    with browser(served.base, other) as asking:
        answers = {"a payer": asking.get(served.link).status_code, "an owner": sign_in(asking)}
    return [who for who, status in answers.items() if status != 200]


def test_one_guesser_behind_a_proxy_shuts_out_nobody_else(served: Served) -> None:
    assert shut_out(served, "198.51.100.1", "198.51.100.2") == []
    assert shut_out(served, "2001:db8:1:2::1", "2001:db8:1:3::1") == []


def test_control_where_the_proxys_own_address_counts_everybody_is_shut_out(shop: Callable[[], Path]) -> None:
    blind = """
        import hub.domain.visitor as visitor
        visitor.visitor_behind = lambda peer, forwarded, trusted: peer
    """
    with serving(shop(), planted=blind, HUB_TRUSTED_PROXIES=PROXY) as served:
        assert shut_out(served, "198.51.100.1", "198.51.100.2") == ["a payer", "an owner"]


def escaped(served: Served, through: str, forged: Callable[[int], str]) -> int:
    """Guesses that are not refused, of somebody who makes up an address each time."""
    with browser(served.base, through=through) as asking:
        told = [
            asking.get(WRONG, headers={"X-Forwarded-For": forged(number)}).status_code for number in range(GUESSES + 9)
        ]
    return told.count(404)


@pytest.mark.parametrize(
    ("through", "forged"),
    [
        (ELSEWHERE, "198.51.100.{}"),
        ("127.0.0.1", "198.51.100.{}"),  # the setting names others now
        (PROXY, "198.51.100.{}, 203.0.113.1"),
        (PROXY, "198.51.100.{}, 203.0.113.2, fd00::1"),
        (PROXY, "198.51.100.{}, 203.0.113.3:{}, ::ffff:127.0.0.9,"),
        (PROXY, "198.51.100.{}, [2001:db8:9:9::{}]:443"),
        (PROXY, "198.51.100.1, unknown{}"),
    ],
)
def test_who_makes_up_an_address_is_counted_all_the_same(served: Served, through: str, forged: str) -> None:
    with browser(served.base, "203.0.113.99") as other:
        assert escaped(served, through, lambda number: forged.format(number, number)) == GUESSES
        assert other.get(served.link).status_code == 200


def test_a_proxy_that_is_not_trusted_is_noticed_and_stays_so_until_it_is(served: Served) -> None:
    with browser(served.base, through="127.0.0.7") as asking:
        for number in range(40):
            asking.get("/m/sign-in", headers={"X-Forwarded-For": f"198.51.100.{number % 20}"})
    told = served.until_told("127.0.0.7")
    (once,) = served.lines("proxy_not_trusted", "127.0.0.7")

    assert told["grade"] == "warning"
    assert "add 127.0.0.7 to trusted_proxies" in told["remedy"]
    assert "trusted_proxies" in once
    assert served.told_of("127.0.0.7", f"{PROXY},127.0.0.7") == []


def test_a_proxy_that_says_nothing_of_its_visitors_is_noticed_when_all_are_shut_out(served: Served) -> None:
    with browser(served.base) as asking:
        assert statuses(asking, WRONG, GUESSES + 2)[-1] == 429

    assert "X-Forwarded-For" in served.until_told(PROXY)["remedy"]
    assert len(served.lines("proxy_names_nobody", PROXY)) == 1


def sample(kind: str) -> str:
    """The configuration that docs/operating.md shows."""
    (block,) = re.findall(rf"```{kind}\n(.*?)```", OPERATING, re.DOTALL)
    return str(block)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of the sample's host, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(signed.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def filled(text: str, *places: tuple[str, str]) -> str:
    """A sample with each of these places filled in, once."""
    for place, here in places:
        assert text.count(place) == 1, place
        text = text.replace(place, here)
    return text


def nginx(folder: Path, port: int, hub: str, *forgotten: tuple[str, str]) -> list[str]:
    """The command that runs the sample for nginx."""
    cert, key = certificate(folder)
    server = filled(
        sample("nginx"),
        *forgotten,
        ("443", f"127.0.0.1:{port}"),
        (f"/etc/ssl/{HOST}.pem", str(cert)),
        (f"/etc/ssl/private/{HOST}.key", str(key)),
        ("http://127.0.0.1:8080", hub),
    )
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{place}_temp_path {folder}/{place};" for place in places)
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;"
        f"events {{}} http {{ access_log off; {temporary}\n{server}\n}}",
        encoding="utf-8",
    )
    return ["nginx", "-e", f"{folder}/errors", "-p", str(folder), "-c", str(config)]


def forgetful(folder: Path, port: int, hub: str) -> list[str]:
    """The same without the visitor's address."""
    return nginx(folder, port, hub, ("proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;", ""))


def caddy(folder: Path, port: int, hub: str) -> list[str]:
    """The command that runs the sample for Caddy."""
    cert, key = certificate(folder)
    site = filled(
        sample("caddyfile"),
        (f"{HOST} {{", f"https://{HOST}:{port} {{\nbind 127.0.0.1\ntls {cert} {key}"),
        ("127.0.0.1:8080", hub.removeprefix("http://")),
    )
    config = folder / "Caddyfile"
    config.write_text(f"{{\nadmin off\nauto_https disable_redirects\n}}\n{site}", encoding="utf-8")
    return ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"]


@contextlib.contextmanager
def in_front(command: list[str], folder: Path, port: int) -> Iterator[None]:
    """The proxy, once it answers."""
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, env={**os.environ, **home}, stdout=said, stderr=said)
    try:
        end = time.monotonic() + SECONDS
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert process.poll() is None, (folder / "said").read_text()
            assert time.monotonic() < end, (folder / "said").read_text()
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(SECONDS)


VISITORS = itertools.count(20)
PROXIES = {"nginx": nginx, "caddy": caddy, "nginx, forgetful": forgetful}


@attrs.frozen
class Outside:
    """Someone outside, who knows nothing but the public address."""

    client: httpx.Client
    served: Served

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers={"Host": HOST, **headers}, extensions={"sni_hostname": HOST})

    def post(self, path: str, data: Mapping[str, object], **headers: str) -> httpx.Response:
        named = {"Host": HOST, **headers}
        return self.client.post(path, data=data, headers=named, extensions={"sni_hostname": HOST})


@pytest.fixture(scope="module")
def plain(shop: Callable[[], Path]) -> Iterator[Served]:
    """A hub that trusts what it trusts by itself."""
    with serving(shop()) as made:
        yield made


@pytest.fixture
def outside(
    request: pytest.FixtureRequest, plain: Served, tmp_path: Path, require: Require
) -> Iterator[Callable[[], Outside]]:
    """outside(): a visitor with an address of its own, in front of the proxy that the test names."""
    program = request.param.partition(",")[0]
    require(program, shutil.which(program), f"install Debian's {program}")
    port = free_port()
    with in_front(PROXIES[request.param](tmp_path, port, plain.base), tmp_path, port), contextlib.ExitStack() as opened:
        trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))

        def come() -> Outside:
            transport = httpx.HTTPTransport(local_address=f"127.0.0.{next(VISITORS)}", verify=trusting)
            client = httpx.Client(base_url=f"https://127.0.0.1:{port}", transport=transport, timeout=SECONDS)
            return Outside(opened.enter_context(client), plain)

        yield come


@pytest.mark.parametrize("outside", ["nginx", "caddy"], indirect=True)
def test_behind_the_documented_proxy_each_visitor_is_counted_alone(outside: Callable[[], Outside]) -> None:
    guesser, other = outside(), outside()
    link = other.served.link
    forged = [
        guesser.get(WRONG, **{"X-Forwarded-For": f"198.51.100.{at}", "Forwarded": f"for=198.51.100.{at}"}).status_code
        for at in range(GUESSES + 2)
    ]

    assert forged == [404] * GUESSES + [429] * 2, "a made-up address changes nothing"
    assert [guesser.get(link).status_code, other.get(link).status_code] == [429, 200]


@pytest.mark.parametrize("outside", ["nginx", "caddy"], indirect=True)
def test_behind_the_documented_proxy_the_hub_is_what_the_outside_sees(outside: Callable[[], Outside]) -> None:
    visitor = outside()
    page = visitor.get("/m/sign-in")
    (form,) = forms_in(page.text)
    given = {**form["fields"], "email": "nadie@correo.example"}
    cookie = page.headers["set-cookie"].partition(";")[0]
    own, foreign = [
        visitor.post("/m/sign-in", given, Cookie=cookie, Origin=origin).status_code
        for origin in (PUBLIC, "https://evil.example")
    ]
    large = visitor.post(f"{visitor.served.link}/report", {"means": "x" * 2_000_000})

    assert "__Host-entry=" in page.headers["set-cookie"]
    assert page.headers["strict-transport-security"]
    assert (own, foreign) == (200, 403)
    assert visitor.get("/m").headers["location"] == "/m/sign-in"
    assert large.status_code != 413, "as large as the hub itself takes in"


@pytest.mark.parametrize("name", ["nginx", "caddy"])
def test_the_documented_proxy_hands_paths_on_as_they_came(name: str, tmp_path: Path, require: Require) -> None:
    require(name, shutil.which(name), f"install Debian's {name}")
    path, port = "/n/greenpay/none/eyJ4%2F%2B//c==?a=%2F&b", free_port()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        hub = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with in_front(PROXIES[name](tmp_path, port, hub), tmp_path, port):
            context = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
            with (
                socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as plain,
                context.wrap_socket(plain, server_hostname=HOST) as asking,
            ):
                asking.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
                listening.settimeout(SECONDS)
                taken, _ = listening.accept()
                with taken:
                    head = taken.recv(65536).decode()

    assert head.startswith(f"GET {path} HTTP/1.1\r\n")
    assert f"\r\nHost: {HOST}\r\n" in head


@attrs.define
class Deaf:
    """As much of a hub as blind spots need."""

    proxies: tuple[Any, ...] = networks_of(LOOPBACK)
    owed: list[Any] = attrs.Factory(list)

    def spawn(self, work: Any) -> None:
        work.close()
        self.owed.append(work)


@pytest.fixture
def blind_spots() -> BlindSpots:
    return BlindSpots(Deaf(), clock=lambda: 0.0)  # type: ignore[arg-type]


def test_whoever_makes_up_headers_at_many_addresses_fills_neither_memory_nor_log(blind_spots: BlindSpots) -> None:
    for peer in range(1000):
        for number in range(MAX_ADDRESSES + 1):
            blind_spots.not_believed(f"203.0.{peer // 250}.{peer % 250}", f"198.51.100.{number}")
    for peer in range(1000):
        blind_spots.not_believed(f"203.1.{peer // 250}.{peer % 250}", "198.51.100.1")

    owed = blind_spots.hub.owed  # type: ignore[attr-defined]
    assert len(owed) == TOLD_AN_HOUR
    assert len(blind_spots.named) <= WATCHED


def test_long_texts_in_the_place_of_addresses_are_not_kept(blind_spots: BlindSpots) -> None:
    tracemalloc.start()
    try:
        for number in range(200):
            blind_spots.not_believed("203.0.113.7", f"198.51.100.1, {number}{'1' * 100_000}")
        kept, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 1_000_000


def test_a_few_visitors_and_no_addresses_are_no_proxy(blind_spots: BlindSpots) -> None:
    for number in range(1000):
        blind_spots.not_believed("203.0.113.7", f"198.51.100.{number % (MAX_ADDRESSES - 1)}")
        blind_spots.not_believed("203.0.113.8", f"unknown{number}")

    assert blind_spots.hub.owed == []  # type: ignore[attr-defined]


def test_visitors_of_the_hour_before_are_not_counted(blind_spots: BlindSpots) -> None:
    moments = itertools.count(0, 500)
    blind_spots.clock = lambda: float(next(moments))
    for number in range(50):
        blind_spots.not_believed("203.0.113.7", f"198.51.100.{number}")

    assert blind_spots.hub.owed == []  # type: ignore[attr-defined]


def test_no_notification_waits_for_a_proxy_to_be_looked_at(served: Served) -> None:
    with browser(served.base, through="127.0.0.6") as asking:
        for number in range(MAX_ADDRESSES * 2):
            asking.post("/n/greenpay/none", headers={"X-Forwarded-For": f"198.51.100.{number}"})

    assert served.lines("proxy_not_trusted", "127.0.0.6") == []


@pytest.mark.parametrize("outside", ["nginx, forgetful"], indirect=True)
def test_control_behind_a_proxy_that_forgets_the_visitor_all_count_as_one(outside: Callable[[], Outside]) -> None:
    guesser, other = outside(), outside()
    [guesser.get(WRONG) for _ in range(GUESSES)]

    assert other.get(other.served.link).status_code == 429
