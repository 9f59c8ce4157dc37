"""Empties one sender's queue: claims a few due rows, sends them at the sender's pace, records, until none is due."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from channels.channel import Channel, Fence, Fencing, LookupFailed, Outgoing
from engine import senders
from engine.attempt import Lease, claim_due, record_outcomes
from engine.clock import Clock
from engine.deployment import Deployment
from engine.hand_over import MOST_THREADS, hand_over, requests_for, spacing, was_taken
from engine.outbox import ENTRY, Entry
from engine.owner import new_owner
from nudges.kinds import Lane
from store import program_state
from store.models import IS_DUE, Message, Sender

ONE_CLAIM = timedelta(seconds=2)  # how much of the sender's pace one claim may take up
PROBE_AFTER = timedelta(minutes=5)  # a refused account is tried again, in case somebody has mended it
ONE_FENCE = timedelta(minutes=1)  # room to find out that something is in doubt, and to cancel it
MOST_ROWS = 200  # of one claim, where a request carries one message


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """What one drain did, and why it ended."""

    handed_over: int = 0
    busy: bool = False  # another living drainer holds the sender
    stopped: bool = False  # the provider refused the account
    free_at: datetime | None = None  # backing off until then (wall clock)


def _never() -> bool:
    return False


def drain_sender(
    deployment: Deployment, name: str, clock: Clock, *, is_ending: Callable[[], bool] = _never
) -> Drained:
    """Sends what is due on that sender until nothing is. Waits out its pace; a back-off ends the drain.

    Where the process is to end, what is claimed is finished and no more is: the queue may hold hours of work.
    """
    channel = deployment.channel_of(name)
    if channel is None:
        return Drained()
    if not _has_work(deployment, name, clock.now()):
        return Drained()
    with ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="sender") as crew:
        return _drain(deployment, channel, clock, is_ending, crew)


def _drain(
    deployment: Deployment,
    channel: Channel,
    clock: Clock,
    is_ending: Callable[[], bool],
    crew: ThreadPoolExecutor,
) -> Drained:
    name, owner = channel.sender, new_owner()
    handed_over = 0
    fence: Fence | None = None
    while True:
        turn: Drained | tuple[list[Outgoing], Lease, datetime]
        try:
            fence = _fence(channel, clock, fence)
            turn = Drained() if is_ending() else _claim(deployment, channel, owner, clock, fence)
        except LookupFailed:
            turn = _put_off(deployment, channel, clock)
        if isinstance(turn, Drained):
            _release(deployment, name, owner)
            return Drained(
                handed_over=handed_over, busy=turn.busy, stopped=turn.stopped, free_at=turn.free_at
            )
        batch, lease, free_at = turn
        fence = None if any(one.fence for one in batch) else fence
        if not batch:
            deployment.database.give_way()
        if batch:
            outcomes = hand_over(channel, batch, clock, free_at, lease.until - senders.ONE_CALL, crew)
            handed_over += sum(was_taken(outcome) for outcome in outcomes)
            answered = {UUID(m.message_id): o for m, o in zip(batch, outcomes, strict=True)}
            with deployment.database.writes.begin() as session:
                record_outcomes(
                    session, deployment, answered, sender=name, lease=lease, now=clock.now(),
                    wall=clock.wall(), jitter=random.random(),
                )  # fmt: skip


def _fence(channel: Channel, clock: Clock, kept: Fence | None) -> Fence | None:
    """A batch for the mails of one claim, asked for before its transaction; one that was not used serves again.

    Raises LookupFailed.
    """
    if not isinstance(channel, Fencing):
        return None
    fresh = kept is not None and kept.until - clock.wall() > channel.cancel_before + ONE_FENCE
    return kept if fresh else channel.open_fence(clock.wall())


def _put_off(deployment: Deployment, channel: Channel, clock: Clock) -> Drained:
    """The provider gives no batch now: nothing is handed over without one."""
    wall = clock.wall()
    with deployment.database.writes.begin() as session:
        senders.ensure(session, channel.sender)
        senders.back_off(session, channel.sender, wall, None, random.random())
        row = session.get(Sender, channel.sender, populate_existing=True)
        return Drained(free_at=row.next_free_at if row else None)


def _has_work(deployment: Deployment, name: str, now: datetime) -> bool:
    """Whether taking the lease is worth a commit."""
    with deployment.database.reads() as session:
        due = select(Message.id).where(Message.sender == name, IS_DUE, Message.not_before <= now)
        return session.execute(due.limit(1)).first() is not None


def _claim(
    deployment: Deployment, channel: Channel, owner: str, clock: Clock, fence: Fence | None
) -> Drained | tuple[list[Outgoing], Lease, datetime]:
    with deployment.database.writes.begin() as session:
        wall = clock.wall()
        if not senders.acquire(session, channel.sender, owner, wall):
            return Drained(busy=True)
        row = session.get(Sender, channel.sender, populate_existing=True)
        if row is None or (row.stopped_at is not None and wall - row.stopped_at < PROBE_AFTER):
            return Drained(stopped=True)
        free_at = max(row.next_free_at or wall, wall)
        if row.failures and free_at > wall:
            return Drained(free_at=free_at)
        due = due_rows(session, channel.sender, clock.now(), _claim_size(channel))
        if not due:
            return Drained()
        lease = Lease(owner=owner, until=max(wall, free_at) + senders.LEASE)
        batch = claim_due(session, deployment, due, lease, clock.now(), fence=fence)
        after = free_at + requests_for(channel, len(batch)) * spacing(channel)
        senders.keep_pace(session, channel.sender, after)
        return batch, lease, free_at


def _claim_size(channel: Channel) -> int:
    """About two seconds of the sender's pace, so that a crisis or a STOP is never far behind."""
    paced = max(1, ceil(channel.per_second * ONE_CLAIM.total_seconds()))
    return channel.batch_size if channel.batch_size > 1 else min(MOST_ROWS, paced)


def due_rows(session: Session, sender: str, now: datetime, limit: int) -> list[Entry]:
    """The next rows of that queue by lane and time, locked; nudges stay where they are during a halt,
    unless their time is over (then the reason goes on record)."""
    query = (
        select(*ENTRY)
        .where(Message.sender == sender, IS_DUE, Message.not_before <= now)
        .order_by(Message.lane, Message.not_before, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if program_state.is_halted(session):
        query = query.where(or_(Message.lane < Lane.NUDGE, Message.send_before <= now))
    return [Entry(*row) for row in session.execute(query)]


def _release(deployment: Deployment, name: str, owner: str) -> None:
    with deployment.database.writes.begin() as session:
        senders.release(session, name, owner)
