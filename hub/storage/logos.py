"""Merchants' logos, one each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from hub.domain.logo import Logo

from .rows import micros
from .schema import logo
from .statements import Runs

_save = insert(logo).values({column.name: bindparam(column.name) for column in logo.columns})
SAVE = _save.on_conflict_do_update(
    index_elements=[logo.c.merchant],
    set_={column.name: _save.excluded[column.name] for column in logo.columns if column is not logo.c.merchant},
)
CONTENT = select(logo.c.content).where(logo.c.merchant == bindparam("merchant"), logo.c.sha256 == bindparam("sha256"))
DROP = delete(logo).where(logo.c.merchant == bindparam("merchant"))


class Logos:
    """Merchants' logos; a merchant's record says which one it has."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def save(self, merchant_id: str, record: Logo, content: bytes, at: datetime) -> None:
        """Store a logo in place of the one before."""
        self._tx.run(
            SAVE,
            {
                "merchant": merchant_id,
                "content": content,
                "width": record.width,
                "height": record.height,
                "sha256": record.sha256,
                "stored_at": micros(at),
            },
        )

    def content(self, merchant_id: str, sha256: str) -> bytes | None:
        """The merchant's logo, where it is still this one."""
        row = self._tx.run(CONTENT, {"merchant": merchant_id, "sha256": sha256}).fetchone()
        return None if row is None else row["content"]

    def drop(self, merchant_id: str) -> None:
        """Delete the merchant's logo."""
        self._tx.run(DROP, {"merchant": merchant_id})
