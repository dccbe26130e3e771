"""Find whatever a text means: a number, a name, a reference, an id, an address as somebody forwarded it, a key."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.identity import numbers_for
from hub.domain.merchant import Customer, Link, Member, Merchant
from hub.domain.message import Delivery, Review, StoredMessage
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment
from hub.domain.receipt import CashReceipt
from hub.flows.ground.open_link import PATHS, LinkClosed, WhyClosed, open_link
from hub.flows.ground.ports import Hub, Tx
from hub.flows.merchants.remove_member import Removal, removals_of
from hub.flows.merchants.revoke_api_key import KeyLine, keys_named
from hub_hookspecs import Mode

from .find_person import MAX_HITS, customers_called, customers_numbered, payments_typed
from .print_receipt import verify_token

MIN_ID_LENGTH = 6

ADDRESS = re.compile(r"(?:^|://[^/\s]*)/((?:[sporvmn]|pay/return)/[^\s?#<>\"']+)")
"""An address of ours, whatever host it was forwarded with."""

AROUND = " \t<>()[]{}\"'«»“”.,;:!*"
"""What mail programs and people put around an address."""

MESSAGE_ID = re.compile(r"(?:message-id:\s*)?<?([0-9A-Za-z]{16,64})@[\w.-]+>?", re.IGNORECASE)
LABEL = re.compile(r"(.{1,40}?)-?0*(\d{1,15})")
"""A cash receipt's series and number, as people write it."""


@attrs.frozen
class LinkFound:
    """A mailed link, and why it opens nothing; ``why`` is None for one that opens."""

    link: Link
    why: WhyClosed | None


Thing = (
    Payable
    | Customer
    | Payment
    | CashReceipt
    | LinkFound
    | StoredMessage
    | Review
    | Delivery
    | ProviderAccount
    | Merchant
    | Member
    | Removal
    | KeyLine
)


async def find_anything(hub: Hub, text: str, merchant: Merchant | None = None) -> tuple[Thing, ...]:
    """Everything that a text means, of all companies and both modes; what it names exactly alone, else what holds it.

    Args:
        merchant: Only of this company.
    """
    now = hub.clock()

    def read(tx: Tx) -> tuple[Thing, ...]:
        search = _Search(tx, hub, (merchant,) if merchant else tx.merchants.all(), text.strip(), now)
        return search.only_once(search.addressed() if is_address(text) else search.meant()) if text.strip() else ()

    return await hub.store.read(read)


def is_address(text: str) -> bool:
    """Whether it looks like an address of this hub."""
    return ADDRESS.search(text.strip(AROUND)) is not None


def _plain(text: str) -> str:
    """Without case, accents and needless blanks."""
    bare = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return "".join(char for char in bare if not unicodedata.combining(char))


@attrs.frozen
class _Search:
    """One text, looked for in one transaction."""

    tx: Tx
    hub: Hub
    merchants: Sequence[Merchant]
    text: str
    now: datetime

    def only_once(self, things: Iterable[Thing]) -> tuple[Thing, ...]:
        """Each thing once, and only those of the companies that are meant."""
        owners = {merchant.id for merchant in self.merchants}
        found = {_name(thing): thing for thing in things if _owner(thing) in owners or not _owner(thing)}
        return tuple(found.values())

    def meant(self) -> list[Thing]:
        """What the text names; without any, what holds it."""
        return list(self._exact()) or list(self._similar())

    def addressed(self) -> Iterator[Thing]:
        """What an address of this hub opens."""
        found = ADDRESS.search(self.text.strip(AROUND))
        first, *rest = found[1].split("/") if found else ("", "")
        token = rest[-1 if first == "m" else 1 if first in ("n", "pay") and len(rest) > 1 else 0].strip(AROUND)
        match first:
            case "n":
                account = self.tx.accounts.by_token(token)
                yield from [account] if account else []
            case "pay":
                payment = self.tx.payments.by_return_token(token)
                yield from [payment] if payment else []
            case "v":
                yield from self._verified(token)
            case "m":
                yield from self._rows(token)
            case _:
                yield from self._linked(first, token)

    def _verified(self, token: str) -> Iterator[Payment]:
        payment = self.tx.payments.get(token.partition(".")[0])
        if payment and verify_token(self.hub, payment.id) == token:
            yield payment

    def _linked(self, part: str, token: str) -> Iterator[LinkFound]:
        kind = next(kind for kind, path in PATHS.items() if path == part)
        try:
            yield LinkFound(open_link(self.tx, self.hub, kind, token, self.now), None)
        except LinkClosed as closed:
            if closed.link:
                yield LinkFound(closed.link, closed.why)

    def _rows(self, row_id: str) -> Iterator[Thing]:
        """Rows with this id."""
        tx = self.tx
        looks = (
            tx.payments.get,
            tx.customers.get,
            self._payable,
            tx.receipts.get,
            tx.deliveries.get,
            tx.accounts.get,
        )
        yield from (found for look in looks if (found := look(row_id)))

    def _exact(self) -> Iterator[Thing]:
        if self.text.startswith("phk_"):
            yield from keys_named(self.tx, self.text)
            return
        payables = [payable for merchant in self.merchants for payable in self._payables(merchant)]
        receipts = [receipt for merchant in self.merchants for receipt in self._receipts(merchant)]
        yield from payables
        yield from receipts
        yield from removals_of(self.tx, self.text)
        yield from self._payments(bool(payables or receipts))
        for merchant in self.merchants:
            yield from self._company(merchant)
            yield from self._members(merchant)
            yield from self._customers(merchant)
        yield from self._ids()

    def _payables(self, merchant: Merchant) -> Iterator[Payable]:
        """Invoices and orders with this number, whatever its case."""
        wanted = self.text.casefold()
        for mode in Mode:
            for kind in PayableKind:
                found = self.tx.payables.by_number(merchant.id, mode, kind, self.text)
                yield from [found] if found else []
            held = self.tx.payables.search(merchant.id, mode, self.text, limit=MAX_HITS)
            yield from (payable for payable in held if payable.number.casefold() == wanted)

    def _payable(self, payable_id: str) -> Payable | None:
        """One of this id, unless its import was taken back: it counts as never billed."""
        found = self.tx.payables.get(payable_id)
        return None if found is None or found.undone_at else found

    def _receipts(self, merchant: Merchant) -> Iterator[CashReceipt]:
        label = LABEL.fullmatch(self.text.upper())
        if label:
            for mode in Mode:
                yield from self.tx.receipts.numbered(merchant.id, mode, label[1], int(label[2]))

    def _payments(self, is_numbered: bool) -> Iterator[Payment]:
        """Payments with this reference or mark; an invoice, an order and a receipt name theirs themselves."""
        for text in dict.fromkeys((self.text, self.text.upper())):
            for payment in self.tx.payments.marked(text):
                own = (payment.id, payment.reference, payment.provider_reference)
                if text in own or not is_numbered:
                    yield payment

    def _company(self, merchant: Merchant) -> Iterator[Merchant | ProviderAccount]:
        """The company of this name or number; its account with the provider of this name."""
        company, wanted = merchant.company, _plain(self.text)
        country = self.hub.countries.get(company.country)
        names = {merchant.slug, company.legal_name, company.trade_name, company.email}
        numbers = numbers_for(country, self.text) if country else ()
        if wanted in {_plain(name) for name in names if name} or company.document.number in numbers:
            yield merchant
        yield from (account for account in self.tx.accounts.all_of(merchant.id) if account.provider == wanted)

    def _members(self, merchant: Merchant) -> Iterator[Member]:
        members = self.tx.merchants.members(merchant.id)
        yield from (member for member in members if member.email.lower() == self.text.lower())

    def _customers(self, merchant: Merchant) -> Iterator[Customer]:
        by_id = self.tx.customers.get(self.text)
        yield from [by_id] if by_id else []
        if "@" in self.text:
            yield from self.tx.customers.find(merchant.id, email=self.text, shoppers=True)
            return
        yield from customers_numbered(self.tx, self.hub, merchant, self.text)
        yield from customers_called(self.tx, merchant, self.text)
        wanted = _plain(self.text)
        yield from (
            item for item in self.tx.customers.of(merchant.id, self.text, shoppers=True) if _plain(item.name) == wanted
        )

    def _ids(self) -> Iterator[Thing]:
        """What is shown by the beginning of its id, and a mail by its Message-ID."""
        mailed = MESSAGE_ID.fullmatch(self.text)
        row_id = mailed[1] if mailed else self.text
        delivery = self.tx.deliveries.get(row_id) or self.tx.deliveries.get(row_id.lower())
        yield from [delivery] if delivery else []
        payable = self._payable(self.text)
        yield from [payable] if payable else []
        beginning = self.text.lower()
        if len(beginning) >= MIN_ID_LENGTH and re.fullmatch("[0-9a-z]+", beginning):
            for look in (self.tx.messages.named, self.tx.reviews.named, self.tx.deliveries.named):
                yield from look(beginning)
            yield from keys_named(self.tx, beginning)

    def _similar(self) -> Iterator[Thing]:
        wanted = _plain(self.text)
        for merchant in self.merchants:
            company = merchant.company
            if any(wanted in _plain(name) for name in (merchant.slug, company.legal_name, company.trade_name)):
                yield merchant
            members = self.tx.merchants.members(merchant.id)
            yield from (member for member in members if wanted in member.email.lower())
            yield from self.tx.customers.of(merchant.id, self.text, shoppers=True)[:MAX_HITS]
            for mode in Mode:
                held = self.tx.payables.search(merchant.id, mode, self.text, limit=MAX_HITS)
                yield from (payable for payable in held if wanted in payable.number.casefold())
        customers = {
            item.id
            for merchant in self.merchants
            for item in self.tx.customers.of(merchant.id, self.text, shoppers=True)
        }
        found = self.tx.payments.search(text=self.text, limit=MAX_HITS)
        yield from (payment for payment in found if payment.customer_id not in customers)
        yield from payments_typed(self.tx, self.text)
        yield from self.tx.deliveries.to(self.text, limit=MAX_HITS) if "@" in self.text else ()


def _name(thing: Thing) -> tuple[str, ...]:
    """What distinguishes one thing from another."""
    match thing:
        case LinkFound():
            return "link", thing.link.id
        case Member() | Removal():
            return type(thing).__name__, thing.merchant_id, thing.email
        case KeyLine():
            return "key", thing.key.id
    return type(thing).__name__, thing.id


def _owner(thing: Thing) -> str:
    """Id of the company whose it is; empty for what is the operator's own."""
    match thing:
        case Merchant():
            return thing.id
        case LinkFound():
            return thing.link.merchant_id
        case KeyLine():
            return thing.merchant.id
    return thing.merchant_id
