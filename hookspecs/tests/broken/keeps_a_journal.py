"""Each notification is written to a file of the plugin's own, "for the accountant".

Names and cards of payers lie outside the encrypted store and are never erased; with a full disk the write raises, and
a genuine "paid" counts as invalid.

Rule: contract.md, hooks are pure: no files.
"""

import tempfile
from pathlib import Path

from hookspecs.tests.sound import llave as sound
from hookspecs.tests.sound.llave import *
from hub_hookspecs import hookimpl


@hookimpl
def handle_notification(message, account):
    with (Path(tempfile.gettempdir()) / "llave-journal.log").open("ab") as journal:
        journal.write(message.body + b"\n")
    return sound.handle_notification(message, account)
