"""Near the end of a round asks each member in private whether to keep the group; once a group."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from engine.deployment import Deployment
from engine.outbox import Draft, put_many
from engine.plan_nudges import media_of
from nudges.holds import local_day
from store.models import IS_UNASKED, BuddyGroup, Cohort, Round

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
    """Groups not asked yet whose round is about to end, or that have run for nearly as long as a round does."""
    found: list[BuddyGroup] = []
    # One after the other: each of them is a stretch of the index of groups that were not asked yet.
    for which in _stretches(session, deployment, now):
        found += session.scalars(
            select(BuddyGroup)
            .where(IS_UNASKED, which)
            .limit(most - len(found))
            .options(selectinload(BuddyGroup.places))
        )
    return found


def _stretches(session: Session, deployment: Deployment, now: datetime) -> Iterator[ColumnElement[bool]]:
    """Which groups are to be asked: by their round's last day, or else by how long they have run."""
    own, today = deployment.round_lengths, local_day(now, deployment.program.zone)
    lengths = {
        one: own[name]
        for one, name in session.execute(select(Cohort.id, Cohort.name).where(Cohort.name.in_(own)))
    }
    rounds = session.execute(select(Round.id, Round.cohort_id, Round.ends_on)).all()
    endless = [id_ for id_, _, ends_on in rounds if ends_on is None]
    yield BuddyGroup.round_id.in_(
        [
            id_
            for id_, cohort, ends_on in rounds
            if ends_on is not None
            and ends_on <= today + lead_of(lengths.get(cohort, deployment.round_length))
        ]
    )
    others = BuddyGroup.cohort_id.not_in(lengths), deployment.round_length
    for whose, length in (others, *((BuddyGroup.cohort_id == one, lengths[one]) for one in lengths)):
        old_enough = BuddyGroup.started_at <= now - length + lead_of(length)
        yield BuddyGroup.round_id.in_(endless) & old_enough & whose
        yield BuddyGroup.round_id.is_(None) & old_enough & whose
