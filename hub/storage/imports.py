"""Imports: the file, sealed for a while, how far it is, what it did row by row; and the layouts that a company used."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import attrs
from sqlalchemy import bindparam, delete, exists, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from hub.domain.files.layout import FileKind, Layout, SavedLayout
from hub.domain.import_run import Choices, ImportRun, RunRow, RunState, RunSubject
from hub_hookspecs import Mode

from .rows import json_text, maybe_day, maybe_micros, maybe_moment, micros, moment
from .schema import import_content, import_layout, import_row, import_run, literal
from .statements import Runs, among, changed, inserted

ADD = inserted(import_run)
GET = select(import_run).where(import_run.c.id == bindparam("id"))
MOVING = (
    *(import_run.c.state, import_run.c.layout, import_run.c.choices, import_run.c.report, import_run.c.done),
    *(import_run.c.rows, import_run.c.due_at, import_run.c.taken_at, import_run.c.undone_at, import_run.c.undone_by),
    import_run.c.expires_at,
)
SAVE = changed(import_run, *MOVING)
_listed = [column for column in import_run.columns if column.name != "report"]
NEWEST = (
    select(*_listed, func.json_remove(import_run.c.report, "$.set_aside").label("report"))
    .where(import_run.c.merchant == bindparam("merchant"), import_run.c.mode == bindparam("mode"))
    .order_by(import_run.c.created_at.desc(), import_run.c.id.desc())
    .limit(bindparam("limit"))
)
TAKING = select(import_run).where(
    import_run.c.merchant == bindparam("merchant"),
    import_run.c.mode == bindparam("mode"),
    import_run.c.state.in_((literal("closing"), literal("taking"), literal("undoing"))),
)
DUE = (
    select(import_run.c.id)
    .where(import_run.c.due_at.is_not(None), import_run.c.due_at <= bindparam("now"))
    .order_by(import_run.c.due_at, import_run.c.id)
    .limit(bindparam("limit"))
)
CLAIM = update(import_run).where(among(import_run.c.id, "ids")).values(due_at=bindparam("until"))
KEEP = inserted(import_content)
CONTENT = select(import_content).where(import_content.c.run == bindparam("run"))
OTHER_KEYS = (
    select(import_content.c.run, import_content.c.sealed, import_run.c.merchant)
    .join(import_run, import_run.c.id == import_content.c.run)
    .where(import_content.c.key_id != bindparam("key_id"), import_content.c.run > bindparam("after"))
    .order_by(import_content.c.run)
    .limit(bindparam("limit"))
)
RESEAL = changed(import_content, import_content.c.sealed, import_content.c.key_id)
EXPIRED = select(import_run.c.id).where(
    import_run.c.expires_at <= bindparam("now"),
    exists().where(import_content.c.run == import_run.c.id),
)
OLDEST = (
    select(import_run.c.id)
    .join(import_content, import_content.c.run == import_run.c.id)
    .where(
        import_run.c.merchant == bindparam("merchant"),
        import_run.c.mode == bindparam("mode"),
        import_run.c.state != literal("taking"),
    )
    .order_by(import_run.c.created_at.desc(), import_run.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("newest"))
)
KEYS = select(import_content.c.key_id, func.count().label("count")).group_by(import_content.c.key_id)
DROP_CONTENT = delete(import_content).where(among(import_content.c.run, "ids"))
ADD_ROW = inserted(import_row)
ROWS = (
    select(import_row)
    .where(import_row.c.run == bindparam("run"))
    .order_by(import_row.c.line, import_row.c.subject, import_row.c.subject_id)
)
LATER = (
    select(import_row.c.subject_id, import_run.c.id, import_run.c.name, import_run.c.taken_at)
    .join(import_run, import_run.c.id == import_row.c.run)
    .where(
        import_row.c.subject == bindparam("subject"),
        among(import_row.c.subject_id, "ids"),
        func.coalesce(import_run.c.taken_at, import_run.c.created_at) > bindparam("after"),
        import_row.c.undone_at.is_(None),
    )
    .order_by(import_run.c.taken_at)
)
TOUCHED = (
    select(import_row.c.subject_id, import_row.c.what, import_run.c.by, import_run.c.taken_at)
    .join(import_run, import_run.c.id == import_row.c.run)
    .where(
        import_row.c.subject == literal("payable"),
        among(import_row.c.subject_id, "ids"),
        import_row.c.undone_at.is_(None),
    )
    .order_by(func.coalesce(import_run.c.taken_at, import_run.c.created_at), import_row.c.revision)
)
UNDONE = (
    update(import_row)
    .where(
        import_row.c.run == bindparam("this"),
        import_row.c.subject == bindparam("of"),
        import_row.c.subject_id == bindparam("id"),
        import_row.c.undone_at.is_(None),
    )
    .values(revision=bindparam("now"), undone_at=bindparam("at"))
)
REVISIONS = (
    select(import_row.c.subject_id, func.max(import_row.c.revision).label("revision"))
    .where(
        import_row.c.subject == literal("payable"),
        among(import_row.c.subject_id, "ids"),
        or_(import_row.c.run == bindparam("run"), import_row.c.undone_at.is_not(None)),
    )
    .group_by(import_row.c.subject_id)
)
_layout = insert(import_layout).values({column.name: bindparam(column.name) for column in import_layout.columns})
SAVE_LAYOUT = _layout.on_conflict_do_update(
    index_elements=[
        *(import_layout.c.merchant, import_layout.c.kind, import_layout.c.file_type),
        import_layout.c.headings,
    ],
    set_={name: _layout.excluded[name] for name in ("name", "columns", "answers", "by", "saved_at", "used_at")},
)
LAYOUTS = (
    select(import_layout)
    .where(import_layout.c.merchant == bindparam("merchant"), import_layout.c.kind == bindparam("kind"))
    .order_by(import_layout.c.used_at.desc(), import_layout.c.id)
)
FORGET_LAYOUT = delete(import_layout).where(import_layout.c.id == bindparam("id"))


class Imports:
    """Imports and what they did."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Runs) -> None:
        self._tx = tx

    def add(self, record: ImportRun) -> None:
        """Insert.

        Raises:
            Conflict: ``one_import``: the merchant has another that is being taken, or taken back.
        """
        self._tx.run(
            ADD,
            {
                "id": record.id,
                "merchant": record.merchant_id,
                "mode": record.mode.value,
                "kind": record.kind.value,
                "name": record.name,
                "size": record.size,
                "sha256": record.sha256,
                "by": record.by,
                "created_at": micros(record.created_at),
                **_moving(record),
            },
        )

    def get(self, run_id: str) -> ImportRun | None:
        """An import by id."""
        row = self._tx.run(GET, {"id": run_id}).fetchone()
        return None if row is None else _run(row)

    def save(self, record: ImportRun) -> None:
        """Write how far it is.

        Raises:
            Conflict: ``one_import``.
        """
        self._tx.change(SAVE, {**_moving(record), "this": record.id})

    def of(self, merchant_id: str, mode: Mode, *, limit: int = 50) -> tuple[ImportRun, ...]:
        """Newest first; what was set aside of them stays behind."""
        values = {"merchant": merchant_id, "mode": mode.value, "limit": limit}
        return tuple(_run(row) for row in self._tx.run(NEWEST, values))

    def taking(self, merchant_id: str, mode: Mode) -> ImportRun | None:
        """The one that somebody is at: it is being taken, closed or taken back."""
        row = self._tx.run(TAKING, {"merchant": merchant_id, "mode": mode.value}).fetchone()
        return None if row is None else _run(row)

    def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[str, ...]:
        """Ids of imports that go on; each one's due time moves to ``until``."""
        ids = [row["id"] for row in self._tx.run(DUE, {"now": micros(now), "limit": limit})]
        if ids:
            self._tx.run(CLAIM, {"ids": json_text(ids), "until": micros(until)})
        return tuple(ids)

    def keep_content(self, run_id: str, sealed: bytes, key_id: str) -> None:
        """Keep the file, sealed for ``import_content``, ``sealed`` and this run."""
        self._tx.run(KEEP, {"run": run_id, "sealed": sealed, "key_id": key_id})

    def content(self, run_id: str) -> bytes | None:
        """The file as it is sealed; None once it was dropped."""
        row = self._tx.run(CONTENT, {"run": run_id}).fetchone()
        return None if row is None else bytes(row["sealed"])

    def sealed_otherwise(self, key_id: str, limit: int, *, after: str = "") -> tuple[tuple[str, str, bytes], ...]:
        """Run, merchant and file of some that are sealed under other keys, in the order of their runs."""
        found = self._tx.run(OTHER_KEYS, {"key_id": key_id, "limit": limit, "after": after})
        return tuple((row["run"], row["merchant"], bytes(row["sealed"])) for row in found)

    def reseal(self, run_id: str, sealed: bytes, key_id: str) -> None:
        """Keep the file sealed under another key."""
        self._tx.change(RESEAL, {"this": run_id, "sealed": sealed, "key_id": key_id})

    def drop_expired(self, now: datetime) -> int:
        """Drop the content of those that were kept long enough; returns how many."""
        ids = [row["id"] for row in self._tx.run(EXPIRED, {"now": micros(now)})]
        if ids:
            self._tx.run(DROP_CONTENT, {"ids": json_text(ids)})
        return len(ids)

    def drop_but_newest(self, merchant_id: str, mode: Mode, newest: int) -> None:
        """Drop the content of a merchant's imports but the newest ones, and of none that is being taken."""
        values = {"merchant": merchant_id, "mode": mode.value, "newest": newest, "limit": 1000}
        ids = [row["id"] for row in self._tx.run(OLDEST, values)]
        if ids:
            self._tx.run(DROP_CONTENT, {"ids": json_text(ids)})

    def key_ids(self) -> Mapping[str, int]:
        """How many files are sealed under each key."""
        return {row["key_id"]: row["count"] for row in self._tx.run(KEYS)}

    def add_rows(self, rows: Iterable[RunRow]) -> None:
        """What an import did, row by row."""
        values = [
            {
                "run": row.run_id,
                "subject": row.subject.value,
                "subject_id": row.subject_id,
                "line": row.line,
                "what": row.what,
                "before": json_text(dict(row.before)) if row.before else "{}",
                "revision": row.revision,
                "undone_at": maybe_micros(row.undone_at),
            }
            for row in rows
        ]
        if values:
            self._tx.add(ADD_ROW, values)

    def rows(self, run_id: str) -> tuple[RunRow, ...]:
        """What an import did, in the order of its lines."""
        return tuple(_row(row) for row in self._tx.run(ROWS, {"run": run_id}))

    def later(
        self, subject: RunSubject, ids: Iterable[str], after: datetime
    ) -> tuple[tuple[str, str, str, datetime | None], ...]:
        """Imports taken after this that touched these: subject's id, run's id, file's name and when it was taken."""
        values = {"subject": subject.value, "ids": json_text(sorted(ids)), "after": micros(after)}
        return tuple(
            (row["subject_id"], row["id"], row["name"], maybe_moment(row["taken_at"]))
            for row in self._tx.run(LATER, values)
        )

    def closed_by(self, payable_ids: Iterable[str]) -> Mapping[str, tuple[str, datetime | None]]:
        """Of these the invoices that a complete list closed, and no import touched since: who brought it, and when."""
        found = self._tx.run(TOUCHED, {"ids": json_text(sorted(payable_ids))})
        last = {row["subject_id"]: (row["what"], row["by"], maybe_moment(row["taken_at"])) for row in found}
        return {this: (by, at) for this, (what, by, at) in last.items() if what == "closed"}

    def undone(self, row: RunRow, revision: int, at: datetime) -> None:
        """Keep that a row was taken back, once, and which revision of its invoice that made.

        Raises:
            LookupError: It was before.
        """
        which = {"this": row.run_id, "of": row.subject.value, "id": row.subject_id}
        self._tx.change(UNDONE, {**which, "now": revision, "at": micros(at)})

    def revisions(self, run_id: str, payable_ids: Iterable[str]) -> Mapping[str, int]:
        """The last revision of each invoice that this import made, or the undo of another one; by its id."""
        values = {"run": run_id, "ids": json_text(sorted(payable_ids))}
        return {row["subject_id"]: row["revision"] for row in self._tx.run(REVISIONS, values)}

    def save_layout(self, record: SavedLayout) -> None:
        """Remember a layout; the one of the same headings, kind and type gives way."""
        self._tx.run(
            SAVE_LAYOUT,
            {
                "id": record.id,
                "merchant": record.merchant_id,
                "kind": record.kind.value,
                "file_type": record.file_type,
                "headings": record.headings,
                "name": record.layout.name,
                "columns": json_text(dict(record.layout.columns)),
                "answers": json_text(dict(record.layout.answers)),
                "by": record.by,
                "saved_at": micros(record.saved_at),
                "used_at": micros(record.used_at),
            },
        )

    def layouts(self, merchant_id: str, kind: FileKind) -> tuple[SavedLayout, ...]:
        """The layouts that a company used for a kind, last used first."""
        found = self._tx.run(LAYOUTS, {"merchant": merchant_id, "kind": kind.value})
        return tuple(_saved(row) for row in found)

    def forget_layout(self, layout_id: str) -> None:
        """Forget a layout."""
        self._tx.run(FORGET_LAYOUT, {"id": layout_id})


def _moving(record: ImportRun) -> dict[str, Any]:
    return {
        "state": record.state.value,
        "layout": json_text(
            {
                "columns": dict(record.layout.columns),
                "answers": dict(record.layout.answers),
                "name": record.layout.name,
            }
        ),
        "choices": json_text(attrs.asdict(record.choices, value_serializer=_plain)),
        "report": json_text(dict(record.report)),
        "done": record.done,
        "rows": record.rows,
        "due_at": maybe_micros(record.due_at),
        "taken_at": maybe_micros(record.taken_at),
        "undone_at": maybe_micros(record.undone_at),
        "undone_by": record.undone_by,
        "expires_at": micros(record.expires_at),
    }


def _plain(_owner: Any, _field: Any, value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _choices(data: dict[str, Any]) -> Choices:
    as_of = data.pop("as_of", None)
    return Choices(**data, as_of=maybe_day(as_of))


def _run(row: sqlite3.Row) -> ImportRun:
    return ImportRun(
        id=row["id"],
        merchant_id=row["merchant"],
        mode=Mode(row["mode"]),
        kind=FileKind(row["kind"]),
        name=row["name"],
        size=row["size"],
        sha256=row["sha256"],
        by=row["by"],
        state=RunState(row["state"]),
        layout=Layout(**json.loads(row["layout"])),
        choices=_choices(json.loads(row["choices"])),
        report=json.loads(row["report"]),
        done=row["done"],
        rows=row["rows"],
        due_at=maybe_moment(row["due_at"]),
        created_at=moment(row["created_at"]),
        taken_at=maybe_moment(row["taken_at"]),
        undone_at=maybe_moment(row["undone_at"]),
        undone_by=row["undone_by"],
        expires_at=moment(row["expires_at"]),
    )


def _row(row: sqlite3.Row) -> RunRow:
    return RunRow(
        run_id=row["run"],
        line=row["line"],
        subject=RunSubject(row["subject"]),
        subject_id=row["subject_id"],
        what=row["what"],
        before=json.loads(row["before"]),
        revision=row["revision"],
        undone_at=maybe_moment(row["undone_at"]),
    )


def _saved(row: sqlite3.Row) -> SavedLayout:
    return SavedLayout(
        id=row["id"],
        merchant_id=row["merchant"],
        kind=FileKind(row["kind"]),
        file_type=row["file_type"],
        headings=row["headings"],
        layout=Layout(columns=json.loads(row["columns"]), answers=json.loads(row["answers"]), name=row["name"]),
        by=row["by"],
        saved_at=moment(row["saved_at"]),
        used_at=moment(row["used_at"]),
    )
