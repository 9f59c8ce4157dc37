"""Settles mails in doubt that the provider still holds back: cancels their batch, then sends it under a new id."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from channels.channel import Fencing, LookupFailed
from engine.clock import Clock
from engine.deployment import Deployment
from engine.doubt import Settled, added, ask_later, requeue
from engine.outbox import State
from nudges.kinds import policy_of
from store.models import Message


def cancel_batches(
    deployment: Deployment, channel: Fencing, rows: Sequence[Message], clock: Clock
) -> tuple[Settled, list[Message]]:
    """What became of the rows whose batch can still be cancelled; and the other rows.

    Once a batch is cancelled nothing of it goes out, taken or not: everything in it that no event has told of is
    due again. While a request with that batch may be under way, it waits.
    """
    totals, others = Settled(), []
    batches: dict[str, list[Message]] = {}
    latest = clock.wall() + channel.cancel_before
    for row in rows:
        cancellable = row.batch_id and row.held_until is not None and row.held_until > latest
        if cancellable and row.batch_id and not policy_of(row.kind).at_least_once:
            batches.setdefault(row.batch_id, []).append(row)
        else:
            others.append(row)
    for batch_id, members in batches.items():
        totals = added(totals, _cancel(deployment, channel, batch_id, members, clock))
    return totals, others


def _cancel(
    deployment: Deployment, channel: Fencing, batch_id: str, members: Sequence[Message], clock: Clock
) -> Settled:
    with deployment.database.reads() as session:
        if _under_way(session, batch_id):
            ask_later(deployment, members, clock)
            return Settled()
    try:
        channel.cancel(batch_id)
    except LookupFailed:
        ask_later(deployment, members, clock)
        return Settled(looked_up=1, unanswered=1)
    with deployment.database.writes.begin() as session:
        held = session.scalars(
            select(Message)
            .where(
                Message.batch_id == batch_id,
                or_(
                    Message.state == State.IN_DOUBT,
                    (Message.state == State.SENT) & Message.provider_status.is_(None),
                ),
            )
            .order_by(Message.id)
            .with_for_update()
        ).all()
        for message in held:
            requeue(message)
            message.batch_id = message.held_until = message.sent_at = message.settled_at = None
    return Settled(looked_up=1, requeued=len(held))


def _under_way(session: Session, batch_id: str) -> bool:
    sending = select(func.count()).where(Message.batch_id == batch_id, Message.state == State.SENDING)
    return bool(session.scalar(sending))
