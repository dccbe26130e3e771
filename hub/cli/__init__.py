"""The command line: parse, one call, print. Nothing is imported before it is needed."""

import sys

VERSION = "0.1.0"
"""Stands here too, since reading it from the installed metadata costs more than a bare interpreter."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 usage, 130 interrupted."""
    given = sys.argv[1:] if arguments is None else arguments
    if given == ["--version"]:
        sys.stdout.write(f"payment-hub {VERSION}\n")
        return 0
    from .commands import run_command

    return run_command(given)
