"""Mails that are owed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .finding import company_in, zones_in
from .options import any_company_option, check_usage, json_option
from .printing import local, print_json, print_table, when
from .running import pass_hub

if TYPE_CHECKING:
    from hub.flows.ground.ports import Hub

AT_ONCE = 4


@click.group()
def command() -> None:
    """Mails that are owed, and their tries."""


@command.command("list")
@any_company_option
@click.option("--state", type=click.Choice(["due", "sent", "dead"]))
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True)
@json_option
@pass_hub
async def list_(hub: Hub, slug: str | None, state: str | None, limit: int, as_json: bool) -> None:
    """List mails, newest first."""
    zones, found = await hub.store.read(lambda tx: _listed(tx, slug, state or "", limit))
    if as_json:
        print_json([_facts(item, company) for item, company in found])
        return
    print_table(
        ("CREATED", "ID", "COMPANY", "KIND", "RECIPIENT", "STATE", "TRIES", "NEXT TRY", "LAST ERROR"),
        [
            (
                when(item.created_at, zones[item.merchant_id]),
                item.id,
                company,
                item.kind,
                item.recipient,
                item.state.value,
                item.tries,
                when(item.due_at, zones[item.merchant_id]),
                item.last_error,
            )
            for item, company in found
        ],
        cut=("RECIPIENT",),
        fold=("LAST ERROR",),
    )


def _listed(tx: Any, slug: str | None, state: str, limit: int) -> tuple[dict[str, str], list[tuple[Any, str]]]:
    """The zone of each company, and mails with the company of each."""
    owner = company_in(tx, slug).id if slug else None
    names = {merchant.id: merchant.slug for merchant in tx.merchants.all()}
    found = tx.deliveries.of(merchant_id=owner, state=state, limit=limit)
    return zones_in(tx), [(item, names.get(item.merchant_id, "")) for item in found]


def _facts(item: Any, company: str) -> dict[str, object]:
    return {
        "id": item.id,
        "company": company,
        "kind": item.kind,
        "recipient": item.recipient,
        "subject": item.subject_id,
        "state": item.state.value,
        "tries": item.tries,
        "due_at": item.due_at,
        "sent_at": item.sent_at,
        "last_error": item.last_error,
        "created_at": item.created_at,
    }


def _one_or_dead(delivery_id: str | None, dead: bool, **_given: Any) -> None:
    if dead == bool(delivery_id):
        raise click.UsageError("name one delivery, or say --dead")


@command.command()
@click.argument("delivery_id", metavar="[ID]", required=False)
@click.option("--dead", is_flag=True, help="Every mail that was given up.")
@check_usage(_one_or_dead)
@pass_hub
async def retry(hub: Hub, delivery_id: str | None, dead: bool) -> None:
    """Make a mail due now: one that was given up, or that waits for its next try."""
    from hub.flows.mails.retry_delivery import retry_dead, retry_delivery

    for item in await retry_dead(hub) if dead else (await retry_delivery(hub, delivery_id or ""),):
        click.echo(f"due: {item.kind} to {item.recipient} ({item.id})")


@command.command("run")
@pass_hub
async def run_(hub: Hub) -> int:
    """Hand over every mail that is due now, once; for machines without serve or worker."""
    zones, sent, failed = await _hand_over(hub)
    for item in failed:
        again = f", again after {local(item.due_at, zones[item.merchant_id], seconds=True)}" if item.due_at else ""
        click.echo(f"Error: {item.kind} to {item.recipient}: {item.last_error} ({item.state.value}{again})", err=True)
    click.echo(f"{sent} sent, {len(failed)} failed")
    return 1 if failed else 0


async def _hand_over(hub: Hub) -> tuple[dict[str, str], int, list[Any]]:
    """Claim what is due until nothing is, as the loop does; each one is tried once."""
    import asyncio

    from hub.flows.mails.deliver import deliver
    from hub.jobs.embedded import VISIBILITY

    seen: list[str] = []
    while True:
        now = hub.clock()
        ids = await hub.store.write(lambda tx, now=now: tx.deliveries.claim_due(now, now + VISIBILITY, AT_ONCE))  # type: ignore[misc]
        fresh = [item for item in ids if item not in seen]
        if not fresh:
            break
        seen += fresh
        await asyncio.gather(*(deliver(hub, item) for item in fresh))
    zones, found = await hub.store.read(lambda tx: (zones_in(tx), [tx.deliveries.get(item) for item in seen]))
    done = [item for item in found if item is not None]
    left = [item for item in done if item.state.value != "sent"]
    return zones, len(done) - len(left), left
