"""While all of a member's buddies are away for long, another group looks out for them as well; it ends by itself.

Nobody changes groups: the member keeps their own, and the words say nothing of why.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import product
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from engine.deployment import Deployment
from engine.outbox import Draft, put_many
from engine.pairing_input import pairing_input
from engine.plan_nudges import media_of
from nudges.holds import local_day
from store.cohorts import active_groups
from store.members import name_of
from store.models import IS_UNUSUAL, BuddyGroup, Cover, GroupPlace, Member, new_id

LONG = timedelta(days=7)  # an absence that has at least this long to go


def cover_absences(deployment: Deployment, now: datetime) -> int:
    """Begins and ends covers; returns how many changed."""
    with deployment.database.reads() as session:
        wanted, over = _lonely(session, now), _over(session, now)
    for cover_id in over:
        with deployment.database.writes.begin() as session:
            session.get_one(Cover, cover_id).ended_at = now
    begun = 0
    for cohort_id, member_id in wanted:
        with deployment.database.writes.begin() as session:
            begun += _begin(session, deployment, cohort_id, member_id, now)
    return begun + len(over)


def stand_ins(session: Session, member_id: UUID) -> list[Cover]:
    """The covers that are open and concern the member: as the one looked out for, or in the group that does."""
    own = select(GroupPlace.group_id).where(GroupPlace.member_id == member_id, GroupPlace.active)
    return list(
        session.scalars(
            select(Cover).where(
                Cover.ended_at.is_(None), or_(Cover.member_id == member_id, Cover.group_id.in_(own))
            )
        )
    )


def is_absent(member: Member, today: date, *, for_long: bool = False) -> bool:
    """Whether the member is away or pausing today; `for_long`: with a week or more to go."""
    least = LONG if for_long else timedelta()
    if member.status == "paused":
        return True
    if member.paused_until is not None and today + least < member.paused_until:
        return True
    begun = member.away_from is None or member.away_from <= today
    if member.away_from is None and member.away_until is None:
        return False
    return begun and (member.away_until is None or today + least <= member.away_until)


def _absent_members(session: Session) -> Iterable[Member]:
    return session.scalars(select(Member).where(IS_UNUSUAL, Member.status != "left"))


def _lonely(session: Session, now: datetime) -> list[tuple[UUID, UUID]]:
    """(cohort, member) of those whose every buddy is away for long, and whom nobody covers yet."""
    gone = {
        member.id
        for member in _absent_members(session)
        if is_absent(member, local_day(now, member.timezone), for_long=True)
    }
    if not gone:
        return []
    groups = session.scalars(
        select(BuddyGroup)
        .join(GroupPlace, GroupPlace.group_id == BuddyGroup.id)
        .where(BuddyGroup.state == "active", GroupPlace.active, GroupPlace.member_id.in_(gone))
        .options(selectinload(BuddyGroup.places))
    ).unique()
    covered = set(session.scalars(select(Cover.member_id).where(Cover.ended_at.is_(None))))
    found = []
    for group in groups:
        here = [place.member_id for place in group.places if place.active and place.member_id not in gone]
        if len(here) == 1 and here[0] not in covered:
            found.append((group.cohort_id, here[0]))
    return found


def _over(session: Session, now: datetime) -> list[UUID]:
    """Covers that are needed no more: a buddy is back, the member is away too, or a group has changed."""
    ended = []
    for cover in session.scalars(select(Cover).where(Cover.ended_at.is_(None))):
        host = session.get(BuddyGroup, cover.group_id)
        member = session.get_one(Member, cover.member_id)
        away = is_absent(member, local_day(now, member.timezone))
        if host is None or host.state != "active" or away or _has_buddy(session, cover, now):
            ended.append(cover.id)
    return ended


def _has_buddy(session: Session, cover: Cover, now: datetime) -> bool:
    own = select(GroupPlace.group_id).where(
        GroupPlace.cohort_id == cover.cohort_id, GroupPlace.member_id == cover.member_id, GroupPlace.active
    )
    others = session.scalars(
        select(Member)
        .join(GroupPlace, GroupPlace.member_id == Member.id)
        .where(GroupPlace.group_id.in_(own), GroupPlace.active, Member.id != cover.member_id)
    ).all()
    return not others or any(not is_absent(one, local_day(now, one.timezone)) for one in others)


def _begin(session: Session, deployment: Deployment, cohort_id: UUID, member_id: UUID, now: datetime) -> int:
    host = _host(session, deployment, cohort_id, member_id, now)
    if host is None:
        return 0
    member = session.get_one(Member, member_id)
    if is_absent(member, local_day(now, member.timezone)) or member.status == "left":
        return 0
    cover = Cover(
        id=new_id(), cohort_id=cohort_id, member_id=member_id, group_id=host.id, began_at=now, ended_at=None
    )
    session.add(cover)
    session.flush()
    seated = [place.member_id for place in host.places if place.active]
    names = {
        one: name_of(deployment.vault, session.get_one(Member, one)).split(" ")[0]
        for one in (*seated, member_id)
    }
    media = media_of(session, deployment, set(names))
    put_many(
        session,
        deployment,
        [
            Draft(
                key=f"cover:{cover.id}:{reader}",
                kind="cover",
                medium=media[reader] or "sms",
                member_id=reader,
                details={"buddies": " and ".join(_others(names, reader, member_id))},
                due_at=now,
                dropped=None if media[reader] else "no_channel",
            )
            for reader in names
        ],
        now,
    )
    return 1


def _others(names: dict[UUID, str], reader: UUID, guest: UUID) -> list[str]:
    return [name for one, name in names.items() if one != guest] if reader == guest else [names[guest]]


def _host(
    session: Session, deployment: Deployment, cohort_id: UUID, member_id: UUID, now: datetime
) -> BuddyGroup | None:
    """A group whose members are all here, that no rule keeps from the member, with the fewest guests."""
    given = pairing_input(session, deployment, cohort_id, now)
    people = {person.id: person for person in given.everybody}
    busy = [cover.group_id for cover in session.scalars(select(Cover).where(Cover.ended_at.is_(None)))]
    here = set(given.ids.values())
    fit = [
        group
        for group in active_groups(session, cohort_id)
        if (seated := [place.member_id for place in group.places if place.active])
        and member_id not in seated
        and set(seated) <= here
        and all(
            given.policy.allows(people[given.refs[one]], people[given.refs[other]])
            for one, other in product(seated, [member_id])
        )
    ]
    return min(fit, key=lambda group: (busy.count(group.id), len(group.places), str(group.id)), default=None)
