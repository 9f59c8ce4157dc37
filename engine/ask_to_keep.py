"""Near the end of a round asks each member in private whether to keep the group; once a group."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from engine.deployment import Deployment
from engine.outbox import Draft, put_many
from engine.plan_nudges import media_of
from nudges.holds import local_day
from store.models import BuddyGroup, Cohort, Round

LEAD = timedelta(days=7)  # before the round ends, so that the answers are there when the next is planned
SHARE = 4  # and of a short round no more than a quarter
GROUPS_AT_ONCE = 200


def ask_to_keep(deployment: Deployment, now: datetime) -> int:
    """Queues the question for groups whose day has come; returns how many groups."""
    with deployment.database.reads() as session:
        if not _due(session, deployment, now, 1):
            return 0
    with deployment.database.writes.begin() as session:
        groups = _due(session, deployment, now, GROUPS_AT_ONCE)
        members = {place.member_id for group in groups for place in group.places if place.active}
        media = media_of(session, deployment, members)
        drafts = []
        for group in groups:
            group.keep_asked_at = now
            drafts += [
                Draft(
                    key=f"keep:{group.id}:{place.member_id}",
                    kind="keep_question",
                    medium=media[place.member_id] or "sms",
                    member_id=place.member_id,
                    cohort_id=group.cohort_id,
                    group_id=group.id,
                    due_at=now,
                    send_before=now + timedelta(days=5),
                    dropped=None if media[place.member_id] else "no_channel",
                )
                for place in group.places
                if place.active
            ]
        put_many(session, deployment, drafts, now)
    return len(groups)


def lead_of(length: timedelta) -> timedelta:
    """How long before the end of a round of that length its members are asked, in whole days."""
    return min(LEAD, timedelta(days=max(1, length.days // SHARE)))


def _due(session: Session, deployment: Deployment, now: datetime, most: int) -> list[BuddyGroup]:
    own = deployment.round_lengths
    ids = {one.name: one.id for one in session.scalars(select(Cohort).where(Cohort.name.in_(own)))}
    others = BuddyGroup.cohort_id.not_in(ids.values())
    return list(
        session.scalars(
            select(BuddyGroup)
            .outerjoin(Round, Round.id == BuddyGroup.round_id)
            .where(
                BuddyGroup.state == "active",
                BuddyGroup.keep_asked_at.is_(None),
                or_(
                    others & _ends_soon(deployment, deployment.round_length, now),
                    *(
                        (BuddyGroup.cohort_id == ids[name]) & _ends_soon(deployment, own[name], now)
                        for name in sorted(ids)
                    ),
                ),
            )
            .order_by(BuddyGroup.id)
            .limit(most)
            .options(selectinload(BuddyGroup.places))
        )
    )


def _ends_soon(deployment: Deployment, length: timedelta, now: datetime) -> ColumnElement[bool]:
    """Of a group, that its round ends within the lead; before the first round it is counted from its own beginning."""
    lead = lead_of(length)
    return or_(
        Round.ends_on <= local_day(now, deployment.program.zone) + lead,
        Round.ends_on.is_(None) & (BuddyGroup.started_at <= now - length + lead),
    )
