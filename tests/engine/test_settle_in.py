"""A copy of the database starts halted, wherever it was restored; the original never does."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.halt_nudges import halt_nudges, resume_nudges
from engine.settle_in import is_copy, note_round, settle_in
from store import program_state
from store.database import Database, open_database
from store.models import AuditEntry
from tests.databases import PostgresServer


def _halted(database: Database) -> bool:
    with database.reads() as session:
        return program_state.is_halted(session)


def _copied(database: Database, path: Path) -> Database:
    file = Path(str(database.engine.url.database))
    database.close()  # folds the log into the file
    shutil.copyfile(file, path)
    return open_database(f"sqlite:///{path}")


def test_a_database_that_stays_where_it_is_is_no_copy(database: Database, now: datetime) -> None:
    for day in range(3):
        assert not settle_in(database, now + timedelta(days=day))
        note_round(database, now + timedelta(days=day))
    assert not _halted(database)
    assert not is_copy(database)


def test_a_copied_file_starts_halted_until_somebody_says_that_it_is_the_one(
    sqlite_database: Database, now: datetime, tmp_path: Path
) -> None:
    settle_in(sqlite_database, now)
    copy = _copied(sqlite_database, tmp_path / "copy.db")
    assert is_copy(copy)
    assert settle_in(copy, now)
    assert settle_in(copy, now)  # still
    assert _halted(copy)
    assert not _halted(sqlite_database)
    resume_nudges(copy, actor="test", now=now)
    assert not settle_in(copy, now)
    assert not _halted(copy)
    with copy.reads() as session:
        assert [entry.detail for entry in session.query(AuditEntry).order_by(AuditEntry.seq)][:1] == [
            "restored copy"
        ]
    copy.close()


def test_an_older_state_copied_over_the_file_in_its_place_starts_halted(
    sqlite_database: Database, now: datetime, tmp_path: Path
) -> None:
    settle_in(sqlite_database, now)
    note_round(sqlite_database, now)
    file = Path(str(sqlite_database.engine.url.database))
    _copied(sqlite_database, tmp_path / "backup.db").close()
    sqlite_database = open_database(f"sqlite:///{file}")
    note_round(sqlite_database, now + timedelta(hours=3))
    sqlite_database.close()
    with file.open("r+b") as same, (tmp_path / "backup.db").open("rb") as backup:
        same.truncate(0)
        shutil.copyfileobj(backup, same)
    assert settle_in(sqlite_database, now)
    assert _halted(sqlite_database)
    resume_nudges(sqlite_database, actor="test", now=now)
    assert not settle_in(sqlite_database, now)
    sqlite_database.close()


def test_a_database_that_was_halted_by_hand_keeps_its_reason_when_copied(
    sqlite_database: Database, now: datetime, tmp_path: Path
) -> None:
    settle_in(sqlite_database, now)
    halt_nudges(sqlite_database, actor="test", why="by hand", now=now)
    copy = _copied(sqlite_database, tmp_path / "copy.db")
    assert settle_in(copy, now)
    resume_nudges(copy, actor="test", now=now)
    assert not settle_in(copy, now)
    copy.close()


@pytest.mark.postgresql
def test_a_database_restored_under_another_name_on_a_server_starts_halted(
    postgres_server: PostgresServer, now: datetime
) -> None:
    with postgres_server.fresh() as original:
        database = open_database(original)
        assert not settle_in(database, now)
        name = database.engine.url.database
        database.close()
        with postgres_server.fresh(template=str(name)) as restored:
            copy = open_database(restored)
            assert settle_in(copy, now)
            assert _halted(copy)
            copy.close()
