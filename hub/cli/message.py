"""Notifications as they were kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from .options import any_company_option, data_option, json_option

if TYPE_CHECKING:
    from datetime import datetime

    from hub.domain.message import MessageState
    from hub.flows.ground.ports import Hub
    from hub.flows.payments.receive_message import Heard, Read
    from hub.flows.payments.replay_message import Replayed
    from hub.flows.views.view_messages import MessageLine, MessagePage

SHORT = 10
"""Characters of an id that lists show; commands take them."""

STATES = {"pending": "due", "applied": "done", "parked": "parked", "rejected": "rejected", "dead": "dead"}
"""What an operator says, and what is stored."""

MOST = 10_000

account_option = click.option("--account", "code", metavar="ACCOUNT", help="Only of this provider, such as greenpay.")
state_option = click.option("--state", type=click.Choice(list(STATES)), help="Only in this state.")
since_option = click.option("--since", metavar="D", help="Arrived since 2026-11-21, or within 7d, or 24h.")


@click.group()
def command() -> None:
    """Notifications as they were kept: list, show, replay.

    pending: a job continues it. applied: done with. parked: genuine, but its payment is not known here. rejected: it
    failed its proof. dead: it was tried often enough. Genuine news that was booked at once is not kept as a message.
    """


@command.command("list")
@any_company_option
@account_option
@state_option
@since_option
@click.option("--limit", type=click.IntRange(1, MOST), default=200, show_default=True)
@json_option
@data_option
def list_(
    slug: str | None,
    code: str | None,
    state: str | None,
    since: str | None,
    limit: int,
    as_json: bool,
    data: str | None,
) -> None:
    """List kept messages, newest first."""
    from .printing import print_json, print_table, when
    from .running import run

    found = run(data, lambda hub: _chosen(hub, slug, code, _states(state), since, limit))
    if as_json:
        print_json([_facts(line) for line in found])
        return
    if not found:
        click.echo("no message is kept that fits")
        return
    print_table(
        ("ARRIVED", "ID", "COMPANY", "PROVIDER", "STATE", "PROOF", "TRIES", "NEXT TRY", "PAYMENT", "TROUBLE"),
        [
            (
                when(line.stored.message.received_at, line.zone),
                line.stored.id[:SHORT],
                line.company,
                line.account.provider if line.account else "?",
                state_word(line.stored.state),
                line.stored.verdict or "-",
                line.stored.tries or "",
                when(line.stored.due_at, line.zone),
                line.payment.reference if line.payment else "",
                line.stored.trouble,
            )
            for line in found
        ],
        fold=("TROUBLE",),
    )


async def _chosen(
    hub: Hub, slug: str | None, code: str | None, states: Sequence[MessageState], since: str | None, limit: int
) -> Sequence[MessageLine]:
    from hub.flows.views.view_messages import list_messages

    from .finding import clock_in, since_moment

    accounts = await _accounts(hub, slug, code)
    clock = await hub.store.read(lambda tx: clock_in(tx, slug))
    begin: datetime | None = since_moment(since, hub.clock(), clock)
    return await list_messages(hub, accounts=accounts, states=states, since=begin, limit=limit)


async def _accounts(hub: Hub, slug: str | None, code: str | None) -> list[str] | None:
    """Ids of the accounts that are meant; None for all."""
    from .finding import company_in

    if slug is None and code is None:
        return None

    def read(tx: Any) -> list[str]:
        owner = company_in(tx, slug).id if slug else None
        every = [item for item in tx.accounts.all() if owner in (None, item.merchant_id)]
        if code and code not in {item.provider for item in every}:
            known = ", ".join(sorted({item.provider for item in every})) or "none"
            raise click.ClickException(f"there is no account of {code!r} here (there are: {known})")
        return [item.id for item in every if code in (None, item.provider)]

    return await hub.store.read(read)


def _states(state: str | None) -> list[MessageState]:
    from hub.domain.message import MessageState

    return [MessageState(STATES[state])] if state else []


def state_word(state: MessageState) -> str:
    """What an operator says for a state."""
    return next(said for said, kept in STATES.items() if kept == state.value)


def _facts(line: MessageLine) -> dict[str, object]:
    stored = line.stored
    return {
        "id": stored.id,
        "company": line.company,
        "mode": stored.mode.value,
        "provider": line.account.provider if line.account else None,
        "state": state_word(stored.state),
        "verdict": stored.verdict,
        "payment": line.payment.reference if line.payment else None,
        "received_at": stored.message.received_at,
        "due_at": stored.due_at,
        "tries": stored.tries,
        "trouble": stored.trouble,
    }


async def _find(hub: Hub, text: str) -> MessageLine:
    from hub.flows.views.view_messages import find_messages

    from .finding import only

    return only(await find_messages(hub, text) if text.strip() else (), "message", text)


@command.command()
@click.argument("message_id", metavar="ID")
@json_option
@data_option
def show(message_id: str, as_json: bool, data: str | None) -> None:
    """Show a message: what its verifier said, which payment it is about, and its shape.

    Its content is never shown, since it holds data of people and may hold proofs: values stand as their kind and
    length. What a replay would make of it is tried and taken back; nothing is sent."""
    from hub.flows.views.view_messages import view_message

    from .printing import print_json
    from .running import run

    async def work(hub: Hub) -> MessagePage:
        return await view_message(hub, await _find(hub, message_id))

    page = run(data, work)
    if as_json:
        print_json(
            {
                **_facts(page.line),
                "method": page.method,
                "path": page.path,
                "size": page.size,
                "headers": [list(item) for item in page.headers],
                "body": [list(item) for item in page.body],
                "replay_would": _said(page.now),
            }
        )
    else:
        _print_page(page, data)


def _print_page(page: MessagePage, data: str | None) -> None:
    from .printing import command_line, local, print_facts

    line, stored = page.line, page.line.stored
    provider = line.account.provider if line.account else "?"
    click.echo(f"Message {stored.id[:SHORT]}: {state_word(stored.state)}\n")
    print_facts(
        (
            ("id", stored.id),
            ("from", f"{provider}, for {line.company} ({stored.mode.value})"),
            ("arrived", local(stored.message.received_at, line.zone, seconds=True)),
            ("as", f"{stored.message.source.value}, {page.method} /{page.path}, {page.size} bytes"),
            ("verifier said", stored.verdict or "nothing yet: it wants to ask the provider first"),
            ("payment", _about(line)),
            ("tries", stored.tries or ""),
            ("next try", local(stored.due_at, line.zone, seconds=True) if stored.due_at else ""),
            ("check failed" if stored.state.value == "rejected" else "trouble", stored.trouble),
        )
    )
    for title, rows in (("Headers", page.headers), ("Body", page.body)):
        if rows:
            click.echo(f"\n{title} (redacted)")
            print_facts(rows, indent="  ")
    click.echo("\na replay now would:")
    for told in _told(page.now, provider):
        click.echo(f"  {told}")
    if stored.state.value != "due":
        click.echo(f"to replay it:\n    {command_line(data, 'message', 'replay', stored.id[:SHORT])}")


def _about(line: MessageLine) -> str:
    payment = line.payment
    return f"{payment.reference}, {payment.amount}, {payment.status.value}" if payment else ""


@command.command()
@click.argument("message_ids", metavar="[ID]...", nargs=-1)
@any_company_option
@account_option
@state_option
@since_option
@click.option("--dry-run", is_flag=True, help="Say what would happen; send nothing, change nothing.")
@json_option
@data_option
def replay(
    message_ids: tuple[str, ...],
    slug: str | None,
    code: str | None,
    state: str | None,
    since: str | None,
    dry_run: bool,
    as_json: bool,
    data: str | None,
) -> int:
    """Read messages again, through the door that they came to.

    Name some, or choose them by --state, --account, --company or --since: without --state those that are parked,
    rejected or dead. What was booked is not booked twice, and what has no proof stays refused. Exit code 1 when a
    message led nowhere again: it stays parked or refused, or could not be read."""
    from .printing import print_json
    from .running import run

    if bool(message_ids) == bool(slug or code or state or since):
        raise click.UsageError("name messages, or choose them by --state, --account, --company or --since; not both")
    done = run(data, lambda hub: _replay(hub, message_ids, slug, code, state, since, dry_run=dry_run))
    if as_json:
        print_json([{**_facts(line), "became": _said(item.read)} for line, item in done])
    else:
        _print_replayed(done, dry_run=dry_run)
    return 1 if any(_led_nowhere(item.read) for _, item in done) else 0


async def _replay(
    hub: Hub,
    message_ids: tuple[str, ...],
    slug: str | None,
    code: str | None,
    state: str | None,
    since: str | None,
    *,
    dry_run: bool,
) -> list[tuple[MessageLine, Replayed]]:
    from hub.flows.payments.replay_message import LED_NOWHERE, replay_message

    if message_ids:
        lines: Sequence[MessageLine] = [await _find(hub, text) for text in message_ids]
    else:
        lines = await _chosen(hub, slug, code, _states(state) or LED_NOWHERE, since, MOST)
    oldest_first = sorted(lines, key=lambda line: (line.stored.message.received_at, line.stored.id))
    return [(line, await replay_message(hub, line.stored.id, dry_run=dry_run)) for line in oldest_first]


def _print_replayed(done: list[tuple[MessageLine, Replayed]], *, dry_run: bool) -> None:
    if not done:
        click.echo("no message is kept that fits")
        return
    for line, item in done:
        provider = line.account.provider if line.account else "?"
        told = "; ".join(_told(item.read, provider))
        click.echo(f"{item.stored.id[:SHORT]}  {provider} {line.company}, {state_word(item.stored.state)}: {told}")
    nowhere = sum(_led_nowhere(item.read) for _, item in done)
    dry = " (dry run: nothing was sent, nothing was written)" if dry_run else ""
    click.echo(f"read: {len(done)}, of which lead nowhere: {nowhere}{dry}")


def _led_nowhere(read: Read | None) -> bool:
    return read is None or bool(read.trouble) or read.state.value in ("parked", "rejected", "dead")


def _told(read: Read | None, provider: str) -> Iterator[str]:
    """What a reading came to, in words."""
    if read is None:
        yield f"not read: {provider}'s plugin is not served here: payment-hub plugins list"
    elif read.state.value == "rejected":
        yield "stay refused: its proof does not hold" + (f", {read.trouble}" if read.trouble else "")
    elif read.trouble:
        later = "given up" if read.state.value == "dead" else "tried again by serve or worker"
        yield f"{later}: {read.trouble}"
    elif read.asked and not read.news and read.state.value == "due":
        yield f"ask {provider} about it, and apply its answer"
    elif not read.news:
        yield "book nothing: " + (
            "it proves nothing, a check is due" if read.verdict == "unsigned" else "it has no news"
        )
    else:
        yield from map(_news, read.news)


def _news(item: Heard) -> str:
    claim = item.observation
    what = f"{claim.kind.value} {claim.amount}" if claim.amount else claim.kind.value
    if item.payment is None:
        named = claim.reference or claim.provider_reference or "no reference"
        return f"stay parked: {what} for {named}, which is not known here"
    if not item.new:
        return f"nothing new: {what} of {item.payment.reference} is known, {item.payment.status.value}"
    before = item.before.value if item.before else "?"
    return f"{what} of {item.payment.reference}: {before} -> {item.payment.status.value}"


def _said(read: Read | None) -> dict[str, object] | None:
    if read is None:
        return None
    return {
        "state": state_word(read.state),
        "verdict": read.verdict,
        "asks_the_provider": read.asked,
        "trouble": read.trouble,
        "news": [
            {
                "kind": item.observation.kind.value,
                "amount": item.observation.amount,
                "payment": item.payment.reference if item.payment else None,
                "before": item.before.value if item.before else None,
                "after": item.payment.status.value if item.payment else None,
                "new": item.new,
            }
            for item in read.news
        ],
    }
