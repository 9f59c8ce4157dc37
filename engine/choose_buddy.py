"""Members choose their buddies: one invites, the other accepts or not. A no, a rule in the way, and silence look alike.

Two who have none yet become a group at once; a second friend makes it three. Who has a group already is brought
together with the friend at the next round.
"""

from datetime import datetime, timedelta
from itertools import combinations
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.form_group import form_group
from engine.groups import dissolve
from engine.pairing_input import person_of
from pairing.common_ground import CHOSEN
from pairing.errors import PrepairedError
from store import audit
from store.cohorts import cohort_ids_of, group_in_cohort, join_cohort
from store.members import PairKeeper, agreements, is_excluded
from store.models import Cohort, Invitation, Member, new_id
from store.sealing import new_token, token_hash

LASTS = timedelta(days=14)
MOST_OPEN = 5
LARGEST_GROUP = 3
CHOSE = "They chose each other."


class TooManyInvitations(PrepairedError):
    """There are enough open ones; the old ones have to run out first."""


def invite_friend(deployment: Deployment, member_id: UUID, now: datetime, *, is_outside: bool = False) -> str:
    """A token for a friend, good for two weeks, for one person. Raises TooManyInvitations."""
    token = new_token()
    with deployment.database.writes.begin() as session:
        session.execute(delete(Invitation).where(Invitation.expires_at <= now))
        open_now = select(func.count()).where(
            Invitation.member_id == member_id, Invitation.accepted_at.is_(None)
        )
        if (session.scalar(open_now) or 0) >= MOST_OPEN:
            raise TooManyInvitations("there are five open invitations")
        row = Invitation(
            id=new_id(), token_hash=token_hash(token), member_id=member_id, is_outside=is_outside,
            created_at=now, expires_at=now + LASTS,
        )  # fmt: skip
        session.add(row)
    return token


def invitation_of(session: Session, token: str, now: datetime) -> Invitation | None:
    """The open invitation behind a token."""
    return session.scalars(
        select(Invitation).where(
            Invitation.token_hash == token_hash(token),
            Invitation.expires_at > now,
            Invitation.accepted_at.is_(None),
        )
    ).one_or_none()


def decline(deployment: Deployment, token: str, now: datetime) -> None:
    """The invitation is gone; whoever sent it sees what silence looks like."""
    with deployment.database.writes.begin() as session:
        row = invitation_of(session, token, now)
        if row is not None:
            session.delete(row)


def accept(deployment: Deployment, invitation_id: UUID, friend_id: UUID, now: datetime) -> None:
    """The friend says yes, once. What comes of it is told by the introduction, and by nothing else."""
    with deployment.database.writes.begin() as session:
        taken = session.execute(
            update(Invitation)
            .where(
                Invitation.id == invitation_id,
                Invitation.accepted_at.is_(None),
                Invitation.expires_at > now,
                Invitation.member_id != friend_id,
            )
            .values(accepted_at=now)
            .returning(Invitation.member_id)
        ).scalar_one_or_none()
        member = session.get(Member, taken) if taken else None
        if member is None or member.status == "left":
            return
        _bring_together(session, deployment, member.id, friend_id, now)
        audit.record(session, at=now, actor=f"member:{friend_id}", action="invitation_accepted")


def _bring_together(session: Session, deployment: Deployment, one: UUID, other: UUID, now: datetime) -> None:
    cohort_id = next(iter(cohort_ids_of(session, one)), None)
    if cohort_id is None or not _may_meet(session, deployment, {one, other}):
        return  # and who may not be with any of them does not come into their cohort
    join_cohort(session, session.get_one(Cohort, cohort_id).name, [other], now)
    mine, theirs = (group_in_cohort(session, cohort_id, each) for each in (one, other))
    there = mine or theirs
    if mine is not None and theirs is not None:
        _agree(session, deployment, {one, other}, now)
        return
    seated = {place.member_id for place in there.places if place.active} if there else set()
    wanted = seated | {one, other}
    if len(wanted) > LARGEST_GROUP or not _may_meet(session, deployment, wanted):
        return
    _agree(session, deployment, wanted, now)
    if there is not None:
        dissolve(there, now)
        session.flush()
    form_group(session, deployment, cohort_id, sorted(wanted), now, reasons=(CHOSE,), common=(CHOSEN,))


def _may_meet(session: Session, deployment: Deployment, members: set[UUID]) -> bool:
    """Whether no rule of the program, and no wish of anybody, speaks against any two of them."""
    if any(is_excluded(session, deployment.vault, *pair) for pair in combinations(members, 2)):
        return False
    people = [person_of(deployment, session.get_one(Member, member)) for member in members]
    return all(deployment.policy.allows(first, second) for first, second in combinations(people, 2))


def _agree(session: Session, deployment: Deployment, members: set[UUID], now: datetime) -> None:
    """They stay together at the next round; what fewer of them had agreed is part of it. An agreement with
    others stands: somebody cannot be in two groups."""
    keeper = PairKeeper(deployment.vault, now)
    for known in list(agreements(session, deployment.vault)):
        if known <= members:
            for kind in ("buddy", "lock"):
                keeper.disagree(session, kind, sorted(known))
        elif known & members:
            return
    keeper.agree(session, "buddy", sorted(members))
