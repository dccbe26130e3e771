"""A basket: what is about to be paid, with the amounts and withholdings that the payer typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import attrs

from hub.domain.cells import Unreadable, read_typed
from hub.domain.credit import used_of
from hub.domain.figures import grouped
from hub.domain.merchant import Customer, Link, Merchant
from hub.domain.offer import carried
from hub.domain.open_item import StatementRow
from hub.domain.payable import Payable
from hub.domain.payment import Withholding
from hub.domain.withholding import NO_TERMS
from hub.texts.engine import message as _
from hub_hookspecs import Channel, Country, Mode, Money, ProviderInfo

from .declared import (
    EMPTY_TAXES,
    NOT_AN_AMOUNT,
    NOTHING_DECLARED,
    DeclaredWithholding,
    Declaring,
    base_field,
    read_declared,
    tax_field,
)

OUTSIDE: Final = _("El monto va de más de cero hasta el saldo.")
ONLY_NOW: Final = "now"
"""Field that asks for what falls due by now alone."""


@attrs.frozen(kw_only=True)
class PayableLine:
    """A payable that is about to be paid, whole or in part.

    Attributes:
        asked: What of it is to be settled: by money, and by what the payer withholds.
        declaring: What of it may be withheld; None where nothing may.
        taxes: What the payer withholds, by tax.
        credit: What of the customer's credit is used for it, minor units.
        decimal_sign: What stands before the decimals of what is typed; empty where the country writes both.
        row: As it stands on the statement; None for a store order.
    """

    payable: Payable
    asked: Money
    decimal_sign: str = ""
    error: str = ""
    typed: str = ""
    declaring: Declaring | None = None
    taxes: Mapping[str, DeclaredWithholding] = EMPTY_TAXES
    credit: int = 0
    row: StatementRow | None = None

    @property
    def due_now(self) -> Money:
        """What falls due by now of what has instalments; all of anything else."""
        return self.row.due_now if self.row and self.row.is_planned else self.payable.balance

    @property
    def withheld(self) -> int:
        """What is withheld of it, minor units."""
        return sum(declared.amount for declared in self.withholdings)

    @property
    def withheld_money(self) -> Money:
        """What is withheld of it."""
        return Money(self.withheld, self.asked.currency)

    @property
    def withholdings(self) -> tuple[Withholding, ...]:
        """What was declared and can be used."""
        return tuple(declared.understood for declared in self.taxes.values() if declared.understood)

    @property
    def waits(self) -> bool:
        """Whether what is withheld of it will be owed until the merchant accepts it."""
        terms = self.declaring.terms if self.declaring else NO_TERMS
        return terms.waits(self.withheld, total=self.payable.total, before=self.payable.withheld)

    @property
    def amount(self) -> Money:
        """What is paid in money."""
        return Money(self.asked.minor - self.withheld - self.credit, self.asked.currency)

    @property
    def wrong(self) -> bool:
        """Whether a withholding cannot be used."""
        return any(declared.error for declared in self.taxes.values())

    @property
    def field(self) -> str:
        """Name of its amount's field."""
        return f"amount.{self.payable.id}"

    def tax_field(self, tax: str, part: str) -> str:
        """Name of a withholding's field."""
        return tax_field(self.payable, tax, part)

    def base_field(self, basis: str) -> str:
        """Name of the field of what it was before VAT, or of its VAT."""
        return base_field(self.payable, basis)

    def declared(self, tax: str) -> DeclaredWithholding:
        """What is declared of one tax."""
        return self.taxes.get(tax, NOTHING_DECLARED)

    def declared_pairs(self) -> list[tuple[str, str]]:
        """Names and contents of the fields in which something was declared."""
        bases = (("subtotal", self.declaring.subtotal), ("vat", self.declaring.vat)) if self.declaring else ()
        pairs = [(self.base_field(basis), text) for basis, text in bases]
        for tax, declared in self.taxes.items():
            parts = {"concept": declared.concept, "base": declared.base, "amount": declared.amount}
            parts["was"] = declared.computed
            pairs += [(self.tax_field(tax, part), text) for part, text in parts.items()]
        return [(name, text) for name, text in pairs if text]

    @property
    def text(self) -> str:
        """What stands in its amount's field."""
        return self.typed or grouped(self.asked, self.decimal_sign)


@attrs.frozen(kw_only=True)
class Basket:
    """What may be paid, by whom, and where the step lives.

    Attributes:
        address: Of the step itself.
        back: Of the statement or the order.
        partial: Parts of an invoice may be paid.
        withholds: What the payer withholds may be declared.
        whole: The provider to whose unit the total was cut; empty where nothing was.
        whole_name: What people call it.
        left_out: What was cut off, minor units: less than one unit.
        free_credit: What of the customer's credit may be used, minor units.
        only_now: Of what has instalments, what falls due by now is paid, and no more.
        later: What is left out then, since nothing of it falls due yet.
        gone: Numbers of what was chosen and owes nothing any more.
        is_news: It comes to another amount than the message said that led here.
    """

    merchant: Merchant
    country: Country
    customer: Customer
    mode: Mode
    link: Link
    channel: Channel
    currency: str
    lines: tuple[PayableLine, ...]
    address: str
    back: str
    partial: bool
    withholds: bool = False
    whole: str = ""
    whole_name: str = ""
    left_out: int = 0
    free_credit: int = 0
    only_now: bool = False
    later: tuple[PayableLine, ...] = ()
    gone: tuple[str, ...] = ()
    is_news: bool = False

    @property
    def may_wait(self) -> bool:
        """Whether something of it falls due later, and something now."""
        owed, now = self.balance, self.due_now
        return 0 < now.minor < owed.minor

    @property
    def due_now(self) -> Money:
        """What of all that was chosen falls due by now."""
        return Money(sum(line.due_now.minor for line in (*self.lines, *self.later)), self.currency)

    @property
    def balance(self) -> Money:
        """What all that was chosen owes."""
        return Money(sum(line.payable.due for line in (*self.lines, *self.later)), self.currency)

    def other_query(self, provider: str = "") -> str:
        """The step's address with the other choice: what falls due now alone, or everything."""
        pairs = [("currency", self.currency)]
        pairs += [("invoice", line.payable.id) for line in (*self.lines, *self.later)]
        pairs += [] if self.only_now else [(ONLY_NOW, "1")]
        return f"{self.address}?{urlencode([*pairs, ('provider', provider)] if provider else pairs)}"

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return Money(sum(line.amount.minor for line in self.lines), self.currency)

    @property
    def forgives(self) -> bool:
        """What was cut off is written off with the payment: it is all that would be left of what is paid."""
        paid = sum(line.amount.minor for line in self.lines)
        withheld = sum(part.amount for line in self.lines for part in line.withholdings)
        owed = sum(line.payable.due for line in self.lines)
        waits = any(line.waits for line in self.lines)
        return self.merchant.options.write_off_rest and not waits and owed == paid + withheld + self.left_out

    @property
    def rest(self) -> Money:
        """What was cut off."""
        return Money(self.left_out, self.currency)

    @property
    def asked(self) -> Money:
        """What is to be settled, by money, credit and otherwise."""
        return Money(sum(line.asked.minor for line in self.lines), self.currency)

    @property
    def withheld(self) -> Money:
        """What the payer withholds."""
        return Money(sum(line.withheld for line in self.lines), self.currency)

    @property
    def credit(self) -> Money:
        """What of the customer's credit is used."""
        return Money(sum(line.credit for line in self.lines), self.currency)

    @property
    def is_covered(self) -> bool:
        """Nothing is asked in money: the customer's credit pays it."""
        return bool(self.credit) and not self.total

    def query(self, provider: str = "", *, whole: bool = False) -> str:
        """The step's address with this choice, and another provider; ``whole`` asks for what its unit can carry."""
        pairs = [("currency", self.currency), *(("invoice", line.payable.id) for line in self.lines)]
        if self.partial:
            pairs += [(line.field, line.text) for line in self.lines]
        if self.only_now:
            pairs.append((ONLY_NOW, "1"))
        if whole or (provider and provider == self.whole):
            pairs.append(("whole", provider))
        pairs += [pair for line in self.lines for pair in line.declared_pairs()]
        return f"{self.address}?{urlencode([*pairs, ('provider', provider)] if provider else pairs)}"


def in_units(basket: Basket, info: ProviderInfo) -> Basket:
    """The basket with a total that the provider's unit can carry: what is below one unit is cut off its last line."""
    left_out = basket.total.minor - carried(basket.total, info).minor
    last = next((line for line in reversed(basket.lines) if line.amount.minor > left_out), None)
    if not left_out or last is None:
        return basket
    cut = attrs.evolve(last, asked=Money(last.asked.minor - left_out, basket.currency))
    lines = tuple(cut if line is last else line for line in basket.lines)
    return attrs.evolve(basket, lines=lines, whole=info.code, whole_name=info.name, left_out=left_out)


def with_amounts(basket: Basket, typed: Mapping[str, str]) -> Basket:
    """The basket with the amounts that the payer typed; one that cannot be used stays whole, with its error named.

    The customer's credit is used first, in the order of the lines.
    """
    basket = _of_now(basket) if typed.get(ONLY_NOW) == "1" else basket
    lines = basket.lines
    if basket.partial:
        lines = tuple(_with_amount(line, typed) for line in lines)
    if basket.withholds:
        lines = tuple(_with_taxes(line, typed) for line in lines)
    return _with_credit(attrs.evolve(basket, lines=lines))


def _of_now(basket: Basket) -> Basket:
    """Of what has instalments, what falls due by now; what falls due later alone is left out, unless all does."""
    lines = tuple(attrs.evolve(line, asked=line.due_now) for line in basket.lines if line.due_now)
    if not lines or not basket.may_wait:
        return basket
    later = tuple(line for line in basket.lines if not line.due_now)
    return attrs.evolve(basket, lines=lines, later=later, only_now=True)


def _with_credit(basket: Basket) -> Basket:
    left = used_of(basket.asked - basket.withheld, Money(basket.free_credit, basket.currency)).minor
    lines = []
    for line in basket.lines:
        part = min(left, line.asked.minor - line.withheld)
        lines.append(attrs.evolve(line, credit=part))
        left -= part
    return attrs.evolve(basket, lines=tuple(lines))


def _with_amount(line: PayableLine, typed: Mapping[str, str]) -> PayableLine:
    text = typed.get(line.field, "").strip()
    if not text:
        return line
    due = line.payable.balance
    try:
        amount = read_typed(text, due.currency, line.decimal_sign)
    except Unreadable:
        return attrs.evolve(line, error=NOT_AN_AMOUNT, typed=text)
    if not 0 < amount.minor <= due.minor:
        return attrs.evolve(line, error=OUTSIDE, typed=text)
    return attrs.evolve(line, asked=amount)


def _with_taxes(line: PayableLine, typed: Mapping[str, str]) -> PayableLine:
    if line.declaring is None:
        return line
    declaring, taxes = read_declared(line.payable, line.asked, line.declaring, typed, line.decimal_sign)
    return attrs.evolve(line, declaring=declaring, taxes=taxes)
