"""Reads and writes cohorts, rounds and groups. Never commits."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, selectinload

from store.models import BuddyGroup, Cohort, CohortMember, GroupPlace, Member, Round, new_id


def cohort_by_name(session: Session, name: str) -> Cohort | None:
    """The cohort of that name."""
    return session.execute(select(Cohort).where(Cohort.name == name)).scalar_one_or_none()


def join_cohort(session: Session, name: str, members: Iterable[UUID], now: datetime) -> Cohort:
    """Puts the members into the cohort, which is made if need be; who is in it stays."""
    cohort = cohort_by_name(session, name)
    if cohort is None:
        cohort = Cohort(id=new_id(), name=name, created_at=now)
        session.add(cohort)
        session.flush()
    there = set(session.scalars(select(CohortMember.member_id).where(CohortMember.cohort_id == cohort.id)))
    fresh = [
        {"cohort_id": cohort.id, "member_id": member, "joined_at": now}
        for member in dict.fromkeys(members)
        if member not in there
    ]
    if fresh:
        session.execute(insert(CohortMember), fresh)
    return cohort


def members_of(session: Session, cohort_id: UUID) -> Sequence[Member]:
    """Everybody in the cohort, whatever their status, by ref, contacts loaded."""
    return session.scalars(
        select(Member)
        .join(CohortMember, CohortMember.member_id == Member.id)
        .where(CohortMember.cohort_id == cohort_id)
        .order_by(Member.ref)
        .options(selectinload(Member.contacts))
    ).all()


def latest_round(session: Session, cohort_id: UUID, *states: str) -> Round | None:
    """The round with the highest number among those states."""
    return session.scalars(
        select(Round)
        .where(Round.cohort_id == cohort_id, Round.state.in_(states))
        .order_by(Round.number.desc())
        .limit(1)
        .options(selectinload(Round.groups).selectinload(BuddyGroup.places))
    ).first()


def past_groups(session: Session, cohort_id: UUID) -> list[tuple[int, frozenset[UUID]]]:
    """(round number, members) of every group that was ever published, whatever became of it."""
    rows = session.execute(
        select(Round.number, GroupPlace.group_id, GroupPlace.member_id)
        .join(BuddyGroup, BuddyGroup.id == GroupPlace.group_id)
        .join(Round, Round.id == BuddyGroup.round_id)
        .where(Round.cohort_id == cohort_id, BuddyGroup.started_at.is_not(None), Round.state == "published")
    )
    gathered: dict[tuple[int, UUID], set[UUID]] = {}
    for number, group_id, member_id in rows:
        gathered.setdefault((number, group_id), set()).add(member_id)
    return [(number, frozenset(members)) for (number, _), members in sorted(gathered.items())]


def active_groups(session: Session, cohort_id: UUID) -> Sequence[BuddyGroup]:
    """The groups that are active now, places loaded."""
    return session.scalars(
        select(BuddyGroup)
        .where(BuddyGroup.cohort_id == cohort_id, BuddyGroup.state == "active")
        .order_by(BuddyGroup.id)
        .options(selectinload(BuddyGroup.places))
    ).all()


def active_group_of(session: Session, member_id: UUID) -> BuddyGroup | None:
    """The member's active group; of several cohorts, the one that started last."""
    return session.scalars(
        select(BuddyGroup)
        .join(GroupPlace, GroupPlace.group_id == BuddyGroup.id)
        .where(GroupPlace.member_id == member_id, GroupPlace.active, BuddyGroup.state == "active")
        .order_by(BuddyGroup.started_at.desc(), BuddyGroup.id)
        .limit(1)
        .options(selectinload(BuddyGroup.places))
    ).first()


def cohort_ids_of(session: Session, member_id: UUID) -> Sequence[UUID]:
    """The cohorts that the member is in, the one joined first first."""
    query = select(CohortMember.cohort_id).where(CohortMember.member_id == member_id)
    return session.scalars(query.order_by(CohortMember.joined_at, CohortMember.cohort_id)).all()


def group_in_cohort(session: Session, cohort_id: UUID, member_id: UUID) -> BuddyGroup | None:
    """The member's active group in that cohort."""
    return session.scalars(
        select(BuddyGroup)
        .join(GroupPlace, GroupPlace.group_id == BuddyGroup.id)
        .where(
            GroupPlace.cohort_id == cohort_id, GroupPlace.member_id == member_id, GroupPlace.active,
            BuddyGroup.state == "active",
        )
        .options(selectinload(BuddyGroup.places))
    ).first()  # fmt: skip
