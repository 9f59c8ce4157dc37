"""Halting stops nudges once, and resuming lets those go that the halt put off."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from engine.halt_nudges import NothingToHalt, halt_nudges, resume_nudges
from engine.outbox import Draft, State, put
from nudges.holds import Reason
from store import program_state
from store.database import Database
from store.migrate import migrate
from store.models import AuditEntry, Message
from tests.engine.people import Town


def is_halted(town: Town) -> bool:
    with town.deployment.database.reads() as session:
        return program_state.is_halted(session)


def test_a_halt_is_told_once_with_its_reason(town: Town) -> None:
    database = town.deployment.database
    assert halt_nudges(database, actor="staff:cora", why="wrong list", now=town.now)
    assert not halt_nudges(database, actor="staff:dira", why="me too", now=town.now)
    assert is_halted(town)
    (entry,) = town.rows(AuditEntry, action="nudges_halted")
    assert (entry.actor, entry.detail) == ("staff:cora", "wrong list")


def test_resuming_releases_what_the_halt_put_off_and_nothing_else(town: Town) -> None:
    database, later = town.deployment.database, town.now + timedelta(minutes=10)
    with database.writes.begin() as session:
        for key, reason in (("weekly:1", Reason.HALTED), ("weekly:2", Reason.QUIET_HOURS)):
            draft = Draft(key=key, kind="weekly", medium="sms", member_id=town.member(), due_at=town.now)
            row = put(session, town.deployment, draft, town.now)
            session.execute(update(Message).where(Message.id == row).values(not_before=later, reason=reason))
    halt_nudges(database, actor="x", why="drill", now=town.now)
    assert resume_nudges(database, actor="x", now=town.now) == 2
    assert not is_halted(town)
    found = {row.natural_key: (row.state, row.not_before, row.reason) for row in town.rows(Message)}
    assert found["weekly:1"] == (State.DUE, town.now, None)
    assert found["weekly:2"] == (State.DUE, later, Reason.QUIET_HOURS)
    assert town.trail() == ["nudges_halted", "nudges_resumed"]


def test_resuming_what_was_not_halted_changes_nothing(town: Town) -> None:
    assert resume_nudges(town.deployment.database, actor="x", now=town.now) is None
    assert town.trail() == []


def test_a_database_without_a_program_has_nothing_to_halt(empty_database: Database, now: datetime) -> None:
    migrate(empty_database)
    with pytest.raises(NothingToHalt, match="no program yet"):
        halt_nudges(empty_database, actor="x", why="drill", now=now)
