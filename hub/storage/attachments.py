"""Files that customers handed in: a row each, and the contents in a folder apart."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path

from sqlalchemy import bindparam, select

from hub.domain.attachment import Attachment
from hub_hookspecs import Mode

from .rows import micros, moment
from .schema import proof
from .statements import Runs, inserted

ADD = inserted(proof)
OF_REVIEW = select(proof).where(proof.c.review == bindparam("review")).order_by(proof.c.id)
NAME = re.compile(r"[0-9A-Z]{32}")


class Attachments:
    """The rows; written once."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, record: Attachment) -> None:
        """Insert."""
        self._tx.run(
            ADD,
            {
                "id": record.id,
                "merchant": record.merchant_id,
                "mode": record.mode.value,
                "customer": record.customer_id,
                "review": record.review_id,
                "name": record.name,
                "kind": record.kind,
                "size": record.size,
                "sha256": record.sha256,
                "file": record.file,
                "stored_at": micros(record.stored_at),
            },
        )

    def of_review(self, review_id: str) -> tuple[Attachment, ...]:
        """What was handed in with a report."""
        return tuple(_proof(row) for row in self._tx.run(OF_REVIEW, {"review": review_id}))


def _proof(row: sqlite3.Row) -> Attachment:
    return Attachment(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        customer_id=row["customer"],
        review_id=row["review"],
        name=row["name"],
        kind=row["kind"],
        size=row["size"],
        sha256=row["sha256"],
        file=row["file"],
        stored_at=moment(row["stored_at"]),
    )


class AttachmentFolder:
    """The contents, each under a random name that only its row knows; readable by the owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, content: bytes) -> None:
        """Write a file, on disk before this returns.

        Raises:
            FileExistsError: The name was used before.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def read(self, name: str) -> bytes:
        """The content.

        Raises:
            FileNotFoundError: It is gone.
        """
        return self._path(name).read_bytes()

    def drop(self, name: str) -> None:
        """Remove a file whose row was never written."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ValueError("not a name of ours")
        return self._folder / name
