"""One transaction, with one attribute a noun; and what it runs on SQLite."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.dml import Insert

from .accounts import Accounts
from .attachments import Attachments
from .bill_list import BillList
from .closes import Closes
from .connection import raise_meaning
from .contacts import Contacts
from .conversions import Conversions
from .countries import Countries
from .customer_debts import CustomerDebts
from .customer_edits import CustomerEdits
from .customers import Customers
from .decisions import Decisions
from .deliveries import Deliveries
from .disbursements import Disbursements
from .disputes import Disputes
from .imports import Imports
from .ledger import Ledger
from .links import LinkTable
from .logos import Logos
from .marks import Marks
from .merchants import Merchants
from .messages import Messages
from .month_rows import MonthRows
from .open_items import OpenItems
from .operations import Operations
from .orders import Orders
from .owed import OwedOnDays
from .packages import Packages
from .payables import Payables
from .payments import Payments
from .promises import Promises
from .receipt_notes import ReceiptNotes
from .receipt_series import ReceiptSeriesTable
from .receipts import Receipts
from .reconciliations import Reconciliations
from .reminders import Reminders
from .report_rows import ReportRows
from .reported import ReportedPayments
from .requests import Requests
from .reviews import Reviews
from .rounds import Rounds, Schedules
from .settlements import Settlements
from .statements import TOGETHER, Runs, ready, ready_together
from .withholding_agents import WithholdingAgents
from .withholding_certificates import WithholdingCertificates
from .withholding_rates import WithholdingRates


class Tx(Runs):
    """One transaction, with one attribute a noun.

    Flows know the nouns; the nouns know ``run`` and its kin, which each database has of its own.
    """

    merchants: Merchants
    customers: Customers
    customer_edits: CustomerEdits
    debts: CustomerDebts
    accounts: Accounts
    countries: Countries
    withholding_agents: WithholdingAgents
    withholding_certificates: WithholdingCertificates
    withholding_rates: WithholdingRates
    bill_list: BillList
    owed: OwedOnDays
    payables: Payables
    payments: Payments
    ledger: Ledger
    closes: Closes
    packages: Packages
    open_items: OpenItems
    month_rows: MonthRows
    settlements: Settlements
    messages: Messages
    deliveries: Deliveries
    conversions: Conversions
    disputes: Disputes
    disbursements: Disbursements
    links: LinkTable
    receipts: Receipts
    receipt_notes: ReceiptNotes
    receipt_series: ReceiptSeriesTable
    orders: Orders
    reviews: Reviews
    operations: Operations
    attachments: Attachments
    reported: ReportedPayments
    report_rows: ReportRows
    logos: Logos
    requests: Requests
    decisions: Decisions
    marks: Marks
    rounds: Rounds
    schedules: Schedules
    reminders: Reminders
    promises: Promises
    contacts: Contacts
    reconciliations: Reconciliations
    imports: Imports

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []

    if not TYPE_CHECKING:  # for the type checker there are the nouns above and no others

        def __getattr__(self, name: str) -> Any:
            """A noun is made when it is first asked for; most transactions use a few."""
            noun = NOUNS.get(name)
            if noun is None:
                raise AttributeError(name)
            made = noun(self)
            setattr(self, name, made)
            return made

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the transaction is durable: a wake, or a line of the log; nothing that may fail."""
        self.calls.append(call)


class SqliteTx(Tx):
    """A transaction on SQLite's cursor."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    @property
    def changes(self) -> int:
        """How many rows its connection wrote so far."""
        return self._connection.total_changes

    def run(self, statement: ClauseElement, values: Mapping[str, Any] | None = None) -> sqlite3.Cursor:
        """Execute a statement with its values.

        Raises:
            Conflict: The database refused it.
            Unavailable: The database cannot do it now.
        """
        made = ready(statement)
        try:
            return self._connection.execute(made.sql, made.values(values))
        except sqlite3.Error as error:
            raise_meaning(error)

    def add(self, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert rows, in this order; how many there were that are new. A refusal may leave those before it.

        Raises:
            Conflict: The database refused one.
            Unavailable: The database cannot do it now.
        """
        made, count = ready(statement), 0
        together = ready_together(statement) if len(rows) >= TOGETHER else None
        try:
            whole = len(rows) - len(rows) % TOGETHER if together else 0
            for first in range(0, whole, TOGETHER):
                several = map(made.values, rows[first : first + TOGETHER])
                count += self._connection.execute(str(together), tuple(chain.from_iterable(several))).rowcount
            if whole < len(rows):
                count += self._connection.executemany(made.sql, map(made.values, rows[whole:])).rowcount
        except sqlite3.Error as error:
            raise_meaning(error)
        return count

    def change(self, statement: ClauseElement, values: Any) -> None:
        """Execute a statement that must find its row.

        Raises:
            LookupError: There is no such row.
        """
        if self.run(statement, values).rowcount != 1:
            raise LookupError(f"no such row: {values.get('this', values)}")

    @contextlib.contextmanager
    def whole(self) -> Iterator[None]:
        """All of the statements inside or none, also for a caller that catches the refusal and goes on."""
        self._connection.execute("SAVEPOINT whole")
        before = len(self.calls)
        try:
            yield
        except BaseException:
            del self.calls[before:]
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK TO whole")
                self._connection.execute("RELEASE whole")
            raise
        self._connection.execute("RELEASE whole")


NOUNS: Final[Mapping[str, Callable[[Tx], Any]]] = {
    "merchants": Merchants,
    "customers": Customers,
    "customer_edits": CustomerEdits,
    "debts": CustomerDebts,
    "accounts": Accounts,
    "countries": Countries,
    "withholding_agents": WithholdingAgents,
    "withholding_certificates": WithholdingCertificates,
    "withholding_rates": WithholdingRates,
    "bill_list": BillList,
    "owed": OwedOnDays,
    "payables": Payables,
    "payments": Payments,
    "ledger": Ledger,
    "closes": Closes,
    "packages": Packages,
    "open_items": OpenItems,
    "month_rows": MonthRows,
    "settlements": Settlements,
    "messages": Messages,
    "deliveries": Deliveries,
    "conversions": Conversions,
    "disputes": Disputes,
    "disbursements": Disbursements,
    "links": LinkTable,
    "receipts": Receipts,
    "receipt_notes": ReceiptNotes,
    "receipt_series": ReceiptSeriesTable,
    "orders": Orders,
    "reviews": Reviews,
    "attachments": Attachments,
    "reported": ReportedPayments,
    "report_rows": ReportRows,
    "logos": Logos,
    "operations": Operations,
    "requests": Requests,
    "decisions": Decisions,
    "marks": Marks,
    "rounds": Rounds,
    "schedules": Schedules,
    "reminders": Reminders,
    "promises": Promises,
    "contacts": Contacts,
    "reconciliations": Reconciliations,
    "imports": Imports,
}
