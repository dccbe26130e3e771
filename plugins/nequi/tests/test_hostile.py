"""Whatever comes from outside, the plugin concludes something; it never fails, and never concludes too much."""

import json
import random
from datetime import UTC, datetime

import pytest

import hub_nequi
from hub_hookspecs import (
    Account,
    Ask,
    Company,
    IdentityDocument,
    Message,
    Mode,
    Money,
    Order,
    OrderLine,
    Payer,
    Query,
    Source,
    Steps,
    Verdict,
)
from hub_hookspecs.http import library as httpx

ROUNDS = 500
NOW = datetime(2026, 3, 2, 14, 5, 9, tzinfo=UTC)
REFERENCE = "INV0000421"
ACCOUNT = Account(
    company=Company(country="CO", document=IdentityDocument("NIT", "900123456"), legal_name="La Compañía SAS"),
    mode=Mode.TEST,
    settings={
        "client_id": "c",
        "client_secret": "s",
        "api_key": "k",
        "code": "NIT_900123456",
        "notification_secret": "n",
    },
    endpoints={"oauth": "https://oauth.nequi.test/oauth2/token", "api": "https://api.nequi.test"},
)
UNSIGNED = Account(company=ACCOUNT.company, mode=Mode.TEST, endpoints=ACCOUNT.endpoints)

WORDS = ["0", "35", "33", "71", "10-454", " 35 ", "52300", "52300.0", REFERENCE, "20-08A", "", "ñ", "\ud800", "\x00"]
LEAVES = [*WORDS, None, True, False, 0, 35, -1, 10**25, 1.5, 52300.0, float("nan"), float("inf")]
NAMES = [
    *("ResponseMessage", "ResponseHeader", "Status", "StatusCode", "MessageID", "ResponseBody", "any", "status"),
    *("getStatusPaymentRS", "unregisteredPaymentRS", "value", "date", "trnId", "phoneNumber", "transactionId"),
    *("messageId", "paymentStatus"),
]


def _tree(dice, depth=0):
    """Any JSON, of the names and words that matter."""
    shape = dice.random() if depth < 4 else 0
    if shape < 0.4:
        return dice.choice(LEAVES)
    if shape < 0.55:
        return [_tree(dice, depth + 1) for _ in range(dice.randrange(4))]
    return {dice.choice(NAMES): _tree(dice, depth + 1) for _ in range(dice.randrange(6))}


def _envelope(dice):
    """An answer that is right in most places, and anything in the others."""

    def mostly(value):
        return value if dice.random() < 0.8 else _tree(dice, 2)

    body = {name: mostly(dice.choice(WORDS)) for name in ("status", "value", "date", "trnId", "transactionId")}
    header = {
        "Status": mostly({"StatusCode": mostly("0")}),
        "MessageID": mostly(dice.choice([REFERENCE, "CALL000001"])),
    }
    bodies = {"getStatusPaymentRS": mostly(body), "unregisteredPaymentRS": mostly(body)}
    return {"ResponseMessage": mostly({"ResponseHeader": mostly(header), "ResponseBody": mostly({"any": bodies})})}


def _raw(dice):
    if dice.random() < 0.1:
        return dice.randbytes(dice.randrange(200))
    raw = json.dumps(_envelope(dice) if dice.random() < 0.7 else _tree(dice)).encode()
    return raw[: dice.randrange(len(raw) + 1)] if dice.random() < 0.1 else raw


def _answer(dice):
    status = dice.choice([*[200] * 9, 201, 400, 401, 403, 404, 429, 500, 503])
    return httpx.Response(status, content=_raw(dice))


ORDER = Order(
    reference=REFERENCE,
    way="push",
    amount=Money(18500000, "COP"),
    description="Factura F-421",
    lines=(OrderLine(number="F-421", description="", amount=Money(18500000, "COP")),),
    payer=Payer(fields={"phone": "3998764643"}),
    return_url="https://hub.test/r",
    locale="es",
    now=NOW,
    call_id="CALL000001",
)
QUERY = Query(
    reference=REFERENCE,
    provider_reference="350-1-1-INV0000421",
    way="push",
    amount=Money(18500000, "COP"),
    created_at=NOW,
    memory={},
    now=NOW,
    call_id="CALL000001",
)


def _run(name, record, answer):
    exchange = getattr(hub_nequi, name)(record, ACCOUNT)
    steps = Steps(name, exchange, info=hub_nequi.describe_provider(), account=ACCOUNT)
    step = steps.first()
    while isinstance(step, Ask):
        step = steps.answered(answer)
    return step


@pytest.mark.parametrize("seed", range(5))
def test_an_answer_to_a_push(seed):
    dice = random.Random(seed)
    outcomes = set()
    for _ in range(ROUNDS):
        answer = _answer(dice)
        conclusion = _run("create_payment", ORDER, answer)
        outcomes.add(str(conclusion.outcome))
        assert not conclusion.fault, answer.content
        if conclusion.outcome == "result":
            assert json.loads(answer.content)["ResponseMessage"]["ResponseHeader"]["MessageID"] == REFERENCE
    assert {"result", "unknown"} <= outcomes


@pytest.mark.parametrize("seed", range(5))
def test_an_answer_to_a_query(seed):
    dice = random.Random(seed)
    kinds = set()
    for _ in range(ROUNDS):
        answer = _answer(dice)
        conclusion = _run("query_payment", QUERY, answer)
        assert not conclusion.fault, answer.content
        assert conclusion.outcome in ("result", "never_sent")
        kinds |= {str(seen.kind) for seen in conclusion.value or ()}
    assert kinds  # the dice reach what matters


@pytest.mark.parametrize("seed", range(5))
def test_a_notification_from_anybody(seed):
    dice = random.Random(seed)
    for _ in range(ROUNDS):
        headers = [
            (dice.choice(["content-type", "digest", "signature", "x"]), _header(dice)) for _ in range(dice.randrange(6))
        ]
        message = _message(headers, _raw(dice))
        assert _verdict(message, ACCOUNT) is Verdict.INVALID
        assert _verdict(message, UNSIGNED) is Verdict.UNSIGNED


def _header(dice):
    parts = [
        'keyId="c"',
        'algorithm="hmac-sha384"',
        'headers="content-type digest"',
        'signature="A"',
        "SHA-256=",
        ",",
        "=",
    ]
    return "".join(dice.choice([*parts, *WORDS, ","]) for _ in range(dice.randrange(8)))


def _verdict(message, account):
    exchange = hub_nequi.handle_notification(message, account)
    steps = Steps("handle_notification", exchange, info=hub_nequi.describe_provider(), account=account)
    return steps.first().value.verdict


def _message(headers, body):
    return Message(
        source=Source.NOTIFICATION,
        method="POST",
        path="",
        query="",
        headers=tuple(headers),
        body=body,
        received_at=NOW,
        call_id="CALL000001",
    )
