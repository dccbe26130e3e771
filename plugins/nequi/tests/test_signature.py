"""Notifications are signed over their raw bytes; whatever is not exactly right is not genuine."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from hub_hookspecs import Message, Source
from hub_nequi import signature as verifier
from hub_nequi.signature import flaw_in, is_genuine

SECRET = "app-secret"
BODY = b'{"messageId":"INV0000421","paymentStatus":"SUCCESS"}'
TYPE = "application/json"


def digest_of(body: bytes) -> str:
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()


def mac_of(digest: str, secret: str = SECRET, content_type: str = TYPE, algorithm: str = "sha384") -> bytes:
    return hmac.new(secret.encode(), f"content-type: {content_type}\ndigest: {digest}".encode(), algorithm).digest()


def url(mac: bytes) -> str:
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def header(signature: str, algorithm: str = "hmac-sha384", headers: str = "content-type digest") -> str:
    return f'keyId="client-1",algorithm="{algorithm}",headers="{headers}",signature="{signature}"'


def message(headers: list[tuple[str, str]], body: bytes = BODY) -> Message:
    return Message(
        source=Source.NOTIFICATION,
        method="POST",
        path="",
        query="",
        headers=tuple(headers),
        body=body,
        received_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


def signed(signature: str | None = None, *, digest: str | None = None, content_type: str = TYPE) -> Message:
    digest = digest or digest_of(BODY)
    signature = signature or header(url(mac_of(digest, content_type=content_type)))
    return message([("content-type", content_type), ("digest", digest), ("signature", signature)])


def test_a_message_signed_with_the_secret_is_genuine():
    assert is_genuine(signed(), [SECRET])


def test_a_known_signature_is_recognised():
    """Computed with openssl, so that the code and this module's own signing cannot be wrong together."""
    headers = [
        ("content-type", "application/json"),
        ("digest", "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="),
        ("signature", header("brMeZCg2AkbvogWapYKowgzLpOYBU-seT7r-rSPamvb5CKhaOVKOZX8Txuqbxo0i")),
    ]
    assert is_genuine(message(headers, b"{}"), ["topsecret"])


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("padded", [True, False])
def test_both_base64_alphabets_are_taken(encode, padded):
    """The one source does not settle which it is; a digest with both special characters is sought."""
    body = next(
        str(n).encode()
        for n in range(9999)
        if {"-", "_"} <= set(url(hashlib.sha256(str(n).encode()).digest()))
        and {"-", "_"} <= set(url(mac_of("SHA-256=" + _text(encode, hashlib.sha256(str(n).encode()).digest(), padded))))
    )
    digest = "SHA-256=" + _text(encode, hashlib.sha256(body).digest(), padded)
    signature = header(_text(encode, mac_of(digest), padded))
    headers = [("content-type", TYPE), ("digest", digest), ("signature", signature)]
    assert is_genuine(message(headers, body), [SECRET])


def _text(encode, raw, padded):
    text = encode(raw).decode()
    return text if padded else text.rstrip("=")


def test_while_the_secret_is_changed_the_old_one_still_counts():
    assert is_genuine(signed(), ["new-secret", SECRET])
    assert not is_genuine(signed(), ["new-secret", ""])


LEFT_OUT = [("headers",), ("algorithm",), ("headers", "algorithm")]


def without(header_text: str, names: tuple[str, ...]) -> str:
    """A Signature header without some of its parameters."""
    parts = [part for part in header_text.split(",") if part.partition("=")[0] not in names]
    assert len(parts) == 4 - len(names)
    return ",".join(parts)


@pytest.mark.parametrize("names", LEFT_OUT)
def test_headers_and_algorithm_may_be_left_out(names):
    """The one public receiver of this scheme builds the header so."""
    assert is_genuine(signed(without(header(GOOD), names)), [SECRET])


def test_control_a_verifier_that_wants_all_four_parameters(monkeypatch):
    read = verifier._parameters
    monkeypatch.setattr(verifier, "_parameters", lambda text: found if len(found := read(text)) == 4 else None)
    with pytest.raises(AssertionError):
        test_headers_and_algorithm_may_be_left_out(("headers",))


def test_the_received_content_type_is_the_one_signed():
    assert is_genuine(signed(content_type="application/json; charset=utf-8"), [SECRET])


GOOD = url(mac_of(digest_of(BODY)))


def mac_over(text: str) -> str:
    return url(hmac.new(SECRET.encode(), text.encode(), "sha384").digest())


RIGHT = {
    "parameters in another order": ",".join(reversed(header(GOOD).split(","))),
    "blanks and tabs around them": header(GOOD).replace(",", " ,\t ").replace("=", " = "),
    "names in other letters": header(GOOD).replace("keyId", "KEYID").replace("signature=", "Signature="),
    "the signed headers in other letters": header(GOOD, headers="Content-Type  Digest"),
    "values that are not quoted": f"keyId=client-1,algorithm=hmac-sha384,signature={GOOD}",
    "a parameter nobody knows": header(GOOD) + ',created="1402170695"',
    "one with a comma and a quote in it": 'opaque="a, \\"signature=x",' + header(GOOD),
    "one that nobody knows, twice": header(GOOD) + ",expires=1,expires=2",
    "another keyId": header(GOOD).replace("client-1", "somebody"),
    "the digest signed first": header(
        mac_over(f"digest: {digest_of(BODY)}\ncontent-type: {TYPE}"), headers="digest content-type"
    ),
}


@pytest.mark.parametrize("case", RIGHT)
def test_a_signature_is_genuine_however_its_header_is_written(case):
    assert flaw_in(signed(RIGHT[case]), [SECRET], client_id="client-1") == ""


def test_a_header_of_two_thousand_characters_is_read_and_a_longer_one_is_not():
    full = f'{header(GOOD)},x="'
    for length, genuine in ((2000, True), (2001, False)):
        assert is_genuine(signed(full + "A" * (length - len(full) - 1) + '"'), [SECRET]) is genuine


def test_a_charset_that_was_put_behind_the_content_type_on_the_way_changes_nothing():
    charset = "application/json; charset=utf-8"
    headers = [("content-type", charset), ("digest", digest_of(BODY)), ("signature", header(GOOD))]
    assert is_genuine(message(headers), [SECRET])
    assert not is_genuine(message([("content-type", "text/plain; charset=utf-8"), *headers[1:]]), [SECRET])


WRONG = {
    "no headers at all": message([]),
    "no signature": message([("content-type", TYPE), ("digest", digest_of(BODY))]),
    "no digest": message([("content-type", TYPE), ("signature", header(GOOD))]),
    "no content type": message([("digest", digest_of(BODY)), ("signature", header(GOOD))]),
    "an empty signature header": signed(" "),
    "an empty signature": signed(header("")),
    "another secret": signed(header(url(mac_of(digest_of(BODY), secret="other")))),
    "an empty secret": signed(header(url(mac_of(digest_of(BODY), secret="")))),
    "another body": message(
        [("content-type", TYPE), ("digest", digest_of(BODY)), ("signature", header(GOOD))], BODY + b" "
    ),
    "another digest, its signature kept": signed(header(GOOD), digest=digest_of(b"other")),
    "a digest of another algorithm": signed(digest="SHA-512=" + digest_of(BODY)[8:]),
    "a changed content type": message(
        [("content-type", "text/plain"), ("digest", digest_of(BODY)), ("signature", header(GOOD))]
    ),
    "another algorithm, named": signed(header(GOOD, algorithm="hmac-sha256")),
    "another algorithm, used": signed(
        header(url(mac_of(digest_of(BODY), algorithm="sha256")), algorithm="hmac-sha256")
    ),
    "no algorithm": signed(header(GOOD, algorithm="none")),
    "fewer headers signed": signed(header(GOOD, headers="digest")),
    "a parameter twice": signed(header(GOOD) + f',signature="{GOOD}"'),
    "a parameter missing": signed(header(GOOD).partition(",")[2]),
    "padding added": signed(header(GOOD + "=")),
    "blanks inside": signed(header(GOOD[:10] + " " + GOOD[10:])),
    "headers left out as the draft has it, for the date alone": signed(
        without(header(mac_over("date: Mon, 02 Mar 2026 14:06:42 GMT")), ("headers",))
    ),
    "headers left out, only the content type signed": signed(
        without(header(mac_over(f"content-type: {TYPE}")), ("headers",))
    ),
    "headers left out, another digest": message(
        [("content-type", TYPE), ("digest", digest_of(b"x")), ("signature", without(header(GOOD), ("headers",)))]
    ),
    "no headers signed": signed(header(GOOD, headers="")),
    "one header signed twice": signed(header(GOOD, headers="digest digest")),
    "more headers signed": signed(header(GOOD, headers="(request-target) content-type digest")),
    "the signed headers in the other order, not signed so": signed(header(GOOD, headers="digest content-type")),
    "algorithm left out, another used": signed(
        without(header(url(mac_of(digest_of(BODY), algorithm="sha256"))), ("algorithm",))
    ),
    "algorithm empty": signed(header(GOOD, algorithm="")),
    "a parameter twice, once in other letters": signed(header(GOOD) + f',Signature="{GOOD}"'),
    "a quote that is not closed": signed(header(GOOD)[:-1]),
    "no signature among the parameters": signed(header(GOOD).partition(",signature=")[0]),
    "an escaped signature": signed(header("\\" + GOOD)),
    "a comma at the end": signed(header(GOOD) + ","),
    "the algorithm in other letters": signed(header(GOOD, algorithm="HMAC-SHA384")),
    "no commas": signed(header(GOOD).replace(",", " ")),
    "a signature cut short": signed(header(GOOD[:-1])),
    "the signature in hex": signed(header(mac_of(digest_of(BODY)).hex())),
    "the digest header twice": message(
        [
            ("content-type", TYPE),
            ("digest", digest_of(BODY)),
            ("digest", digest_of(b"other")),
            ("signature", header(GOOD)),
        ]
    ),
    "the signature header twice": message(
        [
            ("content-type", TYPE),
            ("digest", digest_of(BODY)),
            ("signature", header(GOOD)),
            ("signature", header("x")),
        ]
    ),
    "letters that are no bytes": signed(header("\udcff" * 64)),
    "a header without end": signed(header("A" * 100_000)),
}


@pytest.mark.parametrize("case", WRONG)
def test_anything_else_is_not_genuine(case):
    assert not is_genuine(WRONG[case], [SECRET])


REASONS = {
    "no signature": "the signature header is missing",
    "the signature header twice": "the signature header is given more than once",
    "no digest": "the digest header is missing",
    "the digest header twice": "the digest header is given more than once",
    "no content type": "the content-type header is missing",
    "a parameter twice": "the signature header is no list of parameters, each given once",
    "a parameter missing": "the signature header has no keyId=",
    "no signature among the parameters": "the signature header has no signature=",
    "another algorithm, named": "algorithm= names another than hmac-sha384",
    "fewer headers signed": "headers= names others than content-type and digest",
    "a digest of another algorithm": "the digest is of another algorithm than SHA-256",
    "another body": "the digest is not the body's",
    "another secret": "the signature does not verify with the account's secret",
}


@pytest.mark.parametrize("case", REASONS)
def test_a_refusal_says_which_check_failed(case):
    assert flaw_in(WRONG[case], [SECRET], client_id="client-1") == REASONS[case]


def test_a_signature_of_another_account_is_told_by_its_key_id():
    flaw = flaw_in(WRONG["another secret"], [SECRET], client_id="another-client")
    assert flaw == "keyId is not the account's client_id, and the signature does not verify with the account's secret"
    assert flaw not in REASONS.values()


def test_the_reasons_are_distinct_and_hold_nothing_of_the_message():
    assert len(set(REASONS.values())) == len(REASONS)
    expected = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    secret = [SECRET, GOOD, expected, "client-1", "another-client", "INV0000421", "SUCCESS", TYPE, "hmac-sha256"]
    for item in WRONG.values():
        flaw = flaw_in(item, [SECRET], client_id="another-client")
        sent = [value for _, value in item.headers if len(value) > 8]
        assert 0 < len(flaw) <= 200
        assert not [text for text in (*secret, *sent) if text in flaw]


def test_without_a_secret_nothing_is_genuine():
    assert not is_genuine(signed(), [])
    assert not is_genuine(signed(header(url(mac_of(digest_of(BODY), secret="")))), ["", ""])
