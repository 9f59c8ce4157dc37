"""Before anything is sent: is this database where it was, or a copy that somebody restored? A copy starts halted.

Two programs that each believe they are the one would both write to people; and an older state does not know what
was sent since. Crisis answers and pages go on either way.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store import audit, home, program_state
from store.database import Database

WHY = "restored copy"
SLACK = timedelta(seconds=30)  # between a round's two notes, were the process to end between them


def settle_in(database: Database, now: datetime) -> bool:
    """Notes where the database lives, the first time; later halts nudges where it is a copy. Whether it is one."""
    here = home.home_of(database)
    with database.writes.begin() as session:
        known = program_state.home(session)
        if known is None:
            program_state.move_in(session, here)
            home.forget_rounds(database)
            return False
        if not _is_copy(database, session, here):
            return False
        if program_state.halt(session, now, WHY):
            audit.record(session, at=now, actor="system", action="nudges_halted", detail=WHY)
        return True


def is_copy(database: Database) -> bool:
    """Whether that database was last used in another place, or in a later state than this. Changes nothing."""
    with database.reads() as session:
        return program_state.home(session) is not None and _is_copy(database, session, home.home_of(database))


def accept_home(database: Database, session: Session) -> None:
    """A person says that this is the one: it lives here from now on, in the state that it is in."""
    program_state.move_in(session, home.home_of(database))
    home.forget_rounds(database)


def note_round(database: Database, wall: datetime) -> None:
    """Writes down that the engine went round: in the database, and beside it."""
    with database.writes.begin() as session:
        program_state.worked(session, wall)
    home.note_round(database, wall)


def _is_copy(database: Database, session: Session, here: str) -> bool:
    if program_state.home(session) != here:
        return True
    seen, worked = home.last_round(database), program_state.worked_at(session)
    return seen is not None and (worked is None or worked < seen - SLACK)
