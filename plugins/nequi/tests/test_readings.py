"""What public sources read differently, and what was recorded: each answer as it really came, and what it may mean."""

import json
from datetime import UTC, datetime, timedelta

import attrs
import httpx
import pytest

import hub_nequi
from hub_hookspecs import (
    Account,
    Ask,
    Company,
    IdentityDocument,
    Kind,
    Mode,
    Money,
    Query,
    Steps,
)
from hub_nequi import wire

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
    lines = wire.settlement_lines(report(transactionReference=CLIENT), wire.sent_by(account()))
    assert [(line.line_id, line.authorisation) for line in lines] == [("INV0000421", None), ("INV0000422", None)]
    (listed,) = wire.listed_payments(report(transactionReference=CLIENT), REFERENCE, wire.sent_by(account()))
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
    read = wire.observations_from

    def with_the_date(answer, **more):
        (claim,) = read(answer, **more)
        return (attrs.evolve(claim, occurred_at=wire.moment_from(answer.body.get("date"))),)

    monkeypatch.setattr(wire, "observations_from", with_the_date)
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
    names = hub_nequi._names_of
    monkeypatch.setattr(hub_nequi, "_names_of", lambda about: names(about)[:1])
    with pytest.raises(AssertionError):
        test_a_code_that_its_text_does_not_find_is_asked_for_by_its_transaction("3-455")


# The simulator's readings


@pytest.mark.xfail(strict=True, reason="P5: the simulator plays one reading, and says nowhere which")
def test_the_simulator_says_which_readings_it_can_play():
    from hub_nequi.simulator import SIMULATOR

    names = {option.name for option in SIMULATOR.options}
    assert {"strict_keys", "trn_id", "paid_date", "token_paths", "qr_named_by", "notification_signature"} <= names
    assert all(option.text for option in SIMULATOR.options)


def test_control_a_simulator_without_options():
    with pytest.raises(AttributeError):
        test_the_simulator_says_which_readings_it_can_play()
