"""Crisis answers and pages go at once: no queue, no pace, no lease on the sender. A double is better than none."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import select

from channels.channel import Channel, Outcome, Outgoing
from engine import senders
from engine.attempt import Lease, claim_due, record_outcomes
from engine.clock import Clock
from engine.deployment import Deployment
from engine.hand_over import was_taken
from engine.outbox import ENTRY, Entry
from engine.owner import new_owner
from nudges.kinds import Lane
from store.models import IS_DUE, Message

AT_ONCE = 20  # of one claim, all in flight together: one call that hangs holds no other person up


def send_urgent(deployment: Deployment, clock: Clock) -> int:
    """Hands over every due row of the crisis lane; returns how many."""
    channels = _with_work(deployment, clock)
    if not channels:
        return 0
    with ThreadPoolExecutor(len(channels)) as pool:  # a provider that hangs does not hold up the other medium
        return sum(pool.map(lambda channel: _empty(deployment, channel, clock), channels))


def _with_work(deployment: Deployment, clock: Clock) -> list[Channel]:
    """The channels that a row waits for: looking costs no lock."""
    now = clock.now()
    with deployment.database.reads() as session:
        return [
            channel
            for channel in deployment.channels.values()
            if session.execute(
                select(Message.id)
                .where(
                    Message.sender == channel.sender,
                    IS_DUE,
                    Message.lane == Lane.CRISIS,
                    Message.not_before <= now,
                )
                .limit(1)
            ).first()
        ]


def _empty(deployment: Deployment, channel: Channel, clock: Clock) -> int:
    count, owner = 0, new_owner()
    while claimed := _claim(deployment, channel, owner, clock):
        outgoing, lease = claimed
        outcomes = _send(channel, outgoing)
        with deployment.database.writes.begin() as session:
            record_outcomes(
                session, deployment, outcomes, sender=channel.sender, lease=lease, now=clock.now(),
                wall=clock.wall(), jitter=0.0,
            )  # fmt: skip
        taken = sum(was_taken(outcome) for outcome in outcomes.values())
        count += taken
        if taken < len(outgoing):
            break  # the provider takes nothing now; the next round tries again
    return count


def _send(channel: Channel, outgoing: Sequence[Outgoing]) -> dict[UUID, Outcome | None]:
    with ThreadPoolExecutor(len(outgoing)) as pool:
        answers = pool.map(lambda one: channel.send([one])[0], outgoing)
        return {UUID(one.message_id): answer for one, answer in zip(outgoing, answers, strict=True)}


def _claim(
    deployment: Deployment, channel: Channel, owner: str, clock: Clock
) -> tuple[list[Outgoing], Lease] | None:
    with deployment.database.writes.begin() as session:
        now = clock.now()
        query = (
            select(*ENTRY)
            .where(
                Message.sender == channel.sender,
                Message.lane == Lane.CRISIS,
                IS_DUE,
                Message.not_before <= now,
            )
            .order_by(Message.due_at, Message.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        due = [Entry(*row) for row in session.execute(query)]
        if not due:
            return None
        lease = Lease(owner=owner, until=clock.wall() + senders.LEASE)
        outgoing = claim_due(session, deployment, due, lease, now)
        return (outgoing, lease) if outgoing else None
