"""Who is examined: a plugin, its simulator, and records to call its hooks with."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import attrs
import pluggy

from hub_hookspecs import specs
from hub_hookspecs.identity import EMPTY, Company, IdentityCheck, IdentityDocument
from hub_hookspecs.markers import PROJECT
from hub_hookspecs.money import EXPONENTS, LIMIT, Money
from hub_hookspecs.payment import Order, OrderLine, Payer
from hub_hookspecs.provider import Account, CurrencyRule, Mode, ProviderInfo, ReferenceRule, Way

if TYPE_CHECKING:
    from .simulator import Simulator

BASE: Final = "https://simulator.test"

DOCUMENTS: Final[Mapping[str, IdentityDocument]] = {
    "CR": IdentityDocument("CJ", "3101234567"),
    "CO": IdentityDocument("NIT", "900123456", "8"),
    "PE": IdentityDocument("RUC", "20100070970"),
}


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def manager_of(plugin: object) -> pluggy.PluginManager:
    """A manager with this plugin alone, as the hub has one."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(specs)
    manager.register(plugin, name="subject")
    return manager


def hooks_of(plugin: object) -> Any:
    """Its hooks, to be called."""
    return manager_of(plugin).hook


@attrs.define(kw_only=True, eq=False)
class Subject:
    """A plugin with what is needed to examine it.

    Args:
        plugin: Module (or object) with the hook implementations.
        simulator: Its provider, faked.
        config: Changes to the simulator's configuration.
        settings: Settings of the account beside, or instead of, those that the simulator gives.
        payer_fields: Values that the payer types, where a field's example would not do.
        company: The merchant.
    """

    plugin: object
    simulator: Simulator
    config: Mapping[str, Any] = EMPTY
    settings: Mapping[str, str] = EMPTY
    payer_fields: Mapping[str, str] = EMPTY
    company: Company | None = None
    now: datetime = attrs.Factory(_now)
    hooks: Any = attrs.field(init=False)
    capabilities: frozenset[str] = attrs.field(init=False)
    pending: tuple[str, ...] = attrs.field(init=False)
    info: ProviderInfo = attrs.field(init=False)
    filled: dict[str, Any] = attrs.field(init=False)
    _numbers: Iterator[int] = attrs.Factory(lambda: itertools.count(1))

    def __attrs_post_init__(self) -> None:
        manager = manager_of(self.plugin)
        self.hooks = manager.hook
        callers = manager.get_hookcallers(self.plugin) or []
        known = set(dir(specs))
        self.capabilities = frozenset(caller.name for caller in callers if caller.name in known)
        self.pending = tuple(sorted(caller.name for caller in callers if caller.name not in known))
        self.info = manager.hook.describe_provider()
        self.filled = self.simulator.configure(dict(self.config))

    @property
    def package(self) -> str:
        """Name of the plugin's package or module."""
        name = getattr(self.plugin, "__name__", None)
        return name if isinstance(name, str) else type(self.plugin).__module__

    def can(self, hook: str) -> bool:
        """Whether the plugin implements this hook."""
        return hook in self.capabilities

    def account(self, *, base: str = BASE, config: Mapping[str, Any] | None = None) -> Account:
        """An account of the simulator's first merchant."""
        filled = config or self.filled
        defaults = {item.name: item.default for item in self.info.settings if item.default is not None}
        given = self.simulator.settings(filled, filled["merchants"][0]["id"])
        return Account(
            company=self.merchant(),
            mode=Mode.TEST,
            settings={**defaults, **given, **self.settings},
            endpoints=dict(self.simulator.endpoints(base)),
        )

    def merchant(self) -> Company:
        """The company whose account it is."""
        country = self.info.countries[0]
        document = DOCUMENTS.get(country, IdentityDocument("ID", "1234567890"))
        return self.company or Company(
            country=country,
            document=document,
            legal_name=str(self.filled["merchants"][0].get("name") or "Comercial El Ejemplo"),
            email="pagos@ejemplo.test",
        )

    def secrets(self, account: Account) -> tuple[str, ...]:
        """The values that must never show."""
        names = {item.name for item in self.info.settings if item.secret}
        return tuple(value for name, value in account.settings.items() if name in names and len(value) >= 6)

    def currencies(self, account: Account) -> tuple[CurrencyRule, ...]:
        """The currencies that this account has the settings for."""
        return tuple(
            rule
            for rule in self.info.currencies
            if all(account.settings.get(item.name) for item in self.info.settings if item.enables == rule.currency)
        )

    def reference(self) -> str:
        """A fresh reference by the provider's rule."""
        return reference_for(self.info.reference, next(self._numbers))

    def call_id(self) -> str:
        """Ten fresh alphanumerics."""
        return f"C{next(self._numbers):09d}"

    def order(self, way: Way, amount: Money, **changes: Any) -> Order:
        """An order of one invoice, paid in this way."""
        fields = {item.name: self.payer_fields.get(item.name, item.example) for item in way.payer_fields}
        order = Order(
            reference=self.reference(),
            way=way.code,
            amount=amount,
            description="Factura FE-001024",
            lines=(OrderLine(number="FE-001024", description="Servicios de octubre", amount=amount),),
            payer=Payer(name="Ana Prueba", email="ana@ejemplo.test", country=self.info.countries[0], fields=fields),
            return_url="https://hub.test/return/abcdef0123456789",
            locale="es",
            now=self.now,
            call_id=self.call_id(),
        )
        return attrs.evolve(order, **changes)

    def check(self, account: Account) -> IdentityCheck:
        """An identity check of all the account's currencies."""
        return IdentityCheck(
            reference=self.reference(),
            currencies=tuple(rule.currency for rule in self.currencies(account)),
            now=self.now,
            call_id=self.call_id(),
        )


def reference_for(rule: ReferenceRule, number: int) -> str:
    """The reference of a number: all characters of the alphabet in turn,
    so that each is tried sooner or later."""
    alphabet = rule.alphabet
    text = ""
    for place in range(rule.length):
        text += alphabet[(number * (place + 7) + place * place) % len(alphabet)]
    digits = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        digits = alphabet[rest] + digits
    return text[: rule.length - len(digits)] + digits


def exact_amounts(rule: CurrencyRule) -> tuple[Money, ...]:
    """Amounts that the wire can carry, with those among them that a float gets wrong."""
    exponent = EXPONENTS[rule.currency]
    step = 10 ** max(0, exponent - rule.decimals)
    lowest = -(-rule.minimum // step) * step
    highest = min(rule.maximum or LIMIT // 10, LIMIT // 10)
    wanted = (lowest, 110, 887, 1115, 2675, 100_000, 123_456_700, 1_825_075, 99_999_999, 81_999_999_999)
    minors = dict.fromkeys(max(lowest, minor // step * step) for minor in wanted)
    return tuple(Money(minor, rule.currency) for minor in minors if minor <= highest)


def usual_amount(rule: CurrencyRule) -> Money:
    """An everyday amount, not round."""
    amounts = [amount for amount in exact_amounts(rule) if amount.minor <= 2_000_000]
    return amounts[-1]


def finer_amount(rule: CurrencyRule) -> Money | None:
    """An amount that is money but that the wire cannot carry, if there is one."""
    if rule.decimals >= EXPONENTS[rule.currency]:
        return None
    return Money(usual_amount(rule).minor + 1, rule.currency)
