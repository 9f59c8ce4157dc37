"""Rows in doubt, whoever settles them: what a round of it did, the rows locked, put back, or put off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.deployment import Deployment
from engine.outbox import State
from store.models import Message

FAILED_LOOK_WAIT = timedelta(seconds=5)  # before the provider is asked again after it could not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What one round of settling did."""

    looked_up: int = 0  # requests made
    found: int = 0
    requeued: int = 0
    given_up: int = 0
    unanswered: int = 0  # look-ups that failed


def requeue(message: Message) -> None:
    """It surely never arrived: due again, to be checked and rendered afresh."""
    message.state, message.reason = State.DUE, None
    message.owner = message.lease_until = message.look_at = None


def ask_later(deployment: Deployment, messages: Sequence[Message], clock: Clock) -> None:
    with deployment.database.writes.begin() as session:
        for message in locked(session, [m.id for m in messages]):
            message.look_at = clock.wall() + min(deployment.lookup_wait, FAILED_LOOK_WAIT)


def locked(session: Session, ids: Sequence[UUID]) -> Sequence[Message]:
    """Those of the rows that are still in doubt, locked: a delivery report may have been quicker."""
    return session.scalars(
        select(Message)
        .where(Message.id.in_(ids), Message.state == State.IN_DOUBT)
        .order_by(Message.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def added(one: Settled, other: Settled) -> Settled:
    return Settled(
        looked_up=one.looked_up + other.looked_up,
        found=one.found + other.found,
        requeued=one.requeued + other.requeued,
        given_up=one.given_up + other.given_up,
        unanswered=one.unanswered + other.unanswered,
    )
