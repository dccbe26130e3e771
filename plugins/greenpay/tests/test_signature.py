"""The proof: genuine answers always pass, and nothing else ever does."""

import json
import random
import textwrap
from collections.abc import Callable, Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import hub_greenpay
from hub_greenpay import signature
from hub_hookspecs import CROCKFORD, Account, Message, Verdict

Notify = Callable[..., Message]


def verdict(message: Message, account: Account) -> Verdict:
    return hub_greenpay.handle_notification(message=message, account=account).verdict


def test_every_genuine_answer_is_believed(greenpay, account: Account, notification: Notify) -> None:
    dice = random.Random(7)
    for _ in range(200):
        reference = "".join(dice.choices(CROCKFORD, k=26))
        body = greenpay.signed({"status": dice.choice((200, 500)), "orderId": reference})

        reading = hub_greenpay.handle_notification(message=notification(body), account=account)

        assert reading.verdict == Verdict.VALID
        assert [reference] == [item.reference for item in reading.observations]


def forgeries(greenpay, stranger) -> Iterator[tuple[str, bytes]]:
    """Well over 200 messages that look right and prove nothing."""
    genuine = json.loads(greenpay.sample("approved"))
    declined = json.loads(greenpay.sample("declined"))
    proof: str = genuine["_signature"]

    def changed(**members: object) -> bytes:
        return json.dumps({**genuine, **members}).encode()

    for position in range(26):
        other = (
            genuine["orderId"][:position]
            + "Z0"[genuine["orderId"][position] == "Z"]
            + genuine["orderId"][position + 1 :]
        )
        yield f"another orderId ({position})", changed(orderId=other)
    yield "declined made approved", json.dumps({**declined, "status": 200}).encode()
    yield "approved made declined", changed(status=500)
    for status in (201, 0, -200, 2000, 200.0, 2e2, "200", True, None, [200], {"a": 200}):
        yield f"status {status!r}", changed(status=status)
    for position in range(0, 256, 2):
        digit = "0" if proof[position] != "0" else "1"
        yield f"hex digit {position}", changed(_signature=proof[:position] + digit + proof[position + 1 :])
    for name, value in {
        "missing": None, "empty": "", "number": 5, "list": [proof], "object": {"hex": proof}, "boolean": True,
        "short": proof[:-2], "long": proof + "00", "zero in front": "00" + proof, "odd": proof[:-1],
        "not hex": "g" * 256,
        "0x": "0x" + proof[2:], "blank": " " + proof[1:], "line end": proof + "\n", "blanks": " ".join(proof),
        "full width": proof.translate(str.maketrans("0123456789", "０１２３４５６７８９")), "zeros": "0" * 256,
        "ones": "f" * 256, "one": "0" * 255 + "1", "nul": proof[:-1] + "\0", "huge": proof * 1000,
        "surrogate": "\ud800", "base64": "A" * 172, "twice": proof + proof, "comma": proof + "," + proof,
    }.items():  # fmt: skip
        yield f"signature {name}", changed(_signature=value)
    without = {key: value for key, value in genuine.items() if key != "_signature"}
    for name in ("signature", "_Signature", "_signature ", "Signature", "sign"):
        yield f"signature under {name!r}", json.dumps({**without, name: proof}).encode()
    for name in ("orderID", "orderid", "order_id", "orderReference", "requestId"):
        yield f"orderId under {name!r}", json.dumps({**genuine, "orderId": None, name: genuine["orderId"]}).encode()
    for value in (None, "", 7, ["a"], genuine["orderId"] + " ", " " + genuine["orderId"], genuine["orderId"].lower()):
        yield f"orderId {value!r}", changed(orderId=value)

    yield "another key", stranger.sample("approved")
    reference = genuine["orderId"]
    for text in (
        f"status:200,requestId:{reference}",
        f"status:200,subscriptionId:{reference}",
        f"status:DELETED,requestId:{reference}",
        f"status:200, orderId:{reference}",
        f"status:200,orderId:{reference},",
        f'{{"status":200,"orderId":"{reference}"}}',
        f"orderId:{reference},status:200",
        f"status=200,orderId={reference}",
        f"200,{reference}",
        f"status:200orderId:{reference}",
        f"status:0200,orderId:{reference}",
        f"status:200.0,orderId:{reference}",
        f"STATUS:200,ORDERID:{reference}",
        "",
    ):
        yield f"signed text {text!r}", changed(_signature=greenpay.sign(text))
    text = f"status:200,orderId:{reference}".encode()
    key: rsa.RSAPrivateKey = greenpay.key
    for hash_ in (SHA1(), SHA512()):
        yield f"signed with {hash_.name}", changed(_signature=key.sign(text, padding.PKCS1v15(), hash_).hex())
    pss = padding.PSS(padding.MGF1(SHA256()), 32)
    yield "signed with PSS", changed(_signature=key.sign(text, pss, SHA256()).hex())
    modulus = key.public_key().public_numbers().n
    yield "plus the modulus", changed(_signature=f"{int(proof, 16) + modulus:x}")
    yield "negative", changed(_signature=f"{modulus - int(proof, 16):0256x}")

    raw = json.dumps(genuine)
    for number in (200, 500):
        yield "status twice", raw.replace('"status": 200', f'"status": 200, "status": {number}').encode()
    yield "signature twice", raw.replace('"_signature"', f'"_signature": "{proof}", "_signature"').encode()
    yield "orderId twice", raw.replace('"orderId"', '"orderId": "X", "orderId"').encode()
    for cut in range(0, len(raw), 97):
        yield f"cut at {cut}", raw[:cut].encode()
    yield "in a list", f"[{raw}]".encode()
    yield "two of them", (raw + raw).encode()
    yield "UTF-16", raw.encode("utf-16")
    yield "byte order mark", b"\xef\xbb\xbf" + raw.encode()
    yield "invalid UTF-8", raw.encode() + b"\xff"
    yield "nested 100,000 deep", b"[" * 100_000
    yield "nested beside", (raw[:-1] + ', "x": ' + "[" * 50_000 + "]" * 50_000 + "}").encode()
    yield "NaN", changed(status=float("nan"))
    yield "huge integer", raw.replace('"status": 200', '"status": ' + "9" * 5000).encode()
    for rest in (b"", b"null", b"true", b"{}", b"[]", b'""', b"status=200&orderId=x", b"<xml/>", b"\x00" * 100):
        yield f"body {rest[:20]!r}", rest


def test_nothing_forged_is_believed(greenpay, stranger, account: Account, notification: Notify) -> None:
    tried = list(forgeries(greenpay, stranger))

    believed = [name for name, body in tried if verdict(notification(body), account) is not Verdict.INVALID]

    assert believed == []
    assert len(tried) > 200


def test_random_bytes_are_refused_without_an_exception(account: Account, notification: Notify) -> None:
    dice = random.Random(11)
    for _ in range(2000):
        body = dice.randbytes(dice.randrange(200))

        assert verdict(notification(body), account) == Verdict.INVALID


def test_mutations_of_a_genuine_answer_change_nothing_that_is_signed(
    greenpay, account: Account, notification: Notify
) -> None:
    genuine = greenpay.sample("approved")
    reference = json.loads(genuine)["orderId"]
    dice = random.Random(13)
    for _ in range(3000):
        body = bytearray(genuine)
        for _ in range(dice.randrange(1, 4)):
            body[dice.randrange(len(body))] = dice.randrange(256)

        reading = hub_greenpay.handle_notification(message=notification(bytes(body)), account=account)

        assert {("paid", reference)} >= {(item.kind, item.reference) for item in reading.observations}


def shapes_of_the_key(key: str) -> dict[str, str]:
    lines = "\n".join(textwrap.wrap(key, 64))
    return {
        "bare": key,
        "in lines": lines,
        "PEM": f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n",
        "Windows lines": f"-----BEGIN PUBLIC KEY-----\r\n{key}\r\n-----END PUBLIC KEY-----",
        "one line": f"-----BEGIN PUBLIC KEY----- {key} -----END PUBLIC KEY-----",
        "blanks": f"\t  {key[:50]}  {key[50:]} \n",
    }


@pytest.mark.parametrize("shape", shapes_of_the_key(""))
def test_a_public_key_is_read_however_it_was_pasted(shape: str, greenpay) -> None:
    assert signature.is_usable(shapes_of_the_key(greenpay.public_key)[shape])


def unusable_keys(greenpay) -> dict[str, str]:
    def spki(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> str:
        return "".join(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().splitlines()[1:-1])

    return {
        "empty": "",
        "a word": "llave",
        "cut": greenpay.public_key[:-10],
        "the secret": "c2VjcmV0LWNhbmFyeQ==",
        "another kind": spki(ec.generate_private_key(ec.SECP256R1()).public_key()),
        "too large": spki(rsa.RSAPublicNumbers(65537, 2**8192 - 1).public_key()),
        "not ASCII": "llave pública",
        "surrogate": "\ud800",
    }


def test_a_key_that_cannot_verify_is_not_usable_and_believes_nothing(greenpay) -> None:
    text = "status:200,orderId:A"
    for name, key in unusable_keys(greenpay).items():
        assert not signature.is_usable(key), name
        assert not signature.is_genuine(text, greenpay.sign(text), key), name


@pytest.mark.parametrize("bits", [1028, 2048])
def test_a_longer_key_works_too_whatever_its_length(bits: int) -> None:
    key = rsa.generate_private_key(65537, bits)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    proof = key.sign(b"status:200,orderId:A", padding.PKCS1v15(), SHA256()).hex()

    assert signature.is_usable(pem)
    assert signature.is_genuine("status:200,orderId:A", proof, pem)
    assert signature.doubt_about(proof[:-2], pem) == "_signature is not as long as one of the account's public_key"
    assert signature.is_genuine("status:200,orderId:A", proof.upper(), pem)


def test_control_a_key_is_measured_in_whole_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signature, "_length_by", lambda public: public.key_size // 4)
    with pytest.raises(AssertionError):
        test_a_longer_key_works_too_whatever_its_length(1028)


def test_the_check_that_a_signature_fails_is_named(greenpay) -> None:
    for given, said in (
        (None, "the answer has no _signature"),
        (7, "_signature is no text"),
        ("ab" * 127, "_signature is not as long as one of the account's public_key"),
        ("xy" * 128, "_signature is not hexadecimal"),
        ("ab" * 128, "_signature is not of this status and orderId under the account's public_key"),
    ):
        assert signature.doubt_about(given, greenpay.public_key) == said
    assert signature.doubt_about("ab", "no key") == "the account's public_key is no RSA key that can be used"
