"""What public sources read differently, and what was recorded: each answer as it really came, and what it may mean."""

import json
from datetime import UTC, datetime, timedelta

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


@pytest.mark.xfail(strict=True, reason="P2: a number that only repeats our ClientID is taken for an authorisation")
@pytest.mark.parametrize("number", [CLIENT, f" {CLIENT} ", TRANSACTION, REFERENCE, "10000001", "6oauthclient"])
def test_a_number_that_repeats_what_we_sent_is_no_authorisation(number):
    """Recorded twice: ``trnId`` is the ClientID that was sent, so it is the same for every payment of the merchant."""
    conclusion, _ = play("query_payment", query(), paid(trnId=number))
    (claim,) = conclusion.value
    assert (claim.kind, claim.authorisation) == (Kind.PAID, None)
    assert "authorisation" not in claim.vouched
    assert not any(number.strip() == CLIENT and value == CLIENT for value in vars_of(claim))


def vars_of(claim):
    return [getattr(claim, name) for name in ("movement", "event_id", "authorisation", "reference")]


def test_control_a_plugin_that_takes_any_number_for_an_authorisation():
    with pytest.raises(AssertionError):
        test_a_number_that_repeats_what_we_sent_is_no_authorisation(CLIENT)


# The date of a paid answer


@pytest.mark.xfail(strict=True, reason="P3: the time of the push is told as the time of payment")
@pytest.mark.parametrize("way", ["push", "qr"])
def test_the_date_of_a_paid_answer_is_not_the_time_of_payment(way):
    """Recorded: pushed 15:17:38Z, asked 15:17:49Z, ``date`` 10:17:41 in Bogotá."""
    conclusion, _ = play("query_payment", query(way), paid())
    (claim,) = conclusion.value
    assert (claim.kind, claim.occurred_at) == (Kind.PAID, None)
    assert "occurred_at" not in claim.vouched


def test_control_a_plugin_that_takes_the_date_for_the_time_of_payment():
    with pytest.raises(AssertionError):
        test_the_date_of_a_paid_answer_is_not_the_time_of_payment("push")


# A code that its text does not find


@pytest.mark.xfail(strict=True, reason="P4: a code that its text does not find is never asked for by its transaction")
@pytest.mark.parametrize("code", ["3-455", "11-9L", "11-17L"])
def test_a_code_that_its_text_does_not_find_is_asked_for_by_its_transaction(code):
    conclusion, asked = play("query_payment", query("qr"), (code, {}), paid())
    (claim,) = conclusion.value
    assert (claim.kind, claim.movement, claim.provider_reference) == (Kind.PAID, REFERENCE, TRANSACTION)
    assert names_in(asked) == [{"qrValue": EMV}, {"codeQR": TRANSACTION}]
    assert len({message["RequestHeader"]["MessageID"] for message in asked}) == 2


def test_control_a_plugin_that_asks_by_the_text_alone():
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
