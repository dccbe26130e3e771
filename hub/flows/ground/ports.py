"""What the flows ask of the outside; adapters match by shape.

A transaction function is plain: ``fn(tx)`` runs in one transaction, reads no clock, draws no random number and talks
to nobody. ``Tx`` has one attribute a noun.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any, Protocol, TypeVar

import attrs

from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.decision import Decision, DecisionKind
from hub.domain.held import Cleared
from hub.domain.ledger import Entry, Erasure, Intake
from hub.domain.logo import Logo
from hub.domain.mail import Mail as Mail
from hub.domain.mail import MailRefused as MailRefused
from hub.domain.merchant import ApiKey, Customer, Link, LinkKind, Member, Merchant, Session, SignIn
from hub.domain.message import Delivery, MessageState, Review, StoredMessage
from hub.domain.operation import Operation
from hub.domain.order import StoreOrder
from hub.domain.owed_mail import OwedMail, PaymentChange
from hub.domain.papers import MailValue, Paper, PaperFile
from hub.domain.payable import Payable, PayableKind, Step
from hub.domain.payment import ObservedBy, Payment, Seen
from hub.domain.proof import Proof
from hub.domain.receipt import CashReceipt, SeriesGap
from hub.domain.reconciliation import DailyReconciliation
from hub.domain.refusals import Conflict as Conflict
from hub.domain.refusals import Unavailable as Unavailable
from hub.domain.refusals import Unopened as Unopened
from hub.domain.request_sent import RequestSent
from hub.domain.round import Round, Schedule
from hub.domain.settlement import Awaited, LineState, StoredLine
from hub.domain.visitor import LOOPBACK, Network, networks_of
from hub_hookspecs import Account, Conclusion, Kind, Mode, Offer, PayButton, Reason, SettlementFile, SettlementLine

T = TypeVar("T")


class Merchants(Protocol):
    """Merchants and who signs in for them."""

    def add(self, merchant: Merchant) -> None: ...
    def save(self, merchant: Merchant) -> None: ...
    def get(self, merchant_id: str) -> Merchant | None: ...
    def by_slug(self, slug: str) -> Merchant | None: ...
    def all(self) -> tuple[Merchant, ...]: ...
    def add_member(self, member: Member) -> None: ...
    def members(self, merchant_id: str) -> tuple[Member, ...]: ...
    def members_by_email(self, email: str) -> tuple[Member, ...]: ...
    def speak(self, merchant_id: str, email: str, language: str) -> None:
        """Keep in which language a member reads."""

    def remove_member(self, merchant_id: str, email: str) -> None:
        """Nobody signs in with this address any more, and who is signed in with it is not."""

    def add_sign_in(self, sign_in: SignIn) -> None: ...
    def use_sign_in(self, token_hash: bytes, now: datetime) -> SignIn | None:
        """Use a sign-in once; None when unknown, used or over."""

    def add_session(self, session: Session) -> None: ...
    def session(self, token_hash: bytes, now: datetime) -> Session | None: ...
    def end_session(self, token_hash: bytes) -> None: ...
    def add_api_key(self, key_hash: bytes, merchant_id: str, mode: Mode, name: str, now: datetime) -> None: ...
    def api_key(self, key_hash: bytes) -> tuple[str, Mode] | None:
        """Merchant id and mode of an API key that is not revoked."""

    def api_keys(self, merchant_id: str) -> tuple[ApiKey, ...]:
        """A merchant's keys, the newest first."""

    def revoke_api_key(self, merchant_id: str, key_id: str, now: datetime) -> None:
        """The key opens nothing any more; LookupError when there is none like it."""


class Customers(Protocol):
    """Customers of a merchant."""

    def save(self, customer: Customer) -> None:
        """Insert or replace by id."""

    def get(self, customer_id: str) -> Customer | None: ...
    def find(self, merchant_id: str, *, number: str = "", email: str = "") -> tuple[Customer, ...]:
        """Customers whose identity number or mail equals the given one."""

    def of(self, merchant_id: str, search: str = "") -> tuple[Customer, ...]: ...
    def remember(self, customer_id: str, fields: Mapping[str, str]) -> None: ...


class Accounts(Protocol):
    """Provider accounts; at most one per merchant, provider and mode that is not retired."""

    def add(self, account: ProviderAccount) -> None: ...
    def save(self, account: ProviderAccount) -> None: ...
    def replace(self, account: ProviderAccount) -> bool:
        """Write an account with its next version of credentials; False when somebody else's came before."""

    def get(self, account_id: str) -> ProviderAccount | None: ...
    def by_token(self, path_token: str) -> ProviderAccount | None: ...
    def current_of(self, merchant_id: str, mode: Mode | None = None) -> tuple[ProviderAccount, ...]:
        """Those that are not retired: what is offered, configured and shown as connected."""

    def all_of(self, merchant_id: str, mode: Mode | None = None) -> tuple[ProviderAccount, ...]:
        """Retired ones too: whatever looks for money or for keys."""

    def all(self) -> tuple[ProviderAccount, ...]:
        """Every account, retired ones too."""

    def heard(self, account_id: str, at: datetime) -> None: ...
    def set_status(self, account_id: str, status: AccountStatus, at: datetime) -> None: ...
    def secrets(self, account_id: str) -> Mapping[str, bytes]:
        """Sealed secrets by setting name; the vault opens them."""

    def save_secret(self, account_id: str, name: str, sealed: bytes, key_id: str) -> None: ...
    def all_secrets(self) -> tuple[tuple[str, str, str, bytes, str], ...]:
        """(account id, merchant id, name, sealed, key id) of every secret, for key rotation."""

    def grant(self, account_id: str) -> bytes | None: ...
    def save_grant(self, account_id: str, sealed: bytes | None, *, of: int | None = None) -> None:
        """Keep or drop the sealed grant; ``of``: only while this is the version of the account's credentials."""

    def key_fingerprint_users(self, fingerprint: str) -> tuple[str, ...]:
        """Ids of accounts that use a public key with this fingerprint."""


class Countries(Protocol):
    """Which provider is enabled where."""

    def enabled(self) -> frozenset[tuple[str, str]]:
        """(country, provider code) pairs."""

    def set(self, country: str, code: str, enabled: bool) -> None: ...
    def paused(self) -> Mapping[str, str]:
        """Text for payers by code, of the providers that are paused for everybody."""

    def pauses(self) -> tuple[tuple[str, str, str, datetime], ...]:
        """(code, text, who, since) of each."""

    def pause(self, code: str, text: str, by: str, at: datetime) -> None: ...
    def resume(self, code: str) -> bool: ...


class Payables(Protocol):
    """Invoices and orders. The sums are moved by the ledger alone."""

    def add(self, payable: Payable) -> None: ...
    def revise(self, payable: Payable) -> None:
        """Write changes of dates, description, total, revision, customer, offered_until and cancelled_at."""

    def get(self, payable_id: str) -> Payable | None: ...
    def many(self, payable_ids: Collection[str]) -> tuple[Payable, ...]: ...
    def by_number(self, merchant_id: str, mode: Mode, kind: PayableKind, number: str) -> Payable | None: ...
    def numbered(self, merchant_id: str, mode: Mode, numbers: Collection[str]) -> Mapping[str, Payable]:
        """Invoices by number, for imports."""

    def open_of(self, customer_id: str, mode: Mode) -> tuple[Payable, ...]:
        """Invoices of a customer with something due, not cancelled; oldest due first."""

    def search(self, merchant_id: str, mode: Mode, text: str = "", *, limit: int = 200) -> tuple[Payable, ...]: ...
    def open_totals(self, merchant_id: str, mode: Mode) -> tuple[tuple[str, str, int, int], ...]:
        """(customer id, currency, due, number of open invoices) of each customer who owes."""

    def open_debts(self, merchant_id: str, mode: Mode) -> tuple[tuple[str, str, int, date], ...]:
        """(customer id, currency, due, due day of the oldest open invoice) of each customer who owes."""


class Payments(Protocol):
    """Payments and their observations."""

    def add(self, payment: Payment) -> None:
        """Insert with its lines, in phase created.

        Raises:
            Conflict: ``one_live`` when a payable is already in a live payment, ``unique`` for a used reference.
        """

    def begin_sending(self, payment_id: str, owner: str, lease_until: datetime) -> None:
        """created -> sending, by compare-and-set; the database checks what is due (I1, I3).

        Raises:
            Conflict: ``legal_send``.
        """

    def save(self, payment: Payment) -> None:
        """Write the derived and remembered columns: phase, status, reason, flags, memory, action, provider reference,
        expires_at, ended_at, next_check_at, checks."""

    def get(self, payment_id: str) -> Payment | None: ...
    def by_reference(self, account_id: str, reference: str) -> Payment | None: ...
    def by_provider_reference(self, account_id: str, provider_reference: str) -> Payment | None: ...
    def by_return_token(self, token: str) -> Payment | None: ...
    def live_with(self, payable_ids: Collection[str]) -> tuple[Payment, ...]: ...
    def count_of(self, account_id: str, *, since: datetime) -> tuple[int, int, int]:
        """How many payments an account has, of how many money may move now, and how many were closed in doubt since."""

    def count_live(self, account_id: str) -> int:
        """How many payments of an account may still be paid."""

    def typed(self, digits: str, *, limit: int = 200) -> tuple[Payment, ...]:
        """Newest first; those for whose method something was typed that has these digits in this order."""

    def with_payables(self, payable_ids: Collection[str]) -> tuple[Payment, ...]: ...
    def of_customer(self, customer_id: str, mode: Mode) -> tuple[Payment, ...]: ...
    def search(
        self,
        *,
        merchant_id: str | None = None,
        mode: Mode | None = None,
        text: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        status: str = "",
        provider: str = "",
        amount: Collection[int] = (),
        limit: int = 200,
    ) -> tuple[Payment, ...]:
        """Newest first; text matches our or their reference, invoice number, mail or phone."""

    def marked(self, text: str, *, limit: int = 200) -> tuple[Payment, ...]:
        """Newest first; those one of whose references, numbers or authorisations is exactly this."""

    def observe(self, seen: Seen, observation_merchant: str, mode: Mode) -> bool:
        """Insert an observation; False when its key is already there."""

    def seen(self, payment_id: str) -> tuple[Seen, ...]:
        """Observations in stored order."""

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
        """Ids of payments whose check is due; each one's due time moves to ``until``."""

    def make_due(self, payment_id: str, at: datetime) -> None:
        """Bring the next check forward to ``at`` (never back)."""

    def make_account_due(self, account_id: str, at: datetime) -> int:
        """Bring every awaited check of an account forward; those whose sender may be alive keep theirs."""


class Ledger(Protocol):
    """Double-entry records."""

    def write(self, entry: Entry) -> bool:
        """Insert and seal an entry with its postings, applied rows and intake; False when its key is already there."""

    def entries(self, merchant_id: str, mode: Mode, *, payment_id: str | None = None) -> tuple[Entry, ...]: ...
    def keyed(self, merchant_id: str, mode: Mode, key: str) -> tuple[Entry, ...]:
        """The entry of this key, and those whose keys begin with it and a colon."""

    def of_customer(self, merchant_id: str, mode: Mode, customer_id: str) -> tuple[Entry, ...]:
        """Every entry that moved what a customer owes or has to his credit, in the order of their sealing."""

    def of_money(
        self,
        merchant_id: str,
        mode: Mode,
        since: datetime,
        until: datetime,
        *,
        days: tuple[date, date] | None = None,
    ) -> tuple[Entry, ...]:
        """The entries that movements are made of, booked in [since, until); with ``days``, that count for them."""

    def cleared(self, payment_ids: Collection[str]) -> Mapping[str, tuple[Cleared, ...]]:
        """What the entries of payments add to their providers' clearing accounts, by payment."""

    def has(self, merchant_id: str, mode: Mode, key: str) -> bool: ...
    def settled_here(self, payable_ids: Collection[str]) -> Mapping[str, tuple[int, int]]:
        """By payable: all that was ever settled of it here, and what of it was due again; minor units."""

    def is_of_another(self, payment: Payment, key: str) -> bool:
        """Whether there is an entry of this key that is not this payment's."""

    def intake(self, merchant_id: str, mode: Mode, key: str) -> Intake | None:
        """An intake as it stands, by its entry's key."""

    def intakes_of(self, payment_id: str) -> tuple[Intake, ...]:
        """The intakes of a payment; oldest first."""

    def unapplied(self, customer_id: str, mode: Mode, currency: str) -> tuple[Intake, ...]:
        """A customer's intakes that have something left; oldest first."""

    def steps(self, payable: Payable) -> tuple[Step, ...]:
        """Each change of what a payable owes, in the order of their sealing."""

    def times(self, merchant_id: str, mode: Mode, intake_key: str) -> Mapping[str, int]:
        """How often an intake was allocated to, or taken back from, each payable."""

    def head(self, merchant_id: str, mode: Mode) -> tuple[int, str]:
        """How many entries the hash chain holds, and its last hash."""

    def balances(self, merchant_id: str, mode: Mode) -> tuple[tuple[str, str, str, int], ...]:
        """(kind, owner, currency, balance) of every ledger account."""

    def credit_of(self, customer_id: str, mode: Mode) -> Mapping[str, int]:
        """A customer's credit by currency, minor units, positive."""

    def applied_to(self, intake_key: str, merchant_id: str, mode: Mode) -> tuple[tuple[str, int], ...]:
        """(payable id, amount) that an intake settled."""

    def erase_note(self, merchant_id: str, mode: Mode, key: str, erasure: Erasure) -> None:
        """Erase the text of an entry; what is sealed of it stays, and so does who erased it."""

    def export_audit(self, path: str, merchant_id: str, mode: Mode) -> int:
        """Write a book to a new SQLite file of its own; the number of rows."""

    def verify(self) -> tuple[str, ...]:
        """Every broken invariant in words; empty when the books are right."""


class Settlements(Protocol):
    """What providers said they paid out."""

    def add(self, stored: StoredLine) -> bool:
        """Insert; False when the account has a line of this id already."""

    def get(self, account_id: str, line_id: str) -> StoredLine | None: ...
    def book(self, account_id: str, line_id: str, *, payment_id: str, settles: str) -> None:
        """Say what an open line settles.

        Raises:
            Conflict: ``unique`` when another line settles it already.
        """

    def withdraw(self, account_id: str, line_id: str) -> None:
        """A booked line was wrong; its entries are corrected by the caller."""

    def of(
        self, account_id: str, state: LineState | None = None, *, payment_id: str | None = None
    ) -> tuple[StoredLine, ...]: ...
    def authorised(self, account_id: str, authorisation: str) -> tuple[str, ...]:
        """Ids of the account's payments that were paid under this authorisation."""

    def awaited(self, account_id: str, *, payment_id: str | None = None) -> tuple[Awaited, ...]:
        """Captures, returns and chargebacks of an account that no booked line settles; oldest first."""

    def held(self, account_id: str, *, since: datetime | None = None) -> frozenset[str]:
        """Ids of the payments, made since, of which not everything that was captured went back."""

    def taken_back(self, account_id: str) -> frozenset[str]:
        """Ids of the payments of which the payer's bank took money back, and did not give it up again."""

    def covered_since(self, account_id: str, days: int, zone: tzinfo) -> date | None:
        """The first day of payments that the account's lines speak of, some ``days`` before their payout."""

    def clearing(self, account_id: str) -> Mapping[str, int]:
        """What the account has to pay out by the books, by currency."""


class Messages(Protocol):
    """Raw messages, encrypted."""

    def add_all(self, messages: Sequence[tuple[StoredMessage, bytes, str]]) -> frozenset[str]:
        """Insert all of (message, sealed, key id) at once; the ids of those that were not stored already."""

    def get(self, message_id: str) -> tuple[StoredMessage, bytes] | None:
        """The row (with an empty message) and the sealed raw text."""

    def of(
        self,
        *,
        accounts: Collection[str] | None = None,
        states: Collection[str] = (),
        since: datetime | None = None,
        limit: int = 200,
    ) -> tuple[StoredMessage, ...]:
        """Messages without their content, newest first."""

    def of_payment(self, payment_id: str) -> tuple[StoredMessage, ...]:
        """Messages that were applied to a payment, without their content; oldest first."""

    def named(self, beginning: str) -> tuple[StoredMessage, ...]:
        """Messages whose id begins so, without their content."""

    def take_up(self, message_id: str, due_at: datetime) -> None:
        """Let a message be continued again, with all its tries."""

    def settle(
        self,
        message_id: str,
        state: MessageState,
        *,
        verdict: str = "",
        payment_id: str | None = None,
        due_at: datetime | None = None,
        trouble: str = "",
    ) -> None: ...
    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]: ...
    def make_account_due(self, account_id: str, at: datetime) -> int:
        """Bring the next try of an account's messages forward."""

    def parked(self, account_id: str) -> tuple[str, ...]: ...
    def waiting(self, trouble: str) -> tuple[tuple[str, str, int], ...]:
        """(account id, key id, how many) of the messages that are due and have this trouble."""

    def make_waiting_due(self, trouble: str, account_id: str, key_id: str, at: datetime) -> int:
        """Set the next try of such messages to ``at``."""

    def key_ids(self) -> Mapping[str, int]:
        """How many messages are sealed under each key."""

    def sealed_otherwise(self, key_id: str, limit: int, *, after: str = "") -> tuple[tuple[str, str, bytes], ...]:
        """(id, merchant id, sealed) of messages sealed under another key than this one, by id, from ``after`` on."""

    def reseal(self, message_id: str, sealed: bytes, key_id: str) -> None: ...
    def counts(self) -> Mapping[str, int]:
        """Number of messages by state and verdict, e.g. ``rejected``, ``done:duplicate``."""

    def count_in(self, state: str) -> int: ...
    def forget_rejected(self, before: datetime) -> int:
        """Drop messages that failed their proof and arrived before this moment."""

    def rejected_since(self, since: datetime) -> tuple[tuple[str, str, datetime], ...]:
        """(account id, digest, arrival) of messages that arrived after this moment and failed their proof."""

    def count(self, name: str, by: int = 1) -> None:
        """Add to a named counter (duplicates ignored, forged refused)."""


class Deliveries(Protocol):
    """Mails that are owed."""

    def count_in(self, state: str) -> int: ...

    def add(self, delivery: Delivery) -> bool:
        """Insert; False when this change was already told to this recipient."""

    def get(self, delivery_id: str) -> Delivery | None: ...
    def save(self, delivery: Delivery) -> None: ...
    def replace(self, before: Delivery, after: Delivery) -> bool:
        """Write ``after`` if the delivery is still as due as ``before``; False when somebody else has moved it."""

    def claim_due(
        self, now: datetime, until: datetime, limit: int, *, of_rounds: bool | None = None
    ) -> tuple[str, ...]:
        """Ids of deliveries that are due, those of rounds or the others; each one's due time moves to ``until``."""

    def of(
        self, *, merchant_id: str | None = None, subject_id: str | None = None, state: str = "", limit: int = 200
    ) -> tuple[Delivery, ...]: ...
    def named(self, beginning: str, *, limit: int = 200) -> tuple[Delivery, ...]:
        """Mails whose id begins so, newest first."""

    def to(self, recipient: str, *, limit: int = 200) -> tuple[Delivery, ...]:
        """Mails to an address, whatever its case; newest first."""

    def of_round(self, round_id: str, *, limit: int = 200) -> tuple[Delivery, ...]:
        """The mails of a round, those that failed first."""

    def counts_of_round(self, round_id: str) -> Mapping[str, int]:
        """Number of mails of a round by state."""


class Rounds(Protocol):
    """Statements to many customers at once."""

    def add(self, record: Round) -> bool:
        """Insert; False when this round is there already."""

    def get(self, round_id: str) -> Round | None: ...
    def save(self, record: Round) -> None:
        """Write how far it is."""

    def of(self, merchant_id: str, mode: Mode, *, limit: int = 50) -> tuple[Round, ...]:
        """Newest first."""

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]: ...


class Schedules(Protocol):
    """Rounds that come again."""

    def add(self, record: Schedule) -> None: ...
    def get(self, schedule_id: str) -> Schedule | None: ...
    def save(self, record: Schedule) -> None:
        """Write when it comes next, and its last round."""

    def remove(self, schedule_id: str) -> None: ...
    def of(self, merchant_id: str, mode: Mode) -> tuple[Schedule, ...]:
        """The next one first."""

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]: ...


class Reconciliations(Protocol):
    """When each account is compared with its provider's report."""

    def add(self, record: DailyReconciliation) -> bool:
        """Insert; False when the account has its row already."""

    def get(self, account_id: str) -> DailyReconciliation | None: ...
    def all(self) -> tuple[DailyReconciliation, ...]: ...
    def save(self, record: DailyReconciliation) -> None: ...
    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]: ...


class Links(Protocol):
    """Mailed links."""

    def add(self, link: Link) -> None: ...
    def get(self, link_id: str) -> Link | None: ...
    def find(self, kind: LinkKind, target: str, mode: Mode, now: datetime) -> Link | None:
        """The newest open link to this target."""

    def save(self, link: Link) -> None: ...


class Receipts(Protocol):
    """Cash receipts."""

    def next_number(self, merchant_id: str, mode: Mode, series: str) -> int:
        """Take the next number of a series, in this transaction; gapless because it rolls back with it."""

    def last_number(self, merchant_id: str, mode: Mode, series: str) -> int:
        """The last number of a series that was taken, or left out; 0 before the first."""

    def series(self) -> tuple[tuple[str, Mode, str], ...]:
        """(merchant id, mode, series) of every series that has begun."""

    def leave_out(self, gap: SeriesGap) -> None:
        """Give the numbers of a gap to nobody: the series goes on after it."""

    def gaps(self, merchant_id: str, mode: Mode) -> tuple[SeriesGap, ...]:
        """A merchant's gaps by series, the last first."""

    def add(self, receipt: CashReceipt) -> None: ...
    def void(self, receipt_id: str, reason: str, at: datetime, *, by: str = "") -> None:
        """Void a receipt, once; it keeps its number."""

    def get(self, receipt_id: str) -> CashReceipt | None: ...
    def standing(self, payment_id: str) -> tuple[CashReceipt, ...]:
        """The receipts of a payment that are not void, one a movement; the first number first."""

    def all_of_payment(self, payment_id: str) -> tuple[CashReceipt, ...]:
        """Every receipt that a payment ever had, of whichever movement, void ones included; the first number first."""

    def numbered(self, merchant_id: str, mode: Mode, series: str, number: int) -> tuple[CashReceipt, ...]:
        """The receipt of this number, if there is one."""

    def of(self, merchant_id: str, mode: Mode) -> tuple[CashReceipt, ...]: ...


class Orders(Protocol):
    """Store orders and the answers kept for idempotency keys."""

    def add(self, order: StoreOrder) -> None: ...
    def get(self, order_id: str) -> StoreOrder | None: ...
    def of(self, merchant_id: str, mode: Mode) -> tuple[StoreOrder, ...]: ...
    def kept_answer(self, merchant_id: str, mode: Mode, key: str) -> tuple[str, int, str] | None:
        """(body digest, status, answer) of an idempotency key."""

    def keep_answer(
        self, merchant_id: str, mode: Mode, key: str, digest: str, status: int, answer: str, now: datetime
    ) -> None: ...


class Reviews(Protocol):
    """Exceptions that wait for a person."""

    def open(self, review: Review) -> bool:
        """Insert; False when this cause is already open for this payment and subject."""

    def resolve(self, review_id: str, resolution: str, at: datetime, by: str = "") -> None: ...
    def get(self, review_id: str) -> Review | None: ...
    def named(self, beginning: str) -> tuple[Review, ...]:
        """Reviews whose id begins so, resolved or not."""

    def resolved(self, limit: int = 200, *, merchant_id: str | None = None) -> tuple[Review, ...]:
        """Newest first."""

    def opened_since(self, since: datetime) -> tuple[Review, ...]:
        """Resolved or not; oldest first."""

    def of(self, *, merchant_id: str | None = None, payment_id: str | None = None) -> tuple[Review, ...]: ...


class Proofs(Protocol):
    """Files that customers handed in; their contents lie in ``Files``."""

    def add(self, record: Proof) -> None: ...
    def of_review(self, review_id: str) -> tuple[Proof, ...]: ...


class Logos(Protocol):
    """Merchants' logos, one each."""

    def save(self, merchant_id: str, record: Logo, content: bytes, at: datetime) -> None:
        """Keep a logo in place of the one before."""

    def content(self, merchant_id: str, sha256: str) -> bytes | None:
        """The merchant's logo, where it is still this one."""

    def drop(self, merchant_id: str) -> None: ...


class Operations(Protocol):
    """Refunds, undos and cancels."""

    def add(self, record: Operation) -> None:
        """Insert, in phase created; Conflict ``unique`` when another one of the payment is live."""

    def begin_sending(self, operation_id: str, owner: str, lease_until: datetime) -> None:
        """created -> sending, by compare-and-set; Conflict ``legal_send`` when too much would go back (I11)."""

    def save(self, record: Operation) -> None: ...
    def get(self, operation_id: str) -> Operation | None: ...
    def of_payment(self, payment_id: str) -> tuple[Operation, ...]: ...
    def observe(
        self,
        key: str,
        operation_id: str,
        kind: Kind,
        source: ObservedBy,
        *,
        reason: Reason | None,
        note: str,
        now: datetime,
    ) -> bool:
        """Insert what was observed of an operation; False when its key is already there."""

    def seen(self, operation_id: str) -> tuple[tuple[Kind, Reason | None, str, datetime], ...]:
        """(kind, reason, note, seen at) in stored order."""

    def sources(self, operation_id: str) -> tuple[str, ...]:
        """Where each of ``seen`` came from, in the same order."""

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]: ...


class Requests(Protocol):
    """Requests that went to providers, without their content."""

    def add(self, payment_id: str, steps: Iterable[Any], *, at: datetime, operation_id: str = "") -> None:
        """Note the requests of one hook call, in the transaction that commits its outcome."""

    def of(self, payment_id: str) -> tuple[RequestSent, ...]: ...
    def forget_queries(self, before: datetime) -> int:
        """Drop old queries; what charged, opened or gave back stays."""


class Decisions(Protocol):
    """What people decided."""

    def add(self, record: Decision) -> None:
        """Insert; Conflict ``unique`` when another one of this kind waits for a second person."""

    def save(self, record: Decision) -> None:
        """Write the second person, and when it took effect or was superseded; once."""

    def waiting_for(self, kind: DecisionKind, subject: str) -> Decision | None: ...
    def waiting(self) -> tuple[Decision, ...]: ...
    def of(self, subject: str) -> tuple[Decision, ...]:
        """About a review or a payment, those about a payment's reviews included; oldest first."""

    def done_since(self, merchant_id: str, mode: Mode, kind: DecisionKind, since: datetime) -> tuple[Decision, ...]:
        """A merchant's decisions of this kind that took effect then or later; oldest first."""


class Marks(Protocol):
    """Named notes of the deployment: (value, time) by name."""

    def set(self, name: str, value: str, at: datetime) -> None: ...
    def get(self, name: str) -> tuple[str, datetime] | None: ...
    def beginning(self, prefix: str) -> Mapping[str, tuple[str, datetime]]: ...
    def drop(self, name: str) -> None: ...


class Tx(Protocol):
    """One transaction, with one attribute a noun."""

    @property
    def merchants(self) -> Merchants: ...
    @property
    def customers(self) -> Customers: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def countries(self) -> Countries: ...
    @property
    def payables(self) -> Payables: ...
    @property
    def payments(self) -> Payments: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def settlements(self) -> Settlements: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def links(self) -> Links: ...
    @property
    def receipts(self) -> Receipts: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def operations(self) -> Operations: ...
    @property
    def proofs(self) -> Proofs: ...
    @property
    def logos(self) -> Logos: ...
    @property
    def requests(self) -> Requests: ...
    @property
    def decisions(self) -> Decisions: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def rounds(self) -> Rounds: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def reconciliations(self) -> Reconciliations: ...

    def run(self, statement: Any, values: Any = None) -> Any:
        """The one seam through which statements are executed."""

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the transaction is durable: a wake, or a line of the log; nothing that may fail."""


class Store(Protocol):
    """The database."""

    async def write(self, fn: Callable[[Tx], T], *, synced: bool = True) -> T:
        """Run ``fn`` in one durable transaction and return its result once it is on disk.

        With ``synced`` off, once the system has it: it outlives this process, and a power cut may take it back until
        the next transaction that is synced.
        """

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Run ``fn`` on a consistent snapshot; writes are refused."""

    def next_due(self) -> datetime | None:
        """The earliest due time of anything that the loop does."""

    @property
    def trouble(self) -> str:
        """Why the last write could not be done, until one could; else empty."""

    def problems(self) -> tuple[str, ...]:
        """What of schema, triggers, indices and checks is not as this version has it."""

    async def close(self) -> None: ...


class Provider(Protocol):
    """An installed provider, as the flows see it."""

    @property
    def code(self) -> str: ...
    @property
    def info(self) -> Any: ...
    @property
    def capabilities(self) -> frozenset[str]: ...
    def endpoints(self, mode: Mode) -> Mapping[str, str]: ...
    def is_simulated(self, mode: Mode) -> bool: ...
    def info_for(self, locale: str) -> Any:
        """``info`` with its texts in this language, where the plugin has it."""

    def said(self, text: str, locale: str) -> str:
        """A text that the plugin gave while it ran, in this language, where the plugin has it."""

    def button(self, offer: Offer) -> PayButton:
        """The plugin's pay button; PluginFault when it failed or does not keep to the contract."""

    def settlement_lines(self, file: SettlementFile, account: Account) -> tuple[SettlementLine, ...]:
        """The lines of a settlement file; ValueError when the plugin does not understand it."""


class Registry(Protocol):
    """The installed providers; a quarantined one disappears from ``providers``."""

    @property
    def providers(self) -> Mapping[str, Any]: ...
    @property
    def failures(self) -> Sequence[Any]: ...


class Ran(Protocol):
    """An exchange that was driven to its end."""

    @property
    def conclusion(self) -> Conclusion[Any]: ...
    @property
    def steps(self) -> tuple[Any, ...]: ...


class Exchanger(Protocol):
    """Drives exchanges with providers."""

    async def run(
        self,
        provider: Any,
        hook: str,
        *,
        account: Account,
        account_id: str,
        credentials: int | None,
        lease_until: datetime | None = None,
        **records: Any,
    ) -> Ran:
        """Drive one hook call to its conclusion.

        Args:
            credentials: Version of the credentials in the view of the account, to which its grant must belong; without
                one a grant is fetched for this call alone, and kept nowhere.
        """

    def peek(
        self, provider: Any, hook: str, *, account: Account, account_id: str, **records: Any
    ) -> Conclusion[Any] | None:
        """Run a hook to its first yield without sending: its conclusion, or None when it wants a request."""

    def is_open(self, account_id: str) -> bool:
        """Whether the account's breaker is open, so that nothing is sent for now."""


class Mailer(Protocol):
    """Hands a mail over; raises OSError or smtplib's errors when it may be tried again, MailRefused when not."""

    async def send(self, mail: Mail) -> None: ...


class MailRules(Protocol):
    """What a flow asks of a kind of mail; hub.documents.mails has a module for each, which says what it means."""

    @property
    def name(self) -> str: ...

    @property
    def gather(self) -> Callable[[Tx, Hub, Delivery, datetime], tuple[Any, str]]: ...

    @property
    def after_payment(self) -> Callable[[PaymentChange], Iterable[OwedMail]]: ...

    @property
    def attached(self) -> Callable[[Tx, Hub, Delivery, Any, datetime], Paper | None] | None: ...

    @property
    def recordable(self) -> Callable[[Tx, Hub, Delivery], Sequence[str]] | None: ...

    @property
    def is_about_payment(self) -> bool: ...

    @property
    def is_private(self) -> bool: ...

    @property
    def is_awaited(self) -> bool: ...


class Documents(Protocol):
    """Draws mails and PDFs from records."""

    @property
    def mails(self) -> Mapping[str, MailRules]:
        """The kinds of mail, by their names."""

    @property
    def draws_pdf(self) -> bool:
        """Whether PDFs can be drawn here."""

    def pdf(self, paper: Paper, *, locale: str) -> PaperFile:
        """A paper as a PDF.

        Raises:
            PapersMissing: Nothing that draws PDFs is installed.
            ValueError: It cannot be drawn.
        """

    def redraw_logo(self, content: bytes) -> tuple[bytes, int, int]:
        """The PNG that is kept of a picture, its width and its height.

        Raises:
            LogoRefused: It is no picture that is taken.
        """

    def alert(self, title: str, text: str, *, recipient: str, message_id: str) -> Mail:
        """The mail of an alert; MailRefused when the recipient is no mail address."""

    def mail(self, value: MailValue, *, recipient: str, message_id: str, locale: str) -> Mail:
        """Subject, text and HTML of one mail; ``message_id`` is its left part, ``Delivery.message_id``.

        Raises:
            MailRefused: The recipient is no mail address.
        """

    def wire(self, mail: Mail, now: datetime) -> bytes:
        """The mail as it goes on the wire.

        Raises:
            MailRefused: One of its headers is none.
        """


class Vault(Protocol):
    """Secrets at rest, and link tokens; it follows its key file."""

    @property
    def current(self) -> str:
        """Id of the key that seals."""

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of the keys that the file holds; what is sealed under others does not open after a restart."""

    @property
    def trouble(self) -> str:
        """Why the file as it is now is not followed; empty while it is."""

    @property
    def changes(self) -> int:
        """How often what it holds has changed."""

    def follow(self) -> None:
        """Take up what the file holds now, if it was replaced."""

    def seal(self, plain: bytes, *, table: str, column: str, row: str, merchant: str) -> tuple[bytes, str]:
        """Ciphertext and key id; it opens only for the same table, column, row and merchant."""

    def open(self, sealed: bytes, *, table: str, column: str, row: str, merchant: str) -> bytes:
        """What was sealed for this place; Unopened when its key is not here, or it is damaged."""

    def knows(self, key_id: str) -> bool:
        """Whether this process can open what is sealed under this key."""

    def needs_resealing(self, key_id: str) -> bool:
        """Whether a ciphertext under this key waits to be sealed again under the current one."""

    def link_token(self, link: Link) -> str:
        """``<link id>.<HMAC>``: computed when it is handed over, never stored."""

    def is_token_of(self, link: Link, token: str) -> bool: ...
    def form_token(self, purpose: str, subject: str) -> str:
        """HMAC for a form that needs no session (CSRF of link pages, single-purpose links)."""


class Files(Protocol):
    """Contents of files, apart from the database, each under a random name."""

    def keep(self, name: str, content: bytes) -> None:
        """Write a file, on disk before this returns."""

    def read(self, name: str) -> bytes:
        """The content; FileNotFoundError when it is gone."""

    def drop(self, name: str) -> None:
        """Remove a file whose row was never written."""


class Alerter(Protocol):
    """Tells the operator's own systems."""

    async def post(self, url: str, body: Mapping[str, object]) -> None:
        """Post JSON.

        Raises:
            OSError: It may be tried again.
            MailRefused: The receiver does not want it, now or later.
        """


class Wake(Protocol):
    """Tells the running loop that something may be due."""

    def __call__(self) -> None: ...


Spawn = Callable[[Awaitable[None]], None]
"""Hand a task to the process: it is not cancelled with the request that started it."""


def _unknown() -> float | None:
    """Nobody knows."""
    return None


@attrs.define(kw_only=True)
class Hub:
    """Everything that a flow may ask for; built by ``hub.bootstrap``.

    Attributes:
        base_url: Public address of the hub, without a trailing slash.
        trusted_proxies: Addresses and networks of proxies whose word about their visitors is believed.
        clock: UTC now.
        fresh_id: A new time-ordered id for a row of ours.
        random_text: (length, alphabet) -> an unguessable text.
        owner: Name of this process in ``sending`` rows.
        spawn: Hands a task to the process.
        wake: Set by serve and worker; without it the tick finds the work anyway.
        files: Where files that customers hand in are kept; without it none is taken.
        simulated: Test endpoints are overridden, so every page says SIMULATED.
        alerter, alert_webhook: Posts alerts, and where to; empty for nowhere.
        second_person_above: Amounts in minor units by currency above which two people must decide the same.
        backup_expected: A missing backup is alerted even if none was ever made.
        reconcile_daily: Accounts whose provider reports by itself are compared with it every day.
        data: The data folder; None for a hub that has none.
        stopping: Nothing new is sent any more.
        beat: When this process's loop last looked for work (seconds that nobody sets); None where there is no loop.
        disk_free: Share of the data folder's disk that is free; None where nobody knows.
        kept: What is kept for a moment, by key; emptied whenever an account changes.
        noted: What this process remembers, by key.
    """

    store: Store
    registry: Registry
    countries: Mapping[str, Any]
    exchanger: Exchanger
    documents: Documents
    mailer: Mailer
    vault: Vault
    clock: Callable[[], datetime]
    fresh_id: Callable[[], str]
    random_text: Callable[[int, str], str]
    spawn: Spawn
    wake: Wake
    base_url: str
    owner: str
    operator_email: str
    sender: str
    trusted_proxies: tuple[str, ...] = LOOPBACK
    simulated: bool = False
    link_days: int = 30
    files: Files | None = None
    alerter: Alerter | None = None
    alert_webhook: str = ""
    second_person_above: Mapping[str, int] = attrs.Factory(dict)
    backup_expected: bool = False
    reconcile_daily: bool = True
    data: Path | None = None
    stopping: bool = False
    beat: float | None = None
    disk_free: Callable[[], float | None] = _unknown
    kept: dict[str, object] = attrs.Factory(dict)
    noted: dict[str, object] = attrs.Factory(dict)

    @property
    def proxies(self) -> tuple[Network, ...]:
        """``trusted_proxies`` as networks."""
        return networks_of(self.trusted_proxies)

    @property
    def providers(self) -> Mapping[str, Provider]:
        """The providers that are served, by code."""
        return self.registry.providers
