"""Whether due work is being done: looks at what is due, never at what a process says of itself.

Asked by the health page, the console's banner and the heartbeat. Counts and words only, nobody named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from channels.channel import Channel
from engine.clock import Clock
from engine.deployment import Deployment
from engine.reconcile_inbound import FAILING
from escalation.incidents import IncidentState
from nudges.kinds import Lane
from store import program_state
from store.models import IS_DUE, IS_IN_DOUBT, IS_SENDING, Cursor, Inbound, Incident, Message, Sender

SILENT_AFTER = timedelta(minutes=10)  # the engine goes round every few seconds; cron may take some minutes
DEAF_AFTER = timedelta(minutes=5)  # one listing that fails is a hiccup


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is not being done."""

    what: str  # unpaged, refused, late, unread, deaf, doubtful, silent
    why: str  # for people
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineHealth:
    """Everything that is not being done; empty while all is well."""

    troubles: tuple[Trouble, ...]

    @property
    def is_well(self) -> bool:
        """Whether due work is being done."""
        return not self.troubles

    @property
    def problem(self) -> str:
        """The gravest trouble in words, empty while all is well."""
        return self.troubles[0].why if self.troubles else ""


def engine_health(deployment: Deployment, clock: Clock, *, in_moved_time: bool = False) -> EngineHealth:
    """What is not being done now. `in_moved_time`: the program's hours pass in seconds."""
    now, wall = clock.now(), clock.wall()
    late_after = timedelta(days=1) if in_moved_time else deployment.late_after
    with deployment.database.reads() as session:
        return EngineHealth(
            troubles=(
                *_unpaged(session, now - late_after),
                *_refused(session),
                *_late(session, deployment, now, late_after),
                *_unread(session, now - late_after),
                *_deaf(session, wall),
                *_doubtful(session, deployment, wall - late_after),
                *_silent(session, wall),
            )
        )


def _unpaged(session: Session, before: datetime) -> Iterator[Trouble]:
    """Incidents whose next step is in the past: somebody in danger waits, and nobody is called."""
    count = session.scalar(
        select(func.count()).where(
            or_(
                and_(Incident.state == IncidentState.OPEN, Incident.next_page_at <= before),
                and_(Incident.state == IncidentState.ACKNOWLEDGED, Incident.report_by <= before),
            )
        )
    )
    if count:
        yield Trouble(what="unpaged", why=f"{count} in danger, and nobody is being paged", count=count)


def _refused(session: Session) -> Iterator[Trouble]:
    for name in session.scalars(select(Sender.name).where(Sender.stopped_at.is_not(None))):
        why = f"{name.split(':')[0]} refuses our account; nothing is sent there"
        yield Trouble(what="refused", why=why)


def _late(
    session: Session, deployment: Deployment, now: datetime, late_after: timedelta
) -> Iterator[Trouble]:
    """Rows that should have gone. A queue of nudges may be as long as its sender's pace makes it."""
    urgent = and_(Message.lane < Lane.NUDGE, Message.not_before <= now - late_after)
    halted = program_state.is_halted(session)
    late = []
    for channel in deployment.channels.values():
        due = and_(
            Message.sender == channel.sender,
            IS_DUE,
            Message.not_before <= now - late_after,
        )
        nudges = Message.not_before <= now - late_after - _queue_takes(session, channel, now)
        late.append(and_(due, urgent if halted else or_(urgent, nudges)))
    if not late:
        return
    oldest, count = session.execute(
        select(func.min(Message.not_before), func.count()).where(or_(*late))
    ).one()
    if count:
        minutes = int((now - oldest).total_seconds() // 60)
        yield Trouble(what="late", why=f"{count} due since {minutes} minutes and not sent", count=count)


def _queue_takes(session: Session, channel: Channel, now: datetime) -> timedelta:
    """How long the sender needs for all that is due, at its own pace."""
    waiting = session.scalar(
        select(func.count()).where(Message.sender == channel.sender, IS_DUE, Message.not_before <= now)
    )
    return timedelta(seconds=(waiting or 0) / channel.batch_size / channel.per_second)


def _unread(session: Session, before: datetime) -> Iterator[Trouble]:
    waiting = session.scalar(
        select(func.count()).where(Inbound.state == "new", Inbound.received_at <= before)
    )
    if waiting:
        yield Trouble(what="unread", why=f"{waiting} received and not read by the engine", count=waiting)


def _deaf(session: Session, wall: datetime) -> Iterator[Trouble]:
    failing = session.execute(
        select(Cursor.name, Cursor.at).where(Cursor.name.startswith(FAILING), Cursor.at <= wall - DEAF_AFTER)
    )
    for name, since in failing:
        provider = name.removeprefix(FAILING).split(":")[0]
        minutes = int((wall - since).total_seconds() // 60)
        why = f"{provider} has not listed for {minutes} minutes what was written to us"
        yield Trouble(what="deaf", why=why)


def _doubtful(session: Session, deployment: Deployment, before: datetime) -> Iterator[Trouble]:
    """Rows that nobody looks up, or whose sender's lease ran out long ago."""
    count = session.scalar(
        select(func.count()).where(
            or_(
                and_(IS_IN_DOUBT, Message.look_at <= before - deployment.lookup_wait),
                and_(IS_SENDING, Message.lease_until <= before),
            )
        )
    )
    if count:
        yield Trouble(what="doubtful", why=f"{count} perhaps sent, and nobody has settled it", count=count)


def _silent(session: Session, wall: datetime) -> Iterator[Trouble]:
    worked = program_state.worked_at(session)
    if worked is None:
        yield Trouble(what="silent", why="the engine has not gone round yet")
    elif wall - worked > SILENT_AFTER:
        minutes = int((wall - worked).total_seconds() // 60)
        yield Trouble(what="silent", why=f"the engine last went round {minutes} minutes ago")
