"""What the simulated ONVO knows, and how a payment goes: tried, declined, waiting for a transfer, collected."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from hub_hookspecs.testing.simulator import Stage

from .agenda import Agenda
from .errors import not_found, refused
from .held import Held
from .news import Events
from .records import Customer, Intent, Merchant, Method, Refund, Session, Transfer, cuid
from .rendering import session_status

CREDENTIALS: Final = frozenset({"secret_key", "publishable_key", "webhook_secret"})
WORDS: Final = {
    "declined": "Declinado",
    "insufficient_funds": "Fondos insuficientes",
    "processor_error": "Error del procesador",
    "onvo_declined": "Declinado por ONVO",
}
MESSAGES: Final = {
    "declined": "El pago fue declinado por el emisor de la tarjeta",
    "insufficient_funds": "La tarjeta no tiene fondos suficientes",
    "processor_error": "Error externo del procesador",
    "onvo_declined": "El pago fue declinado por ONVO",
}
CHALLENGE_FAILED: Final = "3DS2 authentication incomplete"


class World:
    """Everything of every merchant."""

    def __init__(self, stage: Stage, merchants: list[Merchant]) -> None:
        self.stage = stage
        self.merchants = merchants
        self.agenda = Agenda(stage)
        self.held = Held(stage)
        self.events = Events(stage)
        self.customers: dict[str, Customer] = {}
        self.methods: dict[str, Method] = {}
        self.intents: dict[str, Intent] = {}
        self.sessions: dict[str, Session] = {}
        self.transfers: dict[str, Transfer] = {}
        self.refunds: dict[str, Refund] = {}

    def forget(self) -> None:
        """Empty all tables."""
        for table in (self.customers, self.methods, self.intents, self.sessions, self.transfers, self.refunds):
            table.clear()
        self.agenda.forget()

    def rotate(self, merchant_id: str, values: Mapping[str, str]) -> None:
        """Give a merchant other credentials."""
        merchant = next((item for item in self.merchants if item.id == merchant_id), None)
        if merchant is None or not set(values) <= CREDENTIALS:
            raise LookupError(f"a rotation gives {', '.join(sorted(CREDENTIALS))} of a merchant that exists")
        for name, value in values.items():
            setattr(merchant, name, value)

    # What is looked up

    def intent_of(self, merchant: Merchant, key: str) -> Intent:
        """A merchant's intent."""
        found = self.intents.get(key)
        if found is None or found.merchant is not merchant:
            raise not_found("Payment intent")
        return found

    def session_of(self, merchant: Merchant, key: str) -> Session:
        """A merchant's session."""
        found = self.sessions.get(key)
        if found is None or found.merchant is not merchant:
            raise not_found("Checkout session")
        return found

    def method_of(self, merchant: Merchant, key: str) -> Method:
        """A merchant's payment method."""
        found = self.methods.get(key)
        if found is None or found.merchant is not merchant or found.detached:
            raise not_found("Payment method")
        return found

    def customer_of(self, merchant: Merchant, key: str) -> Customer:
        """A merchant's customer."""
        found = self.customers.get(key)
        if found is None or found.merchant is not merchant:
            raise not_found("Customer")
        return found

    def named(self, reference: str) -> Iterator[Intent]:
        """Intents, newest first, by the merchant's own reference, their id or their session's."""
        for intent in reversed(self.intents.values()):
            if reference in (intent.id, intent.session and intent.session.id, *intent.metadata.values()):
                yield intent

    # Making

    def make_customer(self, merchant: Merchant, fields: Mapping[str, Any]) -> Customer:
        """A customer."""
        customer = Customer(merchant=merchant, created=self.stage.now(), fields=dict(fields))
        self.customers[customer.id] = customer
        return customer

    def make_method(self, customer: Customer, **parts: Any) -> Method:
        """A payment method of a customer."""
        method = Method(merchant=customer.merchant, customer=customer, created=self.stage.now(), **parts)
        self.methods[method.id] = method
        return method

    def make_intent(self, merchant: Merchant, **parts: Any) -> Intent:
        """An intent that nobody tried to pay yet."""
        now, status = self.stage.now(), self.stage.options["first_status"]
        intent = Intent(merchant=merchant, created=now, updated=now, status=status, **parts)
        self.intents[intent.id] = intent
        return intent

    def make_session(
        self, intent: Intent, pages: str, lines: list[dict[str, Any]], payer: Mapping[str, str], **parts: Any
    ) -> Session:
        """A page where an intent may be paid."""
        now, key = self.stage.now(), cuid()
        session = Session(
            id=key,
            merchant=intent.merchant,
            created=now,
            updated=now,
            expires=now + timedelta(minutes=self.stage.options["session_minutes"]),
            intent=intent,
            url=f"{pages}/pay/{key}",
            lines=lines,
            payer=payer,
            **parts,
        )
        self.sessions[key] = intent.session = session
        return session

    # How a payment goes

    def is_open(self, session: Session) -> bool:
        """Whether a payer may still do something there."""
        return not session.paid and session_status(session, self.stage.options, self.stage.now()) == "open"

    def confirm(self, intent: Intent, method: Method, return_url: str | None, pages: str) -> None:
        """Try to pay."""
        if not intent.is_open:
            raise refused("payment_intents.invalid_status", f"The payment intent is {intent.status}")
        if method.kind == "mobile_number" and intent.currency != "CRC":
            raise refused("payment_intents.invalid_currency", "SINPE Móvil takes CRC only")
        intent.method, intent.customer = method, intent.customer or method.customer
        intent.attempts += 1
        intent.error, intent.return_url = None, return_url
        if method.kind == "mobile_number":
            self._move(intent, "processing")
            intent.waiting_since = self.stage.now()
            self.events.deferred(intent)
        elif method.outcome == "approved":
            self.authorise(intent)
        elif method.outcome == "challenge":
            intent.challenge_url = f"{pages}/3ds/{intent.id}"
            self._move(intent, "requires_action")
        else:
            self.decline(intent, method.outcome)

    def answer_challenge(self, intent: Intent, *, passed: bool) -> None:
        """The payer's bank has asked the payer."""
        if passed:
            self.authorise(intent)
        else:
            self.decline(intent, "declined", CHALLENGE_FAILED)

    def authorise(self, intent: Intent) -> None:
        """The card's bank says yes; with manual capture the money is still the payer's."""
        if intent.capture_method == "manual":
            self._move(intent, "requires_capture")
        else:
            self.collect(intent, intent.amount)

    def decline(self, intent: Intent, code: str, message: str = "") -> None:
        """The try failed; the intent may be tried again."""
        word = WORDS.get(code, code) if self.stage.options["decline_code"] == "word" else code
        text = message or MESSAGES.get(code, "El pago no pudo ser procesado")
        intent.error = {"code": word, "message": text, "type": "processing_error"}
        self._move(intent, "requires_payment_method")
        self.events.failed(intent)

    def collect(self, intent: Intent, received: int, transfers: list[Transfer] | None = None) -> None:
        """The money is here."""
        number = transfers[-1].number if transfers else f"{secrets.randbelow(10**12):012}"
        intent.received, intent.ref_number, intent.collected = received, number, self.stage.now()
        self._move(intent, "succeeded")
        self.held.paid(intent, transfers or [])
        self.events.succeeded(intent)

    def cancel(self, intent: Intent) -> None:
        """The merchant withdraws it."""
        allowed = {"requires_payment_method", "requires_capture"}
        if self.stage.options["cancel_unconfirmed"] == "cancel":
            allowed.add("requires_confirmation")
        if intent.status not in allowed:
            raise refused("payment_intents.invalid_status", f"A payment intent that is {intent.status} stays as it is")
        self._move(intent, "canceled")

    def expire(self, session: Session) -> None:
        """End an open session; an intent that is processing goes on waiting for its transfer."""
        status = session_status(session, self.stage.options, self.stage.now())
        if status == "expired" or (session.paid and self.stage.options["expire_paid"] == "refuse"):
            raise refused("checkout_sessions.invalid_status", "The checkout session is not open")
        session.ended, session.updated = True, self.stage.now()
        if self.stage.options["expire_cancels_intent"] and session.intent.is_open:
            self._move(session.intent, "canceled")

    def is_settled(self, intent: Intent) -> bool:
        """Whether its money was paid out to the merchant."""
        after = self.stage.options["settled_after_seconds"]
        old = after is not None and intent.collected and self.stage.now() >= intent.collected + timedelta(seconds=after)
        return intent.settled or bool(old)

    def _move(self, intent: Intent, status: str) -> None:
        intent.status, intent.updated = status, self.stage.now()
