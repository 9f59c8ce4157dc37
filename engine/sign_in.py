"""Signs staff in: a link that works once, spent by a person's press, trades for a session of twelve hours.

Sessions are in wall time, since a browser's day does not move with the program's clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.links import LIFETIMES, Purpose, issue, spend
from engine.outbox import Draft, put
from engine.staff import staff_by_ref
from store import audit
from store.addresses import BadAddress, index_form, normal
from store.models import Staff, StaffSession
from store.sealing import new_token, token_hash

SESSION_LASTS = timedelta(hours=12)
FIRST_LINK_LASTS = timedelta(hours=24)  # printed by `init`, perhaps before anything serves


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A fresh session; its token is in plain only here and in the browser's cookie."""

    token: str
    purpose: Purpose  # what the spent link was for: signing in, or the page of an incident
    incident_id: UUID | None = None  # of that page


def request_sign_in(deployment: Deployment, email: str, now: datetime) -> None:
    """Queues a sign-in link to the staff member of that address, one a minute. Says nothing of who is known."""
    try:
        index = deployment.vault.index(index_form("email", normal("email", email)), "email")
    except BadAddress:
        return
    with deployment.database.writes.begin() as session:
        staff = session.scalars(select(Staff).where(Staff.email_index == index, Staff.active)).first()
        if staff is None:
            return
        medium = "email" if "email" in deployment.channels or staff.phone_sealed is None else "sms"
        draft = Draft(
            key=f"sign_in:{staff.id}:{now:%Y%m%d%H%M}",
            kind="sign_in",
            medium=medium,
            staff_id=staff.id,
            details={"minutes": str(int(LIFETIMES[Purpose.SIGN_IN].total_seconds() // 60))},
            due_at=now,
        )
        put(session, deployment, draft, now)


def sign_in_link(
    deployment: Deployment, staff_ref: str, now: datetime, *, lifetime: timedelta = FIRST_LINK_LASTS
) -> str:
    """The address of a one-time link for that staff member. Raises LookupError for an unknown one."""
    with deployment.database.writes.begin() as session:
        staff = staff_by_ref(session, staff_ref)
        if staff is None:
            raise LookupError(f"nobody on the staff is called {staff_ref!r}")
        token = issue(session, Purpose.SIGN_IN, now=now, staff_id=staff.id, lifetime=lifetime)
    return f"{deployment.public_url}/console/sign-in/{token}"


def sign_in(deployment: Deployment, token: str, *, now: datetime, wall: datetime) -> SignedIn | None:
    """Spends a sign-in link, or a page's; None when it is used, over or garbled. Of two at once one gets it."""
    with deployment.database.writes.begin() as session:
        for purpose in (Purpose.SIGN_IN, Purpose.PAGE):
            bearer = spend(session, token, purpose, now)
            staff = session.get(Staff, bearer.staff_id) if bearer and bearer.staff_id else None
            if staff is not None and staff.active:
                staff.seen_at = now
                session_token = _begin(session, staff, wall)
                audit.record(session, at=now, actor=f"staff:{staff.ref}", action="signed_in")
                incident = bearer.incident_id if bearer else None
                return SignedIn(token=session_token, purpose=purpose, incident_id=incident)
    return None


def sign_in_as(deployment: Deployment, staff_ref: str, *, now: datetime, wall: datetime) -> str:
    """A session without a link: for the demo, whose people are made up. Raises LookupError."""
    with deployment.database.writes.begin() as session:
        staff = staff_by_ref(session, staff_ref)
        if staff is None:
            raise LookupError(f"nobody on the staff is called {staff_ref!r}")
        staff.seen_at = now
        token = _begin(session, staff, wall)
        audit.record(session, at=now, actor=f"staff:{staff.ref}", action="signed_in", detail="demo")
    return token


def staff_of_session(session: Session, token: str, wall: datetime) -> Staff | None:
    """Who is signed in by that token; None when it is over, or the person no longer on the staff."""
    return session.scalars(
        select(Staff)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(StaffSession.token_hash == token_hash(token), StaffSession.expires_at > wall, Staff.active)
    ).one_or_none()


def sign_out(deployment: Deployment, token: str) -> None:
    """Ends that session on the server; the cookie is worth nothing then."""
    with deployment.database.writes.begin() as session:
        session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash(token)))


def _begin(session: Session, staff: Staff, wall: datetime) -> str:
    session.execute(delete(StaffSession).where(StaffSession.expires_at <= wall))
    token = new_token()
    row = StaffSession(
        token_hash=token_hash(token), staff_id=staff.id, created_at=wall, expires_at=wall + SESSION_LASTS
    )
    session.add(row)
    return token
