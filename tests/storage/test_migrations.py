"""A database is used only if it is the one this version was written for, with every guard in place."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from hub.storage import SqliteStore, UnusableDatabase, check, engine, export_audit, migrate, open_store
from hub.storage.chain import CHAIN_START, chained
from hub.storage.check import stored_checks, wanted_checks, wanted_indices, wanted_triggers
from hub.storage.connection import connect
from hub.storage.migrations import OfAnotherVersion
from hub.storage.schema import HEAD, metadata
from hub_hookspecs import Mode
from tests.storage.conftest import World


def test_a_new_database_is_right_and_migrating_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "hub.db"

    migrate(path)
    first = path.read_bytes()
    migrate(path)

    assert check(path) == []
    assert path.read_bytes() == first


def test_a_database_of_another_version_is_left_as_it_is_and_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    with pytest.raises(OfAnotherVersion, match=r"revision 9999, which this version does not know.*another data folder"):
        migrate(path)
    assert check(path) == [f"its schema is revision 9999, not {HEAD}"]


def test_a_database_whose_tables_are_not_those_of_its_revision_is_never_called_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER entry_kept")
        connection.commit()

    with pytest.raises(OfAnotherVersion, match="trigger entry_kept is missing"):
        migrate(path)


def test_the_revision_of_this_version_is_the_last_of_the_migrations() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    import hub.storage.migrations as migrations

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrated_tables_are_those_of_the_schema(path: Path) -> None:
    """Compared with what the schema itself would make: columns, keys, uniqueness, foreign keys,
    CHECKs, indices."""
    from sqlalchemy.schema import CreateTable

    from hub.storage.statements import DIALECT

    connection = connect(path)
    stored = dict(
        connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'"
        ).fetchall()
    )
    connection.close()

    def plain(sql: str) -> list[str]:
        """The parts, wherever they stand: a column that was added later stands behind the constraints."""
        head, _, rest = sql.strip().partition("(")
        parts, _, tail = rest.rpartition(")")
        return [
            head.strip(),
            *sorted(part.strip() for part in re.split(r",(?=\s*\n)|\n,|, (?=\w+ (?:TEXT|INTEGER))", parts)),
            tail.strip(),
        ]

    assert {name: plain(sql) for name, sql in stored.items()} == {
        table.name: plain(str(CreateTable(table).compile(dialect=DIALECT))) for table in metadata.tables.values()
    }


def test_triggers_checks_and_indices_are_compared(path: Path) -> None:
    connection = connect(path)

    assert stored_checks(connection) == wanted_checks()
    assert len(wanted_triggers()) > 40
    assert "one_live" in wanted_indices()
    connection.close()


def test_there_must_be_a_database(tmp_path: Path) -> None:
    with pytest.raises(UnusableDatabase, match="payment-hub migrate"):
        open_store(tmp_path / "hub.db")

    assert not (tmp_path / "hub.db").exists()


def test_it_must_be_a_database(tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_text("no database" * 1000)

    with pytest.raises(UnusableDatabase, match="no readable database"):
        open_store(tmp_path / "hub.db")


NOT_AS_IT_SHOULD_BE = {
    "trigger payment_sends is missing": "DROP TRIGGER payment_sends",
    "trigger payment_kept is not the one of this version": "DROP TRIGGER payment_kept; CREATE TRIGGER payment_kept"
    " BEFORE DELETE ON payment BEGIN SELECT 1; END",
    "trigger leak does not belong here": "CREATE TRIGGER leak AFTER INSERT ON payment BEGIN SELECT 1; END",
    "index one_live is missing": "DROP INDEX one_live",
    "index one_live is not the one of this version": "DROP INDEX one_live; CREATE UNIQUE INDEX one_live ON"
    " payment_line (payable) WHERE live = 2",
    "CHECK counter_x does not belong here": "CREATE TABLE extra (x INTEGER, CONSTRAINT counter_x CHECK (x > (0)))",
    "CHECK series_next is missing": "DROP TABLE series",
    "CHECK series_next is not the one of this version": "DROP TABLE series; CREATE TABLE series (next INTEGER,"
    " CONSTRAINT series_next CHECK (next >= 0))",
    "its schema is revision 0000": "UPDATE alembic_version SET version_num = '0000'",
    "its schema is revision none": "DROP TABLE alembic_version",
}


@pytest.mark.parametrize("problem", NOT_AS_IT_SHOULD_BE)
def test_a_missing_or_changed_guard_keeps_the_hub_from_starting(path: Path, problem: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(NOT_AS_IT_SHOULD_BE[problem])
    connection.close()

    assert any(found.startswith(problem) for found in check(path)), check(path)
    with pytest.raises(UnusableDatabase, match="payment-hub migrate"):
        open_store(path)


def test_control_without_the_check_a_hub_whose_guard_is_missing_starts_and_rewrites_what_was_seen(
    furnished: SqliteStore, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnished.write_now(lambda tx: world.pay(tx, world.start(tx, world.payment())))
    furnished.close_now()
    with closing(sqlite3.connect(furnished.path)) as connection:
        connection.execute("DROP TRIGGER observation_unchanged")
    with pytest.raises(UnusableDatabase):
        open_store(furnished.path)
    monkeypatch.setattr(engine, "check", lambda _path: [])

    store = open_store(furnished.path)
    try:
        rewritten = store.write_now(lambda tx: tx._connection.execute("UPDATE observation SET amount = 1").rowcount)
    finally:
        store.close_now()

    assert rewritten > 0


def test_the_audit_file_holds_the_books_and_no_person(furnished: SqliteStore, world: World, tmp_path: Path) -> None:
    furnished.write_now(lambda tx: world.pay(tx, world.start(tx, world.payment())))
    target = tmp_path / "audit.db"

    count = furnished.read_now(lambda tx: export_audit(tx, target, merchant_id="m1", mode=Mode.TEST))

    database = sqlite_utils.Database(target)
    assert count == sum(database.table(name).count for name in database.table_names()) > 20
    content = target.read_bytes()
    for private in ("Ana", "ana@", "Peña", "8888", "112340567", "return-t1", "process-1"):
        assert private.encode() not in content, private
    assert [row["reference"] for row in database.table("payment").rows] == ["REFT1"]
    assert {row["id"] for row in database.table("observation").rows} == {"t1-paid"}
    database.close()
    with pytest.raises(FileExistsError):
        furnished.read_now(lambda tx: export_audit(tx, target, merchant_id="m1", mode=Mode.TEST))


def test_the_chain_is_verified_from_the_audit_file_alone(furnished: SqliteStore, world: World, tmp_path: Path) -> None:
    furnished.write_now(lambda tx: world.pay(tx, world.start(tx, world.payment())))
    target = tmp_path / "audit.db"
    furnished.read_now(lambda tx: export_audit(tx, target, merchant_id="m1", mode=Mode.TEST))

    connection = sqlite3.connect(target)
    before = CHAIN_START
    for id, sealed in connection.execute("SELECT entry, hash FROM seal ORDER BY seq").fetchall():
        fields = list(
            connection.execute(
                "SELECT version, e.merchant, e.mode, key, kind, currency, at, value_on, payment, payable,"
                " observation, own_record, note_digest FROM entry e JOIN seal ON entry = id WHERE id = ?",
                (id,),
            ).fetchone()
        )
        for leg in connection.execute(
            "SELECT a.kind, a.owner, p.amount FROM posting p JOIN ledger_account a ON a.id = p.ledger_account"
            " WHERE p.entry = ? ORDER BY p.position",
            (id,),
        ):
            fields += leg
        before = chained(before, fields)
        assert before == sealed
    connection.close()


def test_another_book_is_not_in_the_audit_file(furnished: SqliteStore, tmp_path: Path) -> None:
    target = tmp_path / "audit.db"

    assert furnished.read_now(lambda tx: export_audit(tx, target, merchant_id="m1", mode=Mode.LIVE)) == 0
