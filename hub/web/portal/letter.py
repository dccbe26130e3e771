"""A reported payment as its merchant reads it."""

from __future__ import annotations

from collections.abc import Iterator

from hub.domain.attachment import Attachment
from hub.domain.card_numbers import mask_card_numbers
from hub.domain.merchant import Merchant
from hub.domain.text import Text
from hub.flows.statements.report_payment import Report
from hub.web.reader import PageReader, reader_for


def letter_of(report: Report, merchant: Merchant, proof: Attachment | None) -> str:
    """What the customer said in the fields of the form, in the merchant's language, and then in own words."""
    facts = " ".join(_facts(report, proof, reader_for(merchant)))
    return f"{facts}\n{mask_card_numbers(report.words.strip())}".strip()


def _facts(report: Report, proof: Attachment | None, reader: PageReader) -> Iterator[str]:
    yield f"{report.means}: {reader.money(report.amount, with_code=True)}, {reader.day(report.paid_on)}."
    if report.number:
        yield reader.words(Text("letter.number", number=report.number))
    if report.invoices:
        yield reader.words(Text("letter.bills", numbers=", ".join(report.invoices)))
    if proof:
        yield reader.words(Text("letter.file", name=proof.name, size=proof.size // 1024 or 1))
    else:
        yield reader.words(Text("letter.no_file"))
