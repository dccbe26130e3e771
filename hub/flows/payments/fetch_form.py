"""Fetch what a payer chooses among and accepts: once for many payers, and nobody waits for it long."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

import attrs
import structlog

from hub.domain.payer_form import NO_FORM, is_fetched, lacks
from hub.flows.accounts.open_account import CannotOpen, opened_account
from hub.flows.ground.memory import Slot
from hub.flows.ground.ports import Hub
from hub_hookspecs import CROCKFORD, FormRequest, Outcome, PaymentForm, Way

WAIT_SECONDS: Final = 6.0
"""How long a payer's page waits for the provider, in all."""

PAUSE: Final = timedelta(seconds=15)
"""After a form could not be fetched, before its provider is asked again."""

READING: Final = timedelta(minutes=10)
"""As long a payer may look at terms, however short the provider keeps them."""

MAX_KEPT: Final = 500
"""Forms in memory."""

log = structlog.get_logger()


@attrs.frozen(kw_only=True)
class Fetched:
    """A form and when it was fetched; without one, when it could not be."""

    form: PaymentForm | None
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it may be offered (again); terms only so long that the payer has time to read them."""
        if self.form is None:
            return now < self.at + PAUSE
        keep = timedelta(minutes=self.form.keep_minutes)
        return self.at <= now < self.at + (keep / 2 if self.form.terms else keep)

    @property
    def terms_until(self) -> datetime:
        """Until when its terms may be accepted as they were shown."""
        keep = timedelta(minutes=self.form.keep_minutes) if self.form else READING
        return self.at + max(keep, READING)


Key = tuple[str, str, str]
"""Account, way and language."""

KEPT: Final = Slot[Key, Fetched]("forms")
ASKING: Final = Slot[Key, "asyncio.Task[Fetched]"]("forms that are being fetched")


async def fetch_form(hub: Hub, account_id: str, way: Way, *, locale: str) -> Fetched:
    """What the way's provider offers now, kept for as long as it allows; ``form`` is None where it cannot be said."""
    now, key = hub.clock(), (account_id, way.code, locale)
    if not is_fetched(way):
        return Fetched(form=NO_FORM, at=now)
    kept, asking = hub.cached.of(KEPT), hub.cached.of(ASKING)
    if (known := kept.get(key)) and known.is_fresh(now):
        return known
    task = asking.get(key)
    if task is None or task.done():
        if len(kept) >= MAX_KEPT:
            kept.clear()
        task = asking[key] = asyncio.ensure_future(_fetch(hub, key, way))
        task.add_done_callback(lambda done: kept.__setitem__(key, done.result()) if not done.cancelled() else None)
    try:
        return await asyncio.wait_for(asyncio.shield(task), WAIT_SECONDS)
    except TimeoutError:
        kept[key] = Fetched(form=None, at=now)  # until its answer comes, nobody else waits as long
        return kept[key]


def kept_form(hub: Hub, account_id: str, way: Way, *, locale: str) -> PaymentForm:
    """What was fetched last, as far as it is remembered; nobody is asked."""
    known = hub.cached.of(KEPT).get((account_id, way.code, locale))
    return known.form if known and known.form else NO_FORM


async def _fetch(hub: Hub, key: Key, way: Way) -> Fetched:
    """Ask; never raises."""
    account_id, code, locale = key
    form: PaymentForm | None = None
    try:
        opened = await opened_account(hub, account_id)
        if opened and opened.provider.can("fetch_form"):
            now = hub.clock()
            request = FormRequest(way=code, locale=locale, now=now, call_id=hub.random_text(10, CROCKFORD))
            ran = await hub.exchanger.run(
                opened.provider,
                "fetch_form",
                account=opened.account,
                account_id=account_id,
                credentials=opened.record.credentials,
                request=request,
            )
            if ran.conclusion.outcome is Outcome.RESULT:
                form = ran.conclusion.value
            else:
                log.warning("form_not_fetched", account=account_id, way=code, cause=ran.conclusion.cause[:200])
    except CannotOpen:
        form = None
    except Exception:  # a fault of ours costs this way, not the page
        log.exception("form_failed", account=account_id, way=code)
    return Fetched(form=form if form is None or not lacks(way, form) else None, at=hub.clock())
