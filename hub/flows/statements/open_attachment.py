"""Open a file that a customer handed in, for the merchant it was handed to."""

from __future__ import annotations

import asyncio
import hashlib

from hub.domain.attachment import Attachment
from hub.domain.merchant import Merchant
from hub.flows.ground.ports import Hub, Tx


async def open_attachment(hub: Hub, merchant: Merchant, review_id: str) -> tuple[Attachment, bytes]:
    """The proof of a report and its content.

    Raises:
        LookupError: No such report of this merchant, or it came without a file, or the file is no longer what it was.
    """

    def read(tx: Tx) -> Attachment | None:
        found = tx.attachments.of_review(review_id)
        return next((proof for proof in found if (proof.merchant_id, proof.mode) == (merchant.id, merchant.mode)), None)

    proof = await hub.store.read(read)
    if proof is None:
        raise LookupError(review_id)
    if hub.files is None:
        raise LookupError(review_id)
    try:
        content = await asyncio.to_thread(hub.files.read, proof.file)
    except FileNotFoundError:
        raise LookupError(review_id) from None
    if hashlib.sha256(content).hexdigest() != proof.sha256:
        raise LookupError(review_id)
    return proof, content
