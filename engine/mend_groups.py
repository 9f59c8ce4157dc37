"""Mends groups in the middle of a round when a member has left: the buddy left behind joins a group at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import rhythms
from engine.deployment import Deployment
from engine.mend_round import put_in_force
from engine.pairing_input import PairingInput, pairing_input
from nudges.holds import local_day
from pairing.policy import Person
from pairing.repair import repair
from store import audit
from store.cohorts import active_groups
from store.models import IS_UNUSUAL, BuddyGroup, Cohort, GroupPlace, Member


def mend_groups(deployment: Deployment, now: datetime) -> int:
    """Takes everybody who has left out of their group; returns how many. Nobody else moves, unless somebody
    would be alone otherwise; whom the rules leave alone is named to the coordinator in the console."""
    with deployment.database.reads() as session:
        gone = _leavers(session, now)
    for cohort_id, member_id in gone:
        with deployment.database.writes.begin() as session:
            _take_out(session, deployment, cohort_id, member_id, now)
    return len(gone)


def _leavers(session: Session, now: datetime) -> list[tuple[UUID, UUID]]:
    """(cohort, member) of whoever has left and still has a place."""
    leaves = or_(Member.status == "left", Member.active_until.is_not(None))
    rows = session.execute(
        select(GroupPlace.cohort_id, Member.id, Member.status, Member.active_until, Member.timezone)
        .join(Member, Member.id == GroupPlace.member_id)
        # From the few who leave to their places, not from all places to who leaves.
        .where(GroupPlace.active, GroupPlace.member_id.in_(select(Member.id).where(IS_UNUSUAL, leaves)))
    )
    return [
        (cohort_id, member_id)
        for cohort_id, member_id, status, last, zone in rows
        if status == "left" or (last is not None and local_day(now, zone) > last)
    ]


def _take_out(
    session: Session, deployment: Deployment, cohort_id: UUID, member_id: UUID, now: datetime
) -> None:
    session.get(Cohort, cohort_id, with_for_update=True)  # who publishes or mends in a cohort takes turns
    groups = {
        tuple(sorted(str(p.member_id) for p in group.places if p.active)): group
        for group in active_groups(session, cohort_id)
    }
    if not any(str(member_id) in members for members in groups):
        return  # another node was quicker
    rhythms.pause(session, member_id, cohort_id)
    given = pairing_input(session, deployment, cohort_id, now)
    mended = repair(
        [[given.refs[UUID(one)] for one in members] for members in groups],
        people=_people(given, groups),
        policy=given.policy,
        leaver=given.refs[member_id],
        history=given.history,
    )
    put_in_force(session, deployment, cohort_id, given, mended, now)
    audit.record(
        session, at=now, actor="system", action="group_mended", subject=str(member_id),
        detail=f"{len(mended.formed)} formed, {len(mended.alone)} left alone",
    )  # fmt: skip


def _people(given: PairingInput, groups: dict[tuple[str, ...], BuddyGroup]) -> list[Person]:
    """Everybody in a group, as the rules see them, whether or not they could be paired anew today."""
    seated = {given.refs[UUID(one)] for members in groups for one in members}
    return [person for person in given.everybody if person.id in seated]
