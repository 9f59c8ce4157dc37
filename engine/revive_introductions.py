"""Introductions that found no channel go out once there is one: a round may be published before that."""

from datetime import datetime

from sqlalchemy import select

from engine.deployment import Deployment
from engine.outbox import State
from engine.plan_nudges import media_of
from store.models import IS_UNREACHED, BuddyGroup, Message

AT_ONCE = 500


def revive_introductions(deployment: Deployment, now: datetime) -> int:
    """Queues them again where the group still runs and the member can be reached now; returns how many."""
    if not deployment.channels:
        return 0
    with deployment.database.writes.begin() as session:
        dropped = session.scalars(
            select(Message)
            .join(BuddyGroup, BuddyGroup.id == Message.group_id)
            .where(
                IS_UNREACHED,
                Message.send_before > now,
                BuddyGroup.state == "active",
            )
            .limit(AT_ONCE)
            .with_for_update(of=Message, skip_locked=True)
        ).all()
        media = media_of(session, deployment, {m.member_id for m in dropped if m.member_id})
        revived = 0
        for message in dropped:
            medium = media.get(message.member_id) if message.member_id else None
            if medium is None:
                continue
            message.medium, message.sender = medium, deployment.channels[medium].sender
            message.state, message.reason, message.settled_at = State.DUE, None, None
            message.not_before = now
            revived += 1
    return revived
