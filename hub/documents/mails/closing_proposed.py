"""Somebody proposes to close what a complete list lacks: another person of the company says yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import attrs

from hub.documents.document import MailContent
from hub.documents.mails.gathering import head_for, language_of, merchant_of
from hub.documents.mails.kind import MailKind
from hub.documents.parts import Button, Facts, Figure, Paragraph, Part, Title
from hub.documents.shown import DocumentReader
from hub.domain.complete_list import Closing
from hub.domain.letterhead import Letterhead
from hub.domain.mail import NothingToSay
from hub.domain.message import Delivery, DeliveryKind
from hub.domain.text import Text
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.proposals import closing_proposed
from hub.flows.views.view_proposals import closing_view
from hub_hookspecs import Money


@attrs.frozen(kw_only=True)
class ClosingProposedMail:
    """What is proposed to be closed, for whoever may say yes or no.

    Attributes:
        by: Who proposed it.
        file: Its file's name.
        as_of: The day that the list is of.
        counts: How many invoices become what.
    """

    kind = DeliveryKind.CLOSING_PROPOSED

    letterhead: Letterhead
    by: str
    file: str = ""
    as_of: date
    sums: tuple[Money, ...]
    counts: Mapping[Closing, int]
    proposed_at: datetime
    url: str

    @property
    def count(self) -> int:
        """How many invoices."""
        return sum(self.counts.values())


def gather(tx: Tx, hub: Hub, delivery: Delivery, now: datetime) -> tuple[ClosingProposedMail, str]:
    """The proposal, while it waits."""
    run = tx.imports.get(delivery.subject_id)
    proposed = closing_proposed(tx, run, now) if run else None
    if run is None or proposed is None or proposed.id != delivery.details["decision"]:
        raise NothingToSay("it waits no more")
    if delivery.recipient not in {member.email for member in tx.merchants.members(merchant_of(tx, delivery).id)}:
        raise NothingToSay("who reads it is no member any more")
    view = closing_view(tx, run, proposed)
    value = ClosingProposedMail(
        letterhead=head_for(tx, hub, delivery),
        by=proposed.by,
        file=run.name,
        as_of=view.as_of,
        sums=tuple(view.sums.values()),
        counts={becomes: view.counted(becomes) for becomes in (Closing.OUTSIDE, Closing.VOID)},
        proposed_at=proposed.proposed_at,
        url=f"{hub.base_url}/m/import/{run.id}",
    )
    return value, language_of(tx, delivery)


def says(value: ClosingProposedMail, reader: DocumentReader) -> MailContent:
    """How many, what they owe, who says so and with what file, and where it is decided."""
    t = reader.t
    intro = t("closing.intro", by=value.by, count=value.count)
    parts: list[Part] = [
        Title(t("closing.title", count=value.count)),
        Paragraph(intro),
        Figure(t("closing.owed"), reader.sums(value.sums), ""),
        Facts(
            (
                (t("closing.outside"), str(value.counts[Closing.OUTSIDE] or "")),
                (t("closing.void"), str(value.counts[Closing.VOID] or "")),
                (t("closing.by"), value.by),
                (t("closing.file"), value.file),
                (t("closing.as_of"), reader.day(value.as_of)),
                (t("closing.proposed_at"), reader.moment(value.proposed_at)),
            )
        ),
        Paragraph(t("closing.until")),
        Button(label=t("closing.open"), url=value.url),
    ]
    return MailContent(
        subject=t("closing.subject", count=value.count, by=value.by),
        preview=intro,
        parts=tuple(parts),
        footer=t("closing.why"),
        answers=False,
    )


MAIL = MailKind(kind=DeliveryKind.CLOSING_PROPOSED, name=Text("mail_kind.closing_proposed"), gather=gather, says=says)
