"""The tables. Columns hold plain values: integers for minor units and for microseconds UTC, text, bytes; JSON as text.

What must hold is said here as CHECK, UNIQUE and foreign key, and in ``triggers`` where that does not reach.
"""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
)
from sqlalchemy.sql.elements import ColumnElement

from hub.domain.account import AccountStatus, CaptureChoice
from hub.domain.customer_edit import CustomerField
from hub.domain.decision import DecisionKind
from hub.domain.dispute import DisputeOutcome, DisputeStage
from hub.domain.files.layout import FileKind
from hub.domain.import_run import RunState, RunSubject
from hub.domain.ledger import Effect, EntryKind, LedgerKind
from hub.domain.merchant import LinkKind, Role
from hub.domain.message import DeliveryState, MessageState
from hub.domain.observation import ObservedBy
from hub.domain.operation import LIVE as LIVE_OPERATION
from hub.domain.operation import OperationKind, OperationStatus
from hub.domain.payable import PayableKind
from hub.domain.payment import LIVE, Phase, Status
from hub.domain.receipt_note import NoteKind
from hub.domain.reminder import ContactState, ContactWhy
from hub.domain.round import Every
from hub.domain.settlement import LineKind, LineState
from hub.domain.withholding import RateUnit
from hub_hookspecs import LIMIT, Channel, Kind, Mode, Source

NAMES = {
    "pk": "%(table_name)s_key",
    "uq": "%(table_name)s_%(column_0_N_name)s_once",
    "fk": "%(table_name)s_%(column_0_N_name)s_known",
    "ix": "%(table_name)s_by_%(column_0_N_name)s",
    "ck": "%(table_name)s_%(constraint_name)s",
}
"""Names of constraints; a CHECK's name is the rule that a refusal names."""

HEAD = "0001"
"""The revision that this schema is, the last of the migrations."""

metadata = MetaData(naming_convention=NAMES)

Whole = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere; SQLite's strict tables know the word INTEGER alone."""

ONE: ColumnElement[Any] = literal_column("1")
ZERO: ColumnElement[Any] = literal_column("0")
"""A literal, since a partial index is used only where the condition stands in the text of a statement."""


def literal(value: str) -> ColumnElement[Any]:
    """A word of our own in the text of a statement, for the same reason."""
    return literal_column(f"'{value}'")


def _id(name: str = "id") -> Column[str]:
    return Column(name, Text, primary_key=True)


def _to(name: str, target: str, *, null: bool = False, **options: Any) -> Column[str]:
    return Column(name, Text, ForeignKey(target), nullable=null, **options)


def _text(name: str, *, null: bool = False, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=null, **options)


def _whole(name: str, *, null: bool = False, **options: Any) -> Column[int]:
    return Column(name, Whole, nullable=null, **options)


def _tally(name: str) -> Column[int]:
    """A sum that triggers keep up to date."""
    return _whole(name, server_default="0", info={"tally": True})


def _bytes(name: str, *, null: bool = False, **options: Any) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=null, **options)


def _words(kinds: Any) -> str:
    return ", ".join(f"'{kind}'" for kind in sorted(kinds))


def _one_of(name: str, kinds: type[enum.StrEnum]) -> CheckConstraint:
    return CheckConstraint(f"{name} IN ({_words(kinds)})", name=name)


def _flag(name: str) -> CheckConstraint:
    return CheckConstraint(f"{name} IN (0, 1)", name=name)


def _follows(name: str, status: str, statuses: Any, *, rule: str) -> CheckConstraint:
    """A flag that is 1 in these statuses and 0 in all others; written so that no condition has to count as a number."""
    return CheckConstraint(f"{name} = CASE WHEN {status} IN ({_words(statuses)}) THEN 1 ELSE 0 END", name=rule)


def _between(name: str, low: int, high: int = LIMIT) -> CheckConstraint:
    return CheckConstraint(f"{name} BETWEEN {low} AND {high}", name=name)


def _index(name: str | None, *columns: Any, where: str = "", unique: bool = False) -> Index:
    """An index, with a condition only of the rows that meet it; a database for which none is given here indexes all."""
    condition: dict[str, Any] = {"sqlite_where": literal_column(where)} if where else {}
    return Index(name, *columns, unique=unique, **condition)


def _table(name: str, *parts: Any, rowid: bool = True) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=rowid)


merchant = _table(
    "merchant",
    _id(),
    _text("slug", unique=True),
    _text("company"),
    _text("locale"),
    _text("mode"),
    _text("options"),
    _whole("created_at"),
    _one_of("mode", Mode),
)

member = _table(
    "member",
    _to("merchant", "merchant.id", primary_key=True),
    _text("email", primary_key=True),
    _text("role"),
    _text("language", server_default=""),
    _one_of("role", Role),
    _index("member_by_email", func.lower(literal_column("email"))),
)

logo = _table(
    "logo",
    _to("merchant", "merchant.id", primary_key=True),
    _bytes("content"),
    _whole("width"),
    _whole("height"),
    _text("sha256"),
    _whole("stored_at"),
    _between("width", 1),
    _between("height", 1),
)

withholding_rate = _table(
    "withholding_rate",
    _id(),
    _to("merchant", "merchant.id"),
    _text("tax"),
    _text("concept"),
    _text("folded_concept"),
    _whole("parts"),
    _text("unit"),
    _text("currency"),
    _whole("minimum_base"),
    _text("valid_from"),
    _text("valid_to", null=True),
    _whole("used_at", null=True),
    _text("added_by"),
    _whole("added_at"),
    _text("closed_by"),
    _whole("closed_at", null=True),
    _one_of("unit", RateUnit),
    _between("parts", 1, 1_000_000),
    _between("minimum_base", 0),
    CheckConstraint("concept <> '' AND added_by <> ''", name="accounted_for"),
    CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days"),
    CheckConstraint("(valid_to IS NULL) = (closed_at IS NULL)", name="closed"),
    _index(None, "merchant", "tax", "valid_from"),
)

sign_in = _table(
    "sign_in",
    _bytes("token_hash", primary_key=True),
    _to("merchant", "merchant.id"),
    _text("email"),
    _whole("expires_at"),
    _whole("used_at", null=True),
)

session = _table(
    "session",
    _bytes("token_hash", primary_key=True),
    _to("merchant", "merchant.id"),
    _text("email"),
    _text("role"),
    _text("csrf"),
    _whole("signed_in_at"),
    _whole("expires_at"),
    _one_of("role", Role),
)

api_key = _table(
    "api_key",
    _bytes("key_hash", primary_key=True),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("name"),
    _whole("created_at"),
    _whole("revoked_at", null=True),
    _one_of("mode", Mode),
    _index(None, "merchant"),
)

customer = _table(
    "customer",
    _id(),
    _to("merchant", "merchant.id"),
    _text("name"),
    _text("document_type", null=True),
    _text("document_number", null=True),
    _text("document_check", null=True),
    _text("email"),
    _text("phone"),
    _text("address"),
    _text("other_emails"),
    _text("remembered"),
    _text("language"),
    _text("search"),
    _whole("unsubscribed_at", null=True),
    _whole("is_shopper"),
    _text("joined_to"),
    _text("joined_by"),
    _whole("joined_at", null=True),
    _text("contact", server_default=""),
    _text("other_phones", server_default="[]"),
    _text("by_hand", server_default=""),
    _flag("is_shopper"),
    CheckConstraint("joined_to = '' OR is_shopper = 1", name="shopper_joined"),
    CheckConstraint("(joined_by = '') = (joined_at IS NULL)", name="joined_when"),
    CheckConstraint("joined_to = '' OR joined_by <> ''", name="joined_by"),
    _index(None, "merchant", "document_number", where="document_number IS NOT NULL"),
    _index("customer_by_merchant_email", literal_column("merchant"), func.lower(literal_column("email"))),
    _index(None, "merchant", "name"),
    _index("customer_listed", "merchant", "search", "id", where="is_shopper = 0"),
    _index(None, "joined_to", where="joined_to <> ''"),
)

customer_edit = _table(
    "customer_edit",
    _id(),
    _to("customer", "customer.id"),
    _to("merchant", "merchant.id"),
    _text("field"),
    _text("before"),
    _text("after"),
    _text("by"),
    _whole("at"),
    _one_of("field", CustomerField),
    CheckConstraint("by <> ''", name="accounted_for"),
    _index(None, "customer", "at"),
    _index("customer_edit_by_before", "merchant", "field", "before"),
)

withholding_agent = _table(
    "withholding_agent",
    _to("customer", "customer.id", primary_key=True),
    _to("merchant", "merchant.id"),
    _text("by"),
    _whole("since"),
    CheckConstraint("by <> ''", name="accounted_for"),
)

account = _table(
    "account",
    _id(),
    _to("merchant", "merchant.id"),
    _text("provider"),
    _text("mode"),
    _text("status"),
    _text("path_token", unique=True),
    _text("settings"),
    _text("secret_names"),
    _text("channels"),
    _text("report", null=True),
    _text("confirmed_by"),
    _whole("confirmed_at", null=True),
    _whole("last_heard_at", null=True),
    _text("paused"),
    _bytes("grant_sealed", null=True),
    _whole("credentials", server_default="1"),
    _whole("created_at"),
    _whole("updated_at"),
    _whole("retired_at", null=True),
    _text("retired_by"),
    _text("retired_why"),
    _text("webhook", null=True),
    _text("capture", server_default="at_once"),
    _one_of("mode", Mode),
    _one_of("status", AccountStatus),
    _one_of("capture", CaptureChoice),
    CheckConstraint("retired_at IS NULL OR status = 'disabled'", name="retired"),
    _index(None, "merchant", "provider", "mode"),
    _index(
        "one_account",
        "merchant",
        "provider",
        "mode",
        unique=True,
        where="retired_at IS NULL",
    ),
)

account_secret = _table(
    "account_secret",
    _to("account", "account.id", primary_key=True),
    _text("name", primary_key=True),
    _bytes("sealed"),
    _text("key_id"),
)

country_provider = _table(
    "country_provider",
    _text("country", primary_key=True),
    _text("provider", primary_key=True),
    _whole("enabled"),
    _flag("enabled"),
)

provider_pause = _table(
    "provider_pause",
    _text("provider", primary_key=True),
    _text("text"),
    _text("by"),
    _whole("at"),
)


COUNTERS = tuple(effect.value for effect in Effect)
"""Sums of a payable, one an effect; the ledger's triggers alone move them."""

DUE = "total - allocated - withheld - discounted - credited - outside - written_off + reopened"

VOID_IS_WHOLE = (
    "(voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL)"
    " AND (voided_at IS NULL) = (voided_total IS NULL) AND (voided_at IS NULL) = (voided_currency IS NULL)"
    " AND (rebilled_at IS NULL) = (rebilled_by IS NULL) AND (rebilled_at IS NULL OR voided_at IS NOT NULL)"
)

UNEXPLAINED = "stated_balance - total + outside + counted - counted_back <> 0"
"""That a file states another balance of a payable than what is known here explains; as ``hub.domain.stated`` says."""

payable = _table(
    "payable",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("kind"),
    _text("number"),
    _text("folded_number", server_default=""),
    _to("customer", "customer.id"),
    _text("currency"),
    _whole("total"),
    _text("issued_on"),
    _text("due_on", null=True),
    _text("description"),
    _whole("revision"),
    *map(_tally, COUNTERS),
    Column("due", Whole, Computed(DUE, persisted=True)),
    _whole("offered_until", null=True),
    _whole("voided_at", null=True),
    _text("voided_by", null=True),
    _text("void_reason", null=True),
    _whole("voided_total", null=True),
    _text("voided_currency", null=True),
    _whole("rebilled_at", null=True),
    _text("rebilled_by", null=True),
    _whole("stated_total", null=True),
    _whole("stated_balance", null=True),
    _whole("counted", server_default="0"),
    _whole("counted_back", server_default="0"),
    _text("branch", server_default=""),
    _text("terms", server_default=""),
    _whole("undone_at", null=True),
    _text("plan", server_default="[]"),
    _text("plan_by", server_default=""),
    _whole("created_at"),
    UniqueConstraint("merchant", "mode", "kind", "number"),
    _one_of("mode", Mode),
    _one_of("kind", PayableKind),
    _between("total", 0),
    *(CheckConstraint(f"{name} >= 0", name=name) for name in COUNTERS),
    CheckConstraint("reopened <= allocated", name="reopened_of_allocated"),
    CheckConstraint("stated_balance IS NULL OR stated_total IS NOT NULL", name="stated"),
    _between("counted", 0),
    _between("counted_back", 0),
    CheckConstraint(f"{DUE} BETWEEN 0 AND total", name="due"),
    CheckConstraint(VOID_IS_WHOLE, name="void_is_whole"),
    CheckConstraint("voided_at IS NULL OR rebilled_at IS NOT NULL OR total = 0", name="voided_is_nothing"),
    CheckConstraint("undone_at IS NULL OR total = 0", name="undone_is_nothing"),
    _index("payable_alike", "merchant", "mode", "folded_number", where="undone_at IS NULL"),
    _index("payable_on_terms", "merchant", "mode", "terms", where="terms <> ''"),
    _index("payable_unexplained", "merchant", "mode", "currency", where=UNEXPLAINED),
    _index(
        "payable_open",
        "customer",
        "mode",
        where="kind = 'invoice' AND due > 0",
    ),
    _index(
        "payable_owed",
        "merchant",
        "mode",
        "customer",
        "currency",
        "due",
        where="kind = 'invoice' AND due > 0",
    ),
    _index(
        "payable_falls",
        "customer",
        "mode",
        "currency",
        literal_column("coalesce(due_on, issued_on)"),
        where="kind = 'invoice' AND due > 0 AND plan = '[]'",
    ),
    _index(
        "payable_planned",
        "customer",
        "mode",
        "currency",
        where="kind = 'invoice' AND due > 0 AND plan <> '[]'",
    ),
    _index(
        "payable_falls_due",
        literal_column("merchant"),
        literal_column("mode"),
        func.coalesce(literal_column("due_on"), literal_column("issued_on")),
        where="kind = 'invoice' AND due > 0",
    ),
    _index(
        "payable_newest",
        *("merchant", "mode", "issued_on", "number", "customer"),
        where="kind = 'invoice' AND undone_at IS NULL",
    ),
    _index(
        "payable_newest_open",
        *("merchant", "mode", "issued_on", "number"),
        where="kind = 'invoice' AND due > 0",
    ),
    _index("payable_of_customer", "customer", "mode", "issued_on", "number"),
    _index(
        "payable_planned_bills",
        "merchant",
        "mode",
        "customer",
        where="plan != '[]' AND kind = 'invoice' AND due > 0",
    ),
)

customer_debt = _table(
    "customer_debt",
    _to("customer", "customer.id", primary_key=True),
    _text("mode", primary_key=True),
    _text("currency", primary_key=True),
    _to("merchant", "merchant.id"),
    _whole("due"),
    _whole("bills"),
    _text("oldest", null=True),
    _one_of("mode", Mode),
    CheckConstraint("due >= 0", name="due"),
    CheckConstraint("(due > 0) = (bills > 0)", name="bills"),
    _index("customer_debt_by_due", "merchant", "mode", "currency", "due", "customer", where="due > 0"),
    _index("customer_debt_by_oldest", "merchant", "mode", "currency", "oldest", "customer", where="due > 0"),
    rowid=False,
)
"""What is owed, kept up to date by the payables' triggers alone."""

store_order = _table(
    "store_order",
    _to("id", "payable.id", primary_key=True),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("number"),
    _to("customer", "customer.id"),
    _text("items"),
    _text("currency"),
    _whole("total"),
    _whole("hold_until"),
    _text("return_url"),
    _whole("created_at"),
    UniqueConstraint("merchant", "mode", "number"),
    _one_of("mode", Mode),
)

idempotency = _table(
    "idempotency",
    _text("merchant", primary_key=True),
    _text("mode", primary_key=True),
    _text("key", primary_key=True),
    _text("digest"),
    _whole("status"),
    _text("answer"),
    _whole("created_at"),
    _one_of("mode", Mode),
    rowid=False,
)


payment = _table(
    "payment",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _to("account", "account.id"),
    _text("provider"),
    _text("way"),
    _text("channel"),
    _to("customer", "customer.id"),
    _text("payer"),
    _text("payer_email"),
    _text("reference"),
    _text("provider_reference", null=True),
    _text("currency"),
    _whole("amount"),
    _text("phase"),
    _text("status"),
    _whole("live"),
    _text("reason"),
    _text("flags"),
    _text("memory"),
    _text("action", null=True),
    _text("terms", server_default="[]"),
    _text("return_token"),
    _text("locale"),
    _text("owner"),
    _whole("lease_until", null=True),
    _whole("ended_at", null=True),
    _whole("expires_at", null=True),
    _whole("next_check_at", null=True),
    _whole("checks"),
    _whole("warned"),
    _whole("created_at"),
    UniqueConstraint("account", "reference"),
    UniqueConstraint("id", "live"),
    _one_of("mode", Mode),
    _one_of("channel", Channel),
    _one_of("phase", Phase),
    _one_of("status", Status),
    _between("amount", 1),
    _flag("warned"),
    _follows("live", "status", LIVE, rule="live"),
    _index(
        None,
        "account",
        "provider_reference",
        where="provider_reference IS NOT NULL",
    ),
    _index("payment_by_return_token", "return_token", unique=True, where="return_token <> ''"),
    _index(None, "next_check_at", where="next_check_at IS NOT NULL"),
    _index(None, "customer", "mode", "created_at"),
    _index("payment_newest", "merchant", "mode", "created_at", "id"),
    _index("payment_newest_in_status", "merchant", "mode", "status", "created_at", "id"),
)

payment_line = _table(
    "payment_line",
    _text("payment", primary_key=True),
    _whole("position", primary_key=True, autoincrement=False),
    _to("payable", "payable.id"),
    _text("number"),
    _whole("amount"),
    _whole("live"),
    _whole("withheld"),
    _text("withholdings"),
    _whole("credit"),
    _whole("rest"),
    UniqueConstraint("payment", "payable"),
    ForeignKeyConstraint(["payment", "live"], ["payment.id", "payment.live"], onupdate="CASCADE"),
    _between("amount", 0),
    _between("withheld", 0),
    _between("credit", 0),
    CheckConstraint("amount + credit > 0", name="of_something"),
    _between("rest", 0),
    _flag("live"),
    _index("one_live", "payable", unique=True, where="live = 1"),
    _index(None, "payable"),
    rowid=False,
)

observation = _table(
    "observation",
    _id(),
    _whole("seq"),
    _to("payment", "payment.id"),
    _to("account", "account.id"),
    _text("merchant"),
    _text("mode"),
    _text("source"),
    _text("kind"),
    _text("reference", null=True),
    _text("provider_reference", null=True),
    _text("movement", null=True),
    _whole("amount", null=True),
    _text("currency", null=True),
    _text("vouched"),
    _whole("occurred_at", null=True),
    _text("reason_kind", null=True),
    _text("reason_code", null=True),
    _text("authorisation", null=True),
    _text("instrument_kind", null=True),
    _text("instrument_label", null=True),
    _text("event_id", null=True),
    _whole("seen_at"),
    _text("note"),
    _text("digest"),
    _text("operation"),
    _text("besides"),
    _text("details", server_default="{}"),
    _text("sender", null=True),
    _one_of("source", ObservedBy),
    _one_of("kind", Kind),
    UniqueConstraint("merchant", "seq"),
    CheckConstraint("(amount IS NULL) = (currency IS NULL)", name="amount"),
    _index(None, "payment", "seq"),
)

operation = _table(
    "operation",
    _id(),
    _to("payment", "payment.id"),
    _to("account", "account.id"),
    _text("merchant"),
    _text("mode"),
    _text("kind"),
    _text("reference"),
    _text("phase"),
    _text("status"),
    _whole("live"),
    _text("currency"),
    _whole("amount"),
    _text("reason"),
    _text("decided_by"),
    _text("note"),
    _text("owner"),
    _whole("lease_until", null=True),
    _whole("ended_at", null=True),
    _whole("next_check_at", null=True),
    _whole("checks"),
    _whole("created_at"),
    UniqueConstraint("account", "reference"),
    _one_of("kind", OperationKind),
    _one_of("mode", Mode),
    _one_of("phase", Phase),
    _one_of("status", OperationStatus),
    _between("amount", 1),
    _flag("live"),
    _follows("live", "status", LIVE_OPERATION, rule="live_agrees"),
    _index("one_live_operation", "payment", unique=True, where="live = 1"),
    # One that provably never left undid nothing, and another may be tried.
    _index("one_undo", "payment", unique=True, where="kind = 'undo' AND reason <> 'never_sent'"),
    _index(None, "payment"),
    _index(None, "next_check_at", where="next_check_at IS NOT NULL"),
)

operation_news = _table(
    "operation_news",
    _id(),
    _whole("seq"),
    _to("operation", "operation.id"),
    _text("source"),
    _text("kind"),
    _text("reason_kind", null=True),
    _text("reason_code", null=True),
    _whole("seen_at"),
    _text("note"),
    _one_of("source", ObservedBy),
    UniqueConstraint("operation", "seq"),
    _one_of("kind", Kind),
)


currency_exponent = _table(
    "currency_exponent",
    _text("currency", primary_key=True),
    _whole("exponent"),
)

ledger_account = _table(
    "ledger_account",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("kind"),
    _text("owner"),
    _text("currency"),
    UniqueConstraint("merchant", "mode", "kind", "owner", "currency"),
    _one_of("mode", Mode),
    _one_of("kind", LedgerKind),
)

entry = _table(
    "entry",
    Column(
        "id",
        Text,
        ForeignKey("seal.entry", name="entry_sealed", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    ),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("key"),
    _text("kind"),
    _text("currency"),
    _whole("at"),
    _text("value_on", null=True),
    _to("payment", "payment.id", null=True),
    _to("payable", "payable.id", null=True),
    _to("observation", "observation.id", null=True),
    _whole("own_record"),
    _text("note"),
    _text("note_salt"),
    _text("note_digest"),
    UniqueConstraint("merchant", "mode", "key"),
    _one_of("mode", Mode),
    _one_of("kind", EntryKind),
    _flag("own_record"),
    _index(None, "payment", where="payment IS NOT NULL"),
    _index("entry_booked", "merchant", "mode", "at"),
    _index("entry_counting", "merchant", "mode", "value_on", where="value_on IS NOT NULL"),
    _index(None, "payable", where="payable IS NOT NULL"),
)

erasure = _table(
    "erasure",
    _to("entry", "entry.id", primary_key=True),
    _text("by"),
    _text("why"),
    _whole("at"),
    CheckConstraint("by <> '' AND why <> ''", name="accounted_for"),
    rowid=False,
)

posting = _table(
    "posting",
    _to("entry", "entry.id", primary_key=True),
    _whole("position", primary_key=True, autoincrement=False),
    _to("ledger_account", "ledger_account.id"),
    _whole("amount"),
    CheckConstraint(f"amount <> 0 AND amount BETWEEN -{LIMIT} AND {LIMIT}", name="amount"),
    rowid=False,
)

seal = _table(
    "seal",
    _text("entry", primary_key=True),
    _text("merchant"),
    _text("mode"),
    _whole("seq"),
    _whole("version"),
    _text("prev_hash"),
    _text("hash"),
    UniqueConstraint("merchant", "mode", "seq"),
    rowid=False,
)

chain = _table(
    "chain",
    _text("merchant", primary_key=True),
    _text("mode", primary_key=True),
    _whole("seq"),
    _text("hash"),
    rowid=False,
)

month_close = _table(
    "month_close",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("month"),
    _whole("n"),
    _text("zone"),
    _whole("seq"),
    _text("head"),
    _to("before", "month_close.id", null=True),
    _text("receipts"),
    _text("totals"),
    _whole("entries"),
    _text("digest"),
    _text("open"),
    _text("by"),
    _text("why"),
    _whole("at"),
    UniqueConstraint("merchant", "mode", "month", "n"),
    _one_of("mode", Mode),
    _between("n", 1),
    _between("seq", 0),
    CheckConstraint("by <> ''", name="accounted_for"),
)

month_reopening = _table(
    "month_reopening",
    _to("close", "month_close.id", primary_key=True),
    _text("by"),
    _text("why"),
    _whole("at"),
    CheckConstraint("by <> '' AND why <> ''", name="accounted_for"),
    rowid=False,
)

late_reason = _table(
    "late_reason",
    _to("entry", "entry.id", primary_key=True),
    _to("close", "month_close.id"),
    _text("by"),
    _text("why"),
    _whole("at"),
    CheckConstraint("by <> '' AND why <> ''", name="accounted_for"),
    rowid=False,
)

month_package = _table(
    "month_package",
    _to("close", "month_close.id", primary_key=True),
    _whole("due_at", null=True),
    _text("sha256"),
    _whole("size"),
    _whole("made_at", null=True),
    CheckConstraint("(made_at IS NULL) = (sha256 = '')", name="made"),
    _index(None, "due_at", where="due_at IS NOT NULL"),
)

month_package_part = _table(
    "month_package_part",
    _to("close", "month_package.close", primary_key=True),
    _whole("position", primary_key=True, autoincrement=False),
    _bytes("content"),
)

balance = _table(
    "balance",
    _to("ledger_account", "ledger_account.id", primary_key=True),
    _whole("amount"),
    rowid=False,
)

intake = _table(
    "intake",
    _to("entry", "entry.id", primary_key=True),
    _to("customer", "customer.id"),
    _to("payment", "payment.id", null=True),
    _text("currency"),
    _whole("amount"),
    _tally("allocated"),
    _tally("returned"),
    _between("amount", 1),
    CheckConstraint("allocated >= 0", name="allocated"),
    CheckConstraint("returned >= 0", name="returned"),
    CheckConstraint("allocated + returned <= amount", name="unapplied"),
    _index(None, "payment", where="payment IS NOT NULL"),
    rowid=False,
)

allocation = _table(
    "allocation",
    _to("entry", "entry.id", primary_key=True),
    _whole("position", primary_key=True, autoincrement=False),
    _to("payable", "payable.id"),
    _text("effect"),
    _whole("amount"),
    _to("intake", "intake.entry", null=True),
    _one_of("effect", Effect),
    CheckConstraint(f"amount <> 0 AND amount BETWEEN -{LIMIT} AND {LIMIT}", name="amount"),
    _index(None, "payable", "effect", "amount"),
    _index(None, "intake", "effect", "amount", where="intake IS NOT NULL"),
    rowid=False,
)

drawn = _table(
    "drawn",
    _to("entry", "entry.id", primary_key=True),
    _whole("position", primary_key=True, autoincrement=False),
    _to("intake", "intake.entry"),
    _whole("amount"),
    CheckConstraint(f"amount <> 0 AND amount BETWEEN -{LIMIT} AND {LIMIT}", name="amount"),
    _index(None, "intake", "amount"),
    rowid=False,
)


def _stated() -> tuple[Column[Any], ...]:
    """What a provider states of a line, and where it came from."""
    return (
        _text("reference", null=True),
        _text("provider_reference", null=True),
        _text("authorisation", null=True),
        _text("movement", null=True),
        _text("currency"),
        _whole("gross"),
        _whole("fee"),
        _whole("fee_tax"),
        _whole("withheld"),
        _text("withholdings"),
        _whole("net"),
        _whole("occurred_at", null=True),
        _text("settled_on", null=True),
        _text("kind"),
        _whole("in_transit"),
        _text("source"),
        _whole("imported_at"),
        _text("state"),
    )


settlement_line = _table(
    "settlement_line",
    _id(),
    _to("account", "account.id"),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("line"),
    *_stated(),
    _whole("restated"),
    _text("named"),
    _to("payment", "payment.id", null=True),
    _text("settles", null=True),
    UniqueConstraint("account", "line"),
    _one_of("mode", Mode),
    _one_of("state", LineState),
    _one_of("kind", LineKind),
    _flag("in_transit"),
    *(_between(name, -LIMIT) for name in ("gross", "fee", "fee_tax", "withheld", "net")),
    CheckConstraint("gross - fee - fee_tax - withheld = net", name="net_of_gross"),
    CheckConstraint("(state = 'booked' AND kind = 'payment') = (settles IS NOT NULL)", name="settles"),
    CheckConstraint("state = 'open' OR named <> ''", name="named"),
    CheckConstraint("kind = 'payment' OR payment IS NULL", name="of_account"),
    _index("settled_once", "account", "settles", unique=True, where="settles IS NOT NULL"),
    _index(None, "account", "state"),
    _index(None, "payment", where="payment IS NOT NULL"),
)

settlement_said = _table(
    "settlement_said",
    _to("line", "settlement_line.id", primary_key=True),
    _whole("number", primary_key=True),
    *_stated(),
    _whole("replaced_at"),
    _one_of("state", LineState),
    _one_of("kind", LineKind),
    _flag("in_transit"),
    CheckConstraint("state <> 'booked'", name="not_booked"),
    rowid=False,
)

daily_reconciliation = _table(
    "daily_reconciliation",
    _to("account", "account.id", primary_key=True),
    _text("covered", null=True),
    _whole("due_at"),
    _whole("tries"),
    _text("trouble"),
    _text("outcome"),
    _whole("done_at", null=True),
    _index(None, "due_at"),
    rowid=False,
)


raw_message = _table(
    "raw_message",
    _id(),
    _to("account", "account.id"),
    _text("merchant"),
    _text("mode"),
    _text("source"),
    _whole("received_at"),
    _text("digest"),
    _text("key_id"),
    _text("state"),
    _text("verdict"),
    _text("payment", null=True),
    _whole("due_at", null=True),
    _whole("tries"),
    _text("trouble"),
    _bytes("sealed"),
    UniqueConstraint("account", "digest"),
    _one_of("mode", Mode),
    _one_of("source", Source),
    _one_of("state", MessageState),
    _index(None, "due_at", where="due_at IS NOT NULL"),
    _index(None, "state", "verdict"),
    _index(None, "payment", where="payment IS NOT NULL"),
    _index("raw_message_parked", "account", "received_at", where="state = 'parked'"),
    _index("raw_message_rejected", "account", "received_at", where="state = 'rejected'"),
    _index(None, "received_at"),
)

delivery = _table(
    "delivery",
    _id(),
    _text("merchant"),
    _text("mode"),
    _text("kind"),
    _text("recipient"),
    _text("subject"),
    _text("details"),
    _text("state"),
    _whole("due_at", null=True),
    _whole("tries"),
    _text("last_error"),
    _whole("created_at"),
    _whole("sent_at", null=True),
    _to("round", "mail_round.id", null=True),
    _one_of("mode", Mode),
    _one_of("state", DeliveryState),
    _index(None, "due_at", where="state = 'due' AND due_at IS NOT NULL"),
    _index(None, "state"),
    _index(None, "subject"),
    _index(None, "merchant", "created_at"),
    _index("delivery_newest", "merchant", "mode", "created_at", "id"),
    _index("delivery_newest_in_state", "merchant", "mode", "state", "created_at", "id"),
    _index("delivery_newest_of_kind", "merchant", "mode", "kind", "created_at", "id"),
    _index(None, "round", where="round IS NOT NULL"),
)

mail_round = _table(
    "mail_round",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("by"),
    _text("choice"),
    _text("note"),
    _text("customers"),
    _text("without_mail"),
    _whole("queued"),
    _whole("due_at", null=True),
    _whole("created_at"),
    _one_of("mode", Mode),
    _between("queued", 0),
    _index(None, "due_at", where="due_at IS NOT NULL"),
    _index(None, "merchant", "mode", "created_at"),
)

import_run = _table(
    "import_run",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("kind"),
    _text("name"),
    _whole("size"),
    _text("sha256"),
    _text("by"),
    _text("state"),
    _text("layout"),
    _text("choices"),
    _text("report"),
    _whole("done"),
    _whole("rows"),
    _whole("due_at", null=True),
    _whole("created_at"),
    _whole("taken_at", null=True),
    _whole("undone_at", null=True),
    _text("undone_by"),
    _whole("expires_at"),
    _one_of("mode", Mode),
    _one_of("kind", FileKind),
    _one_of("state", RunState),
    _index("one_import", "merchant", "mode", unique=True, where="state IN ('closing', 'taking', 'undoing')"),
    _index("import_newest", "merchant", "mode", "created_at", "id"),
    _index(None, "due_at", where="due_at IS NOT NULL"),
    _index(None, "expires_at"),
)

import_content = _table(
    "import_content",
    _to("run", "import_run.id", primary_key=True),
    _bytes("sealed"),
    _text("key_id"),
)

import_row = _table(
    "import_row",
    _to("run", "import_run.id", primary_key=True),
    _text("subject", primary_key=True),
    _text("subject_id", primary_key=True),
    _whole("line"),
    _text("what"),
    _text("before"),
    _whole("revision"),
    _whole("undone_at", null=True),
    _one_of("subject", RunSubject),
    _index(None, "subject", "subject_id"),
)

import_layout = _table(
    "import_layout",
    _id(),
    _to("merchant", "merchant.id"),
    _text("kind"),
    _text("file_type"),
    _text("headings"),
    _text("name"),
    _text("columns"),
    _text("answers"),
    _text("by"),
    _whole("saved_at"),
    _whole("used_at"),
    _one_of("kind", FileKind),
    UniqueConstraint("merchant", "kind", "file_type", "headings"),
)

schedule = _table(
    "schedule",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("every"),
    _whole("weekday"),
    _text("choice"),
    _text("note"),
    _text("by"),
    _whole("next_at"),
    _whole("due_at"),
    _text("last_round"),
    _whole("created_at"),
    _one_of("mode", Mode),
    _one_of("every", Every),
    _between("weekday", 0, 6),
    _index(None, "due_at"),
    _index(None, "merchant", "mode"),
)

reminder_ladder = _table(
    "reminder_ladder",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("steps"),
    _text("channel"),
    _text("since", null=True),
    _text("activated_by"),
    _whole("activated_at", null=True),
    _whole("due_at", null=True),
    _text("saved_by"),
    _whole("saved_at"),
    _one_of("mode", Mode),
    _index(None, "due_at", where="due_at IS NOT NULL"),
    UniqueConstraint("merchant", "mode"),
)

promise = _table(
    "promise",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _to("customer", "customer.id"),
    _to("payable", "payable.id"),
    _text("until"),
    _text("by"),
    _whole("is_payers"),
    _whole("made_at"),
    _whole("withdrawn_at", null=True),
    _text("withdrawn_by"),
    _one_of("mode", Mode),
    _flag("is_payers"),
    _index(None, "merchant", "mode", "until", where="withdrawn_at IS NULL"),
    _index(None, "payable"),
    _index(None, "customer"),
)

contact = _table(
    "contact",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _to("customer", "customer.id"),
    _text("channel"),
    _text("why"),
    _text("rule"),
    _text("by"),
    _whole("at"),
    _text("state"),
    _one_of("mode", Mode),
    _one_of("state", ContactState),
    _one_of("why", ContactWhy),
    _index(None, "customer", "mode", "at"),
)

reminded = _table(
    "reminded",
    _to("payable", "payable.id", primary_key=True),
    _text("due_on", primary_key=True),
    _whole("days", primary_key=True),
    _text("contact"),
    _index(None, "contact"),
)

channel_wish = _table(
    "channel_wish",
    _to("customer", "customer.id", primary_key=True),
    _text("channel", primary_key=True),
    _whole("is_authorised"),
    _text("by"),
    _whole("at"),
    _flag("is_authorised"),
)

review = _table(
    "review",
    _id(),
    _text("merchant"),
    _text("mode"),
    _text("cause"),
    _text("payment", null=True),
    _text("subject"),
    _text("details"),
    _whole("opened_at"),
    _whole("resolved_at", null=True),
    _text("resolution"),
    _text("resolved_by"),
    _one_of("mode", Mode),
    _index(
        "review_open",
        literal_column("merchant"),
        literal_column("cause"),
        func.coalesce(literal_column("payment"), literal_column("''")),
        literal_column("subject"),
        unique=True,
        where="resolved_at IS NULL",
    ),
    _index(None, "payment"),
    _index(None, "subject"),
    _index(None, "opened_at"),
    _index("review_resolved", "merchant", "mode", "resolved_at", "id", where="resolved_at IS NOT NULL"),
)

decision = _table(
    "decision",
    _id(),
    _text("merchant"),
    _text("mode"),
    _text("kind"),
    _text("subject"),
    _to("payment", "payment.id", null=True),
    _text("content"),
    _text("currency", null=True),
    _whole("amount", null=True),
    _text("by"),
    _text("why"),
    _text("evidence"),
    _text("evidence_name"),
    _text("evidence_digest"),
    _text("via"),
    _whole("proposed_at"),
    _text("seconded_by"),
    _whole("done_at", null=True),
    _whole("superseded"),
    _text("second_why", server_default=""),
    _one_of("mode", Mode),
    _one_of("kind", DecisionKind),
    _flag("superseded"),
    CheckConstraint("(amount IS NULL) = (currency IS NULL)", name="amount"),
    CheckConstraint("by <> '' AND why <> ''", name="accounted_for"),
    CheckConstraint("lower(trim(by)) <> lower(trim(seconded_by))", name="two_people"),
    _index(
        "one_decision_waits",
        "kind",
        "subject",
        unique=True,
        where="done_at IS NULL AND superseded = 0",
    ),
    _index(None, "subject"),
    _index(None, "payment", where="payment IS NOT NULL"),
)

dispute = _table(
    "dispute",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _to("payment", "payment.id"),
    _text("case_id"),
    _text("taken_as"),
    _text("currency"),
    _whole("amount"),
    _text("stage"),
    _text("reason"),
    _whole("respond_by", null=True),
    _whole("remind_at", null=True),
    _whole("opened_at"),
    _text("outcome", null=True),
    _whole("won", null=True),
    _whole("ended_at", null=True),
    _text("ended_by"),
    _one_of("mode", Mode),
    _one_of("stage", DisputeStage),
    _one_of("outcome", DisputeOutcome),
    _between("amount", 1),
    CheckConstraint("(COALESCE(outcome, '') = 'partly_won') = (won IS NOT NULL)", name="in_part"),
    _between("won", 1),
    CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
    CheckConstraint("outcome IS NULL OR remind_at IS NULL", name="reminded"),
    _index("dispute_open", "payment", "case_id", unique=True, where="outcome IS NULL"),
    _index(None, "payment"),
    _index(None, "merchant", "mode", "respond_by", where="outcome IS NULL"),
    _index(None, "remind_at", where="remind_at IS NOT NULL"),
)

request_sent = _table(
    "request_sent",
    _to("payment", "payment.id", primary_key=True),
    _whole("seq", primary_key=True, autoincrement=False),
    _text("operation"),
    _text("hook"),
    _whole("number"),
    _text("mark"),
    _text("method"),
    _text("host"),
    _text("path"),
    _whole("status", null=True),
    _text("trouble"),
    _whole("milliseconds"),
    _whole("wrote"),
    _whole("started"),
    _whole("at"),
    _flag("wrote"),
    _index(None, "at", where="hook IN ('handle_notification', 'query_payment')"),
    rowid=False,
)

proof = _table(
    "proof",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _to("customer", "customer.id"),
    _to("review", "review.id"),
    _text("name"),
    _text("kind"),
    _whole("size"),
    _text("sha256"),
    _text("file", unique=True),
    _whole("stored_at"),
    _one_of("mode", Mode),
    _between("size", 1),
    _index(None, "review"),
)

reported_payment = _table(
    "reported_payment",
    _to("review", "review.id", primary_key=True),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _to("customer", "customer.id"),
    _text("currency"),
    _whole("amount"),
    _text("paid_on"),
    _text("means"),
    _text("bank_reference"),
    _text("payables"),
    _one_of("mode", Mode),
    _between("amount", 1),
    rowid=False,
)

link = _table(
    "link",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("kind"),
    _text("target"),
    _whole("version"),
    _whole("expires_at"),
    _whole("revoked_at", null=True),
    _whole("opened_at", null=True),
    _one_of("mode", Mode),
    _one_of("kind", LinkKind),
    _index(None, "target", "kind", "mode"),
)


mark = _table(
    "mark",
    _text("name", primary_key=True),
    _text("value"),
    _whole("at"),
    rowid=False,
)

series = _table(
    "series",
    _to("merchant", "merchant.id", primary_key=True),
    _text("mode", primary_key=True),
    _text("series", primary_key=True),
    _whole("next"),
    _one_of("mode", Mode),
    CheckConstraint("next >= 1", name="next"),
    rowid=False,
)

series_gap = _table(
    "series_gap",
    _to("merchant", "merchant.id", primary_key=True),
    _text("mode", primary_key=True),
    _text("series", primary_key=True),
    _whole("first", primary_key=True, autoincrement=False),
    _whole("last"),
    _text("by"),
    _text("why"),
    _whole("at"),
    _one_of("mode", Mode),
    CheckConstraint("first >= 1 AND last >= first", name="forward"),
    CheckConstraint("by <> '' AND why <> ''", name="accounted_for"),
    rowid=False,
)

receipt_series = _table(
    "receipt_series",
    _to("merchant", "merchant.id", primary_key=True),
    _text("mode", primary_key=True),
    _text("series", primary_key=True),
    _whole("began_at"),
    _text("began_by"),
    _whole("closed_at", null=True),
    _text("closed_by"),
    _one_of("mode", Mode),
    CheckConstraint("series <> '' AND began_by <> ''", name="accounted_for"),
    CheckConstraint("(closed_at IS NULL) = (closed_by = '')", name="closed"),
    _index("one_open_series", "merchant", "mode", unique=True, where="closed_at IS NULL"),
    rowid=False,
)

cash_receipt = _table(
    "cash_receipt",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("series"),
    _whole("number"),
    _to("customer", "customer.id"),
    _to("payment", "payment.id", null=True),
    _text("movement", null=True),
    _text("received_on"),
    _whole("issued_at"),
    _text("issued_by"),
    _text("means"),
    _text("currency"),
    _whole("cash"),
    _whole("advance"),
    _text("lines"),
    _text("words"),
    _text("clause"),
    _text("concept"),
    _text("issuer"),
    _text("received_from"),
    _text("notes"),
    _text("bank_account"),
    _text("bank_reference"),
    _text("received_in"),
    _text("provider"),
    _text("provider_reference"),
    _text("authorisation"),
    _text("void_reason"),
    _whole("voided_at", null=True),
    _text("voided_by"),
    UniqueConstraint("merchant", "mode", "series", "number"),
    _one_of("mode", Mode),
    CheckConstraint("means <> ''", name="means"),  # a country has means of its own
    _between("number", 1),
    _between("cash", 0),
    CheckConstraint("advance BETWEEN 0 AND cash", name="advance"),
    CheckConstraint("(payment IS NULL) = (movement IS NULL)", name="movement"),
    _index("receipt_newest", "merchant", "mode", "number", "id"),
    _index("receipt_received", "merchant", "mode", "received_on", "series", "number"),
    _index("receipt_of_customer", "customer", "mode", "number"),
    _index("cash_receipt_of_customer", "customer", "mode", "issued_at", "id"),
    _index(
        "one_receipt",
        "payment",
        "movement",
        unique=True,
        where="payment IS NOT NULL AND voided_at IS NULL",
    ),
    _index(
        "one_transfer",
        *("merchant", "mode", "received_in", "received_on", "bank_reference", "currency", "cash"),
        unique=True,
        where="bank_reference <> '' AND voided_at IS NULL",
    ),
)

receipt_note = _table(
    "receipt_note",
    _to("receipt", "cash_receipt.id", primary_key=True),
    _whole("number", primary_key=True, autoincrement=False),
    _text("kind"),
    _text("text"),
    _text("by"),
    _whole("at"),
    _one_of("kind", NoteKind),
    _between("number", 1),
    CheckConstraint("by <> ''", name="accounted_for"),
    rowid=False,
)

withholding_certificate = _table(
    "withholding_certificate",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _to("customer", "customer.id"),
    _text("tax"),
    _text("number"),
    _text("period_from"),
    _text("period_to"),
    _text("issued_on"),
    _text("currency"),
    _whole("amount"),
    _whole("booked", server_default="0"),
    _text("file"),
    _text("file_name"),
    _text("file_kind"),
    _text("file_sha256"),
    _text("recorded_by"),
    _whole("recorded_at"),
    _text("void_reason"),
    _whole("voided_at", null=True),
    _text("voided_by"),
    _one_of("mode", Mode),
    _between("amount", 1),
    CheckConstraint("booked BETWEEN 0 AND amount", name="booked"),
    CheckConstraint("number <> '' AND recorded_by <> ''", name="accounted_for"),
    CheckConstraint("period_from <= period_to", name="period"),
    CheckConstraint("(voided_at IS NULL) = (voided_by = '')", name="voided"),
    _index(
        "one_certificate",
        *("merchant", "mode", "customer", "tax", "number"),
        unique=True,
        where="voided_at IS NULL",
    ),
    _index(None, "customer", "mode"),
    _index(None, "merchant", "mode", "period_to"),
)

withheld_month = _table(
    "withheld_month",
    _to("merchant", "merchant.id", primary_key=True),
    _text("mode", primary_key=True),
    _to("customer", "customer.id", primary_key=True),
    _text("tax", primary_key=True),
    _text("currency", primary_key=True),
    _text("month", primary_key=True),
    _whole("amount"),
    _one_of("mode", Mode),
    rowid=False,
)

disbursement = _table(
    "disbursement",
    _id(),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _text("series"),
    _whole("number"),
    _to("customer", "customer.id"),
    _text("paid_on"),
    _text("means"),
    _text("reference"),
    _text("currency"),
    _whole("amount"),
    _text("words"),
    _text("why"),
    _whole("issued_at"),
    _text("issued_by"),
    _text("issuer"),
    _text("paid_to"),
    _text("void_reason"),
    _whole("voided_at", null=True),
    _text("voided_by"),
    UniqueConstraint("merchant", "mode", "series", "number"),
    _one_of("mode", Mode),
    CheckConstraint("means <> ''", name="means"),
    CheckConstraint("issued_by <> '' AND why <> ''", name="accounted_for"),
    _between("number", 1),
    _between("amount", 1),
    _index(None, "customer", "mode"),
)

conversion = _table(
    "conversion",
    _id(),
    _text("form", unique=True),
    _to("merchant", "merchant.id"),
    _text("mode"),
    _to("customer", "customer.id"),
    _to("payment", "payment.id", null=True),
    _text("account"),
    _text("came_currency"),
    _whole("came"),
    _text("settles_currency"),
    _whole("settles"),
    _text("base"),
    _text("quote"),
    _text("rate"),
    _text("source"),
    _text("rate_on"),
    _text("means"),
    _text("value_on"),
    _text("by"),
    _text("why"),
    _whole("at"),
    _text("void_reason"),
    _whole("voided_at", null=True),
    _text("voided_by"),
    _one_of("mode", Mode),
    _between("came", 1),
    _between("settles", 1),
    CheckConstraint("came_currency <> settles_currency", name="two_currencies"),
    CheckConstraint("by <> '' AND why <> '' AND source <> ''", name="accounted_for"),
    _index(None, "merchant", "mode", "at"),
    _index(None, "customer", "mode"),
    _index(None, "payment", where="payment IS NOT NULL"),
)

counter = _table(
    "counter",
    _text("name", primary_key=True),
    _whole("value"),
    rowid=False,
)
