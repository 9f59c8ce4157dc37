"""Writes down that somebody looked at a member's data, where the member can read it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.deployment import Deployment
from store import audit


def note_look(
    deployment: Deployment, *, actor: str, what: str, member_id: UUID | None, now: datetime
) -> None:
    """Notes one look; `what` is a word such as person, request or incident."""
    with deployment.database.writes.begin() as session:
        write_look(session, actor=actor, what=what, member_id=member_id, now=now)


def write_look(session: Session, *, actor: str, what: str, member_id: UUID | None, now: datetime) -> None:
    """The same within the transaction that shows the data."""
    subject = str(member_id) if member_id else None
    audit.record(session, at=now, actor=actor, action=f"looked_at_{what}", subject=subject)


def note_case_look(deployment: Deployment, *, actor: str, alias: str, now: datetime) -> None:
    """Notes a look at a case under the case's own alias: once the case is forgotten it leads to nobody."""
    with deployment.database.writes.begin() as session:
        audit.record(session, at=now, actor=actor, action="looked_at_request", subject=alias)
