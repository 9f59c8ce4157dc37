"""Supporters' quarterly meetings: planned, invited to, reminded of, and who was there, for the letter."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.staff import name_of_staff, notify, with_role
from pairing.errors import PrepairedError
from store import audit
from store.inserting import insert_new
from store.models import MeetingAnswer, Message, Staff, Supporter, SupporterMeeting, new_id

AHEAD = timedelta(days=1)  # when everybody who has not said no is reminded
ANSWERS = ("coming", "not_coming")
LONGEST_PLACE = 120


class NoSuchMeeting(PrepairedError):
    """A meeting that cannot be planned like that, or is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingShown:
    """A meeting as a supporter or coordinator sees it."""

    id: UUID
    at: datetime
    minutes: int
    place: str
    is_over: bool
    is_noted: bool  # who was there is on record
    own_answer: str
    coming: int
    people: tuple[tuple[UUID, str, str, bool], ...]  # id, name, answer, was there; for coordinators alone


def plan_meeting(
    deployment: Deployment, at: datetime, minutes: int, place: str, *, by: Staff, now: datetime
) -> UUID:
    """Plans a meeting and invites every supporter. Raises NoSuchMeeting."""
    words = " ".join(place.split())
    if not words or len(words) > LONGEST_PLACE:
        raise NoSuchMeeting(f"say where, in at most {LONGEST_PLACE} characters")
    if not now < at <= now + timedelta(days=366) or not 15 <= minutes <= 240:
        raise NoSuchMeeting("a meeting lies ahead, within a year, and lasts 15 minutes to four hours")
    row = new_id()
    with deployment.database.writes.begin() as session:
        session.add(SupporterMeeting(id=row, starts_at=at, minutes=minutes, place=words, planned_at=now))
        notify(
            session, deployment, with_role(session, "supporter"), kind="meeting_invitation", key=f"meeting:{row}",
            now=now, details={"path": "/meetings", "by": deployment.program.local_time(at, word="at")},
        )  # fmt: skip
        audit.record(session, at=now, actor=f"staff:{by.ref}", action="meeting_planned")
    return row


def call_off(deployment: Deployment, meeting_id: UUID, *, by: Staff, now: datetime) -> None:
    """The meeting will not be, and whoever has not said no is told. Raises NoSuchMeeting for one that has begun."""
    with deployment.database.writes.begin() as session:
        row = _locked(session, meeting_id)
        if row.starts_at <= now:
            raise NoSuchMeeting("that meeting has begun")
        _tell(session, deployment, row, "meeting_called_off", f"meeting_off:{row.id}", now)
        session.delete(row)
        audit.record(session, at=now, actor=f"staff:{by.ref}", action="meeting_called_off")


def answer_meeting(
    deployment: Deployment, meeting_id: UUID, staff_id: UUID, answer: str, now: datetime
) -> None:
    """A supporter says whether they are coming; the last word counts. Raises NoSuchMeeting, ValueError."""
    if answer not in ANSWERS:
        raise ValueError(f"{answer!r} is no answer")
    with deployment.database.writes.begin() as session:
        row = _locked(session, meeting_id)
        if row.starts_at <= now:
            raise NoSuchMeeting("that meeting has begun")
        _place_of(session, row.id, staff_id).answer = answer


def note_attendance(
    deployment: Deployment, meeting_id: UUID, present: Collection[UUID], *, by: Staff, now: datetime
) -> None:
    """Who was there; it may be corrected later. Raises NoSuchMeeting for one that is still ahead."""
    with deployment.database.writes.begin() as session:
        row = _locked(session, meeting_id)
        if row.starts_at > now:
            raise NoSuchMeeting("that meeting is still ahead")
        for one in session.scalars(select(MeetingAnswer).where(MeetingAnswer.meeting_id == row.id)):
            one.was_there = False
        for supporter in session.scalars(
            select(Supporter.staff_id).where(Supporter.staff_id.in_(present))
        ).all():
            _place_of(session, row.id, supporter).was_there = True
        row.noted_at = now
        audit.record(session, at=now, actor=f"staff:{by.ref}", action="meeting_noted")


def meetings(
    session: Session, deployment: Deployment, viewer: Staff, now: datetime
) -> Sequence[MeetingShown]:
    """Those ahead first, then the last ones; names only for whoever coordinates."""
    runs_it = "coordinator" in viewer.roles.split(",") or viewer.ref == deployment.program.deputy
    rows = session.scalars(
        select(SupporterMeeting).order_by(SupporterMeeting.starts_at.desc()).limit(8)
    ).all()
    pool = {one.id: name_of_staff(deployment.vault, one) for one in with_role(session, "supporter")}
    found = []
    for row in rows:
        places = {
            one.staff_id: one
            for one in session.scalars(select(MeetingAnswer).where(MeetingAnswer.meeting_id == row.id))
        }
        own = places.get(viewer.id)
        people = tuple(
            (one, name, places[one].answer if one in places else "", one in places and places[one].was_there)
            for one, name in sorted(pool.items(), key=lambda pair: pair[1])
        )
        found.append(
            MeetingShown(
                id=row.id,
                at=row.starts_at,
                minutes=row.minutes,
                place=row.place,
                is_over=row.starts_at <= now,
                is_noted=row.noted_at is not None,
                own_answer=own.answer if own else "",
                coming=sum(place.answer == "coming" for place in places.values()),
                people=people if runs_it else (),
            )
        )
    return sorted(found, key=lambda one: (one.is_over, one.at if not one.is_over else now - (one.at - now)))


def remind_of_meetings(deployment: Deployment, now: datetime) -> int:
    """Reminds of the one that is near, and asks the coordinators for the next where none is planned; how many."""
    with deployment.database.reads() as session:  # looking costs no lock
        is_near = session.scalars(_near(now)).first() is not None
        if not is_near and _missed(session, deployment, now) is None:
            return 0
    with deployment.database.writes.begin() as session:
        near = session.scalars(_near(now).with_for_update(skip_locked=True)).all()
        for row in near:
            row.reminded_at = now
            _tell(session, deployment, row, "meeting_reminder", f"meeting_near:{row.id}", now)
        return len(near) + _ask_for_the_next(session, deployment, now)


def _near(now: datetime) -> Select[SupporterMeeting]:
    return select(SupporterMeeting).where(
        SupporterMeeting.reminded_at.is_(None),
        SupporterMeeting.starts_at > now,
        SupporterMeeting.starts_at <= now + AHEAD,
    )


def _tell(
    session: Session, deployment: Deployment, row: SupporterMeeting, kind: str, key: str, now: datetime
) -> None:
    """Everybody who has not said that they are not coming."""
    said_no = set(
        session.scalars(
            select(MeetingAnswer.staff_id).where(
                MeetingAnswer.meeting_id == row.id, MeetingAnswer.answer == "not_coming"
            )
        )
    )
    people = [one for one in with_role(session, "supporter") if one.id not in said_no]
    by = deployment.program.local_time(row.starts_at, word="at")
    notify(
        session, deployment, people, kind=kind, key=key, now=now, details={"path": "/meetings", "by": by}
    )  # fmt: skip


def _missed(session: Session, deployment: Deployment, now: datetime) -> str | None:
    """The key of the notice that is owed now: once a span without a meeting, counted from the last one, or from when
    the first supporter was there; None where none is owed, or it was given."""
    every = deployment.program.care.meet_every
    if not every or not with_role(session, "supporter"):
        return None
    last = session.scalar(select(func.max(SupporterMeeting.starts_at)))
    since = last or session.scalar(select(func.min(Supporter.began_at)))
    if since is None or since + every > now:
        return None
    key = f"meeting_due:{since.isoformat()}:{(now - since) // every}"
    told = select(Message.id).where(Message.natural_key.startswith(f"{key}:"))
    return None if session.scalars(told.limit(1)).first() else key


def _ask_for_the_next(session: Session, deployment: Deployment, now: datetime) -> int:
    key = _missed(session, deployment, now)
    if key is None:
        return 0
    people = with_role(session, "coordinator") or with_role(session, "director")
    return notify(
        session, deployment, people, kind="meeting_due", key=key, now=now, details={"path": "/meetings"}
    )


def _locked(session: Session, meeting_id: UUID) -> SupporterMeeting:
    row = session.get(SupporterMeeting, meeting_id, with_for_update=True)
    if row is None:
        raise NoSuchMeeting("there is no such meeting")
    return row


def _place_of(session: Session, meeting_id: UUID, staff_id: UUID) -> MeetingAnswer:
    values = {"meeting_id": meeting_id, "staff_id": staff_id, "answer": "", "was_there": False}
    insert_new(session, MeetingAnswer, [values], ("meeting_id", "staff_id"))
    return session.get_one(MeetingAnswer, (meeting_id, staff_id), populate_existing=True)
