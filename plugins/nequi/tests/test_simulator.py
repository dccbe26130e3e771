"""The simulated Nequi as others use it: the official clients' requests, unchanged but for the base address."""

import base64
import hashlib
import json

import pytest

from hub_hookspecs.http import library as httpx
from hub_nequi.simulator import SIMULATOR

BASE = "http://nequi.test"
PHONE = "3998764643"
OFFICIAL_ID = "1234567890"
UNREGISTERED = "/api/payments/v2/-services-paymentservice-unregisteredpayment"
STATUS = "/api/payments/v2/-services-paymentservice-getstatuspayment"
CANCEL = "/api/payments/v2/-services-paymentservice-cancelunregisteredpayment"
REVERSE = "/api/payments/v2/-services-reverseservices-reversetransaction"
QR = "/api/payments/v2/-services-paymentservice-generatecodeqr"
REPORTS = "/api/partners/v2/-services-reportsservice-getreports"


class Client:
    """A client in the manner of the official ones."""

    def __init__(self, nequi, **wrong):
        self.nequi = nequi
        self.merchant = {**nequi.config["merchants"][0], **wrong}

    def token(self, method="POST", path="/oauth/oauth2/token?grant_type=client_credentials", **more):
        pair = f"{self.merchant['client_id']}:{self.merchant['client_secret']}"
        headers = {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        return self.nequi.http(method, path, headers=headers, **more)

    def headers(self):
        return {
            "authorization": f"Bearer {self.token().json()['access_token']}",
            "x-api-key": self.merchant["api_key"],
            "content-type": "application/json",
        }

    def call(self, path, key, body, *, message_id=OFFICIAL_ID, channel="PNP04-C001", client="12345", **destination):
        payload = {
            "RequestMessage": {
                "RequestHeader": {
                    "Channel": channel,
                    "RequestDate": "2017-06-21T20:26:12.654Z",
                    "MessageID": message_id,
                    "ClientID": client,
                    "Destination": {
                        "ServiceName": "PaymentsService",
                        "ServiceOperation": key.removesuffix("RQ"),
                        "ServiceRegion": "C001",
                        "ServiceVersion": "1.2.0",
                        **destination,
                    },
                },
                "RequestBody": {"any": {key: body}},
            }
        }
        return self.nequi.http("POST", path, json=payload, headers=self.headers())

    def push(self, phone=PHONE, value="1", **more):
        body = {"phoneNumber": phone, "code": self.merchant["code"], "value": value, "reference1": "a"}
        return self.call(UNREGISTERED, "unregisteredPaymentRQ", body, **more)

    def status(self, key, field="codeQR", **more):
        return self.call(STATUS, "getStatusPaymentRQ", {field: key}, **more)


@pytest.fixture
def client(nequi):
    return Client(nequi)


def code_of(answer):
    return answer.json()["ResponseMessage"]["ResponseHeader"]["Status"]["StatusCode"]


def any_of(answer):
    return answer.json()["ResponseMessage"]["ResponseBody"]["any"]


def transaction_of(answer):
    return any_of(answer)["unregisteredPaymentRS"]["transactionId"]


# The token


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/oauth/oauth2/token?grant_type=client_credentials", None),
        ("/oauth/oauth2/token", {"grant_type": "client_credentials"}),
        ("/oauth/oauth2/token?grant_type=client_credentials", {"grant_type": "client_credentials"}),
        ("/oauth/oauth/token?grant_type=client_credentials", None),
        ("/oauth/token?grant_type=client_credentials", None),
    ],
)
def test_the_grant_type_is_taken_from_query_and_body(client, path, form):
    answer = client.token(path=path, data=form)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "expires_in", "token_type"}
    assert (answer.json()["expires_in"], answer.json()["token_type"]) == (3600, "Bearer")


@pytest.mark.parametrize("wrong", ["client_id", "client_secret"])
def test_wrong_client_credentials_are_400(nequi, wrong):
    answer = Client(nequi, **{wrong: "wrong"}).token()
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Basic /w==", "Bearer x"])
def test_a_token_needs_basic(nequi, header):
    answer = nequi.http("POST", "/oauth/oauth2/token?grant_type=client_credentials", headers={"authorization": header})
    assert answer.json() == {"error": "invalid_client"}


def test_a_token_needs_its_grant_type(client):
    assert client.token(path="/oauth/oauth2/token").status_code == 400
    assert client.token(path="/oauth/oauth2/token?grant_type=password").status_code == 400


def test_a_token_outlives_the_simulator(nequi, make_nequi):
    headers = Client(nequi).headers()
    again = make_nequi(nequi.config["merchants"][0])
    assert again.http("POST", UNREGISTERED, headers=headers, content=b"").status_code == 400


def test_a_rotated_merchant_has_other_credentials_and_its_old_tokens_are_over(nequi):
    before = Client(nequi)
    headers = before.headers()
    merchant = nequi.config["merchants"][0]["id"]
    nequi.control("rotate", merchant=merchant, client_secret="another", api_key="key")

    assert nequi.http("POST", UNREGISTERED, headers=headers, content=b"").status_code == 401
    assert before.token().status_code == 400
    assert code_of(Client(nequi, client_secret="another", api_key="key").push()) == "0"


def test_a_token_dies_after_its_hour(client, nequi):
    headers = client.headers()
    nequi.control("clock", seconds=3601)
    assert nequi.http("POST", STATUS, headers=headers, content=b"").status_code == 401


# The gateway


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"authorization": ""}, 401, "Unauthorized"),
        ({"authorization": "Bearer x.y.z"}, 401, "Unauthorized"),
        ({"x-api-key": "wrong"}, 403, "Forbidden"),
        ({"x-api-key": ""}, 403, "Forbidden"),
    ],
)
def test_the_gateway_refuses_in_its_own_words(client, nequi, change, status, message):
    answer = nequi.http("POST", UNREGISTERED, headers={**client.headers(), **change}, content=b"{}")
    assert (answer.status_code, answer.json()) == (status, {"message": message})


@pytest.mark.parametrize(
    "path",
    [
        "/api/-services-paymentservice-unregisteredpayment",
        "/api/payments/v2/services-paymentservice-unregisteredpayment",
        "/api/payments/v1/-services-paymentservice-unregisteredpayment",
        "/api/",
        "/oauth/oauth2/v4/token",
    ],
)
def test_an_unknown_path_is_forbidden(client, nequi, path):
    answer = nequi.http("POST", path, headers=client.headers(), json={})
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})
    assert answer.headers["x-amzn-errortype"] == "ForbiddenException"


def test_only_post_is_known(client, nequi):
    assert nequi.http("GET", UNREGISTERED, headers=client.headers()).status_code == 403


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"RequestMessage": 1}', b'{"RequestMessage": {"RequestBody": {}}}']
)
def test_what_is_no_envelope_is_a_bad_request(client, nequi, body):
    assert nequi.http("POST", UNREGISTERED, headers=client.headers(), content=body).status_code == 400


def test_two_merchants_do_not_see_each_others_payments(make_nequi):
    nequi = make_nequi()
    other = SIMULATOR.configure({"merchants": [{"nit": "800100200"}]})["merchants"][0]
    nequi.config["merchants"].append({**other, "id": "other"})
    nequi.transport = httpx.ASGITransport(SIMULATOR.app(nequi.config), raise_app_exceptions=False)
    first, second = Client(nequi), Client(nequi)
    second.merchant = nequi.config["merchants"][1]
    transaction = transaction_of(first.push())
    assert code_of(second.status(transaction)) == "3-455"
    mixed = {**first.headers(), "x-api-key": second.merchant["api_key"]}
    assert nequi.http("POST", STATUS, headers=mixed, content=b"{}").status_code == 403


# Push


def test_header_and_destination_come_back_as_sent(client):
    answer = client.push(ServiceOperation="whatever", ServiceVersion="1.0.0").json()["ResponseMessage"]
    assert answer["ResponseHeader"]["Destination"] == {
        "ServiceName": "PaymentsService",
        "ServiceOperation": "whatever",
        "ServiceRegion": "C001",
        "ServiceVersion": "1.0.0",
    }
    assert answer["ResponseHeader"]["Channel"] == "PNP04-C001"
    assert (answer["ResponseHeader"]["MessageID"], answer["ResponseHeader"]["ClientID"]) == (OFFICIAL_ID, "12345")
    assert answer["ResponseHeader"]["Status"] == {"StatusCode": "0", "StatusDesc": "SUCCESS"}


@pytest.mark.parametrize(
    "message_id", ["1", OFFICIAL_ID, "a" * 84, "0b6f9c1e-6f0f-4a52-9a0e-2a6f4a1f9b7d", "123456789012345"]
)
def test_a_message_id_of_any_length_is_taken_and_the_transaction_cut_at_50(client, message_id):
    transaction = transaction_of(client.push(message_id=message_id))
    assert transaction.startswith("350-12345-")
    assert len(transaction) <= 50
    assert f"350-12345-{transaction[10:18]}-{message_id}"[:50] == transaction


def test_one_constant_message_id_makes_payments_of_their_own(client):
    assert transaction_of(client.push()) != transaction_of(client.push())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"phoneNumber": "399876464300"}, "11-17L"),
        ({"phoneNumber": "3000000000"}, "20-08A"),
        ({"phoneNumber": None}, "20-05A"),
        ({"code": "NIT_1"}, "11-9L"),
        ({"code": "900123456"}, "0"),
        ({"value": "15000.0"}, "0"),
        ({"value": "15000.5"}, "11-17L"),
        ({"value": "0"}, "11-17L"),
        ({"value": 15000}, "20-05A"),
        ({"value": "$15.000"}, "11-17L"),
    ],
)
def test_business_errors_are_http_200(client, body, code):
    full = {"phoneNumber": PHONE, "code": client.merchant["code"], "value": "1", **body}
    answer = client.call(UNREGISTERED, "unregisteredPaymentRQ", full)
    assert (answer.status_code, code_of(answer)) == (200, code)
    assert (any_of(answer) == {}) is (code != "0")


def test_pending_then_paid_in_the_shapes_of_the_sandbox(client, nequi):
    transaction = transaction_of(client.push(value="52300"))
    pending = any_of(client.status(transaction))["getStatusPaymentRS"]
    assert (pending["status"], pending["value"], pending["trnId"]) == ("33", "52300", transaction)
    assert pending["originMoney"] == []
    assert "|" in pending["date"]
    assert "phoneNumber" not in pending

    nequi.control("approve", reference=OFFICIAL_ID)

    paid = any_of(client.status(transaction))["getStatusPaymentRS"]
    assert (paid["status"], paid["phoneNumber"], paid["originMoney"]) == ("35", PHONE, [{}])
    assert paid["trnId"] != transaction
    assert "|" not in paid["date"]


def test_approved_after_one_status_call(make_nequi):
    """The flow that suits every client: 33 at the first query, 35 at the second."""
    nequi = make_nequi(approve_after_status_calls=1)
    client = Client(nequi)
    transaction = transaction_of(client.push())
    seen = [any_of(client.status(transaction))["getStatusPaymentRS"]["status"] for _ in range(3)]
    assert seen == ["33", "35", "35"]
    assert [row["captures"] for row in nequi.book()] == [1]


@pytest.mark.parametrize(("phone", "code"), [("3001230454", "10-454"), ("3001230455", "10-455")])
def test_a_phones_last_digits_decide(client, phone, code):
    assert code_of(client.status(transaction_of(client.push(phone)))) == code


def test_a_push_dies_by_the_clock(make_nequi):
    nequi = make_nequi(expiry_seconds=20)
    client = Client(nequi)
    transaction = transaction_of(client.push())
    nequi.control("clock", seconds=19)
    assert code_of(client.status(transaction)) == "0"
    nequi.control("clock", seconds=21)
    assert code_of(client.status(transaction)) == "10-454"
    assert nequi.http("POST", "/_control/approve", json={"reference": OFFICIAL_ID}).status_code == 404


def test_a_cancel_needs_a_pending_payment(client, nequi):
    transaction = transaction_of(client.push())
    body = {"code": "1", "phoneNumber": PHONE, "transactionId": transaction}
    answer = client.call(CANCEL, "unregisteredPaymentRQ", body)
    assert any_of(answer) == {"cancelRequestMoneyRS": {}}
    assert code_of(client.status(transaction)) == "10-455"
    assert code_of(client.call(CANCEL, "cancelUnregisteredPaymentRQ", body)) == "10-455"
    paid = transaction_of(client.push(message_id="PAID"))
    nequi.control("approve", reference="PAID")
    assert code_of(client.call(CANCEL, "x", {**body, "transactionId": paid})) != "0"


def test_a_reversal_needs_message_id_phone_and_full_value(client, nequi):
    client.push(value="52300")
    right = {
        "phoneNumber": PHONE, "value": "52300", "code": client.merchant["code"], "messageId": OFFICIAL_ID,
        "type": "payment",
    }  # fmt: skip

    def reverse(**change):
        return client.call(REVERSE, "reversionRQ", {**right, **change}, message_id="REV")

    assert code_of(reverse()) == "2-CCSB000079"  # pending: nothing was paid yet
    nequi.control("approve", reference=OFFICIAL_ID)
    for wrong in ({"messageId": "x"}, {"phoneNumber": "3001112233"}, {"value": "52299"}):
        assert code_of(reverse(**wrong)) == "2-CCSB000079"
    assert any_of(reverse()) == {"reversionRS": {}}
    assert code_of(reverse()) == "2-CCSB000079"
    assert [row["state"] for row in nequi.book()] == ["returned"]


def test_a_double_push_that_is_approved_takes_the_money_twice(client, nequi):
    """The book is the witness against whoever repeats a charging request."""
    client.push()
    client.push()
    nequi.control("approve", reference=OFFICIAL_ID)
    assert len(nequi.book()) == 2


# QR


@pytest.mark.parametrize(
    ("form", "keys"),
    [
        ("both", {"codeQR", "qrValue", "transactionId"}),
        ("old", {"codeQR"}),
        ("new", {"qrValue", "transactionId"}),
    ],
)
def test_a_code_in_the_forms_of_both_periods(make_nequi, form, keys):
    nequi = make_nequi(qr_answer=form)
    client = Client(nequi)
    body = {"code": client.merchant["code"], "value": "52300", "reference1": "a"}
    code = any_of(client.call(QR, "generateCodeQRRQ", body, channel="PQR03-C001"))["generateCodeQRRS"]
    assert set(code) == keys
    for field in ("codeQR", "qrValue"):
        key = code.get("qrValue") or code["codeQR"]
        assert any_of(client.status(key, field, channel="PQR03-C001"))["getStatusPaymentRS"]["status"] == "33"


def test_the_qr_text_is_emvco_with_a_right_checksum(client):
    body = {"code": client.merchant["code"], "value": "52300"}
    text = any_of(client.call(QR, "generateCodeQRRQ", body))["generateCodeQRRS"]["qrValue"]
    fields, rest = {}, text
    while rest:
        size = int(rest[2:4])
        fields[rest[:2]], rest = rest[4 : 4 + size], rest[4 + size :]
    assert (fields["00"], fields["53"], fields["54"], fields["58"]) == ("01", "170", "52300", "CO")
    assert fields["63"] == f"{_crc(text[:-4].encode()):04X}"


def _crc(data):
    """Bit by bit, as the EMVCo annex tells it."""
    register = 0xFFFF
    for bit in "".join(f"{byte:08b}" for byte in data):
        top = register >> 15
        register = (register << 1) & 0xFFFF
        if top ^ int(bit):
            register ^= 0x1021
    return register


# Reports


def test_the_report_lists_what_was_paid_and_who_the_merchant_is(client, nequi):
    client.push(value="52300")
    client.push(value="1000", message_id="NEVER")
    nequi.control("approve", reference=OFFICIAL_ID)
    body = {"code": client.merchant["code"], "startDate": "2000-01-01", "endDate": "2999-01-01", "format": "json"}
    report = any_of(client.call(REPORTS, "getReportsRQ", body, channel="MF-001"))["getReportsRS"]
    assert (report["commerce"], report["nit"], report["count"], report["total"]) == (
        "MI COMERCIO", "900123456", "1", "52300",
    )  # fmt: skip
    (line,) = report["transactions"]
    assert (line["messageId"], line["transactionValue"], line["productChannel"]) == (OFFICIAL_ID, "52300", "PNP04-C001")
    assert all(isinstance(value, str) for value in line.values())
    csv = any_of(client.call(REPORTS, "getReportsRQ", {**body, "format": "csv"}))["getReportsRS"]
    assert set(csv) == {"reportURL"}


def test_a_report_of_other_days_is_empty(client, nequi):
    client.push()
    nequi.control("approve", reference=OFFICIAL_ID)
    body = {"code": client.merchant["code"], "startDate": "2000-01-01", "endDate": "2000-01-02", "format": "json"}
    assert any_of(client.call(REPORTS, "getReportsRQ", body))["getReportsRS"]["transactions"] == []


# Notifications


@pytest.mark.parametrize(("action", "told"), [("approve", ["SUCCESS"]), ("reject", ["DENIED"]), ("expire", [])])
def test_a_push_is_told_of_with_digest_and_signature(client, nequi, action, told):
    client.push(value="52300")
    nequi.control(action, reference=OFFICIAL_ID)
    bodies = [(message, json.loads(message.body)) for message in nequi.news()]
    assert [body["paymentStatus"] for _, body in bodies] == told
    for message, body in bodies:
        assert (body["value"], body["phoneNumber"], body["messageId"]) == ("52300", PHONE, OFFICIAL_ID)
        assert (body["commerceCode"], body["region"]) == ("900123456", "C001")
        digest = base64.b64encode(hashlib.sha256(message.body).digest()).decode()
        assert message.header("digest") == f"SHA-256={digest}"
        assert message.header("signature").startswith(f'keyId="{client.merchant["client_id"]}",algorithm="hmac-sha384"')


def test_a_code_is_never_told_of(client, nequi):
    client.call(QR, "generateCodeQRRQ", {"code": client.merchant["code"], "value": "1"})
    nequi.control("approve", reference=OFFICIAL_ID)
    assert nequi.news() == []
    assert len(nequi.book()) == 1


def test_without_a_secret_a_notification_is_unsigned(make_nequi):
    nequi = make_nequi({"notification_secret": ""})
    Client(nequi).push()
    nequi.control("approve", reference=OFFICIAL_ID)
    (message,) = nequi.news()
    assert message.header("signature") is None


# Faults, options, configuration


def test_reset_forgets_payments_and_money(client, nequi):
    transaction = transaction_of(client.push())
    nequi.control("approve", reference=OFFICIAL_ID)
    nequi.control("reset")
    assert nequi.book() == []
    assert code_of(client.status(transaction)) == "3-455"


def test_a_push_may_be_told_to_take_effect_and_answer_something_else(make_nequi):
    nequi = make_nequi(force={"unregisteredPayment": {"code": "11-18L", "effect": True}})
    client = Client(nequi)
    assert code_of(client.push()) == "11-18L"
    nequi.control("approve", reference=OFFICIAL_ID)
    assert len(nequi.book()) == 1
    assert code_of(client.push()) == "0"


def test_keys_are_left_out_and_added(make_nequi):
    nequi = make_nequi(omit_keys=["Destination", "ClientID"], extra_keys=True)
    header = Client(nequi).push().json()["ResponseMessage"]["ResponseHeader"]
    assert not {"Destination", "ClientID"} & set(header)
    assert "somethingNew" in header["Status"]


def test_a_configuration_is_filled_with_credentials_nobody_chose():
    one, other = SIMULATOR.configure({}), SIMULATOR.configure({})
    for name in ("client_id", "client_secret", "api_key", "notification_secret"):
        assert one["merchants"][0][name] != other["merchants"][0][name]
    assert json.loads(json.dumps(one)) == one
    kept = SIMULATOR.configure({"merchants": [{"id": "m", "nit": "800100200", "api_key": "k"}]})["merchants"][0]
    assert (kept["id"], kept["code"], kept["api_key"]) == ("m", "NIT_800100200", "k")


def test_run_alone_it_prints_what_a_client_needs():
    config = SIMULATOR.configure({})
    line = SIMULATOR.line(BASE, config)
    assert line["provider"] == "nequi"
    assert line["endpoints"] == {"oauth": f"{BASE}/oauth/oauth2/token", "api": f"{BASE}/api"}
    assert {"client_id", "client_secret", "api_key", "code"} <= set(line["credentials"])
    assert line["phone_page"] == f"{BASE}/phone"


# The phone


def test_the_phone_shows_what_waits_and_pays_it(client, nequi):
    transaction = transaction_of(client.push(value="185000"))
    page = nequi.http("GET", f"/phone?number={PHONE}")
    assert "SIMULADO" in page.text
    assert "MI COMERCIO te pide" in page.text
    assert "$\u00a0185.000" in page.text
    assert 'aria-label="Aceptar el pago de $\u00a0185.000 a MI COMERCIO"' in page.text
    assert page.headers["refresh"].startswith("3;")

    answer = nequi.http("POST", "/phone/answer", data={"number": PHONE, "transaction": transaction, "answer": "accept"})

    assert (answer.status_code, answer.headers["location"]) == (303, f"../phone?number={PHONE}&done=accepted")
    after = nequi.http("GET", f"/phone?number={PHONE}&done=accepted").text
    assert "Listo: pagaste." in after
    assert "Aceptar" not in after
    assert len(nequi.book()) == 1


def test_the_phone_rejects(client, nequi):
    transaction = transaction_of(client.push())
    form = {"number": PHONE, "transaction": transaction, "answer": "reject"}
    assert nequi.http("POST", "/phone/answer", data=form).headers["location"].endswith("done=rejected")
    assert nequi.http("POST", "/phone/answer", data=form).headers["location"].endswith("done=late")
    assert code_of(client.status(transaction)) == "10-455"


def test_another_phone_sees_nothing_and_cannot_answer(client, nequi):
    transaction = transaction_of(client.push())
    assert "MI COMERCIO" not in nequi.http("GET", "/phone?number=3001112233").text
    form = {"number": "3001112233", "transaction": transaction, "answer": "accept"}
    assert nequi.http("POST", "/phone/answer", data=form).headers["location"].endswith("done=late")
    assert nequi.book() == []


@pytest.mark.parametrize("form", ["qrValue", "codeQR", "drawn"])
def test_the_phone_pays_a_code_picked_or_pasted(client, nequi, form):
    body = {"code": client.merchant["code"], "value": "52300"}
    code = any_of(client.call(QR, "generateCodeQRRQ", body))["generateCodeQRRS"]
    page = nequi.http("GET", f"/phone/qr?number={PHONE}")
    assert code["qrValue"] in page.text
    assert "refresh" not in page.headers
    payload = f"bancadigital-{code['codeQR']}" if form == "drawn" else code[form]
    answer = nequi.http("POST", "/phone/pay", data={"number": PHONE, "payload": f" {payload}\n"})
    assert answer.headers["location"].endswith("done=accepted")
    assert any_of(client.status(code["qrValue"]))["getStatusPaymentRS"]["phoneNumber"] == PHONE


def test_the_phone_knows_no_other_code(nequi):
    answer = nequi.http("POST", "/phone/pay", data={"number": PHONE, "payload": "000201"})
    assert answer.headers["location"].endswith("done=unknown")


def test_without_a_number_the_phone_asks_for_one(nequi):
    page = nequi.http("GET", "/phone")
    assert '<label for="number">' in page.text
    assert "refresh" not in page.headers


def test_nothing_on_the_phone_is_markup(make_nequi):
    nequi = make_nequi({"name": "<script>alert(1)</script>"})
    Client(nequi).push()
    for path in (
        f"/phone?number={PHONE}",
        "/phone?number=<script>",
        "/phone/qr?number='><script>",
        "/phone?done=<script>",
    ):
        assert "<script" not in nequi.http("GET", path).text
