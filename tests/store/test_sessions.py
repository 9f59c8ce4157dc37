"""Sessions that read and sessions that write, on either database."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from store.database import Database, open_database
from store.errors import StoreError
from store.models import Cohort


def test_what_a_use_case_commits_is_seen_by_the_next(database: Database, now: datetime) -> None:
    with database.writes.begin() as session:
        session.add(Cohort(name="residents", created_at=now))
    with database.reads() as session:
        assert session.scalars(select(Cohort.name)).all() == ["residents"]


def test_a_use_case_that_fails_leaves_nothing(database: Database, now: datetime) -> None:
    def fail() -> None:
        with database.writes.begin() as session:
            session.add(Cohort(name="residents", created_at=now))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.reads() as session:
        assert session.scalars(select(Cohort.name)).all() == []


def test_reading_does_not_wait_for_a_writer(database: Database, now: datetime) -> None:
    with database.writes.begin() as writing:
        writing.add(Cohort(name="residents", created_at=now))
        writing.flush()
        with database.reads() as reading:
            assert reading.scalars(select(Cohort.name)).all() == []


def test_values_that_were_read_stay_readable_after_the_commit(database: Database, now: datetime) -> None:
    with database.writes.begin() as session:
        cohort = Cohort(name="residents", created_at=now)
        session.add(cohort)
    assert (cohort.name, cohort.created_at) == ("residents", now)


def test_writers_take_turns_and_none_is_lost(database: Database, now: datetime) -> None:
    faults: list[Exception] = []

    def write(worker: int) -> None:
        try:
            for step in range(10):
                with database.writes.begin() as session:
                    before = len(session.scalars(select(Cohort.id)).all())
                    session.add(Cohort(name=f"{worker}-{step}-after-{before}", created_at=now))
        except Exception as fault:  # noqa: BLE001 - shown by the assertion below
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with database.reads() as session:
        assert len(session.scalars(select(Cohort)).all()) == 40


def test_an_embedded_database_is_durable_and_enforces_its_references(sqlite_database: Database) -> None:
    with sqlite_database.engine.connect() as connection:
        settings = {
            name: connection.execute(text(f"pragma {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_an_embedded_writer_takes_the_lock_before_it_reads(sqlite_url: str) -> None:
    busy, impatient = open_database(sqlite_url), open_database(sqlite_url, patience=0)
    with busy.writes.begin() as session:
        session.execute(text("select 1"))
        with pytest.raises(OperationalError, match="locked"), impatient.engine.connect() as second:
            second.execute(text("select 1"))
    with impatient.engine.connect() as second:
        assert second.execute(text("select 1")).scalar_one() == 1
    busy.close()
    impatient.close()


def test_who_writes_in_a_loop_gives_way_to_who_writes_once(sqlite_url: str, now: datetime) -> None:
    """The one who waits gets the lock between two of the other's writes, not after all of them."""
    bulk, urgent = open_database(sqlite_url), open_database(sqlite_url)
    begun, done = threading.Event(), threading.Event()

    def write_on() -> None:
        for number in range(100_000):
            with bulk.writes.begin() as session:
                session.add(Cohort(name=f"bulk{number}", created_at=now))
            begun.set()
            if done.is_set():
                return
            bulk.give_way()

    writer = threading.Thread(target=write_on)
    writer.start()
    begun.wait()
    try:
        with urgent.writes.begin() as session:
            session.add(Cohort(name="urgent", created_at=now))
    finally:
        done.set()
        writer.join()
    with bulk.reads() as session:
        assert session.scalar(select(Cohort.name).where(Cohort.name == "urgent"))
    bulk.close()
    urgent.close()


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://localhost/x", "postgresql://localhost/x", "postgresql+asyncpg://h/x"]
)
def test_other_databases_are_refused_by_the_name_of_the_setting(url: str) -> None:
    with pytest.raises(StoreError, match="PREPAIRED_DATABASE_URL"):
        open_database(url)
