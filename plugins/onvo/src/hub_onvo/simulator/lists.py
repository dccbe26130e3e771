"""Lists of the simulated ONVO: newest first, by pages, in one of the envelopes that public sources have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TypeVar

from .errors import of_form

MAX_LIMIT: Final = 100
PAGING: Final = frozenset(
    {"limit", "startingAfter", "endingBefore", "createdAt[gte]", "createdAt[gt]", "createdAt[lte]", "createdAt[lt]"}
)
COMPARISONS: Final[Mapping[str, Callable[[datetime, datetime], bool]]] = {
    "createdAt[gte]": lambda one, other: one >= other,
    "createdAt[gt]": lambda one, other: one > other,
    "createdAt[lte]": lambda one, other: one <= other,
    "createdAt[lt]": lambda one, other: one < other,
}


class Thing(Protocol):
    """What a list holds."""

    id: str
    created: datetime


T = TypeVar("T", bound=Thing)


def listed(
    things: Iterable[T],
    query: Mapping[str, str],
    render: Callable[[T], dict[str, Any]],
    *,
    envelope: str = "",
    more: frozenset[str] = frozenset(),
) -> Any:
    """One page, newest first.

    Args:
        things: In the order in which they were made.
        envelope: What is put around them: nothing, ``cursors`` or ``has_more``.
        more: Parameters beside those of every list.
    """
    limit = _checked(query, more)
    found = [
        thing
        for thing in things
        if all(
            test(_shown(thing.created), _moment(query[name], name))
            for name, test in COMPARISONS.items()
            if name in query
        )
    ]
    if query.get("sortOrder") != "asc":
        found.reverse()
    first, last = _window(found, query, limit)
    page = found[first:last]
    data = [render(thing) for thing in page]
    if not envelope:
        return data
    if envelope == "has_more":
        return {"data": data, "meta": {"hasMore": last < len(found)}}
    meta = {
        "total": len(found),
        "limit": limit,
        "pages": -(-len(found) // limit),
        "cursorNext": page[-1].id if page and last < len(found) else None,
        "cursorBefore": page[0].id if page and first > 0 else None,
    }
    return {"data": data, "meta": meta}


def _checked(query: Mapping[str, str], more: frozenset[str]) -> int:
    problems = [f"property {name} should not exist" for name in query if name not in PAGING | more]
    if "startingAfter" in query and "endingBefore" in query:
        problems.append("startingAfter and endingBefore exclude each other")
    limit = query.get("limit", "10")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:4]) <= MAX_LIMIT):
        problems.append(f"limit must be an integer from 1 to {MAX_LIMIT}")
    if query.get("sortOrder", "desc").lower() not in ("asc", "desc"):
        problems.append("sortOrder must be one of the following values: asc, desc")
    if problems:
        raise of_form(problems)
    return int(limit)


def _window(found: Sequence[Thing], query: Mapping[str, str], limit: int) -> tuple[int, int]:
    places = {thing.id: place for place, thing in enumerate(found)}
    if key := query.get("startingAfter"):
        first = places.get(key, len(found)) + 1
        return min(first, len(found)), min(first + limit, len(found))
    if key := query.get("endingBefore"):
        last = places.get(key, 0)
        return max(0, last - limit), last
    return 0, min(limit, len(found))


def _shown(moment: datetime) -> datetime:
    """As exact as answers tell it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _moment(written: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise of_form([f"{name} must be a valid ISO 8601 date string"]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
