"""Starts and ends groups of buddies, whether a round begins or one group is mended in the middle of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import rhythms
from engine.deployment import Deployment
from engine.outbox import Draft, put_many
from engine.plan_nudges import media_of
from store.models import BuddyGroup, Member


def dissolve(group: BuddyGroup, now: datetime) -> None:
    """The group is no more; what it logged stays."""
    group.state, group.dissolved_at = "dissolved", now
    for place in group.places:
        place.active = False


def start_groups(
    session: Session,
    deployment: Deployment,
    groups: Sequence[BuddyGroup],
    now: datetime,
    *,
    introduce: bool,
) -> None:
    """Makes the groups active: places, rhythms and, if wanted, an introduction to each member."""
    seated = {place.member_id for group in groups for place in group.places}
    members = members_named(session, seated)
    media = media_of(session, deployment, set(members))
    known = rhythms.rhythms_of(session, seated)  # all at once: while this writes, nobody else can
    drafts: list[Draft] = []
    for group in groups:
        group.state, group.started_at, group.dissolved_at = "active", group.started_at or now, None
        for place in group.places:
            place.active = True
            member = members[place.member_id]
            begun = known.get((group.cohort_id, member.id))
            rhythms.begin(session, deployment, begun, member, group.cohort_id, group.id, now)
            drafts.append(introduction(group, member, media[member.id], now))
    session.flush()
    if introduce:
        put_many(session, deployment, drafts, now)


def members_named(session: Session, ids: set[UUID]) -> dict[UUID, Member]:
    """Id -> member, read together."""
    return {member.id: member for member in session.scalars(select(Member).where(Member.id.in_(ids)))}


def introduction(group: BuddyGroup, member: Member, medium: str | None, now: datetime) -> Draft:
    """The message that tells a member who their buddies are."""
    return Draft(
        key=f"introduction:{group.id}:{member.id}",
        kind="introduction",
        medium=medium or "sms",
        member_id=member.id,
        cohort_id=group.cohort_id,
        group_id=group.id,
        due_at=now,
        dropped=None if medium else "no_channel",
    )
