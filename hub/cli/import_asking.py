"""What a file asks before anything of it is taken: asked at a terminal, else named with the option that answers it."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, TypeVar

import attrs
import click

from .explaining import supposed, words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from hub.domain.files.layout import Layout
    from hub.domain.files.question import Question
    from hub.domain.files.reading import Reading

T = TypeVar("T")

ROUNDS = 20
"""How often a person is asked further; an answer may lead to another question."""


async def answered(
    take: Callable[[Layout], Awaitable[T]],
    reading: Callable[[T], Reading],
    layout: Layout,
    *,
    may_ask: bool,
    first: T | None = None,
) -> T:
    """What comes of a file; as long as it asks something, whoever sits there is asked, and it is read anew.

    Args:
        first: What came of it where it was read before.
    """
    report = await take(layout) if first is None else first
    for _ in range(ROUNDS if may_ask and sys.stdin.isatty() else 0):
        if not reading(report).is_open or reading(report).errors:
            break
        layout = _ask(reading(report), layout)
        report = await take(layout)
    return report


def _ask(reading: Reading, layout: Layout) -> Layout:
    """The layout with what a person says."""
    for question in reading.questions:
        click.echo("\n".join((words(question.text), *_choices(question))), err=True)
        values = [choice.value for choice in question.choices]
        answer = click.prompt("Answer", type=click.Choice(values), err=True)
        layout = layout.answering({question.key: answer})
    free = [*reading.left_out, *(theirs for several in reading.columns.values() for theirs in several)]
    for field in reading.missing if not reading.questions else ():
        click.echo(f"No column is known to be {field} ({field_words(field)}). There are: {', '.join(free)}", err=True)
        theirs = click.prompt(f"Column that is {field}", type=click.Choice(free), show_choices=False, err=True)
        layout = attrs.evolve(layout, columns={**layout.columns, theirs: field})
    return layout


def _choices(question: Question) -> Iterator[str]:
    for choice in question.choices:
        examples = "; ".join(map(supposed, choice.examples))
        yield f"  {choice.value}: {words(choice.label)}" + (f" ({examples})" if examples else "")


def field_words(field: str) -> str:
    """What people call one of our fields."""
    from hub.domain.files.field_labels import field_label

    return words(field_label(field))


def option_for(key: str, value: str) -> str:
    """The option that answers a question, as it is to be pasted."""
    return f"--answer {shlex.quote(f'{key}={value}')}"


def tell_open(reading: Reading, name: str) -> None:
    """What a file asks, and the option that answers each."""
    for question in reading.questions:
        click.echo(f"{name}: {words(question.text)}", err=True)
        for choice in question.choices:
            examples = "; ".join(map(supposed, choice.examples))
            shown = f"{words(choice.label)}{f' ({examples})' if examples else ''}"
            click.echo(f"  {option_for(question.key, choice.value)}  {shown}", err=True)
    for field in reading.missing:
        headings = ", ".join(reading.left_out) or "no other column"
        remedy = f"--map {shlex.quote(f'HEADING={field}')}"
        click.echo(f"{name}: no column is {field} ({field_words(field)}): {remedy}; left are: {headings}", err=True)
    click.echo(f"Error: nothing was imported from {name}: it asks what is said above", err=True)
