"""The simulated Nequi's endpoints: the token, and the services behind one envelope.

Routed by address alone; the envelope's own names are echoed, never looked at. Business errors are HTTP 200.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qs

import attrs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub_nequi.simulator.rendering import rendered, report_line
from hub_nequi.simulator.strict import error_in
from hub_nequi.simulator.tokens import TOKEN_SECONDS, Tokens
from hub_nequi.simulator.world import BOGOTA, World

JsonObject = dict[str, Any]

DESCRIPTIONS = {
    "0": "SUCCESS",
    "2-CCSB000079": "No se encontró la transacción",
    "3-451": "El cliente no existe en la base de datos",
    "3-455": "Registro no encontrado en la base de datos",
    "10-454": "La transacción ya caducó",
    "10-455": "La transacción esta cancelada",
    "11-9L": "El phoneNumber, code o transactionId no existen",
    "11-17L": "Error de formato en un atributo",
    "20-05A": "Parámetros incorrectos",
    "20-08A": "Ese cliente no existe",
    "20-10A": "El comercio no tiene permiso",
}


@attrs.frozen
class Failure(Exception):
    """A business error: its StatusCode."""

    code: str


@attrs.frozen(kw_only=True)
class Call:
    """One business request, unwrapped."""

    merchant: Mapping[str, Any]
    message_id: str
    client: str
    body: JsonObject

    def text(self, key: str) -> str:
        """A required string."""
        value = self.body.get(key)
        if not isinstance(value, str) or not value.strip():
            raise Failure("20-05A")
        return value.strip()

    def value(self) -> int:
        """Whole pesos; clients that turned a float into text are put up with."""
        match = re.fullmatch(r"([0-9]{1,12})(\.0+)?", self.text("value"))
        if not match or not int(match[1]):
            raise Failure("11-17L")
        return int(match[1])


Service = Callable[["Services", Call], Any]


def routes(world: World) -> list[BaseRoute]:
    """Token and services; whatever else lies below these addresses is forbidden, as at Nequi's gateway."""
    services = Services(world)
    return [
        Route("/oauth/{path:path}", services.token, methods=["GET", "POST", "PUT", "DELETE", "PATCH"]),
        Route("/api/{path:path}", services.answer, methods=["GET", "POST", "PUT", "DELETE", "PATCH"]),
    ]


class Services:
    """The gateway and what lies behind it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stage = world.stage
        self.tokens = Tokens(world)

    async def token(self, request: Request) -> Response:
        """Client credentials by Basic; the grant type in the query or in the form."""
        if request.path_params["path"] not in self.stage.options["token_paths"] or request.method != "POST":
            return _forbidden()
        form = parse_qs((await request.body()).decode("latin-1"))
        grant_type = request.query_params.get("grant_type") or form.get("grant_type", [""])[0]
        merchant = self.tokens.merchant_by_basic(request.headers.get("authorization", ""))
        if merchant is None:
            return JSONResponse({"error": "invalid_client"}, 400)
        if grant_type != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type" if grant_type else "invalid_request"}, 400)
        return JSONResponse(
            self._shaped(
                {"access_token": self.tokens.token_for(merchant), "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}
            )
        )

    async def answer(self, request: Request) -> Response:
        """One business request: gateway, service, envelope."""
        operation, service = SERVICES.get(request.path_params["path"], ("", None))
        if service is None or request.method != "POST":
            return _forbidden()
        owner = self.tokens.merchant_by_token(request.headers.get("authorization", ""))
        if owner is None:
            return JSONResponse({"message": "Unauthorized"}, 401, {"x-amzn-errortype": "UnauthorizedException"})
        if not hmac.compare_digest(owner["api_key"].encode(), request.headers.get("x-api-key", "").encode()):
            return _forbidden()
        if operation == "getReports" and self.stage.options["reports"] == "closed":
            return _forbidden()
        await asyncio.sleep(
            float(self.stage.options["push_delay" if operation == "unregisteredPayment" else "latency"])
        )
        try:
            raw = await request.body()
            header, body = _opened(raw)
        except (ValueError, KeyError, TypeError, AttributeError):
            return JSONResponse({"message": "Invalid request body"}, 400)
        call = Call(
            merchant=owner,
            message_id=str(header.get("MessageID", "")),
            client=str(header.get("ClientID", "")),
            body=body,
        )
        wrong = error_in(operation, json.loads(raw)) if self.stage.options["strict_keys"] else None
        code, result = (wrong, {}) if wrong else self._run(operation, service, call)
        return JSONResponse(
            self._shaped(self._enveloped(header, code, result)), headers={"x-amzn-requestid": secrets.token_hex(16)}
        )

    def _run(self, operation: str, service: Service, call: Call) -> tuple[str, Any]:
        force = self.stage.options["force"].get(operation)
        if force and force.get("times", 1) > 0:
            force["times"] = force.get("times", 1) - 1
            if force.get("effect"):
                with contextlib.suppress(Failure):
                    service(self, call)
            return str(force["code"]), {}
        try:
            return "0", {ANSWER_KEYS.get(operation, f"{operation}RS"): service(self, call)}
        except Failure as failure:
            return failure.code, {}

    def _enveloped(self, header: JsonObject, code: str, result: JsonObject) -> JsonObject:
        now = self.stage.now()
        padded = f" {code}  " if self.stage.options["blanks"] else code
        echoed = {key: header[key] for key in ("MessageID", "ClientID", "Destination") if key in header}
        return {
            "ResponseMessage": {
                "ResponseHeader": {
                    "Channel": header.get("Channel", ""),
                    "ResponseDate": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
                    "Status": {"StatusCode": padded, "StatusDesc": DESCRIPTIONS.get(code, "Error")},
                    **echoed,
                },
                "ResponseBody": {"any": result},
            }
        }

    def _shaped(self, value: Any) -> Any:
        """The answer with keys left out or added, as the options say."""
        omitted, extra = set(self.stage.options["omit_keys"]), self.stage.options["extra_keys"]
        if isinstance(value, dict):
            shaped = {key: self._shaped(item) for key, item in value.items() if key not in omitted}
            return {**shaped, "somethingNew": "1"} if extra else shaped
        return [self._shaped(item) for item in value] if isinstance(value, list) else value

    def push(self, call: Call) -> JsonObject:
        """unregisteredPayment."""
        phone, value = call.text("phoneNumber"), call.value()
        self._check_code(call)
        if not re.fullmatch("3[0-9]{9}", phone):
            raise Failure("11-17L")
        if phone in self.stage.options["unknown_phones"]:
            raise Failure(self.stage.options["unknown_phone_code"])
        if phone in self.stage.options["blocked_phones"]:
            raise Failure("2-CCSB000013")
        charge = self.world.push(call.merchant, call.message_id, call.client, phone, value)
        return {"transactionId": charge.transaction_id}

    def _check_code(self, call: Call) -> None:
        """Old clients send the number alone."""
        if call.text("code") not in (call.merchant["code"], call.merchant["code"].rpartition("_")[2]):
            raise Failure("11-9L")

    def code(self, call: Call) -> JsonObject:
        """generateCodeQR, in the forms of both periods."""
        self._check_code(call)
        charge = self.world.make_code(call.merchant, call.message_id, call.client, call.value())
        old, new = {"codeQR": charge.code_qr}, {"qrValue": charge.qr_value, "transactionId": charge.transaction_id}
        match self.stage.options["qr_answer"]:
            case "old":
                return old
            case "new":
                return new
        return old | new

    def status(self, call: Call) -> JsonObject:
        """getStatusPayment, of a push or a code."""
        field = next((name for name in ("qrValue", "codeQR", "transactionId") if call.body.get(name)), "")
        key = call.body.get(field)
        if not isinstance(key, str):
            raise Failure("20-05A")
        charge = self.world.by_name(call.merchant, field, key.strip())
        if charge is None:
            raise Failure(self.stage.options["unknown_code"])
        state, options = self.world.look(charge), self.stage.options
        match state:
            case "pending":
                return rendered(charge, "33", options)
            case "paid":
                return rendered(charge, "35", options)
        code = "10-454" if state == "expired" else "10-455"
        if options["ended_as"] == "value":
            return rendered(charge, code, options)
        raise Failure(code)

    def cancel(self, call: Call) -> JsonObject:
        """cancelUnregisteredPayment: possible while it is pending."""
        call.text("code")
        charge = self.world.by_key(call.merchant, call.text("transactionId"))
        if charge is None or charge.phone != call.text("phoneNumber"):
            raise Failure("11-9L")
        if not self.world.cancel(charge):
            raise Failure({"expired": "10-454", "paid": "11-9L"}.get(charge.state, "10-455"))
        return {}

    def reverse(self, call: Call) -> Any:
        """reverseTransaction: a push (or an old code) by its MessageID, a new code by itself; in full only."""
        self._check_code(call)
        phone, value = call.text("phoneNumber"), call.value()
        if "qrValue" in call.body:
            charge = self.world.by_key(call.merchant, call.text("qrValue"))
        else:
            charge = self.world.paid_by(call.merchant, call.text("messageId"))
        if charge is None or charge.state != "paid" or (charge.phone, charge.value) != (phone, value):
            raise Failure("2-CCSB000079")
        if charge.returned and (again := self.stage.options["repeated_reversal"]) != "0":
            raise Failure(again)
        self.world.give_back(charge)
        return {} if self.stage.options["reversal_body"] == "object" else ""

    def report(self, call: Call) -> JsonObject:
        """getReports: the merchant's registered data, and what was paid in the days asked for."""
        self._check_code(call)
        if self.stage.options["reports"] == "denied":
            raise Failure("20-10A")
        try:
            first, last = date.fromisoformat(call.text("startDate")), date.fromisoformat(call.text("endDate"))
        except ValueError:
            raise Failure("11-17L") from None
        if call.text("format") in ("csv", "pdf"):
            return {"reportURL": "https://reports.invalid/simulated"}
        paid = [
            charge
            for charge in self.world.charges
            if charge.merchant is call.merchant and charge.ended and charge.state == "paid"
            if first <= charge.ended.astimezone(BOGOTA).date() <= last
        ]
        return {
            "commerce": call.merchant["name"],
            "nit": call.merchant["nit"],
            "accountNumber": [call.merchant["account"]],
            "from": str(first),
            "to": str(last),
            "total": str(sum(charge.value for charge in paid)),
            "count": str(len(paid)),
            "transactions": [report_line(charge) for charge in paid],
        }


SERVICES: Mapping[str, tuple[str, Service]] = {
    "payments/v2/-services-paymentservice-unregisteredpayment": ("unregisteredPayment", Services.push),
    "payments/v2/-services-paymentservice-getstatuspayment": ("getStatusPayment", Services.status),
    "payments/v2/-services-paymentservice-cancelunregisteredpayment": ("cancelUnregisteredPayment", Services.cancel),
    "payments/v2/-services-reverseservices-reversetransaction": ("reverseTransaction", Services.reverse),
    "payments/v2/-services-paymentservice-generatecodeqr": ("generateCodeQR", Services.code),
    "partners/v2/-services-reportsservice-getreports": ("getReports", Services.report),
}

ANSWER_KEYS = {"cancelUnregisteredPayment": "cancelRequestMoneyRS", "reverseTransaction": "reversionRS"}
"""The two answers that are not named after their operation."""


def _opened(raw: bytes) -> tuple[JsonObject, JsonObject]:
    """Header and business body of an envelope; the body is the one value under ``any``."""
    message = json.loads(raw)["RequestMessage"]
    bodies = [item for item in message["RequestBody"]["any"].values() if isinstance(item, dict)]
    header = message["RequestHeader"]
    if not isinstance(header, dict) or len(bodies) != 1:
        raise ValueError("no envelope")
    return header, bodies[0]


def _forbidden() -> Response:
    return JSONResponse({"message": "Forbidden"}, 403, {"x-amzn-errortype": "ForbiddenException"})
