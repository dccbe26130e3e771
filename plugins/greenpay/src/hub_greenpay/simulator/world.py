"""The simulated Greenpay itself: orders, charges, saved cards, voids, and the notifications of them."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from hub_hookspecs.testing.simulator import News, Stage

from .body import Refusal, amount_from, callback_in, payer_in, text_in
from .cards import APPROVED, GOOD_CARD, MEANINGS, Card, CardError, card_with_code, code_for, new_card
from .cipher import sign
from .merchants import Merchant
from .options import played
from .session import Session, State, TokenOrder, identifiers
from .strict import error_in

CURRENCIES: Final = ("CRC", "USD")
HEADERS: Final = {"content-type": "application/json", "accept": "application/json"}
VOID_WINDOW: Final = timedelta(hours=3)
REFUND_WINDOW: Final = timedelta(days=7)
NOT_FOUND: Final = {"code": 404, "status": "FAIL", "errors": ["Error: Transaction not found"]}
TOO_LATE: Final = {
    "code": 500,
    "status": "FAIL",
    "result": {},
    "errors": [{"success": False, "result": None, "errors": [["transaction", "not ready for reversion"]], "code": 400}],
}


@attrs.define(kw_only=True)
class World:
    """Everything that the simulated Greenpay knows."""

    stage: Stage
    merchants: dict[str, Merchant]
    sessions: dict[str, Session] = attrs.Factory(dict)
    token_orders: dict[str, TokenOrder] = attrs.Factory(dict)
    cards: dict[str, tuple[str, Card]] = attrs.Factory(dict)
    _traces: Iterator[int] = attrs.Factory(lambda: itertools.count(417))
    _authorizations: Iterator[int] = attrs.Factory(lambda: itertools.count(612044))
    _tasks: set[asyncio.Task[None]] = attrs.Factory(set)

    def forget(self) -> None:
        """Empty all tables."""
        self.sessions.clear()
        self.token_orders.clear()
        self.cards.clear()

    def rotate(self, merchant_id: str, values: Mapping[str, str]) -> None:
        """Give a merchant another secret."""
        if merchant_id not in self.merchants or set(values) != {"secret"}:
            raise LookupError(f"a rotation gives the secret of one of {', '.join(self.merchants)}")
        self.merchants[merchant_id] = attrs.evolve(self.merchants[merchant_id], secret=values["secret"])

    # Orders

    def order(self, body: Mapping[str, Any]) -> Session:
        """Open a session in which the payer may pay on the hosted form or by an encrypted card."""
        if played(self.stage, "strict_keys") and (error := error_in(body)):
            raise Refusal(error)
        return self.open_order(body)

    def open_order(self, body: Mapping[str, Any]) -> Session:
        """Open a session for a payment order."""
        merchant = self.merchant_of(body)
        currency = text_in(body, "currency")
        terminal = text_in(body, "terminal")
        if currency not in CURRENCIES or merchant.terminals.get(currency) != terminal:
            raise Refusal("Bank entity doesn't exist")
        reference, description = text_in(body, "orderReference"), text_in(body, "description")
        if played(self.stage, "repeated_reference") == "refuse" and self._known(merchant, reference):
            raise Refusal("orderReference already exists")
        now = self.stage.now()
        session = Session(
            id=str(uuid.uuid4()),
            token=secrets.token_urlsafe(48),
            merchant=merchant,
            terminal=terminal,
            reference=reference,
            amount=amount_from(body.get("amount"), currency, whole=played(self.stage, "amounts") == "whole"),
            description=description,
            callback=callback_in(body),
            payer=payer_in(body),
            opened_at=now,
            expires_at=now + timedelta(minutes=played(self.stage, "session_minutes")),
        )
        self.sessions[session.id] = session
        return session

    def merchant_of(self, body: Mapping[str, Any]) -> Merchant:
        """The merchant whose id and secret stand in a body."""
        merchant = self.merchants.get(str(body.get("merchantId")))
        if merchant is None or not secrets.compare_digest(merchant.secret.encode(), str(body.get("secret")).encode()):
            raise Refusal("Merchant doesn't exist")
        return merchant

    def _known(self, merchant: Merchant, reference: str) -> bool:
        return any(item.merchant is merchant and item.reference == reference for item in self.sessions.values())

    def is_open(self, session: Session) -> bool:
        """Whether a card may still be tried in it."""
        return session.state is State.OPEN and self.stage.now() < session.expires_at

    def session_for(self, reference: str) -> Session:
        """The newest session of a reference in which a card may be tried.

        Raises:
            LookupError: There is none.
        """
        for session in reversed(self.sessions.values()):
            if session.reference == reference and self.is_open(session):
                return session
        raise LookupError(f"no open session with orderReference {reference!r}")

    # Charges

    def charge(self, session: Session, card: Card, code: str | None = None) -> dict[str, Any]:
        """Try a card in a session; a code overrules what the bank would say."""
        code = code or code_for(card, self.stage.now())
        approved = code == APPROVED
        session.tries += 1
        session.authorization = str(next(self._authorizations)) if approved else ""
        session.card = card
        session.answer = answer = self._answer(session, card, code)
        if approved:
            session.state = State.PAID
            session.paid_at = self.stage.now()
            self.stage.capture(session.reference, session.id, session.merchant.id, session.amount)
        elif played(self.stage, "decline_ends_session"):
            session.state = State.ENDED
        self.notify(session.merchant, played(self.stage, "notification_route"), session.reference, answer)
        return answer

    def _answer(self, session: Session, card: Card, code: str) -> dict[str, Any]:
        now = self.stage.now()
        trace = next(self._traces)
        status = 200 if code == APPROVED else 500
        return {
            "status": status,
            "orderId": session.reference,
            "authorization": session.authorization,
            "last4": card.last4,
            "brand": card.brand if card.brand != "ND" else played(self.stage, "brand_unknown"),
            "result": None
            if status == 500 and played(self.stage, "result_on_decline") == "null"
            else {
                "time_local_tran": f"{now:%H%M%S}",
                "systems_trace_audit_number": f"{trace % 10**6:06}",
                "success": status == 200,
                "retrieval_ref_num": f"{trace:012}",
                "resp_code": code,
                "reserved_private4": None if status == 200 else MEANINGS.get(code, "Denegada"),
                "proc_code": "000000",
                "network_international_id": "0003",
                "mti": "0210",
                "merchant_id": session.merchant.number,
                "date_local_tran": f"{now:%m%d}",
                "card_acceptor_terminal_id": "00990001",
                "authorization_id_resp": session.authorization,
            },
            "errors": [] if status == 200 else [MEANINGS.get(code, "Denegada")],
            "callback": session.callback,
            "_signature": sign(f"status:{status},orderId:{session.reference}", session.merchant.key),
        }

    def pay_with_token(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Charge a saved card directly, without a session of the payer's."""
        merchant = self.merchant_of(body)
        card = self.saved_card(merchant, body.get("token"))
        return self.charge(self.open_order(body), card)

    def saved_card(self, merchant: Merchant, token: Any) -> Card:
        """The merchant's saved card of a token."""
        owner, card = self.cards.get(str(token), ("", None))
        if card is None or owner != merchant.id:
            raise Refusal("Error: Invalid card token")
        return card

    # Saved cards

    def open_token_order(self, body: Mapping[str, Any]) -> TokenOrder:
        """Open a session in which a card may be saved."""
        merchant = self.merchant_of(body)
        order = TokenOrder(
            id=str(uuid.uuid4()),
            token=secrets.token_urlsafe(48),
            merchant=merchant,
            request_id=text_in(body, "requestId"),
            callback=callback_in(body),
            expires_at=self.stage.now() + timedelta(minutes=30),
        )
        self.token_orders[order.id] = order
        return order

    def save_card(self, order: TokenOrder, card: Card) -> dict[str, Any]:
        """Save a card, and say so."""
        del self.token_orders[order.id]
        token, status = str(uuid.uuid4()), played(self.stage, "tokenise_status")
        self.cards[token] = (order.merchant.id, card)
        answer = {
            "status": status,
            "requestId": order.request_id,
            "result": {
                "token": token,
                "last_digits": card.last4,
                "bin": card.bin,
                "khash": f"{card.bin}{secrets.token_hex(7).upper()}",
            },
            "expiration_date": card.expiration_date,
            "brand": card.brand,
            "nickname": card.nickname,
            "cardHolder": card.holder,
            "errors": [],
            "callback": order.callback,
            "_signature": sign(f"status:{status},requestId:{order.request_id}", order.merchant.key),
        }
        self.notify(order.merchant, "/newCard", order.request_id, answer)
        return answer

    def delete_card(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Forget a saved card."""
        merchant = self.merchant_of(body)
        self.saved_card(merchant, body.get("token"))
        del self.cards[str(body["token"])]
        request_id = text_in(body, "requestId")
        signature = sign(f"status:DELETED,requestId:{request_id}", merchant.key)
        return {"status": "DELETED", "requestId": request_id, "errors": [], "_signature": signature}

    # Voids and refunds

    def give_back(self, body: Mapping[str, Any], kind: str) -> dict[str, Any]:
        """Void (3 hours) or refund (7 days, BAC terminals only) one payment in full."""
        merchant = self.merchant_of(body)
        session = self._paid(merchant, body)
        if session is None or session.paid_at is None:
            return NOT_FOUND
        age = self.stage.now() - session.paid_at
        allowed = age <= VOID_WINDOW if kind == "void" else age <= REFUND_WINDOW and "-BAC-" in session.terminal
        if not allowed or not self.stage.give_back(session.id):
            return TOO_LATE
        return {
            "code": 200,
            "status": "SUCCESS",
            "result": {"orderReference": session.reference, kind: True},
            "errors": [],
        }

    def _paid(self, merchant: Merchant, body: Mapping[str, Any]) -> Session | None:
        wanted = tuple(str(body.get(name)) for name in ("orderReference", "authorization", "bin", "last4"))
        for session in self.sessions.values():
            if session.state is State.PAID and session.merchant is merchant and wanted == identifiers(session):
                return session
        return None

    # Notifications

    def notify(self, merchant: Merchant, path: str, reference: str, answer: Mapping[str, Any]) -> None:
        """Owe the merchant a notification, at once or after the configured delay."""
        body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
        news = News(reference=reference, merchant=merchant.id, path=path, headers=dict(HEADERS), body=body)
        delay = played(self.stage, "notify_delay")
        if not delay:
            self.stage.notify(news)
            return
        task = asyncio.get_running_loop().create_task(self._notify_later(news, delay))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify_later(self, news: News, delay: float) -> None:
        await asyncio.sleep(delay)
        self.stage.notify(news)

    # Control actions

    async def approve(self, reference: str, body: Mapping[str, Any]) -> None:
        """The payer pays, with the card named in the body."""
        self.charge(self.session_for(reference), sample_card(str(body.get("card", GOOD_CARD)), self.stage.now()))

    async def reject(self, reference: str, body: Mapping[str, Any]) -> None:
        """The bank says no, with the code (or the test card) named in the body."""
        code = str(body.get("code", "05"))
        number = str(body.get("card", card_with_code(code)))
        session = self.session_for(reference)
        self.charge(session, sample_card(number, self.stage.now()), None if "card" in body else code)

    async def expire(self, reference: str, _body: Mapping[str, Any]) -> None:
        """The session dies now."""
        self.session_for(reference).expires_at = self.stage.now()


def forged(news: News) -> News:
    """The notification with a signature that does not fit."""
    body = json.loads(news.body)
    last = body["_signature"][-1]
    return _with(news, body | {"_signature": body["_signature"][:-1] + ("0" if last != "0" else "1")})


def distorted(news: News) -> News:
    """The notification with another authorisation: there is no amount in it, and the signature covers neither."""
    return _with(news, json.loads(news.body) | {"authorization": "999999"})


def _with(news: News, body: Mapping[str, Any]) -> News:
    return attrs.evolve(news, body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def sample_card(number: str, now: datetime) -> Card:
    """A card with this number that anybody may have.

    Raises:
        LookupError: No card has such a number.
    """
    try:
        return new_card(number=number, holder="Ana Prueba", month=12, year=now.year + 3, cvc="123")
    except CardError as error:
        raise LookupError(str(error)) from error
