"""A coordinator's "send it again" for a message that died: once more through every check, with fresh links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployment import Deployment
from engine.doubt import requeue
from engine.outbox import State
from engine.plan_nudges import media_of
from pairing.errors import PrepairedError
from store import audit
from store.models import Message


class NothingToRequeue(PrepairedError):
    """The message is not dead (any more), or what it says is no longer due."""


def requeue_dead(deployment: Deployment, message_id: UUID, *, actor: str, now: datetime) -> None:
    """Puts a dead message back into its sender's queue, by whatever way its reader can be reached now.

    Nothing of the first try is kept but that there was one: the text is rendered anew, and consent, STOP,
    quiet hours and the rest are asked as for any other. Raises NothingToRequeue.
    """
    with deployment.database.writes.begin() as session:
        message = session.scalars(
            select(Message).where(Message.id == message_id, Message.state == State.DEAD).with_for_update()
        ).one_or_none()
        if message is None:
            raise NothingToRequeue("this message is not waiting for you any more")
        if message.send_before <= now:
            raise NothingToRequeue("its time is over: sent now, it would be late")
        _readdress(session, deployment, message)
        requeue(message)
        # One try stays on record: late news of it still settles the message.
        message.attempts, message.looks = min(message.attempts, 1), 0
        message.not_before, message.settled_at = now, None
        audit.record(session, at=now, actor=actor, action="message_requeued", subject=str(message.id))
        sender = message.sender
    deployment.wake(sender)


def _readdress(session: Session, deployment: Deployment, message: Message) -> None:
    """By the member's other channel where the first cannot be used any more."""
    if message.member_id is None:
        return
    medium = media_of(session, deployment, {message.member_id}).get(message.member_id)
    if medium is not None and medium != message.medium:
        message.medium, message.sender = medium, deployment.channels[medium].sender
        message.provider_status = None
