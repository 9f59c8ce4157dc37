"""Forms a group outside the planning of a round: by choice of its people, or where a running round is mended."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.groups import start_groups
from engine.outbox import State
from engine.why_together import seal_why
from pairing.common_ground import Shared
from store.cohorts import latest_round
from store.models import BuddyGroup, GroupPlace, Message, new_id


def form_group(
    session: Session,
    deployment: Deployment,
    cohort_id: UUID,
    members: Sequence[UUID],
    now: datetime,
    *,
    reasons: Sequence[str] = (),
    common: Sequence[Shared] = (),
) -> BuddyGroup:
    """A group that begins now, in the round that runs, or before the first one; its people are introduced."""
    running = latest_round(session, cohort_id, "published")
    group = BuddyGroup(
        id=new_id(),
        cohort_id=cohort_id,
        round_id=running.id if running else None,
        state="planned",
        places=[GroupPlace(member_id=member, cohort_id=cohort_id, active=False) for member in members],
    )
    seal_why(deployment.vault, group, reasons, common)
    session.add(group)
    session.flush()
    start_groups(session, deployment, [group], now, introduce=True)
    # What is due today was planned for the group before; it is the same nudge, so it goes on.
    session.execute(
        update(Message)
        .where(
            Message.cohort_id == cohort_id,
            Message.member_id.in_(members),
            Message.state == State.DUE,
            Message.slot.is_not(None),
        )
        .values(group_id=group.id)
    )
    return group
