"""Looks at a case outside of one's own part in it, for a reason that is written down and told to the member."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.outbox import Draft, put
from engine.plan_nudges import media_of
from engine.staff import notify, with_role
from pairing.errors import PrepairedError
from store import audit
from store.models import AuditEntry, Staff, SupportRequest

SHORTEST_REASON = 15
LONGEST_REASON = 200
LASTS = timedelta(minutes=30)


class NoReason(PrepairedError):
    """A reason that says nothing."""


def break_glass(
    deployment: Deployment, request_id: UUID, staff: Staff, reason: str, now: datetime, *, harm: bool = False
) -> None:
    """Notes who breaks the glass, and has the member told, unless that would harm. Directors are always told.

    The reason stands in the trail under the case's alias: it must name nobody. Raises NoReason, LookupError.
    """
    words = " ".join(reason.split())
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        raise NoReason(f"a reason of {SHORTEST_REASON} to {LONGEST_REASON} characters")
    with deployment.database.writes.begin() as session:
        request = session.get(SupportRequest, request_id)
        if request is None:
            raise LookupError("no such case")
        if not harm:
            _tell_member(session, deployment, request, now)
        key = f"glass:{request.alias}:{now.isoformat()}"
        directors = [one for one in with_role(session, "director") if one.id != staff.id]
        notify(
            session,
            deployment,
            directors,
            kind="deadline_notice",
            key=key,
            now=now,
            details={"path": "/audit"},
        )
        detail = f"{'not told, it would harm' if harm else 'told'}: {words}"
        audit.record(
            session,
            at=now,
            actor=f"staff:{staff.ref}",
            action="glass_broken",
            subject=request.alias,
            detail=detail,
        )


def has_broken_glass(session: Session, actor: str, alias: str, now: datetime) -> bool:
    """Whether that person broke the glass of the case within the last half hour."""
    found = select(AuditEntry.seq).where(
        AuditEntry.subject == alias,
        AuditEntry.action == "glass_broken",
        AuditEntry.actor == actor,
        AuditEntry.at > now - LASTS,
    )
    return session.execute(found).first() is not None


def _tell_member(session: Session, deployment: Deployment, request: SupportRequest, now: datetime) -> None:
    if request.member_id is None:
        return
    medium = media_of(session, deployment, {request.member_id})[request.member_id]
    if medium is not None:
        draft = Draft(
            key=f"look:{request.id}:{now.isoformat()}",
            kind="look_notice",
            medium=medium,
            member_id=request.member_id,
            due_at=now,
        )
        put(session, deployment, draft, now)
