"""Begin a provider, and bring one up to date with the template that it began from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.authoring.wanted import NEWS, PROOFS, REFUNDS, STARTS, Wanted, faults, meant

from .options import json_option
from .printing import print_json

if TYPE_CHECKING:
    from hub.authoring.country_facts import CountryFacts


class Word(click.ParamType[Any]):
    """One of a few words; a wrong one is told which is near."""

    name = "word"

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The word as it was given."""
        if value not in self.words:
            self.fail(f"{value!r} is none of {', '.join(self.words)}{meant(value, self.words)}", param, ctx)
        return value

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """As help shows it."""
        return "|".join(self.words)


class Words(Word):
    """Several of them, with commas between."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Each of them once."""
        return frozenset(super(Words, self).convert(word.strip(), param, ctx) for word in value.split(","))

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """As help shows it."""
        return ",".join(self.words)


@click.command()
@click.argument("code")
@click.option("--country", required=True, metavar="CC", help="Where it is offered: ISO 3166-1, such as CL.")
@click.option("--starts", required=True, type=Word(STARTS), help="What the payer does once a payment was started.")
@click.option("--news", required=True, type=Words(NEWS), help="How the outcome comes back: one of them, or both.")
@click.option("--proof", type=Word(PROOFS), help="What proves a notification; else hmac-sha256 where there are any.")
@click.option("--refunds", type=Word(REFUNDS), default="none", help="What can be given back; else none.")
@click.option("--cancel", is_flag=True, help="A pending payment can be withdrawn.")
@click.option("--name", help="As people call it; else made of CODE.")
@click.option("--into", metavar="DIR", help="An empty or new folder; else ./payment-hub-CODE.")
@json_option
def new(
    code: str,
    country: str,
    starts: str,
    news: frozenset[str],
    proof: str | None,
    refunds: str,
    cancel: bool,
    name: str | None,
    into: str | None,
    as_json: bool,
) -> None:
    """Write a provider's distribution that passes its tests as it is; CODE names it."""
    from hub.authoring.beginning import CannotWrite, write_distribution

    wanted = Wanted(
        code=code,
        name=code.replace("-", " ").title() if name is None else name,
        country=country.upper(),
        starts=starts,
        news=news,
        proof=proof or ("hmac-sha256" if "notification" in news else "none"),
        refunds=refunds,
        cancel=cancel,
    )
    if why := "\n".join(faults(wanted, _installed())):
        raise click.UsageError(why)
    facts = _facts_of(wanted.country)
    folder = Path(into) if into else Path(f"payment-hub-{code}")
    try:
        files = write_distribution(wanted, facts, folder)
    except CannotWrite as why_not:
        raise click.ClickException(str(why_not)) from None
    if as_json:
        print_json({"folder": str(folder), "files": files, "own_country": facts.own})
        return
    click.echo(f"payment-hub-{code} begins in {folder}: {len(files)} files")
    if facts.own:
        click.echo(f"the hub does not know {facts.name} yet: src/hub_{code.replace('-', '_')}/country.py begins it")
    click.echo('its tests pass as it is; `grep -rn "LOOK UP" src tests` lists what only its documents can say:')
    click.echo(f"  cd {folder}\n  python -m pip install -e '.[test]'\n  python -m pytest")
    click.echo(f"beside the hub an invoice is paid with it by: payment-hub plugins try {code}")


def _installed() -> frozenset[str]:
    from importlib.metadata import entry_points

    return frozenset(entry.name for entry in entry_points(group="hub.providers"))


def _facts_of(code: str) -> CountryFacts:
    from hub.authoring.country_facts import country_meant, facts_of
    from hub.providers.countries import load_countries

    if problem := country_meant(code):
        raise click.UsageError(problem)
    try:
        return facts_of(code, load_countries().get(code))
    except LookupError as why:
        raise click.UsageError(str(why)) from None


@click.command()
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def update(folder: Path, as_json: bool) -> int:
    """Merge what the template learnt since into a provider that began from it: a clean git checkout, FOLDER or here."""
    from hub.authoring.beginning import CannotWrite, update_distribution

    try:
        done = update_distribution(folder)
    except CannotWrite as why_not:
        raise click.ClickException(str(why_not)) from None
    if as_json:
        print_json(
            {
                "before": done.before,
                "after": done.after,
                "changed": list(done.changed),
                "conflicts": list(done.conflicts),
            }
        )
    elif done.before == done.after:
        click.echo(f"it is of template {done.after}, which is the newest")
    else:
        click.echo(f"from template {done.before} to {done.after}: {len(done.changed)} files, not committed yet")
        for name in done.changed:
            both = "  changed here and in the template: both stand there, marked" if name in done.conflicts else ""
            click.echo(f"  {name}{both}")
    return 1 if done.conflicts else 0
