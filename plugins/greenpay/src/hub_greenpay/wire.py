"""Pure translation between the contract and Greenpay's V1 API.

Sources are Greenpay's public pages and the clients that agree with them; what nobody has seen against the live service
is listed in the README.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote, unquote

import attrs

from hub_hookspecs import (
    CROCKFORD,
    Account,
    Company,
    FieldMatch,
    IdentityCheck,
    Kind,
    Literal,
    Match,
    Money,
    Observation,
    Order,
    OutcomeUnknown,
    Payer,
    PaymentStarted,
    Redirect,
    json_bytes,
    mask,
    number,
    strict_json,
)
from hub_hookspecs.http import Request, Response

from .info import CURRENCIES, SESSION_MINUTES

UNKNOWN_MERCHANT: Final = "merchant doesn't exist"
UNKNOWN_TERMINAL: Final = "bank entity doesn't exist"

# Enough to look like an order; nobody is ever sent to its session.
CHECK_AMOUNTS: Final = {"CRC": Money(100_000, "CRC"), "USD": Money(1_000, "USD")}

_DECIMALS: Final = {rule.currency: rule.decimals for rule in CURRENCIES}
_SESSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{7,127}")
_REFERENCE: Final = re.compile(f"[{CROCKFORD}]{{26}}")
_MAX_ID: Final = 200


def terminal_setting(currency: str) -> str:
    """Name of the setting that holds the terminal of a currency."""
    return f"terminal_{currency.lower()}"


def terminal_for(currency: str, account: Account) -> str | None:
    """The account's terminal of a currency, if there is one."""
    if currency not in _DECIMALS:
        return None
    return account.settings.get(terminal_setting(currency)) or None


def order_request(order: Order, terminal: str, account: Account) -> Request:
    """Ask for a session in which the payer may pay this order.

    Raises:
        MoneyError: An amount is finer than the wire carries.
    """
    body = {
        **_credentials(account),
        "terminal": terminal,
        "amount": _number(order.amount),
        "currency": order.amount.currency,
        "description": _line(order.description, 250) or order.reference,
        "orderReference": order.reference,
        "callback": order.return_url,
        "additional": {"customer": _customer(order.payer, account.company), "products": _products(order)},
    }
    return _post(account.endpoints["merchant"], body)


def check_request(check: IdentityCheck, currency: str, terminal: str, account: Account) -> Request:
    """Ask for a session that is thrown away: it tells good credentials from bad ones and charges nothing."""
    amount = CHECK_AMOUNTS[currency]
    reference = check_reference(check.reference, currency)
    body = {
        **_credentials(account),
        "terminal": terminal,
        "amount": _number(amount),
        "currency": currency,
        "description": "Comprobación de la conexión; no se cobra",
        "orderReference": reference,
        "callback": "",
        "additional": {
            "customer": _customer(_payer_of_check(account.company), account.company),
            "products": [_product("Comprobación", reference, amount)],
        },
    }
    return _post(account.endpoints["merchant"], body)


def _payer_of_check(company: Company) -> Payer:
    """The company itself, with all that the strictest page calls required."""
    return Payer(name=company.name, email=company.email, document=company.document)


def check_reference(reference: str, currency: str) -> str:
    """A reference of its own for each currency tried, by the same rule: Greenpay wants it never used before."""
    return reference[:-1] + CROCKFORD[list(_DECIMALS).index(currency)]


def _credentials(account: Account) -> dict[str, str]:
    return {"secret": account.settings["secret"], "merchantId": account.settings["merchant_id"]}


def _post(url: str, body: Mapping[str, Any]) -> Request:
    # The address is used as it is: orders go to the bare base, and a slash more would be another path.
    headers = {"content-type": "application/json", "accept": "application/json"}
    return Request("POST", url, content=json_bytes(body), headers=headers)


def _number(amount: Money) -> Literal:
    return number(amount, _DECIMALS[amount.currency])


def _customer(payer: Payer, company: Company) -> dict[str, Any]:
    address = {"country": payer.country or company.country, "street1": _line(payer.address, 120) or "No indicada"}
    customer: dict[str, Any] = {"name": _line(payer.name, 120) or "Cliente"}
    if payer.email:
        customer["email"] = payer.email
    if payer.document:
        customer["identification"] = payer.document.number
    return customer | {"billingAddress": address, "shippingAddress": address}


def _products(order: Order) -> list[dict[str, Any]]:
    if not order.lines:
        return [_product(order.description, order.reference, order.amount)]
    return [_product(line.description or line.number, line.number, line.amount) for line in order.lines]


def _product(description: str, sku: str, price: Money) -> dict[str, Any]:
    return {
        "description": _line(description, 120) or sku,
        "skuId": sku,
        "quantity": 1,
        "price": _number(price),
        "type": "Service",
    }


def _line(text: str, limit: int) -> str:
    """One line of printable text."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:limit]


@attrs.frozen
class OrderRefusal:
    """Greenpay answered completely, and opened no session.

    Attributes:
        culprits: Settings that it did not recognise, ``terminal`` standing for the one that was sent.
        code: Its own words, short; None where they cannot be shown.
    """

    culprits: tuple[str, ...]
    code: str | None


def read_order(response: Response, account: Account) -> str | OrderRefusal:
    """The session of a new order, or Greenpay's refusal.

    Raises:
        OutcomeUnknown: The answer is neither.
    """
    try:
        body = strict_json(response.content)
    except ValueError as error:
        raise OutcomeUnknown(f"answer {response.status_code} to an order is unreadable: {error}") from None
    session = _session_in(body)
    refusal = _refusal_in(body, account)
    if session and not refusal and response.is_success:
        return session
    if refusal and not session:
        return refusal
    raise OutcomeUnknown(f"answer {response.status_code} to an order holds neither a session nor a refusal")


def _session_in(body: Any) -> str | None:
    if not isinstance(body, dict):
        return None
    session, token = body.get("session"), body.get("token")
    # The token is not needed again, but without it the answer is not the documented one.
    if not isinstance(token, str) or not token or not isinstance(session, str):
        return None
    return session if _SESSION.fullmatch(session) else None


def _refusal_in(body: Any, account: Account) -> OrderRefusal | None:
    # The envelope of a failed order was never seen, so its two documented sentences are looked for everywhere.
    for text in _texts(body):
        sentence = text.casefold().replace("’", "'")
        if UNKNOWN_MERCHANT in sentence:
            return OrderRefusal(("secret", "merchant_id"), "Merchant doesn't exist")
        if UNKNOWN_TERMINAL in sentence:
            return OrderRefusal(("terminal",), "Bank entity doesn't exist")
    if not isinstance(body, dict):
        return None
    errors = list(_texts(body.get("errors")))
    return OrderRefusal((), _shown(errors[0], account)) if errors else None


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for item in value.values():
                yield from _texts(item)


def _shown(text: str, account: Account) -> str | None:
    """Greenpay's words, unless they repeat one of our settings: some of its answers echo the secret."""
    if any(value and value in text for value in account.settings.values()):
        return None
    return _line(text, 80) or None


def started(session: str, order: Order, account: Account) -> PaymentStarted:
    """Send the payer to the hosted form of a session."""
    return PaymentStarted(
        action=Redirect(
            f"{account.endpoints['form'].rstrip('/')}/{quote(session, safe='')}",
            order.now + timedelta(minutes=SESSION_MINUTES),
        ),
        memory={"session": session},
        observations=(
            Observation(kind=Kind.ACCEPTED, provider_reference=session, vouched=frozenset({"provider_reference"})),
        ),
    )


def incomparable_fields(company: Company) -> tuple[FieldMatch, ...]:
    """No call of Greenpay tells whose account it is, so the merchant confirms type and number by hand."""
    return (
        FieldMatch(field="identity_type", match=Match.UNAVAILABLE, ours=company.document.type),
        FieldMatch(field="identity_number", match=Match.UNAVAILABLE, ours=mask(company.document.number)),
    )


@attrs.frozen
class Answer:
    """The result of one try, from a notification or a return; nothing in it is proven yet.

    Attributes:
        status: 200 approved, 500 rejected.
        order_id: Our reference, echoed.
    """

    status: int
    order_id: str
    signature: object = attrs.field(repr=False)
    body: Mapping[str, Any] = attrs.field(repr=False)


def parse_answer(raw: bytes) -> Answer:
    """Read a result.

    Raises:
        ValueError: It is not one; the text repeats nothing of it.
    """
    try:
        body = strict_json(raw)
    except ValueError:
        raise ValueError("the answer is not acceptable JSON") from None
    if not isinstance(body, dict):
        raise ValueError("the answer is not a JSON object")
    status: Any = body.get("status")
    order_id: Any = body.get("orderId")
    if not _is_status(status):
        raise ValueError("the answer's status is not an integer")
    if not _is_id(order_id):
        raise ValueError("the answer's orderId is not a text")
    return Answer(status, order_id, body.get("_signature"), body)


def parse_tokenisation(raw: bytes) -> tuple[int, str, object]:
    """Status, requestId and signature of a saved card's notification.

    Raises:
        ValueError: It is not one.
    """
    body = strict_json(raw)
    if not isinstance(body, dict) or not _is_status(body.get("status")) or not _is_id(body.get("requestId")):
        raise ValueError("not a tokenisation result")
    return body["status"], body["requestId"], body.get("_signature")


def _is_status(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _MAX_ID


def references_in(answer: Answer) -> tuple[str, ...]:
    """Our reference, if the answer names something that looks like one."""
    return (answer.order_id,) if _REFERENCE.fullmatch(answer.order_id) else ()


def decode_return(path: str) -> bytes:
    """The JSON in the path of a browser return: standard base64, which may hold ``/``, ``+`` and ``=``.

    Percent-encoding, the URL-safe alphabet, missing padding and a blank in place of ``+`` are tolerated: browsers and
    proxies on the way do all of that.

    Raises:
        ValueError: It is not base64.
    """
    text = path
    for _ in range(2):
        text = _unquoted(text) if "%" in text else text
    text = text.translate(str.maketrans("-_ ", "+/+")).rstrip("=")
    for candidate in (text, text.rstrip("/")):
        try:
            return base64.b64decode(candidate + "=" * (-len(candidate) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
    raise ValueError("the path of the return is not base64")


def _unquoted(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ValueError("the path of the return is not UTF-8") from None
