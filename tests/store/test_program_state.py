"""The program's one row: right keys, halted or not, and when the engine last went round."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select

from store import program_state
from store.database import Database
from store.errors import WrongKey
from store.migrate import migrate
from store.models import ProgramState
from store.sealing import Vault

OTHER_KEY = b"z" * 32


@pytest.fixture
def stranger() -> Vault:
    return Vault([OTHER_KEY], b"i" * 32)


def test_a_program_begins_once(database: Database, vault: Vault, now: datetime) -> None:
    with database.writes.begin() as session:
        program_state.begin(session, vault, now, halted_why="restored")
        assert session.scalar(select(func.count()).select_from(ProgramState)) == 1
        assert session.scalar(select(ProgramState.id)) == program_state.PROGRAM_STATE_ID
        assert not program_state.is_halted(session)  # the row was there already


def test_processes_that_begin_at_once_begin_one_program(
    empty_database: Database, vault: Vault, now: datetime
) -> None:
    migrate(empty_database)
    start = threading.Barrier(4)
    faults: list[Exception] = []

    def begin() -> None:
        start.wait()
        try:
            with empty_database.writes.begin() as session:
                program_state.begin(session, vault, now)
        except Exception as fault:  # noqa: BLE001 - shown by the assertion below
            faults.append(fault)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with empty_database.reads() as session:
        assert session.scalar(select(func.count()).select_from(ProgramState)) == 1
        program_state.check_keys(session, vault)


def test_a_restored_program_begins_halted(database: Database, vault: Vault, now: datetime) -> None:
    with database.writes.begin() as session:
        session.execute(delete(ProgramState))
        program_state.begin(session, vault, now, halted_why="restored")
        assert program_state.is_halted(session)


def test_the_right_keys_pass(database: Database, vault: Vault) -> None:
    with database.reads() as session:
        program_state.check_keys(session, vault)
        program_state.check_keys(session, Vault([OTHER_KEY, b"k" * 32], b"i" * 32))


def test_another_index_key_is_refused_since_no_stop_would_be_found_with_it(
    database: Database, vault: Vault, now: datetime
) -> None:
    other = Vault([b"k" * 32], b"another index key")
    with database.writes.begin() as session:
        with pytest.raises(WrongKey, match=r"PREPAIRED_INDEX_KEY.*STOP") as refused:
            program_state.begin(session, other, now)
        assert "\n" not in str(refused.value)
        program_state.begin(session, vault, now)


def test_other_keys_are_refused_in_one_line(database: Database, stranger: Vault, now: datetime) -> None:
    with database.writes.begin() as session:
        with pytest.raises(WrongKey) as refused:
            program_state.check_keys(session, stranger)
        assert "PREPAIRED_ENCRYPTION_KEYS" in str(refused.value)
        assert "\n" not in str(refused.value)
        with pytest.raises(WrongKey):
            program_state.begin(session, stranger, now)


def test_a_key_check_that_was_tampered_with_is_a_wrong_key(database: Database, vault: Vault) -> None:
    with database.writes.begin() as session:
        state = session.scalars(select(ProgramState)).one()
        state.key_check = state.key_check[:-1] + bytes([state.key_check[-1] ^ 1])
        session.flush()
        with pytest.raises(WrongKey):
            program_state.check_keys(session, vault)


def test_a_database_without_a_program_says_so(database: Database, vault: Vault) -> None:
    with database.writes.begin() as session:
        session.execute(delete(ProgramState))
        with pytest.raises(WrongKey, match="no program yet"):
            program_state.check_keys(session, vault)


def test_after_resealing_the_old_key_may_go(database: Database, stranger: Vault) -> None:
    with database.writes.begin() as session:
        program_state.reseal(session, Vault([OTHER_KEY, b"k" * 32], b"i" * 32))
        program_state.check_keys(session, stranger)


def test_a_halt_holds_until_somebody_resumes(database: Database, now: datetime) -> None:
    with database.writes.begin() as session:
        assert not program_state.is_halted(session)
        assert program_state.halt(session, now, "asked")
        assert program_state.is_halted(session)
    with database.writes.begin() as session:
        assert program_state.is_halted(session)
        assert program_state.resume(session)
        assert not program_state.is_halted(session)
        assert not program_state.resume(session)


def test_a_second_halt_keeps_the_first_ones_instant(database: Database, now: datetime) -> None:
    with database.writes.begin() as session:
        program_state.halt(session, now, "asked")
        assert not program_state.halt(session, now + timedelta(hours=1), "again")
        assert session.execute(select(ProgramState.halted_at, ProgramState.halted_why)).one() == (
            now,
            "asked",
        )


def test_the_engines_last_round_only_moves_forward(database: Database, now: datetime) -> None:
    with database.writes.begin() as session:
        assert program_state.worked_at(session) is None
        program_state.worked(session, now)
        program_state.worked(session, now - timedelta(minutes=1))
        assert program_state.worked_at(session) == now
        program_state.worked(session, now + timedelta(minutes=1))
        assert program_state.worked_at(session) == now + timedelta(minutes=1)
