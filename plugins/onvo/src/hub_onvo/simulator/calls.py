"""What each call of the simulated ONVO's API does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from hub_hookspecs.money import LIMIT

from . import strict
from .cards import card_parts
from .errors import ApiError, not_found, of_form, refused
from .lists import listed
from .records import Customer, Intent, Merchant, Transfer, cuid
from .refunds import Refunds
from .rendering import (
    COLONES_A_DOLLAR,
    customer_json,
    intent_json,
    method_json,
    refund_json,
    session_json,
    transfer_json,
)
from .strict import check
from .transfers import Transfers, mobile_parts
from .world import World

JsonObject = dict[str, Any]

CURRENCIES: Final = {
    "guides": ("CRC", "USD"),
    "schema": ("USD", "CRC", "GTQ", "NIO", "PAB", "PEN", "MXN", "COP", "HNL"),
}
LEAST: Final = {"USD": 50, "CRC": 50 * COLONES_A_DOLLAR}
TRANSFER_FILTERS: Final = frozenset({"status", "SINPERefNumber", "originId", "originName", "description", "sortOrder"})
NO_OWN_NUMBER: Final = "La cuenta no tiene habilitado el número móvil personalizado"


@attrs.frozen(kw_only=True)
class Call:
    """One call, its key checked and nothing else."""

    merchant: Merchant
    id: str
    body: Any
    query: Mapping[str, str]
    pages: str

    def given(self, shape: strict.Shape) -> JsonObject:
        """The body, if it has this shape."""
        return check(self.body, shape)


@attrs.frozen
class Calls:
    """The calls of one world."""

    world: World

    @property
    def _options(self) -> JsonObject:
        return self.world.stage.options

    # Checkout sessions

    def open_session(self, call: Call) -> JsonObject:
        """POST checkout/sessions/one-time-link."""
        given = call.given(strict.SESSION)
        amount, currency = self._total(given["lineItems"])
        described = ", ".join(item["description"] for item in given["lineItems"])
        intent = self.world.make_intent(
            call.merchant,
            amount=amount,
            currency=currency,
            description=described,
            metadata=dict(given.get("metadata", {})),
        )
        names = {"customerName": "name", "customerEmail": "email", "customerPhone": "phone"}
        session = self.world.make_session(
            intent,
            call.pages,
            [_line(item) for item in given["lineItems"]],
            {own: given[name] for name, own in names.items() if given.get(name)},
            redirect_url=given.get("redirectUrl"),
            cancel_url=given.get("cancelUrl"),
        )
        return session_json(session, self._options, self.world.stage.now())

    def _total(self, lines: list[JsonObject]) -> tuple[int, str]:
        """The sum of the lines, all of one currency."""
        problems = []
        for place, line in enumerate(lines):
            if "priceId" in line:
                raise not_found("Price")
            problems += [
                f"lineItems.{place}.{name} should not be empty"
                for name in ("unitAmount", "currency", "description")
                if name not in line
            ]
        if problems:
            raise of_form(problems)
        if len(currencies := {line["currency"] for line in lines}) > 1:
            raise of_form(["lineItems must be of one currency"])
        total, currency = sum(line["quantity"] * line["unitAmount"] for line in lines), currencies.pop()
        self._check_money(total, currency)
        return total, currency

    def _check_money(self, amount: int, currency: str) -> None:
        known = CURRENCIES[self._options["currencies"]]
        if currency not in known:
            raise of_form([f"currency must be one of the following values: {', '.join(known)}"])
        if amount < (least := LEAST.get(currency, 1)) or amount > LIMIT:
            raise of_form([f"amount must be from {least} to {LIMIT}"])

    def read_session(self, call: Call) -> JsonObject:
        """GET checkout/sessions/{id}."""
        session = self.world.session_of(call.merchant, call.id)
        return session_json(session, self._options, self.world.stage.now())

    def list_sessions(self, call: Call) -> Any:
        """GET checkout/sessions/one-time-link/account."""
        now, options = self.world.stage.now(), self._options
        own = [item for item in self.world.sessions.values() if item.merchant is call.merchant]
        return listed(own, call.query, lambda item: session_json(item, options, now), envelope=self._envelope())

    def _envelope(self, measured: str = "") -> str:
        """What is put around a list that was measured so, or not at all."""
        return {"bare": "", "measured": measured, "enveloped": measured or "cursors"}[self._options["lists"]]

    def expire_session(self, call: Call) -> JsonObject:
        """POST checkout/sessions/{id}/expire."""
        call.given(strict.NOTHING)
        session = self.world.session_of(call.merchant, call.id)
        self.world.expire(session)
        return session_json(session, self._options, self.world.stage.now())

    # Payment intents

    def _shown(self, intent: Intent) -> JsonObject:
        return intent_json(intent, self._options)

    def make_intent(self, call: Call) -> JsonObject:
        """POST payment-intents."""
        given = call.given(strict.INTENT)
        self._check_money(given["amount"], given["currency"])
        parts = {"amount": given["amount"], "currency": given["currency"], **self._parts(call.merchant, given)}
        return self._shown(self.world.make_intent(call.merchant, **parts))

    def _parts(self, merchant: Merchant, given: JsonObject) -> JsonObject:
        names = {"captureMethod": "capture_method", "officeId": "office", "onBehalfOf": "behalf"}
        same = ("description", "metadata")
        parts = {names.get(name, name): value for name, value in given.items() if name in names or name in same}
        if "customerId" in given:
            parts["customer"] = self.world.customer_of(merchant, given["customerId"])
        return parts

    def list_intents(self, call: Call) -> Any:
        """GET payment-intents/account."""
        own = [item for item in self.world.intents.values() if item.merchant is call.merchant]
        return listed(own, call.query, self._shown, envelope=self._envelope())

    def read_intent(self, call: Call) -> JsonObject:
        """GET payment-intents/{id}."""
        return self._shown(self.world.intent_of(call.merchant, call.id))

    def change_intent(self, call: Call) -> JsonObject:
        """POST payment-intents/{id}: until it is collected or cancelled; no other amount while a try is under way."""
        given = call.given(strict.CHANGED_INTENT)
        intent = self.world.intent_of(call.merchant, call.id)
        under_way = not intent.is_open and {"amount", "currency"} & set(given)
        if intent.collected or intent.status == "canceled" or under_way:
            raise refused("payment_intents.invalid_status", f"The payment intent is {intent.status}")
        amount, currency = given.get("amount", intent.amount), given.get("currency", intent.currency)
        self._check_money(amount, currency)
        for name, value in {"amount": amount, "currency": currency, **self._parts(call.merchant, given)}.items():
            setattr(intent, name, value)
        intent.updated = self.world.stage.now()
        return self._shown(intent)

    def confirm_intent(self, call: Call) -> JsonObject:
        """POST payment-intents/{id}/confirm."""
        given = call.given(strict.CONFIRM)
        intent = self.world.intent_of(call.merchant, call.id)
        method = self.world.method_of(call.merchant, given["paymentMethodId"])
        self.world.confirm(intent, method, given.get("returnUrl"), call.pages)
        Transfers(self.world).expect(intent)
        if intent.error and self._options["declined_confirm"] == "error":
            raise ApiError(400, (intent.error["message"],), intent.error["code"])
        return self._shown(intent)

    def capture_intent(self, call: Call) -> JsonObject:
        """POST payment-intents/{id}/capture."""
        given = call.given(strict.CAPTURE)
        intent = self.world.intent_of(call.merchant, call.id)
        amount = given.get("amountToCapture", intent.amount)
        if intent.status != "requires_capture" or amount > intent.amount:
            raise refused("payment_intents.invalid_status", f"{amount} of {intent.amount} cannot be captured")
        self.world.collect(intent, amount)
        return self._shown(intent)

    def cancel_intent(self, call: Call) -> JsonObject:
        """POST payment-intents/{id}/cancel."""
        call.given(strict.NOTHING)
        intent = self.world.intent_of(call.merchant, call.id)
        self.world.cancel(intent)
        return self._shown(intent)

    # Payment methods and customers

    def make_method(self, call: Call) -> JsonObject:
        """POST payment-methods."""
        given = call.given(strict.METHOD)
        key = {"card": "card", "mobile_number": "mobileNumber"}[given["type"]]
        if [name for name in ("card", "mobileNumber") if name in given] != [key]:
            raise of_form([f"{key} should not be empty, and no other object be there"])
        parts = (
            card_parts(given[key], self.world.stage.now()) if key == "card" else mobile_parts(given[key], self._options)
        )
        if "customerId" in given:
            customer = self.world.customer_of(call.merchant, given["customerId"])
        else:
            customer = self.world.make_customer(call.merchant, given.get("customer", {}))
        return method_json(self.world.make_method(customer, **parts))

    def read_method(self, call: Call) -> JsonObject:
        """GET payment-methods/{id}."""
        return method_json(self.world.method_of(call.merchant, call.id))

    def detach_method(self, call: Call) -> JsonObject:
        """POST payment-methods/{id}/detach."""
        call.given(strict.NOTHING)
        method = self.world.method_of(call.merchant, call.id)
        method.detached = True
        return method_json(method)

    def make_customer(self, call: Call) -> JsonObject:
        """POST customers."""
        return customer_json(self.world.make_customer(call.merchant, call.given(strict.CUSTOMER)))

    def list_customers(self, call: Call) -> Any:
        """GET customers."""
        own = [item for item in self.world.customers.values() if item.merchant is call.merchant]
        return listed(own, call.query, customer_json, envelope=self._envelope("cursors"))

    def read_customer(self, call: Call) -> JsonObject:
        """GET customers/{id}."""
        return customer_json(self.world.customer_of(call.merchant, call.id))

    def change_customer(self, call: Call) -> JsonObject:
        """POST customers/{id}."""
        customer: Customer = self.world.customer_of(call.merchant, call.id)
        customer.fields.update(call.given(strict.CUSTOMER))
        return customer_json(customer)

    def delete_customer(self, call: Call) -> JsonObject:
        """DELETE customers/{id}."""
        customer = self.world.customer_of(call.merchant, call.id)
        del self.world.customers[customer.id]
        return customer_json(customer)

    # Refunds and transfers

    def make_refund(self, call: Call) -> JsonObject:
        """POST refunds."""
        given = call.given(strict.REFUND)
        intent = self.world.intent_of(call.merchant, given["paymentIntentId"])
        wanted = (given.get(name) for name in ("amount", "reason", "description"))
        return refund_json(Refunds(self.world).make(intent, *wanted))

    def read_refund(self, call: Call) -> JsonObject:
        """GET refunds/{id}."""
        refund = self.world.refunds.get(call.id)
        if refund is None or refund.merchant is not call.merchant:
            raise not_found("Refund")
        return refund_json(refund)

    def list_transfers(self, call: Call) -> Any:
        """GET mobile-transfers/list: of the merchant's own number alone."""
        if not call.merchant.sinpe_number:
            raise ApiError(400, (NO_OWN_NUMBER,))
        own = [
            item
            for item in self.world.transfers.values()
            if item.merchant is call.merchant and _wanted(item, call.query)
        ]
        envelope = self._envelope("has_more")
        return listed(own, call.query, transfer_json, envelope=envelope, more=TRANSFER_FILTERS)


def _line(item: JsonObject) -> JsonObject:
    names = ("quantity", "unitAmount", "currency", "description")
    return {"id": cuid(), "price": None, "priceId": None, **{name: item[name] for name in names}}


def _wanted(transfer: Transfer, query: Mapping[str, str]) -> bool:
    shown = transfer_json(transfer)
    same = all(query.get(name, shown[name]) == shown[name] for name in TRANSFER_FILTERS - {"status", "sortOrder"})
    return same and transfer.status in query.get("status", transfer.status).split(",")
