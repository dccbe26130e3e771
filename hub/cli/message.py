"""Notifications as they were kept."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from .finding import clock_in, company_in, only, since_moment
from .options import any_company_option, check_usage, json_option
from .printing import SHORT, command_line, local, print_facts, print_json, print_table, when
from .reading import STATES, led_nowhere, reading_facts, reading_lines, state_word
from .running import pass_hub

if TYPE_CHECKING:
    from hub.domain.message import MessageState
    from hub.flows.ground.ports import Hub, Tx
    from hub.flows.payments.replay_message import Replayed
    from hub.flows.views.view_messages import MessageLine, MessagePage

MAX_MESSAGES = 10_000


class MessageFilter(NamedTuple):
    """Which messages are meant; all where nothing is said."""

    slug: str | None
    code: str | None
    state: str | None
    since: str | None


def filter_options(body: Callable[..., Any]) -> Callable[..., Any]:
    """``--company``, ``--account``, ``--state`` and ``--since``, which the body gets as one ``wanted``."""

    @any_company_option
    @click.option("--account", "code", metavar="ACCOUNT", help="Only of this provider, such as greenpay.")
    @click.option("--state", type=click.Choice(list(STATES)), help="Only in this state.")
    @click.option("--since", metavar="D", help="Arrived since 2026-11-21, or within 7d, or 24h.")
    @functools.wraps(body)
    def command(slug: str | None, code: str | None, state: str | None, since: str | None, **given: Any) -> Any:
        return body(wanted=MessageFilter(slug, code, state, since), **given)

    return command


@click.group()
def command() -> None:
    """Notifications as they were kept: list, show, replay.

    pending: a job continues it. applied: done with. parked: genuine, but its payment is not known here. rejected: it
    failed its proof. dead: it was tried often enough. Genuine news that was booked at once is not kept as a message.
    """


@command.command("list")
@filter_options
@click.option("--limit", type=click.IntRange(1, MAX_MESSAGES), default=200, show_default=True)
@json_option
@pass_hub
async def list_(hub: Hub, wanted: MessageFilter, limit: int, as_json: bool) -> None:
    """List kept messages, newest first."""
    found = await _chosen(hub, wanted, _states(wanted.state), limit)
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


async def _chosen(hub: Hub, wanted: MessageFilter, states: Sequence[MessageState], limit: int) -> Sequence[MessageLine]:
    from hub.flows.views.view_messages import list_messages

    accounts = await hub.store.read(lambda tx: _accounts(tx, wanted.slug, wanted.code))
    clock = await hub.store.read(lambda tx: clock_in(tx, wanted.slug))
    begin = since_moment(wanted.since, hub.clock(), clock)
    return await list_messages(hub, accounts=accounts, states=states, since=begin, limit=limit)


def _accounts(tx: Tx, slug: str | None, code: str | None) -> list[str] | None:
    """Ids of the accounts that are meant; None for all."""
    if slug is None and code is None:
        return None
    owner = company_in(tx, slug).id if slug else None
    every = [item for item in tx.accounts.all() if owner in (None, item.merchant_id)]
    if code and code not in {item.provider for item in every}:
        known = ", ".join(sorted({item.provider for item in every})) or "none"
        raise click.ClickException(f"there is no account of {code!r} here (there are: {known})")
    return [item.id for item in every if code in (None, item.provider)]


def _states(state: str | None) -> list[MessageState]:
    from hub.domain.message import MessageState

    return [MessageState(STATES[state])] if state else []


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

    return only(await find_messages(hub, text) if text.strip() else (), "message", text)


@command.command()
@click.argument("message_id", metavar="ID")
@json_option
@pass_hub
async def show(hub: Hub, message_id: str, as_json: bool) -> None:
    """Show a message: what its verifier said, which payment it is about, and its shape.

    Its content is never shown, since it holds data of people and may hold proofs: values stand as their kind and
    length. What a replay would make of it is tried and taken back; nothing is sent."""
    from hub.flows.views.view_messages import view_message

    page = await view_message(hub, await _find(hub, message_id))
    if as_json:
        print_json(
            {
                **_facts(page.line),
                "method": page.method,
                "path": page.path,
                "size": page.size,
                "headers": [list(item) for item in page.headers],
                "body": [list(item) for item in page.body],
                "replay_would": reading_facts(page.now),
            }
        )
    else:
        _print_page(page)


def _print_page(page: MessagePage) -> None:
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
    for outcome in reading_lines(page.now, provider):
        click.echo(f"  {outcome}")
    if stored.state.value != "due":
        click.echo(f"to replay it:\n    {command_line('message', 'replay', stored.id[:SHORT])}")


def _about(line: MessageLine) -> str:
    payment = line.payment
    return f"{payment.reference}, {payment.amount}, {payment.status.value}" if payment else ""


def _named_or_chosen(message_ids: tuple[str, ...], wanted: MessageFilter, **_given: Any) -> None:
    if bool(message_ids) == any(wanted):
        raise click.UsageError("name messages, or choose them by --state, --account, --company or --since; not both")


@command.command()
@click.argument("message_ids", metavar="[ID]...", nargs=-1)
@filter_options
@click.option("--dry-run", is_flag=True, help="Say what would happen; send nothing, change nothing.")
@json_option
@check_usage(_named_or_chosen)
@pass_hub
async def replay(
    hub: Hub,
    message_ids: tuple[str, ...],
    wanted: MessageFilter,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Read messages again, through the door that they came to.

    Name some, or choose them by --state, --account, --company or --since: without --state those that are parked,
    rejected or dead. What was booked is not booked twice, and what has no proof stays refused. Exit code 1 when a
    message led nowhere again: it stays parked or refused, or could not be read."""
    done = await _replay(hub, message_ids, wanted, dry_run=dry_run)
    if as_json:
        print_json([{**_facts(line), "became": reading_facts(item.read)} for line, item in done])
    else:
        _print_replayed(done, dry_run=dry_run)
    return 1 if any(led_nowhere(item.read) for _, item in done) else 0


async def _replay(
    hub: Hub, message_ids: tuple[str, ...], wanted: MessageFilter, *, dry_run: bool
) -> list[tuple[MessageLine, Replayed]]:
    from hub.flows.payments.replay_message import LED_NOWHERE, replay_message

    if message_ids:
        lines: Sequence[MessageLine] = [await _find(hub, text) for text in message_ids]
    else:
        lines = await _chosen(hub, wanted, _states(wanted.state) or LED_NOWHERE, MAX_MESSAGES)
    oldest_first = sorted(lines, key=lambda line: (line.stored.message.received_at, line.stored.id))
    return [(line, await replay_message(hub, line.stored.id, dry_run=dry_run)) for line in oldest_first]


def _print_replayed(done: list[tuple[MessageLine, Replayed]], *, dry_run: bool) -> None:
    if not done:
        click.echo("no message is kept that fits")
        return
    for line, item in done:
        provider = line.account.provider if line.account else "?"
        outcome = "; ".join(reading_lines(item.read, provider))
        click.echo(f"{item.stored.id[:SHORT]}  {provider} {line.company}, {state_word(item.stored.state)}: {outcome}")
    nowhere = sum(led_nowhere(item.read) for _, item in done)
    dry = " (dry run: nothing was sent, nothing was written)" if dry_run else ""
    click.echo(f"read: {len(done)}, of which lead nowhere: {nowhere}{dry}")
