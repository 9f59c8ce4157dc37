"""Makes every link, session and open page worthless at once: after a theft, or when nobody knows who holds what."""

from datetime import datetime

from sqlalchemy import delete, update

from engine.links import Purpose
from store import audit
from store.database import Database
from store.models import Invitation, Joining, Link, ProgramState, StaffSession


def revoke_everything(database: Database, *, actor: str, now: datetime, wall: datetime) -> dict[str, int]:
    """How many links, sessions, invitations and joinings ended. Unsubscribing goes on working: it can only stop.

    Staff sign in anew; members get a fresh link with their next message, or by texting the program's word.
    """
    ended: dict[str, int] = {}
    with database.writes.begin() as session:
        for name, statement in (
            ("links", delete(Link).where(Link.purpose != Purpose.UNSUBSCRIBE).returning(Link.token_hash)),
            ("sessions", delete(StaffSession).returning(StaffSession.token_hash)),
            ("invitations", delete(Invitation).returning(Invitation.id)),
            ("joinings", delete(Joining).returning(Joining.id)),
        ):
            ended[name] = len(session.execute(statement).all())
        session.execute(update(ProgramState).values(revoked_at=wall))
        detail = ", ".join(f"{count} {name}" for name, count in ended.items())
        audit.record(session, at=now, actor=actor, action="everything_revoked", detail=detail)
    return ended
