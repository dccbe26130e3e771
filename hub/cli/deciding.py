"""Decisions on the command line: who, why, on what evidence; and how they are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hub.domain.decision import Decision, Evidence

by_option = click.option("--by", required=True, metavar="NAME", help="Who decides this; a person's name.")
who_option = click.option("--by", metavar="NAME", help="Who does this; else the operator's login name.")
why_option = click.option("--why", required=True, metavar="TEXT", help="Why.")


def evidence_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--evidence`` and ``--evidence-file``."""
    told = click.option("--evidence", metavar="TEXT", default="", help="What was seen, where and when.")
    file = click.option(
        "--evidence-file",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Its name and SHA-256 are kept, not the file: keep it yourself.",
    )
    return told(file(command))


def evidence_of(text: str, file: str | None) -> Evidence:
    """What the two options said."""
    import hashlib
    from pathlib import Path

    from hub.domain.decision import Evidence

    if file is None:
        return Evidence(text=text.strip())
    shown = Path(file)
    return Evidence(text=text.strip(), name=shown.name, digest=hashlib.sha256(shown.read_bytes()).hexdigest())


def via() -> str:
    """How the decision came in."""
    from .running import operator

    return f"command line, {operator()}"


def tell_decision(decision: Decision, done: str) -> None:
    """What became of a decision, and what is missing."""
    if decision.is_done:
        click.echo(f"{done}; decided by {decision.people}")
        return
    added = ", with refunds before it," if decision.kind.value == "refund" else ""
    click.echo(
        f"proposed by {decision.by}, nothing happened yet: {decision.amount}{added} is above second_person_above."
        f" Another person approves it:\n    payment-hub review approve {decision.id} --by NAME --why TEXT"
    )
