"""What the payer does next, as the payment's page draws it: a code, a key, a reference, a way into an app."""

from __future__ import annotations

import base64
import io
from typing import Final
from urllib.parse import quote

import attrs
import segno

from hub.domain.bars import bars_svg
from hub.domain.figures import in_groups
from hub.flows.payments.payment_view import PaymentView, Shown
from hub_hookspecs import ApproveInApp, Redirect, ShowQr, ShowReference

IN_APP: Final = (Shown.HOSTED_PAGE, Shown.APPROVE)


@attrs.frozen(kw_only=True)
class ShownAction:
    """The next action of a payment's page; what it does not have is empty.

    Attributes:
        picture: Address of the code's picture, which holds it.
        key: What is typed in the bank's app instead of scanning.
        copyable: What is copied as a whole.
        deep_link: Opens the provider's app; the hub checked it when the payment started.
        bars: Address of the barcode's picture, and what it says in digits.
        reference: In groups, as people read it aloud.
    """

    picture: str = ""
    key: str = ""
    copyable: str = ""
    deep_link: str = ""
    bars: str = ""
    payload: str = ""
    reference: str = ""


def shown_action(view: PaymentView) -> ShownAction:
    """What the page draws; nothing of an action that is over."""
    if view.cancelling:
        return ShownAction()
    match view.payment.action:
        case ShowQr() as action if view.shown is Shown.QR:
            return ShownAction(
                picture=picture_of(action),
                key=action.key,
                copyable=action.copyable or action.payload,
                deep_link=action.deep_link or "",
            )
        case ShowReference() as action if view.shown is Shown.REFERENCE:
            code = action.barcode
            return ShownAction(
                reference=in_groups(action.reference),
                bars=_svg(bars_svg(code)) if code else "",
                payload=code.payload if code else "",
            )
        case Redirect(deep_link=link) | ApproveInApp(deep_link=link) if view.shown in (
            Shown.HOSTED_PAGE,
            Shown.APPROVE,
        ):
            return ShownAction(deep_link=link or "")
    return ShownAction()


def picture_of(action: ShowQr) -> str:
    """The code's picture as an address; the hub draws a payload itself, and shows the provider's drawing else."""
    if code := drawn(action):
        return str(code.svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True))
    return f"data:image/png;base64,{base64.b64encode(action.image).decode()}" if action.image else ""


def png_of(action: ShowQr) -> bytes:
    """The same as a file, for a phone that cannot scan its own screen."""
    code, image = drawn(action), io.BytesIO()
    if code is None:
        return action.image or b""
    code.save(image, kind="png", scale=12, border=4)
    return image.getvalue()


def drawn(action: ShowQr) -> segno.QRCode | None:
    """The code of a payload; None where there is none, or more than a code holds: then it is copied."""
    try:
        return segno.make(action.payload, error="m") if action.payload else None
    except segno.DataOverflowError:
        return None


def _svg(document: str) -> str:
    return f"data:image/svg+xml,{quote(document)}" if document else ""
