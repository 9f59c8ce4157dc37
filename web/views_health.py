"""Whether due work is being done, and the counts that operations watch. Counts only, nobody named."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.deployment import Deployment
from engine.outbox import State
from nudges.kinds import Lane
from store import program_state
from store.models import BuddyGroup, Inbound, Incident, Member, Message, Sender, SupportRequest

OVERDUE = timedelta(minutes=5)
STALE = timedelta(minutes=10)  # the engine goes round every few seconds; cron may take some minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineHealth:
    """One line for people, empty while all is well."""

    problem: str

    @property
    def is_well(self) -> bool:
        """Whether due work is being done."""
        return not self.problem


def engine_health(deployment: Deployment, clock: Clock, *, in_moved_time: bool = False) -> EngineHealth:
    """Looks at what is due, not at what a process says of itself. `in_moved_time`: hours pass in seconds."""
    now, wall = clock.now(), clock.wall()
    overdue = timedelta(days=1) if in_moved_time else OVERDUE
    with deployment.database.reads() as session:
        return EngineHealth(
            problem=_stopped(session)
            or _behind(session, deployment, now, overdue)
            or _unanswered(session, now - overdue)
            or _silent(session, wall)
        )


def _stopped(session: Session) -> str:
    stopped = session.scalars(select(Sender.name).where(Sender.stopped_at.is_not(None))).first()
    return f"{stopped.split(':')[0]} refuses our account; nothing is sent there" if stopped else ""


def _behind(session: Session, deployment: Deployment, now: datetime, overdue: timedelta) -> str:
    names = [channel.sender for channel in deployment.channels.values()]
    query = select(func.min(Message.not_before), func.count()).where(
        Message.state == State.DUE, Message.not_before <= now - overdue, Message.sender.in_(names)
    )
    if program_state.is_halted(session):
        query = query.where(Message.lane < Lane.NUDGE)
    oldest, count = session.execute(query).one()
    if not count:
        return ""
    return f"{count} due since {int((now - oldest).total_seconds() // 60)} minutes and not sent"


def _unanswered(session: Session, before: datetime) -> str:
    waiting = session.scalar(
        select(func.count()).where(Inbound.state == "new", Inbound.received_at <= before)
    )
    return f"{waiting} received and not read by the engine" if waiting else ""


def _silent(session: Session, wall: datetime) -> str:
    worked = program_state.worked_at(session)
    if worked is None:
        return "the engine has not gone round yet"
    if wall - worked > STALE:
        return f"the engine last went round {int((wall - worked).total_seconds() // 60)} minutes ago"
    return ""


def measures(deployment: Deployment, clock: Clock) -> list[tuple[str, str, str, int | float]]:
    """(name, help, labels, value) of everything that /metrics tells from the database."""
    with deployment.database.reads() as session:
        rows = session.execute(select(Message.state, func.count()).group_by(Message.state))
        told: list[tuple[str, str, str, int | float]] = [
            ("prepaired_messages", "Messages by state.", f'state="{state}"', count) for state, count in rows
        ]
        worked = program_state.worked_at(session)
        counts: list[tuple[str, str, int | float]] = [
            ("prepaired_members_active", "Active members.",
             _count(session, select(func.count()).where(Member.status == "active"))),
            ("prepaired_groups_active", "Active groups of buddies.",
             _count(session, select(func.count()).where(BuddyGroup.state == "active"))),
            ("prepaired_requests_open", "Support requests in the queue.",
             _count(session, select(func.count()).where(
                 SupportRequest.state.in_(("open", "matched", "contacted"))))),
            ("prepaired_incidents_open", "Incidents nobody has closed.",
             _count(session, select(func.count()).where(Incident.state != "closed"))),
            ("prepaired_inbound_waiting", "Received and not yet understood.",
             _count(session, select(func.count()).where(Inbound.state == "new"))),
            ("prepaired_halted", "1 while nudges are stopped.", int(program_state.is_halted(session))),
            ("prepaired_engine_silent_seconds", "Since the engine last went round.",
             (clock.wall() - worked).total_seconds() if worked else -1),
        ]  # fmt: skip
    return told + [(name, what, "", value) for name, what, value in counts]


def _count(session: Session, query: Select[int]) -> int:
    return session.scalar(query) or 0
