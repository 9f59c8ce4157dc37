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

from channels.channel import Fence, Outcome, OutcomeKind, Outgoing
from engine import senders
from engine.compose import Desk, compose
from engine.contact_faults import mark_contact, take_other_way
from engine.deployment import Deployment
from engine.outbox import Entry, State
from engine.recipients import Recipient, recipients
from nudges.holds import Action, Reason, Verdict, Viewer, shown_reason, verdict
from nudges.kinds import KindPolicy, policy_of
from store.errors import StoreError
from store.models import Message
from store.outcomes import mark_claimed, mark_held, mark_sent

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
    session: Session,
    deployment: Deployment,
    due: Sequence[Entry],
    lease: Lease,
    now: datetime,
    *,
    fence: Fence | None = None,
) -> list[Outgoing]:
    """Of these due rows, which the caller has locked, those that may go, rendered and marked `sending`; the
    others held or dropped. A few statements in all, however many rows there are. What may be held back goes
    into the `fence`, where there is one."""
    readers, broken = _readers(session, deployment, due, now)
    desk = Desk.laid(session, deployment, due, now)
    ready: list[Outgoing] = []
    claimed: list[dict[str, object]] = []
    held: list[dict[str, object]] = [_unwritable(entry, fault, now) for entry, fault in broken]
    for entry in due:
        reader = readers.get(entry.id)
        if reader is None:
            continue
        ruling = verdict(
            _policy(entry, now),
            reader.standing,
            now=now,
            send_before=entry.send_before,
            quiet=deployment.program.quiet,
        )
        if ruling.action is not Action.SEND:
            held.append(_held(entry, ruling, now))
            continue
        try:
            outgoing = compose(desk, deployment, entry, reader, now)
        except (LookupError, StoreError) as fault:
            held.append(_unwritable(entry, fault, now))
            continue
        outgoing = _fenced(outgoing, entry, fence, now, lease)
        ready.append(outgoing)
        claimed.append(
            {
                "row": entry.id,
                "address": reader.address_index,
                "body": deployment.vault.index(outgoing.body, "body"),
                "batch": outgoing.fence and outgoing.fence.batch_id,
                "held": outgoing.fence and outgoing.fence.until,
            }
        )
    desk.links.store(session)
    mark_claimed(session, claimed, lease.owner, lease.until)
    mark_held(session, held)
    return ready


def _fenced(outgoing: Outgoing, entry: Entry, fence: Fence | None, now: datetime, lease: Lease) -> Outgoing:
    """The message held back, where its kind may be and its time allows it: never into the night."""
    if fence is None or not policy_of(entry.kind).may_be_held:
        return outgoing
    held_for = fence.until - (lease.until - senders.LEASE)  # both are wall time, `now` need not be
    return replace(outgoing, fence=fence) if now + held_for < entry.send_before else outgoing


def _held(entry: Entry, ruling: Verdict, now: datetime) -> dict[str, object]:
    """What a rule does to the row: it waits, or it is over."""
    waits = ruling.action is Action.WAIT
    return {
        "row": entry.id,
        "state": State.DUE if waits else State.DROPPED,
        "reason": kept_reason(ruling.reason),
        "until": (ruling.until or now + ASK_AGAIN) if waits else None,
        "settled": None if waits else now,
    }


def _policy(entry: Entry, now: datetime) -> KindPolicy:
    """An answer goes at any hour to who has just written; one that was held up for long waits for the morning.

    Not what HELP answers: whoever asked may still need it.
    """
    policy = policy_of(entry.kind)
    late = policy.answers_inbound and now - entry.due_at > JUST_WRITTEN and entry.kind != "help"
    return replace(policy, awake_only=True) if late else policy


def _readers(
    session: Session, deployment: Deployment, due: Sequence[Entry], now: datetime
) -> tuple[dict[UUID, Recipient], list[tuple[Entry, Exception]]]:
    """Message id -> its reader; and the messages whose reader cannot be read, apart, so that the others go."""
    try:
        return recipients(session, deployment, due, now), []
    except StoreError:
        readers: dict[UUID, Recipient] = {}
    broken: list[tuple[Entry, Exception]] = []
    for entry in due:
        try:
            readers |= recipients(session, deployment, [entry], now)
        except StoreError as fault:
            broken.append((entry, fault))
    return readers, broken


def _unwritable(entry: Entry, fault: Exception, now: datetime) -> dict[str, object]:
    """Ends a message that can never be written: it must not hold up the queue that it stands in."""
    log.error("message_unwritable", message=str(entry.id), fault=type(fault).__name__)
    return {"row": entry.id, "state": State.DEAD, "reason": "unwritable", "until": None, "settled": now}


def kept_reason(reason: Reason | None) -> str | None:
    """The word that is stored: leave, pause, request and incident are one word, so that a row tells nobody which.

    The member's own page works the true reason out anew.
    """
    return None if reason is None else shown_reason(reason, Viewer.COORDINATOR)


def record_outcomes(
    session: Session,
    deployment: Deployment,
    outcomes: Mapping[UUID, Outcome | None],
    *,
    sender: str,
    lease: Lease,
    now: datetime,
    wall: datetime,
    jitter: float,
) -> None:
    """Writes what the provider said of each message that this lease sent; a delivery report that was
    quicker, or a look-up by somebody else, is left as it is."""
    accepted = [
        {"row": row, "provider": outcome.provider_id}
        for row, outcome in outcomes.items()
        if outcome is not None and outcome.kind is OutcomeKind.ACCEPTED
    ]
    mark_sent(session, accepted, lease.owner, now)
    if len(accepted) < len(outcomes):
        _record_others(session, deployment, outcomes, lease, now, wall)
    _tell_sender(session, sender, [o for o in outcomes.values() if o], wall, jitter)


def _record_others(
    session: Session,
    deployment: Deployment,
    outcomes: Mapping[UUID, Outcome | None],
    lease: Lease,
    now: datetime,
    wall: datetime,
) -> None:
    """What was not simply taken, row by row: the accepted ones are not `sending` any more."""
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
    session: Session, name: str, outcomes: Sequence[Outcome], wall: datetime, jitter: float
) -> None:
    if not outcomes:
        return
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
