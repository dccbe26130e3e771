"""What the simulated Nequi knows: its merchants, their payments, and what became of each.

Written from Nequi's documents and published sandbox traffic, not from the plugin's own translation of them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs

from hub_hookspecs.money import Money
from hub_hookspecs.testing.simulator import News, Stage
from hub_nequi.simulator.emv import emv_text

BOGOTA = timezone(timedelta(hours=-5))
PAYER = "3998764643"
CREDENTIALS = frozenset({"client_id", "client_secret", "api_key", "notification_secret"})


@attrs.define(kw_only=True)
class Charge:
    """One payment at Nequi.

    Attributes:
        client: The ClientID that it was asked with.
        number: The transaction's number once paid, ``S...``.
        asked: Status calls so far.
    """

    merchant: Mapping[str, Any]
    message_id: str
    transaction_id: str
    channel: str
    value: int
    created: datetime
    client: str = ""
    phone: str = ""
    code_qr: str = ""
    qr_value: str = ""
    state: str = "pending"
    number: str = ""
    asked: int = 0
    ended: datetime | None = None
    returned: bool = False

    @property
    def is_push(self) -> bool:
        """A push, not a code."""
        return not self.qr_value

    @property
    def amount(self) -> Money:
        """The value as money."""
        return Money(self.value * 100, "COP")


class World:
    """Every payment of every merchant, and the rules by which they end."""

    def __init__(self, stage: Stage, merchants: list[dict[str, Any]]) -> None:
        self.stage = stage
        self.merchants = merchants
        self.charges: list[Charge] = []
        self._numbers: Iterator[int] = itertools.count(1)
        stage.forget = self.charges.clear
        stage.forge = forge
        stage.distort = self.distort
        stage.rotate = self.rotate
        stage.actions.update(approve=self._approve_all, reject=self._reject_all, expire=self._expire_all)
        stage.addresses.update({item["id"]: item["notify_url"] for item in merchants if item.get("notify_url")})

    # What the payer and Nequi do

    def push(self, merchant: Mapping[str, Any], message_id: str, client: str, phone: str, value: int) -> Charge:
        """Put a payment on a phone."""
        charge = Charge(
            merchant=merchant,
            message_id=message_id,
            transaction_id=self._transaction_id(client, merchant["id"] + phone, message_id),
            channel="PNP04-C001",
            value=value,
            created=self.stage.now(),
            client=client,
            phone=phone,
        )
        self.charges.append(charge)
        if phone.endswith("0454"):
            self.expire(charge)
        elif phone.endswith("0455"):
            self.reject(charge)
        return charge

    def make_code(self, merchant: Mapping[str, Any], message_id: str, client: str, value: int) -> Charge:
        """Make a QR code that pays one payment."""
        code = f"C001-10011-{5550000 + next(self._numbers)}"
        charge = Charge(
            merchant=merchant,
            message_id=message_id,
            transaction_id=self._transaction_id(client, merchant["id"], message_id),
            channel="PQR03-C001",
            value=value,
            created=self.stage.now(),
            client=client,
            code_qr=code,
            qr_value=emv_text(merchant["name"], value, code),
        )
        self.charges.append(charge)
        return charge

    def accept(self, charge: Charge, phone: str = "") -> bool:
        """The payer pays; False when it is too late."""
        if self.state_of(charge) != "pending":
            return False
        charge.state, charge.ended = "paid", self.stage.now()
        charge.phone = charge.phone or phone or PAYER
        charge.number = f"S{1000000 + next(self._numbers)}"
        self.stage.capture(charge.message_id, charge.transaction_id, charge.merchant["id"], charge.amount)
        self._notify(charge, "SUCCESS")
        return True

    def reject(self, charge: Charge) -> bool:
        """The payer says no."""
        return self._end(charge, "rejected", "DENIED")

    def cancel(self, charge: Charge) -> bool:
        """The merchant withdraws it."""
        return self._end(charge, "cancelled", "CANCELED")

    def expire(self, charge: Charge) -> bool:
        """Its time is over."""
        return self._end(charge, "expired", None)

    def _end(self, charge: Charge, state: str, stated: str | None) -> bool:
        if self.state_of(charge) != "pending":
            return False
        charge.state, charge.ended = state, self.stage.now()
        if stated:
            self._notify(charge, stated)
        return True

    def give_back(self, charge: Charge) -> bool:
        """Return a paid payment, once."""
        charge.returned = True
        return self.stage.give_back(charge.transaction_id)

    def state_of(self, charge: Charge) -> str:
        """The state now; a pending payment dies by the clock."""
        life = self.stage.options["expiry_seconds" if charge.is_push else "qr_expiry_seconds"]
        if charge.state == "pending" and self.stage.now() >= charge.created + timedelta(seconds=life):
            charge.state, charge.ended = "expired", self.stage.now()
        return charge.state

    def look(self, charge: Charge) -> str:
        """The state as a status call sees it; a payer who is to accept after n calls does so now."""
        after = self.stage.options["approve_after_status_calls"]
        if after is not None and charge.asked >= int(after):
            self.accept(charge)
        charge.asked += 1
        return self.state_of(charge)

    # What is looked up

    def pending(self, phone: str | None = None) -> list[Charge]:
        """Pushes that wait on this phone; without a phone, codes that wait for anybody."""
        return [
            charge
            for charge in self.charges
            if self.state_of(charge) == "pending"
            and (charge.phone == phone and charge.is_push if phone is not None else not charge.is_push)
        ]

    def by_key(self, merchant: Mapping[str, Any], key: str) -> Charge | None:
        """A merchant's payment by transactionId, qrValue or codeQR (with or without what is drawn before it)."""
        key = key.removeprefix("bancadigital-")
        return next(
            (
                charge
                for charge in reversed(self.charges)
                if charge.merchant is merchant
                and key
                and key in (charge.transaction_id, charge.qr_value, charge.code_qr)
            ),
            None,
        )

    def by_name(self, merchant: Mapping[str, Any], field: str, key: str) -> Charge | None:
        """A merchant's payment as a status call names it, in the reading that is played."""
        charge = self.by_key(merchant, key)
        wanted = self.stage.options["qr_named_by"]
        if charge is None or charge.is_push or wanted == "any" or self.stage.options["qr_answer"] == "old":
            return charge
        names = {"qrValue": charge.qr_value, "transactionId": charge.transaction_id}
        return charge if key == names[wanted] and (wanted, field) != ("qrValue", "codeQR") else None

    def by_payload(self, payload: str) -> Charge | None:
        """Anybody's code, as a phone reads it."""
        return next((found for item in self.merchants if (found := self.by_key(item, payload))), None)

    def paid_by(self, merchant: Mapping[str, Any], message_id: str) -> Charge | None:
        """The latest paid payment of a merchant with this MessageID; one not yet returned comes first."""
        paid = [
            charge
            for charge in reversed(self.charges)
            if charge.merchant is merchant and charge.message_id == message_id and charge.state == "paid"
        ]
        return next((charge for charge in paid if not charge.returned), paid[0] if paid else None)

    def _transaction_id(self, client: str, key: str, message_id: str) -> str:
        """``350-{ClientID}-{8 digits}-{MessageID}``, cut at 50: the digits stay the same for a merchant and payer."""
        digits = 10000000 + int(hashlib.sha256(key.encode()).hexdigest(), 16) % 80000000
        taken = {charge.transaction_id for charge in self.charges}
        for number in itertools.count(digits):
            text = f"350-{client}-{number}-{message_id}"[:50].strip()
            if text not in taken:
                return text
        raise AssertionError("counting ended")

    # The control address: everything by MessageID

    async def _approve_all(self, reference: str, more: Mapping[str, Any]) -> None:
        for charge in self._waiting(reference):
            self.accept(charge, str(more.get("phone", "")))

    async def _reject_all(self, reference: str, _more: Mapping[str, Any]) -> None:
        for charge in self._waiting(reference):
            self.reject(charge)

    async def _expire_all(self, reference: str, _more: Mapping[str, Any]) -> None:
        for charge in self._waiting(reference):
            self.expire(charge)

    def _waiting(self, reference: str) -> list[Charge]:
        """Twice the same MessageID is two payments, which both take the payer's money."""
        found = [
            charge for charge in self.charges if charge.message_id == reference and self.state_of(charge) == "pending"
        ]
        if not found:
            raise LookupError(f"no pending payment with MessageID {reference!r}")
        return found

    # Notifications: of pushes only

    def _notify(self, charge: Charge, status: str) -> None:
        if not charge.is_push:
            return
        now = self.stage.now()
        body = {
            "commerceCode": charge.merchant["code"].rpartition("_")[2],
            "value": str(charge.value),
            "phoneNumber": charge.phone,
            "messageId": charge.message_id,
            "transactionId": charge.transaction_id,
            "region": "C001",
            "receivedAt": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
            "paymentStatus": status,
        }
        self.stage.notify(self._signed(charge.merchant, charge.message_id, json.dumps(body).encode()))

    def _signed(self, merchant: Mapping[str, Any], reference: str, body: bytes) -> News:
        headers = {"content-type": "application/json"}
        if secret := merchant.get("notification_secret"):
            form = self.stage.options.get("notification_signature", "full")
            headers |= signature_headers(body, secret, merchant["client_id"], form)
        return News(reference=reference, merchant=merchant["id"], path="", headers=headers, body=body)

    def rotate(self, merchant_id: str, values: Mapping[str, str]) -> None:
        """Give a merchant other credentials; tokens of the old ones end with them."""
        merchant = next((item for item in self.merchants if item["id"] == merchant_id), None)
        if merchant is None or (unknown := set(values) - CREDENTIALS):
            raise LookupError(
                f"no merchant {merchant_id!r}" if merchant is None else f"no {', '.join(sorted(unknown))}"
            )
        merchant.update(values)

    def distort(self, news: News) -> News:
        """The same notification with another amount, signed as well as any."""
        body = json.loads(news.body)
        body["value"] = str(int(body["value"]) + 1000)
        merchant = next(item for item in self.merchants if item["id"] == news.merchant)
        return self._signed(merchant, news.reference, json.dumps(body).encode())


LEFT_OUT = {"full": (), "no_headers": ("headers",), "bare": ("headers", "algorithm")}


def signature_headers(body: bytes, secret: str, key_id: str, form: str = "full") -> dict[str, str]:
    """Digest and Signature as the one integrator's account of Nequi's notifications has them; or as a receiver has."""
    digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    text = f"content-type: application/json\ndigest: {digest}"
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha384).digest()
    signature = base64.urlsafe_b64encode(mac).decode().rstrip("=")
    parameters = {
        "keyId": key_id,
        "algorithm": "hmac-sha384",
        "headers": "content-type digest",
        "signature": signature,
    }
    shown = [f'{name}="{value}"' for name, value in parameters.items() if name not in LEFT_OUT[form]]
    return {"digest": digest, "signature": ",".join(shown)}


def forge(news: News) -> News:
    """The same notification signed by somebody who does not have the secret."""
    return attrs.evolve(news, headers={**news.headers, **signature_headers(news.body, "somebody else", "forger")})
