"""What public sources read differently, and what was recorded: each answer as it really came, and what it may mean."""

import base64
import json
from datetime import UTC, datetime, timedelta

import attrs
import pytest

import hub_nequi
from hub_hookspecs import (
    Account,
    Ask,
    Company,
    GrantRequest,
    IdentityDocument,
    Kind,
    Mode,
    Money,
    Query,
    Steps,
)
from hub_hookspecs.http import library as httpx
from hub_hookspecs.testing.simulator import WrongOption
from hub_nequi import report as reports
from hub_nequi import status, wire
from hub_nequi.simulator import SIMULATOR, api

NOW = datetime(2026, 3, 2, 14, 20, 9, tzinfo=UTC)
PUSHED = NOW - timedelta(minutes=12)
REFERENCE = "INV0000421"
TRANSACTION = f"350-hub-01-10000001-{REFERENCE}"
EMV = "00020101021226" + "9" * 80
CLIENT = "hub-01"


def account(**settings):
    return Account(
        company=Company(country="CO", document=IdentityDocument("NIT", "900123456"), legal_name="La Compañía SAS"),
        mode=Mode.TEST,
        settings={
            "client_id": "6oauthclient",
            "client_secret": "s",
            "api_key": "k",
            "code": "NIT_900123456",
            "client_ref": CLIENT,
            **settings,
        },
        endpoints={"oauth": "https://oauth.nequi.test/oauth2/token", "api": "https://api.nequi.test"},
    )


def query(way="push", **changes):
    fields = {
        "reference": REFERENCE,
        "provider_reference": TRANSACTION,
        "way": way,
        "amount": Money(5230000, "COP"),
        "created_at": PUSHED,
        "memory": {"transactionId": TRANSACTION, **({"qrValue": EMV, "codeQR": None} if way == "qr" else {})},
        "now": NOW,
        "call_id": "CALL000001",
    }
    return Query(**{**fields, **changes})


def paid(**body):
    """The recorded shape of a paid answer, all of its keys."""
    return "0", {
        "status": "35",
        "name": "MI COMERCIO",
        "value": "52300",
        "date": "2026-03-02 09:08:09",
        "trnId": "S1000001",
        "phoneNumber": "3998764643",
        "originMoney": [{}],
        "ipAddress": "N/A",
        **body,
    }


def play(hook, record, *answers, of=None):
    """Drive a hook with business answers, each a StatusCode and what stands under getStatusPaymentRS; what it asked."""
    of = of or account()
    steps = Steps(hook, getattr(hub_nequi, hook)(record, of), info=hub_nequi.describe_provider(), account=of)
    waiting, asked, step = list(answers), [], steps.first()
    while isinstance(step, Ask):
        message = json.loads(step.request.content)["RequestMessage"]
        asked.append(message)
        code, body = waiting.pop(0)
        header = {**message["RequestHeader"], "Status": {"StatusCode": code, "StatusDesc": "whatever"}}
        any_of = {"getStatusPaymentRS": body} if body else {}
        answer = {"ResponseMessage": {"ResponseHeader": header, "ResponseBody": {"any": any_of}}}
        step = steps.answered(httpx.Response(200, json=answer))
    assert waiting == [], "not everything was asked for"
    return step, asked


def names_in(asked):
    """By what each status call named its payment."""
    return [message["RequestBody"]["any"]["getStatusPaymentRQ"] for message in asked]


# The number of a paid transaction


@pytest.mark.parametrize("number", [CLIENT, f" {CLIENT} ", TRANSACTION, REFERENCE, "10000001", "6oauthclient"])
def test_a_number_that_repeats_what_we_sent_is_no_authorisation(number):
    """Recorded twice: ``trnId`` is the ClientID that was sent, so it is the same for every payment of the merchant."""
    conclusion, _ = play("query_payment", query(), paid(trnId=number))
    (claim,) = conclusion.value
    assert (claim.kind, claim.authorisation) == (Kind.PAID, None)
    assert "authorisation" not in claim.vouched
    shown = [claim.movement, claim.event_id, claim.reference, claim.provider_reference]
    assert shown == [REFERENCE, None, None, TRANSACTION]


def test_control_a_plugin_that_takes_any_number_for_an_authorisation(monkeypatch):
    monkeypatch.setattr(wire, "number_in", lambda value, known: wire.text_of(value)[:80] or None)
    with pytest.raises(AssertionError):
        test_a_number_that_repeats_what_we_sent_is_no_authorisation(CLIENT)


@pytest.mark.parametrize("number", ["S1000001", "M77", "54321", "0"])
def test_a_number_of_its_own_is_the_authorisation(number):
    conclusion, _ = play("query_payment", query(memory={}, provider_reference="350-12345-1-X"), paid(trnId=number))
    assert conclusion.value[0].authorisation == number


def test_two_payments_with_one_number_are_two_pieces_of_news():
    """What all payments share is in no key: neither is taken for the other, nor for the same money twice."""
    seen = []
    for reference in ("INV0000421", "INV0000422"):
        theirs = f"350-{CLIENT}-10000001-{reference}"
        asked = query(reference=reference, provider_reference=theirs, memory={})
        conclusion, _ = play("query_payment", asked, paid(trnId=CLIENT))
        seen += conclusion.value
    assert len({claim.movement for claim in seen}) == len({claim.provider_reference for claim in seen}) == 2
    assert {claim.event_id for claim in seen} == {None}


def report(**line):
    """A report of two payments."""
    lines = [
        {"messageId": reference, "transactionValue": "52300", "transactionDate": "2026-03-02 09:12:11", **line}
        for reference in ("INV0000421", "INV0000422")
    ]
    return wire.Answer("0", {"count": "2", "transactions": lines})


def test_lines_of_a_report_that_share_our_client_id_as_number_stay_two():
    lines = reports.settlement_lines(report(transactionReference=CLIENT), wire.sent_by(account()))
    assert [(line.line_id, line.authorisation) for line in lines] == [("INV0000421", None), ("INV0000422", None)]
    (listed,) = reports.listed_payments(report(transactionReference=CLIENT), REFERENCE, wire.sent_by(account()))
    assert (listed.movement, listed.authorisation) == (REFERENCE, None)


# The date of a paid answer


@pytest.mark.parametrize("way", ["push", "qr"])
def test_the_date_of_a_paid_answer_is_not_the_time_of_payment(way):
    """Recorded: pushed 15:17:38Z, asked 15:17:49Z, ``date`` 10:17:41 in Bogotá."""
    conclusion, _ = play("query_payment", query(way), paid())
    (claim,) = conclusion.value
    assert (claim.kind, claim.occurred_at) == (Kind.PAID, None)
    assert "occurred_at" not in claim.vouched


def test_control_a_plugin_that_takes_the_date_for_the_time_of_payment(monkeypatch):
    read = status.observations_from

    def with_the_date(answer, **more):
        (claim,) = read(answer, **more)
        return (attrs.evolve(claim, occurred_at=wire.moment_from(answer.body.get("date"))),)

    monkeypatch.setattr(status, "observations_from", with_the_date)
    with pytest.raises(AssertionError):
        test_the_date_of_a_paid_answer_is_not_the_time_of_payment("push")


# A code that its text does not find


@pytest.mark.parametrize("code", ["3-455", "11-9L", "11-17L"])
def test_a_code_that_its_text_does_not_find_is_asked_for_by_its_transaction(code):
    conclusion, asked = play("query_payment", query("qr"), (code, {}), paid())
    (claim,) = conclusion.value
    assert (claim.kind, claim.movement, claim.provider_reference) == (Kind.PAID, REFERENCE, TRANSACTION)
    assert names_in(asked) == [{"qrValue": EMV}, {"codeQR": TRANSACTION}]
    assert len({message["RequestHeader"]["MessageID"] for message in asked}) == 2


@pytest.mark.parametrize("code", ["0", "10-454", "10-455", "11-18L", "20-07A", "20-09A", "20-10A", "99-99Z"])
def test_a_code_that_its_text_finds_is_asked_for_once(code):
    _, asked = play("query_payment", query("qr"), (code, {"status": "33"}))
    assert names_in(asked) == [{"qrValue": EMV}]


@pytest.mark.parametrize("code", ["20-05A", "20-08A", "2-CCSB000079"])
def test_so_is_one_whose_question_was_not_understood(code):
    conclusion, asked = play("query_payment", query("qr"), (code, {}), paid())
    assert ([claim.kind for claim in conclusion.value], len(asked)) == ([Kind.PAID], 2)


@pytest.mark.parametrize(
    ("kept", "names"),
    [
        ({"qrValue": EMV, "transactionId": TRANSACTION}, [{"qrValue": EMV}, {"codeQR": TRANSACTION}]),
        (
            {"qrValue": EMV, "transactionId": TRANSACTION, "codeQR": "C001-1"},
            [{"qrValue": EMV}, {"codeQR": TRANSACTION}],
        ),
        ({"qrValue": EMV, "codeQR": "C001-1"}, [{"qrValue": EMV}, {"codeQR": "C001-1"}]),
        ({"codeQR": "C001-1", "transactionId": TRANSACTION}, [{"codeQR": "C001-1"}, {"codeQR": TRANSACTION}]),
        ({"codeQR": "C001-1"}, [{"codeQR": "C001-1"}]),
        ({"qrValue": EMV}, [{"qrValue": EMV}]),
    ],
)
def test_no_code_is_asked_for_more_than_twice_nor_by_one_name_again(kept, names):
    conclusion, asked = play("query_payment", query("qr", memory=kept), *[("3-455", {})] * len(names))
    assert names_in(asked) == names
    assert [claim.kind for claim in conclusion.value] == [Kind.NOT_FOUND]


def test_a_second_answer_that_says_nothing_concludes_nothing():
    conclusion, _ = play("query_payment", query("qr"), ("3-455", {}), ("11-18L", {}))
    assert conclusion.value == ()


def test_a_push_has_one_name():
    conclusion, asked = play("query_payment", query(), ("3-455", {}))
    assert ([claim.kind for claim in conclusion.value], names_in(asked)) == (
        [Kind.NOT_FOUND],
        [{"codeQR": TRANSACTION}],
    )


def test_control_a_plugin_that_asks_by_the_text_alone(monkeypatch):
    monkeypatch.setattr(status, "_also_named_by", lambda _about, _asked: {})
    with pytest.raises(AssertionError):
        test_a_code_that_its_text_does_not_find_is_asked_for_by_its_transaction("3-455")


# The simulator's readings


def test_the_simulator_says_which_readings_it_can_play():
    names = {option.name for option in SIMULATOR.options}
    assert {"strict_keys", "trn_id", "paid_date", "token_paths", "qr_named_by", "notification_signature"} <= names
    assert all(option.text and option.takes(option.default) for option in SIMULATOR.options)
    assert set(SIMULATOR.configure({})["options"]) == names


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"strict_key": True}, "there is no option strict_key; there are: strict_keys, "),
        ({"strict_keys": "yes"}, "option strict_keys takes true or false"),
        ({"trn_id": "ClientID"}, 'option trn_id takes "number", "client", "transaction"'),
        ({"expiry_seconds": True}, "option expiry_seconds takes a number"),
        ({"omit_keys": "date"}, "option omit_keys takes a list"),
    ],
)
def test_an_option_that_it_does_not_have_is_refused(nequi, given, told):
    with pytest.raises(WrongOption, match=told):
        SIMULATOR.configure({"options": given})
    answer = nequi.http("POST", "/_control/options", json=given)
    assert (answer.status_code, told in answer.json()["error"]) == (400, True)


def envelope(**changes):
    """A right push, part by part."""
    header = {
        "Channel": "PNP04-C001",
        "RequestDate": "2026-03-02T14:05:09.120Z",
        "MessageID": "INV0000421",
        "ClientID": CLIENT,
        "Destination": {
            "ServiceName": "PaymentsService",
            "ServiceOperation": "unregisteredPayment",
            "ServiceRegion": "C001",
            "ServiceVersion": "1.2.0",
        },
    }
    body = {"phoneNumber": "3998764643", "code": "NIT_900123456", "value": "52300", "reference1": "Factura F-421"}
    for path, value in changes.items():
        *parents, key = path.split("__")
        place = {"header": header, "body": body}[parents[0]]
        place = place["Destination"] if parents[1:] else place
        if value is None:
            del place[key]
        else:
            place[key] = value
    return {"RequestMessage": {"RequestHeader": header, "RequestBody": {"any": {"unregisteredPaymentRQ": body}}}}


def pushed(nequi, document):
    """The StatusCode of a push, and whether anything came of it."""
    of = nequi.account()
    pair = base64.b64encode(f"{of.settings['client_id']}:{of.settings['client_secret']}".encode()).decode()
    path = "/oauth/oauth2/token?grant_type=client_credentials"
    token = nequi.http("POST", path, headers={"authorization": f"Basic {pair}"}).json()["access_token"]
    answer = nequi.http(
        "POST",
        "/api/payments/v2/-services-paymentservice-unregisteredpayment",
        headers={"authorization": f"Bearer {token}", "x-api-key": of.settings["api_key"]},
        json=document,
    )
    reference = document["RequestMessage"]["RequestHeader"]["MessageID"]
    waits = nequi.http("POST", "/_control/approve", json={"reference": reference}).status_code == 200
    return answer.json()["ResponseMessage"]["ResponseHeader"]["Status"]["StatusCode"], waits


STRICT = {
    "an unknown key": ({"body__reference4": "x"}, "20-05A"),
    "a key written otherwise": ({"body__Reference1": "x"}, "20-05A"),
    "a key of the header left out": ({"header__ClientID": None}, "20-05A"),
    "a key of the destination left out": ({"header__Destination__ServiceRegion": None}, "20-05A"),
    "an unknown key of the header": ({"header__Version": "1"}, "20-05A"),
    "a MessageID of another length": ({"header__MessageID": "0b6f9c1e-6f0f-4a52-9a0e-2a6f4a1f9b7d"}, "11-17L"),
    "a date without milliseconds": ({"header__RequestDate": "2026-03-02T14:05:09Z"}, "11-17L"),
    "another product's channel": ({"header__Channel": "PQR03-C001"}, "11-17L"),
    "another operation's name": ({"header__Destination__ServiceOperation": "getStatusPayment"}, "11-17L"),
    "another version": ({"header__Destination__ServiceVersion": "1.0.0"}, "11-17L"),
    "an amount with decimals": ({"body__value": "52300.0"}, "11-17L"),
    "a code without its type": ({"body__code": "900123456"}, "11-17L"),
    "a text that is a number": ({"body__reference1": 7}, "11-17L"),
    "a text that is too long": ({"body__reference1": "x" * 46}, "11-17L"),
}


@pytest.mark.parametrize("case", STRICT)
def test_strict_keys_refuse_what_the_recorded_sandbox_lets_pass(make_nequi, case):
    changes, code = STRICT[case]
    assert pushed(make_nequi(strict_keys=True), envelope(**changes)) == (code, False)
    told, waits = pushed(make_nequi(), envelope(**changes))
    assert waits is (told == "0")


def test_strict_keys_let_a_right_push_pass(make_nequi):
    assert pushed(make_nequi(strict_keys=True), envelope()) == ("0", True)


def test_control_a_simulator_that_looks_at_no_key(make_nequi, monkeypatch):
    monkeypatch.setattr(api, "error_in", lambda _operation, _document: None)
    with pytest.raises(AssertionError):
        test_strict_keys_refuse_what_the_recorded_sandbox_lets_pass(make_nequi, "an unknown key")


@pytest.mark.parametrize(
    ("trn_id", "shown"), [("number", "S1000001"), ("client", CLIENT), ("transaction", "the transactionId")]
)
def test_the_number_of_a_paid_answer_is_as_the_reading_has_it(make_nequi, trn_id, shown):
    nequi = make_nequi(trn_id=trn_id)
    started = nequi.start()
    nequi.control("approve", reference=REFERENCE)
    (claim,) = nequi.query(started)
    body = _answered(nequi)
    assert body["trnId"] == (claim.provider_reference if trn_id == "transaction" else shown)
    assert claim.authorisation == (shown if trn_id == "number" else None)


@pytest.mark.parametrize(("paid_date", "is_creation"), [("creation", True), ("payment", False)])
def test_the_date_of_a_paid_answer_is_as_the_reading_has_it(make_nequi, paid_date, is_creation):
    nequi = make_nequi(paid_date=paid_date)
    nequi.control("clock", at="2026-03-02T15:17:41Z")
    started = nequi.start()
    nequi.control("clock", at="2026-03-02T15:20:05Z")
    nequi.control("approve", reference=REFERENCE)
    assert nequi.query(started)[0].occurred_at is None
    assert _answered(nequi)["date"] == ("2026-03-02 10:17:41" if is_creation else "2026-03-02 10:20:05")


def _answered(nequi):
    """The status answer to the request that was sent last."""
    request = nequi.last.requests[-1]
    answer = nequi.http("POST", request.url.path, headers=request.headers, content=request.content)
    return answer.json()["ResponseMessage"]["ResponseBody"]["any"]["getStatusPaymentRS"]


@pytest.mark.parametrize("path", ["oauth2/token", "oauth/token", "token"])
def test_a_grant_is_had_wherever_the_operator_says(make_nequi, path):
    nequi = make_nequi(token_paths=[path])
    of = nequi.account()
    of = attrs.evolve(of, endpoints={**of.endpoints, "oauth": f"http://nequi.test/oauth/{path}"})
    asked = GrantRequest(now=NOW, call_id="CALL000001")
    assert nequi.run("authorize", asked, of).outcome == "result"
    others = {"oauth2/token", "oauth/token", "token"} - {path}
    assert {nequi.http("POST", f"/oauth/{other}").status_code for other in others} == {403}


@pytest.mark.parametrize("named_by", ["any", "qrValue", "transactionId"])
@pytest.mark.parametrize("unknown", ["3-455", "11-9L", "11-17L"])
@pytest.mark.parametrize("form", ["both", "new"])
def test_a_code_is_seen_paid_and_reversed_whatever_finds_it(make_nequi, named_by, unknown, form):
    nequi = make_nequi(qr_named_by=named_by, unknown_code=unknown, qr_answer=form, strict_keys=True)
    started = nequi.start(way="qr")
    assert [claim.kind for claim in nequi.query(started, way="qr")] == [Kind.ACCEPTED]
    nequi.control("approve", reference=REFERENCE, phone="3001112233")
    assert [claim.kind for claim in nequi.query(started, way="qr")] == [Kind.PAID]
    assert [claim.kind for claim in nequi.refund(started, way="qr").value] == [Kind.RETURNED]
    assert [row["state"] for row in nequi.book()] == ["returned"]


@pytest.mark.parametrize(("form", "parameters"), [("full", 4), ("no_headers", 3), ("bare", 2)])
def test_a_notification_is_genuine_in_each_form_of_its_signature(make_nequi, form, parameters):
    nequi = make_nequi(notification_signature=form)
    nequi.start()
    nequi.control("approve", reference=REFERENCE)
    (message,) = nequi.news()
    assert message.header("signature").count('="') == parameters
    assert nequi.result("handle_notification", message).observations[-1].kind is Kind.PAID
