"""Crisis answers and pages go at once: no queue, no pace, no lease on the sender. A double is better than none."""

from uuid import UUID

from sqlalchemy import select

from channels.channel import Channel, Outgoing
from engine import senders
from engine.attempt import Lease, claim_due, record_outcomes
from engine.clock import Clock
from engine.deployment import Deployment
from engine.hand_over import was_taken
from engine.outbox import State
from engine.owner import new_owner
from nudges.kinds import Lane
from store.models import Message

AT_ONCE = 20


def send_urgent(deployment: Deployment, clock: Clock) -> int:
    """Hands over every due row of the crisis lane; returns how many."""
    count = 0
    for channel in deployment.channels.values():
        owner = new_owner()
        while batch := _claim(deployment, channel, owner, clock):
            outgoing, lease = batch
            outcomes = {UUID(one.message_id): channel.send([one])[0] for one in outgoing}
            with deployment.database.writes.begin() as session:
                record_outcomes(
                    session, deployment, dict(outcomes), lease=lease, now=clock.now(), wall=clock.wall(),
                    jitter=0.0,
                )  # fmt: skip
            taken = sum(was_taken(outcome) for outcome in outcomes.values())
            count += taken
            if taken < len(outgoing):
                break  # the provider takes nothing now; the next round tries again
    return count


def _claim(
    deployment: Deployment, channel: Channel, owner: str, clock: Clock
) -> tuple[list[Outgoing], Lease] | None:
    with deployment.database.writes.begin() as session:
        now = clock.now()
        due = list(
            session.scalars(
                select(Message)
                .where(
                    Message.sender == channel.sender,
                    Message.lane == Lane.CRISIS,
                    Message.state == State.DUE,
                    Message.not_before <= now,
                )
                .order_by(Message.due_at, Message.id)
                .limit(AT_ONCE)
                .with_for_update(skip_locked=True)
            )
        )
        if not due:
            return None
        lease = Lease(owner=owner, until=clock.wall() + senders.LEASE)
        outgoing = claim_due(session, deployment, due, lease, now)
        return (outgoing, lease) if outgoing else None
