"""Add, close and remove the rates that a merchant's payers withhold, and say how far their word alone goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import attrs

from hub.domain.identity import FieldError, Invalid
from hub.domain.merchant import Merchant
from hub.domain.refusals import Conflict
from hub.domain.text import Text
from hub.domain.withholding import CONCEPT_LENGTH, WithholdingRate
from hub.flows.ground.ports import Hub, Tx
from hub_hookspecs import LIMIT, Country


async def add_rate(hub: Hub, merchant: Merchant, rate: WithholdingRate) -> WithholdingRate:
    """Add a rate; the one of its tax and concept that held until now ends the day before.

    Args:
        rate: As it was typed; id, moment and merchant are given here.

    Raises:
        Invalid: Every fault, by its field; nothing changed.
    """
    concept = " ".join(rate.concept.split())
    wanted = attrs.evolve(
        rate, id=hub.fresh_id(), merchant_id=merchant.id, concept=concept, added_at=hub.clock(), valid_to=None
    )
    _refuse(hub.countries[merchant.company.country], wanted)

    def write(tx: Tx) -> WithholdingRate:
        for other in tx.withholding_rates.of(merchant.id):
            is_same = (other.tax, other.concept.casefold()) == (wanted.tax, wanted.concept.casefold())
            if is_same and other.minimum_base.currency == wanted.minimum_base.currency and other.valid_to is None:
                if other.valid_from >= wanted.valid_from:
                    raise Invalid((FieldError("valid_from", Text("rate.begins_later", day=other.valid_from)),))
                last = wanted.valid_from - timedelta(days=1)
                tx.withholding_rates.close(other.id, last, by=wanted.added_by, at=wanted.added_at)
        try:
            tx.withholding_rates.add(wanted)
        except Conflict as conflict:
            if conflict.rule != "one_rate":
                raise
            raise Invalid((FieldError("valid_from", Text("rate.days_taken")),)) from conflict
        return wanted

    return await hub.store.write(write)


def _refuse(country: Country, rate: WithholdingRate) -> None:
    problems = []
    if rate.tax not in dict(country.withheld_taxes):
        problems.append(FieldError("tax", Text("withholding.choose_tax")))
    if not rate.concept:
        problems.append(FieldError("concept", Text("rate.concept_missing")))
    if len(rate.concept) > CONCEPT_LENGTH:
        problems.append(FieldError("concept", Text("rate.concept_long", most=CONCEPT_LENGTH)))
    if not 0 <= rate.minimum_base.minor <= LIMIT:
        problems.append(FieldError("minimum_base", Text("options.minimum_invalid")))
    if problems:
        raise Invalid(tuple(problems))


async def close_rate(hub: Hub, merchant: Merchant, rate_id: str, valid_to: date, *, by: str) -> None:
    """Say which day was a rate's last; what it was stays on the page.

    Raises:
        LookupError: No such rate of this merchant.
        Invalid: It is closed already, or had not begun.
    """
    now = hub.clock()

    def write(tx: Tx) -> None:
        rate = _own(tx, merchant, rate_id)
        if rate.valid_to is not None:
            raise Invalid((FieldError("valid_to", Text("rate.closed_already", day=rate.valid_to)),))
        if valid_to < rate.valid_from:
            raise Invalid((FieldError("valid_to", Text("rate.not_begun", day=rate.valid_from)),))
        tx.withholding_rates.close(rate_id, valid_to, by=by, at=now)

    await hub.store.write(write)


async def drop_rate(hub: Hub, merchant: Merchant, rate_id: str) -> None:
    """Remove a rate that no payment rests on, as if it had never been typed.

    Raises:
        LookupError: No such rate of this merchant.
        Invalid: A payment rests on it: it may be closed.
    """

    def write(tx: Tx) -> None:
        if _own(tx, merchant, rate_id).used_at is not None:
            raise Invalid((FieldError("rate", Text("rate.is_used")),))
        tx.withholding_rates.drop(rate_id)

    await hub.store.write(write)


def _own(tx: Tx, merchant: Merchant, rate_id: str) -> WithholdingRate:
    rate = tx.withholding_rates.get(rate_id)
    if rate is None or rate.merchant_id != merchant.id:
        raise LookupError(f"no rate {rate_id}")
    return rate


async def list_rates(hub: Hub, merchant: Merchant) -> tuple[WithholdingRate, ...]:
    """A merchant's rates by tax and concept, the newest of each first; those that ended too."""
    return await hub.store.read(lambda tx: tx.withholding_rates.of(merchant.id))


async def save_terms(
    hub: Hub,
    merchant: Merchant,
    *,
    tolerance: Mapping[str, int],
    cap: Mapping[str, int],
    cap_parts: int,
    periods: Mapping[str, str],
) -> Merchant:
    """Say how far a payer's word alone goes, for payments that are started from now on; and how taxes are certified."""

    def write(tx: Tx) -> Merchant:
        before = tx.merchants.get(merchant.id)
        if before is None:
            raise LookupError(merchant.id)
        options = attrs.evolve(
            before.options,
            withholding_tolerance={currency: minor for currency, minor in tolerance.items() if minor > 0},
            withholding_cap={currency: minor for currency, minor in cap.items() if minor > 0},
            withholding_cap_parts=cap_parts,
            withholding_periods=dict(periods),
        )
        after = attrs.evolve(before, options=options)
        tx.merchants.save(after)
        return after

    saved = await hub.store.write(write)
    hub.cached.clear()
    return attrs.evolve(saved, mode=merchant.mode)
