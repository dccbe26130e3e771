"""What a kind of mail is: when it is owed and to whom, which rows it is about, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

import attrs

from hub.documents.document import MailContent
from hub.documents.shown import DocumentReader
from hub.domain.mail_value import MailValue
from hub.domain.message import Delivery
from hub.domain.owed_mail import OwedMail, PaymentChange
from hub.domain.pdf import PdfDocument
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx

V = TypeVar("V", bound=MailValue)


def _nobody(_change: PaymentChange) -> Iterable[OwedMail]:
    return ()


@attrs.frozen(kw_only=True)
class MailKind(Generic[V]):
    """A kind of mail; its module in this package is all that there is of it, beside its words in the catalogues.

    Attributes:
        kind: Its name in rows, logs and commands.
        name: Its name on the merchant's pages.
        gather: What it says, read from the rows that its delivery names, and the language of whoever receives it;
            raises NothingToSay or NotYet.
        says: The same in parts.
        after_payment: Who is owed it when a payment changed; it is owed once a recipient and occasion. A kind without
            is owed by the flow that somebody asks for it.
        attached: The PDF that goes with it.
        recordable: Ids of payments that it is about, each with a link to its cash receipt's form, made before.
        notice: The same in a few words, where other channels carry it too.
        is_about_payment: Its subject is a payment.
        is_private: No merchant sees it or sends it again: it lets a person in, or is the operator's.
        is_awaited: Somebody sits before a page and waits for it.
    """

    kind: str
    name: Text
    gather: Callable[[Tx, Hub, Delivery, datetime], tuple[V, str]]
    says: Callable[[V, DocumentReader], MailContent]
    after_payment: Callable[[PaymentChange], Iterable[OwedMail]] = _nobody
    attached: Callable[[Tx, Hub, Delivery, V, datetime], PdfDocument | None] | None = None
    recordable: Callable[[Tx, Hub, Delivery], Sequence[str]] | None = None
    notice: Callable[[V, DocumentReader], str] | None = None
    is_about_payment: bool = False
    is_private: bool = False
    is_awaited: bool = False
