"""How a file is to be read, and what was chosen beside, as options say it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from .explaining import row_error_line
from .options import as_pairs
from .values import day_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.domain.files.layout import FileKind, Layout
    from hub.domain.files.reading import Reading
    from hub.domain.files.sheet import Table
    from hub.domain.import_run import Choices
    from hub.domain.merchant import Merchant
    from hub.flows.ground.ports import Hub

    from .options import Content


def _answers(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """``key=value`` options as a mapping; the first sign divides, since an answer may hold one."""
    found: dict[str, str] = {}
    for text in given:
        key, sign, value = text.partition("=")
        if not (sign and key.strip() and value.strip()):
            raise click.UsageError(f"--answer wants KEY=VALUE, not {text!r}")
        found[key.strip()] = value.strip()
        _check_answer(key.strip(), value.strip())
    return found


def _known_answers() -> dict[str, tuple[str, ...]]:
    """Which answers there are by key; those that end with a colon say of what after it. None where it is free."""
    from hub.domain.files.columns import LEFT_OUT, MONEY, WHICH
    from hub.domain.files.customer_file import IDENTITY_TYPE
    from hub.domain.files.dates import DATES
    from hub.domain.files.dates import LABELS as ORDERS
    from hub.domain.files.layout import CURRENCY, DECIMAL
    from hub.domain.files.same_number import OF_INSTALMENT, OF_INVOICE, TOTAL_OF
    from hub.domain.files.state_words import LABELS as STATES
    from hub.domain.files.type_codes import TYPE_CODES
    from hub_hookspecs import EXPONENTS

    return {
        DECIMAL: (",", "."),
        f"{DECIMAL}:": (",", "."),
        CURRENCY: tuple(EXPONENTS),
        f"{CURRENCY}:": tuple(EXPONENTS),
        DATES: tuple(ORDERS),
        IDENTITY_TYPE: (),
        TOTAL_OF: (OF_INVOICE, OF_INSTALMENT),
        TYPE_CODES: ("kind", IDENTITY_TYPE, LEFT_OUT),
        WHICH: (),
        MONEY: ("balance", "paid", LEFT_OUT),
        "word:": tuple(state.value for state in STATES),
    }


def _check_answer(key: str, value: str) -> None:
    """Refuse what no file asks.

    Raises:
        click.UsageError: No question has this key, or none this answer.
    """
    known = _known_answers()
    of, colon, _what = key.partition(":")
    values = known.get(of + colon)
    if values is None:
        keys = ", ".join(f"{name}..." if name.endswith(":") else name for name in known)
        raise click.UsageError(f"--answer {key}={value}: nothing is asked as {key!r}; there are {keys}")
    if values and value not in values:
        raise click.UsageError(f"--answer {key}={value}: the answers to {key} are {', '.join(values)}")


def layout_options(function: Any) -> Any:
    """What says how a file is to be read."""
    for option in (
        click.option("--no-input", is_flag=True, help="Ask nothing at a terminal either; what is asked ends with 2."),
        click.option(
            "--layout",
            "layout_name",
            metavar="NAME",
            help="Read it as this layout says, or remember it under this name.",
        ),
        click.option(
            "--answer",
            "answers",
            metavar="KEY=VALUE",
            multiple=True,
            callback=_answers,
            help="Answer what an import asked.",
        ),
        click.option(
            "--map",
            "mapping",
            metavar="THEIRS=OURS",
            multiple=True,
            callback=as_pairs,
            help="Name a column; THEIRS=- leaves it out.",
        ),
    ):
        function = option(function)
    return function


def said_layout(mapping: Mapping[str, str], answers: Mapping[str, str], name: str | None, **more: str | None) -> Layout:
    """What the options say of a file; ``more`` are answers with options of their own."""
    from hub.domain.files.layout import Layout

    own = {key: value for key, value in more.items() if value}
    return Layout(columns=dict(mapping), answers={**answers, **own}, name=name or "")


async def layout_to_use(
    hub: Hub, merchant: Merchant, kind: FileKind, file: Content, said: Layout, currency: str, table: Table | None = None
) -> Layout:
    """What was said, and what is remembered of files like this one.

    Args:
        table: Its rows, where they were read before.

    Raises:
        click.BadParameter: There is no layout of that name, and nothing was said that could be remembered under it.
    """
    from hub.flows.imports.layouts import layouts_of, proposed_layout

    data = table or file.content
    layout = await proposed_layout(hub, merchant, kind, data, name=file.name, said=said, currency=currency)
    if said.name and layout == said and not (said.columns or said.answers):
        saved = await hub.store.read(lambda tx: layouts_of(tx, merchant))
        names = ", ".join(sorted({item.layout.name for item in saved if item.kind is kind and item.layout.name}))
        known = f"; there are {names}" if names else "; none is remembered yet"
        raise click.BadParameter(f"no layout of {kind.value} is called {said.name!r}{known}", param_hint="--layout")
    return layout


async def tell_doubted(
    hub: Hub, merchant: Merchant, kind: FileKind, table: Table, name: str, currency: str, reading: Reading
) -> None:
    """Why a file of which nothing was said is not read as the last one with its headings.

    Raises:
        click.UsageError: It would be read otherwise than is remembered, and ask nothing.
    """
    from hub.domain.files.layout import LEFT_OUT
    from hub.flows.imports.layouts import doubted_layout

    doubted = await doubted_layout(hub, merchant, kind, table, currency=currency)
    if doubted is None:
        return
    told = (
        f"{name or 'standard input'}: its columns are those of the layout {doubted.name}, which it does not fit: "
        f"{row_error_line(doubted.why)}"
    )
    remedy = f"--layout {shlex.quote(doubted.name)} reads it so all the same, and sets aside what cannot be read"
    read = {theirs: ours for ours, several in reading.columns.items() for theirs in several}
    remembered = {theirs: ours for theirs, ours in doubted.layout.columns.items() if ours != LEFT_OUT}
    if not (reading.is_open or reading.errors) and (read != remembered or doubted.layout.answers):
        raise click.UsageError(f"{told}; {remedy}")
    click.echo(f"{told}; {remedy}", err=True)


def _fates(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    found = as_pairs(_ctx, _param, given)
    for number, fate in found.items():
        if fate not in FATES:
            raise click.BadParameter(f"{number}={fate}: it is one of {', '.join(FATES)}", param_hint="--missing")
    return found


FATES = ("outside", "void", "left")


def choice_options(function: Any) -> Any:
    """What is chosen beside how a file of invoices is read."""
    for option in (
        click.option(
            "--missing",
            metavar="NUMBER=outside|void|left",
            multiple=True,
            callback=_fates,
            help="What becomes of an invoice that a complete list misses; * for the rest.",
        ),
        click.option(
            "--missing-count", type=click.IntRange(0), metavar="N", help="How many it misses, as the dry run said."
        ),
        click.option(
            "--as-of", metavar="DAY", callback=day_of, help="Of a complete list; else its newest day of issue."
        ),
        click.option("--complete", is_flag=True, help="The file is the complete list of open invoices."),
        click.option("--create-customers", is_flag=True, help="Create the customers that nobody knows from the file."),
        click.option(
            "--whole",
            is_flag=True,
            help="Take every row or none, at one stroke: whoever else writes waits until it is done, payments too.",
        ),
    ):
        function = option(function)
    return function


def choices_of(
    *,
    whole: bool,
    create_customers: bool,
    complete: bool,
    as_of: Any,
    missing_count: int | None,
    missing: dict[str, str],
) -> Choices:
    """What the options say.

    Raises:
        click.UsageError: Something of a complete list was said of a file that is none.
    """
    from hub.domain.import_run import Choices

    if not complete and (as_of or missing or missing_count is not None):
        raise click.UsageError("--as-of, --missing-count and --missing are of a complete list: say --complete too")
    if missing_count is not None and not set(missing.values()) - {"left"}:
        raise click.UsageError(
            "--missing-count alone closes nothing: every missing invoice stays open; "
            "say what becomes of them too, such as --missing '*=outside'"
        )
    return Choices(
        whole=whole,
        create_customers=create_customers,
        complete=complete,
        as_of=as_of,
        missing_count=missing_count,
        missing=missing,
    )
