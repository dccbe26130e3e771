"""Pause a provider: its buttons are hidden everywhere with a text for payers; live payments go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from hub.domain.account import ProviderAccount
from hub.domain.text import Text, read_stored, stored
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell

MAX_LENGTH = 200


@attrs.frozen(kw_only=True)
class Pause:
    """A pause that holds now.

    Attributes:
        account: The account it is limited to; None for the provider everywhere.
    """

    provider: str
    text: Text | str
    by: str
    since: datetime | None
    account: ProviderAccount | None = None


def default_text(hub: Hub, code: str) -> Text:
    """What payers read when nobody says otherwise."""
    provider = hub.providers.get(code)
    return Text("provider.paused", provider=provider.info.name if provider else code)


async def pause_provider(hub: Hub, code: str, *, text: str = "", by: str, account_id: str | None = None) -> Text | str:
    """Hide the buttons of a provider, everywhere or of one account; returns what payers read.

    Raises:
        LookupError: No such account.
        ValueError: The text is too long or no plain line.
    """
    now = hub.clock()
    written = " ".join(text.split())
    notice = written or stored(default_text(hub, code))
    if len(written) > MAX_LENGTH or not written.isprintable() or isinstance(read_stored(written), Text):
        raise ValueError(f"the text for payers is one line of at most {MAX_LENGTH} characters")

    def pause(tx: Tx) -> None:
        tell(tx, "provider_paused", provider=code, account=account_id)
        if account_id is None:
            tx.countries.pause(code, notice, by, now)
            return
        account = tx.accounts.get(account_id)
        if account is None or account.provider != code:
            raise LookupError(f"no account {account_id} with {code}")
        tx.accounts.save(attrs.evolve(account, paused=notice, updated_at=now))

    await hub.store.write(pause)
    hub.cached.clear()
    return read_stored(notice)


async def resume_provider(hub: Hub, code: str, *, account_id: str | None = None) -> bool:
    """Show the buttons again; False when there was no such pause. A pause of one account and one of all are two."""
    now = hub.clock()

    def resume(tx: Tx) -> bool:
        tell(tx, "provider_resumed", provider=code, account=account_id)
        if account_id is None:
            return tx.countries.resume(code)
        account = tx.accounts.get(account_id)
        if account is None or account.provider != code:
            raise LookupError(f"no account {account_id} with {code}")
        tx.accounts.save(attrs.evolve(account, paused="", updated_at=now))
        return bool(account.paused)

    done = await hub.store.write(resume)
    hub.cached.clear()
    return done


async def list_pauses(hub: Hub) -> tuple[Pause, ...]:
    """Every pause that holds now."""

    def read(tx: Tx) -> tuple[Pause, ...]:
        all_over = [
            Pause(provider=code, text=read_stored(text), by=by, since=at)
            for code, text, by, at in tx.countries.pauses()
        ]
        single = [
            Pause(
                provider=account.provider,
                text=read_stored(account.paused),
                by="",
                since=account.updated_at,
                account=account,
            )
            for account in tx.accounts.all()
            if account.paused
        ]
        return (*all_over, *single)

    return await hub.store.read(read)


def with_pause(account: ProviderAccount, paused: Mapping[str, str]) -> ProviderAccount:
    """The account as payers meet it: paused by itself, or with its provider everywhere."""
    text = paused.get(account.provider, "")
    return attrs.evolve(account, paused=text) if text and not account.paused else account
