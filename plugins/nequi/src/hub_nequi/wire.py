"""Nequi's envelope, both ways: pure translation, nothing is sent here.

Business values are strings, amounts are whole pesos ("185000"), times in answers are Colombia's. Sources: the official
clients of the GitHub organisation nequibc, and published sandbox traffic for what comes back.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import attrs

from hub_hookspecs import (
    Account,
    Instrument,
    Money,
    MoneyError,
    Observation,
    OutcomeUnknown,
    Reason,
    ReasonKind,
    Refused,
    json_bytes,
    json_object,
    plain,
)
from hub_hookspecs.http import Request, Response
from hub_nequi.codes import CODES, OK

CURRENCY: Final = "COP"
BOGOTA: Final = timezone(timedelta(hours=-5))
"""Colombia keeps no summer time."""

PUSH_CHANNEL: Final = "PNP04-C001"
QR_CHANNEL: Final = "PQR03-C001"
REPORT_CHANNEL: Final = "MF-001"

CLIENT: Final = "hub-01"
"""The ClientID of an account that sets none."""

EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class Service:
    """One operation: where it lives, how its envelope names it, and the keys of question and answer."""

    path: str
    channel: str
    name: str
    operation: str
    version: str
    asks: str
    answers: str


PUSH: Final = Service(
    path="/payments/v2/-services-paymentservice-unregisteredpayment",
    channel=PUSH_CHANNEL,
    name="PaymentsService",
    operation="unregisteredPayment",
    version="1.2.0",
    asks="unregisteredPaymentRQ",
    answers="unregisteredPaymentRS",
)
STATUS: Final = Service(
    path="/payments/v2/-services-paymentservice-getstatuspayment",
    channel=PUSH_CHANNEL,
    name="PaymentsService",
    operation="getStatusPayment",
    version="1.0.0",
    asks="getStatusPaymentRQ",
    answers="getStatusPaymentRS",
)
CANCEL: Final = Service(
    path="/payments/v2/-services-paymentservice-cancelunregisteredpayment",
    channel=PUSH_CHANNEL,
    name="PaymentsService",
    operation="cancelUnregisteredPayment",
    version="1.0.0",
    asks="cancelUnregisteredPaymentRQ",
    answers="cancelRequestMoneyRS",
)
REVERSAL: Final = Service(
    path="/payments/v2/-services-reverseservices-reversetransaction",
    channel=PUSH_CHANNEL,
    name="ReverseServices",
    operation="reverseTransaction",
    version="1.0.0",
    asks="reversionRQ",
    answers="reversionRS",
)
CODE: Final = Service(
    path="/payments/v2/-services-paymentservice-generatecodeqr",
    channel=QR_CHANNEL,
    name="PaymentsService",
    operation="generateCodeQR",
    version="1.2.0",
    asks="generateCodeQRRQ",
    answers="generateCodeQRRS",
)
CODE_STATUS: Final = attrs.evolve(STATUS, channel=QR_CHANNEL)
CODE_REVERSAL: Final = attrs.evolve(REVERSAL, channel=QR_CHANNEL, name="reverseServices")
REPORT: Final = Service(
    path="/partners/v2/-services-reportsservice-getreports",
    channel=REPORT_CHANNEL,
    name="ReportsService",
    operation="getReports",
    version="1.0.0",
    asks="getReportsRQ",
    answers="getReportsRS",
)


def request_for(
    service: Service, body: Mapping[str, str], *, account: Account, message_id: str, now: datetime
) -> Request:
    """The request of one operation, unmarked."""
    header = {
        "Channel": service.channel,
        "RequestDate": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
        "MessageID": message_id,
        # It comes back inside the transactionId, which is cut at 50 characters: a long one would cost the MessageID.
        "ClientID": account.settings.get("client_ref") or CLIENT,
        "Destination": {
            "ServiceName": service.name,
            "ServiceOperation": service.operation,
            "ServiceRegion": "C001",
            "ServiceVersion": service.version,
        },
    }
    return Request(
        "POST",
        account.endpoints["api"].rstrip("/") + service.path,
        content=json_bytes({"RequestMessage": {"RequestHeader": header, "RequestBody": {"any": {service.asks: body}}}}),
        headers={
            "content-type": "application/json",
            "accept": "application/json",
            "x-api-key": account.settings["api_key"],
        },
    )


@attrs.frozen
class Answer:
    """A business answer: its StatusCode, trimmed, and what stands under the operation's answer key."""

    code: str
    body: Mapping[str, Any]

    def text(self, key: str) -> str:
        """A string of the body, trimmed; empty when it is absent or something else."""
        return text_of(self.body.get(key))


def text_of(value: object) -> str:
    """A string from outside, trimmed and printable; a whole number as its digits; else nothing."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) and value.strip().isprintable() else ""


def answer_from(response: Response, service: Service, message_id: str) -> Answer:
    """Read the answer to the request with this MessageID.

    Raises:
        OutcomeUnknown: No business answer, or the answer to another request.
    """
    if response.status_code != 200:
        raise OutcomeUnknown(f"{service.operation} was answered {response.status_code}")
    message = _map(json_object(response), "ResponseMessage")
    header = _map(message, "ResponseHeader")
    if header.get("MessageID") != message_id:
        raise OutcomeUnknown(f"the answer to {service.operation} belongs to another request")
    code = text_of(_map(header, "Status").get("StatusCode"))
    if not re.fullmatch(r"[0-9A-Za-z-]{1,20}", code):
        raise OutcomeUnknown(f"the answer to {service.operation} has no status code")
    return Answer(code, _map(_map(_map(message, "ResponseBody"), "any"), service.answers))


def _map(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, dict) else EMPTY


def check_started(answer: Answer, service: Service) -> None:
    """Let a success pass.

    Raises:
        Refused: A code that Nequi documents as a refusal.
        OutcomeUnknown: Any other code.
    """
    if answer.code == OK:
        return
    code = CODES.get(answer.code)
    if code is None or code.refuses is None:
        raise OutcomeUnknown(f"{service.operation} was answered with code {answer.code}")
    kind = code.refuses
    if kind is ReasonKind.NO_WALLET and service is CODE:
        kind = ReasonKind.METHOD_UNAVAILABLE  # a code has no payer yet: it is the merchant who was not found
    raise Refused(Reason(kind, answer.code), alert=code.alert or kind is ReasonKind.METHOD_UNAVAILABLE)


def value_for(amount: Money) -> str:
    """Whole pesos as text.

    Raises:
        Refused: Another currency, nothing, less than nothing, or centavos: never rounded.
    """
    try:
        if amount.currency == CURRENCY and amount.minor > 0:
            return plain(amount, 0)
    except MoneyError:
        pass
    raise Refused(Reason(ReasonKind.INVALID_AMOUNT))


def amount_from(value: object) -> Money | None:
    """An amount that Nequi stated; None unless it is a positive number of whole pesos."""
    match = re.fullmatch(r"([0-9]{1,14})(\.00?)?", text_of(value), re.ASCII)
    try:
        return Money.parse(match[1], CURRENCY) if match and int(match[1]) else None
    except MoneyError:
        return None


MONTHS: Final = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
LONG_DATE: Final = re.compile(
    r"([a-z]{4,10}) ([0-9]{1,2}) - ([0-9]{4}) \| ([0-9]{1,2}):([0-9]{2}) ([ap])\.? ?m\.?", re.IGNORECASE
)
SHORT_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2}):([0-9]{2})")


def moment_from(value: object) -> datetime | None:
    """``Marzo 02 - 2026 | 09:05 AM`` or ``2026-03-02 09:06:41``, Colombia's time, as UTC; else None."""
    text = text_of(value)
    try:
        if match := SHORT_DATE.fullmatch(text):
            year, month, day, hour, minute, second = map(int, match.groups())
        elif match := LONG_DATE.fullmatch(text):
            month = MONTHS.index(match[1].lower().replace("setiembre", "septiembre")) + 1
            day, year, minute, second = int(match[2]), int(match[3]), int(match[5]), 0
            hour = _hour(int(match[4]), match[6].lower())
        else:
            return None
        return datetime(year, month, day, hour, minute, second, tzinfo=BOGOTA).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _hour(hour: int, half: str) -> int:
    if not 1 <= hour <= 12:
        raise ValueError("a clock of twelve hours")
    return hour % 12 + (12 if half == "p" else 0)


def wallet_from(phone: str) -> Instrument | None:
    """The payer's wallet, its number masked: ``399***4643``."""
    return Instrument("wallet", f"{phone[:3]}***{phone[-4:]}") if re.fullmatch("[0-9]{10}", phone) else None


def sent_by(account: Account) -> tuple[str, ...]:
    """The texts by which the account names itself to Nequi."""
    settings = account.settings
    return (settings.get("client_ref") or CLIENT, settings.get("client_id", ""), settings.get("code", ""))


def number_in(value: object, known: Iterable[str]) -> str | None:
    """The number that Nequi gave to a paid transaction; None where it only repeats something that was known before.

    Recorded of the sandbox: ``trnId`` is the ClientID of the request, one for all payments of a merchant.
    """
    number = text_of(value)
    if not number or any(f"-{number}-" in f"-{item}-" for item in known):
        return None  # within another: a transactionId is made of the ClientID, the MessageID and a constant
    return number[:80]


def vouched(claim: Observation, *fields: str) -> Observation:
    """Name those of the fields that the claim has as vouched for."""
    return attrs.evolve(claim, vouched=frozenset(name for name in fields if getattr(claim, name) is not None))


def message_id_for(call_id: str, number: int) -> str:
    """The MessageID of a hook call's first, second and later requests: each must be fresh, and derive from the call."""
    if number == 1:
        return call_id
    digest = hashlib.sha256(f"{call_id}/{number}".encode()).digest()
    return base64.b32encode(digest).decode()[:10]


def short(text: str) -> str:
    """A free text of at most 45 characters that any JSON can carry."""
    clean = text.encode("utf-8", "replace").decode()
    return " ".join("".join(char if char.isprintable() else " " for char in clean).split())[:45]
