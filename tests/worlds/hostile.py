"""Genuine notifications and answers, and everything that malice,
proxies and bad luck can make of them (F36, G7).

Replay one: ``python -m tests.worlds.hostile PROVIDER SEED``
"""

from __future__ import annotations

import base64
import json
import logging
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import httpx

from hub.flows.accounts.open_account import open_account
from hub.providers.registry import Provider
from hub_hookspecs import (
    Account,
    Ask,
    Conclusion,
    Kind,
    Message,
    Money,
    Observation,
    Outcome,
    Query,
    Reading,
    Source,
    Steps,
    Verdict,
    exchange_of,
)

from .machine import InlineStore, Life
from .world import START, Origin, World, make_origin

PROVIDERS = ("greenpay", "nequi")
ODD_TEXTS = (
    *(
        "",
        " ",
        "0",
        "200",
        "500",
        "35",
        "null",
        "NaN",
        "-0",
        "1e400",
        "2" * 5000,
        "\x00",
        "\ud800",
        "\u202e",
        "ñ" * 300,
    ),
    *(
        "200 ",
        "200.0",
        "0x200",
        "２００",
        "٢٠٠",
        "\ufeff200",
        "true",
        "[]",
        "{}",
        '"',
        "\\",
        "%00",
        "a,orderId:b",
        "\r\nx: y",
    ),
)
ODD_VALUES: tuple[Any, ...] = (
    *ODD_TEXTS,
    *(None, True, False, 0, 1, -1, 200, 500, 10**30, 2**63, 200.0, 1.5, float("nan"), float("inf")),
    *([], {}, [200], {"status": 200}, [[[[]]]]),
)
RAW_ODDITIES = (
    *(
        b"",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"null",
        b"[]",
        b"{}",
        b'"',
        b"NaN",
        b"1",
        b"{" * 3000,
        b"[" * 60_000,
    ),
    *(b'{"a":' * 2000 + b"1" + b"}" * 2000, b'{"status":' + b"9" * 5000 + b"}", b"\xed\xa0\x80", b"\xf0\x9f\x92\xa9"),
)


@attrs.frozen
class Genuine:
    """News as its provider sends it.

    Attributes:
        proves: What its signature covers.
    """

    message: Message
    proves: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Target:
    """A plugin with an account and genuine news for it."""

    code: str
    provider: Provider
    account: Account
    genuine: tuple[Genuine, ...]
    answers: tuple[bytes, ...]


def targets(origin: Origin) -> dict[str, Target]:
    """Both plugins, and what their simulators truly send: paid, declined, returned to by a browser."""
    world = World(seed=1, origin=origin, path=origin.database)
    store = InlineStore(origin.database, Life())
    accounts = {}

    def read(tx: Any) -> None:
        for record in tx.accounts.all():
            opened = open_account(tx, origin.hub, record, START)
            accounts[record.provider] = (opened.provider, opened.account)

    try:
        store.read_now(read)
    finally:
        store.close_now()
    news = {code: list(_genuine(world, code)) for code in PROVIDERS}
    world.loop.close()
    return {
        code: Target(
            code=code,
            provider=accounts[code][0],
            account=accounts[code][1],
            genuine=tuple(news[code]),
            answers=tuple(_answers(code)),
        )
        for code in PROVIDERS
    }


def _genuine(world: World, code: str) -> Iterator[Genuine]:
    if code == "greenpay":
        merchant = next(iter(world.greenpay.merchants.values()))
        for number, good in enumerate((True, False, True)):
            session = world.greenpay.open_order(
                {
                    "merchantId": merchant.id,
                    "secret": merchant.secret,
                    "currency": "CRC",
                    "terminal": merchant.terminals["CRC"],
                    "orderReference": f"{number}GENU1NE00000000000000000Z"[:26],
                    "description": "Pago",
                    "amount": 1500,
                    "callback": "http://hub.example/pay/return/x",
                }
            )
            card = _card(world)
            answer = world.greenpay.charge(session, card, None if good else "05")
            proves = {"status": answer["status"], "orderId": answer["orderId"]}
            sent = world.stages[code].sent[-1]
            yield Genuine(_message(sent.body, sent.headers, sent.path), proves)
            text = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
            returned = Message(
                source=Source.RETURN,
                method="GET",
                path=base64.b64encode(text).decode(),
                query="",
                headers=(),
                body=b"",
                received_at=START,
                call_id="CALL000001",
            )
            yield Genuine(returned, proves)
        return
    merchant_n = world.phone.merchants[0]
    for number in range(3):
        charge = world.phone.push(merchant_n, f"GENU1NE00{number}", "client", "3998764643", 1000 + number)
        if number == 1:
            world.phone.reject(charge)
        else:
            world.phone.accept(charge)
        sent = world.stages[code].sent[-1]
        yield Genuine(_message(sent.body, sent.headers, sent.path), {"body": sent.body})


def _card(world: World) -> Any:
    from hub_greenpay.simulator.cards import GOOD_CARD, new_card

    return new_card(number=GOOD_CARD, holder="Ana", month=12, year=world.clock().year + 3, cvc="123")


def _message(body: bytes, headers: Mapping[str, str], path: str) -> Message:
    return Message(
        source=Source.NOTIFICATION,
        method="POST",
        path=path.removeprefix("/"),
        query="",
        headers=tuple((name.lower(), value) for name, value in headers.items()),
        body=body,
        received_at=START,
        call_id="CALL000001",
    )


def _answers(code: str) -> Iterator[bytes]:
    """What a status call is answered with."""
    if code != "nequi":
        return
    for status, result in (("0", "35"), ("0", "33"), ("10-454", ""), ("0", "71")):
        body = {"getStatusPaymentRS": {"status": result, "value": "1000", "trnId": "S1", "date": "2026-11-23 10:00:00"}}
        yield json.dumps(
            {
                "ResponseMessage": {
                    "ResponseHeader": {
                        "Channel": "PNP04-C001",
                        "ResponseDate": "2026-11-23T16:00:00.000Z",
                        "Status": {"StatusCode": status, "StatusDesc": "x"},
                        "MessageID": "CALL000001",
                        "ClientID": "client",
                    },
                    "ResponseBody": {"any": body if result else {}},
                }
            }
        ).encode()


def _bits(dice: random.Random, raw: bytes) -> bytes:
    data = bytearray(raw)
    for _ in range(dice.choice((1, 1, 2, 8))):
        if not data:
            break
        at = dice.randrange(len(data))
        match dice.randrange(5):
            case 0:
                data[at] ^= 1 << dice.randrange(8)
            case 1:
                del data[at]
            case 2:
                data.insert(at, dice.randrange(256))
            case 3:
                data[at:at] = data[at : at + dice.randrange(1, 40)]
            case 4:
                del data[at : at + dice.randrange(1, 200)]
    return bytes(data)


def _whole(dice: random.Random, raw: bytes) -> bytes:
    match dice.randrange(8):
        case 0:
            return dice.choice(RAW_ODDITIES)
        case 1:
            return b"\xef\xbb\xbf" + raw
        case 2:
            return raw.decode("utf-8", "replace").encode(dice.choice(("utf-16", "utf-16-le", "utf-32", "cp037")))
        case 3:
            return raw + dice.choice((b" ", b"\x00", raw, b"{}", b"garbage", b"\n\n", b","))
        case 4:
            return dice.choice((b" ", b"\n", b"\x0c", b"[", b"x")) + raw
        case 5:
            return raw[: dice.randrange(len(raw) + 1)]
        case 6:
            return b"[" + raw + b"]"
    return bytes(dice.randrange(256) for _ in range(dice.randrange(200)))


def _json(dice: random.Random, raw: bytes) -> bytes:
    """The same object with something odd in it, written in an odd way."""
    try:
        tree = json.loads(raw)
    except (ValueError, RecursionError):
        return _bits(dice, raw)
    if not isinstance(tree, dict) or not tree:
        return _bits(dice, raw)
    name = dice.choice(list(tree))
    match dice.randrange(7):
        case 0:
            tree[name] = dice.choice(ODD_VALUES)
        case 1:
            del tree[name]
        case 2:
            inner = tree[name]
            if isinstance(inner, dict) and inner:
                inner[dice.choice(list(inner))] = dice.choice(ODD_VALUES)
            else:
                tree[name] = {"$ne": inner}
        case 3:
            tree = {dice.choice(ODD_TEXTS): 1, **tree}
        case 4:
            text = json.dumps(tree)
            twice = json.dumps({name: dice.choice(ODD_VALUES)}, default=str)[1:-1]
            return (f"{text[:-1]},{twice}}}" if dice.random() < 0.5 else f"{{{twice},{text[1:]}").encode(
                "utf-8", "surrogatepass"
            )
        case 5:
            text = json.dumps(tree)
            return re.sub("[0-9a-zA-Z]", lambda found: f"\\u{ord(found[0]):04x}", text, count=30).encode()
        case 6:
            tree = {name.upper() if dice.random() < 0.3 else name: value for name, value in tree.items()}
    return json.dumps(tree, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")


def changed_bytes(dice: random.Random, raw: bytes) -> bytes:
    return dice.choice((_bits, _bits, _whole, _json, _json))(dice, raw)


def _headers(dice: random.Random, headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    rows = list(headers)
    if not rows or dice.random() < 0.05:
        return (("x" * 5000, "y" * 5000),)
    at = dice.randrange(len(rows))
    name, value = rows[at]
    match dice.randrange(9):
        case 0:
            del rows[at]
        case 1:
            rows.append(rows[at])
        case 2:
            rows.append((name, dice.choice(ODD_TEXTS)))
        case 3:
            rows[at] = (name, dice.choice(ODD_TEXTS))
        case 4:
            rows[at] = (name.upper(), value)
        case 5:
            rows[at] = (name, _bits(dice, value.encode()).decode("latin-1"))
        case 6:
            swaps = (("sha384", "sha256"), ("SHA-256", "SHA-1"), ("hmac", "none"), ("=", ""), ('"', "'"), (",", ";"))
            old, new = dice.choice(swaps)
            rows[at] = (name, value.replace(old, new))
        case 7:
            rows[at] = (name, f"{value}, {value}")
        case 8:
            rows[at] = (name, dice.choice((f" {value}", f"{value} ", f"{value}\t", f"{value}=", f"\ufeff{value}")))
    return tuple(rows)


def hostile(dice: random.Random, message: Message) -> Message:
    """One more message that nobody sent."""
    if message.source is Source.RETURN:
        raw = base64.b64decode(message.path)
        match dice.randrange(4):
            case 0:
                path = base64.b64encode(changed_bytes(dice, raw)).decode()
            case 1:
                path = changed_bytes(dice, message.path.encode()).decode("latin-1")
            case 2:
                path = dice.choice((message.path.rstrip("="), message.path + "=", message.path + "/x", "cancel/x", "%"))
            case _:
                path = base64.urlsafe_b64encode(changed_bytes(dice, raw)).decode()
        return attrs.evolve(message, path=path)
    if dice.random() < 0.3:
        message = attrs.evolve(message, headers=_headers(dice, message.headers))
    if dice.random() < 0.1:
        message = attrs.evolve(message, path=dice.choice((*ODD_TEXTS, "newCard", "subscriptions", "bulk")))
    return attrs.evolve(message, body=changed_bytes(dice, message.body))


def problems_of(target: Target, seed: int) -> list[str]:
    """What is wrong with how a plugin takes one hostile message, and one hostile answer."""
    dice = random.Random(seed)
    genuine = dice.choice(target.genuine)
    message = hostile(dice, genuine.message)
    answer = dice.choice(target.answers) if target.answers else b""
    return [*_of_message(target, genuine, message, dice, answer), *_of_answer(target, dice, answer)]


def _of_message(
    target: Target, genuine: Genuine, message: Message, dice: random.Random, answer: bytes
) -> Iterator[str]:
    steps = _steps(target, "handle_notification", message=message)
    try:
        step = steps.first()
        if isinstance(step, Ask):
            if target.code == "nequi" and message.body != genuine.proves["body"]:
                yield "a body that nobody signed was believed"
            step = steps.answered(httpx.Response(200, content=changed_bytes(dice, answer), request=step.request))
        if isinstance(step, Conclusion):
            yield from _of_reading(target, genuine, step)
    finally:
        steps.close()


def _steps(target: Target, hook: str, **records: Any) -> Steps[Any]:
    exchange = exchange_of(lambda: target.provider.call(hook, account=target.account, **records))
    return Steps(hook, exchange, info=target.provider.info, account=target.account)


def _of_reading(target: Target, genuine: Genuine, step: Conclusion[Any]) -> Iterator[str]:
    if step.outcome is not Outcome.RESULT:
        if step.fault:
            yield f"undeclared: {step.cause}"
        return
    reading: Reading = step.value
    if reading.verdict is not Verdict.VALID and reading.observations:
        yield "observations without a proof"
    if target.code == "greenpay" and reading.verdict is Verdict.VALID:
        for seen in reading.observations:
            yield from _unlike(genuine, seen)


def _unlike(genuine: Genuine, seen: Observation) -> Iterator[str]:
    """Greenpay's signature covers status and orderId: whatever else the bytes say,
    this must be what was signed."""
    if seen.reference != genuine.proves["orderId"]:
        yield f"forged: believed for {seen.reference!r}, signed for {genuine.proves['orderId']!r}"
    if (seen.kind is Kind.PAID) is not (genuine.proves["status"] == 200):
        yield f"forged: {seen.kind} of a signed {genuine.proves['status']}"
    if seen.amount is not None:
        yield "an amount that nobody signed"


def _of_answer(target: Target, dice: random.Random, answer: bytes) -> Iterator[str]:
    """A status call answered with rubbish concludes nothing, or what it truly says."""
    if not answer:
        return
    query = Query(
        reference="GENU1NE000",
        provider_reference="350-client-1-GENU1NE000",
        way="push",
        amount=Money(100_000, "COP"),
        created_at=START,
        memory={"transactionId": "350-client-1-GENU1NE000", "phone": "3998764643"},
        payer_fields={},
        now=START,
        call_id="CALL000001",
    )
    steps = _steps(target, "query_payment", query=query)
    try:
        step = steps.first()
        if not isinstance(step, Ask):
            yield f"no status call: {step}"
            return
        headers = {
            "content-type": dice.choice(("application/json", "text/html", "", "application/json; charset=utf-16"))
        }
        content = changed_bytes(dice, answer)
        step = steps.answered(httpx.Response(200, content=content, headers=headers, request=step.request))
        if isinstance(step, Conclusion) and step.outcome is not Outcome.RESULT:
            if step.fault:
                yield f"undeclared in an answer: {step.cause}"
        elif isinstance(step, Conclusion):
            said = [seen.kind for seen in step.value or ()]
            if Kind.PAID in said and b"35" not in content and b"\\u003" not in content and b"3\x005" not in content:
                yield f"paid, out of {content[:200]!r}"
    finally:
        steps.close()


def genuine_refused(target: Target) -> list[str]:
    """Genuine news that is not believed."""
    found = []
    for genuine in target.genuine:
        steps = _steps(target, "handle_notification", message=genuine.message)
        step = steps.first()
        proven = isinstance(step, Ask) or (step.outcome is Outcome.RESULT and step.value.verdict is Verdict.VALID)
        steps.close()
        if not proven:
            found.append(f"{genuine.message.source} {genuine.proves}")
    return found


def fuzz(target: Target, first: int, count: int, *, found: Callable[[str], None]) -> None:
    """Many hostile messages; each seed is one."""
    for seed in range(first, first + count):
        for problem in problems_of(target, seed):
            found(f"python -m tests.worlds.hostile {target.code} {seed}: {problem}")


def main() -> int:
    """Replay one, or run many: PROVIDER SEED [COUNT]."""
    from .__main__ import quiet

    quiet()
    logging.disable(logging.CRITICAL)
    code, first = sys.argv[1], int(sys.argv[2])
    folder = Path(tempfile.mkdtemp(prefix="worlds-"))
    try:
        broken: list[str] = []
        count = int(sys.argv[3]) if len(sys.argv) > 3 else 1
        fuzz(targets(make_origin(folder / "origin"))[code], first, count, found=broken.append)
        print("\n".join(broken[:20]))  # noqa: T201
        print(f"{count} messages to {code}, {len(broken)} wrong")  # noqa: T201
        return 1 if broken else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
