"""What the payer does next, once a payment was started."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime

import attrs


@attrs.frozen
class Redirect:
    """Send the browser there.

    Attributes:
        deep_link: Opens the provider's app on a phone that has it: an address of a declared host, or of one of the
            declared ``ProviderInfo.app_schemes``. Offered beside ``url``, never instead of it.
    """

    url: str
    expires_at: datetime | None = None
    deep_link: str | None = None


@attrs.frozen
class PostForm:
    """Let the browser post these fields there."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime | None = None


@attrs.frozen
class ApproveInApp:
    """The payer approves in the provider's app; ``deep_link`` as in ``Redirect``."""

    hint: str
    expires_at: datetime | None = None
    deep_link: str | None = None


@attrs.frozen
class ShowQr:
    """Show a QR code, and what it says to somebody who is on the phone that would scan it.

    Attributes:
        payload: What the code holds; the hub draws it. Empty where only ``image`` is given.
        image: The provider's own drawing, a PNG of at most 64 KiB.
        key: The key that the payer may type in the bank's app instead: ``@tienda482``, a phone number.
        copyable: Text to copy as a whole; empty: the payload.
        deep_link: As in ``Redirect``.
    """

    payload: str = ""
    expires_at: datetime | None = None
    image: bytes | None = attrs.field(default=None, repr=False)
    key: str = ""
    copyable: str = ""
    deep_link: str | None = None


class Symbology(enum.StrEnum):
    """How a barcode is drawn."""

    CODE128 = "code128"
    ITF = "itf"
    EAN13 = "ean13"


@attrs.frozen
class Barcode:
    """A barcode that the hub draws: its text, and how."""

    payload: str
    symbology: Symbology = Symbology.CODE128


@attrs.frozen
class ShowReference:
    """Show a reference that the payer pays elsewhere: at a till, a bank, another app.

    The hub shows it with the amount and the barcode, and makes a voucher (PDF) of it.

    Attributes:
        reference: What the payer names: ``1234 5678 9012``.
        label: What it is called there: ``Código de convenio y referencia``.
        barcode: Drawn on page and voucher.
        instructions: Steps, in the order in which they are done, in Spanish.
        places: Where it can be paid: ``Efecty``, ``Baloto``.
        document_url: The provider's own voucher, at a declared host.
    """

    reference: str
    expires_at: datetime | None = None
    label: str = ""
    barcode: Barcode | None = None
    instructions: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    document_url: str | None = None


@attrs.frozen
class Done:
    """Nothing to do for the payer."""


NextAction = Redirect | PostForm | ApproveInApp | ShowQr | ShowReference | Done
