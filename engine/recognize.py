"""Recognition of a supporter's time: a letter of hours and meetings, never of a case; for others by consent only."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.staff import name_of_staff
from store import audit
from store.models import MeetingAnswer, Staff, Supporter, SupporterMeeting


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is attested. Hours of support are as the supporter stated them."""

    name: str
    since: date | None
    hours: float
    meetings: int
    meeting_hours: float
    trained_until: date | None


def want_recognition(deployment: Deployment, staff_id: UUID, wants: bool, now: datetime) -> None:
    """The supporter allows coordinator and director to thank them by name, or takes that back."""
    with deployment.database.writes.begin() as session:
        session.get_one(Supporter, staff_id, with_for_update=True).wants_recognition = wants
        ref = session.get_one(Staff, staff_id).ref
        action = "recognition_allowed" if wants else "recognition_withdrawn"
        audit.record(session, at=now, actor=f"staff:{ref}", action=action)


def letter_of(session: Session, deployment: Deployment, staff_id: UUID, viewer_id: UUID) -> Letter | None:
    """The letter of that supporter; None for somebody else without the supporter's consent."""
    row, staff = session.get(Supporter, staff_id), session.get(Staff, staff_id)
    if row is None or staff is None or (staff_id != viewer_id and not row.wants_recognition):
        return None
    attended = select(func.count(), func.coalesce(func.sum(SupporterMeeting.minutes), 0)).join(
        MeetingAnswer, MeetingAnswer.meeting_id == SupporterMeeting.id
    )
    count, minutes = session.execute(
        attended.where(MeetingAnswer.staff_id == staff_id, MeetingAnswer.was_there)
    ).one()
    return Letter(
        name=name_of_staff(deployment.vault, staff),
        since=row.began_at.date() if row.began_at else None,
        hours=row.hours,
        meetings=count,
        meeting_hours=minutes / 60,
        trained_until=row.trained_until,
    )
