"""Hand a file in: it becomes an import that is shown, its content sealed, and nothing of it is taken."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from hub.domain.card_numbers import mask_card_numbers
from hub.domain.files.layout import FileKind, Layout
from hub.domain.import_run import KEPT, MAX_BYTES, Choices, ImportRun
from hub.domain.merchant import Merchant
from hub.domain.text import Refusal, Text
from hub.flows.accounts.reseal_secrets import refuse_forgotten
from hub.flows.ground.own_record import own_record
from hub.flows.ground.ports import Hub, Tx
from hub.flows.ground.tell import tell

from .layouts import proposed_layout

NAME: Final = 100
HELD: Final = 30
"""Files of a merchant and mode that are kept at most; the oldest gives way."""


class NoContent(LookupError):
    """The file of an import was kept long enough, and dropped."""


async def hand_in(
    hub: Hub,
    merchant: Merchant,
    content: bytes,
    *,
    kind: FileKind,
    name: str,
    by: str,
    account: str = "",
    layout: Layout | None = None,
    choices: Choices | None = None,
) -> ImportRun:
    """Keep a file for as long as it may be needed, and how the last one like it was read.

    Args:
        account: Whose payouts it has.
        layout: How it is to be read; else as the last one like it was.
        choices: What was chosen beside.

    Raises:
        Refusal: It is empty, or larger than what is taken.
        Unopened: This process may seal nothing now.
    """
    if not content:
        raise Refusal(Text("handed.empty"))
    if len(content) > MAX_BYTES:
        raise Refusal(Text("handed.too_large", most=MAX_BYTES // 2**20))
    currency = hub.countries[merchant.company.country].currencies[0]
    if layout is None:
        layout = await proposed_layout(hub, merchant, kind, content, name=name, said=Layout(), currency=currency)
    now = hub.clock()
    run = ImportRun(
        id=hub.fresh_id(),
        layout=layout,
        merchant_id=merchant.id,
        mode=merchant.mode,
        kind=kind,
        name=short_name(name),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        by=by,
        choices=choices or Choices(account=account),
        created_at=now,
        expires_at=now + KEPT,
    )

    def write(tx: Tx) -> ImportRun:
        refuse_forgotten(tx, hub)  # what is sealed within this transaction is under a key that is still there
        tx.imports.add(run)
        sealed, key_id = hub.vault.seal(
            content, table="import_content", column="sealed", row=run.id, merchant=merchant.id
        )
        tx.imports.keep_content(run.id, sealed, key_id)
        tx.imports.drop_but_newest(merchant.id, merchant.mode, HELD)
        tell(tx, "import_handed_in", run=run.id, merchant=merchant.id, what=kind.value, size=run.size)
        return run

    return await hub.store.write(write)


def short_name(name: str) -> str:
    """A file's name as people may read it: without folders and controls, shortened, and no card number in it."""
    last = re.split(r"[/\\]", name)[-1]
    return mask_card_numbers("".join(char for char in last if char.isprintable()).strip())[:NAME]


def content_in(tx: Tx, hub: Hub, run: ImportRun) -> bytes:
    """The file of an import, as it was handed in.

    Raises:
        NoContent: It was dropped.
        Unopened: The key that sealed it is not here.
    """
    sealed = tx.imports.content(run.id)
    if sealed is None:
        raise NoContent(run.id)
    return hub.vault.open(sealed, table="import_content", column="sealed", row=run.id, merchant=run.merchant_id)


async def read_file(hub: Hub, merchant: Merchant, run_id: str) -> tuple[ImportRun, bytes]:
    """An import of this merchant, and its file.

    Raises:
        LookupError: No such import of this merchant; ``NoContent``: its file was dropped.
        Unopened: The key that sealed it is not here.
    """

    def read(tx: Tx) -> tuple[ImportRun, bytes]:
        run = own_record(tx.imports.get(run_id), merchant, run_id)
        return run, content_in(tx, hub, run)

    return await hub.store.read(read)


async def import_of(hub: Hub, merchant: Merchant, run_id: str) -> ImportRun:
    """An import of this merchant, in its mode.

    Raises:
        LookupError: No such import of this merchant.
    """
    return await hub.store.read(lambda tx: own_record(tx.imports.get(run_id), merchant, run_id))


async def list_imports(hub: Hub, merchant: Merchant) -> tuple[ImportRun, ...]:
    """The last imports, newest first."""
    return await hub.store.read(lambda tx: tx.imports.of(merchant.id, merchant.mode))
