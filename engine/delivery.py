"""Takes delivery reports, in any order and any number of times: each moves a message forward or does nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.channel import Outcome, OutcomeKind
from channels.delivery import RETRY_ONCE, DeliveryStatus, advances, kind_of_code
from engine.contact_faults import mark_contact, take_other_way
from engine.deployment import Deployment
from engine.outbox import State
from store.inserting import insert_new
from store.models import Message, ProviderEvent

_OPEN = (State.SENDING, State.IN_DOUBT)


def settle_as_sent(
    session: Session,
    deployment: Deployment,
    message: Message,
    provider_id: str,
    status: str,
    code: str | None,
    now: datetime,
) -> None:
    """The provider has the message, under that id and with that status of its own. The row is locked."""
    if message.provider_id == provider_id and message.state in (State.DUE, *_OPEN):
        return  # late news of the attempt before this one
    arrived_after_all = message.state == State.DUE and message.attempts > 0 and message.provider_id is None
    if message.state in _OPEN or arrived_after_all:
        message.provider_id = provider_id
        message.state, message.reason = State.SENT, None
        message.sent_at = message.sent_at or now
        message.settled_at = now
        message.owner = message.lease_until = message.look_at = None
    message.provider_id = message.provider_id or provider_id
    if advances(message.provider_status, status):
        message.provider_status = status
        _follow(session, deployment, message, status, code, now)


def _follow(
    session: Session, deployment: Deployment, message: Message, status: str, code: str | None, now: datetime
) -> None:
    if status in (DeliveryStatus.DELIVERED, DeliveryStatus.READ):
        message.state = State.DELIVERED
        return
    if not DeliveryStatus(status).has_failed:
        return
    message.state, message.reason = State.UNDELIVERED, code
    if code is None:
        return
    if code in RETRY_ONCE and message.attempts < 2 and now < message.send_before:
        # The old id stays until the next attempt has its own, so that late news of this one changes nothing.
        message.state, message.not_before, message.provider_status = State.DUE, now, None
        return
    kind = kind_of_code(code)
    if kind in (OutcomeKind.UNUSABLE, OutcomeKind.SUPPRESSED):
        mark_contact(session, message, Outcome(kind=kind, code=code), now)
        take_other_way(session, deployment, message, kind)


def take_report(
    deployment: Deployment,
    *,
    provider: str,
    event_key: str,
    message_id: UUID | None,
    provider_id: str,
    status: str,
    code: str | None,
    now: datetime,
) -> bool:
    """Records one delivery report; False when it was a repeat or is about none of our messages."""
    with deployment.database.writes.begin() as session:
        return is_news(session, provider=provider, event_key=event_key, now=now) and settle_report(
            session,
            deployment,
            message_id=message_id,
            provider_id=provider_id,
            status=status,
            code=code,
            now=now,
        )


def is_news(session: Session, *, provider: str, event_key: str, now: datetime) -> bool:
    """Notes the report; False when it had been taken before."""
    event = {"provider": provider, "event_key": event_key[:255], "at": now}
    return bool(insert_new(session, ProviderEvent, [event], ("provider", "event_key")))


def settle_report(
    session: Session,
    deployment: Deployment,
    *,
    message_id: UUID | None,
    provider_id: str,
    status: str,
    code: str | None,
    now: datetime,
) -> bool:
    """Moves the message that a report is about; False when it is about none of ours."""
    query = select(Message).with_for_update()
    if message_id is not None:
        query = query.where(Message.id == message_id)
    else:
        query = query.where(Message.provider_id == provider_id)
    message = session.scalars(query).first()
    if message is None or message.provider_id not in (None, provider_id):
        return False
    settle_as_sent(session, deployment, message, provider_id, status, code, now)
    return True
