"""The audit chain holds what happened, and shows what was done to it afterwards."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, event, select, update

from store import audit
from store.database import Database
from store.models import AuditEntry, AuditHead


def _write(database: Database, now: datetime, count: int) -> None:
    with database.writes.begin() as session:
        for number in range(1, count + 1):
            audit.record(
                session,
                at=now + timedelta(seconds=number),
                actor="staff:coordinator",
                action="looked",
                subject=f"member-{number}",
                detail="opened “notes”",
            )


def _first_bad(database: Database) -> int | None:
    with database.reads() as session:
        return audit.verify(session)


def test_an_empty_trail_is_intact(database: Database) -> None:
    assert _first_bad(database) is None
    with database.reads() as session:
        assert audit.head(session) == audit.Head(seq=0, digest=audit.GENESIS)


def test_entries_are_numbered_without_gaps_and_verify(database: Database, now: datetime) -> None:
    _write(database, now, 5)
    with database.reads() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
        assert audit.head(session) == audit.Head(seq=5, digest=entries[-1].digest)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
    assert entries[0].previous == audit.GENESIS
    assert [entry.previous for entry in entries[1:]] == [entry.digest for entry in entries[:-1]]
    assert _first_bad(database) is None


def test_a_session_that_goes_on_after_a_commit_continues_the_chain(database: Database, now: datetime) -> None:
    with database.writes() as session:
        audit.record(session, at=now, actor="a", action="one")
        session.commit()
        _write(database, now, 3)
        audit.record(session, at=now, actor="a", action="two")
        session.commit()
    assert _first_bad(database) is None
    with database.reads() as session:
        assert audit.head(session).seq == 5


def test_an_entry_of_a_transaction_that_failed_is_not_there(database: Database, now: datetime) -> None:
    _write(database, now, 2)
    with database.writes() as session:
        audit.record(session, at=now, actor="a", action="never")
        session.rollback()
    _write(database, now, 1)
    assert _first_bad(database) is None


@pytest.mark.parametrize(
    "change",
    [
        {"detail": "nothing to see"},
        {"actor": "staff:other"},
        {"action": "x"},
        {"subject": None},
        {"previous": "1" * 64},
        {"digest": "1" * 64},
    ],
)
def test_an_edited_entry_is_named(database: Database, now: datetime, change: dict[str, object]) -> None:
    _write(database, now, 5)
    with database.writes.begin() as session:
        session.execute(update(AuditEntry).where(AuditEntry.seq == 3).values(**change))
    assert _first_bad(database) == 3


def test_an_entry_with_another_instant_is_named(database: Database, now: datetime) -> None:
    _write(database, now, 5)
    with database.writes.begin() as session:
        session.execute(update(AuditEntry).where(AuditEntry.seq == 4).values(at=now + timedelta(days=1)))
    assert _first_bad(database) == 4


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_deleted_entry_is_named(database: Database, now: datetime, seq: int) -> None:
    _write(database, now, 5)
    with database.writes.begin() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.seq == seq))
    assert _first_bad(database) == seq


def test_a_trail_cut_at_its_end_names_the_first_that_is_missing(database: Database, now: datetime) -> None:
    _write(database, now, 5)
    with database.writes.begin() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.seq >= 3))
    assert _first_bad(database) == 3


def test_a_trail_that_was_emptied_names_the_first(database: Database, now: datetime) -> None:
    _write(database, now, 5)
    with database.writes.begin() as session:
        session.execute(delete(AuditEntry))
    assert _first_bad(database) == 1


def test_entries_that_changed_places_are_named(database: Database, now: datetime) -> None:
    _write(database, now, 5)
    with database.writes.begin() as session:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            session.execute(update(AuditEntry).where(AuditEntry.seq == old).values(seq=new))
    assert _first_bad(database) == 2


def test_an_end_that_was_rewritten_with_fitting_hashes_does_not_fit_the_head(
    database: Database, now: datetime
) -> None:
    _write(database, now, 4)
    with database.writes.begin() as session:
        kept = audit.head(session)
        session.execute(delete(AuditEntry).where(AuditEntry.seq == 4))
        last = session.scalars(select(AuditEntry).where(AuditEntry.seq == 3)).one()
        session.execute(update(AuditHead).values(seq=3, digest=last.digest))
        session.expire_all()
        audit.record(session, at=now, actor="forger", action="looked")
        assert audit.verify(session) is None  # a forger who owns the head, too, is not seen from inside
        session.execute(update(AuditHead).values(seq=kept.seq, digest=kept.digest))
    assert _first_bad(database) == 4


def test_a_head_that_was_removed_is_noticed(database: Database, now: datetime) -> None:
    _write(database, now, 2)
    with database.writes.begin() as session:
        session.execute(delete(AuditHead))
    assert _first_bad(database) == 1


def test_a_trail_that_grows_while_it_is_verified_is_intact(database: Database, now: datetime) -> None:
    _write(database, now, 1_200)  # more than one batch
    added: list[int] = []
    with database.reads() as session:

        @event.listens_for(session, "do_orm_execute")
        def _add_one(_state: object) -> None:
            with database.writes.begin() as writing:
                added.append(audit.record(writing, at=now, actor="a", action="meanwhile").seq)

        assert audit.verify(session) is None
    assert added == [1_201, 1_202, 1_203]  # before each of the three looks


def test_writers_at_once_make_one_chain(database: Database, now: datetime) -> None:
    faults: list[Exception] = []

    def write(worker: int) -> None:
        try:
            for number in range(10):
                with database.writes.begin() as session:
                    audit.record(
                        session, at=now, actor=f"worker-{worker}", action="wrote", detail=str(number)
                    )
        except Exception as fault:  # noqa: BLE001 - shown by the assertion below
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert _first_bad(database) is None
    with database.reads() as session:
        assert audit.head(session).seq == 40
