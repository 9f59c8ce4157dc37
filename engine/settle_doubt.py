"""Settles messages that may or may not have reached the provider: asks it twice, then decides.

A row is never sent again before a look-up has failed to find it twice, a wait apart (the provider may list late).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import or_, select

from channels.channel import Channel, Copy, Fencing, LookupFailed
from engine.attempt import MOST_ATTEMPTS, give_up
from engine.cancel_batches import cancel_batches
from engine.clock import Clock
from engine.delivery import settle_as_sent
from engine.deployment import Deployment
from engine.doubt import Settled, added, ask_later, locked, requeue
from engine.outbox import State
from engine.owner import is_surely_dead
from engine.recipients import recipients
from nudges.kinds import policy_of
from store.models import IS_IN_DOUBT, IS_SENDING, Message

LOOKS = 2
ROWS_AT_ONCE = 500


def suspect_abandoned(deployment: Deployment, clock: Clock) -> int:
    """Rows left in `sending` by a process that died, or past their lease, become `in_doubt`."""
    wall = clock.wall()
    with deployment.database.reads() as session:  # looking costs no lock
        if session.execute(select(Message.id).where(IS_SENDING).limit(1)).first() is None:
            return 0
    with deployment.database.writes.begin() as session:
        rows = session.scalars(select(Message).where(IS_SENDING).with_for_update(skip_locked=True))
        count = 0
        for message in rows:
            lapsed = message.lease_until is None or message.lease_until <= wall
            if lapsed or (message.owner and is_surely_dead(message.owner)):
                message.state, message.look_at = State.IN_DOUBT, wall
                message.owner = message.lease_until = None
                count += 1
    return count


def settle_doubt(deployment: Deployment, clock: Clock) -> Settled:
    """One look at each row in doubt whose look is due."""
    totals = Settled()
    for channel in deployment.channels.values():
        rows = _due_looks(deployment, channel.sender, clock.wall())
        if not rows:
            continue
        if channel.can_look_up:
            totals = added(totals, _look_up(deployment, channel, rows, clock))
        else:
            if isinstance(channel, Fencing):
                cancelled, rows = cancel_batches(deployment, channel, rows, clock)
                totals = added(totals, cancelled)
            totals = added(totals, _wait_for_events(deployment, channel, rows, clock))
    return totals


def _due_looks(deployment: Deployment, sender: str, wall: datetime) -> Sequence[Message]:
    """Rows to look for now, taken by putting their next look off: two looks of two nodes at once would be one."""
    due = select(Message).where(
        Message.sender == sender, IS_IN_DOUBT, or_(Message.look_at.is_(None), Message.look_at <= wall)
    )
    with deployment.database.reads() as session:  # looking costs no lock
        if session.scalars(due.limit(1)).first() is None:
            return []
    with deployment.database.writes.begin() as session:
        taken = due.order_by(Message.lane, Message.id).limit(ROWS_AT_ONCE).with_for_update(skip_locked=True)
        rows = session.scalars(taken).all()
        for message in rows:
            message.look_at = wall + deployment.lookup_wait
        return rows


def _look_up(deployment: Deployment, channel: Channel, rows: Sequence[Message], clock: Clock) -> Settled:
    by_reader: dict[str | None, list[Message]] = {}
    for message in rows:
        by_reader.setdefault(message.address_index, []).append(message)
    addresses = _addresses(deployment, rows, clock.now())
    totals = Settled()
    for index, messages in by_reader.items():
        address = addresses.get(index)
        if address is None:  # the member's number changed meanwhile: there is nobody left to ask about
            totals = added(totals, _abandon(deployment, messages, clock))
            continue
        try:
            copies = list(channel.copies(address))
        except LookupFailed:
            ask_later(deployment, messages, clock)
            totals = added(totals, Settled(looked_up=1, unanswered=1))
            continue
        settled = _compare(deployment, messages, copies, clock)
        totals = added(totals, added(settled, Settled(looked_up=1)))
    return totals


def _addresses(deployment: Deployment, rows: Sequence[Message], now: datetime) -> dict[str | None, str]:
    """Fingerprint -> address, for the readers of those messages."""
    with deployment.database.reads() as session:
        readers = recipients(session, deployment, rows, now)
    return {reader.address_index: reader.address for reader in readers.values() if reader.address}


def _compare(
    deployment: Deployment, messages: Sequence[Message], copies: Iterable[Copy], clock: Clock
) -> Settled:
    by_body = {deployment.vault.index(copy.body, "body"): copy for copy in copies}
    found = requeued = given_up = 0
    with deployment.database.writes.begin() as session:
        for message in locked(session, [m.id for m in messages]):
            copy = by_body.get(message.body_index or "")
            if copy is not None:
                settle_as_sent(
                    session, deployment, message, copy.provider_id, copy.status, copy.code, clock.now()
                )
                found += 1
                continue
            message.looks += 1
            if (
                message.looks < LOOKS and not policy_of(message.kind).at_least_once
            ):  # a life does not wait for a list
                message.look_at = clock.wall() + deployment.lookup_wait
            elif message.attempts >= MOST_ATTEMPTS:
                give_up(session, [message.id], clock.now(), "provider_failing")
                given_up += 1
            else:
                requeue(message)
                requeued += 1
    return Settled(found=found, requeued=requeued, given_up=given_up)


def _abandon(deployment: Deployment, messages: Sequence[Message], clock: Clock) -> Settled:
    with deployment.database.writes.begin() as session:
        ids = [message.id for message in locked(session, [m.id for m in messages])]
        give_up(session, ids, clock.now(), "in_doubt")
    return Settled(given_up=len(ids))


def _wait_for_events(
    deployment: Deployment, channel: Channel, rows: Sequence[Message], clock: Clock
) -> Settled:
    """No look-up and no fence (mail): delivery events may still settle it. After the same wait, what repeats
    safely is repeated, what must arrive is sent again, and a nudge is left rather than sent twice."""
    requeued = given_up = 0
    with deployment.database.writes.begin() as session:
        for message in locked(session, [m.id for m in rows]):
            repeats = getattr(channel, "repeats_safely", False) or policy_of(message.kind).at_least_once
            if message.held_until is not None and message.held_until > clock.wall():
                message.look_at = message.held_until  # until then no event can tell
                continue
            message.looks += 1
            if repeats and message.attempts < MOST_ATTEMPTS:
                requeue(message)
                requeued += 1
            elif message.looks <= LOOKS:
                message.look_at = clock.wall() + deployment.lookup_wait
            else:
                give_up(session, [message.id], clock.now(), "in_doubt")
                given_up += 1
    return Settled(requeued=requeued, given_up=given_up)
