"""Put a backup into an empty data folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .running import operator, pass_settings, run_on

if TYPE_CHECKING:
    from hub.domain.receipt import SeriesGap
    from hub.flows.operations.record_restore import SeriesEnd
    from hub.settings import Settings


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option("--keys", type=click.Path(exists=True, path_type=Path, dir_okay=False), help="The keys.json kept apart.")
@click.option(
    "--last-number",
    "said",
    metavar="COMPANY/MODE/SERIES=NUMBER",
    multiple=True,
    help="The last number that anybody has, for each series of documents.",
)
@click.option(
    "--skip-numbers",
    "skip",
    metavar="N",
    type=click.IntRange(1, 100_000),
    help="Go on N numbers ahead where nobody knows the last.",
)
@pass_settings
def command(settings: Settings, file: Path, keys: Path | None, said: tuple[str, ...], skip: int | None) -> int:
    """Put the backup FILE into an empty data folder, and verify what is there then.

    The folder needs the keys.json of the backup: put it there, or say --keys. Numbered documents that were issued after
    the backup have left the house: say the last number of each series, so that none is given again."""
    from hub.bootstrap import KEYS, database_of
    from hub.flows.operations.check_keys import check_keys
    from hub.flows.operations.record_restore import record_restore, series_ends
    from hub.providers.countries import load_countries
    from hub.storage import read_backup, restore

    ring = settings.data / KEYS
    if keys is not None and ring.exists() and ring.read_bytes() != keys.read_bytes():
        raise click.ClickException(f"{ring} is there already, and is another one: move it elsewhere first")
    if keys is None and not ring.exists():
        raise click.ClickException(f"{ring} is not there: put the keys of this backup there, or say --keys FILE")
    countries, now = load_countries().countries, datetime.now(UTC)
    ends = read_backup(file, lambda tx: series_ends(tx, countries))
    gaps = continuing(ends, said, skip, file.name, now)
    restore(file, database_of(settings), prepare=lambda tx: record_restore(tx, file.name, gaps, now=now))
    if keys is not None and not ring.exists():
        shutil.copyfile(keys, ring)
        ring.chmod(0o600)
    problems = run_on(settings, lambda hub: hub.store.read(lambda tx: tx.ledger.verify()))
    strange = run_on(settings, check_keys)
    for problem in (*problems, *strange):
        click.echo(f"Error: {problem}", err=True)
    if problems or strange:
        return 1
    click.echo(f"{database_of(settings)} is restored, the books are right, the keys open what is stored")
    slugs = {end.merchant_id: end.slug for end in ends}
    for gap in gaps:
        slug = slugs[gap.merchant_id]
        click.echo(f"{slug} {gap.mode}: documents go on after {gap.labels[1]}")
        click.echo(f"  why: payment-hub receipt gaps --company {slug}")
    click.echo("what happened after the backup is unknown here: docs/operating.md, After a restore")
    return 0


def continuing(
    ends: Iterable[SeriesEnd], said: Iterable[str], skip: int | None, backup: str, now: datetime
) -> tuple[SeriesGap, ...]:
    """What is left out of each series, as it was said.

    Raises:
        click.UsageError: Of a series nothing was said, or what cannot be.
    """
    from hub.flows.operations.record_restore import WrongNumber, gap_behind

    last, known = _each_once(map(_read, said)), {end.name: end for end in ends}
    if strange := sorted(last.keys() - known.keys()):
        raise click.UsageError(f"the backup has no series {strange[0]}; there are: {', '.join(known) or 'none'}")
    unsaid = [] if skip is not None else [end for name, end in known.items() if name not in last]
    try:
        found = [
            gap_behind(end, seen=last.get(name), skip=skip or 0, backup=backup, by=operator(), now=now)
            for name, end in known.items()
            if end not in unsaid
        ]
    except WrongNumber as wrong:
        raise click.UsageError(str(wrong)) from None
    if unsaid:
        raise click.UsageError(
            "cash receipts and other numbered documents that were issued after the backup have left the house. Say the"
            " last number that anybody has (in the mails sent, at the customers'), so that none is given again; the"
            " backup ends with:\n"
            + "\n".join(f"  --last-number {end.name}={end.last}" for end in unsaid)
            + "\nor --skip-numbers N to go on N numbers ahead where nobody knows"
        )
    return tuple(gap for gap in found if gap is not None)


def _each_once(said: Iterable[tuple[str, int]]) -> dict[str, int]:
    last: dict[str, int] = {}
    for name, number in said:
        if last.setdefault(name, number) != number:
            raise click.UsageError(f"{name} was said twice: {last[name]} and {number}; which is the last?")
    return last


def _read(text: str) -> tuple[str, int]:
    name, sign, number = text.rpartition("=")
    if not (sign and name.count("/") == 2 and re.fullmatch("[0-9]{1,9}", number)):
        raise click.UsageError(f"write COMPANY/MODE/SERIES=NUMBER, such as tornillo/live/RC=42, not {text!r}")
    return name, int(number)
