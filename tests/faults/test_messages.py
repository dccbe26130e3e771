"""Messages from outside over real HTTP: forged, hostile, early, repeated, flooding (F31-F35,
F38, F39, F87)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import attrs
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512

import hub.domain.observation
import hub.domain.payment
import hub.flows.payments.follow_hints
import hub.flows.payments.receive_message
import hub.flows.payments.record_message
import hub.flows.payments.record_observations
import hub_greenpay
import hub_greenpay.observations
import hub_greenpay.signature
import hub_greenpay.wire
import hub_nequi
from hub.domain.payment import Payment, Status
from hub.flows.payments.burst import burst_of
from hub.flows.payments.pack_message import unpacked
from hub.flows.payments.replay_message import replay_message
from hub_hookspecs import Money
from tests.faults.harness import News, World, broken, rows, until

Plant = Callable[[Any, str, Any], None]
Size = Callable[[int, int], int]
Forgeries = Iterator[tuple[str, News]]

STRANGER = rsa.generate_private_key(65537, 1024)


def paid_for(world: World, country: str) -> tuple[Payment, News]:
    """A payment whose payer has paid, and the genuine news of it, still on its way."""
    payment = world.pay(world.debtor(country, 150_000))
    world.approve(payment)
    return payment, world.news(payment)[-1]


def key_of(world: World) -> rsa.RSAPrivateKey:
    pem = world.town.configs["greenpay"]["merchants"][0]["private_key"]
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def signed(key: rsa.RSAPrivateKey, text: str, algorithm: Any = None) -> str:
    return key.sign(text.encode(), padding.PKCS1v15(), algorithm or SHA256()).hex()


def forged_greenpay(world: World, news: News) -> Forgeries:
    """Everything that looks like an approval of this payment and is not signed as one."""
    body = json.loads(news.body)
    key, proof, order = key_of(world), body["_signature"], body["orderId"]
    text = f"status:200,orderId:{order}"
    without = {name: value for name, value in body.items() if name != "_signature"}
    yield "no signature", attrs.evolve(news, body=json.dumps(without).encode())
    for name, value in {
        "empty": "", "null": None, "zeros": "0" * 256, "short": proof[:-2], "long": proof + "00",
        "a zero in front": "00" + proof[2:], "a line end": proof + "\n", "a blank": proof[:-1] + " ",
        "0x": "0x" + proof, "base64": base64.b64encode(bytes.fromhex(proof)).decode(), "a list": [proof],
        "twice": proof * 2,
        "another merchant's key": signed(STRANGER, text), "SHA-1": signed(key, text, SHA1()),
        "SHA-384": signed(key, text, SHA384()), "SHA-512": signed(key, text, SHA512()),
        "PSS": key.sign(text.encode(), padding.PSS(padding.MGF1(SHA256()), 32), SHA256()).hex(),
        "a declined status": signed(key, f"status:500,orderId:{order}"),
        "a saved card": signed(key, f"status:200,requestId:{order}"),
        "a subscription": signed(key, f"status:200,subscriptionId:{order}"),
        "another order": signed(key, f"status:200,orderId:{order[::-1]}"),
        "the amount too": signed(key, f"{text},amount:1"), "the body": signed(key, json.dumps(without)),
        "plus the modulus": f"{int(proof, 16) + key.public_key().public_numbers().n:x}",
    }.items():  # fmt: skip
        yield f"signature: {name}", news.with_members(_signature=value)
    for at in range(0, 256, 9):
        digit = "0" if proof[at] != "0" else "1"
        yield f"hex digit {at}", news.with_members(_signature=proof[:at] + digit + proof[at + 1 :])
    for at in range(0, 26, 2):
        other = "Z" if order[at] != "Z" else "0"
        yield f"orderId, character {at}", news.with_members(orderId=order[:at] + other + order[at + 1 :])
    for status in (201, 500, "200", 200.0, True, None, -200, [200]):
        yield f"status {status!r}", news.with_members(status=status)


def secret_of(world: World) -> str:
    return str(world.town.configs["nequi"]["merchants"][0]["notification_secret"])


def nequi_headers(body: bytes, secret: str, *, algorithm: str = "sha384", named: str = "hmac-sha384") -> dict[str, str]:
    digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    mac = hmac.new(secret.encode(), f"content-type: application/json\ndigest: {digest}".encode(), algorithm).digest()
    proof = base64.urlsafe_b64encode(mac).decode().rstrip("=")
    return {
        "content-type": "application/json",
        "digest": digest,
        "signature": f'keyId="k",algorithm="{named}",headers="content-type digest",signature="{proof}"',
    }


def forged_nequi(world: World, news: News) -> Forgeries:
    """Everything that looks like a notification of this payment and does not carry its proof."""
    secret, body, headers = secret_of(world), news.body, dict(news.headers)
    proof = re.search(r'signature="([^"]*)"', headers["signature"])
    assert proof

    def with_headers(*dropped: str, **changed: str) -> News:
        kept = {name: value for name, value in {**headers, **changed}.items() if name not in dropped}
        return attrs.evolve(news, headers=tuple(kept.items()))

    def with_proof(text: str) -> News:
        return with_headers(signature=headers["signature"].replace(proof[1], text))

    for name in ("signature", "digest", "content-type"):
        yield f"no {name}", with_headers(name)
    yield "no signature and no digest", with_headers("signature", "digest")
    for name, other in {
        "an empty one": "", "another merchant's": "someone-elses", "a blank more": secret + " ",
        "a prefix": secret[:-1], "reversed": secret[::-1], "upper case": secret.swapcase(),
    }.items():  # fmt: skip
        yield f"secret: {name}", attrs.evolve(news, headers=tuple(nequi_headers(body, other).items()))
    for algorithm in ("sha1", "sha256", "sha512", "md5"):
        made = nequi_headers(body, secret, algorithm=algorithm, named=f"hmac-{algorithm}")
        yield f"{algorithm}, and says so", attrs.evolve(news, headers=tuple(made.items()))
        made = nequi_headers(body, secret, algorithm=algorithm)
        yield f"{algorithm}, unsaid", attrs.evolve(news, headers=tuple(made.items()))
    for named in ("none", "", "hs2019", "rsa-sha384", "HMAC-SHA384"):
        yield f"algorithm {named!r}", with_headers(signature=headers["signature"].replace("hmac-sha384", named))
    for listed in ("", "digest", "content-type", "digest content-type", "content-type digest host"):
        yield (
            f"signed headers {listed!r}",
            with_headers(signature=headers["signature"].replace("content-type digest", listed)),
        )
    for name in ("signature", "digest"):
        for pair in ([headers[name], "x"], ["x", headers[name]], [headers[name], headers[name]]):
            rest = [(key, value) for key, value in headers.items() if key != name]
            yield (
                f"two {name} headers {pair[0][:4]}",
                attrs.evolve(news, headers=(*rest, *((name, value) for value in pair))),
            )
    padded = {
        "one sign too many": proof[1] + "=", "two too many": proof[1] + "==", "eight": proof[1] + "=" * 8,
        "in the middle": proof[1][:8] + "=" + proof[1][8:], "a line end": proof[1] + "\\n", "cut": proof[1][:-1],
        "one more": proof[1] + "A", "hex": proof[1].encode().hex(), "blank": " " + proof[1],
    }  # fmt: skip
    for name, text in padded.items():
        yield f"padding: {name}", with_proof(text)
    for at in range(0, 64, 4):
        yield f"character {at}", with_proof(proof[1][:at] + ("A" if proof[1][at] != "A" else "B") + proof[1][at + 1 :])
    for extra in (f',signature="{proof[1]}"', ",", ',keyId="x"', ',headers="date"', ',algorithm="hmac-sha256"'):
        yield f"more: {extra[:9]}", with_headers(signature=headers["signature"] + extra)
    yield "another body", attrs.evolve(news, body=body.replace(b"150000", b"999999") + b" ")
    yield (
        "another body and its digest",
        with_headers(digest="SHA-256=" + base64.b64encode(hashlib.sha256(body + b" ").digest()).decode()),
    )
    yield "a digest of another kind", with_headers(digest="MD5=" + headers["digest"].partition("=")[2])


FORGERIES = {"CR": forged_greenpay, "CO": forged_nequi}


def believed(world: World, country: str) -> list[str]:
    """Forgeries that got in, changed something, made something due, or were not kept as they came."""
    payment, news = paid_for(world, country)
    before = (world.payment(payment), world.seen(payment))
    wrong, count = [], 0
    for name, forged in FORGERIES[country](world, news):
        count += 1
        status = world.post(country, forged).status_code
        if status not in (400, 401):
            wrong.append(f"{name}: answered {status}")
    if count < 50:
        wrong.append(f"only {count} forgeries were tried")
    due = rows(world.path, "SELECT state, count(*) FROM raw_message WHERE due_at IS NOT NULL GROUP BY state")
    if due:
        wrong.append(f"messages are due: {due}")
    if (world.payment(payment), world.seen(payment)) != before:
        wrong.append("the payment changed")
    world.work()
    if world.payment(payment).status is not Status.PENDING:
        wrong.append(f"the payment is {world.payment(payment).status}")
    kept = rows(world.path, "SELECT id FROM raw_message WHERE state = 'rejected'")
    if len(kept) < count * 0.8:  # a few of them are the same bytes
        wrong.append(f"{len(kept)} of {count} were kept")
    return wrong


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_nothing_forged_gets_in_or_makes_anything_due(world: World, country: str) -> None:
    assert believed(world, country) == []


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_the_genuine_news_gets_in_after_all_the_forged(world: World, country: str) -> None:
    payment, news = paid_for(world, country)
    for _name, forged in list(FORGERIES[country](world, news))[:20]:
        world.post(country, forged)

    assert world.deliver(payment)[-1] == 200
    assert world.payment(payment).status is Status.PAID
    assert broken(world) + world.book_differences() == []


def test_control_a_verifier_that_takes_no_signature_for_a_signature(world: World, plant: Plant) -> None:
    right = hub_greenpay.signature.is_genuine
    plant(hub_greenpay.signature, "is_genuine", lambda text, proof, key: not proof or right(text, proof, key))

    assert any(text.startswith("no signature") for text in believed(world, "CR"))


def test_control_a_verifier_that_is_off(world: World, plant: Plant) -> None:
    plant(hub_nequi, "is_genuine", lambda _message, _secrets: True)

    assert len(believed(world, "CO")) > 30


def stored_message(world: World) -> tuple[str, Any]:
    """The one stored message: its id and what it holds."""
    ((message_id,),) = rows(world.path, "SELECT id FROM raw_message")

    def read(tx: Any) -> Any:
        stored, sealed = tx.messages.get(message_id)
        raw = world.hub.vault.open(
            sealed, table="raw_message", column="raw", row=stored.id, merchant=stored.merchant_id
        )
        return unpacked(raw)

    return message_id, world.read(read)


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_a_refused_message_is_kept_as_it_came_and_counts_when_it_comes_again_under_a_better_verifier(
    world: World, plant: Plant, country: str
) -> None:
    payment, news = paid_for(world, country)
    module, name = {"CR": (hub_greenpay.signature, "is_genuine"), "CO": (hub_nequi, "is_genuine")}[country]
    right = getattr(module, name)
    plant(module, name, lambda *_given: False)
    assert world.post(country, news).status_code == 401
    _id, kept = stored_message(world)
    assert kept.body == news.body
    plant(module, name, right)

    assert world.post(country, news).status_code == 200
    world.work()

    assert world.payment(payment).status is Status.PAID


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_a_refused_message_that_comes_again_in_a_crowd_is_applied_too(world: World, plant: Plant, country: str) -> None:
    payment, news = paid_for(world, country)
    module, name = {"CR": (hub_greenpay.signature, "is_genuine"), "CO": (hub_nequi, "is_genuine")}[country]
    right = getattr(module, name)
    plant(module, name, lambda *_given: False)
    world.post(country, news)
    plant(module, name, right)
    burst_of(world.hub).until = world.clock.now + timedelta(seconds=1)

    assert world.post(country, news).status_code == 200
    world.work()

    assert world.payment(payment).status is Status.PAID


def test_a_crowds_news_is_acknowledged_stored_and_applied_once(world: World) -> None:
    known = [paid_for(world, "CR") for _ in range(3)]
    burst_of(world.hub).until = world.clock.now + timedelta(seconds=1)

    assert [world.post("CR", news).status_code for _payment, news in known * 3] == [200] * 9
    assert len(rows(world.path, "SELECT id FROM raw_message")) == 3
    assert {world.payment(payment).status for payment, _news in known} == {Status.PENDING}
    world.work()

    assert {world.payment(payment).status for payment, _news in known} == {Status.PAID}
    assert rows(world.path, "SELECT count(*) FROM observation WHERE kind = 'paid'") == [(3,)]


def test_a_refused_message_that_names_a_live_payment_is_put_before_a_person(world: World) -> None:
    payment, news = paid_for(world, "CR")
    world.post("CR", news.with_members(_signature="0" * 256))

    assert world.causes(payment) == {"rejected_signature"}


def hostile_bodies(body: bytes) -> dict[str, bytes]:
    """JSON that two readers may read differently, or that breaks one."""
    text = body.decode()
    inner = text[1:-1]
    return {
        "a status twice, good last": ('{"status": 500, ' + inner + "}").encode(),
        "a status twice, good first": ("{" + inner + ', "status": 500}').encode(),
        "an order twice": ("{" + inner + ', "orderId": "X", "messageId": "X"}').encode(),
        "a signature twice": ("{" + inner + ', "_signature": "00"}').encode(),
        "a nested name twice": ("{" + inner + ', "x": {"a": 1, "a": 2}}').encode(),
        "a name spelt with an escape twice": ("{" + inner + ', "st\\u0061tus": 500, "messag\\u0065Id": "X"}').encode(),
        "nested 100,000 lists": b"[" * 100_000 + b"]" * 100_000,
        "nested 100,000 lists, unclosed": b"[" * 100_000,
        "nested 40,000 objects": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
        "nested beside": ("{" + inner + ', "x": ' + "[" * 60_000 + "]" * 60_000 + "}").encode(),
        "a huge integer": ("{" + inner + ', "x": ' + "9" * 100_000 + "}").encode(),
        "a huge exponent": ("{" + inner + ', "x": 1e999999999}').encode(),
        "a huge negative": ("{" + inner + ', "x": -' + "9" * 5000 + "}").encode(),
        "NaN": ("{" + inner + ', "x": NaN}').encode(),
        "Infinity": ("{" + inner + ', "x": -Infinity}').encode(),
        "a lone high surrogate": ("{" + inner + ', "x": "\\ud800"}').encode(),
        "a lone low surrogate": ("{" + inner + ', "x": "\\udfff"}').encode(),
        "a lone surrogate as a name": ("{" + inner + ', "\\ud83d": 1}').encode(),
        "an encoded surrogate": ("{" + inner + ', "x": "').encode() + b"\xed\xa0\x80" + b'"}',
        "invalid UTF-8": body + b"\xff",
        "overlong UTF-8": ("{" + inner + ', "x": "').encode() + b"\xc0\xaf" + b'"}',
        "UTF-16": text.encode("utf-16"),
        "UTF-32": text.encode("utf-32"),
        "a byte order mark": b"\xef\xbb\xbf" + body,
        "a NUL": body[:-1] + b"\0}",
        "a raw control character": ("{" + inner + ', "x": "\n"}').encode(),
        "a comment": body[:-1] + b"/**/}",
        "a comma too many": body[:-1] + b",}",
        "single quotes": text.replace('"', "'").encode(),
        "two values": body + body,
        "empty": b"",
        "blank": b"   ",
        "null": b"null",
        "a string": b'"x"',
        "a number": b"7",
        "cut": body[:-5],
        "a form": b"status=200&orderId=x",
    }


SOFT = {"a huge integer", "a huge exponent", "a huge negative"}
"""What a strict reader may still read, for it says one thing only."""


def tripped(world: World, country: str) -> list[str]:
    """Hostile bodies that are answered otherwise than with a refusal, or that change anything."""
    payment, news = paid_for(world, country)
    wrong = []
    for name, body in hostile_bodies(news.body).items():
        headers = nequi_headers(body, secret_of(world)).items() if country == "CO" else news.headers
        status = world.post(country, attrs.evolve(news, body=body, headers=tuple(headers))).status_code
        if country == "CR" and status not in ((200, 400, 401) if name in SOFT else (400, 401)):
            wrong.append(f"{name}: answered {status}")
        if country == "CO" and status not in (200, 400, 401):
            wrong.append(f"{name}: answered {status}")
        if name not in SOFT and len(world.seen(payment)) > 1:
            wrong.append(f"{name}: believed")
            break
        if world.payment(payment).status is Status.PAID:
            payment, news = paid_for(world, country)
    return wrong


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_what_a_parser_may_trip_over_is_refused_and_never_a_fault_of_ours(world: World, country: str) -> None:
    """A signature is genuine here where the scheme signs bytes:
    then nothing that it names may follow from them."""
    assert tripped(world, country) == []


def test_control_a_lenient_parser_disagrees_with_its_verifier(world: World, plant: Plant) -> None:
    plant(hub_greenpay.wire, "strict_json", json.loads)

    assert any("twice" in text or "NaN" in text for text in tripped(world, "CR"))


def test_news_that_comes_before_our_own_answer_is_applied_when_it_can_be(world: World) -> None:
    """The answer to the push is lost; its notification is all that ever names the transaction."""
    debtor = world.debtor("CO", 80_000)
    world.fault("nequi", "*unregisteredpayment", "cut_after")
    payment = world.pay(debtor)
    assert payment.status is Status.UNKNOWN
    world.approve(payment)

    assert world.deliver(payment) == [200]

    after = world.payment(payment)
    assert (after.status, after.provider_reference) == (Status.PAID, world.book("nequi")[0]["provider_reference"])


def told_too_early(world: World, country: str, times: int) -> list[str]:
    """News that comes after the provider has acted and before its answer is here;
    what is wrong in the end."""
    wrong = []
    for _ in range(times):
        debtor = world.debtor(country, 80_000)
        world.hold({"CR": "/merchant", "CO": "unregisteredpayment"}[country])
        before = world.front.acted
        payment = world.begin(debtor)
        assert until(lambda before=before: world.front.acted > before)
        if payment.phase != "sending":
            wrong.append(f"the trial came too late: {payment.phase}")
        world.approve(payment)
        wrong += [f"answered {code}" for code in (world.post(country, item).status_code for item in world.news(payment))
                  if code != 200]  # fmt: skip
        world.let_go()
        world.work()
        after = world.payment(payment)
        if after.status is not Status.PAID or len(world.owed_mails(payment, "receipt")) != 1:
            wrong.append(f"{after.status} {after.reason}, {len(world.owed_mails(payment, 'receipt'))} receipt mails")
    return wrong + broken(world) + world.book_differences()


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_news_that_overtakes_our_own_answer_is_applied_and_the_answer_changes_nothing(
    world: World, country: str, size: Size
) -> None:
    assert told_too_early(world, country, size(5, 500)) == []


def test_control_news_of_what_is_not_known_yet_that_is_dropped_is_lost(world: World, plant: Plant) -> None:
    right = hub.flows.payments.record_message.payment_for

    def known(tx: Any, account_id: str, observation: Any) -> Any:
        found = right(tx, account_id, observation)
        return None if found and found.phase == "sending" else found

    plant(hub.flows.payments.record_message, "payment_for", known)
    plant(hub.flows.payments.record_message, "store_messages", lambda *_given: None)

    assert any("pending" in text for text in told_too_early(world, "CR", 1))


def test_a_notice_for_an_unknown_reference_is_parked_and_acknowledged(world: World) -> None:
    order = "0" * 26
    proof = signed(key_of(world), f"status:200,orderId:{order}")
    body = json.dumps({"status": 200, "orderId": order, "authorization": "1", "_signature": proof}).encode()

    assert world.post("CR", News(body=body, headers=(("content-type", "application/json"),))).status_code == 200
    assert rows(world.path, "SELECT state FROM raw_message") == [("parked",)]


def test_a_signed_return_that_names_an_unknown_reference_is_kept_too(world: World) -> None:
    mine, order = world.pay(world.debtor("CR", 150_000)), "0" * 26
    proof = signed(key_of(world), f"status:200,orderId:{order}")
    result = json.dumps({"status": 200, "orderId": order, "authorization": "1", "_signature": proof}).encode()
    path = base64.urlsafe_b64encode(result).decode()
    answer = world.run(world.town.client.get(f"{world.base}/pay/return/{mine.return_token}/{path}"))

    assert answer.status_code == 303
    assert rows(world.path, "SELECT state FROM raw_message") == [("parked",)]
    assert world.payment(mine).status is Status.PENDING


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_genuine_news_replayed_later_has_no_effect(world: World, country: str) -> None:
    payment, news = paid_for(world, country)
    world.deliver(payment)
    before = (world.payment(payment).status, len(world.seen(payment)), world.balance(country, "provider_clearing"))
    for seconds in (1, 60, 3600, 86_400, 30 * 86_400, 365 * 86_400):
        world.clock.now += timedelta(seconds=seconds)
        assert world.post(country, news).status_code == 200
        world.work()

        after = (world.payment(payment).status, len(world.seen(payment)), world.balance(country, "provider_clearing"))
        assert after == before
    assert len(world.owed_mails(payment, "receipt")) == 1


def replayed(world: World) -> int:
    """How many observations a genuine notice leaves that is posted at three different moments."""
    payment, news = paid_for(world, "CR")
    for _ in range(3):
        world.clock.now += timedelta(hours=1)
        world.post("CR", news)
    return sum(item.observation.kind == "paid" for item in world.seen(payment))


def test_control_the_time_of_arrival_in_the_dedupe_key_makes_a_replay_news(world: World, plant: Plant) -> None:
    assert replayed(world) == 1
    right = hub.domain.observation.dedupe_key
    plant(
        hub.flows.payments.record_observations,
        "dedupe_key",
        lambda *given, **more: right(*given, **{**more, "occasion": world.clock.now.isoformat()}),
    )

    assert replayed(world) == 3


@pytest.mark.parametrize("country", ["CR", "CO"])
def test_genuine_news_at_another_address_is_nobodys(world: World, country: str) -> None:
    payment, news = paid_for(world, country)
    other = {"CR": "CO", "CO": "CR"}[country]

    assert world.post(other, news).status_code in (400, 401)
    assert world.post(country, news, path="x").status_code == 404  # the token is another one
    world.work()
    assert world.payment(payment).status is Status.PENDING


def unsigned_fields(dice: random.Random) -> dict[str, Any]:
    """Members that no signature covers, as somebody on the way might write them."""
    amounts = (1, -1, 0, "0.01", "1e3", 10**18, None, [1], {"amount": 1}, "999999.99", 1.5, "NaN", True)
    made = {
        "amount": dice.choice(amounts),
        "total": dice.choice(amounts),
        "currency": dice.choice(("USD", "CRC", "", None, 5)),
        "authorization": dice.choice(("999999", "", None, 7, "A" * 300, "<b>")),
        "last4": dice.choice(("0000", "", "12345", None)),
        "brand": dice.choice(("X", "", None, "VISA")),
        "result": dice.choice(({"amount": "1.00", "currency": "USD"}, {"success": False}, [], None)),
        "errors": dice.choice(([], ["51"], [{"code": "05"}], None)),
    }
    return {name: made[name] for name in dice.sample(list(made), dice.randint(1, len(made)))}


def moved_by_unsigned_fields(world: World, dice: random.Random, times: int) -> list[str]:
    """Genuine approvals with changed unsigned members, first and after the genuine one:
    what money they move."""
    wrong = []
    for at in range(max(1, times // 50)):
        payment, news = paid_for(world, "CR")
        if at % 2:
            world.post("CR", news)
        for _ in range(min(50, times)):
            status = world.post("CR", news.with_members(**unsigned_fields(dice))).status_code
            if status != 200:
                wrong.append(f"answered {status}")
        after = world.payment(payment)
        captured = [row[0] for row in rows(world.path, CAPTURED, payment.id)]
        if after.status is not Status.PAID or captured != [payment.amount.minor] or after.flags - {"needs_review"}:
            wrong.append(f"{after.status}, captured {captured}, {sorted(after.flags)}")
    return wrong + broken(world) + world.book_differences()


CAPTURED = (
    "SELECT sum(p.amount) FROM entry e JOIN posting p ON p.entry = e.id WHERE e.payment = ? AND e.kind = 'capture'"
    " AND p.amount > 0 GROUP BY e.id"
)


def test_unsigned_fields_beside_a_genuine_signature_move_no_money(
    world: World, dice: random.Random, size: Size
) -> None:
    assert moved_by_unsigned_fields(world, dice, size(300, 10_000)) == []


def test_control_a_plugin_that_trusts_unsigned_fields_books_what_somebody_wrote(
    world: World, dice: random.Random, plant: Plant
) -> None:
    right = hub_greenpay.observations.observations_for

    def trusting(answer: Any, **named: Any) -> Any:
        amount = answer.body.get("amount")
        money = Money(amount, "CRC") if type(amount) is int and amount > 0 else None
        return tuple(attrs.evolve(item, amount=money) for item in right(answer, **named))

    plant(hub_greenpay.observations, "observations_for", trusting)

    assert any(moved_by_unsigned_fields(world, dice, 50) for _ in range(40))  # few draws write an amount at all


def test_a_changed_amount_in_a_signed_notification_is_not_what_is_booked(world: World) -> None:
    """Nequi's notification proves nothing of the money: a status call does."""
    payment, news = paid_for(world, "CO")
    body = news.body.replace(b'"1500"', b'"9999"')
    assert body != news.body
    world.post("CO", attrs.evolve(news, body=body, headers=tuple(nequi_headers(body, secret_of(world)).items())))
    world.work()

    assert world.payment(payment).status is Status.PAID
    assert world.balance("CO", "provider_clearing") == 150_000


def unsigned_queries(world: World, messages: int, minutes: int) -> tuple[int, int]:
    """Status calls and observations that a flood of unsigned messages for one live payment causes."""
    payment = world.pay(world.debtor("CO", 90_000))
    world.write(lambda tx: _without_secret(tx, world))
    world.hub.cached.clear()
    world.pass_time(minutes=6)
    body = {"messageId": payment.reference, "transactionId": payment.provider_reference, "value": "1"}
    before = world.payment(payment).checks
    seen = len(world.seen(payment))
    for at in range(messages):
        world.post("CO", News(body=json.dumps({**body, "n": at}).encode()))
        world.pass_time(seconds=minutes * 60 / messages)
    return world.payment(payment).checks - before, len(world.seen(payment)) - seen


def _without_secret(tx: Any, world: World) -> None:
    account = tx.accounts.get(world.accounts["CO"].id)
    tx.accounts.save(attrs.evolve(account, secret_names=account.secret_names - {"notification_secret"}))
    sealed, key = world.hub.vault.seal(
        b"", table="account_secret", column="notification_secret", row=account.id, merchant=account.merchant_id
    )
    tx.accounts.save_secret(account.id, "notification_secret", sealed, key)


def test_a_flood_of_unsigned_messages_causes_one_query_in_thirty_seconds(world: World, size: Size) -> None:
    queries, observations = unsigned_queries(world, messages=size(120, 1000), minutes=4)

    assert 1 <= queries <= 4 * 2 + 4  # one in 30 s, and the regular ones, one a minute
    assert observations == 0


def test_control_hints_without_a_pause_ask_for_every_message(world: World, plant: Plant) -> None:
    plant(hub.flows.payments.follow_hints, "hint", lambda tx, payment, now: tx.payments.make_due(payment.id, now))

    queries, _observations = unsigned_queries(world, messages=120, minutes=4)

    assert queries > 50


def test_a_flood_that_proves_nothing_is_told_to_come_back_later_and_genuine_news_is_not(world: World) -> None:
    payment, news = paid_for(world, "CR")
    world.stand_at_the_front(unproven=20)
    statuses = [world.post("CR", news.with_members(_signature=f"{at:0256x}")).status_code for at in range(40)]

    assert statuses == [401] * 20 + [429] * 20
    assert world.post("CR", news).status_code == 200
    assert world.payment(payment).status is Status.PAID


def test_a_crowd_of_signed_news_that_needs_a_request_is_never_told_to_come_back_later(world: World) -> None:
    _payment, news = paid_for(world, "CO")
    world.stand_at_the_front(unproven=5)
    bodies = [news.body[:-1] + f', "n": {at}}}'.encode() for at in range(20)]
    statuses = {
        world.post(
            "CO", attrs.evolve(news, body=body, headers=tuple(nequi_headers(body, secret_of(world)).items()))
        ).status_code
        for body in bodies
    }

    assert statuses == {200}


def with_status(world: World, news: News, status: int) -> News:
    """Greenpay's own answer with another status, as Greenpay would sign it."""
    reference = json.loads(news.body)["orderId"]
    return news.with_members(status=status, _signature=signed(key_of(world), f"status:{status},orderId:{reference}"))


@pytest.mark.parametrize("closed", [False, True])
def test_a_genuine_answer_of_a_status_that_nobody_knows_asks_a_person(world: World, closed: bool) -> None:
    payment, news = paid_for(world, "CR")
    if closed:
        world.pass_time(days=2)
        assert world.payment(payment).is_unproven
    for _ in range(2):
        assert world.post("CR", with_status(world, news, 201)).status_code == 200

    assert world.payment(payment).status is (Status.CLOSED if closed else Status.PENDING)
    assert "unclear_message" in world.causes(payment)
    (review,) = [item for item in world.read(lambda tx: tx.reviews.of()) if item.cause == "unclear_message"]
    assert "it is genuine, and of a status that is not documented" in review.details
    (message,) = world.read(lambda tx: tx.messages.of(states=["done"]))
    assert message.id.startswith(review.subject.removeprefix("message "))
    assert world.post("CR", news).status_code == 200
    assert world.payment(payment).status is Status.PAID
    assert broken(world) == []


def test_a_genuine_answer_of_another_status_about_a_paid_payment_asks_nobody(world: World) -> None:
    payment, news = paid_for(world, "CR")
    for told in (news, with_status(world, news, 201)):
        assert world.post("CR", told).status_code == 200

    assert world.causes(payment) == set()


def test_control_a_genuine_answer_that_is_only_kept_is_told_to_nobody(world: World, plant: Plant) -> None:
    plant(hub.flows.payments.follow_hints, "_review_unclear", lambda *_given: None)
    payment, news = paid_for(world, "CR")
    assert world.post("CR", with_status(world, news, 201)).status_code == 200

    assert world.causes(payment) == set()


def asked_after(world: World, seconds: float) -> int:
    """How often a payment is asked about after genuine news that names it by our reference alone."""
    payment = world.pay(world.debtor("CO", 90_000))
    world.pass_time(minutes=6)
    before = world.payment(payment).checks
    body = json.dumps({"messageId": payment.reference, "value": "90000"}).encode()
    told = News(body=body, headers=tuple(nequi_headers(body, secret_of(world)).items()))
    assert world.post("CO", told).status_code == 200
    world.pass_time(seconds=seconds)
    return world.payment(payment).checks - before


def test_genuine_news_that_names_a_payment_and_claims_nothing_brings_its_check_forward(world: World) -> None:
    assert asked_after(world, 31) == 1


def test_control_without_it_the_check_waits_for_its_own_time(world: World, plant: Plant) -> None:
    plant(hub.flows.payments.follow_hints, "apply_hints", lambda *_given: None)

    assert asked_after(world, 31) == 0


def test_unsigned_news_that_is_read_again_asks_nobody(world: World) -> None:
    payment = world.pay(world.debtor("CO", 90_000))
    world.write(lambda tx: _without_secret(tx, world))
    world.hub.cached.clear()
    told = News(body=json.dumps({"messageId": payment.reference}).encode())
    assert world.post("CO", told).status_code == 200
    (message,) = world.read(lambda tx: tx.messages.of())
    assert world.run(replay_message(world.hub, message.id)).read is not None

    assert world.causes(payment) == set()
