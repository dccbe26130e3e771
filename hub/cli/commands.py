"""The tree of commands: one module a noun, imported when one of its commands is asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module

import click

from . import VERSION
from .closed_months import reason_option
from .explaining import explanation
from .plain import plain, plain_terminal, told_plainly

INTERRUPTED = 130

COMMANDS = {
    "migrate": ("migrate", "Make the data folder's database, or bring it up to date."),
    "backup": ("backup", "Copy the database while it is in use, and verify the copy."),
    "restore": ("restoring", "Put a backup into an empty data folder."),
    "doctor": ("doctor", "Look for what is wrong, with a remedy for each fault."),
    "serve": ("serve", "Serve pages, API and notifications, and do what is due."),
    "worker": ("worker", "Do what is due: checks, messages, mails; without pages."),
    "find": ("find", "Find whatever somebody has at hand, and say what may be done."),
    "explain": ("explain", "Why a provider is offered or not, and what a payment waits for."),
    "company": ("company", "Companies that are owed: identity, options, members."),
    "country": ("country", "Which provider is offered in which country."),
    "provider": ("provider", "Pause a provider's buttons, and resume them."),
    "account": ("account", "Connections of companies to providers."),
    "import": ("importing", "Read customers and invoices from files."),
    "bill": ("bill", "Invoices: void one that was never owed, bill it anew."),
    "statement": ("statement", "What customers owe: show, mail, link, revoke."),
    "payment": ("payment", "Payments: list, export, follow, look now; refund, release, record by hand."),
    "message": ("message", "Notifications as they were kept: list, show, replay."),
    "review": ("review", "Exceptions that wait for a person: list, show, resolve."),
    "receipt": ("receipt", "Cash receipts, and money received outside the hub."),
    "credit": ("credit", "Customers' credit that is paid out: disburse, list, show, void."),
    "conversion": ("conversion", "Money that came in another currency: record, settle, list, show, void."),
    "order": ("order", "Store orders."),
    "delivery": ("delivery", "Mails that are owed, and their tries."),
    "api-key": ("api_key", "Keys of shops that place orders: create, list, revoke."),
    "ledger": ("ledger", "The books: check, export, correct."),
    "close": ("close", "Months of the books: show, close, open again, package, verify."),
    "reconcile": ("reconcile", "Compare what providers pay out with the books."),
    "plugins": ("plugins", "Installed providers: list, show, check, try, replay, certify; begin a new one."),
    "simulator": ("simulator", "Run a provider's simulator alone."),
}
"""Module and one-line help of each command."""


class LazyGroup(click.Group):
    """A group that knows its commands' names and helps, and imports a command only to run it.

    What is none of its own is a command of another distribution.
    """

    def __init__(self, name: str, lazy: Mapping[str, tuple[str, str]], **settings: object) -> None:
        super().__init__(name, **settings)  # type: ignore[arg-type]
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which they are shown."""
        return [*self._lazy, *self._foreign()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now."""
        if cmd_name not in self._lazy:
            from .installed import installed_command

            return installed_command(cmd_name)
        command = import_module(f"hub.cli.{self._lazy[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the one-line helps without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_module, text) in self._lazy.items()])
        if foreign := self._foreign():
            with formatter.section("Commands of other distributions"):
                formatter.write_dl(list(foreign.items()))

    def _foreign(self) -> dict[str, str]:
        """Names and helps of what other distributions bring; a name of our own is ours."""
        from .installed import installed_commands

        return {name: text for name, text in installed_commands().items() if name not in self._lazy}


def _root() -> click.Group:
    root = LazyGroup(
        "payment-hub",
        COMMANDS,
        help="Payment Hub: statements, payments through installed providers, receipts.",
        epilog="Exit codes: 0 done, 1 failed, 2 usage, 130 interrupted. Every command: docs/cli.md.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    root = reason_option(root)
    return click.version_option(VERSION, prog_name="payment-hub", message="%(prog)s %(version)s")(root)


def run_command(arguments: list[str]) -> int:
    """Run one command; what was expected to go wrong is told in a line or two."""
    try:
        with plain_terminal():
            result = _root().main(arguments, prog_name="payment-hub", standalone_mode=False)
    except click.ClickException as error:
        error.show(told_plainly(sys.stderr))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except Exception as error:
        lines = explanation(error)
        if not lines:
            raise
        text = "\n".join(f"Error: {line}" if not at else f"  {line}" for at, line in enumerate(lines))
        click.echo(plain(text), err=True)
        return 1
    return result if isinstance(result, int) else 0
