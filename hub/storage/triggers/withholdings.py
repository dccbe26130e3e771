"""What holds for the rates that a merchant's payers withhold, for which customers do, and for their certificates."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, literal, or_, select

from hub.storage.guards import RowEvent, RowRefusal, Trigger, fixed, guard, never_deleted, row_in, rows_of
from hub.storage.schema import ONE, customer, withholding_agent, withholding_certificate, withholding_rate


def withholding_triggers() -> Iterator[Trigger]:
    """The triggers of rates and of the customers that withhold."""
    yield from _rates()
    yield from _certificates()
    agent, _ = rows_of(withholding_agent)
    yield guard(
        "withholding_agent_fits",
        RowEvent("INSERT", withholding_agent),
        RowRefusal(
            "walls",
            "the customer is of the same merchant",
            ~row_in(customer, id=agent.customer, merchant=agent.merchant),
        ),
    )


def _certificates() -> Iterator[Trigger]:
    new, old = rows_of(withholding_certificate)
    yield guard(
        "withholding_certificate_fits",
        RowEvent("INSERT", withholding_certificate),
        RowRefusal(
            "walls",
            "certificate and customer are of one merchant",
            ~row_in(customer, id=new.customer, merchant=new.merchant),
        ),
    )
    yield fixed(
        withholding_certificate,
        *("id", "merchant", "mode", "customer", "tax", "number", "period_from", "period_to", "issued_on", "currency"),
        *("file", "file_name", "file_kind", "file_sha256", "recorded_by", "recorded_at"),
    )
    yield guard(
        "withholding_certificate_grows",
        RowEvent("UPDATE", withholding_certificate, ("amount", "booked")),
        RowRefusal(
            "only_grows",
            "what a certificate proves is never less",
            or_(new.amount < old.amount, new.booked < old.booked, old.voided_at.is_not(None)),
        ),
    )
    yield guard(
        "withholding_certificate_void_once",
        RowEvent("UPDATE", withholding_certificate, ("void_reason", "voided_at"), old.voided_at.is_not(None)),
        RowRefusal("append_only", "a certificate is voided once"),
    )
    yield never_deleted(withholding_certificate)


def _rates() -> Iterator[Trigger]:
    new, old = rows_of(withholding_rate)
    yield fixed(
        withholding_rate,
        *("id", "merchant", "tax", "concept", "folded_concept", "parts", "unit", "currency", "minimum_base"),
        *("valid_from", "added_by", "added_at"),
    )
    other = withholding_rate.alias("other")
    yield guard(
        "withholding_rate_alone",
        RowEvent("INSERT", withholding_rate),
        RowRefusal(
            "one_rate",
            "one rate of a concept holds on a day",
            select(ONE)
            .select_from(other)
            .where(
                other.c.merchant == new.merchant,
                other.c.tax == new.tax,
                other.c.folded_concept == new.folded_concept,
                other.c.currency == new.currency,
                or_(other.c.valid_to.is_(None), other.c.valid_to >= new.valid_from),
                other.c.valid_from <= func.coalesce(new.valid_to, literal("9999-12-31")),
            )
            .exists(),
        ),
    )
    yield guard(
        "withholding_rate_closed_once",
        RowEvent("UPDATE", withholding_rate, ("valid_to", "closed_at", "closed_by"), old.closed_at.is_not(None)),
        RowRefusal("append_only", "a rate is closed once"),
    )
    yield guard(
        "withholding_rate_stays_used",
        RowEvent("UPDATE", withholding_rate, ("used_at",), old.used_at.is_not(None)),
        RowRefusal("append_only", "that a rate was used stays"),
    )
    yield guard(
        "withholding_rate_kept",
        RowEvent("DELETE", withholding_rate, when=old.used_at.is_not(None)),
        RowRefusal("append_only", "a rate that was used is closed, never removed"),
    )
