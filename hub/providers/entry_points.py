"""Loading what distributions declare by entry points, each on its own; what fails is quarantined with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

import structlog

from hub_hookspecs import hint_for

from .registry import LoadFailure, StageOrder

T = TypeVar("T")

log = structlog.get_logger(__name__)


class StrictLoadError(Exception):
    """A plugin or country failed to load, and the deployment asked that this be fatal.

    Attributes:
        failures: All that failed.
    """

    def __init__(self, failures: tuple[LoadFailure, ...]) -> None:
        super().__init__("\n".join(map(str, failures)))
        self.failures = failures


class Rejected(Exception):
    """One distribution is not loaded: at which stage, why, and what the operator can do."""

    def __init__(self, stage: StageOrder, error: str, remedy: str = "") -> None:
        super().__init__(error)
        self.stage, self.error, self.remedy = stage, error, remedy


def found_in(group: str, given: Iterable[EntryPoint] | None) -> list[EntryPoint]:
    """The entry points of a group, or those that were given, by name."""
    entries = entry_points(group=group) if given is None else given
    return sorted((entry for entry in entries if entry.group == group), key=lambda entry: (entry.name, entry.value))


def load_all(
    entries: list[EntryPoint], load: Callable[[EntryPoint], T], *, kind: str = ""
) -> tuple[dict[str, T], tuple[LoadFailure, ...]]:
    """What was loaded, by name, and what failed; a name that two distributions claim is served by neither.

    Args:
        kind: What they are, where they are no plugins.
    """
    found: dict[str, T] = {}
    failures: list[LoadFailure] = []
    claims = {name: [entry for entry in entries if entry.name == name] for name in {entry.name for entry in entries}}
    for entry in entries:
        try:
            _refuse_clash(entry, claims[entry.name])
            found[entry.name] = load(entry)
        except Rejected as rejected:
            failures.append(_failure(entry, rejected, kind))
    return found, tuple(failures)


def _refuse_clash(entry: EntryPoint, claims: list[EntryPoint]) -> None:
    if others := [_distribution(other) for other in claims if other is not entry]:
        raise Rejected(
            StageOrder.CHECK,
            f'the code "{entry.name}" is claimed by {" and ".join(others)} too',
            "Uninstall one of them; until then neither is served.",
        )


def reported(failures: tuple[LoadFailure, ...], strict: bool) -> tuple[LoadFailure, ...]:
    """The failures, logged.

    Raises:
        StrictLoadError: With ``strict``, when there are any.
    """
    for failure in failures:
        log.error("quarantined", code=failure.code, distribution=failure.distribution, reason=str(failure))
    if failures and strict:
        raise StrictLoadError(failures)
    return failures


def _failure(entry: EntryPoint, rejected: Rejected, kind: str) -> LoadFailure:
    return LoadFailure(
        distribution=entry.dist.name if entry.dist else "an unknown distribution",
        version=entry.dist.version if entry.dist else "0",
        code=entry.name,
        kind=kind,
        stage=rejected.stage,
        error=rejected.error,
        remedy=rejected.remedy,
    )


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value


def guarded(stage: StageOrder, work: Callable[[], T]) -> T:
    """Run foreign code; whatever it raises, SystemExit included, rejects it alone."""
    try:
        return work()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        said = f"{type(error).__name__}: {str(error)[:300]}".rstrip(": ")
        raise Rejected(stage, said, hint_for(error)) from error
