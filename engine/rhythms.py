"""A member's rhythm row: where it starts, and which occurrence comes next."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.next_nudges import next_of
from engine.patterns import COLUMNS, copy_pattern, pattern_of, places_of
from nudges.cadence import anchor_on, stagger_of
from store.members import attributes_of
from store.models import BuddyGroup, Member, Rhythm, new_id

LONGEST_REASON = 255


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
    for column, value in places_of(deployment.program, attributes_of(deployment.vault, member)).items():
        setattr(member, column, value)
    if rhythm is None:
        rhythm = Rhythm(
            id=new_id(),
            cohort_id=cohort_id,
            member_id=member.id,
            group_id=group_id,
            anchor_on=anchor_on(now, pattern_of(deployment.program, member).clock),
        )
        session.add(rhythm)
    rhythm.group_id = group_id
    if rhythm.silence_look_at is None:
        rhythm.silence_look_at = _first_look(deployment, now)
    changed = copy_pattern(rhythm, member)
    if rhythm.next_due_at is None or changed:
        _aim(deployment, rhythm, now)


def _first_look(deployment: Deployment, now: datetime) -> datetime | None:
    """When it is looked at first whether a rhythm that begins now is quiet; None where the program never asks."""
    policy = deployment.program.silence
    weeks = policy.offer or policy.buddy or policy.coordinator
    return now + weeks * timedelta(days=7) if weeks else None


def end_without_group(session: Session, cohort_id: UUID) -> None:
    """No further nudges of members whose group is no more and who have no other: they left, or were not placed."""
    gone = select(BuddyGroup.id).where(BuddyGroup.cohort_id == cohort_id, BuddyGroup.state != "active")
    left = select(Rhythm).where(
        Rhythm.cohort_id == cohort_id, Rhythm.next_due_at.is_not(None), Rhythm.group_id.in_(gone)
    )
    for rhythm in session.scalars(left):
        _stop(rhythm)


def pause(session: Session, member_id: UUID, cohort_id: UUID | None = None) -> None:
    """No further nudges of that member, in one cohort or all, until `begin`."""
    query = select(Rhythm).where(Rhythm.member_id == member_id)
    if cohort_id is not None:
        query = query.where(Rhythm.cohort_id == cohort_id)
    for rhythm in session.scalars(query):
        _stop(rhythm)


def _stop(rhythm: Rhythm) -> None:
    rhythm.next_due_at = rhythm.next_kind = rhythm.next_slot = rhythm.next_series = None
    rhythm.next_on = rhythm.next_send_before = rhythm.next_why = None


def follow_members(session: Session, deployment: Deployment, now: datetime) -> None:
    """Re-aims the rhythms of members whose zone, days, holidays, shift or own wishes have changed since."""
    changed = or_(*(getattr(Rhythm, name) != getattr(Member, name) for name in COLUMNS))
    rows = session.execute(
        select(Rhythm, Member)
        .join(Member, Member.id == Rhythm.member_id)
        .where(Rhythm.next_due_at.is_not(None), changed)
        .with_for_update(of=Rhythm)
    )
    for rhythm, member in rows.all():
        copy_pattern(rhythm, member)
        _aim(deployment, rhythm, now)


def follow_member(session: Session, deployment: Deployment, member: Member, now: datetime) -> None:
    """Re-aims that member's rhythms after a wish of theirs has changed; what is in the outbox stays there."""
    rhythms = session.scalars(
        select(Rhythm).where(Rhythm.member_id == member.id, Rhythm.next_due_at.is_not(None)).with_for_update()
    )
    for rhythm in rhythms:
        if copy_pattern(rhythm, member):
            _aim(deployment, rhythm, now)


def _aim(deployment: Deployment, rhythm: Rhythm, after: datetime) -> None:
    found = next_of(
        deployment.program,
        pattern_of(deployment.program, rhythm),
        anchor=rhythm.anchor_on,
        stagger=stagger_of(str(rhythm.member_id)),
        after=after,
    )
    if found is None:
        rhythm.next_due_at = None
        return
    rhythm.next_kind, rhythm.next_series, rhythm.next_slot = found.kind, found.series, found.slot
    rhythm.next_on, rhythm.next_why = found.on, found.reason and found.reason[:LONGEST_REASON]
    rhythm.next_due_at, rhythm.next_send_before = found.due_at, found.send_before
