"""What a provider declares of itself, and one merchant's account with it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from .form import Choice
from .identity import EMPTY, Company

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Mode(enum.StrEnum):
    """Test and live never mix; part of every row, key and page."""

    TEST = "test"
    LIVE = "live"


class Channel(enum.StrEnum):
    """Where a pay button may stand."""

    STATEMENT = "statement"
    CHECKOUT = "checkout"


@attrs.frozen(kw_only=True)
class CurrencyRule:
    """A currency on the provider's wire.

    Attributes:
        decimals: How many decimals the wire carries; an amount that is finer is refused.
        minimum, maximum: Limits of one payment in minor units, where known.
    """

    currency: str
    decimals: int
    minimum: int = 1
    maximum: int | None = None


@attrs.frozen
class ReferenceRule:
    """How a merchant reference looks: the hub draws that many random characters of the alphabet."""

    length: int
    alphabet: str = CROCKFORD


class SettingKind(enum.StrEnum):
    """What a setting is: text, or a certificate with its key (PEM) by which this account shows itself in TLS."""

    TEXT = "text"
    CLIENT_CERTIFICATE = "client_certificate"


class EnteredBy(enum.StrEnum):
    """Who gives a setting's value."""

    MERCHANT = "merchant"
    OPERATOR = "operator"


@attrs.frozen(kw_only=True)
class Setting:
    """One credential or option of an account.

    Attributes:
        label, help: For people, in Spanish; help says where the provider's panel shows it.
        pattern: What a value must match in full.
        secret: Write-only, encrypted at rest, never shown again.
        one_of: At least one setting of each such group must be given.
        enables: Currency that the account offers only when this setting is given.
        unique: No two merchants may give the same value: one's proofs would verify for the other.
        identifies: It says which account at the provider this is, in every mode and for as long as the account lives:
            a merchant id, a client id, never a secret. A payment keeps the account that it was sent with; another
            value makes another account, which the hub keeps beside the first, so whatever changes with a mere new
            secret does not identify.
        kind: A ``client_certificate`` is secret and multiline; the hub shows it to the account's endpoints.
        default: Used when nothing is given; a setting without default and without one_of is required
            unless it is optional.
    """

    name: str
    label: str
    help: str
    pattern: str = r".{1,500}"
    secret: bool = False
    entered_by: EnteredBy = EnteredBy.MERCHANT
    one_of: str | None = None
    enables: str | None = None
    default: str | None = None
    optional: bool = False
    multiline: bool = False
    unique: bool = False
    identifies: bool = False
    kind: SettingKind = SettingKind.TEXT


@attrs.frozen(kw_only=True)
class PayerField:
    """Something that the payer types before the payment starts.

    Attributes:
        kind: ``tel``, ``email`` or ``text``: the keyboard on a phone.
        example: Shown as a hint.
        remember: Whether the hub may keep it for the customer's next payment (shown masked).
        choices: The values that may be chosen, where they never change.
        fetched: The values come from ``fetch_form`` instead.
        only_with: It is asked only where other fields have one of these values, by name.
    """

    name: str
    label: str
    pattern: str
    kind: str = "text"
    example: str = ""
    error: str = ""
    remember: bool = False
    choices: tuple[Choice, ...] = ()
    fetched: bool = False
    only_with: Mapping[str, frozenset[str]] = MappingProxyType({})


class Starts(enum.StrEnum):
    """What the request that starts a payment does."""

    SESSION = "session"
    CHARGE = "charge"


class QueryBy(enum.StrEnum):
    """How a payment can be asked for."""

    OURS = "reference"
    THEIRS = "provider_reference"
    NONE = "none"


@attrs.frozen(kw_only=True)
class Way:
    """One way of starting a payment: hosted form, push to a phone, QR.

    Attributes:
        starts: Whether starting charges or only opens a session; decides what a lost answer means.
        outcome: Channels by which the outcome comes back: ``notification``, ``return``, ``query``.
        query_by: How it can be asked for; NONE makes it tier C.
        expiry_minutes: Life of the session, push or code; ``expiry_setting`` names an account setting in minutes.
        settle_minutes: T_settle: how long after the expiry news may still come.
        undo: Whether refund_payment can undo an unknown payment by our reference.
        check_minutes: Pauses between two checks of a pending payment, the last one again and again until it expires.
            None given: the hub's own, shorter for a push than for a voucher of three days.
        watch_paid_days: For how many days a paid payment is asked about, where the provider does not tell of returns.
        terms: Whether the payer accepts the terms of ``fetch_form`` first.
        authorises: Paying only holds the money; ``capture_payment`` takes it.
    """

    code: str
    label: str
    starts: Starts
    outcome: frozenset[str]
    query_by: QueryBy
    payer_fields: tuple[PayerField, ...] = ()
    expiry_minutes: int = 30
    expiry_setting: str | None = None
    settle_minutes: int = 15
    undo: bool = False
    cancel: bool = False
    check_minutes: tuple[int, ...] = ()
    watch_paid_days: int = 0
    terms: bool = False
    authorises: bool = False


@attrs.frozen(kw_only=True)
class NotExecuted:
    """A refusal at the provider's gateway that it documents as *not executed*.

    It counts only where the body is the provider's own: JSON with the key ``body_key``.
    """

    hook: str
    status: int
    body_key: str


class Refunds(enum.StrEnum):
    """What refund_payment can give back."""

    NONE = "none"
    FULL = "full"
    PARTIAL = "partial"


@attrs.frozen(kw_only=True)
class Links:
    """Addresses for people."""

    register: str = ""
    panel: str = ""
    support: str = ""
    help: str = ""


@attrs.frozen(kw_only=True)
class ProviderInfo:
    """What a provider is and can do; data, read once at load.

    Attributes:
        code: Equals the entry-point name; part of the notification address.
        contract_version: Major and minor version of the contract that the plugin needs.
        tagline: One line for the catalogue, in Spanish.
        names_account: Whether some setting identifies the account at the provider. Say False where nothing but secrets
            is entered: then nobody can tell newer credentials from those of another account, and the hub does not.
        verified_fields: Company fields that the provider compares: a change of one makes the account
            needs_revalidation.
        endpoints: URL by role, by mode: ``{"live": {"api": "https://..."}, "test": {...}}``.
        not_found_final: Whether a query's "not found" is authoritative after the settle time.
        idempotent_by_reference: Whether the same reference may be sent again (proved, not hoped).
        decline_ends_session: Whether one refused try ends the hosted session.
        settles_returns: Whether a settlement lists money that went back, so that its absence means something.
        reports_net: Whether the report of ``fetch_settlement`` states fees, so that its net is what reaches the bank.
            Where it does not, what it lists is in transit until a person records what the bank received.
        refunds_per_payment: How many refunds one payment may have, of whatever amount; None: until all is given back.
        hold_above: Largest amount by currency (minor units) booked on a weak signature alone.
        notification_setup: Text for the merchant on how to make the provider call our address, with
            ``{address}`` in it; empty where nothing is to be done.
        settlement_note, fee_note: For people, in Spanish.
        timeout_seconds: Limit of one request.
        app_schemes: Schemes of the provider's app (``nequi``) to which a ``deep_link`` may lead.
    """

    code: str
    name: str
    contract_version: tuple[int, int]
    countries: tuple[str, ...]
    currencies: tuple[CurrencyRule, ...]
    channels: frozenset[Channel]
    ways: tuple[Way, ...]
    reference: ReferenceRule
    endpoints: Mapping[str, Mapping[str, str]]
    settings: tuple[Setting, ...] = ()
    names_account: bool = True
    verified_fields: tuple[str, ...] = ()
    not_executed: tuple[NotExecuted, ...] = ()
    not_found_final: bool = False
    idempotent_by_reference: bool = False
    decline_ends_session: bool = True
    settles_returns: bool = True
    reports_net: bool = True
    refunds: Refunds = Refunds.NONE
    refund_days: int | None = None
    refunds_per_payment: int | None = None
    hold_above: Mapping[str, int] = MappingProxyType({})
    notification_setup: str = ""
    tagline: str = ""
    settlement_note: str = ""
    fee_note: str = ""
    timeout_seconds: float = 30.0
    links: Links = Links()
    app_schemes: tuple[str, ...] = ()

    def currency_rule(self, currency: str) -> CurrencyRule | None:
        """The wire rule of a currency, if the provider has it."""
        return next((rule for rule in self.currencies if rule.currency == currency), None)

    def way(self, code: str) -> Way | None:
        """The way of starting with this code."""
        return next((way for way in self.ways if way.code == code), None)

    def setting(self, name: str) -> Setting | None:
        """The declared setting of this name."""
        return next((setting for setting in self.settings if setting.name == name), None)

    @property
    def identifying(self) -> tuple[Setting, ...]:
        """The settings that say which account at the provider it is."""
        return tuple(setting for setting in self.settings if setting.identifies)


def _secretless(settings: Mapping[str, str]) -> str:
    return f"<{len(settings)} settings>"


@attrs.frozen(kw_only=True)
class Account:
    """One merchant's connection to one provider, as a hook sees it.

    Attributes:
        settings: Values by setting name, secrets included; its repr shows none.
        endpoints: URL by role; in test mode the hub may point them at a simulator.
    """

    company: Company
    mode: Mode
    settings: Mapping[str, str] = attrs.field(default=EMPTY, repr=_secretless)
    endpoints: Mapping[str, str] = EMPTY


@attrs.frozen(kw_only=True)
class Offer:
    """Input of render_pay_button: what is about to be offered, and where.

    Attributes:
        medium: ``page``, ``mail`` or ``pdf``.
    """

    channel: Channel
    currency: str
    minor: int
    locale: str
    medium: str = "page"


@attrs.frozen(kw_only=True)
class PayButton:
    """Result of render_pay_button: a value that the hub draws, never markup.

    Attributes:
        label: ``Paga con Nequi``. Plain text, at most 40 characters.
        accessible_label: What a screen reader says; at most 120 characters.
        background, foreground: ``#rrggbb``.
        logo: PNG of at most 16 KiB, or nothing.
        hint: One short sentence under the button.
    """

    label: str
    accessible_label: str
    background: str = "#1f2937"
    foreground: str = "#ffffff"
    logo: bytes | None = attrs.field(default=None, repr=False)
    hint: str = ""
