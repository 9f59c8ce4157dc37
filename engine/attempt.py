"""One attempt at a few messages: check again, render, commit `sending`, then record what was answered.

The commit comes before the provider call, so that a crash leaves a row in `sending`: perhaps sent, to be
looked up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from channels.channel import Outcome, OutcomeKind, Outgoing
from engine import senders
from engine.compose import compose
from engine.contact_faults import mark_contact, take_other_way
from engine.deployment import Deployment
from engine.outbox import State
from engine.recipients import Recipient, recipients
from nudges.holds import Action, Reason, Viewer, shown_reason, verdict
from nudges.kinds import KindPolicy, policy_of
from store.errors import StoreError
from store.models import Message

log = structlog.get_logger(__name__)
ASK_AGAIN = timedelta(minutes=15)  # how long a hold without a known end lasts before it is looked at again
JUST_WRITTEN = timedelta(minutes=30)  # the person is surely still awake
MOST_ATTEMPTS = 6  # of a message that the provider keeps leaving in doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who sends, and until when the claim holds (wall clock)."""

    owner: str
    until: datetime


def claim_due(
    session: Session, deployment: Deployment, due: Sequence[Message], lease: Lease, now: datetime
) -> list[Outgoing]:
    """Of these due rows, those that may go, rendered and marked `sending`; the others held or dropped."""
    readers = _readers(session, deployment, due, now)
    ready: list[Outgoing] = []
    for message in due:
        reader = readers.get(message.id)
        if reader is None:
            continue
        ruling = verdict(
            _policy(message, now),
            reader.standing,
            now=now,
            send_before=message.send_before,
            quiet=deployment.program.quiet,
        )
        if ruling.action is Action.SEND:
            try:
                outgoing = compose(session, deployment, message, reader, now)
            except (LookupError, StoreError) as fault:
                _unwritable(message, fault, now)
                continue
            _mark_sending(deployment, message, reader, outgoing, lease)
            ready.append(outgoing)
        elif ruling.action is Action.WAIT:
            message.not_before = ruling.until or now + ASK_AGAIN
            message.reason = kept_reason(ruling.reason)
        else:
            message.state, message.settled_at = State.DROPPED, now
            message.reason = kept_reason(ruling.reason)
    session.flush()
    return ready


def _policy(message: Message, now: datetime) -> KindPolicy:
    """An answer goes at any hour to who has just written; one that was held up for long waits for the morning.

    Not what HELP answers: whoever asked may still need it.
    """
    policy = policy_of(message.kind)
    late = policy.answers_inbound and now - message.due_at > JUST_WRITTEN and message.kind != "help"
    return replace(policy, awake_only=True) if late else policy


def _readers(
    session: Session, deployment: Deployment, due: Sequence[Message], now: datetime
) -> dict[UUID, Recipient]:
    """Message id -> its reader. One whose reader cannot be read is ended, so that the others go."""
    try:
        return recipients(session, deployment, due)
    except StoreError:
        readers: dict[UUID, Recipient] = {}
    for message in due:
        try:
            readers |= recipients(session, deployment, [message])
        except StoreError as fault:
            _unwritable(message, fault, now)
    return readers


def _unwritable(message: Message, fault: Exception, now: datetime) -> None:
    """Ends a message that can never be written: it must not hold up the queue that it stands in."""
    log.error("message_unwritable", message=str(message.id), fault=type(fault).__name__)
    message.state, message.reason, message.settled_at = State.DEAD, "unwritable", now


def kept_reason(reason: Reason | None) -> str | None:
    """The word that is stored: leave, pause, request and incident are one word, so that a row tells nobody which.

    The member's own page works the true reason out anew.
    """
    return None if reason is None else shown_reason(reason, Viewer.COORDINATOR)


def _mark_sending(
    deployment: Deployment, message: Message, reader: Recipient, outgoing: Outgoing, lease: Lease
) -> None:
    message.state, message.reason = State.SENDING, None
    message.owner, message.lease_until = lease.owner, lease.until
    message.attempts += 1
    message.looks, message.look_at = 0, None
    message.address_index = reader.address_index
    message.body_index = deployment.vault.index(outgoing.body, "body")


def record_outcomes(
    session: Session,
    deployment: Deployment,
    outcomes: Mapping[UUID, Outcome | None],
    *,
    lease: Lease,
    now: datetime,
    wall: datetime,
    jitter: float,
) -> None:
    """Writes what the provider said of each message that this lease sent; a delivery report that was
    quicker, or a look-up by somebody else, is left as it is."""
    held = session.scalars(
        select(Message)
        .where(Message.id.in_(outcomes), Message.state == State.SENDING, Message.owner == lease.owner)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for message in held:
        outcome = outcomes[message.id]
        if outcome is None:
            _not_sent(message)
        else:
            _record(session, deployment, message, outcome, now=now, wall=wall)
    _tell_sender(session, held, [o for o in outcomes.values() if o], wall, jitter)


def _not_sent(message: Message) -> None:
    """It never left: back into the queue, as if it had not been tried."""
    message.state, message.owner, message.lease_until = State.DUE, None, None
    message.attempts -= 1


def _record(
    session: Session,
    deployment: Deployment,
    message: Message,
    outcome: Outcome,
    *,
    now: datetime,
    wall: datetime,
) -> None:
    message.owner = message.lease_until = None
    match outcome.kind:
        case OutcomeKind.ACCEPTED:
            message.state, message.provider_id, message.reason = State.SENT, outcome.provider_id, None
            message.sent_at = message.settled_at = now
        case OutcomeKind.NOT_PROCESSED | OutcomeKind.ACCOUNT:
            _not_sent(message)
        case OutcomeKind.AMBIGUOUS:
            message.state, message.look_at = State.IN_DOUBT, wall
            message.reason = outcome.code
        case _:
            refuse(session, deployment, message, outcome, now)


def refuse(
    session: Session, deployment: Deployment, message: Message, outcome: Outcome, now: datetime
) -> None:
    """The provider will not take it. An unusable number is marked, and a nudge goes on by the other way."""
    message.provider_id = outcome.provider_id or message.provider_id
    message.state, message.reason, message.settled_at = State.DEAD, outcome.code, now
    if outcome.kind in (OutcomeKind.UNUSABLE, OutcomeKind.SUPPRESSED):
        mark_contact(session, message, outcome, now)
    take_other_way(session, deployment, message, outcome.kind)


def _tell_sender(
    session: Session, held: Sequence[Message], outcomes: Sequence[Outcome], wall: datetime, jitter: float
) -> None:
    if not held or not outcomes:
        return
    name = held[0].sender
    slow = [o for o in outcomes if o.kind is OutcomeKind.NOT_PROCESSED]
    barred = [o for o in outcomes if o.kind is OutcomeKind.ACCOUNT]
    if barred:
        senders.stop(session, name, wall, barred[0].code)
    elif slow:
        asked = max((o.retry_after for o in slow if o.retry_after), default=None)
        senders.back_off(session, name, wall, asked, jitter)
    elif any(o.kind is OutcomeKind.ACCEPTED for o in outcomes):
        senders.works(session, name)


def give_up(session: Session, ids: Sequence[UUID], now: datetime, reason: str) -> None:
    """Ends messages that nobody can settle; a coordinator sees them."""
    session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(state=State.DEAD, reason=reason, settled_at=now, owner=None, lease_until=None)
    )
