"""New credentials of an account that works: what may replace the old ones,
and who may be quicker meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

import hub.flows.accounts.connect_account
import hub.flows.accounts.validate_account
import hub.flows.accounts.watch_account
from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.identity import Invalid
from hub.flows.accounts.connect_account import connect_account, disable_account
from hub.flows.accounts.replace_credentials import NotReplaced
from hub.flows.accounts.validate_account import validate_account
from hub.flows.accounts.watch_account import check_credentials
from hub.flows.merchants.save_company import save_company
from hub.stored_grants import StoredGrants
from hub_demo import companies as demo
from hub_hookspecs import Credentials, EnteredBy, FieldMatch, Grant, IdentityReport, Match
from tests.faults.harness import START, Desk, World
from tests.spoken import refused

EQUAL = (FieldMatch(field="identity_number", match=Match.EQUAL, ours="1", theirs="1"),)
ACCEPTED = IdentityReport(credentials=Credentials.ACCEPTED, fields=EQUAL)
REFUSED = IdentityReport(credentials=Credentials.REFUSED, culprits=("secret",), code="no")
UNCLEAR = IdentityReport(credentials=Credentials.UNCLEAR, code="silence")
ANOTHERS = IdentityReport(
    credentials=Credentials.ACCEPTED,
    fields=(FieldMatch(field="identity_number", match=Match.DIFFERENT, ours="1", theirs="2"),),
)
UNKNOWN = IdentityReport(
    credentials=Credentials.ACCEPTED, fields=(FieldMatch(field="identity_number", match=Match.UNAVAILABLE),)
)
NEW = {"secret": "a-new-secret-of-greenpay"}


@attrs.define
class Provider:
    """What the provider says when it is asked, and what happens meanwhile."""

    says: IdentityReport = ACCEPTED
    meanwhile: Callable[[], Any] | None = None
    asked: list[str] = attrs.Factory(list)

    async def ask(self, _hub: Any, opened: Any) -> IdentityReport:
        self.asked.append(opened.account.settings["secret"])
        if happens := self.meanwhile:
            self.meanwhile = None
            await happens()
        return self.says


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Greenpay, as far as it is asked about credentials."""
    made = Provider()
    for module in (
        hub.flows.accounts.connect_account,
        hub.flows.accounts.validate_account,
        hub.flows.accounts.watch_account,
    ):
        monkeypatch.setattr(module, "ask_identity", made.ask)
    return made


def stored(desk: Desk) -> ProviderAccount:
    found: ProviderAccount = desk.read(lambda tx: tx.accounts.get(desk.accounts["CR"].id))
    return found


def secret(desk: Desk) -> str:
    account = stored(desk)
    sealed = desk.read(lambda tx: tx.accounts.secrets(account.id))["secret"]
    place = {"table": "account_secret", "column": "secret", "row": account.id, "merchant": account.merchant_id}
    return str(desk.hub.vault.open(sealed, **place).decode())


def enter(desk: Desk, values: dict[str, str] | None = None, **more: Any) -> ProviderAccount:
    work = connect_account(desk.hub, desk.companies["CR"].id, "greenpay", values or NEW, by="dueña", **more)
    return asyncio.run(work).account


def put(desk: Desk, **fields: Any) -> None:
    desk.write(lambda tx: tx.accounts.save(attrs.evolve(tx.accounts.get(desk.accounts["CR"].id), **fields)))


def live(desk: Desk) -> None:
    """A payment of the account is under way."""
    desk.sent(desk.debtor("CR", 50_000))


WORKING = (AccountStatus.ACTIVE, AccountStatus.NEEDS_CONFIRMATION, AccountStatus.NEEDS_REVALIDATION)


@pytest.mark.parametrize("status", WORKING)
@pytest.mark.parametrize("said", [REFUSED, UNCLEAR, ANOTHERS], ids=["refused", "unclear", "anothers"])
def test_what_is_not_accepted_changes_nothing_of_an_account_that_works(
    desk: Desk, provider: Provider, status: AccountStatus, said: IdentityReport
) -> None:
    put(desk, status=status)
    before, known, mails = stored(desk), secret(desk), len(desk.read(lambda tx: tx.deliveries.of()))
    provider.says = said

    with pytest.raises(NotReplaced) as held:
        enter(desk)

    assert (held.value.report, held.value.is_offered) == (said, status is AccountStatus.ACTIVE)
    assert provider.asked == [NEW["secret"]], "the new ones are what the provider is asked about"
    assert (stored(desk), secret(desk)) == (before, known)
    assert len(desk.read(lambda tx: tx.deliveries.of())) == mails

    after = enter(desk, anyway=True)

    assert (after.status, after.credentials, secret(desk)) == (
        AccountStatus.FAILED,
        before.credentials + 1,
        NEW["secret"],
    )


@pytest.mark.parametrize("status", sorted(set(AccountStatus) - set(WORKING)))
def test_where_nothing_works_there_is_nothing_to_lose(desk: Desk, provider: Provider, status: AccountStatus) -> None:
    put(desk, status=status)
    provider.says = REFUSED

    assert (enter(desk).status, secret(desk)) == (AccountStatus.FAILED, NEW["secret"])


def test_what_is_accepted_is_stored_with_its_own_version_and_without_the_grant(desk: Desk, provider: Provider) -> None:
    before = stored(desk)
    desk.write(lambda tx: tx.accounts.save_grant(before.id, b"of the old ones"))

    after = enter(desk)

    assert (after.status, after.credentials, after.report) == (AccountStatus.ACTIVE, before.credentials + 1, ACCEPTED)
    assert (after.confirmed_by, secret(desk)) == (before.confirmed_by, NEW["secret"])
    assert desk.read(lambda tx: tx.accounts.grant(before.id)) is None


def test_another_account_that_somebody_must_confirm_does_not_replace_one_that_works(
    desk: Desk, provider: Provider
) -> None:
    before, provider.says = stored(desk), UNKNOWN
    other = {**NEW, "merchant_id": "06c229a2-0000-4000-8000-000000000001"}

    with pytest.raises(NotReplaced) as held:
        enter(desk, other)

    assert (held.value.awaits_confirmation, stored(desk)) == (True, before)
    assert enter(desk, other, confirmed=True).status is AccountStatus.NEEDS_CONFIRMATION
    assert stored(desk).confirmed_by == ""


def test_the_same_account_keeps_its_confirmation(desk: Desk, provider: Provider) -> None:
    before, provider.says = stored(desk), UNKNOWN

    after = enter(desk)

    assert (after.status, after.confirmed_by) == (AccountStatus.ACTIVE, before.confirmed_by)


@pytest.mark.parametrize("status", [AccountStatus.DISABLED, AccountStatus.SUSPENDED, AccountStatus.FAILED])
def test_an_account_with_a_payment_under_way_keeps_the_credentials_it_is_asked_with(
    desk: Desk, provider: Provider, status: AccountStatus
) -> None:
    live(desk)
    put(desk, status=status)
    before, provider.says = stored(desk), REFUSED

    with pytest.raises(NotReplaced) as held:
        enter(desk)

    assert (held.value.live, held.value.is_offered) == (1, False)
    assert stored(desk) == before
    provider.says = ACCEPTED
    assert enter(desk).status is AccountStatus.ACTIVE


def test_an_operator_does_not_turn_on_what_its_owner_has_turned_off(world: World) -> None:
    account = world.accounts["CO"]
    world.pay(world.debtor("CO", 50_000))
    world.run(disable_account(world.hub, account.id))

    done = world.run(
        connect_account(
            world.hub,
            account.merchant_id,
            "nequi",
            {"client_ref": "hub-02"},
            entered_by=EnteredBy.OPERATOR,
            by="operator",
        )
    )

    assert (done.account.status, done.account.settings["client_ref"]) == (AccountStatus.DISABLED, "hub-02")


def test_pressing_again_with_what_is_stored_says_nothing_against_it_while_the_provider_is_silent(
    desk: Desk, provider: Provider
) -> None:
    before, provider.says = stored(desk), UNCLEAR

    after = enter(desk, {"secret": secret(desk), **before.settings})

    assert (after.status, after.credentials) == (AccountStatus.ACTIVE, before.credentials)


def test_what_is_incomplete_cannot_be_asked_about_and_replaces_nothing(desk: Desk, provider: Provider) -> None:
    before = stored(desk)
    put(desk, settings={name: value for name, value in before.settings.items() if name != "public_key"})
    left = stored(desk)

    with pytest.raises(Invalid):  # the form asks for it
        enter(desk)

    assert (stored(desk), provider.asked) == (left, [])


def test_of_two_people_at_once_the_first_is_kept_and_the_other_told(desk: Desk, provider: Provider) -> None:
    theirs = {"secret": "the-secret-of-somebody-else"}

    async def somebody() -> None:
        await connect_account(desk.hub, desk.companies["CR"].id, "greenpay", theirs, by="otra")

    provider.meanwhile = somebody
    with refused(Invalid, match="Alguien más cambió"):
        enter(desk, anyway=True)

    assert (secret(desk), stored(desk).credentials) == (theirs["secret"], desk.accounts["CR"].credentials + 1)


def test_the_same_form_sent_twice_at_once_is_taken_once(desk: Desk, provider: Provider) -> None:
    async def again() -> None:
        await connect_account(desk.hub, desk.companies["CR"].id, "greenpay", NEW, by="dueña")

    provider.meanwhile = again
    desk.clock.now += timedelta(minutes=1)

    after = enter(desk)

    assert (after.status, after.credentials) == (AccountStatus.ACTIVE, desk.accounts["CR"].credentials + 1)
    results = [item for item in desk.read(lambda tx: tx.deliveries.of()) if item.kind == "account_result"]
    assert len([item for item in results if item.state == "due"]) == 1


def test_a_form_that_somebody_elses_change_has_overtaken_is_not_taken(desk: Desk, provider: Provider) -> None:
    seen = stored(desk).credentials
    enter(desk, {"secret": "the-secret-of-somebody-else"})

    with refused(Invalid, match="Alguien más cambió"):
        enter(desk, seen=seen)

    assert secret(desk) == "the-secret-of-somebody-else"
    assert enter(desk, {"secret": "the-secret-of-somebody-else"}, seen=seen).status is AccountStatus.ACTIVE


def test_an_answer_about_a_company_that_has_another_name_by_now_decides_nothing(desk: Desk, provider: Provider) -> None:
    async def rename() -> None:
        await save_company(desk.hub, desk.companies["CR"].id, attrs.evolve(demo.CR, identity_number="3-101-999999"))

    known, provider.meanwhile = secret(desk), rename
    with pytest.raises(Invalid):
        enter(desk)
    assert (stored(desk).status, secret(desk)) == (AccountStatus.NEEDS_REVALIDATION, known)

    provider.meanwhile = rename  # and while its account is validated
    put(desk, status=AccountStatus.ACTIVE)
    desk.write(lambda tx: tx.merchants.save(desk.companies["CR"]))
    after = asyncio.run(validate_account(desk.hub, stored(desk).id, by="x"))
    assert after.status is AccountStatus.NEEDS_REVALIDATION


def test_an_account_that_is_turned_off_meanwhile_stays_off(desk: Desk, provider: Provider) -> None:
    async def turn_off() -> None:
        await disable_account(desk.hub, desk.accounts["CR"].id)

    known, provider.meanwhile = secret(desk), turn_off
    with pytest.raises(Invalid):
        enter(desk)

    assert (stored(desk).status, secret(desk)) == (AccountStatus.DISABLED, known)


def test_an_account_that_is_suspended_meanwhile_is_back_with_what_is_accepted(desk: Desk, provider: Provider) -> None:
    async def suspend() -> None:
        put(desk, status=AccountStatus.SUSPENDED)

    provider.meanwhile = suspend

    assert enter(desk).status is AccountStatus.ACTIVE


def test_a_process_that_dies_between_question_and_answer_has_changed_nothing(desk: Desk, provider: Provider) -> None:
    async def die() -> None:
        raise asyncio.CancelledError

    before, known, provider.meanwhile = stored(desk), secret(desk), die
    with pytest.raises(asyncio.CancelledError):
        enter(desk)

    assert (stored(desk), secret(desk)) == (before, known)


def test_a_judgement_about_credentials_that_were_replaced_meanwhile_is_none(desk: Desk, provider: Provider) -> None:
    async def replace() -> None:
        new = {"secret": f"new-secret-{stored(desk).credentials}"}
        provider.says = ACCEPTED
        await connect_account(desk.hub, desk.companies["CR"].id, "greenpay", new, by="dueña")
        provider.says = REFUSED

    for judge in (
        lambda: validate_account(desk.hub, desk.accounts["CR"].id, by="x"),
        lambda: check_credentials(desk.hub, desk.accounts["CR"].id, "HTTP 401 to query_payment"),
    ):
        provider.meanwhile = replace
        asyncio.run(judge())
        assert stored(desk).status is AccountStatus.ACTIVE


def test_a_refusal_of_credentials_that_were_replaced_asks_nobody(desk: Desk, provider: Provider) -> None:
    provider.says, account = REFUSED, stored(desk)
    put(desk, credentials=account.credentials + 1)

    assert asyncio.run(check_credentials(desk.hub, account.id, "HTTP 401", account.credentials)) is None
    assert (provider.asked, stored(desk).status) == ([], AccountStatus.ACTIVE)

    suspended = asyncio.run(check_credentials(desk.hub, account.id, "HTTP 401", account.credentials + 1))
    assert suspended
    assert suspended.status is AccountStatus.SUSPENDED, "what is refused now is asked about at once"


def grant(name: str) -> Grant:
    return Grant(headers={"authorization": name}, expires_at=START + timedelta(days=3650))


def test_a_grant_is_kept_for_one_version_of_the_credentials_in_every_process(desk: Desk) -> None:
    account = stored(desk)
    version = account.credentials
    here, there = (StoredGrants(desk.opened.store, desk.hub.vault) for _process in range(2))

    async def play() -> list[Grant | None]:
        await here.save(account.id, version, grant("old"))
        found = [await there.load(account.id, version)]
        put(desk, credentials=version + 1)
        found += [await there.load(account.id, version + 1), await here.load(account.id, version + 1)]
        await here.save(account.id, version + 1, grant("new"))
        found += [await there.load(account.id, version + 1)]
        await there.save(account.id, version, grant("late"))  # by an exchange that had begun with the old ones
        found += [await there.load(account.id, version + 1), await here.load(account.id, version + 1)]
        found += [await StoredGrants(desk.opened.store, desk.hub.vault).load(account.id, version + 1)]
        return found

    told = [found.headers["authorization"] if found else None for found in asyncio.run(play())]
    assert told == ["old", None, None, "new", "new", "new", "new"]


def test_a_grant_of_an_earlier_release_or_one_that_does_not_open_is_none(desk: Desk) -> None:
    account = stored(desk)
    place = {"table": "account", "column": "grant", "row": account.id, "merchant": account.merchant_id}
    old, _key = desk.hub.vault.seal(b'{"headers": {}, "expires_at": "2036-01-01T00:00:00+00:00"}', **place)
    for sealed in (old, old[:-1] + bytes([old[-1] ^ 1])):
        desk.write(lambda tx, sealed=sealed: tx.accounts.save_grant(account.id, sealed))
        grants = StoredGrants(desk.opened.store, desk.hub.vault)
        assert asyncio.run(grants.load(account.id, account.credentials)) is None


def test_a_provider_that_hangs_costs_its_time_and_changes_nothing(world: World) -> None:
    account = world.read(lambda tx: tx.accounts.get(world.accounts["CO"].id))
    config = world.town.configs["nequi"]
    values = world.town.simulators["nequi"].settings(config, config["merchants"][0]["id"])
    world.fault("nequi", "*", "hang_before", times=20, seconds=1)

    with pytest.raises(NotReplaced) as held:
        world.run(
            connect_account(
                world.hub,
                account.merchant_id,
                "nequi",
                {**values, "api_key": "another"},
                entered_by=EnteredBy.OPERATOR,
                by="operator",
            )
        )

    assert held.value.report.credentials is Credentials.UNCLEAR
    assert world.read(lambda tx: tx.accounts.get(account.id)) == account
