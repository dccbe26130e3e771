"""Whatever comes from outside, the plugin concludes something; it never fails, and never concludes too much."""

import json
from datetime import UTC, datetime

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

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

FUZZED = settings(max_examples=300, deadline=None, derandomize=True, database=None)
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

LEAVES = st.none() | st.booleans() | st.integers(-(10**25), 10**25) | st.floats() | st.text(max_size=12)
LEAVES |= st.sampled_from(["0", "35", "33", "71", "10-454", " 35 ", "52300", "52300.0", REFERENCE, "20-08A"])
NAMES = [
    "ResponseMessage", "ResponseHeader", "Status", "StatusCode", "MessageID", "ResponseBody", "any",
    "getStatusPaymentRS", "unregisteredPaymentRS", "status", "value", "date", "trnId", "phoneNumber", "transactionId", "access_token",
]  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)


def _envelope(status, code, message_id, body):
    return {
        "ResponseMessage": {
            "ResponseHeader": {"Status": {"StatusCode": code}, "MessageID": message_id},
            "ResponseBody": {"any": {"getStatusPaymentRS": body, "unregisteredPaymentRS": body, "x": status}},
        }
    }


ENVELOPES = st.builds(_envelope, LEAVES, LEAVES, st.sampled_from([REFERENCE, "CALL000001"]) | LEAVES, TREES)
RAW = (TREES | ENVELOPES).map(lambda tree: json.dumps(tree).encode()) | st.binary(max_size=200)
HTTP = st.sampled_from([200] * 9 + [201, 400, 401, 403, 404, 429, 500, 503])
ANSWERS = st.builds(lambda status, raw: httpx.Response(status, content=raw), HTTP, RAW)

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


@FUZZED
@given(ANSWERS)
def test_an_answer_to_a_push(answer):
    conclusion = _run("create_payment", ORDER, answer)
    assert not conclusion.fault
    if conclusion.outcome == "result":
        assert json.loads(answer.content)["ResponseMessage"]["ResponseHeader"]["MessageID"] == REFERENCE


@FUZZED
@given(ANSWERS)
def test_an_answer_to_a_query(answer):
    conclusion = _run("query_payment", QUERY, answer)
    assert not conclusion.fault
    assert conclusion.outcome in ("result", "never_sent")


HEADERS = st.lists(
    st.tuples(st.sampled_from(["content-type", "digest", "signature", "x"]), st.text(max_size=80)), max_size=6
)


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


@FUZZED
@given(HEADERS, RAW)
def test_a_notification_from_anybody(headers, body):
    message = _message(headers, body)
    exchange = hub_nequi.handle_notification(message, ACCOUNT)
    conclusion = Steps("handle_notification", exchange, info=hub_nequi.describe_provider(), account=ACCOUNT).first()
    assert conclusion.value.verdict is Verdict.INVALID

    exchange = hub_nequi.handle_notification(message, UNSIGNED)
    conclusion = Steps("handle_notification", exchange, info=hub_nequi.describe_provider(), account=UNSIGNED).first()
    assert conclusion.value.verdict is Verdict.UNSIGNED
