"""A message that fails its proof is named, with the check that failed;
an account that sends such is not silent."""

import asyncio
import json
import shlex
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import hub.flows.operations.view_received
import hub.flows.payments.follow_hints
import hub.flows.payments.pack_message
from hub.domain.message import Delivery, DeliveryKind, DeliveryState, MessageState, Review, StoredMessage, review_of
from hub.flows.mails.deliver import value_of
from hub.flows.operations.examine import examine
from hub.flows.operations.examined_fact import ExaminedFact, Grade
from hub.flows.operations.view_received import received_from
from hub.flows.views.view_start import view_start
from hub_hookspecs import Message, Source
from tests.cli.conftest import Ended
from tests.faults.harness import Desk, World
from tests.flows.test_payments import approval
from tests.operator.test_messages import ids
from tests.operator.test_messages import shell as shell
from tests.web.conftest import House, Seat
from tests.web.conftest import company as company
from tests.web.conftest import seat as seat
from tests.web.conftest import seen as seen

Shell = Callable[..., Ended]
REASON = "the signature is not of this body under the account's key"


def forged(world: World, payment: Any) -> str:
    """A message that names a live payment and proves nothing."""
    news = approval(world, payment.reference).with_members(_signature="00" * 128)
    assert world.post("CR", news).status_code == 401
    return ids(world, "rejected")[0]


def test_the_review_of_a_rejected_message_names_it_with_commands_to_paste(world: World, shell: Shell) -> None:
    payment = world.pay(world.debtor("CR", 150_000))
    message = forged(world, payment)
    (review,) = world.read(lambda tx: tx.reviews.of(payment_id=payment.id))
    assert message[:10] in review.details
    assert f"names payment {payment.reference}, and failed its proof: _signature is not of this" in review.details
    page = shell("review", "show", review.id[:10])
    for verb in ("show", "replay"):
        assert f"payment-hub message {verb} {message[:10]}" in page.out
    offered = [line.strip() for line in page.out.splitlines() if line.strip().startswith("payment-hub message")]
    assert shell(*shlex.split(offered[0])[1:]).code == 0
    assert message[:10] in shell("review", "list").out
    forged(world, payment)
    assert len(world.read(lambda tx: tx.reviews.of(payment_id=payment.id))) == 1


def test_many_rejected_messages_of_one_payment_are_one_review(world: World, shell: Shell) -> None:
    payment = world.pay(world.debtor("CR", 150_000))
    for at in range(3):
        news = approval(world, payment.reference).with_members(_signature="00" * 128, n=at)
        assert world.post("CR", news).status_code == 401
    (review,) = world.read(lambda tx: tx.reviews.of(payment_id=payment.id))
    assert any(message[:10] in review.details for message in ids(world, "rejected"))


def kept(
    desk: Desk, country: str, state: MessageState, *, trouble: str = "", verdict: str = "invalid"
) -> StoredMessage:
    """A message of an account, as it is kept."""
    account = desk.accounts[country]
    stored = StoredMessage(
        id=f"{len(trouble):02x}ab{state.value.encode().hex():0<28}"[:32],
        account_id=account.id,
        merchant_id=account.merchant_id,
        mode=account.mode,
        message=Message(
            source=Source.NOTIFICATION, method="POST", path="", query="", headers=(), body=b"",
            received_at=desk.clock.now - timedelta(minutes=1),
        ),
        digest=f"{state.value}{len(trouble)}",
        state=state,
        verdict=verdict,
        trouble=trouble,
    )  # fmt: skip
    raw = hub.flows.payments.pack_message.packed(stored.message)
    sealed, key = desk.hub.vault.seal(
        raw, table="raw_message", column="raw", row=stored.id, merchant=account.merchant_id
    )
    desk.write(lambda tx: tx.messages.add_all([(stored, sealed, key)]))
    return stored


def facts_of(desk: Desk) -> list[ExaminedFact]:
    return [item for item in asyncio.run(examine(desk.hub)) if item.grade is not Grade.FINE]


def test_an_account_whose_messages_fail_their_proof_was_heard_from(desk: Desk) -> None:
    assert any("greenpay" in item.what and "has never sent a genuine" in item.what for item in facts_of(desk))
    stored = kept(desk, "CR", MessageState.REJECTED, trouble=REASON)
    told = facts_of(desk)
    assert not [item for item in told if "greenpay" in item.what and "never" in item.what]
    (finding,) = [item for item in told if item.what.startswith("messages of greenpay")]
    assert "fail their proof" in finding.what
    assert REASON in finding.what
    assert f"payment-hub message show {stored.id[:10]}" in finding.remedy
    assert "payment-hub account show greenpay --company" in finding.remedy

    unsigned = kept(desk, "CO", MessageState.DONE, verdict="unsigned")
    (other,) = [item for item in facts_of(desk) if item.what.startswith("messages of nequi")]
    assert "prove nothing" in other.what
    assert unsigned.id[:10] in other.remedy


def test_the_payments_page_and_the_accounts_say_so_too(world: World, shell: Shell) -> None:
    payment = world.pay(world.debtor("CR", 150_000))
    before = shell("payment", "show", payment.reference).out
    assert "was never heard from" in before
    message = forged(world, payment)
    for words in (("payment", "show", payment.reference), ("account", "show", "greenpay", "--company", "tornillo")):
        page = shell(*words)
        assert "never" not in page.out.split("heard from", 1)[-1][:60], page.out
        assert "fail their proof" in page.out, page.out
        assert f"payment-hub message show {message[:10]}" in page.out
    listed = shell("account", "list").out
    row = next(line for line in listed.splitlines() if "greenpay" in line)
    assert ("never" in row, "fail their proof" in row) == (False, True), row
    facts = json.loads(shell("account", "show", "greenpay", "--company", "tornillo", "--json").out)
    assert (facts["last_heard_at"], facts["unproven_message"]) == (None, message)


def test_the_merchants_pages_do_not_ask_for_an_address_that_is_known(desk: Desk) -> None:
    company = desk.companies["CR"]
    start = asyncio.run(view_start(desk.hub, company))
    assert [account.provider for account in start.silent] == ["greenpay"]
    kept(desk, "CR", MessageState.REJECTED, trouble=REASON)
    start = asyncio.run(view_start(desk.hub, company))
    assert start.silent == ()
    assert [account.provider for account in start.unproven] == ["greenpay"]


def result_mail(desk: Desk) -> Any:
    """What the mail about a validation says, as it is handed over."""
    company, account = desk.companies["CR"], desk.accounts["CR"]
    owed = Delivery(
        id="0" * 26, merchant_id=company.id, mode=company.mode, kind=DeliveryKind.ACCOUNT_RESULT,
        recipient=company.notify[0], subject_id=account.id, details={}, state=DeliveryState.DUE,
        due_at=desk.clock.now, created_at=desk.clock.now,
    )  # fmt: skip
    value, locale = desk.read(lambda tx: value_of(tx, desk.hub, owed, desk.clock.now))
    return desk.hub.documents.mail(value, recipient=owed.recipient, message_id="m@x", locale=locale)


def test_the_mail_about_a_validation_does_not_say_that_nothing_came(desk: Desk) -> None:
    assert "Todavía no hemos recibido" in result_mail(desk).text
    kept(desk, "CR", MessageState.REJECTED, trouble=REASON)
    text = " ".join(result_mail(desk).text.split())
    assert "Todavía no hemos recibido" not in text
    assert "Llegan notificaciones de Greenpay, pero ninguna pasa la verificación" in text


def test_control_a_mail_that_looks_at_genuine_news_alone_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(desk, "CR", MessageState.REJECTED, trouble=REASON)
    monkeypatch.setattr(hub.flows.operations.view_received, "_newest", lambda *_given: None)
    assert "Todavía no hemos recibido" in result_mail(desk).text


def test_the_shop_owner_reads_that_notices_come_and_fail(
    house: House, seat: Callable[..., Seat], company: Any, seen: Any
) -> None:
    merchant = company("CR", "avisos-cr", connected=True)
    owner = seat(merchant)
    assert "aún no nos avisa de los pagos" in seen(owner.read("/m"))
    (account,) = house.read(lambda tx: tx.accounts.current_of(merchant.id))
    with house.browser() as browser:
        body = {"status": 200, "orderId": "0" * 26, "_signature": "00"}
        assert browser.post(f"/n/greenpay/{account.path_token}", json=body).status_code == 401
    start, page = seen(owner.read("/m")), seen(owner.read("/m/integrations/greenpay"))
    assert "Llegan avisos de Greenpay, pero ninguno pasa la verificación." in start
    assert "aún no nos avisa" not in start
    assert "Último aviso recibido: llegan, pero ninguno pasa la verificación" in page


def test_what_is_genuine_later_ends_it(desk: Desk) -> None:
    kept(desk, "CR", MessageState.REJECTED, trouble=REASON)
    account = desk.accounts["CR"]
    desk.write(lambda tx: tx.accounts.record_notification(account.id, desk.clock.now))
    heard = desk.read(lambda tx: received_from(tx, tx.accounts.get(account.id)))
    assert (heard.at, heard.unproven) == (desk.clock.now, None)


def test_a_message_says_which_check_failed(world: World, shell: Shell) -> None:
    stored = kept(world, "CR", MessageState.REJECTED, trouble=REASON)
    page = shell("message", "show", stored.id[:10])
    assert f"check failed   {REASON}" in page.out, page.out
    assert REASON in shell("message", "list").out


def test_control_a_hearing_that_looks_at_genuine_news_alone_calls_it_silent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(desk, "CR", MessageState.REJECTED, trouble=REASON)
    monkeypatch.setattr(hub.flows.operations.view_received, "_newest", lambda *_given: None)
    assert any("greenpay" in item.what and "has never sent a genuine" in item.what for item in facts_of(desk))


def test_control_a_review_that_does_not_say_which_message_leads_to_none(
    world: World, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_before(cause: str, about: Any, _details: str, now: Any, *, payment_id: str, **_given: Any) -> Review:
        return review_of(cause, about, "a rejected notification names the payment", now, payment_id=payment_id)

    monkeypatch.setattr(hub.flows.payments.follow_hints, "review_of", as_before)
    payment = world.pay(world.debtor("CR", 150_000))
    message = forged(world, payment)
    (review,) = world.read(lambda tx: tx.reviews.of(payment_id=payment.id))
    assert f"payment-hub message show {message[:10]}" not in shell("review", "show", review.id[:10]).out
