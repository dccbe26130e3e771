"""Decisions on the command line: who, why, on what evidence; and how they are told."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from .running import operator

if TYPE_CHECKING:
    from hub.domain.decision import Decision, Evidence, Signed
    from hub.domain.operation import Operation
    from hub.domain.payment import Payment

by_option = click.option("--by", required=True, metavar="NAME", help="Who decides this; a person's name.")
who_option = click.option("--by", metavar="NAME", help="Who does this; else the operator's login name.")
why_option = click.option("--why", required=True, metavar="TEXT", help="Why.")


def evidence_options(body: Callable[..., Any]) -> Callable[..., Any]:
    """``--evidence`` and ``--evidence-file``, which the body gets as one ``evidence``."""

    @click.option("--evidence", "text", metavar="TEXT", default="", help="What was seen, where and when.")
    @click.option(
        "--evidence-file",
        "file",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Its name and SHA-256 are kept, not the file: keep it yourself.",
    )
    @functools.wraps(body)
    def command(text: str, file: str | None, **given: Any) -> Any:
        return body(evidence=_evidence(text, file), **given)

    return command


def _evidence(text: str, file: str | None) -> Evidence:
    import hashlib
    from pathlib import Path

    from hub.domain.decision import Evidence

    if file is None:
        return Evidence(text=text.strip())
    shown = Path(file)
    return Evidence(text=text.strip(), name=shown.name, digest=hashlib.sha256(shown.read_bytes()).hexdigest())


def signed(by: str, why: str, evidence: Evidence | None = None) -> Signed:
    """Who decides and why, on the command line of this user."""
    from hub.domain.decision import Evidence, Signed

    return Signed(by=by, why=why, evidence=evidence or Evidence(), via=f"command line, {operator()}")


def stands(thing: Payment | Operation) -> str:
    """The status of a payment, a refund or an undo, with the reason where there is one."""
    return f"{thing.status.value} ({thing.reason})" if thing.reason else thing.status.value


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
