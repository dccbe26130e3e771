"""What went wrong, in a line or two that name culprit and remedy."""

from __future__ import annotations

OURS = ("hub.", "hub_hookspecs")


def explanation(error: Exception) -> tuple[str, ...]:
    """Lines for people; none for an error that nobody expected, whose traceback is then wanted."""
    problems = getattr(error, "problems", None)
    if _is_ours(error) and problems:
        return tuple(_problem(problem) for problem in problems)
    if _is_ours(error) or type(error) is LookupError:
        return tuple(line for line in str(error).splitlines() if line.strip()) or (type(error).__name__,)
    if isinstance(error, OSError):
        named = f"{error.filename}: " if error.filename else ""
        return (f"{named}{error.strerror or error}",)
    return ()


def _is_ours(error: Exception) -> bool:
    """Every exception class of the hub is worded for people."""
    return type(error).__module__.startswith(OURS)


def _problem(problem: object) -> str:
    field, message = getattr(problem, "field", ""), getattr(problem, "message", "")
    return f"{field}: {message}" if message else str(problem)
