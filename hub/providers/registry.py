"""The providers that are served, and those that are not with the reason why."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from types import MappingProxyType
from typing import Any

import attrs

from hub_hookspecs import (
    Account,
    Catalogue,
    Mode,
    Offer,
    PayButton,
    PluginFault,
    ProviderInfo,
    SettlementFile,
    SettlementLine,
    catalogue_for,
    check_button,
    info_faults,
    translate,
    translate_button,
    translate_info,
)

from .at_work import NOBODY, AtWork
from .strict import compute

NOTHING: Mapping[str, str] = MappingProxyType({})


class StageOrder(enum.StrEnum):
    """Where a plugin failed."""

    IMPORT = "import"
    REGISTER = "register"
    DESCRIBE = "describe"
    CHECK = "check"
    CONFIGURE = "configure"
    RUN = "run"


@attrs.frozen(kw_only=True)
class LoadFailure:
    """One plugin or country in quarantine: whose, where it failed, why, and what helps.

    Attributes:
        code: Name of its entry point.
        kind: ``country`` for one; empty for a plugin.
        remedy: What the operator can do; empty where the message says it all.
    """

    distribution: str
    version: str
    code: str
    stage: StageOrder
    error: str
    remedy: str = ""
    kind: str = ""

    def __str__(self) -> str:
        what = f"{self.kind} {self.code} of " if self.kind else ""
        text = f"{what}{self.distribution} {self.version} is quarantined at stage {self.stage}: {self.error}"
        return f"{text.rstrip('.')}. {self.remedy}".rstrip()


class ProviderNotServed(LookupError):
    """A provider that is not installed, or whose plugin is quarantined; the message says which and why."""


@attrs.define(eq=False, kw_only=True)
class Provider:
    """One loaded plugin.

    Attributes:
        hooks: Caller of its own plugin manager: a call reaches this plugin or nobody.
        module: What its entry point names; the conformance kit runs on it.
        capabilities: Names of the hooks that it implements.
        overrides: The deployment's endpoints by role, for accounts in test mode.
        catalogues: Its texts in other languages, applied to what this plugin says and to nothing else.
        hung: How often one of its steps was over its time.
        at_work: Notes when the plugin computes.
        is_strict: Whether what it must not do while it computes is refused.
    """

    code: str
    info: ProviderInfo = attrs.field(repr=False)
    hooks: Any = attrs.field(repr=False)
    module: object = attrs.field(repr=False)
    distribution: str
    version: str
    capabilities: frozenset[str]
    overrides: Mapping[str, str] = NOTHING
    catalogues: Mapping[str, Catalogue] = attrs.field(factory=dict, repr=False)
    _infos: dict[str, ProviderInfo] = attrs.field(factory=dict, repr=False)
    hung: int = 0
    at_work: AtWork = attrs.field(default=NOBODY, repr=False)
    is_strict: bool = False

    def can(self, hook: str) -> bool:
        """Whether the plugin implements this hook."""
        return hook in self.capabilities

    def call(self, hook: str, **records: object) -> Any:
        """Call one hook of this plugin; an exchange comes back unstarted.

        Raises:
            PluginFault: The plugin does not implement the hook.
        """
        if hook not in self.capabilities:
            raise PluginFault(f"{self.code} has no {hook}")
        return getattr(self.hooks, hook)(**records)

    def _computed(self, hook: str, **records: object) -> Any:
        """Call a hook that needs no request, while it is noted that the plugin computes."""
        with self.at_work.step(self.code):
            return compute(self.code, partial(self.call, hook, **records), is_strict=self.is_strict)

    def endpoints(self, mode: Mode) -> Mapping[str, str]:
        """URL by role of an account in this mode."""
        declared = self.info.endpoints.get(mode, NOTHING)
        return {**declared, **self.overrides} if mode is Mode.TEST else declared

    def is_simulated(self, mode: Mode) -> bool:
        """Whether accounts of this mode reach something else than the provider's declared hosts."""
        return mode is Mode.TEST and bool(self.overrides)

    def info_for(self, locale: str) -> ProviderInfo:
        """What the plugin declares, its texts in this language where the plugin has it, else in Spanish."""
        if locale not in self._infos:
            said = translate_info(self.info, catalogue_for(self.catalogues, locale))
            self._infos[locale] = self.info if info_faults(said) else said
        return self._infos[locale]

    def said(self, text: str, locale: str) -> str:
        """A text that the plugin gave while it ran, in this language where the plugin has it."""
        return translate(text, catalogue_for(self.catalogues, locale))

    def button(self, offer: Offer) -> PayButton:
        """The plugin's pay button.

        Raises:
            PluginFault: The plugin raised, or what it returned cannot be drawn; leave its button out.
        """
        try:
            button = check_button(self._computed("render_pay_button", offer=offer))
        except PluginFault:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin's SystemExit costs its button, not the page
            raise PluginFault(f"{self.code} raised {type(error).__name__} in render_pay_button") from None
        try:
            return check_button(translate_button(button, catalogue_for(self.catalogues, offer.locale)))
        except PluginFault:  # the translation does not fit
            return button

    def settlement_lines(self, file: SettlementFile, account: Account) -> tuple[SettlementLine, ...]:
        """The lines of a settlement file.

        Raises:
            ValueError: The plugin does not understand the file; the text names line and column.
            PluginFault: The plugin raised something else, or returned something else than lines.
        """
        try:
            lines = self._computed("parse_settlement", file=file, account=account)
        except (ValueError, PluginFault):
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin's SystemExit costs its file, not the hub
            raise PluginFault(f"{self.code} raised {type(error).__name__} in parse_settlement") from None
        if not isinstance(lines, tuple) or not all(isinstance(line, SettlementLine) for line in lines):
            raise PluginFault(f"{self.code} returned something other than settlement lines")
        return lines


@attrs.define(eq=False)
class Registry:
    """The loaded plugins by provider code.

    Attributes:
        providers: Those that are served. Replaced, never changed, when one is quarantined.
        failures: Those in quarantine.
    """

    providers: Mapping[str, Provider] = attrs.field(factory=dict)
    failures: tuple[LoadFailure, ...] = ()

    def __getitem__(self, code: str) -> Provider:
        """The provider of this code.

        Raises:
            ProviderNotServed: It is not installed, or quarantined.
        """
        if provider := self.providers.get(code):
            return provider
        reasons = [str(failure) for failure in self.failures if failure.code == code]
        raise ProviderNotServed(" ".join(reasons) or f"no provider {code!r} is installed{self._meant(code)}")

    def _meant(self, code: str) -> str:
        """What may have been meant by a code that nobody has."""
        known = sorted({*self.providers, *(failure.code for failure in self.failures)})
        near = get_close_matches(code, known, n=2)
        if near:
            return f"; did you mean {' or '.join(near)}?"
        return f"; there are: {', '.join(known)}" if known else ""

    def __contains__(self, code: object) -> bool:
        return code in self.providers

    def __iter__(self) -> Iterator[Provider]:
        return iter(self.providers.values())

    def __len__(self) -> int:
        return len(self.providers)

    def get(self, code: str) -> Provider | None:
        """The provider of this code, if it is served."""
        return self.providers.get(code)

    def in_country(self, country: str) -> tuple[Provider, ...]:
        """The providers that declare this country."""
        return tuple(provider for provider in self if country in provider.info.countries)

    def quarantine(self, code: str, error: str) -> None:
        """Serve this plugin no longer, from now until the next start."""
        if provider := self.providers.get(code):
            self.providers = {name: other for name, other in self.providers.items() if name != code}
            failure = LoadFailure(
                distribution=provider.distribution,
                version=provider.version,
                code=code,
                stage=StageOrder.RUN,
                error=error,
                remedy="Correct or remove the plugin, then start the hub again.",
            )
            self.failures = (*self.failures, failure)
