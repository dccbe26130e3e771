"""Links: 256 bits that nobody can guess, computed when they are handed over and kept nowhere."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
import structlog

from hub.domain.allowance import Allowance
from hub.domain.merchant import Link, LinkKind
from hub.flows.ground.open_link import LinkClosed, open_link
from hub.flows.merchants.sign_in import request_sign_in
from hub.flows.statements.send_statement import copy_link, revoke_link, send_statement
from hub.storage.links import LinkTable
from hub.vault.sealing import Vault
from hub.web.door import GUESSES
from hub_hookspecs import Mode
from tests.safety.people import People
from tests.web.conftest import Debtor, House

from .people import stranger
from .routes import belongings

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
IN_A_MAIL = re.compile(r"https?://[^\s\"'<>]+?/(?:s|p|o|r|u|m/sign-in)/([0-9A-Za-z]+\.[\w-]+)")


@pytest.fixture(scope="module")
def handed_over(house: House, people: People) -> set[str]:
    """Every token that left the house in a mail, in an answer or on a page, of every kind."""
    mine = belongings(house, people)
    house.run(send_statement(house.hub, mine.merchant, mine.customer.id))
    house.run(request_sign_in(house.hub, "duena@cr.example"))
    wanted = {"/s/", "/p/", "/o/", "/r/", "/u/", "/m/sign-in/"}
    house.until(lambda: all(any(part in mail.text for mail in house.mailbox.mails) for part in wanted))
    found = {token for mail in house.mailbox.mails for token in IN_A_MAIL.findall(mail.html + mail.text)}
    return found | set(mine.tokens.values())


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stored(house: House, tokens: set[str]) -> list[str]:
    """Files of the data folder in which a token stands, whole or as its secret half."""
    found = []
    for name, content in files_of(house.opened.settings.data).items():
        for token in tokens:
            if token.encode() in content or token.partition(".")[2].encode() in content:
                found.append(f"{name}: {token[:8]}…")
    return found


def test_no_token_is_kept_in_the_data_folder(house: House, handed_over: set[str]) -> None:
    assert len(handed_over) >= 5
    assert "hub.db" in files_of(house.opened.settings.data)
    assert stored(house, handed_over) == []


def test_control_a_token_that_was_written_down_is_found(house: House, handed_over: set[str]) -> None:
    (house.opened.settings.data / "copy.txt").write_text(min(handed_over))
    try:
        assert stored(house, handed_over)
    finally:
        (house.opened.settings.data / "copy.txt").unlink()


def test_no_token_stands_in_a_log_line(house: House, people: People) -> None:
    with structlog.testing.capture_logs() as lines:
        mine = belongings(house, people, "CO")
        with house.browser() as browser:
            for kind, token in mine.tokens.items():
                browser.get(f"/{kind}/{token}", headers=stranger())
                browser.get(f"/{kind}/{token}x", headers=stranger())
    assert lines
    told = repr(lines)
    assert not [token for token in mine.tokens.values() if token in told or token.partition(".")[2] in told]


def test_a_token_is_an_hmac_of_256_bits_over_link_and_version(house: House, handed_over: set[str]) -> None:
    vault = house.hub.vault
    assert isinstance(vault, Vault)
    assert len(vault._ring.link) == 32
    assert {len(token.partition(".")[2]) for token in handed_over} == {43}
    assert len({token.partition(".")[2] for token in handed_over}) == len(handed_over)


def test_a_thousand_tokens_share_nothing_and_no_neighbour_opens(house: House, dice: Any) -> None:
    vault = house.hub.vault
    debtor = house.debtor("CR", (100, -1))
    link = house.read(lambda tx: tx.links.get(debtor.path.split("/")[2].partition(".")[0]))
    tokens = [vault.link_token(attrs.evolve(link, id=f"L{at:025d}")).partition(".")[2] for at in range(1000)]
    assert len({token[:8] for token in tokens}) == 1000
    token = vault.link_token(link)
    opened = 0
    for _ in range(1000):
        at = dice.randrange(len(token))
        changed = token[:at] + dice.choice([letter for letter in LETTERS if letter != token[at]]) + token[at + 1 :]
        opened += vault.is_token_of(link, changed)
    assert opened == 0


def same_answers(house: House, paths: list[str]) -> set[tuple[int, str, tuple[tuple[str, str], ...]]]:
    told = set()
    with house.browser() as browser:
        for path in paths:
            answer = browser.get(path, headers=stranger())
            headers = tuple(sorted((name, value) for name, value in answer.headers.items() if name != "date"))
            told.add((answer.status_code, hashlib.sha256(answer.content).hexdigest(), headers))
    return told


def forged(debtor: Debtor) -> list[str]:
    """Addresses that open nothing: unknown, forged, of another kind, malformed."""
    token = debtor.path.split("/")[2]
    link_id, _, secret = token.partition(".")
    return [
        f"/s/{'0' * 26}.{secret}",
        f"/s/{link_id}.{'A' * 43}",
        f"/s/{token}A",
        f"/s/{link_id}.{secret.swapcase()}",
        f"/p/{token}",
        f"/o/{token}",
        f"/r/{token}",
        "/nothing/at/all",
    ]


def cut(debtor: Debtor) -> list[str]:
    """Beginnings of links, of one that is there and of others."""
    token = debtor.path.split("/")[2]
    link_id = token.partition(".")[0]
    unknown = f"/s/{'0' * 26}.{'A' * 42}"
    return [unknown, *(f"/s/{link_id}{end}" for end in ("", ".", ".A")), f"/s/{token[:-1]}", "/s/x", "/r/x"]


def test_what_opens_nothing_looks_all_the_same(house: House) -> None:
    debtor = house.debtor("CR", (100, -1))

    (told,) = same_answers(house, forged(debtor))
    (said,) = same_answers(house, cut(debtor))
    assert (told[0], said[0]) == (404, 404)


def test_the_time_does_not_tell_a_forged_link_from_an_unknown_one(house: House) -> None:
    debtor = house.debtor("CR", *[(100 + at, -1) for at in range(20)])
    link_id = debtor.path.split("/")[2].partition(".")[0]
    kinds = {"unknown": f"/s/{'0' * 26}.{'A' * 43}", "forged": f"/s/{link_id}.{'A' * 43}"}
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    with house.browser() as browser:
        for at in range(60):
            visitor = stranger()
            for kind, path in sorted(kinds.items(), reverse=bool(at % 2)):
                begin = time.perf_counter()
                browser.get(path, headers=visitor)
                seconds[kind].append(time.perf_counter() - begin)

    unknown, known = (min(measured) for measured in seconds.values())  # the rest is the machine
    assert abs(unknown - known) < max(unknown, known) / 2 + 0.002


def test_a_revoked_version_is_dead_and_tells_nothing(house: House) -> None:
    hub, merchant = house.hub, house.merchants["CR"]
    debtor = house.debtor("CR", (1500000, -30), email="ana@correo.example")
    assert house.run(revoke_link(hub, merchant, debtor.customer.id))
    fresh = house.run(copy_link(hub, merchant, debtor.customer.id)).removeprefix(house.base)
    with house.browser() as browser:
        old = browser.get(debtor.path, headers=stranger())
        paying = browser.get(f"{debtor.path}/pay", headers=stranger())
        posted = browser.post(f"{debtor.path}/pay", data={"total": "1500000"}, headers=stranger())
        new = browser.get(fresh, headers=stranger())

    assert [answer.status_code for answer in (old, paying, posted)] == [410] * 3
    assert new.status_code == 200
    for secret in (debtor.customer.name, debtor.customer.email, debtor.invoices[0].number, merchant.company.legal_name):
        assert secret not in old.text + paying.text + posted.text
    assert fresh != debtor.path


def expired(house: House, kind: LinkKind, before_its_end: timedelta) -> str:
    """Why a link does not open so long before it expires; nothing if it does."""
    now = house.time()
    link = Link(
        id=house.hub.fresh_id(),
        merchant_id=house.merchants["CR"].id,
        mode=Mode.TEST,
        kind=kind,
        target=house.hub.fresh_id(),
        version=1,
        expires_at=now,
    )
    house.write(lambda tx: tx.links.add(link))
    token = house.hub.vault.link_token(link)
    try:
        house.read(lambda tx: open_link(tx, house.hub, kind, token, now - before_its_end))
    except LinkClosed as refusal:
        return refusal.why.value
    return ""


@pytest.mark.parametrize("kind", list(LinkKind))
def test_an_expired_link_opens_nothing_from_the_very_moment(house: House, kind: LinkKind) -> None:
    instant = timedelta(microseconds=1)

    assert [expired(house, kind, before) for before in (instant, timedelta(), -instant)] == ["", "expired", "expired"]


@pytest.mark.parametrize("kind", list(LinkKind))
def test_control_a_link_that_never_expires_is_noticed(house: House, plant: Callable[..., None], kind: LinkKind) -> None:
    right = LinkTable.get
    later = house.time() + timedelta(days=9)
    plant(LinkTable, "get", lambda self, link_id: attrs.evolve(right(self, link_id), expires_at=later))

    assert expired(house, kind, timedelta()) == ""


def guessed(house: House, tries: int) -> int:
    """Links that somebody finds who knows an id and counts."""
    debtor, guesser = house.debtor("CR", (1500000, -30)), stranger()
    link_id = debtor.path.split("/")[2].partition(".")[0]
    with house.browser() as browser:
        answers = [browser.get(f"/s/{link_id}.{at:03d}", headers=guesser).status_code for at in range(tries)]
    return answers.count(200)


def test_control_a_token_of_three_digits_is_found_unless_the_limit_holds(
    house: House, plant: Callable[..., None]
) -> None:
    def weak(_self: Vault, *parts: str) -> str:
        return f"{GUESSES + int(hashlib.sha256(repr(parts).encode()).hexdigest(), 16) % (1000 - GUESSES):03d}"

    plant(Vault, "_mac", weak)
    assert guessed(house, 300) == 0, "the limit alone still holds"
    plant(Allowance, "wait", lambda *_: 0)
    assert guessed(house, 1000) == 1
