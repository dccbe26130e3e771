"""What the payer is asked before a payment starts, where only the provider knows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import attrs


@attrs.frozen
class Choice:
    """One value of a payer field: ``Choice("1007", "Bancolombia")``.

    Attributes:
        only_with: Values of other fields with which it may be chosen, by name; none: with all.
    """

    value: str
    label: str
    only_with: Mapping[str, frozenset[str]] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class Terms:
    """Terms that the payer accepts before starting.

    Attributes:
        code: Which terms: ``privacy``, ``contract``.
        label: What is accepted, in one sentence, in Spanish.
        url: Where they are read, https.
        version: What create_payment sends as the proof that they were accepted; a short-lived token where the
            provider gives one.
    """

    code: str
    label: str
    url: str
    version: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class AcceptedTerms:
    """Terms as the payer accepted them on the hub's page, and when (UTC)."""

    code: str
    version: str = attrs.field(repr=False)
    accepted_at: datetime


@attrs.frozen(kw_only=True)
class FormRequest:
    """Input of fetch_form."""

    way: str
    locale: str
    now: datetime
    call_id: str


@attrs.frozen(kw_only=True)
class PaymentForm:
    """Result of fetch_form.

    Attributes:
        choices: By name of a payer field that is declared ``fetched``.
        keep_minutes: How long the hub may offer the same again.
    """

    choices: Mapping[str, tuple[Choice, ...]] = MappingProxyType({})
    terms: tuple[Terms, ...] = ()
    keep_minutes: int = 10
