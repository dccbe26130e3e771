"""What a payer declares to withhold, as it was typed and as it was understood: by the merchant's rates where there are
some for the invoice's day, else by a base and an amount of his own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs

from hub.domain.cells import Unreadable, read_typed
from hub.domain.currencies import WHOLE
from hub.domain.payable import Payable
from hub.domain.payment import Withholding
from hub.domain.withholding import NO_TERMS, Basis, WithholdingRate, WithholdingTerms, basis_of, valid_rates
from hub.texts.engine import message as _
from hub_hookspecs import Country, Money, plain

NOT_AN_AMOUNT: Final = _("No es un monto. Escriba solo el número, por ejemplo 15000.")
TOO_MUCH_WITHHELD: Final = _("Revise las retenciones: son más de lo que se retiene de una factura.")
NEEDS_BASE: Final = _("Escriba también la base: el monto del que se retiene, no menor que lo retenido.")
NEEDS_SUBTOTAL: Final = _("Escriba el subtotal antes de IVA, no mayor que el total de la factura.")
NEEDS_VAT: Final = _("Escriba el IVA de la factura, menor que su total.")
NEEDS_CONCEPT: Final = _("Elija el concepto por el que retiene.")
WHOLE_PESOS: Final = _("Las retenciones se declaran en pesos enteros.")
NOT_BY_RATE: Final = _("Con esa base y esa tarifa se retienen {amount}. Deje el valor vacío para usar ese.")
BELOW_MINIMUM: Final = _("La base está por debajo del mínimo de {amount}: no se retiene nada.")
MAX_WITHHELD_PERCENT: Final = 25
"""Of an invoice; all taxes together stay well below."""


@attrs.frozen(kw_only=True)
class DeclaredWithholding:
    """One withholding of one invoice, as it was typed and as it was understood.

    Attributes:
        concept: Id of the merchant's rate that was chosen.
        computed: What that rate gives, as a person types it.
        error_field: Which of its fields the error is about.
        note: What is no error and explains an amount.
        about: The amount that error or note names.
    """

    concept: str = ""
    base: str = ""
    amount: str = ""
    computed: str = ""
    error: str = ""
    error_field: str = "amount"
    note: str = ""
    about: Money | None = None
    understood: Withholding | None = None

    @property
    def wrong(self) -> str:
        """The field to mark, if any."""
        return self.error_field if self.error else ""


NOTHING_DECLARED: Final = DeclaredWithholding()
EMPTY_TAXES: Final[Mapping[str, DeclaredWithholding]] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class Declaring:
    """What of an invoice may be withheld, and how far the payer's word alone goes.

    Attributes:
        rates: Of the merchant, valid on the invoice's day.
        subtotal, vat: What its payer says of the invoice, as typed.
    """

    country: Country
    rates: tuple[WithholdingRate, ...] = ()
    terms: WithholdingTerms = NO_TERMS
    subtotal: str = ""
    vat: str = ""

    def of_tax(self, tax: str) -> tuple[WithholdingRate, ...]:
        """The concepts of one tax; none where the payer types base and amount himself."""
        return tuple(rate for rate in self.rates if rate.tax == tax)

    @property
    def asks_vat(self) -> bool:
        """Whether a tax of the table is reckoned on the VAT."""
        return any(basis_of(rate.tax, self.country) is Basis.VAT for rate in self.rates)


def base_field(payable: Payable, basis: str) -> str:
    """Name of the field of what an invoice was before VAT, or of its VAT."""
    return f"base.{basis}.{payable.id}"


def tax_field(payable: Payable, tax: str, part: str) -> str:
    """Name of a withholding's field."""
    return f"{tax}.{part}.{payable.id}"


def declaring_of(
    payable: Payable, country: Country, rates: Iterable[WithholdingRate], terms: WithholdingTerms
) -> Declaring:
    """What of an invoice may be withheld, before anything was typed."""
    own = valid_rates(rates, on=payable.issued_on, currency=payable.currency)
    return Declaring(country=country, rates=own, terms=terms)


def read_declared(
    payable: Payable, asked: Money, declaring: Declaring, typed: Mapping[str, str], sign: str
) -> tuple[Declaring, Mapping[str, DeclaredWithholding]]:
    """What the payer typed of one invoice, by tax; nothing can be used where one of them is wrong together."""

    def said(name: str) -> str:
        return typed.get(name, "").strip()

    subtotal, vat = (said(base_field(payable, basis)) for basis in Basis)
    told = attrs.evolve(declaring, subtotal=subtotal, vat=vat)
    taxes: dict[str, DeclaredWithholding] = {}
    for tax, _name in declaring.country.withheld_taxes:
        concept, base, amount, computed = (
            said(tax_field(payable, tax, part)) for part in ("concept", "base", "amount", "was")
        )
        own = declaring.of_tax(tax)
        if own and (concept or amount):
            typed_so = DeclaredWithholding(concept=concept, amount="" if amount == computed else amount)
            taxes[tax] = _by_rate(payable, told, typed_so, own, sign)
        elif not own and (amount or base):
            taxes[tax] = _by_hand(DeclaredWithholding(base=base, amount=amount), tax, asked.currency, sign)
    return told, _refused_together(payable, asked, taxes)


def _refused_together(
    payable: Payable, asked: Money, taxes: dict[str, DeclaredWithholding]
) -> Mapping[str, DeclaredWithholding]:
    withheld = withheld_in(taxes.values())
    most = min(asked.minor, payable.total) * MAX_WITHHELD_PERCENT
    if withheld * 100 <= most and (withheld + payable.withheld) * 100 <= payable.total * MAX_WITHHELD_PERCENT:
        return taxes
    if not withheld:
        return taxes
    last = next(reversed(taxes))
    taxes[last] = attrs.evolve(taxes[last], error=TOO_MUCH_WITHHELD)
    return {tax: attrs.evolve(declared, understood=None) for tax, declared in taxes.items()}


def withheld_in(declared: Iterable[DeclaredWithholding]) -> int:
    """What of it can be used, minor units."""
    return sum(item.understood.amount for item in declared if item.understood)


def _by_rate(
    payable: Payable, told: Declaring, typed: DeclaredWithholding, own: Sequence[WithholdingRate], sign: str
) -> DeclaredWithholding:
    """By the merchant's rate: what it gives, or what was typed in its place within the tolerance."""
    rate = next((item for item in own if item.id == typed.concept), None)
    if rate is None:
        return attrs.evolve(typed, error=NEEDS_CONCEPT, error_field="concept")
    of = _base(payable, told, basis_of(rate.tax, told.country), sign)
    if of is None:
        is_vat = basis_of(rate.tax, told.country) is Basis.VAT
        return attrs.evolve(typed, error=NEEDS_VAT if is_vat else NEEDS_SUBTOTAL, error_field="base")
    due = Money(rate.of(of), payable.currency)
    if not due:
        return attrs.evolve(typed, amount="", note=BELOW_MINIMUM, about=rate.minimum_base)
    computed = _written(due, sign)
    given = attrs.evolve(typed, computed=computed, amount=typed.amount if typed.amount else computed)
    try:
        withheld = read_typed(given.amount, payable.currency, sign)
    except Unreadable:
        return attrs.evolve(given, error=NOT_AN_AMOUNT)
    if not _is_whole(withheld):
        return attrs.evolve(given, error=WHOLE_PESOS)
    if withheld.minor <= 0 or withheld.minor > of or abs(withheld.minor - due.minor) > told.terms.tolerance:
        return attrs.evolve(given, error=NOT_BY_RATE, about=due)
    understood = Withholding(tax=rate.tax, base=of, amount=withheld.minor, rate_id=rate.id)
    return attrs.evolve(given, understood=understood)


def _base(payable: Payable, told: Declaring, basis: Basis, sign: str) -> int | None:
    """What the payer declares as the base, minor units; without a VAT of its own it is what the subtotal leaves."""
    try:
        subtotal = read_typed(told.subtotal, payable.currency, sign).minor if told.subtotal else None
        vat = read_typed(told.vat, payable.currency, sign).minor if told.vat else None
    except Unreadable:
        return None
    if basis is Basis.VAT:
        found = vat if vat is not None else None if subtotal is None else payable.total - subtotal
        return found if found is not None and 0 < found < payable.total else None
    return subtotal if subtotal is not None and 0 < subtotal <= payable.total else None


def _by_hand(declared: DeclaredWithholding, tax: str, currency: str, sign: str) -> DeclaredWithholding:
    """Where the merchant has no rate for it: base and amount as they were typed."""
    try:
        withheld = read_typed(declared.amount, currency, sign)
    except Unreadable:
        return attrs.evolve(declared, error=NOT_AN_AMOUNT)
    try:
        of = read_typed(declared.base, currency, sign)
    except Unreadable:
        return attrs.evolve(declared, error=NEEDS_BASE, error_field="base")
    if not 0 < withheld.minor <= of.minor:
        return attrs.evolve(declared, error=NEEDS_BASE, error_field="base")
    if not _is_whole(withheld):
        return attrs.evolve(declared, error=WHOLE_PESOS)
    return attrs.evolve(declared, understood=Withholding(tax=tax, base=of.minor, amount=withheld.minor))


def _is_whole(amount: Money) -> bool:
    return amount.currency not in WHOLE or amount.decimal == amount.decimal.to_integral_value()


def _written(amount: Money, sign: str) -> str:
    text = plain(amount)
    return (text.removesuffix(".00") if amount.currency in WHOLE else text).replace(".", sign or ",")
