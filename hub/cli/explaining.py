"""What went wrong, in lines that name culprit and remedy."""

from __future__ import annotations

from collections.abc import Iterator

OURS = ("hub.", "hub_hookspecs")
SHOWN = 12


def explanation(error: Exception) -> tuple[str, ...]:
    """Lines for people; none for an error that nobody expected, whose traceback is then wanted."""
    lines = [line for line in _lines(error) if line.strip()]
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return tuple(lines[:SHOWN] + more)


def _lines(error: Exception) -> Iterator[str]:
    if isinstance(error, OSError):
        yield f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    elif type(error).__module__.startswith(OURS) or type(error) is LookupError:
        # Every exception class of the hub is worded for people; a form's says which fields.
        fields = [problem for problem in getattr(error, "problems", ()) if hasattr(problem, "field")]
        yield from [f"{problem.field}: {problem.message}" for problem in fields] or str(error).splitlines()
        if not str(error):
            yield type(error).__name__
