"""`prepaired halt` and `prepaired resume`: stop all nudges, let them go on. Needs no key."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from store.database import Database

_LONGEST_REASON = 64
_ACTOR = "command line"


def halt(
    why: Annotated[str, typer.Option(help="A word or two for the record; no names.")] = "by hand",
) -> None:
    """Stop all nudges and introductions now, on every node. Crisis answers and paging stay.

    Example: prepaired halt --why "wrong list imported"
    """
    from scripts.errors import UsageFault
    from scripts.wiring import prepared_database, read_settings

    if not why.strip() or len(why) > _LONGEST_REASON or not why.isprintable():
        raise UsageFault(f"--why: {why!r} must be 1 to {_LONGEST_REASON} characters on one line")
    from engine.clock import SystemClock

    with prepared_database(read_settings(require_secrets=False)) as database:
        halted = halt_program(database, SystemClock().now(), why.strip())
    if halted:
        typer.echo("Halted: no nudge goes out until `prepaired resume`. Crisis answers and paging go on.")
    else:
        typer.echo("Nothing changed: it is halted already.")


def resume() -> None:
    """Let nudges go on. What is stale by now is dropped, the rest goes at the sender's pace.

    Example: prepaired resume
    """
    from engine.clock import SystemClock
    from scripts.wiring import prepared_database, read_settings

    with prepared_database(read_settings(require_secrets=False)) as database:
        waiting = resume_program(database, SystemClock().now())
    if waiting is None:
        typer.echo("Nothing changed: it is not halted.")
    else:
        typer.echo(f"Nudges go on. {waiting} messages wait for the next tick or the running server.")


def halt_program(database: "Database", now: "datetime", why: str) -> bool:
    """Halts and records it; False when it was halted already. Raises UsageFault where no program began."""
    from scripts.errors import UsageFault
    from store import audit, program_state

    with database.writes.begin() as session:
        if program_state.halt(session, now, why):
            audit.record(session, at=now, actor=_ACTOR, action="halted", detail=why)
            return True
        if not program_state.is_halted(session):
            raise UsageFault("this database holds no program yet, so there is nothing to halt")
        return False


def resume_program(database: "Database", now: "datetime") -> int | None:
    """Lets nudges go on and brings forward what the halt put off; how many wait now, None if none was halted."""
    from sqlalchemy import func, select, update

    from engine.outbox import State
    from nudges.holds import Reason
    from nudges.kinds import Lane
    from store import audit, program_state
    from store.models import Message

    with database.writes.begin() as session:
        if not program_state.resume(session):
            return None
        session.execute(
            update(Message)
            .where(Message.state == State.DUE, Message.reason == Reason.HALTED, Message.not_before > now)
            .values(not_before=now, reason=None)
        )
        waiting = session.scalar(
            select(func.count()).where(Message.state == State.DUE, Message.lane >= Lane.NUDGE)
        )
        audit.record(session, at=now, actor=_ACTOR, action="resumed")
        return waiting or 0
