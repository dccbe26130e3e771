"""Merchants, customers, accounts, countries and links keep what they are given."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from hub.domain.account import AccountStatus
from hub.domain.merchant import Link, LinkKind, Member, Options, Role, Session, SignIn
from hub.domain.refusals import Conflict
from hub.storage import SqliteStore
from hub_hookspecs import Channel, Credentials, FieldMatch, IdentityDocument, IdentityReport, Match, Mode
from tests.storage.conftest import World


def test_merchants_come_back_as_they_were(store: SqliteStore, world: World) -> None:
    first, second = world.merchant(), world.merchant("m2", slug="a-first")

    store.write_now(lambda tx: [tx.merchants.add(first), tx.merchants.add(second)])

    assert store.read_now(lambda tx: tx.merchants.get("m1")) == first
    assert store.read_now(lambda tx: tx.merchants.by_slug("a-first")) == second
    assert store.read_now(lambda tx: tx.merchants.all()) == (second, first)
    assert store.read_now(lambda tx: tx.merchants.get("nobody")) is None


def test_saving_a_merchant_changes_it_and_an_unknown_one_is_an_error(store: SqliteStore, world: World) -> None:
    changed = attrs.evolve(world.merchant(), mode=Mode.LIVE, options=Options(auto_record=True, notify=("a@b.example",)))

    store.write_now(lambda tx: [tx.merchants.add(world.merchant()), tx.merchants.save(changed)])

    assert store.read_now(lambda tx: tx.merchants.get("m1")) == changed
    with pytest.raises(LookupError):
        store.write_now(lambda tx: tx.merchants.save(world.merchant("nobody")))


def test_a_short_name_is_used_once(furnished: SqliteStore, world: World) -> None:
    with pytest.raises(Conflict, match=r"merchant\.slug") as refused:
        furnished.write_now(lambda tx: tx.merchants.add(world.merchant("m2", slug="m1")))

    assert refused.value.rule == "unique"


def test_members_are_found_by_mail_whatever_its_case(furnished: SqliteStore) -> None:
    member = Member(merchant_id="m1", email="Dora@Example.com", role=Role.OWNER)

    furnished.write_now(lambda tx: tx.merchants.add_member(member))

    assert furnished.read_now(lambda tx: tx.merchants.members("m1")) == (member,)
    assert furnished.read_now(lambda tx: tx.merchants.members_by_email("dora@example.COM")) == (member,)


def test_a_sign_in_is_used_once_and_in_time(furnished: SqliteStore, world: World) -> None:
    until = world.now + timedelta(minutes=10)
    links = [SignIn(token_hash=bytes([n]), merchant_id="m1", email="d@e.example", expires_at=until) for n in (1, 2)]
    furnished.write_now(lambda tx: [tx.merchants.add_sign_in(link) for link in links])

    def use(token: bytes, now: Any) -> SignIn | None:
        return furnished.write_now(lambda tx: tx.merchants.use_sign_in(token, now))

    assert use(b"\x01", world.now) == attrs.evolve(links[0], used_at=world.now)
    assert use(b"\x01", world.now) is None
    assert use(b"\x02", until) is None
    assert use(b"\x03", world.now) is None


def test_a_session_ends_by_time_or_by_signing_out(furnished: SqliteStore, world: World) -> None:
    until = world.now + timedelta(hours=8)
    session = Session(
        token_hash=b"h",
        merchant_id="m1",
        email="d@e.example",
        role=Role.ACCOUNTANT,
        csrf="x",
        signed_in_at=world.now,
        expires_at=until,
    )
    furnished.write_now(lambda tx: tx.merchants.add_session(session))

    assert furnished.read_now(lambda tx: tx.merchants.session(b"h", world.now)) == session
    assert furnished.read_now(lambda tx: tx.merchants.session(b"h", until)) is None
    furnished.write_now(lambda tx: tx.merchants.end_session(b"h"))
    assert furnished.read_now(lambda tx: tx.merchants.session(b"h", world.now)) is None


def test_an_api_key_names_its_merchant_and_mode(furnished: SqliteStore, world: World) -> None:
    furnished.write_now(lambda tx: tx.merchants.add_api_key(b"k", "m1", Mode.LIVE, "shop", world.now))

    assert furnished.read_now(lambda tx: tx.merchants.api_key(b"k")) == ("m1", Mode.LIVE)
    assert furnished.read_now(lambda tx: tx.merchants.api_key(b"other")) is None


def test_customers_are_replaced_by_id_and_found_by_number_or_mail(furnished: SqliteStore, world: World) -> None:
    changed = world.customer(name="Ana María", address="Calle 2", remembered={"phone": "300"})
    other = world.customer("c2", document=None, email="", phone="")
    furnished.write_now(lambda tx: [tx.customers.save(changed), tx.customers.save(other)])

    assert furnished.read_now(lambda tx: tx.customers.get("c1")) == changed
    assert furnished.read_now(lambda tx: tx.customers.find("m1", number="112340567")) == (changed,)
    assert furnished.read_now(lambda tx: tx.customers.find("m1", email="ANA@example.com")) == (changed,)
    assert furnished.read_now(lambda tx: tx.customers.find("m1", number="1", email="")) == ()
    assert furnished.read_now(lambda tx: tx.customers.find("m1")) == ()


@pytest.mark.parametrize("text", ["pena", "PEÑA", "1234", "8888", "ana@", ""])
def test_customers_are_searched_without_case_or_accents(furnished: SqliteStore, world: World, text: str) -> None:
    assert furnished.read_now(lambda tx: tx.customers.of("m1", text)) == (world.customer(),)
    assert furnished.read_now(lambda tx: tx.customers.of("m2", text)) == ()


@pytest.mark.parametrize("text", ["%", "_", "nobody"])
def test_search_signs_are_plain_text(furnished: SqliteStore, text: str) -> None:
    assert furnished.read_now(lambda tx: tx.customers.of("m1", text)) == ()
    assert furnished.read_now(lambda tx: tx.payables.search("m1", Mode.TEST, text)) == ()


def test_remembered_fields_add_up(furnished: SqliteStore) -> None:
    furnished.write_now(
        lambda tx: [tx.customers.remember("c1", {"phone": "1"}), tx.customers.remember("c1", {"x": "2"})]
    )

    assert furnished.read_now(lambda tx: tx.customers.get("c1").remembered) == {"phone": "1", "x": "2"}


def test_a_customer_never_moves_to_another_merchant(furnished: SqliteStore, world: World) -> None:
    furnished.write_now(lambda tx: tx.merchants.add(world.merchant("m2")))

    with pytest.raises(Conflict, match="walls"):
        furnished.write_now(lambda tx: tx.customers.save(world.customer(merchant_id="m2")))


def test_accounts_come_back_as_they_were(furnished: SqliteStore, world: World) -> None:
    report = IdentityReport(
        credentials=Credentials.ACCEPTED,
        culprits=("terminal_usd",),
        code="11",
        fields=(FieldMatch(field="legal_name", match=Match.NEAR, ours="Fe***", theirs="FE***"),),
    )
    changed = world.account(
        status=AccountStatus.NEEDS_CONFIRMATION,
        settings={"terminal_usd": "T2"},
        secret_names=frozenset({"secret"}),
        channels=frozenset({Channel.CHECKOUT}),
        report=report,
        confirmed_by="Dora",
        confirmed_at=world.now,
        paused="Vuelva mañana",
    )
    live = world.account("a2", mode=Mode.LIVE)
    furnished.write_now(lambda tx: [tx.accounts.save(changed), tx.accounts.add(live)])

    assert furnished.read_now(lambda tx: tx.accounts.get("a1")) == changed
    assert furnished.read_now(lambda tx: tx.accounts.by_token("token-a2")) == live
    assert furnished.read_now(lambda tx: tx.accounts.current_of("m1")) == (live, changed)
    assert furnished.read_now(lambda tx: tx.accounts.current_of("m1", Mode.TEST)) == (changed,)
    assert furnished.read_now(lambda tx: tx.accounts.all()) == (live, changed)


def test_a_merchant_has_one_account_per_provider_and_mode(furnished: SqliteStore, world: World) -> None:
    with pytest.raises(Conflict, match="unique"):
        furnished.write_now(lambda tx: tx.accounts.add(world.account("a2")))


def test_a_retired_account_makes_room_for_another_and_stands_before_it(furnished: SqliteStore, world: World) -> None:
    retired = world.account(
        status=AccountStatus.DISABLED, retired_at=world.now, retired_by="Dora", retired_why="otro comercio"
    )
    current = world.account("a0")
    furnished.write_now(lambda tx: [tx.accounts.save(retired), tx.accounts.add(current)])

    assert furnished.read_now(lambda tx: tx.accounts.current_of("m1")) == (current,)
    assert furnished.read_now(lambda tx: tx.accounts.all_of("m1", Mode.TEST)) == (retired, current)
    assert furnished.read_now(lambda tx: tx.accounts.all()) == (retired, current)
    with pytest.raises(Conflict, match="unique"):
        furnished.write_now(lambda tx: tx.accounts.save(attrs.evolve(retired, retired_at=None)))
    with pytest.raises(Conflict):
        furnished.write_now(lambda tx: tx.accounts.save(attrs.evolve(retired, status=AccountStatus.ACTIVE)))


def test_secrets_and_grants_are_kept_sealed(furnished: SqliteStore) -> None:
    furnished.write_now(
        lambda tx: [
            tx.accounts.save_secret("a1", "secret", b"old", "k1"),
            tx.accounts.save_secret("a1", "secret", b"new", "k2"),
            tx.accounts.save_grant("a1", b"grant"),
        ]
    )

    assert furnished.read_now(lambda tx: tx.accounts.secrets("a1")) == {"secret": b"new"}
    assert furnished.read_now(lambda tx: tx.accounts.get("a1").secret_names) == {"secret"}
    assert furnished.read_now(lambda tx: tx.accounts.all_secrets()) == (("a1", "m1", "secret", b"new", "k2"),)
    assert furnished.read_now(lambda tx: tx.accounts.grant("a1")) == b"grant"
    furnished.write_now(lambda tx: tx.accounts.save_grant("a1", None))
    assert furnished.read_now(lambda tx: tx.accounts.grant("a1")) is None


def test_status_and_last_word_of_an_account_are_noted(furnished: SqliteStore, world: World) -> None:
    later = world.now + timedelta(minutes=1)
    furnished.write_now(
        lambda tx: [
            tx.accounts.set_status("a1", AccountStatus.DISABLED, later),
            tx.accounts.record_notification("a1", later),
        ]
    )

    found = furnished.read_now(lambda tx: tx.accounts.get("a1"))

    assert (found.status, found.updated_at, found.last_heard_at) == (AccountStatus.DISABLED, later, later)


def test_users_of_a_public_key_are_found_by_its_fingerprint(furnished: SqliteStore, world: World) -> None:
    import hashlib

    fingerprint = hashlib.sha256(b"KEY-BODY").hexdigest()
    furnished.write_now(
        lambda tx: [
            tx.accounts.add(world.account("a2", provider="nequi", settings={"public_key": "KEY-\n BODY"})),
            tx.accounts.add(world.account("a3", provider="other", settings={"fingerprint": fingerprint})),
        ]
    )

    assert furnished.read_now(lambda tx: set(tx.accounts.key_fingerprint_users(fingerprint))) == {"a2", "a3"}


def test_providers_are_enabled_country_by_country(store: SqliteStore) -> None:
    def write(tx: Any) -> None:
        for country, code, enabled in (("CR", "greenpay", True), ("CO", "nequi", True), ("CO", "nequi", False)):
            tx.countries.set(country, code, enabled)

    store.write_now(write)

    assert store.read_now(lambda tx: tx.countries.enabled()) == {("CR", "greenpay")}


def test_the_newest_open_link_is_found(furnished: SqliteStore, world: World) -> None:
    def link(id: str, days: int, **changes: Any) -> Link:
        record = Link(
            id=id,
            merchant_id="m1",
            mode=Mode.TEST,
            kind=LinkKind.STATEMENT,
            target="c1",
            version=1,
            expires_at=world.now + timedelta(days=days),
        )
        return attrs.evolve(record, **changes)

    old, new = link("l1", 10), link("l2", 30)
    over, revoked = link("l3", -1), link("l4", 60, revoked_at=world.now)
    furnished.write_now(lambda tx: [tx.links.add(record) for record in (old, new, over, revoked)])

    def find() -> Link | None:
        return furnished.read_now(lambda tx: tx.links.find(LinkKind.STATEMENT, "c1", Mode.TEST, world.now))

    assert find() == new
    gone = attrs.evolve(new, revoked_at=world.now, version=2, opened_at=world.now)
    furnished.write_now(lambda tx: tx.links.save(gone))
    assert find() == old
    assert furnished.read_now(lambda tx: tx.links.get("l2")) == gone


def test_number_with_check_digit_is_searched(furnished: SqliteStore, world: World) -> None:
    shop = world.customer("c9", name="Z", document=IdentityDocument("NIT", "900123456", "7"))
    furnished.write_now(lambda tx: tx.customers.save(shop))

    assert furnished.read_now(lambda tx: tx.customers.of("m1", "9001234567")) == (shop,)
