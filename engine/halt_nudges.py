"""Halts all nudges and lets them go on again, on every node; crisis answers and pages go on either way."""

from datetime import datetime

from sqlalchemy import func, select, update

from engine.settle_in import accept_home
from nudges.holds import Reason
from nudges.kinds import Lane
from pairing.errors import PrepairedError
from store import audit, program_state
from store.database import Database
from store.models import IS_DUE, Message


class NothingToHalt(PrepairedError):
    """The database holds no program yet."""


def halt_nudges(database: Database, *, actor: str, why: str, now: datetime) -> bool:
    """Stops them; False when they were stopped already. `why` is a word or two, no names. Raises NothingToHalt."""
    with database.writes.begin() as session:
        if program_state.halt(session, now, why):
            audit.record(session, at=now, actor=actor, action="nudges_halted", detail=why)
            return True
        if not program_state.is_halted(session):
            raise NothingToHalt("this database holds no program yet, so there is nothing to halt")
        return False


def resume_nudges(database: Database, *, actor: str, now: datetime) -> int | None:
    """Lets them go on, those that the halt put off at once; how many wait now, None if they were not halted.

    What is stale by now is dropped when its turn comes. A restored copy is accepted by it: this is the one now.
    """
    with database.writes.begin() as session:
        accept_home(database, session)
        if not program_state.resume(session):
            return None
        session.execute(
            update(Message)
            .where(IS_DUE, Message.reason == Reason.HALTED, Message.not_before > now)
            .values(not_before=now, reason=None)
        )
        waiting = session.scalar(select(func.count()).where(IS_DUE, Message.lane >= Lane.NUDGE))
        audit.record(session, at=now, actor=actor, action="nudges_resumed")
        return waiting or 0
