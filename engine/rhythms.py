"""A member's rhythm row: where it starts, and which occurrence comes next."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from nudges.cadence import anchor_on, next_occurrence, stagger_of
from store.models import Member, Rhythm, new_id


def advance(deployment: Deployment, rhythm: Rhythm) -> None:
    """Moves the row to the occurrence after the one it stands at; computed from the anchor, never from it."""
    if rhythm.next_due_at is not None:
        _aim(deployment, rhythm, rhythm.next_due_at)


def rhythms_of(session: Session, members: set[UUID]) -> dict[tuple[UUID, UUID], Rhythm]:
    """(cohort, member) -> the rhythm that is there."""
    rows = session.scalars(select(Rhythm).where(Rhythm.member_id.in_(members)))
    return {(rhythm.cohort_id, rhythm.member_id): rhythm for rhythm in rows}


def begin(
    session: Session,
    deployment: Deployment,
    rhythm: Rhythm | None,
    member: Member,
    cohort_id: UUID,
    group_id: UUID,
    now: datetime,
) -> None:
    """Starts the member's rhythm in the cohort, or carries on with it under a new group.

    An anchor that is there stays, so that slots go on counting and a repair never nudges twice.
    """
    if rhythm is None:
        clock = deployment.program.clock(member.timezone, member.work_days)
        rhythm = Rhythm(
            id=new_id(),
            cohort_id=cohort_id,
            member_id=member.id,
            group_id=group_id,
            anchor_on=anchor_on(now, clock),
            timezone=member.timezone,
            work_days=member.work_days,
        )
        session.add(rhythm)
    rhythm.group_id = group_id
    changed = (rhythm.timezone, rhythm.work_days) != (member.timezone, member.work_days)
    if rhythm.next_due_at is None or changed:
        rhythm.timezone, rhythm.work_days = member.timezone, member.work_days
        _aim(deployment, rhythm, now)


def pause(session: Session, member_id: UUID, cohort_id: UUID | None = None) -> None:
    """No further nudges of that member, in one cohort or all, until `begin`."""
    query = select(Rhythm).where(Rhythm.member_id == member_id)
    if cohort_id is not None:
        query = query.where(Rhythm.cohort_id == cohort_id)
    for rhythm in session.scalars(query):
        rhythm.next_due_at = rhythm.next_kind = rhythm.next_slot = None
        rhythm.next_on = rhythm.next_send_before = None


def follow_members(session: Session, deployment: Deployment, now: datetime) -> None:
    """Re-aims the rhythms of members whose zone or working days have changed since."""
    changed = or_(Rhythm.timezone != Member.timezone, Rhythm.work_days != Member.work_days)
    rows = session.execute(
        select(Rhythm, Member.timezone, Member.work_days)
        .join(Member, Member.id == Rhythm.member_id)
        .where(Rhythm.next_due_at.is_not(None), changed)
        .with_for_update(of=Rhythm)
    )
    for rhythm, timezone, work_days in rows.all():
        rhythm.timezone, rhythm.work_days = timezone, work_days
        _aim(deployment, rhythm, now)


def _aim(deployment: Deployment, rhythm: Rhythm, after: datetime) -> None:
    program = deployment.program
    found = next_occurrence(
        program.cadences,
        anchor=rhythm.anchor_on,
        clock=program.clock(rhythm.timezone, rhythm.work_days),
        window=program.window,
        quiet=program.quiet,
        stagger=stagger_of(str(rhythm.member_id)),
        after=after,
    )
    if found is None:
        rhythm.next_due_at = None
        return
    rhythm.next_kind, rhythm.next_slot, rhythm.next_on = found.kind, found.slot, found.planned_on
    rhythm.next_due_at, rhythm.next_send_before = found.due_at, found.send_before
