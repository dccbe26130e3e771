"""A data folder with two companies, and what a command told of a file.

Nothing here stops at the first thing that is otherwise than expected: all of it is gathered, so that a case which
cannot pass yet is run to its end all the same, and says everything that is still missing.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import structlog

from hub.bootstrap import open_hub
from hub.domain.account import AccountStatus, ProviderAccount
from hub.domain.observation import ObservedBy
from hub.domain.payable import PayableKind
from hub.domain.payment import LEASE, Payment, PaymentLine, Phase
from hub.flows.payments.record_observations import Claim, record_observations
from hub.settings import Settings
from hub_hookspecs import Channel, Kind, Mode, Money, Observation, Payer
from tests.cli.conftest import Ended, call
from tests.strangers.files import lines_of

CUSTOMERS = {
    "cr": "tipo;identificación;nombre;correo;teléfono\n"
    "CF;1-1234-0567;Ana Prueba;ana@correo.example;8888-8888\n"
    "CJ;3-101-555444;Robles de Prueba S.A.;pagos@robles.example;\n",
    "co": "tipo;identificación;nombre;correo\n"
    "NIT;800.197.268-4;Comercial de Prueba SAS;pagos@comercial.example\n"
    "CC;1020304050;Luis Prueba;luis@correo.example\n",
}
COMPANIES = (
    ("cr", "CR", "CJ", "3-101-234567", "Prueba CR S.A."),
    ("co", "CO", "NIT", "900.123.456-8", "Prueba CO SAS"),
)
START = datetime(2026, 11, 1, 12, tzinfo=UTC)


def make_folder(folder: Path) -> Path:
    """The data folder that each case gets a copy of."""
    here = ("--data", str(folder))
    done = [call("migrate", *here)]
    for slug, country, kind, number, name in COMPANIES:
        names = ("--country", country, "--type", kind, "--number", number, "--name", name)
        mails = ("--email", f"v@{slug}.example", "--owner", f"duena@{slug}.example")
        done.append(call("company", "create", slug, *names, *mails, *here))
        done.append(call("import", "customers", "-", "--company", slug, *here, stdin=CUSTOMERS[slug].encode()))
    assert [ended.code for ended in done] == [0] * len(done), done
    opened = open_hub(Settings(data=folder))
    try:
        opened.store.write_now(_connect)
    finally:
        asyncio.run(opened.close())
    return folder


def _connect(tx: Any) -> None:
    for merchant in tx.merchants.all():
        tx.accounts.add(
            ProviderAccount(
                id=f"acct-{merchant.slug}",
                merchant_id=merchant.id,
                provider="greenpay" if merchant.slug == "cr" else "nequi",
                mode=Mode.TEST,
                status=AccountStatus.ACTIVE,
                path_token=f"path-{merchant.slug}",
                created_at=START,
                updated_at=START,
            )
        )


class Shop:
    """The copied folder of one case; ``wrong`` gathers what was otherwise than expected."""

    def __init__(self, made: Path, folder: Path) -> None:
        self.folder, self.wrong = folder / "data", list[str]()
        self._files = folder
        shutil.copytree(made, self.folder)

    def run(self, *words: str) -> Any:
        """Any command on this folder; one that raises ends as no command does."""
        try:
            return call(*words, "--data", str(self.folder))
        except Exception as error:  # noqa: BLE001  whatever it is: a file raises nothing
            return Ended(-1, "", f"Traceback: {type(error).__name__}: {error}")

    def invoices(self, content: str | bytes, *options: str, name: str = "archivo.csv", company: str = "cr") -> Told:
        """Import invoices; a text without the usual headings is given them."""
        if isinstance(content, str):
            content = lines_of(*content.splitlines())
        return self._import("invoices", content, options, name, company)

    def look(self, content: str | bytes, *options: str, name: str = "archivo.csv", company: str = "cr") -> Told:
        """The same as a dry run."""
        return self.invoices(content, "--dry-run", *options, name=name, company=company)

    def customers(self, content: str | bytes, *options: str, name: str = "clientes.csv", company: str = "cr") -> Told:
        """Import customers."""
        content = content.encode() if isinstance(content, str) else content
        return self._import("customers", content, options, name, company)

    def payout(self, content: str | bytes, *options: str, name: str = "pagos.csv") -> Told:
        """Reconcile a payout file of the Costa Rican company."""
        path = self._files / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        words = ("reconcile", "import", str(path), "greenpay", "--company", "cr", "--json", *options)
        return Told(self, self.run(*words))

    def _import(self, kind: str, content: bytes, options: tuple[str, ...], name: str, company: str) -> Told:
        path = self._files / name
        path.write_bytes(content)
        return Told(self, self.run("import", kind, str(path), "--company", company, "--json", *options))

    # ---- what the hub believes

    def expect(self, holds: object, otherwise: str) -> None:
        """Gather what does not hold."""
        if not holds:
            self.wrong.append(otherwise)

    def rows(self, sql: str, *values: object) -> list[Any]:
        """Rows of the database, by plain SQL."""
        with sqlite3.connect(self.folder / "hub.db") as connection:
            connection.row_factory = sqlite3.Row
            found = connection.execute(sql, values).fetchall()
        connection.close()
        return found

    def due(self, who: str = "1-1234-0567") -> dict[str, str]:
        """What is owed by a customer's document: number -> ``1000.00 CRC``."""
        bare = _bare(who.rpartition("-")[0] if "." in who else who)  # a NIT's check digit stands apart
        query = (
            "SELECT p.number, p.due, p.currency FROM payable p JOIN customer c ON c.id = p.customer"
            " WHERE c.document_number = ? AND p.due > 0"
        )
        return {row["number"]: str(Money(row["due"], row["currency"])) for row in self.rows(query, bare)}

    def owes(self, who: str = "1-1234-0567", **numbers: str) -> None:
        """Exactly these invoices are owed: ``F1="1000.00 CRC"``; an underscore stands for a dash."""
        wanted = {number.replace("_", "-"): amount for number, amount in numbers.items()}
        self.expect(self.due(who) == wanted, f"{who} owes {self.due(who)}, not {wanted}")

    def sum_due(self, amount: str, who: str = "1-1234-0567") -> None:
        """All that a customer owes is this, whatever the numbers."""
        whole = sum((_money(text)[0] for text in self.due(who).values()), Decimal(0))
        self.expect(whole == Decimal(amount), f"{who} owes {whole} in all, not {amount}: {self.due(who)}")

    def knows(self, number: str, **fields: str | None) -> None:
        """A customer of this document has these fields: ``email="a@x.example"``."""
        found = self.rows("SELECT * FROM customer WHERE document_number = ?", _bare(number))
        if not found:
            self.wrong.append(f"no customer {number}")
            return
        for name, value in fields.items():
            self.expect(found[0][name] == value, f"{number}: {name} is {found[0][name]!r}, not {value!r}")

    def knows_not(self, number: str) -> None:
        """There is no customer of this document."""
        found = self.rows("SELECT 1 FROM customer WHERE document_number = ?", _bare(number))
        self.expect(not found, f"{number} is known")

    def description(self, number: str) -> str:
        """An invoice's description."""
        found = self.rows("SELECT description FROM payable WHERE number = ?", number)
        return found[0]["description"] if found else "(no such invoice)"

    # ---- what happened before

    def receive(self, number: str, amount: str, who: str = "1-1234-0567") -> None:
        """Money came in cash for an invoice."""
        words = ("--means", "cash", "--customer", who, "--amount", amount, "--invoice", f"{number}={amount}")
        ended = self.run("receipt", "record", *words, "--by", "Ana", "--company", "cr")
        self.expect(ended.code == 0, f"the receipt was not recorded: {ended.err[-300:]}")

    def start_payment(self, number: str, *, paid: bool = False) -> None:
        """A payment of an invoice is live at the provider, or paid."""
        opened = open_hub(Settings(data=self.folder))
        try:
            opened.store.write_now(partial(_start, hub=opened.hub, number=number, paid=paid))
        except LookupError:
            self.wrong.append(f"no invoice {number} to pay")
        finally:
            asyncio.run(opened.close())


def _start(tx: Any, *, hub: Any, number: str, paid: bool) -> None:
    merchant = next(item for item in tx.merchants.all() if item.slug == "cr")
    payable = tx.payables.by_number(merchant.id, Mode.TEST, PayableKind.INVOICE, number)
    if payable is None:
        raise LookupError(number)
    payment = Payment(
        id="pay-1",
        merchant_id=merchant.id,
        mode=Mode.TEST,
        account_id="acct-cr",
        provider="greenpay",
        way="form",
        channel=Channel.STATEMENT,
        customer_id=payable.customer_id,
        payer=Payer(name="Persona", email="persona@correo.example"),
        reference="REF1",
        amount=Money(payable.due, payable.currency),
        lines=(PaymentLine(payable_id=payable.id, number=number, amount=payable.due),),
        return_token="return-1",
        created_at=START,
    )
    tx.payments.add(payment)
    tx.payments.begin_sending(payment.id, "process-1", START + LEASE)
    sent = attrs.evolve(payment, phase=Phase.SENT, ended_at=START)
    seen = Observation(kind=Kind.ACCEPTED)
    if paid:
        seen = Observation(
            kind=Kind.PAID, movement="REF1", amount=payment.amount, vouched=frozenset({"movement", "amount"})
        )
    record_observations(tx, hub, sent, [Claim(observation=seen, source=ObservedBy.ANSWER)], now=START)


# ---- what was told

LISTS = ("taken", "set_aside", "faults", "warnings", "differences", "kept", "questions", "missing")
KEYS = (*LISTS, "format", "dry_run", "new", "changed", "unchanged", "columns", "left_out", "hidden", "titles", "totals")


class Told:
    """What a command said of a file; each method expects something, and gathers where it is not so."""

    def __init__(self, shop: Shop, ended: Any) -> None:
        self.shop, self.code, self.err = shop, ended.code, ended.err
        try:
            self.facts: dict[str, Any] = json.loads(ended.out)
        except ValueError:
            self.facts = {}
        shop.expect(self.facts, f"no facts, exit {ended.code}: {_last(ended.err)}")
        shop.expect("Traceback" not in ended.err and '"exception"' not in ended.err, "an exception was told")

    def _list(self, key: str) -> list[Any]:
        if self.facts and not isinstance(self.facts.get(key), list):
            self.shop.wrong.append(f"the facts have no list {key!r}")
        found = self.facts.get(key)
        return found if isinstance(found, list) else []

    def _expect(self, holds: object, otherwise: str) -> Told:
        if not holds:
            self.shop.wrong.append(f"{otherwise}; told: {self._summary()}")
        return self

    def _summary(self) -> str:
        kept = {key: self.facts[key] for key in KEYS if self.facts.get(key) not in (None, [], {}, "", False)}
        return f"exit {self.code}, {json.dumps(kept, ensure_ascii=False)[:700]}"

    # ---- as a whole

    def ends(self, code: int) -> Told:
        """With this exit code."""
        return self._expect(self.code == code, f"exit {code} expected")

    def counts(self, **numbers: int) -> Told:
        """``new=2, changed=0``."""
        for name, number in numbers.items():
            self._expect(self.facts.get(name) == number, f"{number} {name} expected")
        return self

    def all_good(self, new: int | None = None) -> Told:
        """All taken, nothing set aside, nothing asked."""
        self.ends(0)
        for key in ("faults", "set_aside", "questions", "missing"):
            self._expect(not self._list(key), f"no {key} expected")
        return self if new is None else self.counts(new=new)

    def says(self, *words: str) -> Told:
        """Each word is somewhere in what people read; case and accents do not count."""
        whole = _plain(json.dumps(self.facts, ensure_ascii=False) + self.err)
        for word in words:
            self._expect(_plain(word) in whole, f"{word!r} is not named")
        return self

    def says_one_of(self, *words: str) -> Told:
        """At least one of the words is there."""
        whole = _plain(json.dumps(self.facts, ensure_ascii=False) + self.err)
        return self._expect(any(_plain(word) in whole for word in words), f"none of {words} is named")

    def says_not(self, *words: str) -> Told:
        """None of these is anywhere."""
        whole = _plain(json.dumps(self.facts, ensure_ascii=False) + self.err)
        for word in words:
            self._expect(_plain(word) not in whole, f"{word!r} is said")
        return self

    def refused(self, *words: str) -> Told:
        """The whole file, with a fault that names these words; nothing taken."""
        self._expect(self.code in (1, 2), "a refusal expected")
        self._expect(self._list("faults"), "a fault of the whole file expected")
        told = _plain(json.dumps(self._list("faults"), ensure_ascii=False))
        for word in words:
            self._expect(_plain(word) in told, f"a fault that names {word!r} expected")
        return self.took_nothing()

    def took_nothing(self) -> Told:
        """Nothing new, nothing changed."""
        return self.counts(new=0, changed=0)

    def asks(self, key: str, *values: str, option: str = "", examples: bool = True) -> Told:
        """A question whose key begins so, with these choices, rows read each way, and the option that answers it."""
        self.ends(2).took_nothing()
        found = [asked for asked in self._list("questions") if str(asked.get("key", "")).startswith(key)]
        if not found:
            return self._expect(False, f"the question {key!r} expected")
        choices = found[0].get("choices", [])
        offered = {choice.get("value") for choice in choices}
        self._expect(set(values) <= offered, f"choices {values} expected, not {sorted(map(str, offered))}")
        if examples:
            self._expect(all(choice.get("examples") for choice in choices), "rows read each way expected")
        named = str(found[0].get("option", ""))
        self._expect(named.startswith("--"), "an option that answers expected")
        self._expect(not option or option in named, f"the option {option} expected")
        word = named.split("=")[0].split()[0] if named else "--"
        return self._expect(word in self.err, f"the option {word} on the terminal expected")

    def asks_once(self) -> Told:
        """One question in all."""
        return self._expect(len(self._list("questions")) == 1, "one question expected")

    def asks_nothing(self) -> Told:
        """No question."""
        return self._expect(not self._list("questions"), "no question expected")

    def misses(self, *fields: str) -> Told:
        """These fields need a column; nothing taken."""
        self.ends(2).took_nothing()
        return self._expect(set(fields) <= set(self._list("missing")), f"missing {fields} expected")

    # ---- rows

    def rows(self, number: str) -> list[dict[str, Any]]:
        """The taken rows of an invoice."""
        return [row for row in self._list("taken") if row.get("number") == number]

    def took(self, number: str, total: str = "", **fields: Any) -> Told:
        """An invoice as understood: ``total``, ``balance``, ``issued_on``, ``due_on``, ``kind``, ``line``."""
        found = self.rows(number)
        if len(found) != 1:
            return self._expect(False, f"one row {number!r} expected")
        for name, value in {**({"total": total} if total else {}), **fields}.items():
            seen = found[0].get(name)
            same = _money(seen) == _money(value) if name in ("total", "balance") and value else seen == value
            self._expect(same, f"{number}: {name} {value!r} expected, not {seen!r}")
        return self

    def took_not(self, number: str) -> Told:
        """No row of this invoice was taken."""
        return self._expect(not self.rows(number), f"{number} not to be taken")

    def never_read(self, *amounts: str) -> Told:
        """No total and no balance is one of these."""
        read = {_money(row.get(name)) for row in self._list("taken") for name in ("total", "balance") if row.get(name)}
        for amount in amounts:
            self._expect(_money(amount) not in read, f"{amount} must never be read")
        return self

    def took_person(self, document: str, **fields: str) -> Told:
        """A customer as understood."""
        bare = _bare(document)
        found = [row for row in self._list("taken") if _bare(str(row.get("document", ""))).endswith(bare)]
        if len(found) != 1:
            return self._expect(False, f"one customer {document!r} expected")
        for name, value in fields.items():
            self._expect(
                found[0].get(name) == value, f"{document}: {name} {value!r} expected, not {found[0].get(name)!r}"
            )
        return self

    def set_aside(self, *lines: int, cell: str = "") -> Told:
        """Exactly these lines are set aside, each with a reason; the cell's text is named."""
        told = self._list("set_aside")
        self._expect({row.get("line") for row in told} == set(lines), f"lines {lines} set aside expected")
        self._expect(all(row.get("message") for row in told), "a reason for each expected")
        return self._expect(not cell or any(cell in str(row.get("value")) for row in told), f"cell {cell!r} expected")

    def warns(self, *lines: int) -> Told:
        """These lines have a warning, and are taken."""
        told = {row.get("line") for row in self._list("warnings")}
        return self._expect(set(lines) <= told if lines else told, f"a warning of {lines or 'something'} expected")

    def no_warning(self) -> Told:
        """Nothing to warn of."""
        return self._expect(not self._list("warnings"), "no warning expected")

    # ---- what was seen of the file

    def left_out(self, *columns: str) -> Told:
        """Exactly these columns are not used, and listed."""
        return self._expect(sorted(self._list("left_out")) == sorted(columns), f"left out {columns} expected")

    def hides(self, *lines: int) -> Told:
        """Exactly these lines are hidden, left out and counted."""
        return self._expect(self._list("hidden") == list(lines), f"hidden {lines} expected")

    def total_row(self, *, agrees: bool) -> Told:
        """The file's own total is found, and agrees with what was read or does not."""
        told = self._list("totals")
        self._expect(told, "a TOTAL row expected")
        whole = all(row.get("agrees") for row in told)
        return self._expect(whole is agrees, f"totals that {'agree' if agrees else 'do not agree'} expected")

    def titled(self, *texts: str) -> Told:
        """Rows above the headings that are titles."""
        told = _plain(" ".join(map(str, self._list("titles"))))
        for text in texts:
            self._expect(_plain(text) in told, f"title {text!r} expected")
        return self

    def uses(self, **columns: str) -> Told:
        """``total="Total a pagar"``: this column is read as ours."""
        known = self.facts.get("columns")
        known = known if isinstance(known, dict) else {}
        for ours, theirs in columns.items():
            named = known.get(ours)
            listed = [named] if isinstance(named, str) else list(named or [])
            self._expect(theirs in listed, f"{ours} from {theirs!r} expected, not {listed}")
        return self


def _money(text: object) -> tuple[Decimal, str]:
    amount, _, currency = str(text).partition(" ")
    try:
        return Decimal(amount), currency
    except InvalidOperation:
        return Decimal("NaN"), str(text)


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def _bare(document: str) -> str:
    return "".join(char for char in document if char.isalnum())


def _last(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line]
    return lines[-1][:300] if lines else ""


def quiet() -> None:
    """Nothing is logged while thousands of files are read."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(60))
