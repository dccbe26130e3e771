"""The strictest reading of Nequi's requests: each operation's keys, types, forms and names, and nothing besides.

From the official clients' requests; what the recorded sandbox lets pass (another operation's name, a UUID as MessageID,
amounts with decimals) is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

WRONG_KEYS: Final = "20-05A"
WRONG_FORM: Final = "11-17L"

PHONE: Final = "3[0-9]{9}"
CODE: Final = "[A-Z]+_[0-9A-Z]+"
VALUE: Final = "[1-9][0-9]*"
TEXT: Final = ".{1,45}"
NAME: Final = "[!-~]{1,200}"
DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
MOMENT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
MESSAGE: Final = "[0-9A-Za-z]{10}"

Form = Mapping[str, str]
REFERENCES: Final[Form] = {f"reference{number}": TEXT for number in (1, 2, 3)}


@attrs.frozen(kw_only=True)
class Rule:
    """How one operation is asked.

    Attributes:
        bodies: The forms its body may have: pattern by required key.
        optional: Keys that may stand beside them.
        services: ServiceName by channel.
    """

    key: str
    operation: str
    version: str
    bodies: tuple[Form, ...]
    services: Mapping[str, str]
    optional: Form = MappingProxyType({})


PUSH: Final = "PNP04-C001"
QR: Final = "PQR03-C001"
PAYMENTS: Final = {PUSH: "PaymentsService", QR: "PaymentsService"}

RULES: Final = {
    rule.operation: rule
    for rule in (
        Rule(
            key="unregisteredPaymentRQ",
            operation="unregisteredPayment",
            version="1.2.0",
            bodies=({"phoneNumber": PHONE, "code": CODE, "value": VALUE},),
            optional=REFERENCES,
            services={PUSH: "PaymentsService"},
        ),
        Rule(
            key="getStatusPaymentRQ",
            operation="getStatusPayment",
            version="1.0.0",
            bodies=({"codeQR": f"(?!bancadigital-){NAME}"}, {"qrValue": "000201.{1,1000}"}),
            services=PAYMENTS,
        ),
        Rule(
            key="cancelUnregisteredPaymentRQ",
            operation="cancelUnregisteredPayment",
            version="1.0.0",
            bodies=({"code": CODE, "phoneNumber": PHONE, "transactionId": NAME},),
            services={PUSH: "PaymentsService"},
        ),
        Rule(
            key="reversionRQ",
            operation="reverseTransaction",
            version="1.0.0",
            bodies=(
                {"phoneNumber": PHONE, "value": VALUE, "code": CODE, "messageId": MESSAGE, "type": "payment"},
                {"phoneNumber": PHONE, "value": VALUE, "code": CODE, "qrValue": "000201.{1,1000}"},
            ),
            services={PUSH: "ReverseServices", QR: "reverseServices"},
        ),
        Rule(
            key="generateCodeQRRQ",
            operation="generateCodeQR",
            version="1.2.0",
            bodies=({"code": CODE, "value": VALUE},),
            optional=REFERENCES,
            services={QR: "PaymentsService"},
        ),
        Rule(
            key="getReportsRQ",
            operation="getReports",
            version="1.0.0",
            bodies=({"code": CODE, "startDate": DAY, "endDate": DAY, "format": "json|csv|pdf"},),
            services={"MF-001": "ReportsService"},
        ),
    )
}


def error_in(operation: str, document: Any) -> str | None:
    """The StatusCode that a request deserves; None where nothing is wrong with it."""
    rule = RULES[operation]
    message = _only(document, "RequestMessage")
    parts = _exact(message, {"RequestHeader", "RequestBody"})
    body = _only(_only(parts and parts["RequestBody"], "any"), rule.key)
    header = parts and _exact(
        parts["RequestHeader"], {"Channel", "RequestDate", "MessageID", "ClientID", "Destination"}
    )
    target = header and _exact(
        header["Destination"], {"ServiceName", "ServiceOperation", "ServiceRegion", "ServiceVersion"}
    )
    forms = [form for form in rule.bodies if _fits(body, form, rule.optional)]
    if not header or not target or not forms or not isinstance(body, dict):
        return WRONG_KEYS
    named = {**{key: header[key] for key in header if key != "Destination"}, **target}
    wanted = {
        "Channel": "|".join(map(re.escape, rule.services)),
        "RequestDate": MOMENT,
        "MessageID": MESSAGE,
        "ClientID": NAME,
        "ServiceName": re.escape(rule.services.get(str(header["Channel"]), "")),
        "ServiceOperation": rule.operation,
        "ServiceRegion": "C001",
        "ServiceVersion": re.escape(rule.version),
    }
    good = _matches(named, wanted) and _matches(body, {**forms[0], **rule.optional})
    return None if good else WRONG_FORM


def _exact(value: Any, keys: Iterable[str]) -> dict[str, Any] | None:
    """The map, if it has just these keys."""
    return value if isinstance(value, dict) and set(value) == set(keys) else None


def _only(value: Any, key: str) -> Any:
    """What stands under the one key of a map."""
    found = _exact(value, {key})
    return found[key] if found else None


def _fits(body: Any, form: Form, optional: Form) -> bool:
    return isinstance(body, dict) and set(form) <= set(body) <= {*form, *optional}


def _matches(values: Mapping[str, Any], patterns: Form) -> bool:
    """Every value is a text of its form."""
    return all(isinstance(value, str) and re.fullmatch(patterns[key], value) for key, value in values.items())
