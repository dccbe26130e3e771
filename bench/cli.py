"""Start-up of the command line: `--version` against a bare interpreter, a subcommand's help against a bare click group.

    ./run python bench/cli.py [ROUNDS] [ANOTHER_CHECKOUT]

All four run in turn, so that load and caches fall on all alike; medians, with the lowest and highest. Targets: both
ratios at most 1.15. Of another checkout, whose environment its `./run` has made, the same commands run in the same
turns.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARGET = 1.15
BARE_GROUP = '''
import click

@click.group()
def main():
    """A group."""

@main.group()
def payment():
    """Payments."""

@payment.command("list")
@click.option("--company")
@click.option("--since")
@click.option("--status", type=click.Choice(["pending", "paid"]))
@click.option("--limit", type=click.IntRange(1, 100000), default=200)
@click.option("--format", type=click.Choice(["table", "json", "csv"]), default="table")
@click.option("--json", "as_json", is_flag=True)
@click.option("--data")
def list_(**given):
    """List payments."""

@payment.command()
@click.argument("any_")
@click.option("--json", "as_json", is_flag=True)
@click.option("--data")
def show(**given):
    """Show a payment."""

@payment.command()
@click.argument("reference")
@click.option("--data")
def check(**given):
    """Check a payment."""

main()
'''


def seconds(command: list[str]) -> float:
    """How long one whole process takes."""
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def main(rounds: int, checkout: str = "") -> None:
    """Measure and print."""
    hub = str(Path(sys.executable).with_name("payment-hub.exe" if os.name == "nt" else "payment-hub"))
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE_GROUP, encoding="utf-8")
        commands = {
            "python -I -c pass": [sys.executable, "-I", "-c", "pass"],
            "payment-hub --version": [hub, "--version"],
            "bare click group, payment --help": [sys.executable, str(bare), "payment", "--help"],
            "payment-hub payment --help": [hub, "payment", "--help"],
        }
        ours = [name for name in commands if name.startswith("payment-hub ")] if checkout else []
        other = str(Path(checkout, ".venv", *Path(hub).parts[-2:]).resolve())
        commands |= {f"{name}, there": [other, *commands[name][1:]] for name in ours}
        times: dict[str, list[float]] = {name: [] for name in commands}
        for at in range(rounds + 1):
            for name, command in commands.items():
                taken = seconds(command)
                if at:  # the first round fills the caches
                    times[name].append(taken * 1000)
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"{name:34} {middle:7.1f} ms ({min(found):.1f}..{max(found):.1f}), {rounds} rounds")
    ratio("--version / bare python", times["payment-hub --version"], times["python -I -c pass"])
    ratio(
        "payment --help / bare click group",
        times["payment-hub payment --help"],
        times["bare click group, payment --help"],
    )
    for name in ours:
        each = [here / there for here, there in zip(times[name], times[f"{name}, there"], strict=True)]
        print(f"{name}, here / there: {statistics.median(each):.3f} ({min(each):.2f}..{max(each):.2f})")


def ratio(name: str, ours: list[float], theirs: list[float]) -> None:
    """Print a ratio of medians with its target; min..max over the single rounds."""
    each = [one / other for one, other in zip(ours, theirs, strict=True)]
    middle = statistics.median(ours) / statistics.median(theirs)
    word = "holds" if middle <= TARGET else "missed"
    print(f"{name:34} {middle:7.2f} ({min(each):.2f}..{max(each):.2f}), target at most {TARGET}: {word}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15, *sys.argv[2:3])
