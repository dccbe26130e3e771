"""A store with one merchant, one customer, one account and what they owe;
every record as a small function."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.domain import billing, money_entries
from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.captures import captures_in
from hub.domain.intake import Share, allocations, shares_of
from hub.domain.merchant import Customer, Merchant
from hub.domain.observation import ObservedBy, Seen
from hub.domain.payable import Payable, PayableKind
from hub.domain.payment import Payment, PaymentLine, Phase, Status
from hub.storage import SqliteStore, SqliteTx, migrate, open_store
from hub_hookspecs import Channel, Company, IdentityDocument, Kind, Mode, Money, Observation, Payer

NOW = datetime(2026, 3, 4, 15, 30, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@attrs.frozen
class World:
    """Makes records that fit one another; it is always ``now``."""

    now: datetime = NOW

    def merchant(self, id: str = "m1", **changes: Any) -> Merchant:
        company = Company(
            country="CR",
            document=IdentityDocument("CJ", "3101123456"),
            legal_name="Ferretería Peña S.A.",
            trade_name="Ferretería Peña",
            address={"province": "San José", "line": "Calle 1"},
            email="ventas@ferreteria.example",
            zone="America/Costa_Rica",
        )
        return attrs.evolve(
            Merchant(id=id, slug=id, company=company, locale="es_CR", mode=Mode.TEST, created_at=NOW), **changes
        )

    def customer(self, id: str = "c1", **changes: Any) -> Customer:
        record = Customer(
            id=id,
            merchant_id="m1",
            name="Ana Peña",
            document=IdentityDocument("CF", "112340567"),
            email="Ana@Example.com",
            phone="+50688887777",
        )
        return attrs.evolve(record, **changes)

    def account(self, id: str = "a1", **changes: Any) -> ProviderAccount:
        record = ProviderAccount(
            id=id,
            merchant_id="m1",
            provider="greenpay",
            mode=Mode.TEST,
            status=AccountStatus.ACTIVE,
            path_token=f"token-{id}",
            settings={"terminal_crc": "T1"},
            created_at=NOW,
            updated_at=NOW,
        )
        return attrs.evolve(record, **changes)

    def payable(self, id: str = "p1", **changes: Any) -> Payable:
        record = Payable(
            id=id,
            merchant_id="m1",
            mode=Mode.TEST,
            kind=PayableKind.INVOICE,
            number=f"F-{id}",
            customer_id="c1",
            currency="CRC",
            total=10_000,
            issued_on=date(2026, 2, 1),
            due_on=date(2026, 3, 1),
            created_at=NOW,
        )
        return attrs.evolve(record, **changes)

    def payment(self, id: str = "t1", *payables: str, amount: int = 10_000, **changes: Any) -> Payment:
        ids = payables or ("p1",)
        record = Payment(
            id=id,
            merchant_id="m1",
            mode=Mode.TEST,
            account_id="a1",
            provider="greenpay",
            way="form",
            channel=Channel.STATEMENT,
            customer_id="c1",
            payer=Payer(name="Ana Peña", email="ana@pays.example"),
            reference=f"REF{id.upper()}",
            amount=Money(amount * len(ids), "CRC"),
            lines=tuple(PaymentLine(payable_id=name, number=f"F-{name}", amount=amount) for name in ids),
            return_token=f"return-{id}",
            created_at=NOW,
        )
        return attrs.evolve(record, **changes)

    def seen(self, kind: Kind = Kind.PAID, key: str = "", payment_id: str = "t1", **claim: Any) -> Seen:
        if kind is Kind.PAID:
            claim = {"movement": f"REF{payment_id.upper()}", "amount": Money(10_000, "CRC"), **claim}
        return Seen(
            key=key or f"{payment_id}-{kind}",
            payment_id=payment_id,
            account_id="a1",
            source=ObservedBy.NOTIFICATION,
            observation=Observation(kind=kind, vouched=frozenset({"amount", "movement"}), **claim),
            seen_at=NOW,
        )

    def furnish(self, tx: SqliteTx, *payables: str, total: int = 10_000) -> None:
        """Merchant, customer, account, and billed payables."""
        tx.merchants.add(self.merchant())
        tx.customers.save(self.customer())
        tx.accounts.add(self.account())
        for name in payables:
            self.bill(tx, self.payable(name, total=total))

    def bill(self, tx: SqliteTx, payable: Payable) -> None:
        tx.payables.add(payable)
        tx.ledger.write(billing.bill(payable, difference=payable.total, at=NOW))

    def start(self, tx: SqliteTx, payment: Payment) -> Payment:
        """A payment on its way: sending is committed."""
        tx.payments.add(payment)
        tx.payments.begin_sending(payment.id, "process-1", NOW + 2 * MINUTE)
        return attrs.evolve(payment, phase=Phase.SENDING, status=Status.UNKNOWN)

    def pay(self, tx: SqliteTx, payment: Payment, *, amount: int = 10_000) -> None:
        """What the door writes for a paid observation."""
        tx.payments.observe(
            self.seen(payment_id=payment.id, amount=Money(amount, "CRC")), payment.merchant_id, payment.mode
        )
        paid = attrs.evolve(payment, phase=Phase.SENT, status=Status.PAID, ended_at=NOW)
        tx.payments.save(paid)
        for taken in captures_in(paid, tx.payments.seen(payment.id)):
            entry = money_entries.capture(paid, taken)
            if not tx.ledger.write(entry):
                continue
            due = {payable.id: payable.due for payable in tx.payables.many([line.payable_id for line in paid.lines])}
            wanted = [Share(line.payable_id, line.amount) for line in paid.lines]
            for row in allocations(entry, shares_of(amount, wanted, due), customer_id=paid.customer_id):
                tx.ledger.write(row)


@pytest.fixture(scope="session")
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, to be copied."""
    path = tmp_path_factory.mktemp("storage") / "empty.db"
    migrate(path)
    return path


@pytest.fixture
def path(empty: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "hub.db"
    copy.write_bytes(empty.read_bytes())
    return copy


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    opened = open_store(path, readers=2)
    yield opened
    opened.close_now()


@pytest.fixture
def furnished(store: SqliteStore, world: World) -> SqliteStore:
    """A store with merchant, customer, account, and invoices p1 and p2 of 10 000 each."""
    store.write_now(lambda tx: world.furnish(tx, "p1", "p2"))
    return store
