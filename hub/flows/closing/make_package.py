"""Make the package of a close: one zip, made once in the background, and kept as it is.

Everything in it follows from the close's position of the chain and from papers that never change, so the same close
makes the same bytes; and since names and logos may change all the same, what was made once is handed out for good.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from pathlib import Path
from typing import IO, Final

import attrs

from hub.domain.merchant import Merchant
from hub.domain.month_close import MonthClose, span_of
from hub.domain.receipt import CashReceipt
from hub.flows.ground.ports import Conflict, Hub, Tx
from hub.flows.ground.tell import tell
from hub.flows.views.print_cash_receipt import cash_receipt_document
from hub.flows.views.print_document import print_document, prints
from hub.flows.views.view_receipts import view_receipt

from .package_files import write_audit, write_beancount, write_tables
from .zip_file import PackageZip

PIECE: Final = 1 << 20
"""Bytes that are stored at once."""


async def make_package(hub: Hub, close_id: str) -> None:
    """Make the package of a close, unless it is made; safe to begin anew."""
    stored = await hub.store.read(lambda tx: tx.packages.get(close_id))
    if stored is None or stored.made_at is not None:
        return
    with tempfile.TemporaryDirectory(prefix="payment-hub-close-") as folder:
        await _keep(hub, close_id, await write_package(hub, close_id, Path(folder)))


async def write_package(hub: Hub, close_id: str, folder: Path) -> Path:
    """Write the package of a close into a folder, and return its file."""
    close, merchant, before = await hub.store.read(lambda tx: _about(tx, close_id))
    path = folder / "package.zip"
    with PackageZip(path) as package:
        await hub.store.read(lambda tx: _write_books(tx, hub, merchant, close, before, folder, package))
        await _write_receipts(hub, merchant, close, before, package)
        await asyncio.to_thread(package.close_with, manifest_of(merchant, close))
    return path


def manifest_of(merchant: Merchant, close: MonthClose) -> dict[str, object]:
    """What a package says of its close: enough to find out later whether some books are the ones that were closed."""
    return {
        "company": merchant.slug,
        "mode": close.mode.value,
        "month": str(close.month),
        "close": close.n,
        "zone": close.zone,
        "closed_by": close.by,
        "closed_at": close.at.isoformat(),
        "why": close.why,
        "chain": {"position": close.seq, "head": close.head},
        "entries": close.entries,
        "digest": close.digest,
        "totals": [
            {
                "account": item.kind,
                "currency": item.currency,
                "opening": item.opening,
                "debit": item.debit,
                "credit": item.credit,
                "closing": item.closing,
            }
            for item in close.totals
        ],
        "open": [
            {"kind": item.kind.value, "count": item.count, "amounts": dict(sorted(item.amounts.items()))}
            for item in close.open
        ],
    }


def _about(tx: Tx, close_id: str) -> tuple[MonthClose, Merchant, MonthClose | None]:
    close = tx.closes.get(close_id)
    merchant = tx.merchants.get(close.merchant_id) if close else None
    if close is None or merchant is None:
        raise LookupError(close_id)
    return close, merchant, tx.closes.get(close.before) if close.before else None


def _write_books(
    tx: Tx,
    hub: Hub,
    merchant: Merchant,
    close: MonthClose,
    before: MonthClose | None,
    folder: Path,
    package: PackageZip,
) -> None:
    with package.file("cierre.xlsx") as file:
        write_tables(tx, hub, merchant, close, before, file)
    with package.file("libros.beancount") as file:
        write_beancount(tx, merchant, close, file)
    write_audit(tx, close, folder / "audit.sqlite")
    package.add("auditoria.sqlite", folder / "audit.sqlite")


async def _write_receipts(
    hub: Hub, merchant: Merchant, close: MonthClose, before: MonthClose | None, package: PackageZip
) -> None:
    """Each as a PDF of its own, one in memory at a time; none where nothing here draws PDFs."""
    if not prints(hub):
        return
    had = (span_of(before).last, before.receipts if before else {})
    ids = await hub.store.read(
        lambda tx: tx.month_rows.receipts(merchant.id, close.mode, close.month.last, close.receipts, had)
    )
    for receipt_id in ids:
        view = await view_receipt(hub, merchant, receipt_id)
        paper = cash_receipt_document(hub, merchant, _as_closed(view.receipt, close), view.payment)
        printed = await print_document(hub, paper, merchant.locale)
        await asyncio.to_thread(package.add_bytes, f"recibos/{view.receipt.label}.pdf", printed.content)


def _as_closed(receipt: CashReceipt, close: MonthClose) -> CashReceipt:
    """A receipt as it stood at the close: what was voided later still stood."""
    is_later = receipt.voided_at is not None and receipt.voided_at > close.at
    return attrs.evolve(receipt, void_reason="", voided_at=None, voided_by="") if is_later else receipt


async def _keep(hub: Hub, close_id: str, path: Path) -> None:
    """Store the file piece after piece, each in a transaction of its own; whole only with the last."""
    digest, size, position = hashlib.sha256(), 0, 0
    await hub.store.write(lambda tx: tx.packages.begin(close_id))
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(_read, file):
            digest.update(piece)
            await hub.store.write(
                lambda tx, at=position, content=piece: tx.packages.add_part(close_id, at, content)  # type: ignore[misc]
            )
            size, position = size + len(piece), position + 1

    def finish(tx: Tx) -> None:
        tx.packages.finish(close_id, digest.hexdigest(), size, hub.clock())
        tell(tx, "close_packed", close=close_id, size=size)

    try:
        await hub.store.write(finish)
    except Conflict:  # another process was faster, and its package stands
        return


def _read(file: IO[bytes]) -> bytes:
    return file.read(PIECE)
